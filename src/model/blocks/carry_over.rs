//! Carry-over of one channel: the retention α, and the slow part of a dual one.

use super::accumulator::{Accumulator, share};
use super::coordinates::SHARE;
use super::drawing::Drawing;
use super::label::{Label, Visit};
use super::numbering::Numbering;
use crate::config::Adstock;
use crate::model::design::ChannelDesign;
use crate::model::theta::{LikelihoodGradient, Theta};
use crate::transform::adstock::SlowPart;

const RETENTION: &str = "retention";
const SLOW_RETENTION: &str = "slow_retention";
const SLOW_SHARE: &str = "slow_share";

/// logit α, bent; nothing without carry-over.
#[derive(Debug, Clone, Copy)]
pub struct CarryOver {
    retention: Option<usize>,
    /// The same of α_slow and π.
    slow: Option<[usize; 2]>,
}

impl CarryOver {
    pub(super) fn number(channel: &ChannelDesign, next: &mut Numbering) -> CarryOver {
        let slow = channel.adstock.has_slow_part();
        CarryOver {
            retention: next.take_if(carries(channel.adstock)),
            slow: next.take_if(slow).zip(next.take_if(slow)).map(|(retention, share)| [retention, share]),
        }
    }

    pub(super) fn decode(self, q: &[f64], c: usize, theta: &mut Theta) {
        theta.retention[c] = self.retention.map_or(0.0, |i| share(q[i]));
        if let Some(at) = self.slow {
            let [retention, share] = at.map(|i| share(q[i]));
            theta.slow[c] = SlowPart { retention, share };
        }
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
        if let Some([retention, share]) = self.slow {
            p.beta(retention, theta.slow[c].retention, channel.shape.slow_retention, by.slow[c].retention);
            p.beta(share, theta.slow[c].share, channel.shape.slow_share, by.slow[c].share);
        }
    }

    pub(super) fn draw<R: rand::Rng>(self, channel: &ChannelDesign, draw: &mut Drawing<R>) {
        draw.beta(self.retention, channel.shape.retention);
        if let Some([retention, share]) = self.slow {
            draw.beta(Some(retention), channel.shape.slow_retention);
            draw.beta(Some(share), channel.shape.slow_share);
        }
    }

    /// Moves a jittered starting point to the middle of the prior.
    pub(super) fn start(self, channel: &ChannelDesign, q: &mut [f64]) {
        let shape = channel.shape;
        let mut start = |at: Option<usize>, (a, b): (f64, f64)| {
            if let Some(i) = at {
                q[i] += SHARE.unbent((a / b).ln());
            }
        };
        start(self.retention, shape.retention);
        start(self.slow.map(|[retention, _]| retention), shape.slow_retention);
        start(self.slow.map(|[_, share]| share), shape.slow_share);
    }

    pub(super) fn visit<'a>(self, name: &'a str, c: usize, theta: &Theta, visit: &mut impl Visit<'a>) {
        if self.retention.is_some() {
            visit(Label::OfChannel(RETENTION, name), theta.retention[c]);
        }
        if self.slow.is_some() {
            visit(Label::OfChannel(SLOW_RETENTION, name), theta.slow[c].retention);
            visit(Label::OfChannel(SLOW_SHARE, name), theta.slow[c].share);
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

/// The columns with those of its slow part, α and share.
pub fn slow_columns(adstock: Adstock, channel: &str) -> Option<[String; 2]> {
    adstock.has_slow_part().then(|| [SLOW_RETENTION, SLOW_SHARE].map(|what| format!("{what}[{channel}]")))
}
