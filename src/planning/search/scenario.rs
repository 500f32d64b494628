//! Scenarios as `fit.json` records them, and the ones every fit comes with.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::budget_change::{AgainstBudget, BudgetChange};
use super::cautious::{CAUTIOUS, LIKELY, cautious_curves, cautious_plan_of};
use super::grow::p_grow;
use super::limits::{Limits, Problem};
use super::optimise::{Allocation, solve};
use super::settle::settle;
use crate::planning::error::PlanningError;
use crate::planning::value::bounds::Bounds;
use crate::planning::value::curve::ChannelCurve;
use crate::planning::value::outcome::{PlanOutcome, gain_draws, total_spend};
use crate::posterior::Summary;
use crate::words::percent;

/// What a scenario asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScenarioKind {
    /// The best allocation of today's budget.
    OptimalSameBudget,
    /// The best allocation of 10 % more.
    #[serde(rename = "optimal_budget_plus_10")]
    OptimalBudgetPlus10,
    /// The best allocation of 10 % less.
    #[serde(rename = "optimal_budget_minus_10")]
    OptimalBudgetMinus10,
    /// Spend moved from one channel to another.
    Shift,
    /// The best allocation of another budget or within other limits.
    Optimal,
    /// A plan someone wrote down.
    WhatIf,
}

/// The bound that keeps a channel from moving further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundHit {
    /// At its lower bound.
    Lower,
    /// At its upper bound.
    Upper,
}

/// One channel of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelPlan {
    /// Channel name.
    pub channel: String,
    /// Spend over the window today, currency.
    pub current: f64,
    /// Spend over the window in the scenario, currency.
    pub proposed: f64,
    /// proposed / current − 1; null without spend today.
    pub change: Option<f64>,
    /// Smallest and largest multiple of today's spend that was allowed.
    pub bounds: [f64; 2],
    /// The bound that the proposal sits on.
    pub bound_hit: Option<BoundHit>,
    /// Whether more than 5 % of what the channel spends, of a dated plan in the periods that it changes, lies above
    /// the largest period of its geo in the data, in exposure where the channel has one.
    pub extrapolated: bool,
    /// Whether the channel may get no more than today because the data put its return above what was expected, or
    /// show that something else moves both its spend and the outcome.
    #[serde(default)]
    pub held: bool,
    /// Share of the posterior draws whose own best plan spends more than today; null where nothing
    /// was optimised or the channel has no spend.
    pub p_grow: Option<f64>,
}

/// A plan for the media budget compared with today's.
///
/// Outcomes are incremental media outcomes over the window, in currency or, when an outcome has no
/// known value, in outcome units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scenario {
    /// For people.
    pub name: String,
    /// For programs.
    pub kind: ScenarioKind,
    /// Length of the window the spends and outcomes are over.
    pub horizon_weeks: f64,
    /// Spend of the scenario over the window, currency.
    pub budget: f64,
    /// One entry per paid channel.
    pub allocation: Vec<ChannelPlan>,
    /// Incremental media outcome of today's plan.
    pub current_outcome: Summary,
    /// Incremental media outcome of the scenario.
    pub proposed_outcome: Summary,
    /// Their difference, draw by draw.
    pub gain: Summary,
    /// Probability that the gain is positive.
    pub p_gain: f64,
    /// Mean over the posterior of min(gain, 0): the loss weighted by its probability, never above 0.
    pub expected_loss_if_wrong: f64,
    /// Mean of the gain over the draws in which it is below 0; null without any.
    #[serde(default)]
    pub mean_loss: Option<f64>,
    /// How far the plan can be below the best within the bounds in what it maximises, relative and proven;
    /// null where nothing was optimised, or the search proves nothing.
    pub gap: Option<f64>,
    /// What the change of the budget brings per unit of it, against the best plan of today's budget within the same
    /// bounds where a plan was sought: above 1 when more budget pays for itself (or, for a cut, when it costs more
    /// than it saves); null when the budget stays, or changes by less than 1 % while spend moves.
    pub return_on_budget_change: Option<Summary>,
    /// Probability that this is above 1: that more spend pays for itself, or that
    /// less saves more than it loses; null when the budget stays. It means that only where outcomes are in
    /// currency.
    #[serde(default)]
    pub p_pays: Option<f64>,
    /// What moving today's budget brings, and what its change brings beside; absent when the budget stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_change: Option<BudgetChange>,
    /// Gain of the best plan of the same budget if the channels that are held could grow like the others; absent when
    /// none is held, and in other plans than that of today's budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain_unheld: Option<Summary>,
    /// What the plan maximises: `mean`, or `cautious` when each channel counts with the 5 % quantile of its
    /// response curve, or as near to it as gives a plan that is likely to gain; null where nothing was
    /// optimised, or something else (then `objective` says what).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximised: Option<String>,
    /// What to know when the best plan is today's; absent when it moves something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_move: Option<String>,
}

