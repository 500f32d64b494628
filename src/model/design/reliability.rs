//! Errors in variables: a control measured with error is replaced by its mean given all that is known.
//!
//! A noisy control w = x + v, v ~ (0, σ_v²), leaves a share of x behind in the outcome, and whatever
//! spend follows x is credited with it. Let O be all other regressors: calendar, other controls, media.
//! With E[x | w, O] linear, the outcome's mean is E[y | w, O] = media + baseline + κ E[x | w, O], so
//! that the regression on
//!
//! ```text
//! x̂ = E[x | w, O] = w − min(1, σ_v² / ρ²) (w − ŵ),   ŵ = E[w | O],   ρ² = Var(w | O)
//! ```
//! is free of the bias; what is left of x, κ(x − x̂), joins the noise. The weight 1 − σ_v²/ρ² is the
//! reliability that w keeps once O is known: with spend close to demand it is far below the nominal one.
//! O holds the periods before and after too, the control's own included: demand lasts, so that they tell of
//! x, and adstock and autocorrelated noise would else carry x − x̂ from one period into the next. This
//! supposes errors v that are independent between periods. What O fits of v by chance is not corrected,
//! so that O has to stay small against the data: the neighbours of spend come in with many cells only.
//!
//! An error that is only assumed is made smaller where the outcome contradicts it ([`super::hausman`]).
//!
//! Several noisy controls have matrices: x̂ = w − D S⁻¹ (w − ŵ), D = diag σ_v², S = Cov(w | O).
//!
//! In a linear regression this is the same estimator as subtracting σ_v² from the crossproducts, but as
//! the likelihood stays that of a regression it stays proper, and costs nothing per gradient.
//!
//! # Source
//! Carroll, Ruppert, Stefanski & Crainiceanu (2006), Measurement Error in Nonlinear Models, ch. 4;
//! Fuller (1987), Measurement Error Models, § 2.2, for the equivalence.

use super::basis::Basis;
use super::columns::has_weekly_effect;
use super::error_variance::{are_distinct, inverted, limit};
use super::hausman::Hausman;
use super::outcome::ScaledOutcome;
use crate::config::{ControlConfig, FitConfig};
use crate::data::Dataset;

/// Fitted cells per regressor from which O takes the neighbours of spend (Harrell 2015, § 4.4: 10 to 20).
const CELLS_PER_COLUMN: usize = 20;

/// What became of one control with a reliability below 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Index of the control.
    pub control: usize,
    /// Reliability as asked.
    pub asked: f64,
    /// Reliability as used: more where the other columns predict more of the control than that, or where it is
    /// assumed and the outcome contradicts.
    pub used: f64,
    /// Whether the outcome contradicted; else it is the other columns that allow no lower one.
    pub contradicted: bool,
    /// 1 − σ_v²/ρ²: the weight that the control keeps beside its prediction from the other columns.
    pub conditional: f64,
}

/// Replaces the controls that `config` calls unreliable by their means given everything else.
/// `calendar` holds the shared columns (length T), `controls` the scaled controls (G × T).
pub(super) fn calibrate(
    outcome: &ScaledOutcome,
    data: &Dataset,
    config: &FitConfig,
    calendar: &[&[f64]],
    controls: &mut [Vec<f64>],
) -> Vec<Calibration> {
    let imperfect = |j: usize| {
        config.controls.get(&data.controls[j].name).copied().filter(|control| control.reliability < 1.0)
    };
    let (noisy, asked): (Vec<usize>, Vec<ControlConfig>) =
        (0..controls.len()).filter_map(|j| Some((j, imperfect(j)?))).unzip();
    if noisy.is_empty() {
        return Vec::new();
    }
    let mut basis = regressors(outcome, (data, config), calendar, controls, &noisy);
    let without_neighbours = basis.clone();
    add_neighbours(&mut basis, outcome, controls, &noisy);
    let residuals: Vec<Vec<f64>> = noisy.iter().map(|j| basis.residual(&controls[*j])).collect();
    let q = noisy.len();
    let covariance = covariance(&basis, &residuals);
    let within: Vec<f64> = noisy.iter().map(|j| basis.variance_within(&controls[*j])).collect();
    let mut error: Vec<f64> = asked.iter().zip(&within).map(|(c, v)| (1.0 - c.reliability) * v).collect();
    let mut contradicted = vec![false; q];
    for a in (0..q).filter(|a| asked[*a].assumed) {
        let others = noisy.iter().filter(|j| **j != noisy[a]);
        let mut given_others = without_neighbours.clone();
        others.for_each(|j| given_others.add(&controls[*j]));
        (error[a], contradicted[a]) = credible(given_others, outcome, controls, &noisy, (noisy[a], error[a]));
    }
    let is_told: Vec<bool> = asked.iter().map(|c| !c.assumed).collect();
    limit(&covariance, &mut error, &is_told);
    // A control that the others determine has nothing of its own left to shrink.
    let Some(inverse) = inverted(&covariance) else { return Vec::new() };
    // A forecast takes a control as it is: beyond the fit ŵ would be the calendar's extrapolation.
    let (n, seen) = (outcome.n_periods, outcome.periods_until_last_fitted());
    let mut found = Vec::with_capacity(q);
    for (a, &control) in noisy.iter().enumerate() {
        for (b, residual) in residuals.iter().enumerate() {
            let weight = error[a] * inverse[a * q + b];
            for (series, residual) in controls[control].chunks_exact_mut(n).zip(residual.chunks_exact(n)) {
                series[..seen].iter_mut().zip(residual).for_each(|(w, r)| *w -= weight * r);
            }
        }
        let used = if within[a] > 0.0 { 1.0 - error[a] / within[a] } else { 1.0 };
        let conditional = 1.0 - error[a] * inverse[a * q + a];
        let (asked, contradicted) = (asked[a].reliability, contradicted[a]);
        found.push(Calibration { control, asked, used, contradicted, conditional });
    }
    found
}

