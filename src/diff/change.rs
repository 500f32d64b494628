//! The difference of one quantity between two posteriors.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::posterior::Summary;

/// Pairs of draws: the standard error of a probability is then below 0.004.
const PAIRS: usize = 20_000;
/// Seed of the pairing, so that the same two fits give the same bytes.
const PAIRING_SEED: u64 = 1;

/// Which draw of the old fit meets which of the new one.
#[derive(Debug, Clone, PartialEq)]
pub struct Pairing(Vec<(usize, usize)>);

impl Pairing {
    /// Every draw meets itself: the two posteriors are one and the same.
    pub fn same(n: usize) -> Pairing {
        Pairing((0..n).map(|i| (i, i)).collect())
    }

    /// Draws of two independent posteriors meet at random, each equally often to within one.
    pub fn independent(n_old: usize, n_new: usize) -> Pairing {
        let mut rng = ChaCha8Rng::seed_from_u64(PAIRING_SEED);
        let mut deal = |n: usize| {
            let mut indices: Vec<usize> = (0..PAIRS).map(|i| i % n.max(1)).collect();
            indices.shuffle(&mut rng);
            indices
        };
        let (old, new) = (deal(n_old), deal(n_new));
        Pairing(old.into_iter().zip(new).collect())
    }

    /// Share of the pairs for which `holds(old, new)` is true.
    pub(super) fn share(&self, holds: impl Fn(usize, usize) -> bool) -> f64 {
        let n = self.0.iter().filter(|(i, j)| holds(*i, *j)).count();
        n as f64 / self.0.len().max(1) as f64
    }
}

/// One quantity before and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Posterior of the old fit.
    pub old: Summary,
    /// Posterior of the new fit.
    pub new: Summary,
    /// Posterior of new − old.
    pub difference: Summary,
    /// new mean / old mean − 1; null when the old mean is 0.
    pub relative: Option<f64>,
    /// Probability of a rise by more than the tolerance times the old mean.
    pub p_up: f64,
    /// Probability of a fall by more than that.
    pub p_down: f64,
    /// Their sum. Two equal but wide posteriors have a large one too: judge by the larger of the two above.
    pub p_changed: f64,
    /// (new mean − old mean) / old sd: how far the estimate moved on its own scale; null when the sd is 0.
    pub shift_in_sd: Option<f64>,
}

impl Change {
    /// Compares the draws of a quantity; `old` and `new` are what `fit.json` says of them.
    pub(super) fn of(
        (old, old_draws): (Summary, &[f64]),
        (new, new_draws): (Summary, &[f64]),
        pairing: &Pairing,
        tolerance: f64,
    ) -> Option<Change> {
        let pairs = pairing.0.iter();
        let differences: Option<Vec<f64>> =
            pairs.map(|(i, j)| Some(new_draws.get(*j)? - old_draws.get(*i)?)).collect();
        let differences = differences.filter(|d| !d.is_empty() && d.iter().all(|x| x.is_finite()))?;
        let margin = tolerance * old.mean.abs();
        let share = |n: usize| n as f64 / differences.len() as f64;
        let p_up = share(differences.iter().filter(|d| **d > margin).count());
        let p_down = share(differences.iter().filter(|d| **d < -margin).count());
        let defined = |x: f64| x.is_finite().then_some(x);
        Some(Change {
            old,
            new,
            difference: Summary::of(&differences),
            relative: defined(new.mean / old.mean - 1.0),
            p_up,
            p_down,
            p_changed: p_up + p_down,
            shift_in_sd: defined((new.mean - old.mean) / old.sd),
        })
    }

    /// Probability that the quantity moved by more than the tolerance in its likelier direction.
    pub fn p_moved(&self) -> f64 {
        self.p_up.max(self.p_down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(old: &[f64], new: &[f64], tolerance: f64) -> Change {
        let pairing = Pairing::independent(old.len(), new.len());
        Change::of((Summary::of(old), old), (Summary::of(new), new), &pairing, tolerance).unwrap()
    }

    #[test]
    fn independent_draws_give_the_exact_probabilities() {
        // old is 1 or 3, new is 2 or 6, each with probability ½: differences 1, 5, −1, 3 are equally likely,
        // and half the old mean, 1, is exceeded upwards by two of them and downwards by none.
        let got = change(&[1.0, 3.0], &[2.0, 6.0], 0.5);
        assert!((got.p_up - 0.5).abs() < 0.015 && got.p_down == 0.0, "{got:?}");
        assert!((got.difference.mean - 2.0).abs() < 0.05);
        assert_eq!((got.relative, got.shift_in_sd), (Some(1.0), Some(2.0 / 2.0_f64.sqrt())));
    }

    #[test]
    fn one_posterior_against_itself_is_no_change_and_a_twin_no_direction() {
        let draws: Vec<f64> = (1..=400).map(|i| f64::from(i) / 100.0).collect();
        let summary = Summary::of(&draws);
        let same = Change::of((summary, &draws), (summary, &draws), &Pairing::same(400), 0.1).unwrap();
        assert_eq!((same.p_changed, same.difference.sd), (0.0, 0.0));
        let twin = change(&draws, &draws, 0.1);
        assert!(twin.p_changed > 0.8 && twin.p_moved() < 0.5, "{twin:?}");
    }

    #[test]
    fn every_draw_is_used() {
        let Pairing(pairs) = Pairing::independent(3000, 700);
        let mut seen = [vec![0; 3000], vec![0; 700]];
        for (i, j) in pairs {
            seen[0][i] += 1;
            seen[1][j] += 1;
        }
        assert!(seen[0].iter().all(|n| (6..=7).contains(n)) && seen[1].iter().all(|n| (28..=29).contains(n)));
    }
}
