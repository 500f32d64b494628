//! The effect of one channel: ln ROI, ln marginal ROI or ln share, of a prior of its own or of the shared one.

mod drift;

use super::accumulator::Accumulator;
use super::coordinates::EFFECT;
use super::drawing::Drawing;
use super::label::{Label, Visit};
use super::numbering::Numbering;
use crate::model::design::{ChannelDesign, EffectScale};
use crate::model::returns::{Returns, ReturnsPrior};
use crate::model::theta::{LikelihoodGradient, Theta};

pub use drift::DriftBlock;

/// ln effect of the regression: standardised by the channel's own prior, or bent about the centre of the shared one.
#[derive(Debug, Clone, Copy)]
pub struct EffectBlock {
    at: usize,
    /// The channel's own prior of it, mean and sd; `None` when pooled.
    own: Option<(f64, f64)>,
    /// That of the causal effect where δ is a parameter and the regression's effect is not held.
    causal: Option<(f64, f64)>,
}

impl EffectBlock {
    pub(super) fn number(channel: &ChannelDesign, next: &mut Numbering) -> EffectBlock {
        let causal = channel.prior.filter(|_| channel.samples_gap() && !channel.held);
        EffectBlock { at: next.take(1), own: channel.own_effect(), causal }
    }

    /// Whether the effect shares the prior of returns.
    pub fn is_pooled(self) -> bool {
        self.own.is_none()
    }

    pub(super) fn decode(self, q: &[f64], c: usize, pool: &ReturnsPrior, theta: &mut Theta) {
        theta.ln_effect[c] = match self.own {
            Some((mean, sd)) => mean + sd * q[self.at],
            None => pool.centre() + EFFECT.bent(q[self.at]).0,
        };
    }

    /// The own prior; of a pooled effect only the likelihood's part, to which [`EffectBlock::shared_prior`] adds.
    /// Returns the derivative of the prior by the causal effect, where δ is a parameter.
    pub(super) fn prior(self, p: &mut Accumulator, c: usize, theta: &Theta, by: &LikelihoodGradient) -> f64 {
        match (self.own, self.causal) {
            (Some((_, sd)), Some((mean, spread))) => {
                let z = (theta.ln_effect[c] + theta.gap[c] - mean) / spread;
                p.log_density -= 0.5 * z * z;
                p.grad[self.at] = sd * (by.ln_effect[c] - z / spread);
                -z / spread
            }
            (Some((_, sd)), None) => {
                p.normal(self.at, sd * by.ln_effect[c]);
                0.0
            }
            (None, _) => {
                p.grad[self.at] = by.ln_effect[c];
                0.0
            }
        }
    }

    /// The shared prior of the `pooled` effects: it is of the ln effects, at bent coordinates.
    pub(super) fn shared_prior(
        p: &mut Accumulator,
        pooled: impl Iterator<Item = EffectBlock>,
        returns: &Returns,
    ) {
        p.log_density += returns.log_density;
        for (block, by) in pooled.zip(&returns.gradient) {
            p.bent(block.at, EFFECT, *by);
        }
    }

    /// `pooled` are draws of the regression's effects from the shared prior, causal ones where `gap`, a draw of δ, is
    /// a parameter.
    pub(super) fn draw<R: rand::Rng>(
        self,
        pool: &ReturnsPrior,
        pooled: &mut impl Iterator<Item = f64>,
        gap: f64,
        draw: &mut Drawing<R>,
    ) {
        draw.q[self.at] = match (self.own, self.causal) {
            (Some((mean, sd)), Some((causal, spread))) => (causal + spread * draw.normal() - gap - mean) / sd,
            (Some(_), None) => draw.normal(),
            (None, _) => {
                pooled.next().map_or(0.0, |ln_effect| EFFECT.unbent(ln_effect - gap - pool.centre()))
            }
        };
    }

    pub(super) fn visit<'a>(
        self,
        (c, channel): (usize, &'a ChannelDesign),
        theta: &Theta,
        visit: &mut impl Visit<'a>,
    ) {
        let what = match channel.scale {
            EffectScale::Roi => "roi",
            EffectScale::MarginalRoi => "marginal_roi",
            EffectScale::Share => "outcome_share",
        };
        visit(Label::OfChannel(what, &channel.name), theta.ln_effect[c].exp());
    }
}
