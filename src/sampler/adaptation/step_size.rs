//! Step size: a first guess, then dual averaging towards a target acceptance statistic.

use rand_chacha::ChaCha8Rng;

use crate::sampler::density::{DensityError, LogDensity};
use crate::sampler::trajectory::nuts::Nuts;

/// Around a normal target a step is an angle, and any is without error: one that a trajectory of a few
/// points resolves.
const LONGEST: f64 = 1.2;

/// Nesterov dual averaging of ln ε.
///
/// # Source
/// Hoffman & Gelman (2014), § 3.2, with their constants.
#[derive(Debug, Clone)]
pub(crate) struct DualAveraging {
    target: f64,
    /// ln of ten times the first guess: the value that ln ε shrinks to.
    mu: f64,
    /// Updates so far.
    count: f64,
    /// Mean shortfall of the acceptance statistic.
    shortfall: f64,
    ln_step: f64,
    ln_averaged: f64,
}

impl DualAveraging {
    const GAMMA: f64 = 0.05;
    const KAPPA: f64 = 0.75;
    const T0: f64 = 10.0;
    /// Updates below which the average is worse than the first guess.
    const FEWEST: f64 = 20.0;

    pub(crate) fn new(first: f64, target: f64) -> Self {
        DualAveraging {
            target,
            mu: (10.0 * first).ln(),
            count: 0.0,
            shortfall: 0.0,
            ln_step: first.ln(),
            ln_averaged: first.ln(),
        }
    }

    /// Takes in the acceptance statistic of a transition made with [`DualAveraging::step`].
    pub(crate) fn update(&mut self, accept: f64) {
        self.count += 1.0;
        let weight = 1.0 / (self.count + Self::T0);
        self.shortfall += weight * (self.target - accept - self.shortfall);
        self.ln_step = (self.mu - self.count.sqrt() / Self::GAMMA * self.shortfall).min(LONGEST.ln());
        let weight = self.count.powf(-Self::KAPPA);
        self.ln_averaged += weight * (self.ln_step - self.ln_averaged);
    }

    /// Step size of the next warm-up transition.
    pub(crate) fn step(&self) -> f64 {
        self.ln_step.exp()
    }

    /// Step size after the warm-up.
    ///
    /// The first updates swing by powers of ten and say nothing yet. The first guess is used instead, a
    /// quarter of it: it is a step just too long for one point, and a trajectory of many needs a shorter one.
    pub(crate) fn averaged(&self) -> f64 {
        if self.count < Self::FEWEST { 0.1 * self.mu.exp() / 4.0 } else { self.ln_averaged.exp() }
    }
}

/// The power of two at which one leapfrog step's acceptance probability crosses 0.8.
///
/// # Errors
/// When the density cannot be evaluated.
///
/// # Source
/// Hoffman & Gelman (2014), algorithm 4, with Stan's 0.8.
pub(crate) fn first_guess<D: LogDensity>(
    nuts: &mut Nuts<'_, D>,
    rng: &mut ChaCha8Rng,
) -> Result<f64, DensityError> {
    let threshold = 0.8f64.ln();
    let mut step = 1.0f64;
    let grow = nuts.trial_step(rng, step)? > threshold;
    // 2⁻⁵⁰ is below any step that could move a chain, 2²⁰ above any that one would wish to make.
    while (2f64.powi(-50)..2f64.powi(20)).contains(&step) {
        step *= if grow { 2.0 } else { 0.5 };
        if (nuts.trial_step(rng, step)? > threshold) != grow {
            break;
        }
    }
    Ok(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averaging_finds_the_step_that_meets_the_target() {
        // accept = exp(−ε): the target 0.8 is met at ε = −ln 0.8.
        let mut averaging = DualAveraging::new(2.0, 0.8);
        for _ in 0..2000 {
            averaging.update((-averaging.step()).exp());
        }
        assert!((averaging.averaged() / -0.8f64.ln() - 1.0).abs() < 0.02, "{}", averaging.averaged());
    }

    #[test]
    fn first_update_follows_the_formula() {
        let mut averaging = DualAveraging::new(0.2, 0.8);
        averaging.update(0.3);
        // H̄ = (0.8 − 0.3)/11; ln ε = ln 2 − H̄/0.05; its weight in the average is 1.
        let want = 2f64.ln() - 0.5 / 11.0 / 0.05;
        assert!((averaging.step().ln() - want).abs() < 1e-14);
        assert!((averaging.ln_averaged - want).abs() < 1e-14);
        assert!((averaging.averaged() - 0.05).abs() < 1e-14, "too early for the average");
    }
}
