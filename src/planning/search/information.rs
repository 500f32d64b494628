//! What a lift test of each channel would be worth: the gain in the best plan once its result is known.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use super::dual;
use super::limits::{Limits, Problem};
use super::optimise::solve;
use super::polish::polish_locally;
use super::scenario::DEFAULT_STEP;
use crate::planning::error::PlanningError;
use crate::planning::value::columns::Columns;
use crate::planning::value::curve::ChannelCurve;
use crate::planning::value::interpolate::Hermite;
use crate::posterior::Summary;

/// What a test of one channel's ROI is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestValue {
    /// Channel name.
    pub channel: String,
    /// ROI as known now, from all draws.
    pub roi: Summary,
    /// Standard error of the test, in units of ROI.
    pub test_se: f64,
    /// Expected standard deviation of the ROI after the test.
    pub roi_sd_after: f64,
    /// Expected rise of the best plan's mean outcome over the horizon: what the test may cost at most.
    pub expected_gain: f64,
    /// Probability that the result moves at least 1 % of the budget.
    pub p_plan_changes: f64,
}

/// Draws used: with fewer the ranking of nearly equal channels is noise, with more it only takes longer.
const MAX_DRAWS: usize = 1000;
/// Draws · channels²: each test reweights every channel's curve, and above about 35 channels fewer
/// draws keep that to about a second.
const MAX_WORK: usize = 1_250_000;
/// Results told apart. A finer table makes the value larger by less than the draws' own error.
const CELLS: usize = 32;
/// Share of the budget that counts as another plan.
const MOVED: f64 = 0.01;

/// The value of a lift test for every channel with spend, most valuable first.
///
/// The test reads the ROI with a normal error of `precision` · (posterior-mean ROI). Its result falls
/// into one of 32 cells; in each, the draws are weighted by their probability of giving that cell, the
/// budget is allocated anew on the weighted mean curves within the limits, and the gain over the plan
/// that is best without a test is averaged over the cells. The weights of a draw over the cells sum to
/// one, so the average of the weighted means is the posterior mean exactly; and today's best plan is a
/// candidate in every cell. The value is therefore never negative, and being a choice among coarse
/// results and local optima, it is a lower bound.
///
/// # Errors
/// As [`crate::planning::optimise()`]; [`PlanningError::BadNumber`] for a precision that is not positive.
///
/// # Source
/// Expected value of sample information: Raiffa & Schlaifer (1961), *Applied Statistical Decision
/// Theory*, ch. 4.
pub fn test_values(
    curves: &[ChannelCurve],
    budget: f64,
    limits: &Limits,
    precision: f64,
) -> Result<Vec<TestValue>, PlanningError> {
    if !(precision.is_finite() && precision > 0.0) {
        let what = "precision".to_owned();
        return Err(PlanningError::BadNumber { what, value: precision, wanted: "a number above 0" });
    }
    let table = Table::new(curves, budget, limits)?;
    let value = |i: usize| {
        let channel = table.problem.channels[i];
        let known = untested(&curves[channel], precision)?;
        Ok(table.test_value(i, known))
    };
    let values: Result<Vec<TestValue>, PlanningError> =
        (0..table.columns.len()).into_par_iter().map(value).collect();
    let mut values = values?;
    // What a channel in doubt returns is known less than its draws tell: it is tested first.
    let doubt = |value: &TestValue| curves.iter().any(|c| c.name() == value.channel && c.is_doubted());
    values.sort_by(|a, b| doubt(b).cmp(&doubt(a)).then(b.expected_gain.total_cmp(&a.expected_gain)));
    Ok(values)
}

/// A channel as all its draws know it, and a test of it that tells nothing.
fn untested(curve: &ChannelCurve, precision: f64) -> Result<TestValue, PlanningError> {
    let mut roi = vec![0.0; curve.n_draws()];
    curve.add_draws(1.0, 1.0 / curve.spend(), &mut roi)?;
    let roi = Summary::of(&roi);
    Ok(TestValue {
        channel: curve.name().to_owned(),
        roi,
        test_se: precision * roi.mean.abs(),
        roi_sd_after: roi.sd,
        expected_gain: 0.0,
        p_plan_changes: 0.0,
    })
}

/// What a test will show: its true result at each draw of the curves, and the standard error of its reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// One per draw.
    pub draws: Vec<f64>,
    /// Standard error, in the same unit.
    pub se: f64,
}

