//! What `mmm compare` reports, schema `mmm.compare/1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::FitConfig;
use crate::data::Roles;
use crate::diagnostics;
use crate::posterior::Summary;
use crate::report::{DataReport, Tool, schema_of};
use crate::store::{OutputError, to_json};
use crate::warning::Warning;

/// Schema name of every comparison of models. Within it keys are only ever added.
pub const COMPARE_SCHEMA: &str = "mmm.compare/1";

/// Several models of the same data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.compare/1")]
pub struct CompareReport {
    /// `mmm.compare/1`.
    #[schemars(extend("const" = COMPARE_SCHEMA))]
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The data.
    pub data: DataReport,
    /// Which column plays which role.
    pub roles: Roles,
    /// The models, the one that the settings tell first.
    pub models: Vec<ModelReport>,
    /// What the weights were found from.
    pub weights_by: WeightsBy,
    /// The paid channels by every model.
    pub channels: Vec<ChannelSpread>,
    /// The split of today's budget that the first model proposes, judged by all; null where it moves nothing.
    pub plan: Option<MoveReport>,
    /// A fifth of the smaller of two channels moved, the better direction of each pair, the most agreed on first.
    pub shifts: Vec<MoveReport>,
    /// The answer.
    pub verdict: Verdict,
    /// The lift test that would tell apart the models in which the plan gains from the others; null where they agree.
    pub test: Option<TellingTest>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// What stacking maximised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeightsBy {
    /// The density of each outcome given all others.
    LeaveOneOut,
    /// That of forecasts from earlier origins.
    LeaveFutureOut,
    /// Nothing: all the same, as a score is missing.
    Nothing,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelReport {
    /// Its name.
    pub name: String,
    /// Its settings, defaults included.
    pub config: FitConfig,
    /// How its chains went.
    pub convergence: diagnostics::Verdict,
    /// Leave-one-out, by Pareto-smoothed importance sampling; null where it cannot be told.
    pub leave_one_out: Option<Score>,
    /// Largest Pareto shape; above 0.7 the score is not reliable.
    pub max_pareto_k: Option<f64>,
    /// Forecasts of the last periods from what was known before, each a normal; null unless asked for.
    pub leave_future_out: Option<Score>,
    /// Weight by stacking. It is of predictions: a model that fits better is not more causal.
    pub weight: f64,
}

/// A score with its standard error. Larger is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// Expected log predictive density: of leave-one-out in units of each geo's mean outcome, of forecasts in those of
    /// the outcome.
    pub elpd: f64,
    /// Its standard error.
    pub se: f64,
    /// Less that of the best model.
    pub difference: f64,
    /// Standard error of the difference.
    pub se_difference: f64,
}

/// One channel by all models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelSpread {
    /// Channel.
    pub channel: String,
    /// Mean return over models by weight.
    pub roi: f64,
    /// What each model leaves open: root of the weighted mean of their variances.
    pub sd_within: f64,
    /// How much their means differ: weighted standard deviation.
    pub sd_between: f64,
    /// Its return by every model.
    pub by_model: Vec<ModelRoi>,
}

/// The return of a channel by one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelRoi {
    /// Model.
    pub model: String,
    /// Value of the contribution / spend.
    pub roi: Summary,
}

/// A move of budget by all models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MoveReport {
    /// The channel that gives most.
    pub from: String,
    /// The channel that gets most.
    pub to: String,
    /// What is moved in all, currency over the fitted window.
    pub amount: f64,
    /// Models in which it gains on average, and with a probability of at least 0.6.
    pub gains_in: usize,
    /// Probability of a gain, over models by weight.
    pub p_gain: f64,
    /// Mean gain, over models by weight.
    pub gain: f64,
    /// Multiples of today's spend, one a paid channel with spend.
    pub multipliers: Vec<f64>,
    /// One entry a model, in their order.
    pub by_model: Vec<ModelMove>,
}

/// A move by one model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelMove {
    /// Mean gain.
    pub gain: f64,
    /// Probability that there is one.
    pub p_gain: f64,
    /// Whether it would be recommended: a positive mean, with a probability of at least 0.6.
    pub gains: bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// In words, such as "moving search to social gains in 5 of 6 models".
    pub sentence: String,
    /// Models in which the plan gains.
    pub gains_in: usize,
    /// Models.
    pub of: usize,
}

/// A lift test of one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TellingTest {
    /// Channel.
    pub channel: String,
    /// Spend in the test as a multiple of today's; 0 is a stop.
    pub dose: f64,
    /// Change of the outcome's value over the window that models expect in which the plan gains.
    pub where_it_gains: f64,
    /// What the others expect.
    pub where_not: f64,
    /// Their distance in standard deviations of what the models leave open and of a reading to ±15 %.
    pub apart: f64,
}

impl CompareReport {
    /// The bytes of `compare.json`: UTF-8, a final line feed.
    ///
    /// # Errors
    /// [`OutputError::NonFinite`] when a number is NaN or infinite.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}

/// JSON Schema (draft 2020-12) that every comparison of this version meets.
pub fn compare_schema() -> Value {
    schema_of::<CompareReport>(COMPARE_SCHEMA)
}
