//! What `mmm validate --recovery` reports of data like the user's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Truths drawn from the fit, with outcomes drawn from them on the data's own spend and controls, and what refits
/// found. The worlds obey the model, so these are the least errors to expect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recovery {
    /// Worlds drawn and refitted.
    pub worlds: usize,
    /// Refits whose chains disagree.
    pub not_converged: usize,
    /// One entry per channel.
    pub channels: Vec<Recovered>,
    /// The same worlds with more to go by; empty unless asked for.
    pub what_ifs: Vec<WhatIf>,
}

/// How well one channel's return is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recovered {
    /// Channel name.
    pub channel: String,
    /// Mean of the true ROIs, or of the true contributions of a channel without spend.
    pub truth: f64,
    /// Mean |posterior mean − truth| over the mean truth; null when that is 0.
    pub error: Option<f64>,
    /// Worlds in which the 90 % interval holds the truth.
    pub covered: usize,
    /// 1 − posterior variance / prior variance of the logarithm of the return, not below 0: the share of what was in
    /// doubt that the data tell. Null without a prior spread.
    pub told: Option<f64>,
}

/// What could be had beside the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhatIfKind {
    /// Two more years of the same spend, the last two repeated.
    TwoMoreYears,
    /// As many geos again, with the same spend.
    TwiceTheGeos,
    /// A lift test of the channel whose value is known least, which measures its ROI to ±15 %.
    OneTest,
}

/// The worlds of the same truths with more to go by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WhatIf {
    /// What.
    pub kind: WhatIfKind,
    /// The channel tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Refits whose chains disagree.
    pub not_converged: usize,
    /// One entry per channel.
    pub channels: Vec<Recovered>,
}
