//! The parameters on their natural scales at one point, and the gradient by them.

use super::design::{ChannelDesign, Design};
use crate::config::SaturationFamily;
use crate::transform::adstock::{CarryShape, SlowPart};
use crate::transform::saturation::Saturation;

/// Parameters on their natural scales at one point. Vectors over channels have length C.
#[derive(Debug, Clone, Default)]
pub struct Theta {
    /// α.
    pub retention: Vec<f64>,
    /// The slow part of the carry-over; nothing without.
    pub slow: Vec<SlowPart>,
    /// Family of saturation.
    pub family: Vec<SaturationFamily>,
    /// ln K, scaled exposure units.
    pub ln_half_saturation: Vec<f64>,
    /// S.
    pub slope: Vec<f64>,
    /// ln of the effect (ROI, marginal ROI or share).
    pub ln_effect: Vec<f64>,
    /// How the effect changes over the data; nothing without drift.
    pub drift: Vec<Drifting>,
    /// δ of the channels whose gap is sampled; 0 of the others.
    pub gap: Vec<f64>,
    /// η, spread of ln β over geos.
    pub geo_spread: Vec<f64>,
    /// Geo factors, ln ~ N(0, η²): C × G; ones when G = 1.
    pub geo_factor: Vec<f64>,
    /// z = ln factor / η; C × G.
    pub geo_deviate: Vec<f64>,
    /// σ_trend, σ_season.
    pub trend_scale: f64,
    /// σ_season.
    pub season_scale: f64,
    /// Scales of geo deviations: trend, season, controls.
    pub geo_scale: [f64; 3],
    /// σ_g, scaled outcome units; length G.
    pub sigma: Vec<f64>,
    /// φ; 0 for white noise.
    pub phi: f64,
    /// σ_u.
    pub weekly_scale: f64,
    /// f_t, the shared level, scaled outcome units; empty when off.
    pub weekly: Vec<f64>,
}

/// The drift of one channel's effect.
#[derive(Debug, Clone, Default)]
pub struct Drifting {
    /// sd of a year's step.
    pub spread: f64,
    /// From knot to knot, logarithms.
    pub steps: Vec<f64>,
    /// Effect in each period over that at the end of the data; empty without drift.
    pub relative: Vec<f64>,
}

impl Drifting {
    fn new(channel: &ChannelDesign, n_periods: usize) -> Drifting {
        match &channel.drift {
            Some(path) => {
                Drifting { spread: 0.0, steps: vec![0.0; path.n_steps()], relative: vec![1.0; n_periods] }
            }
            None => Drifting::default(),
        }
    }
}

impl Theta {
    /// Effect of channel `c` in each period over that at the end of the data, where it drifts.
    #[inline(always)]
    pub fn drift(&self, c: usize) -> Option<&[f64]> {
        let relative = &self.drift[c].relative;
        (!relative.is_empty()).then_some(relative)
    }

    /// Carry-over of channel `c`.
    #[inline(always)]
    pub fn carry(&self, c: usize) -> CarryShape {
        CarryShape { retention: self.retention[c], slow: self.slow[c] }
    }

    /// Saturation of channel `c`, in scaled exposure units.
    #[inline(always)]
    pub fn saturation(&self, c: usize) -> Saturation {
        Saturation::new(self.family[c], self.ln_half_saturation[c], self.slope[c])
    }

    /// Room for a design's parameters.
    pub fn new(design: &Design) -> Theta {
        let (c, g) = (design.n_channels(), design.n_geos);
        Theta {
            retention: vec![0.0; c],
            slow: vec![SlowPart::default(); c],
            family: design.media.channels.iter().map(|c| c.saturation).collect(),
            ln_half_saturation: vec![0.0; c],
            slope: vec![0.0; c],
            ln_effect: vec![0.0; c],
            drift: design.media.channels.iter().map(|c| Drifting::new(c, design.n_periods)).collect(),
            gap: vec![0.0; c],
            geo_spread: vec![0.0; c],
            geo_factor: vec![1.0; c * g],
            geo_deviate: vec![0.0; c * g],
            sigma: vec![0.0; g],
            weekly: vec![0.0; if design.baseline.weekly_effect { design.n_periods } else { 0 }],
            ..Default::default()
        }
    }
}

/// Gradient of the log likelihood by the parameters, on the scales the chain rule wants.
#[derive(Debug, Clone, Default)]
pub struct LikelihoodGradient {
    /// by α, per channel.
    pub retention: Vec<f64>,
    /// by the slow part of the carry-over.
    pub slow: Vec<SlowPart>,
    /// by ln K.
    pub ln_half_saturation: Vec<f64>,
    /// by ln S.
    pub ln_slope: Vec<f64>,
    /// by ln effect.
    pub ln_effect: Vec<f64>,
    /// by ln of the drift in each period; empty without.
    pub ln_drift: Vec<Vec<f64>>,
    /// by δ, by terms that speak of causes.
    pub gap: Vec<f64>,
    /// by ln of the geo factor; C × G.
    pub ln_geo_factor: Vec<f64>,
    /// by ln σ_trend.
    pub ln_trend: f64,
    /// by ln σ_season.
    pub ln_season: f64,
    /// by ln of the geo-deviation scales.
    pub ln_geo: [f64; 3],
    /// by ln σ_g.
    pub ln_sigma: Vec<f64>,
    /// by φ.
    pub phi: f64,
    /// by f_t, in the end by its rotated coordinates.
    pub weekly: Vec<f64>,
    /// by ln σ_u.
    pub ln_weekly_scale: f64,
}

impl LikelihoodGradient {
    /// Zeros of the right lengths.
    pub fn new(design: &Design) -> LikelihoodGradient {
        let (c, g) = (design.n_channels(), design.n_geos);
        LikelihoodGradient {
            retention: vec![0.0; c],
            slow: vec![SlowPart::default(); c],
            ln_half_saturation: vec![0.0; c],
            ln_slope: vec![0.0; c],
            ln_effect: vec![0.0; c],
            ln_drift: design
                .media
                .channels
                .iter()
                .map(|c| if c.drift.is_some() { vec![0.0; design.n_periods] } else { Vec::new() })
                .collect(),
            gap: vec![0.0; c],
            ln_geo_factor: vec![0.0; c * g],
            ln_sigma: vec![0.0; g],
            weekly: vec![0.0; design.n_periods],
            ..Default::default()
        }
    }
}
