//! A channel's effect had its exposure been another: adstock up to the end of a window, saturation in it.

use std::ops::Range;

use super::super::theta::Theta;
use super::drifted::{times, without};
use crate::config::Adstock;
use crate::transform::adstock::Carry;
use crate::transform::saturation::{Cotangent, Responded, Response, ShapeGradient, ShapeSums};

/// The other exposure of one channel in one geo.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherExposure {
    /// Index of the channel.
    pub channel: usize,
    /// Index of the geo.
    pub geo: usize,
    /// Scaled exposure in all T periods.
    pub exposure: Vec<f64>,
    /// Periods in which the effect is wanted.
    pub window: Range<usize>,
}

/// Its effect at one point, and the derivative by that.
#[derive(Debug, Clone)]
pub struct Counterfactual {
    of: OtherExposure,
    carry: Carry,
    adstocked: Vec<f64>,
    tangent: Vec<f64>,
    effect: Vec<f64>,
    logit: Vec<f64>,
    by_retention: Vec<f64>,
    by_effect: Vec<f64>,
}

impl Counterfactual {
    /// Room for an exposure of a channel with this carry-over.
    pub fn new(of: OtherExposure, adstock: Adstock) -> Counterfactual {
        let (n, window) = (of.window.end, of.window.len());
        Counterfactual {
            of,
            carry: Carry::new(adstock),
            adstocked: vec![0.0; n],
            tangent: vec![0.0; n],
            effect: vec![0.0; window],
            logit: vec![0.0; window],
            by_retention: vec![0.0; window],
            by_effect: vec![0.0; window],
        }
    }

    /// The other exposure.
    pub fn of(&self) -> &OtherExposure {
        &self.of
    }

    /// h in the window.
    pub fn effect(&self) -> &[f64] {
        &self.effect
    }

    /// Derivative of the log likelihood by h in the window, to be added to.
    pub fn by_effect_mut(&mut self) -> &mut [f64] {
        &mut self.by_effect
    }

    /// Fills in the effect at a point; the derivative by it becomes 0.
    #[inline(always)]
    pub fn forward<const FMA: bool>(&mut self, theta: &Theta) {
        let (c, window) = (self.of.channel, self.of.window.clone());
        self.carry.set(theta.carry(c));
        self.carry.apply::<FMA>(&self.of.exposure[..window.end], &mut self.adstocked, &mut self.tangent);
        let mut out = Response {
            effect: &mut self.effect,
            logit: &mut self.logit,
            by_parameter: &mut self.by_retention,
        };
        theta.saturation(c).forward::<FMA>(&self.adstocked[window.clone()], &self.tangent[window], &mut out);
        if let Some(drift) = theta.drift(c) {
            self.effect.iter_mut().zip(&drift[self.of.window.clone()]).for_each(|(h, d)| *h *= d);
        }
        self.by_effect.fill(0.0);
    }

    /// Adds what the derivative by the effect says of the logarithm of a drift, to one entry per period.
    pub fn add_by_ln_drift(&self, by_ln_drift: &mut [f64]) {
        let own = self.by_effect.iter().zip(&self.effect);
        for (to, (by, h)) in by_ln_drift[self.of.window.clone()].iter_mut().zip(own) {
            *to += by * h;
        }
    }

    /// What the derivative by the effect says of the channel's shape.
    #[inline(always)]
    pub fn reverse<const FMA: bool>(&self, theta: &Theta) -> ShapeGradient {
        let mut sums = ShapeSums::new(theta.saturation(self.of.channel));
        let drift = theta.drift(self.of.channel).map(|drift| &drift[self.of.window.clone()]);
        let own = drift.map(|drift| (without(drift, &self.effect), times(drift, &self.by_effect)));
        let (effect, by_effect) = match &own {
            Some((effect, by_effect)) => (effect.as_slice(), by_effect.as_slice()),
            None => (self.effect.as_slice(), self.by_effect.as_slice()),
        };
        let series = Responded { effect, logit: &self.logit, by_retention: &self.by_retention };
        let by = Cotangent { beta: 1.0, by_media: by_effect, cost: 0.0, weight: by_effect };
        sums.add_series::<FMA>(&series, &by, |_, _| 1.0);
        let mut shape = sums.total();
        if self.carry.has_slow_part() {
            let mut by_adstocked = vec![0.0; self.of.window.end];
            series.by_adstocked(&by, |_, _| 1.0, &mut by_adstocked[self.of.window.start..]);
            let exposure = &self.of.exposure[..self.of.window.end];
            if let Some(by) = self.carry.derivatives::<FMA>(exposure, &by_adstocked) {
                (shape.retention, shape.slow) = (by.retention, by.slow);
            }
        }
        shape
    }
}