/// Covariances of residuals; Q × Q.
fn covariance(basis: &Basis, residuals: &[Vec<f64>]) -> Vec<f64> {
    let freedom = basis.degrees_of_freedom().max(1.0);
    let mut covariance: Vec<f64> =
        residuals.iter().flat_map(|a| residuals.iter().map(move |b| basis.dot(a, b) / freedom)).collect();
    if !are_distinct(&covariance) {
        // Copies of one control carry the same error: each is corrected as if it were alone.
        let q = residuals.len();
        covariance.iter_mut().enumerate().filter(|(i, _)| i / q != i % q).for_each(|(_, s)| *s = 0.0);
    }
    covariance
}

/// The error variance of an `assumed` control (index, variance) that the outcome does not contradict, `given`
/// the regressors beside its neighbours, and whether it contradicts a larger one.
fn credible(
    given: Basis,
    outcome: &ScaledOutcome,
    controls: &[Vec<f64>],
    noisy: &[usize],
    (control, assumed): (usize, f64),
) -> (f64, bool) {
    let target = given.residual(&outcome.scaled);
    let whole = given.residual(&controls[control]);
    let mut basis = given;
    add_neighbours(&mut basis, outcome, controls, noisy);
    let own = basis.residual(&controls[control]);
    let variance = basis.dot(&own, &own) / basis.degrees_of_freedom().max(1.0);
    let Some(hausman) = Hausman::new(&basis, &target, &whole, &own) else { return (assumed, false) };
    let most = (assumed / variance).min(1.0);
    let share = hausman.credible_error(most);
    (variance * share, share < most)
}

/// O without the neighbours of the controls that are `noisy`.
fn regressors<'a>(
    outcome: &'a ScaledOutcome,
    (data, config): (&Dataset, &FitConfig),
    calendar: &[&[f64]],
    controls: &[Vec<f64>],
    noisy: &[usize],
) -> Basis<'a> {
    let weekly_effect = has_weekly_effect(&config.model, outcome.n_geos);
    let mut basis = Basis::new(outcome, data, weekly_effect);
    if !weekly_effect {
        calendar.iter().for_each(|column| basis.add(&column.repeat(outcome.n_geos)));
    }
    (0..controls.len()).filter(|j| !noisy.contains(j)).for_each(|j| basis.add(&controls[j]));
    let exposure = exposure_columns(outcome, data);
    exposure.iter().for_each(|column| basis.add(column));
    let columns = basis.len() + 2 * exposure.len() + 2 * noisy.len();
    if outcome.fitted.iter().sum::<f64>() >= (CELLS_PER_COLUMN * columns) as f64 {
        for column in &exposure {
            neighbours(column, outcome.n_periods).iter().for_each(|c| basis.add(c));
        }
    }
    basis
}

/// Makes O whole: what the periods before and after tell of the noisy controls.
fn add_neighbours(basis: &mut Basis, outcome: &ScaledOutcome, controls: &[Vec<f64>], noisy: &[usize]) {
    for j in noisy {
        neighbours(&controls[*j], outcome.n_periods).iter().for_each(|c| basis.add(c));
    }
}

/// Regressors that stand for media: of each channel ln exposure (0 where off) and whether it is on, per
/// geo over the geo's own active mean. Budgets that follow demand follow it in proportion, so that the
/// logarithm is what is nearest to linear in it.
fn exposure_columns(outcome: &ScaledOutcome, data: &Dataset) -> Vec<Vec<f64>> {
    let n = outcome.n_periods;
    let mut columns = Vec::with_capacity(2 * data.channels.len());
    for channel in &data.channels {
        let (mut on, mut log) = (vec![0.0; outcome.fitted.len()], vec![0.0; outcome.fitted.len()]);
        for (g, row) in channel.exposure.rows().into_iter().enumerate() {
            let fitted = &outcome.fitted[g * n..(g + 1) * n];
            let active = || row.iter().zip(fitted).filter(|(x, f)| **x > 0.0 && **f > 0.0);
            let mean = active().map(|(x, _)| x).sum::<f64>() / active().count().max(1) as f64;
            for (t, x) in row.iter().enumerate().filter(|(_, x)| **x > 0.0 && mean > 0.0) {
                (on[g * n + t], log[g * n + t]) = (1.0, (x / mean).ln());
            }
        }
        columns.extend([log, on]);
    }
    columns
}

/// A column of series one period earlier and one later; its mean, 0, beyond the ends.
fn neighbours(column: &[f64], n_periods: usize) -> [Vec<f64>; 2] {
    let (mut before, mut after) = (vec![0.0; column.len()], vec![0.0; column.len()]);
    for i in 1..column.len() {
        if i % n_periods != 0 {
            (before[i], after[i - 1]) = (column[i - 1], column[i]);
        }
    }
    [before, after]
}

#[cfg(test)]
mod tests;