/// What knowing the reading of a test is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignalValue {
    /// Expected rise of the best plan's mean outcome over the curves' window.
    pub expected_gain: f64,
    /// Probability that the reading moves at least 1 % of the budget.
    pub p_plan_changes: f64,
}

/// The value of each reading for the best plan of `budget`, as [`test_values`] has it for readings of a whole window.
///
/// # Errors
/// As [`test_values`]; [`PlanningError::Length`] for signals of another number of draws than the curves'.
pub fn signal_values(
    curves: &[ChannelCurve],
    budget: f64,
    limits: &Limits,
    signals: &[Signal],
) -> Result<Vec<SignalValue>, PlanningError> {
    let table = Table::new(curves, budget, limits)?;
    let n_draws = curves.first().map_or(0, ChannelCurve::n_draws);
    if let Some(other) = signals.iter().find(|signal| signal.draws.len() != n_draws) {
        let (expected, found) = (n_draws, other.draws.len());
        return Err(PlanningError::Length { what: "draws of a signal", expected, found });
    }
    let value = |signal: &Signal| {
        let thinned: Vec<f64> = signal.draws.iter().copied().step_by(table.stride).collect();
        table
            .told(&thinned, signal.se)
            .map_or(SignalValue { expected_gain: 0.0, p_plan_changes: 0.0 }, |t| t.value)
    };
    Ok(signals.par_iter().map(value).collect())
}

/// Standard error of a usual lift test, as a share of the ROI.
pub(crate) const USUAL_PRECISION: f64 = 0.15;

/// The tests that every fit ranks: of today's budget within ± 30 % a channel; none without spend.
///
/// # Errors
/// As [`test_values`].
pub fn default_test_values(curves: &[ChannelCurve]) -> Result<Vec<TestValue>, PlanningError> {
    let today: f64 = curves.iter().map(ChannelCurve::spend).sum();
    if today <= 0.0 {
        return Ok(Vec::new());
    }
    test_values(curves, today, &Limits::around_today(curves.len(), DEFAULT_STEP), USUAL_PRECISION)
}

/// A budget to be allocated, the draws of its channels, and the plan that is best without a test.
struct Table {
    problem: Problem,
    columns: Vec<Columns>,
    plan: Vec<f64>,
    /// Every so many draws of the curves are used.
    stride: usize,
}

/// What a reading tells.
struct ToldBy {
    value: SignalValue,
    /// Expected standard deviation of what is read once it is, over that before.
    spread: f64,
}

impl Table {
    fn new(curves: &[ChannelCurve], budget: f64, limits: &Limits) -> Result<Table, PlanningError> {
        let mut problem = Problem::new(curves, budget, limits)?;
        let n_draws = problem.channels.first().map_or(0, |&c| curves[c].n_draws());
        let used = (MAX_WORK / problem.channels.len().pow(2).max(1)).clamp(MAX_DRAWS / 4, MAX_DRAWS);
        let stride = n_draws.div_ceil(used).max(1);
        let columns = problem.columns(curves, stride);
        let n_draws = columns.first().map_or(0, Columns::n_draws);
        // The draws used here have a mean of their own, and the plan to beat must be the best for it.
        let equal = Array2::from_elem((n_draws, 1), 1.0 / n_draws.max(1) as f64);
        problem.curves = columns.iter().flat_map(|c| weighted_means(c, &equal)).collect();
        let plan = solve(&problem).x;
        Ok(Table { problem, columns, plan, stride })
    }

    fn test_value(&self, tested: usize, mut value: TestValue) -> TestValue {
        let roi = roi_draws(&self.columns[tested], self.problem.today[tested]);
        if let Some(told) = self.told(&roi, value.test_se) {
            let SignalValue { expected_gain, p_plan_changes } = told.value;
            (value.expected_gain, value.p_plan_changes) = (expected_gain, p_plan_changes);
            // The draws used here have a spread of their own too: what the test leaves of it is left of all the draws'.
            value.roi_sd_after *= told.spread;
        }
        value
    }

