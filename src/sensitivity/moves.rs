//! The recommended move of a fit, and what it brings when returns are others.

use crate::output::{self, MoveOutcome, RecommendedMove, is_recommended};
use crate::planning::{
    ChannelCurve, DEFAULT_STEP, Limits, PlanningError, ScenarioKind, optimal_scenario, plan_scenario,
};

/// The best split of today's budget.
#[derive(Debug, Clone)]
pub struct Move {
    /// Largest giver and taker.
    pub named: RecommendedMove,
    /// Proposed by current spend, one entry per paid channel.
    multipliers: Vec<f64>,
    horizon_weeks: f64,
}

impl Move {
    /// The move that `report` recommends, if any.
    pub fn of(report: &output::Fit) -> Option<Move> {
        let plan = report.scenarios.iter().find(|s| s.kind == ScenarioKind::OptimalSameBudget)?;
        if !is_recommended(plan) {
            return None;
        }
        let change = |c: &&crate::planning::ChannelPlan| c.proposed - c.current;
        let by_change = |a: &&crate::planning::ChannelPlan, b: &&crate::planning::ChannelPlan| {
            change(a).total_cmp(&change(b))
        };
        let from = plan.allocation.iter().min_by(by_change)?;
        let to = plan.allocation.iter().max_by(by_change)?;
        let multiplier = |c: &crate::planning::ChannelPlan| {
            if c.current > 0.0 { c.proposed / c.current } else { 1.0 }
        };
        Some(Move {
            named: RecommendedMove { from: from.channel.clone(), to: to.channel.clone() },
            multipliers: plan.allocation.iter().map(multiplier).collect(),
            horizon_weeks: plan.horizon_weeks,
        })
    }

    /// What it brings with other response curves of the same channels.
    ///
    /// # Errors
    /// Curves that do not reach the move.
    pub fn outcome(&self, curves: &[ChannelCurve]) -> Result<MoveOutcome, PlanningError> {
        let bounds = Limits::around_today(curves.len(), DEFAULT_STEP).bounds;
        let plan = plan_scenario(curves, &self.multipliers, &bounds, self.horizon_weeks)?;
        Ok(MoveOutcome { gain: plan.gain.mean, p_gain: plan.p_gain, survives: is_recommended(&plan) })
    }
}

/// Change of each channel's spend in the best split of today's budget.
///
/// # Errors
/// As of the scenarios of every fit.
pub fn best_changes(curves: &[ChannelCurve]) -> Result<Vec<Option<f64>>, PlanningError> {
    let today: f64 = curves.iter().map(ChannelCurve::spend).sum();
    if today <= 0.0 {
        return Ok(vec![None; curves.len()]);
    }
    let limits = Limits::around_today(curves.len(), DEFAULT_STEP);
    let plan = optimal_scenario(curves, today, &limits, 1.0)?;
    Ok(plan.allocation.iter().map(|c| c.change).collect())
}
