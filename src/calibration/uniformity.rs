//! Are ranks uniform? The simultaneous band of their distribution function, and χ² over bins.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, Discrete, DiscreteCDF};

use super::ranks::Ranks;

/// Bins of the χ² test: with 200 sets each expects ten.
const BINS: usize = 20;
/// Uniform samples that give the null distribution of the band's level: p-values down to 1/50 000, below
/// what a hundred quantities ask for.
const NULL_SAMPLES: usize = 50_000;
/// Seed of those samples.
const NULL_SEED: u64 = 20_211_010;

/// p-values of the hypothesis that ranks are uniform.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uniformity {
    /// From the largest departure of the distribution function, by its pointwise binomial probability.
    pub ecdf: f64,
    /// From counts in 20 bins.
    pub chi_square: f64,
}

/// Judges ranks of one length and range; made once for many quantities, as the null distribution costs.
///
/// # Source
/// Säilynoja, Bürkner & Vehtari (2021), Graphical test for discrete uniformity and its applications in
/// goodness-of-fit evaluation and multiple sample comparison, arXiv:2103.10522, § 2.2 and algorithm 1.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    sets: usize,
    largest: usize,
    /// P(R ≤ r) and P(R = r) of the count R of ranks at or below each value; `[z][r]`.
    cumulative: Vec<Vec<f64>>,
    point: Vec<Vec<f64>>,
    /// γ of uniform samples, ascending.
    null: Vec<f64>,
}

impl Judge {
    pub(crate) fn new(sets: usize, largest: usize) -> Judge {
        let n = sets as u64;
        let binomial = |z: usize| {
            let p = (z + 1) as f64 / (largest + 1) as f64;
            Binomial::new(p, n).expect("a share between 0 and 1")
        };
        let table = |f: &dyn Fn(&Binomial, u64) -> f64| -> Vec<Vec<f64>> {
            (0..largest).map(|z| (0..=n).map(|r| f(&binomial(z), r)).collect()).collect()
        };
        let mut judge = Judge {
            sets,
            largest,
            cumulative: table(&|b, r| b.cdf(r)),
            point: table(&|b, r| b.pmf(r)),
            null: Vec::new(),
        };
        let mut rng = ChaCha8Rng::seed_from_u64(NULL_SEED);
        judge.null = (0..NULL_SAMPLES)
            .map(|_| {
                let ranks: Vec<usize> = (0..sets).map(|_| rng.random_range(0..=largest)).collect();
                judge.level(&ranks)
            })
            .collect();
        judge.null.sort_unstable_by(f64::total_cmp);
        judge
    }

    /// γ = min over z of 2 min(P(R ≤ r_z), P(R ≥ r_z)): how unlikely the most unlikely point is.
    fn level(&self, ranks: &[usize]) -> f64 {
        let mut counts = vec![0; self.largest + 1];
        ranks.iter().for_each(|r| counts[*r] += 1);
        let mut at_or_below = 0;
        let mut level = 1.0_f64;
        for (z, count) in counts.iter().enumerate().take(self.largest) {
            at_or_below += count;
            let below = self.cumulative[z][at_or_below];
            let above = 1.0 - below + self.point[z][at_or_below];
            level = level.min(2.0 * below.min(above));
        }
        level
    }

    pub(crate) fn judge(&self, ranks: &Ranks) -> Uniformity {
        let level = self.level(&ranks.ranks);
        let smaller = self.null.partition_point(|x| *x <= level);
        // The sample itself belongs to the null distribution under the hypothesis, so p is never 0.
        let ecdf = (1 + smaller) as f64 / (1 + self.null.len()) as f64;
        Uniformity { ecdf, chi_square: chi_square(ranks) }
    }

    /// Share of ranks at or below z that a simultaneous band of probability `mass` allows, for z in 0..L.
    fn band(&self, mass: f64) -> Vec<(f64, f64)> {
        let level = crate::posterior::quantile_sorted(&self.null, 1.0 - mass);
        let inside = |z: usize| {
            let (below, point) = (&self.cumulative[z], &self.point[z]);
            let fits = |r: &usize| below[*r] >= 0.5 * level && 1.0 - below[*r] + point[*r] >= 0.5 * level;
            let low = (0..=self.sets).find(fits).unwrap_or(0);
            let high = (0..=self.sets).rev().find(fits).unwrap_or(self.sets);
            (low as f64 / self.sets as f64, high as f64 / self.sets as f64)
        };
        (0..self.largest).map(inside).collect()
    }
}

