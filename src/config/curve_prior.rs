//! Beliefs about the shape of one channel's response: half-saturation, slope and carry-over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LogNormalPrior;

/// Belief about the shape of a channel's response, part by part; an empty part keeps the general default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CurvePrior {
    /// K: exposure per period with half of the largest effect, in exposure units (per head when exposure is
    /// scaled by population).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_saturation: Option<LogNormalPrior>,
    /// S: Hill slope; without effect where the slope is fixed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slope: Option<LogNormalPrior>,
    /// α: share of the effect that lasts from one period to the next; without effect where there is no
    /// carry-over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<BetaPrior>,
}

/// A beta distribution by its first two moments.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BetaPrior {
    /// Mean, between 0 and 1.
    pub mean: f64,
    /// Standard deviation, below √(mean (1 − mean)).
    pub sd: f64,
}

impl BetaPrior {
    /// The shape parameters (a, b) with these moments.
    pub fn shape(self) -> (f64, f64) {
        let concentration = self.mean * (1.0 - self.mean) / (self.sd * self.sd) - 1.0;
        (self.mean * concentration, (1.0 - self.mean) * concentration)
    }

    /// The distribution with shape parameters (a, b).
    pub fn of_shape(a: f64, b: f64) -> BetaPrior {
        let mean = a / (a + b);
        BetaPrior { mean, sd: (mean * (1.0 - mean) / (a + b + 1.0)).sqrt() }
    }

    /// Whether a beta distribution has these moments.
    pub fn exists(self) -> bool {
        let inside = self.mean > 0.0 && self.mean < 1.0 && self.sd > 0.0;
        let (a, b) = self.shape();
        inside && a.is_finite() && b.is_finite() && a > 0.0 && b > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_shape_are_two_ways_to_say_one_thing() {
        let prior = BetaPrior::of_shape(1.5, 3.0);
        // Beta(a, b): mean a/(a+b) = 1/3, variance ab/((a+b)²(a+b+1)) = 4.5/(20.25 · 5.5).
        assert!((prior.mean - 1.0 / 3.0).abs() < 1e-15);
        assert!((prior.sd * prior.sd - 4.5 / (20.25 * 5.5)).abs() < 1e-15);
        let (a, b) = prior.shape();
        assert!((a - 1.5).abs() < 1e-12 && (b - 3.0).abs() < 1e-12, "{a} {b}");
        assert!(prior.exists());
        for (mean, sd) in [(0.5, 0.5), (0.0, 0.1), (1.0, 0.1), (0.3, 0.0), (f64::NAN, 0.1), (0.3, f64::NAN)] {
            assert!(!BetaPrior { mean, sd }.exists(), "{mean} {sd}");
        }
    }
}
