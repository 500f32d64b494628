//! A reading: an estimate, with its error, of what a change of spend caused.
//!
//! L = Σ_c e^{δ_c} Σ_{g, t} u_gt β_gc [h(a(x)) − h(a(x⁰))] over the cells that the reading counted, u the unit of the
//! estimate; the estimate is N(L, se² + ω² L²). ω is what differs between the place and time of a test and the window:
//! without it two tests would pin the gap for all time.

use super::super::design::Design;
use super::super::media::{Counterfactual, OtherExposure};
use super::super::terms::{At, Derivatives, Term};
use super::lift::{Lift, part};
use crate::data::{Dataset, Experiment, Reading};

/// ω, relative to the effect.
pub(crate) const ELSEWHERE: f64 = 0.1;

/// All readings of a fit.
#[derive(Debug)]
pub struct Readings {
    exposures: Vec<OtherExposure>,
    readings: Vec<ReadingTerm>,
    /// ω.
    elsewhere: f64,
}

/// One reading.
#[derive(Debug, Clone)]
struct ReadingTerm {
    /// Its counterfactual exposures, by index.
    own: std::ops::Range<usize>,
    /// Units of the estimate per scaled outcome unit, for each of them over its window.
    units: Vec<Vec<f64>>,
    estimate: f64,
    se: f64,
}

/// The readings among `tests`, if any.
pub(super) fn readings(tests: &[Experiment], design: &Design, data: &Dataset) -> Option<Readings> {
    let (mut exposures, mut readings) = (Vec::new(), Vec::new());
    for test in tests {
        let Some(Reading { estimate, se, .. }) = test.reading() else { continue };
        let Lift { exposures: own, units } = Lift::of(test, design, data);
        readings.push(ReadingTerm { own: exposures.len()..exposures.len() + own.len(), units, estimate, se });
        exposures.extend(own);
    }
    (!readings.is_empty()).then_some(Readings { exposures, readings, elsewhere: ELSEWHERE })
}

/// Log density of a reading where the model says that its lift is `lift`, up to a constant.
pub fn reading_density(reading: &Reading, lift: f64) -> f64 {
    Error::of(reading.estimate, reading.se, ELSEWHERE, lift).ln_density()
}

/// What an estimate differs by from a lift, and its variance about it.
struct Error {
    residual: f64,
    variance: f64,
}

impl Error {
    fn of(estimate: f64, se: f64, elsewhere: f64, lift: f64) -> Error {
        Error { residual: estimate - lift, variance: se.powi(2) + (elsewhere * lift).powi(2) }
    }

    fn ln_density(&self) -> f64 {
        -0.5 * (self.residual * self.residual / self.variance + self.variance.ln())
    }
}

impl Readings {
    /// The same as if a test's place and time were those of the data.
    #[cfg(test)]
    pub(super) fn of_here(self) -> Readings {
        Readings { elsewhere: 0.0, ..self }
    }

    /// The lift that a reading estimates, in its own units.
    fn lift(&self, reading: &ReadingTerm, at: At, counterfactuals: &[Counterfactual]) -> f64 {
        let part = |(k, units): (usize, &Vec<f64>)| {
            let (difference, beta) = part(&self.exposures[k], units, at, &counterfactuals[k]);
            at.theta.gap[self.exposures[k].channel].exp() * beta * difference
        };
        reading.own.clone().zip(&reading.units).map(part).sum()
    }
}

impl Term for Readings {
    fn exposures(&self) -> &[OtherExposure] {
        &self.exposures
    }

    fn density(&self, at: At, _: &[f64], into: Derivatives) -> f64 {
        let mut ln_density = 0.0;
        for reading in &self.readings {
            let lift = self.lift(reading, at, into.counterfactuals);
            let error = Error::of(reading.estimate, reading.se, self.elsewhere, lift);
            ln_density += error.ln_density();
            let Error { residual, variance } = error;
            let by_variance = 0.5 * (residual * residual / variance - 1.0) / variance;
            let by_lift = residual / variance + by_variance * 2.0 * self.elsewhere.powi(2) * lift;
            for (k, units) in reading.own.clone().zip(&reading.units) {
                let (difference, beta) = part(&self.exposures[k], units, at, &into.counterfactuals[k]);
                let OtherExposure { channel: c, geo: g, window, .. } = &self.exposures[k];
                let causal = by_lift * at.theta.gap[*c].exp();
                into.parameters.gap[*c] += causal * beta * difference;
                for (by, u) in into.counterfactuals[k].by_effect_mut().iter_mut().zip(units) {
                    *by -= causal * beta * u;
                }
                let Some(media) = into.media.of_mut(*c) else { continue };
                media.by_beta[*g] += causal * difference;
                for (by, u) in media.by_effect_mut(*g)[window.clone()].iter_mut().zip(units) {
                    *by += causal * beta * u;
                }
            }
        }
        ln_density
    }
}
