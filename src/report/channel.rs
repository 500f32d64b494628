//! The structs of one channel in `fit.json`.

mod drift;
mod gap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::posterior::{EvidenceVerdict, ExpectedEffect, Summary, data_weight};

pub use drift::DriftReport;
pub use gap::{GapReasonKind, GapReport};

/// What one channel did over the fitted window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelReport {
    /// Short name.
    pub name: String,
    /// Spend column; null for an organic channel.
    pub spend_column: Option<String>,
    /// Whether the channel costs money.
    pub kind: ChannelKind,
    /// Currency.
    pub spend: f64,
    /// Spend / spend of all channels; 0 when nothing is spent at all.
    pub spend_share: f64,
    /// Incremental outcome, outcome units.
    pub contribution: Summary,
    /// Contribution / observed outcome.
    pub outcome_share: Summary,
    /// Value of the contribution / spend; null for an organic channel.
    pub roi: Option<Summary>,
    /// Why `roi` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roi_reason: Option<String>,
    /// Value of the next unit of spend at today's spend.
    pub marginal_roi: Option<Summary>,
    /// Why `marginal_roi` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marginal_roi_reason: Option<String>,
    /// Spend / contribution, currency per outcome unit.
    pub cost_per_outcome: Option<Summary>,
    /// Why `cost_per_outcome` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_outcome_reason: Option<String>,
    /// Carry-over.
    pub adstock: AdstockReport,
    /// Diminishing returns.
    pub saturation: SaturationReport,
    /// How the effect changed over the data; absent where it is taken for the same throughout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftReport>,
    /// What is caused of the effect by correlation; absent where one is taken for the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causal_gap: Option<GapReport>,
    /// How much of this is data and how much is prior.
    pub evidence: EvidenceReport,
    /// One entry per geo of a panel; empty for a national data set.
    pub by_geo: Vec<GeoReport>,
}

/// Whether a channel costs money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Has a spend column.
    Paid,
    /// Has exposure only.
    Organic,
}

/// Carry-over of a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AdstockReport {
    /// Kernel, as named in the configuration.
    pub kind: String,
    /// Share of the effect that lasts from one period to the next; null without carry-over.
    pub retention: Option<Summary>,
    /// Weeks until half of the effect has come; null without carry-over.
    pub half_life_weeks: Option<Summary>,
    /// Why the two above are null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_reason: Option<String>,
    /// Share of the effect that comes after the first period.
    pub carryover_share: Summary,
    /// The slow part of a dual carry-over; absent without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow: Option<SlowReport>,
}

/// The part of an effect that fades over months.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlowReport {
    /// Its share of the effect.
    pub share: Summary,
    /// Weeks until half of it has come.
    pub half_life_weeks: Summary,
    /// 1 − sd(posterior) / sd(prior) of its share: how much of it the data told.
    pub share_contraction: f64,
}

/// Diminishing returns of a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SaturationReport {
    /// Family, as named in the configuration.
    pub kind: String,
    /// Exposure per period with half of the largest effect; null where there is no largest effect.
    pub half_saturation: Option<Summary>,
    /// Hill slope; null of a family without.
    pub slope: Option<Summary>,
    /// Effect at today's spend as a share of the most it could be; null where there is no most.
    pub saturation_at_current_spend: Option<Summary>,
    /// Why any of the above is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saturation_reason: Option<String>,
}

/// How much of a channel's result is data and how much is prior.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Evidence")]
pub struct EvidenceReport {
    /// 1 − spread(posterior) / sd(prior) of ln ROI (of ln share for an organic channel), not below 0. The
    /// posterior's spread is that of a normal with its middle half, the prior's that of a channel that acts.
    pub roi_contraction: Option<f64>,
    /// Weight of the data against the prior in ln ROI (ln share), 0 to 1: 1 − (1 − contraction)², or what it
    /// takes at least to move the posterior's median as far from the prior's as it lies, when that is more.
    #[serde(default)]
    pub roi_data_weight: Option<f64>,
    /// What the prior expected; null when the outcome was not used.
    #[serde(default)]
    pub expected: Option<ExpectedEffect>,
    /// 1 − sd(posterior) / sd(prior) of ln half-saturation.
    pub saturation_contraction: Option<f64>,
    /// The same of the retention; null without carry-over.
    #[serde(default)]
    pub carryover_contraction: Option<f64>,
    /// Why any of the above is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contraction_reason: Option<String>,
    /// The verdict on ROI.
    pub verdict: EvidenceVerdict,
    /// The verdict in words, with its cause where that is known.
    pub sentence: String,
}

impl EvidenceReport {
    /// Weight of the data in the effect, 0 when it is not known.
    pub fn data_weight(&self) -> f64 {
        let by_contraction = self.roi_contraction.map(|contraction| data_weight(contraction, 0.0));
        self.roi_data_weight.or(by_contraction).unwrap_or(0.0)
    }

    /// Whether the effect is mostly the general prior, which nobody gave to this channel.
    pub fn is_assumed(&self) -> bool {
        self.verdict == EvidenceVerdict::Prior && self.expected.is_none_or(|e| !e.own)
    }

    /// What was expected, where the data contradict it.
    pub fn contradicts(&self) -> Option<ExpectedEffect> {
        self.expected.filter(ExpectedEffect::is_contradicted)
    }
}

/// One channel in one geo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GeoReport {
    /// Geo name.
    pub geo: String,
    /// Incremental outcome, outcome units.
    pub contribution: Summary,
    /// Value of the contribution / spend; null where nothing was spent.
    pub roi: Option<Summary>,
    /// Why `roi` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roi_reason: Option<String>,
    /// Currency.
    pub spend: f64,
}
