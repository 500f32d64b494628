//! What a model says of a test when it is told the others alone, against when it is told all.
//!
//! Without a test the posterior is that of the same likelihood without the test's term: cells that left for a reading
//! stay out, those of a contrast stay in. It comes from the draws of the fit by importance weights, or from draws of
//! its own.

use std::borrow::Borrow;

use rayon::prelude::*;

use crate::data::{Dataset, Experiment};
use crate::diagnostics::{Smoothed, smooth};
use crate::model::{At, Density, TestLifts, reading_density};
use crate::sampler::Chain;

/// Draws that a ledger is made of.
const DRAWS: usize = 1_000;
/// Vehtari, Gelman & Gabry (2017), § 2.1: above it importance weights are not reliable.
const PARETO_K: f64 = 0.7;

/// Draws of what one test brought, and of the causal gaps of its channels.
#[derive(Debug, Clone, PartialEq)]
pub struct TestDraws {
    /// In the unit of a reading's estimate; in outcome units for a contrast.
    pub lift: Vec<f64>,
    /// δ of each tested channel, in the test's order.
    pub gaps: Vec<Vec<f64>>,
}

/// How the draws without a test were made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LeftOutBy {
    /// From those of the fit, weighted; the shape of the weights' tail is known unless they hardly differ.
    Importance {
        /// Pareto k of the weights.
        shape: Option<f64>,
    },
    /// By draws of the model without it.
    Refit,
}

/// One test, told and not told.
#[derive(Debug, Clone, PartialEq)]
pub struct TestLedger {
    /// All tests told.
    pub told: TestDraws,
    /// The others told; `None` where importance weights are not reliable.
    pub untold: Option<TestDraws>,
    /// How that was made.
    pub by: LeftOutBy,
}

/// Every test's entry, from the draws of `density`, which is told all `tests`; `without` gives the density that is told
/// all but one.
pub fn ledger(
    density: &Density,
    without: impl Fn(usize) -> Density,
    (data, tests): (&Dataset, &[Experiment]),
    chains: &[Chain],
) -> Vec<TestLedger> {
    let points = thinned(chains);
    // A reading is a factor of its own; a contrast changes what the outcome is predicted to be.
    let without: Vec<Option<Density>> =
        tests.iter().enumerate().map(|(e, test)| test.reading().is_none().then(|| without(e))).collect();
    let part = |points: &[&[f64]]| -> Vec<Row> {
        let mut at = Evaluator::new(density, data, tests);
        let mut states: Vec<_> = without.iter().map(|density| density.as_ref().map(Density::state)).collect();
        let mut grad = vec![0.0; density.layout.dim];
        let mut row = |q: &&[f64]| {
            let (told, lifts, gaps) = at.evaluate(q);
            let ln_weight =
                |(e, state): (usize, &mut Option<_>)| match (&without[e], state, tests[e].reading()) {
                    (Some(density), Some(state), _) => {
                        density.value_and_gradient(q, &mut grad, state).unwrap_or(f64::NEG_INFINITY) - told
                    }
                    (_, _, Some(reading)) => -reading_density(&reading, lifts[e]),
                    _ => 0.0,
                };
            let ln_weights = states.iter_mut().enumerate().map(ln_weight).collect();
            Row { lifts, gaps, ln_weights }
        };
        points.iter().map(&mut row).collect()
    };
    let rows: Vec<Row> = points.par_chunks(PART).flat_map_iter(part).collect();
    let of = |(e, test)| {
        let told = of_test(&rows, e, test);
        let weights = smooth(rows.iter().map(|row| row.ln_weights[e]).collect());
        let untold = is_reliable(&weights).then(|| told.resampled(&weights));
        TestLedger { told, untold, by: LeftOutBy::Importance { shape: weights.shape } }
    };
    tests.iter().enumerate().map(of).collect()
}

fn is_reliable(weights: &Smoothed) -> bool {
    shape(weights) <= PARETO_K
}

/// Shape of the weights' tail. Without one they hardly differ, or a few are all.
fn shape(weights: &Smoothed) -> f64 {
    /// Largest weight over the mean one where they hardly differ.
    const ALIKE: f64 = 3.0;
    let most = weights.ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max).exp();
    let alike = most * (weights.ln_weights.len() as f64) < ALIKE;
    weights.shape.unwrap_or(if alike { 0.0 } else { f64::INFINITY })
}

/// What each test brought by the draws of a density.
pub fn test_draws(
    density: &Density,
    (data, tests): (&Dataset, &[Experiment]),
    chains: &[impl Borrow<Chain>],
) -> Vec<TestDraws> {
    let points = thinned(chains);
    let part = |points: &[&[f64]]| -> Vec<Row> {
        let mut at = Evaluator::new(density, data, tests);
        let mut row = |q: &&[f64]| {
            let (_, lifts, gaps) = at.evaluate(q);
            Row { lifts, gaps, ln_weights: Vec::new() }
        };
        points.iter().map(&mut row).collect()
    };
    let rows: Vec<Row> = points.par_chunks(PART).flat_map_iter(part).collect();
    tests.iter().enumerate().map(|(e, test)| of_test(&rows, e, test)).collect()
}

/// Draws evaluated with the same scratch space.
const PART: usize = 64;