    /// `None` where there is nothing to learn.
    fn told(&self, signal: &[f64], se: f64) -> Option<ToldBy> {
        let sd_before = Summary::of(signal).sd;
        if se <= 0.0 || sd_before <= 0.0 {
            return None;
        }
        let mut problem = self.problem.clone();
        let (weights, probability) = cells(signal, se);
        let means: Vec<Vec<Hermite>> = self.columns.iter().map(|c| weighted_means(c, &weights)).collect();
        let mut value = SignalValue { expected_gain: 0.0, p_plan_changes: 0.0 };
        let mut variance = 0.0;
        for (k, p) in probability.iter().enumerate() {
            problem.curves = means.iter().map(|of_channel| of_channel[k].clone()).collect();
            let x = best_near(&problem, &self.plan);
            value.expected_gain += p * (problem.value(&x) - problem.value(&self.plan));
            let moved: f64 = x.iter().zip(&self.plan).map(|(a, b)| 0.5 * (a - b).abs()).sum();
            value.p_plan_changes += if moved > MOVED * problem.budget { *p } else { 0.0 };
            let w = weights.column(k);
            let mean: f64 = w.iter().zip(signal).map(|(w, r)| w * r).sum();
            variance += p * w.iter().zip(signal).map(|(w, r)| w * (r - mean).powi(2)).sum::<f64>();
        }
        Some(ToldBy { value, spread: variance.sqrt() / sd_before })
    }
}

/// Relative gap to the dual's bound at which a plan needs no climb.
const CLOSE: f64 = 1e-7;

/// Channels up to which a climb is worth its time: with more of them the envelopes' optimum is short of
/// the best by a share that shrinks as they grow in number (Shapley–Folkman).
const CLIMB_CHANNELS: usize = 20;

/// The better of the plan itself and the concave envelopes' optimum, and a climb from there when that is
/// short of the dual's bound.
fn best_near(problem: &Problem, plan: &[f64]) -> Vec<f64> {
    let dual = dual::solve(problem);
    let envelope = problem.project(&dual.spend);
    let (of_plan, of_envelope) = (problem.value(plan), problem.value(&envelope));
    let (start, value) =
        if of_envelope > of_plan { (envelope, of_envelope) } else { (plan.to_vec(), of_plan) };
    if dual.bound - value <= CLOSE * dual.bound.abs() || plan.len() > CLIMB_CHANNELS {
        return start;
    }
    let climbed = polish_locally(problem, start.clone(), &problem.today, 0.0);
    if problem.value(&climbed) > value { climbed } else { start }
}

fn roi_draws(columns: &Columns, today: f64) -> Vec<f64> {
    let mut roi = vec![0.0; columns.n_draws()];
    columns.add_values(today, 1.0 / today, &mut roi);
    roi
}

/// Weights of the draws in each cell of results (S × K, columns sum to 1) and the cells' probabilities.
fn cells(roi: &[f64], se: f64) -> (Array2<f64>, Vec<f64>) {
    let standard = Normal::standard();
    // Results that could be seen, one a draw, with errors spread evenly over their distribution: the
    // golden ratio's multiples fill the unit interval without a pattern.
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    let error =
        |s: usize| standard.inverse_cdf((((s as f64) + 0.5) * golden).fract().clamp(1e-6, 1.0 - 1e-6));
    let mut results: Vec<f64> = roi.iter().enumerate().map(|(s, r)| r + se * error(s)).collect();
    results.sort_unstable_by(f64::total_cmp);
    let edges: Vec<f64> = (1..CELLS).map(|k| results[k * results.len() / CELLS]).collect();
    let n = roi.len() as f64;
    let mut weights = Array2::zeros((roi.len(), CELLS));
    for (s, r) in roi.iter().enumerate() {
        let mut below = 0.0;
        for k in 0..CELLS {
            let up_to = edges.get(k).map_or(1.0, |edge| standard.cdf((edge - r) / se));
            weights[[s, k]] = up_to - below;
            below = up_to;
        }
    }
    let probability: Vec<f64> = weights.columns().into_iter().map(|c| c.sum() / n).collect();
    for (mut column, p) in weights.columns_mut().into_iter().zip(&probability) {
        // A cell that no draw reaches counts for nothing; its weights are never used.
        let scale = if *p > 0.0 { 1.0 / (n * p) } else { 0.0 };
        column.mapv_inplace(|w| w * scale);
    }
    (weights, probability)
}

/// Mean curves under each column of weights (S × K).
fn weighted_means(columns: &Columns, weights: &Array2<f64>) -> Vec<Hermite> {
    let (m, n_draws) = (columns.nodes().len(), columns.n_draws());
    let mean = |numbers: &[f64]| -> Array2<f64> {
        let matrix = ArrayView2::from_shape((m, n_draws), numbers).expect("columns hold M × S numbers");
        matrix.dot(weights)
    };
    let (values, slopes) = (mean(columns.values()), mean(columns.slopes()));
    let curve = |k: usize| {
        Hermite::new(columns.nodes().to_vec(), values.column(k).to_vec(), slopes.column(k).to_vec())
    };
    (0..weights.ncols()).map(curve).collect()
}
