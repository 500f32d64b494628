//! The causal gap δ of one channel that an experiment speaks of. Without one δ is drawn afterwards, exactly, given the
//! regression's effect: [`ReturnsPrior::draw_gaps`](crate::model::returns::ReturnsPrior::draw_gaps).

use super::accumulator::Accumulator;
use super::drawing::Drawing;
use super::label::{Label, Visit};
use super::numbering::Numbering;
use crate::model::design::ChannelDesign;
use crate::model::theta::{LikelihoodGradient, Theta};

const GAP: &str = "causal_gap";

/// δ, standardised by the moments of its prior.
#[derive(Debug, Clone, Copy)]
pub struct GapBlock {
    at: Option<usize>,
    mean: f64,
    sd: f64,
}

impl GapBlock {
    pub(super) fn number(channel: &ChannelDesign, next: &mut Numbering) -> GapBlock {
        let (mean, sd) = channel.gap.moments();
        GapBlock { at: next.take_if(channel.samples_gap()), mean, sd }
    }

    pub(super) fn decode(self, q: &[f64], c: usize, theta: &mut Theta) {
        theta.gap[c] = self.at.map_or(0.0, |i| self.mean + self.sd * q[i]);
    }

    /// `by_causal` is the derivative of the prior of the causal effect by it.
    pub(super) fn prior(
        self,
        p: &mut Accumulator,
        (c, channel): (usize, &ChannelDesign),
        theta: &Theta,
        by: &LikelihoodGradient,
        by_causal: f64,
    ) {
        if let Some(i) = self.at {
            let (ln_density, slope) = channel.gap.density(theta.gap[c]);
            p.log_density += ln_density;
            p.grad[i] = self.sd * (by.gap[c] + by_causal + slope);
        }
    }

    /// Draws δ, 0 where it is not sampled.
    pub(super) fn draw<R: rand::Rng>(self, channel: &ChannelDesign, draw: &mut Drawing<R>) -> f64 {
        let Some(i) = self.at else { return 0.0 };
        let gap = channel.gap.draw(draw.rng);
        draw.q[i] = (gap - self.mean) / self.sd;
        gap
    }

    pub(super) fn visit<'a>(self, name: &'a str, c: usize, theta: &Theta, visit: &mut impl Visit<'a>) {
        if self.at.is_some() {
            visit(Label::OfChannel(GAP, name), theta.gap[c]);
        }
    }
}

/// The label of a channel's δ, sampled or drawn afterwards.
pub fn gap_label(channel: &str) -> Label<'_> {
    Label::OfChannel(GAP, channel)
}

/// The column of a stored fit with the draws of a channel's δ; absent where correlation is taken for cause.
pub fn gap_column(channel: &str) -> String {
    format!("{GAP}[{channel}]")
}
