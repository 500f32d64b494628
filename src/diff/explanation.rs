//! How much of a change is due to what: the steps between two fits and the parts of each channel.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the changes come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// The steps from the old fit to the new one, in order; the parts of each channel follow it.
    pub steps: Vec<Step>,
    /// The channels that both fits have, in the order of the new one.
    pub channels: Vec<ChannelParts>,
}

/// One thing that changed between two neighbouring fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What changed.
    pub kind: StepKind,
    /// Whether it changed at all; if not, its parts are 0.
    pub differs: bool,
}

/// What changed between two neighbouring fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The version of mmm.
    Version,
    /// Numbers of periods that the old fit had already, and periods it had that are gone.
    History,
    /// Periods that the old fit did not have.
    NewPeriods,
    /// Settings, priors, column roles and seed.
    Config,
}

/// The parts of one channel's change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelParts {
    /// Channel name.
    pub channel: String,
    /// What each step added to the mean ROI; null where the change is.
    pub roi: Option<Vec<f64>>,
    /// What each step added to the recommended change of spend; null when there is none.
    pub recommended: Option<Vec<f64>>,
}
