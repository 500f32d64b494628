//! Fitted models → the report of `mmm compare`.

use super::channels::spreads;
use super::fitted::Fitted;
use super::moves::{proposed, ranked, shifts};
use super::report::{COMPARE_SCHEMA, CompareReport, ModelReport, MoveReport, Verdict, WeightsBy};
use super::score::scores;
use super::stacking::stack;
use super::telling::telling_test;
use crate::data::Dataset;
use crate::error::Error;
use crate::report::{data_report, tool};
use crate::warning::Warning;
use crate::words::numbers::clean;

/// Compares fitted models of the same data; the first is the one that the settings tell.
///
/// # Errors
/// Curves that do not reach a plan.
pub fn compare_report(
    data: &Dataset,
    fitted: &[Fitted],
    warnings: Vec<Warning>,
) -> Result<CompareReport, Error> {
    let loo: Vec<Option<&[f64]>> =
        fitted.iter().map(|m| m.loo.is_some().then_some(m.points.as_slice())).collect();
    let future: Vec<Option<&[f64]>> =
        fitted.iter().map(|m| m.future.as_ref().map(|f| f.points.as_slice())).collect();
    let (weights, weights_by) = weights(&loo, &future);
    let models = fitted.iter().zip(scores(&loo)).zip(scores(&future)).zip(&weights);
    let models = models.map(|(((model, leave_one_out), leave_future_out), weight)| ModelReport {
        name: model.name.clone(),
        config: model.config.clone(),
        convergence: model.verdict,
        leave_one_out,
        max_pareto_k: model.loo.map(|loo| loo.max_pareto_k),
        leave_future_out,
        weight: *weight,
    });
    let curves = fitted.first().map_or(&[][..], |m| m.curves.as_slice());
    let plan = proposed(curves)?.map(|plan| plan.judged(fitted, &weights)).transpose()?;
    let all: Result<Vec<MoveReport>, Error> =
        shifts(curves).iter().map(|shift| shift.judged(fitted, &weights)).collect();
    let test = plan.as_ref().map(|plan| telling_test(fitted, &weights, plan)).transpose()?.flatten();
    Ok(CompareReport {
        schema: COMPARE_SCHEMA.into(),
        tool: tool(),
        data: data_report(data, 0),
        roles: data.roles.clone(),
        models: models.collect(),
        weights_by,
        channels: spreads(fitted, &weights),
        verdict: verdict(plan.as_ref(), fitted.len()),
        plan,
        shifts: ranked(all?),
        test,
        warnings,
    })
}

/// Of forecasts where there are some of all models, else of what was left out one by one.
fn weights(loo: &[Option<&[f64]>], future: &[Option<&[f64]>]) -> (Vec<f64>, WeightsBy) {
    let all = |scores: &[Option<&[f64]>]| -> Option<Vec<f64>> {
        let scores: Option<Vec<&[f64]>> = scores.iter().copied().collect();
        let scores = scores?;
        let n = scores.first()?.len();
        scores.iter().all(|s| s.len() == n && n > 0).then(|| stack(&scores))
    };
    let equal = || vec![1.0 / loo.len().max(1) as f64; loo.len()];
    all(future)
        .map(|weights| (weights, WeightsBy::LeaveFutureOut))
        .or_else(|| all(loo).map(|weights| (weights, WeightsBy::LeaveOneOut)))
        .unwrap_or_else(|| (equal(), WeightsBy::Nothing))
}

fn verdict(plan: Option<&MoveReport>, n: usize) -> Verdict {
    let Some(plan) = plan else {
        let sentence = "the first model proposes to move nothing".to_owned();
        return Verdict { sentence, gains_in: 0, of: n };
    };
    let (from, to) = (clean(&plan.from), clean(&plan.to));
    let sentence = format!("moving {from} to {to} gains in {} of {n} models", plan.gains_in);
    Verdict { sentence, gains_in: plan.gains_in, of: n }
}
