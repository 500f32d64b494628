//! `prior.json`, schema `mmm.prior/1`: what the priors alone imply, in the keys of `fit.json`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::report::channel::ChannelReport;
use crate::report::curve::ResponseCurve;
use crate::report::fit::{OutcomeReport, ParameterReport, Run, Tool};
use crate::report::schema::schema_of;

/// Schema name of `prior.json`: not that of a fit, so that nothing reads the one for the other.
pub const PRIOR_SCHEMA: &str = "mmm.prior/1";

/// What the priors imply for the data's exposures before the outcome is looked at. Keys that both have
/// mean what they mean in `fit.json`; what judges a fit is not here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.prior/1")]
pub struct PriorReport {
    /// `mmm.prior/1`.
    #[schemars(extend("const" = PRIOR_SCHEMA))]
    pub schema: String,
    /// The program that wrote the file.
    pub tool: Tool,
    /// What was asked for, of which data; `prior_only` is true.
    pub run: Run,
    /// The outcome's total, and the shares of it that the prior gives to baseline and media.
    pub outcome: OutcomeReport,
    /// One entry per channel, in the order of the data.
    pub channels: Vec<ChannelReport>,
    /// One curve per channel, in the same order.
    pub response_curves: Vec<ResponseCurve>,
    /// Every model parameter.
    pub parameters: Vec<ParameterReport>,
}

/// JSON Schema (draft 2020-12) that every `prior.json` of this version meets.
pub fn prior_schema() -> Value {
    schema_of::<PriorReport>(PRIOR_SCHEMA)
}
