//! Carry-over of one channel: the retention α.

use super::accumulator::{Accumulator, share};
use super::coordinates::SHARE;
use super::drawing::Drawing;
use super::label::{Label, Visit};
use super::numbering::Numbering;
use crate::config::Adstock;
use crate::model::design::ChannelDesign;
use crate::model::theta::{LikelihoodGradient, Theta};

const RETENTION: &str = "retention";

/// logit α, bent; nothing without carry-over.
#[derive(Debug, Clone, Copy)]
pub struct CarryOver {
    retention: Option<usize>,
}

impl CarryOver {
    pub(super) fn number(channel: &ChannelDesign, next: &mut Numbering) -> CarryOver {
        CarryOver { retention: next.take_if(carries(channel.adstock)) }
    }

    pub(super) fn decode(self, q: &[f64], c: usize, theta: &mut Theta) {
        theta.retention[c] = self.retention.map_or(0.0, |i| share(q[i]));
    }

    pub(super) fn prior(
        self,
        p: &mut Accumulator,
        (c, channel): (usize, &ChannelDesign),
        theta: &Theta,
        by: &LikelihoodGradient,
    ) {
        if let Some(i) = self.retention {
            p.beta(i, theta.retention[c], channel.shape.retention, by.retention[c]);
        }
    }

    pub(super) fn draw<R: rand::Rng>(self, channel: &ChannelDesign, draw: &mut Drawing<R>) {
        draw.beta(self.retention, channel.shape.retention);
    }

    /// Moves a jittered starting point to the middle of the prior.
    pub(super) fn start(self, channel: &ChannelDesign, q: &mut [f64]) {
        let (a, b) = channel.shape.retention;
        if let Some(i) = self.retention {
            q[i] += SHARE.unbent((a / b).ln());
        }
    }

    pub(super) fn visit<'a>(self, name: &'a str, c: usize, theta: &Theta, visit: &mut impl Visit<'a>) {
        if self.retention.is_some() {
            visit(Label::OfChannel(RETENTION, name), theta.retention[c]);
        }
    }
}

/// Whether a family carries anything over.
fn carries(adstock: Adstock) -> bool {
    adstock != Adstock::None
}

/// The column of a stored fit with the draws of a channel's α; `None` without carry-over, where α is 0.
pub fn retention_column(adstock: Adstock, channel: &str) -> Option<String> {
    carries(adstock).then(|| format!("{RETENTION}[{channel}]"))
}
