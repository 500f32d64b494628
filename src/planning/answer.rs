//! Answers to a checked question: the plan that was described, the best one that was asked for, or both.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dated::Dated;
use super::error::PlanningError;
use crate::error::Error;
use crate::planning::grammar::amount::Amount;
use crate::planning::grammar::placed::Step;
use crate::planning::grammar::question::{Goal, PlacedQuestion};
use crate::planning::grammar::request_error::RequestErrors;
use crate::planning::search::cautious::{CAUTIOUS, cautious_plan};
use crate::planning::search::frontier::{
    budget_reaching_marginal_roi, largest_budget_at_marginal_roi, largest_budget_at_total_roi,
    smallest_budget_for_outcome,
};
use crate::planning::search::limits::{GroupLimit, Limits, Problem};
use crate::planning::search::optimise::Allocation;
use crate::planning::search::risk::{Objective, Risk, optimise_risk};
use crate::planning::search::scenario::{
    Scenario, ScenarioKind, allocation_scenario, fill_p_grow, plan_scenario, settled_plan,
};
use crate::planning::value::curve::ChannelCurve;
use crate::planning::value::outcome::{gain_draws, outcome_draws};
use crate::planning::value::profit::{Profit, profit_of};

/// A plan judged over the posterior.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The plan, as in `fit.json`.
    #[serde(flatten)]
    pub scenario: Scenario,
    /// Mean incremental outcome per unit of spend; null without spend.
    pub roi: Option<f64>,
    /// Posterior-mean value of one more unit of budget, spent where what the plan maximises would spend it; null
    /// for a plan that was given, and when the bounds leave no room.
    pub marginal_return: Option<f64>,
    /// What was maximised when that is not the mean.
    pub objective: Option<Objective>,
    /// Margin · outcome − spend, when the margin was given.
    pub profit: Option<Profit>,
    /// Limits of several channels together that an optimal plan had to keep.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupPlan>,
    /// The outcome that the smallest budget was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_target: Option<OutcomeTarget>,
    /// Dates and carry-over of a plan that was valued week by week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<Dated>,
}

/// What channels with a common limit spend over the horizon, currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupPlan {
    /// Its name, or the channel of which all geos are meant.
    pub name: String,
    /// Its channels.
    pub channels: Vec<String>,
    /// Today.
    pub current: f64,
    /// In the plan.
    pub proposed: f64,
    /// Least allowed.
    pub least: f64,
    /// Most allowed; null when nothing limits it.
    pub most: Option<f64>,
}

/// An outcome to be reached with the smallest budget.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OutcomeTarget {
    /// Incremental media outcome over the horizon, in the unit of outcomes and gains.
    pub outcome: f64,
    /// Whether the lowest budget that the limits allow brings it, so that less might do without them.
    pub at_least_budget: bool,
}

impl PlacedQuestion {
    /// Answers the question with curves that are over a horizon of `weeks`. With changes and a goal,
    /// the plan that was described comes first.
    ///
    /// # Errors
    /// Changes that overdraw a channel or leave its curve, bounds or targets that cannot be met.
    pub fn answer(&self, curves: &[ChannelCurve], weeks: f64) -> Result<Vec<Answer>, Error> {
        let mut answers = Vec::new();
        if !self.request.steps.is_empty() {
            answers.push(self.what_if(curves, weeks)?);
        }
        if let Some(goal) = self.terms.goal {
            answers.push(self.best(curves, goal, weeks)?);
        }
        Ok(answers)
    }

    /// The limits that optimal plans keep.
    pub fn limits(&self, curves: &[ChannelCurve], weeks: f64) -> Limits {
        self.request.limits(curves, weeks, self.terms.max_step)
    }

    fn what_if(&self, curves: &[ChannelCurve], weeks: f64) -> Result<Answer, Error> {
        let multipliers = self.request.multipliers(curves, weeks).map_err(RequestErrors::from)?;
        let anywhere = Limits::whole_curves(curves).bounds;
        let mut scenario = plan_scenario(curves, &multipliers, &anywhere, weeks)?;
        // Nothing was optimised, so no bound kept the plan from anything.
        scenario.allocation.iter_mut().for_each(|plan| plan.bound_hit = None);
        let only_shifts = self.request.steps.iter().all(|step| matches!(step, Step::Shift { .. }));
        if only_shifts {
            scenario.kind = ScenarioKind::Shift;
        }
        self.finish(curves, scenario, &multipliers)
    }

