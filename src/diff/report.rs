//! What `mmm diff` says, schema `mmm.diff/1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::change::Pairing;
use super::channels::{self, ChannelDiff, Overtake};
use super::columns::Woken;
use super::explanation::Explanation;
use super::inputs::InputDiff;
use super::judge::{Aspect, Finding, Settings, findings};
use super::plan::PlanChange;
use super::side::{DrawSource, Side};
use super::units::{NotCompared, not_compared};
use crate::diagnostics::Verdict;
use crate::report::Tool;
use crate::report::schema_of;
use crate::store::OutputError;
use crate::store::to_json;

/// Schema name of every comparison. Within it keys are only ever added.
pub const DIFF_SCHEMA: &str = "mmm.diff/1";

/// Two fits compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.diff/1")]
pub struct DiffReport {
    /// `mmm.diff/1`.
    #[schemars(extend("const" = DIFF_SCHEMA))]
    pub schema: String,
    /// The program that compared.
    pub tool: Tool,
    /// When a change counts.
    pub settings: Settings,
    /// The old fit.
    pub old: SideReport,
    /// The new fit.
    pub new: SideReport,
    /// Whether the two are one and the same fit; draws are then compared with themselves.
    pub identical: bool,
    /// Changes that count.
    pub material: Vec<Finding>,
    /// What the two fits measure in different units; null in every channel, and nothing is judged by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_compared: Vec<NotCompared>,
    /// What went into the fits differently.
    pub inputs: InputDiff,
    /// The channels that both fits have, in the order of the new one.
    pub channels: Vec<ChannelDiff>,
    /// Channels only in the new fit.
    pub channels_added: Vec<String>,
    /// Channels only in the old fit.
    pub channels_removed: Vec<String>,
    /// The old recommended plan against the new one; absent where the curves of either fit are not at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanChange>,
    /// Pairs of channels whose order turned round, by mean ROI and by the probability to be ahead.
    pub overtakes: Vec<Overtake>,
    /// How much of each change is due to what; null unless the data were at hand.
    pub explanation: Option<Explanation>,
}

/// One of the two fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SideReport {
    /// Version of mmm that wrote it.
    pub version: String,
    /// Seed.
    pub seed: u64,
    /// Whether its draws can be trusted.
    pub verdict: Verdict,
    /// Where its draws came from.
    pub draws: DrawSource,
    /// Observed outcome over the fitted window, outcome units.
    pub outcome_total: f64,
    /// Mean share of the outcome that media brought.
    pub media_share: f64,
}

impl SideReport {
    fn of(side: &Side) -> SideReport {
        SideReport {
            version: side.fit.tool.version.clone(),
            seed: side.fit.run.seed,
            verdict: side.fit.diagnostics.verdict,
            draws: side.source(),
            outcome_total: side.fit.outcome.total,
            media_share: side.fit.outcome.media_share.mean,
        }
    }
}

/// Compares two fits.
pub fn diff(old: &Side, new: &Side, settings: Settings) -> DiffReport {
    let identical = old.fit == new.fit;
    let same_draws = identical && old.n_draws() == new.n_draws();
    let pairing = if same_draws {
        Pairing::same(old.n_draws())
    } else {
        Pairing::independent(old.n_draws(), new.n_draws())
    };
    let not_compared = not_compared(&old.fit, &new.fit);
    let channels = channels::compare((old, new), &pairing, settings.tolerance, &not_compared);
    let plan = PlanChange::of(old, new);
    let missing = |from: &Side, to: &Side| {
        let missing = from.fit.channels.iter().filter(|c| to.channel(&c.name).is_none());
        missing.map(|c| c.name.clone()).collect()
    };
    DiffReport {
        schema: DIFF_SCHEMA.into(),
        tool: Tool { name: "mmm".into(), version: env!("CARGO_PKG_VERSION").into() },
        settings,
        old: SideReport::of(old),
        new: SideReport::of(new),
        identical,
        material: findings((old, new), &channels, plan.as_ref(), settings),
        not_compared,
        inputs: InputDiff::of(&old.fit, &new.fit),
        channels_added: missing(new, old),
        channels_removed: missing(old, new),
        overtakes: channels::overtakes(old, new, &channels),
        channels,
        plan,
        explanation: None,
    }
}

impl DiffReport {
    /// Adds columns that began to spend after the old fit had left them out.
    pub fn note_woken(&mut self, woken: &[Woken]) {
        let finding = |w: &Woken| Finding { aspect: Aspect::Columns, channel: None, message: w.message() };
        self.material.extend(woken.iter().map(finding));
    }

    /// The comparison as JSON, with a final line feed.
    ///
    /// # Errors
    /// [`OutputError::NonFinite`] when a number is NaN or infinite.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}

/// JSON Schema (draft 2020-12) that every comparison of this version meets.
pub fn diff_schema() -> Value {
    schema_of::<DiffReport>(DIFF_SCHEMA)
}
