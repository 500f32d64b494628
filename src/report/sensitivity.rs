//! The structs of `sensitivity` in `fit.json`: how the returns hang on what cannot be seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostics::Verdict;
use crate::posterior::Summary;

/// How each channel's return and the recommended move change with what the data cannot tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sensitivity {
    /// The move whose survival is judged: the best split of today's budget; null when none is recommended.
    pub recommended: Option<RecommendedMove>,
    /// Why `recommended` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommended_reason: Option<String>,
    /// Length of the refits, shorter than the fit's.
    pub refits: RefitLength,
    /// One entry per control whose reliability is varied.
    pub reliability: Vec<ReliabilitySweep>,
    /// Why `reliability` is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reliability_reason: Option<String>,
    /// One entry per paid channel: what a driver that is no column at all would do.
    pub unseen: Vec<UnseenConfounder>,
}

/// The largest cut and the largest raise of the recommended plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecommendedMove {
    /// Channel that gives most.
    pub from: String,
    /// Channel that gets most.
    pub to: String,
}

/// Draws of a refit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefitLength {
    /// Independent chains.
    pub chains: usize,
    /// Warm-up iterations per chain.
    pub warmup: usize,
    /// Kept draws per chain.
    pub draws: usize,
}

/// The returns as one control's reliability falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReliabilitySweep {
    /// The control.
    pub control: String,
    /// Channels that follow it.
    pub followed_by: Vec<String>,
    /// Whether the fit's reliability is what the outcome left of a lower one that was only assumed.
    #[serde(default)]
    pub contradicted: bool,
    /// By falling reliability.
    pub levels: Vec<ReliabilityLevel>,
}

/// One reliability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReliabilityLevel {
    /// Reliability asked for.
    pub reliability: f64,
    /// Reliability used: never below what the other columns predict of the control.
    pub used: f64,
    /// Whether these are the numbers of the fit itself rather than of a shorter refit.
    pub is_the_fit: bool,
    /// Convergence.
    pub verdict: Verdict,
    /// Each paid channel, in the order of the data.
    pub channels: Vec<ChannelSensitivity>,
    /// What the recommended move brings then; null when none is recommended.
    pub recommended_move: Option<MoveOutcome>,
}

/// One channel at one reliability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelSensitivity {
    /// Channel.
    pub name: String,
    /// Value of the contribution / spend.
    pub roi: Summary,
    /// Change of its spend in the best split of today's budget, as a share; null without spend.
    pub change: Option<f64>,
}

/// What the recommended move brings under another assumption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MoveOutcome {
    /// Mean gain.
    pub gain: f64,
    /// Probability that there is one.
    pub p_gain: f64,
    /// Whether it would still be recommended: a positive mean, with a probability of at least 0.6.
    pub survives: bool,
}

/// What a driver of both spend and outcome that no column shows would do to one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnseenConfounder {
    /// Channel.
    pub channel: String,
    /// Mean return of the fit.
    pub roi: f64,
    /// Weight of the data against the prior in it, `roi_data_weight` of its evidence: the prior's part is not
    /// moved by a confounder.
    pub data_weight: f64,
    /// Why `levels` and `breaks_at` say little: the return is mostly the prior.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// By rising strength.
    pub levels: Vec<ConfounderLevel>,
    /// Smallest strength at which the recommended move is no longer recommended; null when none is, or
    /// none up to 0.5 undoes it.
    pub breaks_at: Option<f64>,
    /// The control that explains most of what is left of spend and outcome, for comparison.
    pub strongest_control: Option<ControlStrength>,
}

/// One strength.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConfounderLevel {
    /// Share that the confounder explains of what is left of the channel's effect, and equally of the
    /// outcome, once all columns are taken out (two partial R²).
    pub strength: f64,
    /// Mean return if it drives both in the same direction.
    pub roi_if_overstated: f64,
    /// Mean return if it drives them in opposite directions.
    pub roi_if_understated: f64,
    /// Whether the recommended move survives both; null when none is recommended.
    pub move_survives: Option<bool>,
}

/// Partial R² of an observed control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ControlStrength {
    /// The control.
    pub control: String,
    /// Of the channel's effect given all else.
    pub r2_spend: f64,
    /// Of the outcome given all else, the channel included.
    pub r2_outcome: f64,
}