    fn best(&self, curves: &[ChannelCurve], goal: Goal, weeks: f64) -> Result<Answer, Error> {
        let limits = self.limits(curves, weeks);
        let mut outcome_target = None;
        let plan = match (goal, self.terms.risk) {
            (Goal::Budget(budget), Risk::Mean) => {
                settled_plan(curves, budget.currency(today(curves), weeks), &limits)?
            }
            (Goal::Budget(budget), Risk::Cautious) => {
                cautious_plan(curves, budget.currency(today(curves), weeks), &limits)?
            }
            (Goal::Budget(budget), risk) => {
                let budget = budget.currency(today(curves), weeks);
                return self.best_under_risk(curves, budget, risk, weeks);
            }
            (Goal::MinOutcome(amount), _) => {
                let outcome = match amount {
                    Amount::Multiple(share) => share * mean_today(curves)?,
                    other => other.currency(0.0, weeks),
                };
                let plan = smallest_budget_for_outcome(curves, outcome, &limits)?;
                let (least, _) = Problem::unbudgeted(curves, &limits)?.spend_range();
                let at_least_budget = plan.budget <= least;
                outcome_target = Some(OutcomeTarget { outcome, at_least_budget });
                plan
            }
            (Goal::MarginalRoi(target), _) => budget_reaching_marginal_roi(curves, target, &limits)?,
            (Goal::TotalRoi(target), _) => largest_budget_at_total_roi(curves, target, &limits)?,
            // margin · outcome − spend is largest where the outcome's last unit of spend returns 1 / margin.
            (Goal::Profit(margin), _) => largest_budget_at_marginal_roi(curves, 1.0 / margin, &limits)?,
        };
        let mut scenario = allocation_scenario(curves, &plan, &limits, weeks)?;
        scenario.name = goal.name();
        let moved = if scenario.changes_budget() { self.best_of_today(curves, &limits) } else { None };
        scenario = scenario.beside_moving(curves, &plan.multipliers, moved.as_deref())?;
        scenario = scenario.maximising(if self.terms.risk == Risk::Cautious { CAUTIOUS } else { "mean" });
        let mut answer = self.finish(curves, scenario, &plan.multipliers)?;
        answer.marginal_return = plan.marginal_return;
        answer.groups = group_plans(curves, &limits, &plan.multipliers);
        answer.outcome_target = outcome_target;
        Ok(answer)
    }

    /// The best plan of today's budget within the same limits, when they allow that budget.
    fn best_of_today(&self, curves: &[ChannelCurve], limits: &Limits) -> Option<Vec<f64>> {
        let today = today(curves);
        let plan = match self.terms.risk {
            Risk::Mean => settled_plan(curves, today, limits).map(|plan| plan.multipliers),
            Risk::Cautious => cautious_plan(curves, today, limits).map(|plan| plan.multipliers),
            risk => optimise_risk(curves, today, limits, risk).map(|plan| plan.multipliers),
        };
        plan.ok()
    }

    fn best_under_risk(
        &self,
        curves: &[ChannelCurve],
        budget: f64,
        risk: Risk,
        weeks: f64,
    ) -> Result<Answer, Error> {
        let limits = self.limits(curves, weeks);
        let plan = optimise_risk(curves, budget, &limits, risk)?;
        let mut scenario = plan_scenario(curves, &plan.multipliers, &limits.bounds, weeks)?;
        scenario.kind = ScenarioKind::Optimal;
        fill_p_grow(curves, &Problem::new(curves, budget, &limits)?, &mut scenario);
        scenario.name = match risk {
            Risk::Mean | Risk::Cautious => "best mean".into(),
            Risk::Quantile(level) => format!("best {:.0} % quantile of the gain", 100.0 * level),
            Risk::Cvar(level) => format!("best mean of the worst {:.0} % of the gain", 100.0 * level),
        };
        let moved = if scenario.changes_budget() { self.best_of_today(curves, &limits) } else { None };
        let scenario = scenario.beside_moving(curves, &plan.multipliers, moved.as_deref())?;
        let mut answer = self.finish(curves, scenario, &plan.multipliers)?;
        answer.objective = Some(plan.objective);
        answer.marginal_return = plan.marginal_return;
        answer.groups = group_plans(curves, &limits, &plan.multipliers);
        Ok(answer)
    }

