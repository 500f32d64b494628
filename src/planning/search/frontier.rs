//! Questions whose answer is a budget: the efficient frontier and what a target costs.

use rayon::prelude::*;

use super::cautious::{cautious_curves, cautious_plan_of};
use super::limits::{Limits, Problem};
use super::optimise::{Allocation, optimise};
use super::risk::{Risk, optimise_risk};
use crate::planning::error::PlanningError;
use crate::planning::value::curve::ChannelCurve;

/// The best plan at each of several budgets; its outcome and marginal return are posterior means whatever is
/// maximised.
///
/// # Errors
/// As [`optimise`], for the first budget that fails.
pub fn frontier(
    curves: &[ChannelCurve],
    budgets: &[f64],
    limits: &Limits,
    risk: Risk,
) -> Result<Vec<Allocation>, PlanningError> {
    let low = if risk == Risk::Cautious { cautious_curves(curves) } else { Vec::new() };
    let plan = |&budget: &f64| match risk {
        Risk::Mean => optimise(curves, budget, limits),
        Risk::Cautious => cautious_plan_of(&low, curves, budget, limits),
        Risk::Quantile(_) | Risk::Cvar(_) => {
            let plan = optimise_risk(curves, budget, limits, risk)?;
            let problem = Problem::new(curves, budget, limits)?;
            let x: Vec<f64> =
                problem.channels.iter().map(|&c| plan.multipliers[c] * curves[c].spend()).collect();
            Ok(Allocation {
                budget: problem.budget,
                outcome: problem.value(&x) + problem.constant,
                upper_bound: f64::INFINITY,
                gap: f64::INFINITY,
                marginal_return: plan.marginal_return,
                multipliers: plan.multipliers,
            })
        }
    };
    budgets.par_iter().map(plan).collect()
}

/// Budgets are found to a ten-millionth of the range the limits allow.
const HALVINGS: usize = 24;
/// Budgets tried from the top for the largest that meets a total ROI: with S-shaped curves the total
/// ROI may cross the target more than once, and crossings closer than a step count as one.
const STEPS: usize = 32;

/// The smallest budget whose best plan brings at least `outcome` (posterior mean), and that plan.
///
/// # Errors
/// [`PlanningError::OutOfReach`] when even the most the limits allow does not; else as [`optimise`].
pub fn smallest_budget_for_outcome(
    curves: &[ChannelCurve],
    outcome: f64,
    limits: &Limits,
) -> Result<Allocation, PlanningError> {
    finite("outcome", outcome)?;
    let (least, most) = Problem::unbudgeted(curves, limits)?.spend_range();
    let cheapest = optimise(curves, least, limits)?;
    if cheapest.outcome >= outcome {
        return Ok(cheapest);
    }
    let dearest = optimise(curves, most, limits)?;
    if dearest.outcome < outcome {
        let (what, target, best) = ("an incremental outcome of", outcome, dearest.outcome);
        return Err(PlanningError::OutOfReach { what, target, best });
    }
    let (plan, _) = bisect(curves, limits, dearest, cheapest, |plan| plan.outcome >= outcome)?;
    Ok(plan)
}

/// The largest budget that is worth spending when the last unit must return at least `target`, and its
/// best plan.
///
/// It maximises outcome − target · budget, so every step of spend pays at least the target on average;
/// for concave curves that is where the marginal ROI falls to the target. The limits' least spend is
/// kept even where it does not pay. Within a group whose own limits bind, S-shaped curves are solved
/// as their concave envelopes.
///
/// # Errors
/// As [`optimise`].
pub fn largest_budget_at_marginal_roi(
    curves: &[ChannelCurve],
    target: f64,
    limits: &Limits,
) -> Result<Allocation, PlanningError> {
    finite("marginal ROI", target)?;
    optimise(curves, worth_spending(&Problem::unbudgeted(curves, limits)?, target), limits)
}

/// [`largest_budget_at_marginal_roi`] where some spend above the least that the limits allow is worth it.
///
/// # Errors
/// [`PlanningError::OutOfReach`] when none is; else as [`optimise`].
pub(crate) fn budget_reaching_marginal_roi(
    curves: &[ChannelCurve],
    target: f64,
    limits: &Limits,
) -> Result<Allocation, PlanningError> {
    let plan = largest_budget_at_marginal_roi(curves, target, limits)?;
    let problem = Problem::unbudgeted(curves, limits)?;
    let (least, most) = problem.spend_range();
    let is_least = |budget: f64| budget <= least + NOTHING * (most - least);
    if !is_least(plan.budget) || plan.marginal_return.is_none_or(|reached| reached >= target) {
        return Ok(plan);
    }
    let (mut best, mut beyond) = (0.0, target);
    for _ in 0..PRICE_HALVINGS {
        let middle = 0.5 * (best + beyond);
        if is_least(worth_spending(&problem, middle)) { beyond = middle } else { best = middle }
    }
    Err(PlanningError::OutOfReach { what: "a marginal ROI of", target, best })
}