impl Scenario {
    /// A plan that someone wrote down, before its budget is judged.
    pub(crate) fn what_if(
        name: &str,
        horizon_weeks: f64,
        budget: f64,
        allocation: Vec<ChannelPlan>,
        outcome: PlanOutcome,
    ) -> Scenario {
        Scenario {
            name: name.into(),
            kind: ScenarioKind::WhatIf,
            horizon_weeks,
            budget,
            allocation,
            current_outcome: outcome.current,
            proposed_outcome: outcome.proposed,
            gain: outcome.gain,
            p_gain: outcome.p_gain,
            expected_loss_if_wrong: outcome.expected_loss_if_wrong,
            mean_loss: outcome.mean_loss,
            gap: None,
            return_on_budget_change: None,
            p_pays: None,
            budget_change: None,
            gain_unheld: None,
            maximised: None,
            no_move: None,
        }
    }

    /// Spend of today's plan, currency.
    pub fn today(&self) -> f64 {
        self.allocation.iter().map(|plan| plan.current).sum()
    }

    /// Each channel's spend today and in the plan.
    fn spends(&self) -> Vec<(f64, f64)> {
        self.allocation.iter().map(|plan| (plan.current, plan.proposed)).collect()
    }

    /// Whether it spends more or less than today.
    pub fn changes_budget(&self) -> bool {
        self.budget_change.is_some() || self.return_on_budget_change.is_some()
    }

    /// The scenario of a plan with what its other budget brings beyond the best plan of today's; as it is when there
    /// is none, or the budget stays.
    pub(crate) fn beside_moving(
        mut self,
        curves: &[ChannelCurve],
        plan: &[f64],
        moved: Option<&[f64]>,
    ) -> Result<Scenario, PlanningError> {
        if let Some(moved) = moved.filter(|_| self.changes_budget()) {
            let (gain, moving) = (gain_draws(curves, plan)?, gain_draws(curves, moved)?);
            self.tell_budget(AgainstBudget::of(&gain, Some(&moving), &self.spends()));
        }
        Ok(self)
    }

    pub(crate) fn tell_budget(&mut self, told: AgainstBudget) {
        let AgainstBudget { change, per_unit, p_pays } = told;
        (self.budget_change, self.return_on_budget_change, self.p_pays) = (change, per_unit, p_pays);
    }

    /// The scenario of a plan that maximises `measure`; says so when that is today's plan.
    pub(crate) fn maximising(mut self, measure: &str) -> Scenario {
        self.maximised = Some(measure.into());
        self.no_move = self.no_move_text(measure == CAUTIOUS);
        self
    }

    /// Why nothing moves, when nothing does and the budget is today's.
    fn no_move_text(&self, cautious: bool) -> Option<String> {
        let stays = |plan: &ChannelPlan| plan.change.is_none_or(|change| change.abs() < NO_CHANGE);
        if self.changes_budget() || !self.allocation.iter().all(stays) {
            return None;
        }
        let free = |plan: &&ChannelPlan| plan.change.is_some() && plan.bounds[1] - plan.bounds[0] > NO_CHANGE;
        if self.allocation.iter().filter(free).count() < 2 {
            return Some("fewer than two channels may move, so the plan stays as it is today".into());
        }
        Some(if cautious {
            format!(
                "none of the plans tried, from the most cautious to that of the means, gains with a probability \
                 of {:.0} %: keep today's plan; --risk mean shows the plan of the means",
                100.0 * LIKELY
            )
        } else {
            "no move within the bounds is worth making: keep today's plan".into()
        })
    }
}

/// Change of a channel's spend that a table shows as none, relative.
const NO_CHANGE: f64 = 5e-5;

/// How far each channel may move from today's spend unless something else is asked.
pub(crate) const DEFAULT_STEP: f64 = 0.3;
/// Share of the budget added or cut, and of a channel moved, in the default scenarios.
const DEFAULT_CHANGE: f64 = 0.1;

