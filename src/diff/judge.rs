//! Which changes matter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channels::ChannelDiff;
use super::side::Side;
use crate::diagnostics::Verdict;
use crate::words::numbers::percent;

/// When a change counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Smallest change that counts: a share of the old mean, or of today's spend for an allocation.
    pub tolerance: f64,
    /// Probability from which on a change counts.
    pub probability: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { tolerance: 0.1, probability: 0.9 }
    }
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// A channel's ROI, or the set of channels.
    Roi,
    /// The recommended budget of a channel.
    Allocation,
    /// Whether the draws can be trusted.
    Verdict,
}

/// A change that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it is about.
    pub aspect: Aspect,
    /// The channel, when it is about one.
    pub channel: Option<String>,
    /// In words.
    pub message: String,
}

/// All changes that count: a ROI that rose, or fell, by more than the tolerance with the asked probability; a
/// channel added or removed; a recommended change that moved by more than the tolerance of today's spend; a
/// verdict on convergence other than before.
pub(super) fn findings(old: &Side, new: &Side, channels: &[ChannelDiff], settings: Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut find = |aspect, channel: Option<&str>, message: String| {
        found.push(Finding { aspect, channel: channel.map(str::to_owned), message });
    };
    for channel in channels {
        let name = channel.channel.as_str();
        if let Some(roi) = channel.roi.filter(|roi| roi.p_moved() >= settings.probability) {
            let (went, p) = if roi.p_up > roi.p_down { ("rose", roi.p_up) } else { ("fell", roi.p_down) };
            let (before, after) = (roi.old.mean, roi.new.mean);
            let words = format!(
                "the ROI of {name} {went} from {before:.2} to {after:.2}, by more than {} with probability {}",
                percent(settings.tolerance),
                percent(p)
            );
            find(Aspect::Roi, Some(name), words);
        }
        let moved = channel.allocation.and_then(|a| Some((a.difference?, a.change[0]?, a.change[1]?)));
        if let Some((_, before, after)) = moved.filter(|(d, _, _)| d.abs() > settings.tolerance) {
            let signed = |c: f64| format!("{}{}", if c > 0.0 { "+" } else { "" }, percent(c));
            let (before, after) = (signed(before), signed(after));
            let words = format!("the recommended change of {name} went from {before} to {after}");
            find(Aspect::Allocation, Some(name), words);
        }
    }
    for (from, to, what) in [(old, new, "is gone"), (new, old, "is new")] {
        for channel in from.fit.channels.iter().filter(|c| to.channel(&c.name).is_none()) {
            find(Aspect::Roi, Some(&channel.name), format!("channel {} {what}", channel.name));
        }
    }
    let verdicts = [old, new].map(|side| side.fit.diagnostics.verdict);
    if verdicts[0] != verdicts[1] {
        let [before, after] = verdicts.map(verdict);
        find(Aspect::Verdict, None, format!("convergence was {before} and is {after}"));
    }
    found
}

/// A verdict as one word.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "doubtful",
        Verdict::Fail => "failed",
    }
}
