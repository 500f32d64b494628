//! Shapes this module shares with planning, diagnostics, data and sampling.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::posterior::Summary;

/// Something the user should know that did not stop the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Stable short name, such as `few_active_weeks`.
    pub code: String,
    /// What was seen.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Whether the draws can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All thresholds met.
    Ok,
    /// Usable with care.
    Warn,
    /// The chains do not agree: the numbers mean little.
    Fail,
}

/// Convergence of the whole fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnostics {
    /// The verdict.
    pub verdict: Verdict,
    /// Why the verdict is not ok, one sentence each.
    pub reasons: Vec<String>,
    /// Largest rank-normalised split R-hat; null when none is defined.
    pub max_rhat: Option<f64>,
    /// Smallest bulk effective sample size.
    pub min_ess_bulk: Option<f64>,
    /// Smallest tail effective sample size.
    pub min_ess_tail: Option<f64>,
    /// Divergent transitions after warm-up.
    pub divergences: usize,
    /// Transitions that reached the largest tree.
    pub max_depth_hits: usize,
    /// Energy fraction of missing information, one per chain; null when not defined.
    pub ebfmi: Vec<Option<f64>>,
    /// Chains (counted from 0) that are far from the others, which agree.
    pub stray_chains: Vec<usize>,
    /// The parameters with the largest R-hat, worst first.
    pub worst: Vec<WorstParameter>,
}

/// A parameter named in [`Diagnostics::worst`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorstParameter {
    /// Parameter name.
    pub parameter: String,
    /// Rank-normalised split R-hat.
    pub rhat: Option<f64>,
    /// Bulk effective sample size.
    pub ess_bulk: Option<f64>,
    /// Tail effective sample size.
    pub ess_tail: Option<f64>,
}

/// Convergence of one parameter. A diagnostic without a value is `None`, as for a constant.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterDiagnostics {
    /// Such as `roi[tv]`.
    pub parameter: String,
    /// Rank-normalised split R-hat.
    pub rhat: Option<f64>,
    /// Effective sample size in the bulk.
    pub ess_bulk: Option<f64>,
    /// Effective sample size in the tails.
    pub ess_tail: Option<f64>,
    /// Monte Carlo standard error of the mean, unit of the parameter.
    pub mcse_mean: Option<f64>,
    /// The chain without which the others agree.
    pub odd_chain: Option<usize>,
}

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
    /// Whether the proposal goes beyond the spend the data have seen.
    pub extrapolated: bool,
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
    /// Mean over the posterior of min(gain, 0).
    pub expected_loss_if_wrong: f64,
    /// How far the plan's mean outcome can be below the best within the bounds, relative and proven;
    /// null where nothing was optimised.
    pub gap: Option<f64>,
    /// Gain by change of the budget, per unit of currency: above 1 when more budget pays for itself
    /// (or, for a cut, when it costs more than it saves); null when the budget stays.
    pub return_on_budget_change: Option<Summary>,
}

/// The state of one chain after one iteration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Chain index.
    pub chain: usize,
    /// Iterations done, warm-up included.
    pub iteration: usize,
    /// Whether this iteration belonged to the warm-up.
    pub warmup: bool,
    /// Step size now in use.
    pub step_size: f64,
    /// Divergent transitions so far; those of the warm-up are forgotten when it ends.
    pub divergences: usize,
}

/// Watches a run, and may end it. Called from the chains' threads.
pub trait Progress: Sync {
    /// Called after every iteration of every chain.
    fn advance(&self, _: Tick) {}

    /// Asked before every iteration; `true` ends the run.
    fn cancelled(&self) -> bool {
        false
    }
}