/// The scenarios of every fit: the best allocation within ± 30 % per channel (one that is held gets no more than
/// today) of the same budget, of 10 % more and of 10 % less, and 10 % of the spend of the channel with the lowest
/// posterior-mean marginal ROI moved to the one with the highest that is not held.
///
/// The optimal plans are the most cautious ones that are likely to gain; among plans that are equally good in
/// all but rounding the one nearest today's is taken. The last scenario moves less than 10 % when the receiver's
/// response curve ends before, and is left out with fewer than two channels with spend. Without any there are
/// no scenarios.
///
/// # Errors
/// Response curves that do not reach 0.7 to 1.3 of today's spend, or that differ in their draws.
pub fn default_scenarios(
    curves: &[ChannelCurve],
    horizon_weeks: f64,
) -> Result<Vec<Scenario>, PlanningError> {
    let today: f64 = curves.iter().map(ChannelCurve::spend).sum();
    if today <= 0.0 {
        return Ok(Vec::new());
    }
    let asked = [
        ("best allocation of today's budget", ScenarioKind::OptimalSameBudget, 1.0),
        ("best allocation of 10 % more budget", ScenarioKind::OptimalBudgetPlus10, 1.0 + DEFAULT_CHANGE),
        ("best allocation of 10 % less budget", ScenarioKind::OptimalBudgetMinus10, 1.0 - DEFAULT_CHANGE),
    ];
    let low = cautious_curves(curves);
    let scenario = |(name, kind, share): (&str, ScenarioKind, f64)| {
        let limits = Limits::of_proposals(curves, DEFAULT_STEP, share * today);
        let plan = cautious_plan_of(&low, curves, share * today, &limits)?;
        let scenario = allocation_scenario(curves, &plan, &limits, horizon_weeks)?.maximising(CAUTIOUS);
        let moved = if scenario.changes_budget() {
            cautious_plan_of(&low, curves, today, &limits).ok()
        } else {
            None
        };
        let moved = moved.as_ref().map(|plan| &plan.multipliers[..]);
        let scenario = scenario.beside_moving(curves, &plan.multipliers, moved)?;
        let is_held = !scenario.changes_budget() && scenario.allocation.iter().any(|plan| plan.held);
        let gain_unheld = if is_held { Some(gain_unheld(&low, curves, today)?) } else { None };
        Ok(Scenario { name: name.into(), kind, gain_unheld, ..scenario })
    };
    let found: Result<Vec<Scenario>, PlanningError> = asked.into_par_iter().map(scenario).collect();
    let mut scenarios = found?;
    scenarios.extend(shift_worst_to_best(curves, horizon_weeks)?);
    Ok(scenarios)
}

/// Gain of the best plan of today's budget when no channel is held.
fn gain_unheld(low: &[ChannelCurve], curves: &[ChannelCurve], today: f64) -> Result<Summary, PlanningError> {
    let limits = Limits::around_today(curves.len(), DEFAULT_STEP);
    let plan = cautious_plan_of(low, curves, today, &limits)?;
    Ok(Summary::of(&gain_draws(curves, &plan.multipliers)?))
}

/// The best allocation of a budget within limits, as a scenario of kind [`ScenarioKind::Optimal`].
///
/// Unlike [`crate::planning::optimise()`] it does not move a channel for a gain that is noise: of the plans that
/// lose no more than 1e-4 of the outcome or 1 % of the gain against the best, whichever is less, it is
/// the nearest to today's.
///
/// # Errors
/// As [`crate::planning::optimise()`].
pub fn optimal_scenario(
    curves: &[ChannelCurve],
    budget: f64,
    limits: &Limits,
    horizon_weeks: f64,
) -> Result<Scenario, PlanningError> {
    let plan = settled_plan(curves, budget, limits)?;
    Ok(allocation_scenario(curves, &plan, limits, horizon_weeks)?.maximising("mean"))
}

/// The plan of [`optimal_scenario`].
pub(crate) fn settled_plan(
    curves: &[ChannelCurve],
    budget: f64,
    limits: &Limits,
) -> Result<Allocation, PlanningError> {
    let problem = Problem::new(curves, budget, limits)?;
    Ok(settle(&problem, solve(&problem)).allocation(&problem, limits))
}