/// Share of the range of budgets that is no spend: the polish of a plan keeps its budget to as much.
const NOTHING: f64 = 1e-9;
/// Halvings that find a return to six digits.
const PRICE_HALVINGS: usize = 40;

/// The budget that is worth spending when a unit costs `price` of outcome.
fn worth_spending(problem: &Problem, price: f64) -> f64 {
    let best = |&i: &usize| problem.curves[i].best_at_price(price, problem.lo[i], problem.hi[i]).1;
    let of_block = |members: &[usize]| members.iter().map(best).sum::<f64>();
    problem.blocks.iter().map(|block| of_block(&block.members).clamp(block.lo, block.hi)).sum()
}

/// The largest budget whose best plan returns at least `target` per unit of spend in total, and that
/// plan.
///
/// # Errors
/// [`PlanningError::OutOfReach`] when no budget within the limits does; else as [`optimise`].
pub fn largest_budget_at_total_roi(
    curves: &[ChannelCurve],
    target: f64,
    limits: &Limits,
) -> Result<Allocation, PlanningError> {
    finite("total ROI", target)?;
    let (least, most) = Problem::unbudgeted(curves, limits)?.spend_range();
    let meets = |plan: &Allocation| plan.outcome >= target * plan.budget;
    let mut above = optimise(curves, most, limits)?;
    if meets(&above) {
        return Ok(above);
    }
    let mut best = roi(&above);
    // Where outcome − target · budget is largest, the target is met if it can be met at all.
    let surest = largest_budget_at_marginal_roi(curves, target, limits)?;
    for k in (0..STEPS).rev() {
        let budget = least + (most - least) * k as f64 / STEPS as f64;
        let passes_surest = surest.budget < above.budget && surest.budget >= budget;
        let plan = optimise(curves, budget, limits)?;
        best = best.max(roi(&plan));
        let met = if meets(&plan) {
            Some(plan.clone())
        } else {
            (passes_surest && meets(&surest)).then(|| surest.clone())
        };
        if let Some(met) = met {
            let (_, plan) = bisect(curves, limits, above, met, |plan| !meets(plan))?;
            return Ok(plan);
        }
        above = plan;
    }
    Err(PlanningError::OutOfReach { what: "a total ROI of", target, best })
}

fn roi(plan: &Allocation) -> f64 {
    if plan.budget > 0.0 { plan.outcome / plan.budget } else { 0.0 }
}

/// Narrows the budgets between a plan for which `above` holds and one for which it does not.
fn bisect(
    curves: &[ChannelCurve],
    limits: &Limits,
    mut yes: Allocation,
    mut no: Allocation,
    above: impl Fn(&Allocation) -> bool,
) -> Result<(Allocation, Allocation), PlanningError> {
    for _ in 0..HALVINGS {
        let middle = optimise(curves, 0.5 * (yes.budget + no.budget), limits)?;
        if above(&middle) { yes = middle } else { no = middle }
    }
    Ok((yes, no))
}

