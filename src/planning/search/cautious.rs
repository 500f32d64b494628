//! The default plan: the most cautious one that is likely to gain.

use rayon::prelude::*;

use super::limits::{Limits, Problem};
use super::optimise::{Allocation, solve};
use super::polish::polish_locally;
use super::settle::settle;
use crate::planning::error::PlanningError;
use crate::planning::value::curve::ChannelCurve;
use crate::planning::value::outcome::difference_draws;

/// Name of the objective in `fit.json`.
pub(crate) const CAUTIOUS: &str = "cautious";
/// Quantile of the response curves with which the most cautious plan counts.
const LEVEL: f64 = 0.05;
/// Probability of a gain from which a plan is likely to bring one, and is recommended.
pub const LIKELY: f64 = 0.6;
/// Steps from the most cautious plan to the one with the best mean.
const STEPS: usize = 10;

/// The best allocation of a budget for those who would rather not lose.
///
/// A channel known poorly has a long upper tail, from the prior and from demand that drives both spend and
/// sales. By the posterior mean that tail draws budget; by what the channel returns with 95 % probability,
/// the 5 % quantile of its response curve, it does not. But a plan by that quantile alone may lose on
/// average. So the channels count with a curve between their quantile's and their mean's, as near to the
/// quantile's as brings a plan that gains with 60 % probability; where there is none, as brings one that
/// does not lose on average. The gain is that against today's plan, or what is nearest to it within budget
/// and limits. Plans are settled as [`crate::planning::optimal_scenario`] is.
///
/// The allocation's outcome is the posterior mean, and so is its marginal return: of the next unit of budget
/// where these curves would spend it, not where the means would. Its gap is the proven one of what is maximised.
///
/// # Errors
/// As [`crate::planning::optimise()`].
pub(crate) fn cautious_plan(
    curves: &[ChannelCurve],
    budget: f64,
    limits: &Limits,
) -> Result<Allocation, PlanningError> {
    cautious_plan_of(&cautious_curves(curves), curves, budget, limits)
}

/// What each channel counts with in the most cautious plan.
pub(crate) fn cautious_curves(curves: &[ChannelCurve]) -> Vec<ChannelCurve> {
    curves.par_iter().map(|curve| curve.at_quantile(LEVEL)).collect()
}

/// [`cautious_plan`] where the [`cautious_curves`] are known.
pub(crate) fn cautious_plan_of(
    low: &[ChannelCurve],
    curves: &[ChannelCurve],
    budget: f64,
    limits: &Limits,
) -> Result<Allocation, PlanningError> {
    let (low, mean) = (Problem::new(low, budget, limits)?, Problem::new(curves, budget, limits)?);
    let home = mean.home();
    let (home_value, home_multipliers) = (mean.value(&home), mean.multipliers(&home, limits));
    let mut plan = None;
    for step in 0..=STEPS {
        let share = step as f64 / STEPS as f64;
        let between = low.curves.iter().zip(&mean.curves).map(|(low, mean)| low.towards(mean, share));
        let problem = Problem { curves: between.collect(), ..mean.clone() };
        let best = solve(&problem);
        let settled = settle(&problem, best.clone());
        let value = mean.value(&settled.x);
        if value < home_value {
            continue;
        }
        let mut allocation = settled.allocation(&problem, limits);
        allocation.outcome = value + mean.constant;
        allocation.marginal_return = next_unit(&problem, &mean, &best.x);
        let gain = difference_draws(curves, &allocation.multipliers, &home_multipliers)?;
        let gains = gain.iter().filter(|g| **g > 0.0).count() as f64;
        if gains >= LIKELY * gain.len() as f64 {
            return Ok(allocation);
        }
        plan.get_or_insert(allocation);
    }
    Ok(plan.expect("the plan with the best mean is worth no less than today's"))
}

/// Share of the largest budget that counts as the next unit: small beside any bend of a curve, large beside the
/// rounding of a plan's value.
const NEXT_UNIT: f64 = 1e-3;

/// What the next unit of budget brings by the curves of `mean` when it is spent to maximise `problem`, whose best
/// plan is `x`; `None` when the limits leave no room for it.
///
/// The best plan and not the settled one: the steps of the pull towards today's plan differ from budget to budget,
/// and would be read as returns.
fn next_unit(problem: &Problem, mean: &Problem, x: &[f64]) -> Option<f64> {
    let most = problem.spend_range().1;
    let step = (NEXT_UNIT * most).min(most - problem.budget);
    if step <= 1e3 * problem.resolution() {
        return None;
    }
    let next = Problem { budget: problem.budget + step, ..problem.clone() };
    let more = polish_locally(&next, next.project(x), &next.today, 0.0);
    Some((mean.value(&more) - mean.value(x)) / step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn line(name: &str, returns: &[f64]) -> ChannelCurve {
        let values = Array2::from_shape_fn((returns.len(), 3), |(s, m)| 100.0 * returns[s] * m as f64);
        ChannelCurve::new(name, 100.0, &[0.0, 1.0, 2.0], values, 2.0).unwrap()
    }

    /// The plan for channels that spend 100 each, within ± 30 %, and the probability that it gains.
    fn plan(returns: &[&[f64]]) -> (Allocation, f64) {
        let curves: Vec<ChannelCurve> = returns.iter().map(|r| line("channel", r)).collect();
        let n = curves.len();
        let plan = cautious_plan(&curves, 100.0 * n as f64, &Limits::around_today(n, 0.3)).unwrap();
        let p = crate::planning::evaluate(&curves, &plan.multipliers).unwrap().p_gain;
        (plan, p)
    }

    #[test]
    fn a_long_upper_tail_draws_no_budget() {
        // Means 2.2, 2 and 0.5; the first returns 1 in four draws of five.
        let (plan, p) = plan(&[&[1.0, 1.0, 1.0, 1.0, 7.0], &[1.9, 1.9, 2.0, 2.1, 2.1], &[0.5; 5]]);
        assert!(plan.multipliers[1] > 1.29 && plan.multipliers[0] < 1.01 && p == 1.0, "{plan:?}");
    }

    /// By its 5 % quantile the vague channel would shrink, which loses in nine draws of ten.
    #[test]
    fn what_is_likely_to_gain_is_worth_a_risk() {
        let (plan, p) = plan(&[&[0.2, 1.6, 1.6, 1.6, 1.6, 1.6, 1.6, 1.6, 1.6, 1.6], &[1.0; 10]]);
        assert!(plan.multipliers[0] > 1.29 && p == 0.9, "{plan:?}");
    }

    /// Of means 2.2 and 1.98, and 1 to 1.9 in most draws: one move loses on average, the other in most draws.
    #[test]
    fn a_plan_that_nothing_recommends_does_not_lose_on_average() {
        let (plan, p) = plan(&[&[1.0, 1.0, 1.0, 1.0, 7.0], &[1.9, 1.9, 2.0, 2.0, 2.1]]);
        assert!(plan.outcome >= 418.0 - 1e-9 && p < LIKELY, "{plan:?} {p}");
    }

    #[test]
    fn equal_channels_stay() {
        let (plan, p) = plan(&[&[1.0; 4], &[1.0; 4]]);
        assert_eq!((plan.multipliers, p), (vec![1.0, 1.0], 0.0));
    }
}