/// The band that the distribution function of `sets` uniform ranks on 0..=`largest` stays in, at all
/// values 0..`largest` at once, with probability `mass`: (low, high) each.
pub fn band(sets: usize, largest: usize, mass: f64) -> Vec<(f64, f64)> {
    Judge::new(sets, largest).band(mass)
}

impl Uniformity {
    /// Judges quantities that share the number of sets and of draws; in the order given.
    pub fn of(all: &[Ranks]) -> Vec<Uniformity> {
        let Some(first) = all.first() else { return Vec::new() };
        let judge = Judge::new(first.ranks.len(), first.largest);
        all.iter().map(|ranks| judge.judge(ranks)).collect()
    }
}

fn chi_square(ranks: &Ranks) -> f64 {
    let values = ranks.largest + 1;
    let bins = BINS.min(values);
    let mut counts = vec![0.0; bins];
    ranks.ranks.iter().for_each(|r| counts[r * bins / values] += 1.0);
    // A bin holds a whole number of values, not always the same.
    let mut width = vec![0.0; bins];
    (0..values).for_each(|v| width[v * bins / values] += 1.0);
    let n = ranks.ranks.len() as f64;
    let statistic: f64 = counts
        .iter()
        .zip(&width)
        .map(|(c, w)| {
            let expected = n * w / values as f64;
            (c - expected).powi(2) / expected
        })
        .sum();
    let distribution = ChiSquared::new((bins - 1) as f64).expect("a positive number of degrees");
    distribution.sf(statistic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(sets: usize, draw: impl Fn(usize) -> usize) -> Ranks {
        Ranks { name: "x".into(), largest: 99, ranks: (0..sets).map(draw).collect() }
    }

    #[test]
    fn even_ranks_pass_and_uneven_ones_fail() {
        let even = ranks(200, |i| i % 100);
        let shifted = ranks(200, |i| (i % 100) * 8 / 10 + 10);
        let low = ranks(200, |i| (i % 100) * (i % 100) / 100);
        let [even, shifted, low] = Uniformity::of(&[even, shifted, low])[..] else { panic!() };
        assert!(even.ecdf > 0.99 && even.chi_square > 0.99, "{even:?}");
        for bad in [shifted, low] {
            assert!(bad.ecdf < 1e-3 && bad.chi_square < 1e-3, "{bad:?}");
        }
    }

    /// Every tenth uniform sample has an ECDF p-value below 0.1: it is a p-value.
    #[test]
    fn p_values_of_uniform_ranks_are_uniform() {
        let judge = Judge::new(120, 49);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut below = [0.0; 2];
        for _ in 0..2000 {
            let drawn = (0..120).map(|_| rng.random_range(0..50)).collect();
            let p = judge.judge(&Ranks { name: "x".into(), largest: 49, ranks: drawn });
            below[0] += f64::from(u8::from(p.ecdf < 0.1));
            below[1] += f64::from(u8::from(p.chi_square < 0.1));
        }
        // 200 expected; the standard deviation is 13.
        assert!(below.iter().all(|n| (150.0..250.0).contains(n)), "{below:?}");
    }

    #[test]
    fn the_band_holds_what_it_promises() {
        let band = band(100, 19, 0.9);
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let mut inside = 0.0;
        for _ in 0..2000 {
            let drawn: Vec<usize> = (0..100).map(|_| rng.random_range(0..20)).collect();
            let share = |z: usize| drawn.iter().filter(|r| **r <= z).count() as f64 / 100.0;
            let holds = band.iter().enumerate().all(|(z, (low, high))| (*low..=*high).contains(&share(z)));
            inside += f64::from(u8::from(holds)) / 2000.0;
        }
        assert!((0.87..0.95).contains(&inside), "{inside}");
    }
}