fn finite(what: &str, value: f64) -> Result<(), PlanningError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(PlanningError::BadNumber { what: what.into(), value, wanted: "a number ≥ 0" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Value a·m/(m + 1) of a channel that spends 100: marginal ROI a/(100 (m + 1)²).
    fn concave(top: f64) -> ChannelCurve {
        let grid: Vec<f64> = (0..201).map(|k| 0.01 * f64::from(k)).collect();
        let grid: Vec<f64> = grid.iter().map(|m| (m * 100.0).round() / 100.0).collect();
        let values = grid.iter().map(|m| top * m / (m + 1.0)).collect();
        let values = Array2::from_shape_vec((1, 201), values).unwrap();
        ChannelCurve::new("tv", 100.0, &grid, values, 2.0).unwrap()
    }

    #[test]
    fn targets_of_one_concave_channel_by_hand() {
        let curves = [concave(300.0)];
        let whole = Limits::whole_curves(&curves);
        // 300 m / (m + 1) = 180 at m = 1.5
        let plan = smallest_budget_for_outcome(&curves, 180.0, &whole).unwrap();
        assert!((plan.budget - 150.0).abs() < 1e-3 && plan.outcome >= 180.0, "{plan:?}");
        // 3 / (m + 1)² = 4/3 at m = 0.5
        let plan = largest_budget_at_marginal_roi(&curves, 4.0 / 3.0, &whole).unwrap();
        assert!((plan.budget - 50.0).abs() < 0.1, "{plan:?}");
        assert!((plan.marginal_return.unwrap() - 4.0 / 3.0).abs() < 1e-3);
        // 3 / (m + 1) = 2 at m = 0.5
        let plan = largest_budget_at_total_roi(&curves, 2.0, &whole).unwrap();
        assert!((plan.budget - 50.0).abs() < 1e-3 && roi(&plan) >= 2.0, "{plan:?}");
    }

    #[test]
    fn what_is_out_of_reach_says_how_far_one_gets() {
        let curves = [concave(300.0)];
        let whole = Limits::whole_curves(&curves);
        let error = smallest_budget_for_outcome(&curves, 500.0, &whole).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no budget within the bounds reaches an incremental outcome of 500; the best is 200"
        );
        let around = Limits::around_today(1, 0.3);
        let error = largest_budget_at_total_roi(&curves, 2.0, &around).unwrap_err();
        assert!(matches!(error, PlanningError::OutOfReach { best, .. } if best > 1.7 && best < 2.0));
        assert!(largest_budget_at_marginal_roi(&curves, f64::NAN, &whole).is_err());
    }

    #[test]
    fn bounds_decide_where_the_target_does_not() {
        let curves = [concave(300.0)];
        let around = Limits::around_today(1, 0.3);
        let floor = largest_budget_at_marginal_roi(&curves, 10.0, &around).unwrap();
        assert!((floor.budget - 70.0).abs() < 1e-9);
        // 3 / (m + 1)² = 1.038 at m = 0.7, the least.
        let error = budget_reaching_marginal_roi(&curves, 10.0, &around).unwrap_err();
        assert!(
            matches!(error, PlanningError::OutOfReach { best, .. } if (best - 1.038).abs() < 0.01),
            "{error}"
        );
        assert!(budget_reaching_marginal_roi(&curves, 1.0, &around).is_ok());
        let ceiling = largest_budget_at_total_roi(&curves, 0.1, &around).unwrap();
        assert!((ceiling.budget - 130.0).abs() < 1e-9);
        let cheap = smallest_budget_for_outcome(&curves, 1.0, &around).unwrap();
        assert!((cheap.budget - 70.0).abs() < 1e-9);
    }

    /// A channel whose mean return is high through one draw of ten, and two that are known: where caution and the
    /// mean spend more is not the same.
    fn vague_and_known() -> Vec<ChannelCurve> {
        let grid: Vec<f64> = (0..41).map(|k| f64::from(k) / 20.0).collect();
        let channel = |name: &str, usual: f64, last: f64| {
            let top = |s: usize| if s == 9 { last } else { usual };
            let values = Array2::from_shape_fn((10, 41), |(s, k)| top(s) * grid[k] / (grid[k] + 1.0));
            ChannelCurve::new(name, 100.0, &grid, values, 2.0).unwrap()
        };
        vec![channel("good", 400.0, 400.0), channel("vague", 100.0, 2000.0), channel("poor", 100.0, 100.0)]
    }

    #[test]
    fn the_next_unit_returns_what_a_larger_budget_brings_whatever_is_maximised() {
        let curves = vague_and_known();
        let limits = Limits::around_today(3, 0.3);
        // Between the budgets at which a channel reaches its bound.
        for risk in [Risk::Mean, Risk::Cautious, Risk::Cvar(0.5)] {
            let budgets: Vec<f64> = (0..6).map(|k| 275.0 + 10.0 * f64::from(k)).collect();
            let points = frontier(&curves, &budgets, &limits, risk).unwrap();
            for pair in points.windows(2) {
                let slope = (pair[1].outcome - pair[0].outcome) / (pair[1].budget - pair[0].budget);
                let told = 0.5 * (pair[0].marginal_return.unwrap() + pair[1].marginal_return.unwrap());
                assert!((told / slope - 1.0).abs() < 0.03, "{risk:?} {}: {told} {slope}", pair[0].budget);
            }
            let least = frontier(&curves, &[210.0], &limits, risk).unwrap();
            // All are at 0.7 times today's spend. The good one returns most; in the worst half of the draws, in
            // which is the one that values the vague channel, that one does, and 2.9 / 1.7² on average.
            let returns = if risk == Risk::Cvar(0.5) { 2.9 } else { 4.0 } / 1.7_f64.powi(2);
            let told = least[0].marginal_return.unwrap();
            assert!((told / returns - 1.0).abs() < 0.03, "{risk:?}: {told} {returns}");
            assert_eq!(frontier(&curves, &[390.0], &limits, risk).unwrap()[0].marginal_return, None);
        }
    }

    #[test]
    fn the_frontier_rises_and_its_slope_falls() {
        let curves = [concave(300.0), concave(120.0), concave(900.0)];
        let budgets: Vec<f64> = (1..10).map(|k| 60.0 * f64::from(k)).collect();
        let points = frontier(&curves, &budgets, &Limits::whole_curves(&curves), Risk::Mean).unwrap();
        for pair in points.windows(2) {
            assert!(pair[1].outcome > pair[0].outcome);
            assert!(pair[1].marginal_return.unwrap() <= pair[0].marginal_return.unwrap() + 1e-9);
        }
    }
}
