//! The best allocation of a fixed budget over the posterior-mean response curves, with a proof.

use super::dual;
use super::grid::Grid;
use super::limits::{Limits, Problem};
use super::polish::{polish, polish_locally};
use crate::planning::error::PlanningError;
use crate::planning::value::curve::ChannelCurve;

/// A plan and how far from the best it can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// Spend as a multiple of today's, one per channel; 1 for a channel without spend today.
    pub multipliers: Vec<f64>,
    /// Spend over the window, currency.
    pub budget: f64,
    /// Posterior-mean incremental value of the plan.
    pub outcome: f64,
    /// No plan within the limits is worth more, in what was maximised; infinite when nothing is proven.
    pub upper_bound: f64,
    /// What the plan can be short of that bound at most, relative to it.
    pub gap: f64,
    /// Posterior-mean value of one more unit of budget, spent where what is maximised would spend it; `None` when
    /// the bounds leave no room for it.
    pub marginal_return: Option<f64>,
}

/// Relative gap at which a plan counts as proven: about what the dual's own rounding leaves.
const PROVEN: f64 = 1e-9;
/// Relative gap above which the sharper and slower bound is worth its time.
const LOOSE: f64 = 1e-7;

/// Maximises the posterior-mean value of a fixed budget within the limits.
///
/// The curves may be S-shaped, so the problem has local optima. The Lagrangian dual (the curves'
/// concave envelopes) bounds the best from above and, for concave curves, already is the optimum.
/// Where it leaves a gap, an exact dynamic programme over small units of spend finds the right
/// basin, pairwise exchanges polish the plan on the continuous curves, and a second programme
/// tightens the bound. Today's plan is one of the candidates whenever the limits allow it, so the
/// result is never worse. Channels without spend stay as they are.
///
/// # Errors
/// Bounds that are not ordered or leave a curve's grid, unusable groups, and a budget that the
/// limits cannot spend; see [`PlanningError`].
///
/// # Source
/// Ours; the dual and its gap for separable problems: Bertsekas, *Nonlinear Programming*, § 5.1.
pub fn optimise(curves: &[ChannelCurve], budget: f64, limits: &Limits) -> Result<Allocation, PlanningError> {
    let problem = Problem::new(curves, budget, limits)?;
    let best = solve(&problem);
    Ok(best.allocation(&problem, limits))
}

/// A feasible plan in currency with its value and bound, the problem's constant not included.
#[derive(Debug, Clone)]
pub(crate) struct Solution {
    pub(crate) x: Vec<f64>,
    pub(crate) value: f64,
    pub(crate) bound: f64,
}

impl Solution {
    pub(crate) fn allocation(&self, problem: &Problem, limits: &Limits) -> Allocation {
        let outcome = self.value + problem.constant;
        let upper_bound = (self.bound + problem.constant).max(outcome);
        Allocation {
            multipliers: problem.multipliers(&self.x, limits),
            budget: problem.budget,
            outcome,
            upper_bound,
            gap: relative_gap(upper_bound, outcome),
            marginal_return: marginal_return(problem, &self.x),
        }
    }
}

pub(crate) fn solve(problem: &Problem) -> Solution {
    let dual = dual::solve(problem);
    let mut best = Solution { x: problem.home(), value: 0.0, bound: dual.bound };
    best.value = problem.value(&best.x);
    best.offer(problem, polish_locally(problem, problem.project(&dual.spend), &problem.today, 0.0));
    if relative_gap(best.bound, best.value) <= PROVEN {
        return best;
    }
    if let Some(grid) = Grid::new(problem) {
        let start = polish(problem, problem.project(&grid.solve()));
        best.offer(problem, start);
        best.offer(problem, polish(problem, best.x.clone()));
        if relative_gap(best.bound, best.value) > LOOSE {
            let price = shared_slope(problem, &best.x).unwrap_or(dual.price);
            best.bound = best.bound.min(grid.bound(price));
        }
    }
    best
}

impl Solution {
    fn offer(&mut self, problem: &Problem, x: Vec<f64>) {
        let value = problem.value(&x);
        if value > self.value {
            (self.x, self.value) = (x, value);
        }
    }
}

fn relative_gap(bound: f64, value: f64) -> f64 {
    if bound <= value { 0.0 } else { (bound - value) / bound.abs().max(f64::MIN_POSITIVE) }
}

/// Mean marginal return of the channels between their bounds, which share one in an optimal plan.
fn shared_slope(problem: &Problem, x: &[f64]) -> Option<f64> {
    let tiny = 1e3 * problem.resolution();
    let free = (0..x.len()).filter(|&i| x[i] > problem.lo[i] + tiny && x[i] < problem.hi[i] - tiny);
    let slopes: Vec<f64> = free.map(|i| problem.curves[i].slope(x[i])).collect();
    (!slopes.is_empty()).then(|| slopes.iter().sum::<f64>() / slopes.len() as f64)
}

/// The best marginal return among the channels that may still grow: what the next unit brings where the plan
/// maximises the sum of these curves.
fn marginal_return(problem: &Problem, x: &[f64]) -> Option<f64> {
    let tiny = 1e3 * problem.resolution();
    let spend = problem.block_spend(x);
    let may_grow = |i: &usize| problem.room_to_grow(x, &spend, *i) > tiny;
    (0..x.len()).filter(may_grow).map(|i| problem.curves[i].slope(x[i])).max_by(f64::total_cmp)
}
