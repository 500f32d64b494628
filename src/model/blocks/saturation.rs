//! Saturation of one channel: half-saturation K and slope S.

use super::accumulator::Accumulator;
use super::drawing::Drawing;
use super::label::{Label, Visit};
use super::numbering::Numbering;
use crate::config::SaturationFamily;
use crate::model::design::ChannelDesign;
use crate::model::theta::{LikelihoodGradient, Theta};

const HALF_SATURATION: &str = "half_saturation";
const REFERENCE: &str = "reference_exposure";
const SLOPE: &str = "slope";

/// Coordinates of a shape.
#[derive(Debug, Clone, Copy)]
pub struct SaturationBlock {
    /// ln K less its prior mean, times √(S² + the prior median of S²); standardised ln K when S is fixed; nothing
    /// without a maximum.
    half_saturation: Option<usize>,
    /// Standardised ln S.
    slope: Option<usize>,
}

impl SaturationBlock {
    pub(super) fn number(channel: &ChannelDesign, next: &mut Numbering) -> SaturationBlock {
        SaturationBlock {
            half_saturation: next.take_if(channel.saturation.has_maximum()),
            slope: next.take_if(channel.fixed_slope.is_none()),
        }
    }

    pub(super) fn decode(self, q: &[f64], (c, channel): (usize, &ChannelDesign), theta: &mut Theta) {
        let shape = channel.shape;
        let Some(at_k) = self.half_saturation.map(|i| q[i]) else {
            // The typical exposure has the effect 1.
            (theta.slope[c], theta.ln_half_saturation[c]) = (1.0, 0.0);
            return;
        };
        (theta.slope[c], theta.ln_half_saturation[c]) = match self.slope {
            Some(i) => {
                let slope = (shape.ln_slope.0 + shape.ln_slope.1 * q[i]).exp();
                (slope, shape.ln_half_saturation.0 + at_k / shape.stiffness(slope))
            }
            None => (
                channel.fixed_slope.unwrap_or(1.0),
                shape.ln_half_saturation.0 + shape.ln_half_saturation.1 * at_k,
            ),
        };
    }

    /// Prior of ln K and ln S at the coordinates (c (ln K − mean), standardised ln S) with c the
    /// [`crate::model::ShapePrior::stiffness`].
    pub(super) fn prior(
        self,
        p: &mut Accumulator,
        (c, channel): (usize, &ChannelDesign),
        theta: &Theta,
        by: &LikelihoodGradient,
    ) {
        let shape = channel.shape;
        let Some(at_k) = self.half_saturation else { return };
        let Some(at_slope) = self.slope else {
            return p.normal(at_k, shape.ln_half_saturation.1 * by.ln_half_saturation[c]);
        };
        let (slope, ln_k) = (theta.slope[c], theta.ln_half_saturation[c]);
        let (mean, sd) = shape.ln_half_saturation;
        let stiffness = shape.stiffness(slope);
        let deviate = (ln_k - mean) / sd;
        // d ln K by its coordinate is 1 / stiffness, and d ln stiffness / d ln S:
        let by_ln_slope = (slope / stiffness).powi(2);
        p.log_density -= 0.5 * deviate * deviate + stiffness.ln();
        let by_ln_k = by.ln_half_saturation[c] - deviate / sd;
        p.grad[at_k] = by_ln_k / stiffness;
        let through_stiffness = by_ln_slope * (by_ln_k * (ln_k - mean) + 1.0);
        p.normal(at_slope, shape.ln_slope.1 * (by.ln_slope[c] - through_stiffness));
    }

    pub(super) fn draw<R: rand::Rng>(self, channel: &ChannelDesign, draw: &mut Drawing<R>) {
        let shape = channel.shape;
        let Some(at_k) = self.half_saturation else { return };
        draw.q[at_k] = draw.normal();
        if let Some(i) = self.slope {
            draw.q[i] = draw.normal();
            let slope = (shape.ln_slope.0 + shape.ln_slope.1 * draw.q[i]).exp();
            draw.q[at_k] *= shape.ln_half_saturation.1 * shape.stiffness(slope);
        }
    }

    pub(super) fn visit<'a>(
        self,
        (c, channel): (usize, &'a ChannelDesign),
        theta: &Theta,
        visit: &mut impl Visit<'a>,
    ) {
        if self.half_saturation.is_some() {
            visit(Label::OfChannel(HALF_SATURATION, &channel.name), half_saturation(channel, theta, c));
        }
        if self.slope.is_some() {
            visit(Label::OfChannel(SLOPE, &channel.name), theta.slope[c]);
        }
    }
}

/// K of channel `c` in exposure units per period (per head when scaled by population), mean over the geos in which
/// it ran; without a maximum the exposure where h is 1.
pub fn half_saturation(channel: &ChannelDesign, theta: &Theta, c: usize) -> f64 {
    theta.ln_half_saturation[c].exp() * channel.exposure_scale.mean
}

/// The name of the exposure where h is 1, of a channel without a maximum.
pub fn reference_label(channel: &ChannelDesign) -> Option<Label<'_>> {
    (!channel.saturation.has_maximum()).then(|| Label::OfChannel(REFERENCE, &channel.name))
}

/// The column of a stored fit with the draws of a channel's K, or of the exposure where h is 1.
pub fn half_saturation_column(family: SaturationFamily, channel: &str) -> String {
    format!("{}[{channel}]", if family.has_maximum() { HALF_SATURATION } else { REFERENCE })
}

/// The column with the draws of its S; `None` where the slope is fixed.
pub fn slope_column(fixed: Option<f64>, channel: &str) -> Option<String> {
    fixed.is_none().then(|| format!("{SLOPE}[{channel}]"))
}
