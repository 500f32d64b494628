//! The causal gap of a channel: what its spend causes against how the outcome moves with it.
//!
//! The regression sees ln effect = ln (causal effect) − δ; what people, experiments and the market's shared prior
//! know is the causal side. Where demand drives both spend and sales δ is negative: a part of what moves with the
//! channel would have come anyway.

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One normal of the prior of δ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GapPart {
    /// Prior weight; those of a channel sum to 1.
    pub weight: f64,
    /// Mean of δ.
    pub mean: f64,
    /// Its standard deviation; 0 for a gap that is known.
    pub sd: f64,
}

/// The prior of a channel's δ: a mixture of normals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct GapPrior(Vec<GapPart>);

impl GapPrior {
    /// δ = 0: correlation is cause.
    pub fn none() -> GapPrior {
        GapPrior(vec![GapPart { weight: 1.0, mean: 0.0, sd: 0.0 }])
    }

    /// A gap about `mean` (the logarithm of E e^δ) whose δ has the standard deviation `sd`.
    ///
    /// Half the variance is subtracted: otherwise not to know would earn a channel budget.
    pub fn around(mean: f64, sd: f64) -> GapPrior {
        GapPrior(vec![GapPart { weight: 1.0, mean: mean - 0.5 * sd * sd, sd }])
    }

    /// A mixture of (weight, logarithm of E e^δ, sd).
    pub(crate) fn mixture(parts: &[(f64, f64, f64)]) -> GapPrior {
        let part = |(weight, mean, sd): &(f64, f64, f64)| GapPart {
            weight: *weight,
            mean: mean - 0.5 * sd * sd,
            sd: *sd,
        };
        GapPrior(parts.iter().map(part).collect())
    }

    /// The same belief, with `part` (weight, logarithm of E e^δ, sd) that it is another one.
    pub(crate) fn or_else(&self, (weight, mean, sd): (f64, f64, f64)) -> GapPrior {
        let own = self.0.iter().map(|part| GapPart { weight: part.weight * (1.0 - weight), ..*part });
        GapPrior(own.chain(GapPrior::mixture(&[(weight, mean, sd)]).0).collect())
    }

    /// Whether δ is 0 for certain.
    pub fn is_none(&self) -> bool {
        self.0.iter().all(|part| part.mean == 0.0 && part.sd == 0.0)
    }

    /// The normals.
    pub fn parts(&self) -> &[GapPart] {
        &self.0
    }

    /// Mean and standard deviation of δ.
    pub fn moments(&self) -> (f64, f64) {
        let mean: f64 = self.0.iter().map(|part| part.weight * part.mean).sum();
        let spread = |part: &GapPart| part.weight * (part.sd * part.sd + (part.mean - mean).powi(2));
        (mean, self.0.iter().map(spread).sum::<f64>().sqrt())
    }

    /// ln density of δ up to a constant, and its slope. Every part has a standard deviation.
    pub(crate) fn density(&self, gap: f64) -> (f64, f64) {
        let (mut density, mut slope) = (0.0, 0.0);
        for part in &self.0 {
            let z = (gap - part.mean) / part.sd;
            let p = part.weight / part.sd * (-0.5 * z * z).exp();
            density += p;
            slope -= p * z / part.sd;
        }
        // Far out, where all parts underflow, the widest decides.
        if density > f64::MIN_POSITIVE {
            return (density.ln(), slope / density);
        }
        let widest = self.0.iter().max_by(|a, b| a.sd.total_cmp(&b.sd));
        let Some(part) = widest else { return (0.0, 0.0) };
        let z = (gap - part.mean) / part.sd;
        ((part.weight / part.sd).ln() - 0.5 * z * z, -z / part.sd)
    }

    /// Draws δ.
    pub(crate) fn draw<R: rand::Rng>(&self, rng: &mut R) -> f64 {
        let mut left: f64 = rng.random();
        let part = self.0.iter().find(|part| {
            left -= part.weight;
            left < 0.0
        });
        // Rounding may leave a hair beyond the last part.
        let Some(part) = part.or(self.0.last()) else { return 0.0 };
        let z: f64 = StandardNormal.sample(rng);
        part.mean + part.sd * z
    }
}

/// δ given the ln effect of the regression `x` = ln (causal effect) − δ, where the causal side is N(`mean`, `sd`²) and
/// δ of the normal `part`: conjugate.
pub(crate) fn gap_given_effect<R: rand::Rng>(
    x: f64,
    (mean, sd): (f64, f64),
    part: GapPart,
    rng: &mut R,
) -> f64 {
    let total = sd * sd + part.sd * part.sd;
    if part.sd == 0.0 || total == 0.0 {
        return part.mean;
    }
    let weight = part.sd * part.sd / total;
    let z: f64 = StandardNormal.sample(rng);
    part.mean - weight * (x - (mean - part.mean)) + part.sd * (1.0 - weight).sqrt() * z
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn the_density_has_its_slope_and_the_draws_its_moments() {
        let prior = GapPrior::mixture(&[(0.8, -0.6, 0.4), (0.2, -2.0, 1.0)]);
        for gap in [-80.0, -3.0, -0.7, 0.1, 2.0] {
            let h = 1e-5;
            let numeric = (prior.density(gap + h).0 - prior.density(gap - h).0) / (2.0 * h);
            let slope = prior.density(gap).1;
            assert!((slope - numeric).abs() < 1e-6 * (1.0 + slope.abs()), "{gap}: {slope} {numeric}");
        }
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let n = 40_000;
        let draws: Vec<f64> = (0..n).map(|_| prior.draw(&mut rng)).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let sd = (draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / f64::from(n)).sqrt();
        let (want, spread) = prior.moments();
        assert!((mean - want).abs() < 0.02 && (sd - spread).abs() < 0.02, "{mean} {want}, {sd} {spread}");
    }

    #[test]
    fn ignorance_earns_no_budget() {
        // E e^δ = e^mean whatever the spread.
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let n = 200_000;
        let prior = GapPrior::around(-0.2, 0.4);
        let mean = (0..n).map(|_| prior.draw(&mut rng).exp()).sum::<f64>() / f64::from(n);
        assert!((mean - (-0.2f64).exp()).abs() < 0.004, "{mean}");
    }

    /// By brute force over δ: p(δ | x) ∝ N(x + δ; m, s²) N(δ; μ, τ²).
    #[test]
    fn the_conditional_is_the_ratio_of_the_densities() {
        let (x, causal, part) = (1.4, (0.3, 0.5), GapPart { weight: 1.0, mean: -0.3, sd: 0.4 });
        let (mut sums, step) = ([0.0; 3], 1e-3);
        for i in -4000..4000 {
            let d = step * f64::from(i);
            let p = (-0.5 * ((x + d - causal.0) / causal.1).powi(2)
                - 0.5 * ((d - part.mean) / part.sd).powi(2))
            .exp();
            sums = [sums[0] + p, sums[1] + p * d, sums[2] + p * d * d];
        }
        let (mean, variance) = (sums[1] / sums[0], sums[2] / sums[0] - (sums[1] / sums[0]).powi(2));
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let n = 40_000;
        let draws: Vec<f64> = (0..n).map(|_| gap_given_effect(x, causal, part, &mut rng)).collect();
        let got = draws.iter().sum::<f64>() / f64::from(n);
        let spread = draws.iter().map(|d| (d - got).powi(2)).sum::<f64>() / f64::from(n);
        assert!(
            (got - mean).abs() < 0.01 && (spread - variance).abs() < 0.005,
            "{got} {mean}, {spread} {variance}"
        );
    }
}