/// An optimal plan as a scenario of kind [`ScenarioKind::Optimal`].
pub(crate) fn allocation_scenario(
    curves: &[ChannelCurve],
    plan: &Allocation,
    limits: &Limits,
    horizon_weeks: f64,
) -> Result<Scenario, PlanningError> {
    let problem = Problem::new(curves, plan.budget, limits)?;
    let mut scenario = plan_scenario(curves, &plan.multipliers, &limits.bounds, horizon_weeks)?;
    scenario.name = "best allocation".into();
    scenario.kind = ScenarioKind::Optimal;
    scenario.gap = Some(plan.gap);
    fill_p_grow(curves, &problem, &mut scenario);
    Ok(scenario)
}

/// Notes for every channel with spend how many draws would have it grow.
pub(crate) fn fill_p_grow(curves: &[ChannelCurve], problem: &Problem, scenario: &mut Scenario) {
    for (&c, p) in problem.channels.iter().zip(p_grow(curves, problem)) {
        scenario.allocation[c].p_grow = Some(p);
    }
}

/// A plan given as multipliers of today's spend, as a scenario of kind [`ScenarioKind::WhatIf`].
///
/// # Errors
/// As [`crate::planning::evaluate`]; [`PlanningError::Length`] for another number of bounds.
pub fn plan_scenario(
    curves: &[ChannelCurve],
    multipliers: &[f64],
    bounds: &[Bounds],
    horizon_weeks: f64,
) -> Result<Scenario, PlanningError> {
    let gain = gain_draws(curves, multipliers)?;
    let outcome = PlanOutcome::with_gain(curves, &gain)?;
    if bounds.len() != curves.len() {
        let (expected, found) = (curves.len(), bounds.len());
        return Err(PlanningError::Length { what: "bounds", expected, found });
    }
    let channels = curves.iter().zip(multipliers).zip(bounds);
    let budget = total_spend(curves, multipliers);
    let allocation = channels.map(|((curve, &m), b)| channel_plan(curve, m, b)).collect();
    let mut scenario = Scenario::what_if("plan", horizon_weeks, budget, allocation, outcome);
    scenario.tell_budget(AgainstBudget::of(&gain, None, &scenario.spends()));
    Ok(scenario)
}

fn channel_plan(curve: &ChannelCurve, multiplier: f64, bounds: &Bounds) -> ChannelPlan {
    // A millionth of today's spend: closer than anyone can book.
    let near = 1e-6;
    let has_spend = curve.spend() > 0.0;
    let bound_hit = if !has_spend || bounds.hi - bounds.lo <= near {
        None
    } else if multiplier <= bounds.lo + near {
        Some(BoundHit::Lower)
    } else if multiplier >= bounds.hi - near {
        Some(BoundHit::Upper)
    } else {
        None
    };
    ChannelPlan {
        channel: curve.name().into(),
        current: curve.spend(),
        proposed: curve.spend() * multiplier,
        change: has_spend.then_some(multiplier - 1.0),
        bounds: [bounds.lo, bounds.hi],
        bound_hit,
        // Today's own spend is in the data by definition.
        extrapolated: has_spend && multiplier > curve.observed_max_multiplier().max(1.0),
        held: has_spend && curve.is_held() && bounds.hi == 1.0,
        p_grow: None,
    }
}

fn shift_worst_to_best(
    curves: &[ChannelCurve],
    horizon_weeks: f64,
) -> Result<Option<Scenario>, PlanningError> {
    let mut ranked = Vec::new();
    for (c, curve) in curves.iter().enumerate() {
        if let Some(marginal_roi) = curve.marginal_roi_at(1.0)? {
            ranked.push((marginal_roi, c));
        }
    }
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let best = ranked.iter().rfind(|(_, c)| !curves[*c].is_held());
    let (Some(&(_, worst)), Some(&(_, best))) = (ranked.first(), best) else { return Ok(None) };
    if worst == best {
        return Ok(None);
    }
    let (giver, receiver) = (&curves[worst], &curves[best]);
    let most = (receiver.range().1 - 1.0) * receiver.spend();
    let amount = (DEFAULT_CHANGE * giver.spend()).min(most);
    if amount <= 0.0 {
        return Ok(None);
    }
    let mut multipliers = vec![1.0; curves.len()];
    multipliers[worst] -= amount / giver.spend();
    multipliers[best] = (1.0 + amount / receiver.spend()).min(receiver.range().1);
    let bounds = Limits::whole_curves(curves).bounds;
    let mut scenario = plan_scenario(curves, &multipliers, &bounds, horizon_weeks)?;
    scenario.kind = ScenarioKind::Shift;
    let share = percent(amount / giver.spend());
    scenario.name = format!("{share} of {} moved to {}", giver.name(), receiver.name());
    Ok(Some(scenario))
}