/// As many draws as are needed, evenly from all.
fn thinned(chains: &[impl Borrow<Chain>]) -> Vec<&[f64]> {
    let points: Vec<&[f64]> =
        chains.iter().map(Borrow::borrow).flat_map(|c| c.positions.chunks_exact(c.dim)).collect();
    let step = (points.len() / DRAWS).max(1);
    points.into_iter().step_by(step).collect()
}

/// All tests at one draw.
struct Row {
    lifts: Vec<f64>,
    /// δ of every channel.
    gaps: Vec<f64>,
    ln_weights: Vec<f64>,
}

/// Evaluates a density and the tests at a draw.
struct Evaluator<'a> {
    density: &'a Density,
    state: crate::model::State,
    lifts: TestLifts,
    grad: Vec<f64>,
}

impl<'a> Evaluator<'a> {
    fn new(density: &'a Density, data: &Dataset, tests: &[Experiment]) -> Evaluator<'a> {
        let lifts = TestLifts::new(tests, &density.design, data);
        Evaluator { density, state: density.state(), lifts, grad: vec![0.0; density.layout.dim] }
    }

    /// The log density, the lifts and the gaps.
    fn evaluate(&mut self, q: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let Evaluator { density, state, lifts, grad } = self;
        // A kept draw has a finite density.
        let value = density.value_and_gradient(q, grad, state).unwrap_or(0.0);
        let lifts = lifts.at(At { design: &density.design, theta: &state.theta, media: &state.media });
        (value, lifts, state.theta.gap.clone())
    }
}

fn of_test(rows: &[Row], e: usize, test: &Experiment) -> TestDraws {
    TestDraws {
        lift: rows.iter().map(|row| row.lifts[e]).collect(),
        gaps: test.channels.iter().map(|c| rows.iter().map(|row| row.gaps[*c]).collect()).collect(),
    }
}

impl TestDraws {
    /// Draws of equal weight.
    fn resampled(&self, weights: &Smoothed) -> TestDraws {
        let chosen = resampled(&weights.ln_weights.iter().map(|w| w.exp()).collect::<Vec<_>>());
        let of = |values: &[f64]| chosen.iter().map(|i| values[*i]).collect();
        TestDraws { lift: of(&self.lift), gaps: self.gaps.iter().map(|gaps| of(gaps)).collect() }
    }
}

/// As many indices as there are weights, each as often as its weight says, to less than one: systematic resampling
/// from the middle of the first step, which needs no chance.
fn resampled(weights: &[f64]) -> Vec<usize> {
    let n = weights.len();
    let step = weights.iter().sum::<f64>() / n as f64;
    let (mut chosen, mut upto) = (Vec::with_capacity(n), 0.0);
    for (i, weight) in weights.iter().enumerate() {
        upto += weight;
        while chosen.len() < n && (chosen.len() as f64 + 0.5) * step < upto {
            chosen.push(i);
        }
    }
    // Rounding may leave one short.
    chosen.resize(n, n.saturating_sub(1));
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_has_its_own_lift_and_the_gaps_of_its_own_channels() {
        let row = |x: f64| Row {
            lifts: vec![x, 10.0 * x],
            gaps: vec![x, 2.0 * x, 3.0 * x],
            ln_weights: Vec::new(),
        };
        let day = chrono::NaiveDate::default();
        let test = Experiment {
            label: "search".into(),
            row: 2,
            channels: vec![2, 1],
            geos: vec![0],
            start: day,
            end: day,
            readout_end: day,
            treated: 0..1,
            counted: 0..1,
            cells: Vec::new(),
            kind: crate::data::ExperimentKind::Contrast,
            alike: Vec::new(),
            counterfactual: Vec::new(),
            counterfactual_spend: Vec::new(),
            spend_change: 0.0,
            population_share: None,
            in_data: true,
            other: Vec::new(),
        };
        let draws = of_test(&[row(1.0), row(2.0)], 1, &test);
        assert_eq!((draws.lift, draws.gaps), (vec![10.0, 20.0], vec![vec![3.0, 6.0], vec![2.0, 4.0]]));
    }

    #[test]
    fn weights_with_a_heavy_tail_are_not_trusted() {
        let of = |shape: Option<f64>, largest: f64| {
            let rest = (1.0 - largest) / 99.0;
            let weights = (0..100).map(|i| if i == 0 { largest } else { rest }.ln());
            is_reliable(&Smoothed { ln_weights: weights.collect(), shape })
        };
        assert!(of(Some(0.69), 0.1) && !of(Some(0.71), 0.1));
        assert!(of(None, 0.02), "they hardly differ");
        assert!(!of(None, 0.9), "one is all");
    }

    #[test]
    fn draws_are_repeated_as_their_weights_say() {
        assert_eq!(resampled(&[0.25; 4]), [0, 1, 2, 3]);
        assert_eq!(resampled(&[0.5, 0.0, 0.25, 0.25]), [0, 0, 2, 3]);
        let weights: Vec<f64> = (0..997).map(|i| f64::from(i * 619 % 997)).collect();
        let total: f64 = weights.iter().sum();
        let chosen = resampled(&weights);
        for (i, weight) in weights.iter().enumerate() {
            let times = chosen.iter().filter(|c| **c == i).count() as f64;
            assert!((times - 997.0 * weight / total).abs() < 1.0, "{i}");
        }
    }
}
