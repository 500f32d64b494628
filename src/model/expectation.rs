//! What the prior says of one channel's ln effect, the others unknown.

use statrs::distribution::{ContinuousCDF, Normal};

use super::returns::ReturnsPrior;

/// Share of a prior below which nothing is told apart.
const TAIL: f64 = 1e-9;

/// The prior of one ln effect.
#[derive(Debug, Clone, Copy)]
pub enum Expectation<'a> {
    /// A normal of the channel's own.
    Normal {
        /// Of ln effect.
        mean: f64,
        /// Of ln effect.
        sd: f64,
    },
    /// The one that channels share.
    Shared(&'a ReturnsPrior),
}

impl Expectation<'_> {
    /// Standard deviation, should the channel act.
    pub fn sd(&self) -> f64 {
        match self {
            Expectation::Normal { sd, .. } => *sd,
            Expectation::Shared(prior) => prior.usual_sd(),
        }
    }

    /// Quantile `p` of ln effect.
    pub fn quantile(&self, p: f64) -> f64 {
        match self {
            Expectation::Normal { mean, sd } => mean + sd * Normal::standard().inverse_cdf(p),
            Expectation::Shared(prior) => prior.quantile(p),
        }
    }

    /// Where `ln_effect` lies in the prior: the standard normal deviate with as much below it, within ±6.
    pub fn deviate(&self, ln_effect: f64) -> f64 {
        let below = match self {
            Expectation::Normal { mean, sd } => Normal::standard().cdf((ln_effect - mean) / sd),
            Expectation::Shared(prior) => prior.below(ln_effect),
        };
        Normal::standard().inverse_cdf(below.clamp(TAIL, 1.0 - TAIL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::returns::Belief;

    #[test]
    fn quantiles_and_deviates_are_inverse_to_each_other() {
        let belief = Belief { weight: 1.0, mean: 0.3, sd: 0.3, spreads: &[(0.35, 1.0)] };
        let shared = ReturnsPrior::new(&[belief]);
        for prior in [Expectation::Normal { mean: -1.0, sd: 0.4 }, Expectation::Shared(&shared)] {
            for (p, z) in [(0.5, 0.0), (0.05, -1.644_853_626_951), (0.975, 1.959_963_984_540)] {
                assert!((prior.deviate(prior.quantile(p)) - z).abs() < 1e-6, "{prior:?} {p}");
            }
            assert!((prior.deviate(99.0) - 5.997_807).abs() < 1e-5, "{}", prior.deviate(99.0));
        }
        assert_eq!(Expectation::Normal { mean: 0.0, sd: 0.4 }.sd(), 0.4);
        assert_eq!(Expectation::Shared(&shared).sd(), shared.usual_sd());
    }
}