    fn finish(
        &self,
        curves: &[ChannelCurve],
        scenario: Scenario,
        multipliers: &[f64],
    ) -> Result<Answer, Error> {
        let spend = scenario.budget;
        let roi = (spend > 0.0).then(|| scenario.proposed_outcome.mean / spend);
        let profit = match self.terms.margin {
            Some(margin) => Some(profit(curves, multipliers, margin, spend)?),
            None => None,
        };
        Ok(Answer {
            scenario,
            roi,
            marginal_return: None,
            objective: None,
            profit,
            groups: Vec::new(),
            outcome_target: None,
            dated: None,
        })
    }
}

impl Goal {
    fn name(self) -> String {
        match self {
            Goal::Budget(Amount::Multiple(1.0)) => "best allocation of today's budget".into(),
            Goal::Budget(Amount::Multiple(m)) => {
                format!("best allocation of {:+.3} % budget", 100.0 * (m - 1.0)).replace(".000", "")
            }
            Goal::Budget(_) => "best allocation of the budget".into(),
            Goal::MinOutcome(_) => "smallest budget that brings the outcome".into(),
            Goal::MarginalRoi(target) => format!("largest budget with a marginal ROI of at least {target}"),
            Goal::TotalRoi(target) => format!("largest budget with a total ROI of at least {target}"),
            Goal::Profit(_) => "budget of the highest profit".into(),
        }
    }
}

fn group_plans(curves: &[ChannelCurve], limits: &Limits, multipliers: &[f64]) -> Vec<GroupPlan> {
    let sum = |channels: &[usize], spend: &dyn Fn(usize) -> f64| channels.iter().map(|c| spend(*c)).sum();
    let plan = |group: &GroupLimit| GroupPlan {
        name: group.name.clone(),
        channels: group.channels.iter().map(|c| curves[*c].name().to_owned()).collect(),
        current: sum(&group.channels, &|c| curves[c].spend()),
        proposed: sum(&group.channels, &|c| curves[c].spend() * multipliers[c]),
        least: group.lo,
        most: Some(group.hi).filter(|most| most.is_finite()),
    };
    limits.groups.iter().map(plan).collect()
}

/// Today's spend of all channels, currency.
pub(crate) fn today(curves: &[ChannelCurve]) -> f64 {
    curves.iter().map(ChannelCurve::spend).sum()
}

fn mean_today(curves: &[ChannelCurve]) -> Result<f64, PlanningError> {
    curves.iter().map(|curve| curve.mean_at(1.0)).sum()
}

fn profit(
    curves: &[ChannelCurve],
    multipliers: &[f64],
    margin: f64,
    spend: f64,
) -> Result<Profit, PlanningError> {
    let now = outcome_draws(curves, &vec![1.0; curves.len()])?;
    let more = gain_draws(curves, multipliers)?;
    Ok(profit_of(&now, &more, margin, (today(curves), spend)))
}

/// One budget of an efficient frontier with its best plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FrontierPoint {
    /// Spend over the horizon, currency.
    pub budget: f64,
    /// Posterior-mean incremental outcome of the best plan.
    pub outcome: f64,
    /// Outcome / budget; null without budget.
    pub roi: Option<f64>,
    /// Posterior-mean value of one more unit of budget, spent where what is maximised would spend it; null when the
    /// bounds leave no room.
    pub marginal_return: Option<f64>,
    /// What the plan can be short of the best in what was maximised, relative, at most; null when the search
    /// proves nothing.
    pub gap: Option<f64>,
    /// Spend of each channel, currency, in the order of the curves.
    pub spend: Vec<f64>,
}

impl FrontierPoint {
    /// From the best plan of a budget.
    pub fn of(plan: &Allocation, curves: &[ChannelCurve]) -> FrontierPoint {
        FrontierPoint {
            budget: plan.budget,
            outcome: plan.outcome,
            roi: (plan.budget > 0.0).then(|| plan.outcome / plan.budget),
            marginal_return: plan.marginal_return,
            gap: Some(plan.gap).filter(|gap| gap.is_finite()),
            spend: curves.iter().zip(&plan.multipliers).map(|(c, m)| c.spend() * m).collect(),
        }
    }
}

impl Limits {
    /// `n` evenly spaced budgets over all that these limits can spend, ascending.
    ///
    /// # Errors
    /// As [`crate::planning::optimise()`].
    pub fn budgets(&self, curves: &[ChannelCurve], n: usize) -> Result<Vec<f64>, PlanningError> {
        let (least, most) = Problem::unbudgeted(curves, self)?.spend_range();
        let step = (most - least) / (n.max(2) - 1) as f64;
        Ok((0..n).map(|k| (least + k as f64 * step).min(most)).collect())
    }
}
