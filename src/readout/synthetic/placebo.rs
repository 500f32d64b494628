//! The error of a comparison by treatments that never were: untreated units of like sizes are taken for treated.

use rand::SeedableRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Comparison, SyntheticDid};

/// Untreated units of nearest size among which one stands in for a treated unit.
const ALIKE: usize = 4;

/// Estimates where nothing was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Placebos {
    /// Lift of each, scaled to the noise of the treated units; units of the outcome.
    pub lifts: Vec<f64>,
    /// Their standard deviation about their mean: the standard error of the estimate.
    pub se: f64,
}

impl Comparison<'_> {
    /// `n` placebos drawn by `seed`: as many untreated units of sizes like the treated ones', compared with the rest of
    /// the untreated; each scaled by √(Σ σ² treated / Σ σ² placebo). `None` unless more units are untreated than treated.
    pub fn placebos(&self, found: &SyntheticDid, n: usize, seed: u64) -> Option<Placebos> {
        if self.donors.len() < self.treated.len() + 2 || n < 2 {
            return None;
        }
        let of_treated = self.noise_of(&self.treated);
        let lift = |i: usize| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(i as u64);
            let treated = self.like_treated(&mut rng);
            let is_donor = |unit: &&usize| !treated.contains(*unit);
            let donors: Vec<usize> = self.donors.iter().filter(is_donor).copied().collect();
            let start: Vec<f64> = donors.iter().map(|d| found.unit_weights[self.place(*d)]).collect();
            let scale = (of_treated / self.noise_of(&treated)).sqrt();
            let placebo = Comparison { treated, donors, ..self.clone() };
            scale * placebo.estimate_from(Some((&start, &found.time_weights))).lift
        };
        let lifts: Vec<f64> = (0..n).into_par_iter().map(lift).collect();
        let mean = lifts.iter().sum::<f64>() / n as f64;
        let se = (lifts.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt();
        Some(Placebos { lifts, se })
    }

    fn place(&self, donor: usize) -> usize {
        self.donors.iter().position(|d| *d == donor).expect("a donor of this comparison")
    }

    /// For each treated unit, in random order, one of the untreated units nearest to it in size that are left.
    fn like_treated(&self, rng: &mut ChaCha8Rng) -> Vec<usize> {
        let mut order = self.treated.clone();
        order.shuffle(rng);
        let mut left = self.donors.clone();
        let mut chosen = Vec::with_capacity(order.len());
        for unit in order {
            let distance = |i: &usize| (self.sizes[*i] / self.sizes[unit]).ln().abs();
            left.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)));
            let alike = &left[..left.len().min(ALIKE)];
            let Some(&one) = alike.choose(rng) else { break };
            left.retain(|i| *i != one);
            chosen.push(one);
        }
        chosen
    }

    /// Σ of the variances of the units' outcomes, by their steps before the treatment.
    fn noise_of(&self, units: &[usize]) -> f64 {
        let variance = |i: &usize| {
            let steps: Vec<f64> = self.steps(*i).collect();
            let mean = steps.iter().sum::<f64>() / steps.len() as f64;
            let square: f64 = steps.iter().map(|d| (d - mean).powi(2)).sum();
            self.sizes[*i].powi(2) * square / steps.len() as f64
        };
        units.iter().map(variance).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::panel;
    use super::*;

    /// Over panels without a treatment, estimates spread as their placebo errors say.
    #[test]
    fn the_placebo_error_is_the_spread_of_the_estimate() {
        let (mut squares, mut n) = (0.0, 0.0);
        for seed in 0..20 {
            let outcome = panel(24, 60, 0.3, seed);
            let sizes: Vec<f64> = (0..24).map(|i| 1.0 + (i % 5) as f64).collect();
            let comparison = Comparison {
                outcome: outcome.view(),
                sizes: &sizes,
                treated: vec![0, 1, 2, 3, 4, 5],
                donors: (6..24).collect(),
                before: 0..52,
                after: 52..60,
            };
            let found = comparison.estimate();
            let placebos = comparison.placebos(&found, 40, 1).unwrap();
            assert_eq!(placebos, comparison.placebos(&found, 40, 1).unwrap());
            squares += (found.lift / placebos.se).powi(2);
            n += 1.0;
        }
        // χ² over 20 with a placebo's own error: 0.3 to 2.1 is within three standard deviations.
        let ratio: f64 = squares / n;
        assert!((0.3..2.1).contains(&ratio), "{ratio}");
    }

    #[test]
    fn too_few_untreated_units_give_no_error() {
        let outcome = panel(6, 30, 0.1, 1);
        let comparison = Comparison {
            outcome: outcome.view(),
            sizes: &[1.0; 6],
            treated: vec![0, 1, 2],
            donors: vec![3, 4, 5],
            before: 0..20,
            after: 20..30,
        };
        let found = comparison.estimate();
        assert!(comparison.placebos(&found, 50, 1).is_none());
    }
}
