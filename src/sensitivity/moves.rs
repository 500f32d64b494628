//! The recommended move of a fit, and what it brings when returns are others.

use crate::planning::{
    ChannelCurve, DEFAULT_STEP, Limits, PlanningError, ScenarioKind, cautious_plan, gain_draws, share_above,
};
use crate::planning::{is_likely_gain, is_recommended};
use crate::report;
use crate::report::{MoveOutcome, RecommendedMove};

/// The best split of today's budget.
#[derive(Debug, Clone)]
pub struct Move {
    /// Largest giver and taker.
    pub named: RecommendedMove,
    /// Proposed by current spend, one entry per paid channel.
    multipliers: Vec<f64>,
}

impl Move {
    /// The move that `report` recommends, if any.
    pub fn of(report: &report::Fit) -> Option<Move> {
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
        })
    }

    /// Its gain per draw with other response curves of the same channels, which draw by draw is a sum over them.
    ///
    /// # Errors
    /// Curves that do not reach the move.
    pub fn gain(&self, curves: &[ChannelCurve]) -> Result<Vec<f64>, PlanningError> {
        gain_draws(curves, &self.multipliers)
    }

    /// What channel `c` alone adds to [`Move::gain`], per draw.
    ///
    /// # Errors
    /// A curve that does not reach the move.
    pub fn part(&self, curves: &[ChannelCurve], c: usize) -> Result<Vec<f64>, PlanningError> {
        gain_draws(&curves[c..=c], &self.multipliers[c..=c])
    }
}

/// What a move brings whose gain has these draws.
pub fn outcome(gain: &[f64]) -> MoveOutcome {
    let mean = gain.iter().sum::<f64>() / gain.len() as f64;
    let p_gain = share_above(gain, 0.0);
    MoveOutcome { gain: mean, p_gain, survives: is_likely_gain(mean, p_gain) }
}

/// Change of each channel's spend in the split of today's budget that a fit with these curves would propose.
///
/// # Errors
/// As of the scenarios of every fit.
pub fn best_changes(curves: &[ChannelCurve]) -> Result<Vec<Option<f64>>, PlanningError> {
    let today: f64 = curves.iter().map(ChannelCurve::spend).sum();
    if today <= 0.0 {
        return Ok(vec![None; curves.len()]);
    }
    let plan = cautious_plan(curves, today, &Limits::of_proposals(curves, DEFAULT_STEP, today))?;
    let change = |(curve, m): (&ChannelCurve, &f64)| (curve.spend() > 0.0).then_some(m - 1.0);
    Ok(curves.iter().zip(&plan.multipliers).map(change).collect())
}
