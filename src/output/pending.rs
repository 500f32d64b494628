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
    pub hint: Option<String>,
}

/// Whether the draws can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// Convergence of one parameter; NaN where a quantity is not defined (a constant, too few draws).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParameterDiagnostics {
    /// Rank-normalised split R-hat.
    pub rhat: f64,
    /// Bulk effective sample size.
    pub ess_bulk: f64,
    /// Tail effective sample size.
    pub ess_tail: f64,
    /// Monte Carlo standard error of the mean.
    pub mcse_mean: f64,
}

/// What a scenario answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioKind {
    /// Best allocation of today's budget.
    OptimalSameBudget,
    /// Best allocation of 10 % more.
    #[serde(rename = "optimal_budget_plus_10")]
    OptimalBudgetPlus10,
    /// Best allocation of 10 % less.
    #[serde(rename = "optimal_budget_minus_10")]
    OptimalBudgetMinus10,
    /// Money moved from one channel to another.
    Shift,
    /// Asked for on the command line.
    Custom,
}

/// A plan and what it would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scenario {
    /// Name for people.
    pub name: String,
    /// What it answers.
    pub kind: ScenarioKind,
    /// Weeks the amounts cover.
    pub horizon_weeks: f64,
    /// Total proposed spend over the horizon, currency.
    pub budget: f64,
    /// One entry per paid channel.
    pub allocation: Vec<Allocation>,
    /// Incremental outcome of today's plan.
    pub current_outcome: Summary,
    /// Incremental outcome of the proposed plan.
    pub proposed_outcome: Summary,
    /// Proposed minus current, draw by draw.
    pub gain: Summary,
    /// Posterior probability that the gain is above zero.
    pub p_gain: f64,
}

/// One channel of a plan; amounts in currency over the horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Allocation {
    /// Channel name.
    pub channel: String,
    /// Spend today.
    pub current: f64,
    /// Spend proposed.
    pub proposed: f64,
    /// Proposed / current − 1; null when nothing is spent today.
    pub change: Option<f64>,
    /// Smallest and largest allowed multiple of today's spend.
    pub bounds: [f64; 2],
    /// Whether the proposal sits on a bound.
    pub bound_hit: bool,
}

/// One finished iteration of one chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Chain index from 0.
    pub chain: usize,
    /// Iteration index from 0, warm-up included.
    pub iteration: usize,
    /// Whether it was a warm-up iteration.
    pub warmup: bool,
    /// Step size used.
    pub step_size: f64,
    /// Divergences of this chain so far, after warm-up.
    pub divergences: usize,
}

/// What the sampler tells while it runs, from several threads at once.
pub trait Progress: Sync {
    /// An iteration is done.
    fn advance(&self, tick: Tick);
    /// Whether to stop.
    fn cancelled(&self) -> bool;
}
