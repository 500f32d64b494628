//! The effect of one channel: ln ROI, ln marginal ROI or ln share, of a prior of its own or of the shared one.

use super::accumulator::Accumulator;
use super::coordinates::EFFECT;
use super::drawing::Drawing;
use super::label::{Label, Visit};
use super::numbering::Numbering;
use crate::model::design::{ChannelDesign, EffectScale};
use crate::model::returns::{Returns, ReturnsPrior};
use crate::model::theta::{LikelihoodGradient, Theta};

/// ln effect: standardised by the channel's own prior, or bent about the centre of the shared one.
#[derive(Debug, Clone, Copy)]
pub struct EffectBlock {
    at: usize,
    /// sd of the channel's own prior of ln effect; `None` when pooled.
    own_sd: Option<f64>,
}

impl EffectBlock {
    pub(super) fn number(channel: &ChannelDesign, next: &mut Numbering) -> EffectBlock {
        EffectBlock { at: next.take(1), own_sd: channel.prior.map(|(_, sd)| sd) }
    }

    /// Whether the effect shares the prior of returns.
    pub fn is_pooled(self) -> bool {
        self.own_sd.is_none()
    }

    pub(super) fn decode(
        self,
        q: &[f64],
        (c, channel): (usize, &ChannelDesign),
        pool: &ReturnsPrior,
        theta: &mut Theta,
    ) {
        theta.ln_effect[c] = match channel.prior {
            Some((mean, sd)) => mean + sd * q[self.at],
            None => pool.centre() + EFFECT.bent(q[self.at]).0,
        };
    }

    /// The own prior; of a pooled effect only the likelihood's part, to which [`EffectBlock::shared_prior`] adds.
    pub(super) fn prior(self, p: &mut Accumulator, c: usize, by: &LikelihoodGradient) {
        match self.own_sd {
            Some(sd) => p.normal(self.at, sd * by.ln_effect[c]),
            None => p.grad[self.at] = by.ln_effect[c],
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

    /// `pooled` are draws from the shared prior.
    pub(super) fn draw<R: rand::Rng>(
        self,
        pool: &ReturnsPrior,
        pooled: &mut impl Iterator<Item = f64>,
        draw: &mut Drawing<R>,
    ) {
        draw.q[self.at] = match self.own_sd {
            Some(_) => draw.normal(),
            None => pooled.next().map_or(0.0, |ln_effect| EFFECT.unbent(ln_effect - pool.centre())),
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
