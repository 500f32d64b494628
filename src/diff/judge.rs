//! Which changes matter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channels::ChannelDiff;
use super::columns::only_in;
use super::plan::PlanChange;
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
    /// The columns of the file that play no role.
    Columns,
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
/// channel added or removed; a recommended change that moved by more than the tolerance of today's spend, where
/// the old plan is worse now; a column without a role that came or went; a verdict on convergence other than
/// before.
pub(super) fn findings(
    (old, new): (&Side, &Side),
    channels: &[ChannelDiff],
    plan: Option<&PlanChange>,
    settings: Settings,
) -> Vec<Finding> {
    // Where the curves are gone, the plans themselves must do.
    let is_other_plan = plan.is_none_or(|plan| plan.is_material(settings.probability));
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
        if let Some((_, before, after)) =
            moved.filter(|(d, _, _)| is_other_plan && d.abs() > settings.tolerance)
        {
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
    for (with, without, what) in [(new, old, "is new and has no role"), (old, new, "is gone")] {
        let idle = &with.fit.run.roles.left_out;
        for name in only_in(&with.fit, &without.fit).iter().filter(|name| idle.contains(name)) {
            find(Aspect::Columns, None, format!("column `{name}` {what}"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posterior::Summary;
    use crate::report::testdata;

    /// The fit of the test data with a ROI of tv about `mean`, give or take a twentieth.
    fn side(mean: f64) -> Side {
        let mut fit = testdata::fit();
        fit.run.seed = mean.to_bits();
        let q = |factor: f64| mean * factor;
        let roi =
            Summary { mean, sd: q(0.05), q05: q(0.92), q25: q(0.97), q50: mean, q75: q(1.03), q95: q(1.08) };
        fit.channels.iter_mut().filter(|c| c.name == "tv").for_each(|c| c.roi = Some(roi));
        Side::summarised(fit)
    }

    fn of_roi(old: f64, new: f64) -> Vec<String> {
        let report = crate::diff::diff(&side(old), &side(new), Settings::default());
        report.material.into_iter().filter(|f| f.aspect == Aspect::Roi).map(|f| f.message).collect()
    }

    #[test]
    fn what_rose_is_said_to_have_risen_and_what_fell_to_have_fallen() {
        let told = |went: &str| format!("the ROI of tv {went}, by more than 10 % with probability 100 %");
        assert_eq!(of_roi(1.0, 2.0), [told("rose from 1.00 to 2.00")]);
        assert_eq!(of_roi(2.0, 1.0), [told("fell from 2.00 to 1.00")]);
        assert_eq!(of_roi(1.0, 1.02), [""; 0]);
        // Nine tenths of the probability in one direction, not in both together.
        let report = crate::diff::diff(&side(1.0), &side(1.17), Settings::default());
        let roi = report.channels.iter().find(|c| c.channel == "tv").unwrap().roi.unwrap();
        assert!(roi.p_up > 0.8 && roi.p_down < 0.01, "{roi:?}");
        let likely = Settings { probability: roi.p_up - 0.01, ..Settings::default() };
        let found = crate::diff::diff(&side(1.0), &side(1.17), likely).material;
        let words = format!("with probability {}", percent(roi.p_up));
        assert!(found.iter().any(|f| f.message.contains("rose") && f.message.ends_with(&words)), "{found:?}");
    }

    fn told(old: crate::report::Fit, new: crate::report::Fit, aspect: Aspect) -> Vec<String> {
        let report = crate::diff::diff(&Side::summarised(old), &Side::summarised(new), Settings::default());
        report.material.into_iter().filter(|f| f.aspect == aspect).map(|f| f.message).collect()
    }

    #[test]
    fn a_tenth_is_the_tolerance_of_a_return_and_of_a_plan() {
        // Draws within a twentieth: 30 % more is beyond a tenth, and within the whole.
        assert_eq!(of_roi(1.0, 1.3).len(), 1);
        assert_eq!(of_roi(1.0, 1.05).len(), 0);
        let planned = |change: f64| {
            let mut fit = testdata::fit();
            let tv = &mut fit.scenarios[0].allocation[0];
            (tv.proposed, tv.change) = (tv.current * (1.0 + change), Some(change));
            fit
        };
        let words = "the recommended change of tv went from -15 % to -2.0 %";
        assert_eq!(told(planned(-0.15), planned(-0.02), Aspect::Allocation), [words]);
        assert_eq!(told(planned(-0.15), planned(-0.07), Aspect::Allocation), [""; 0]);
    }

    #[test]
    fn what_is_gone_and_what_is_new_is_not_mixed_up() {
        let without = || {
            let mut fit = testdata::fit();
            fit.channels.retain(|c| c.name != "newsletter");
            fit
        };
        assert_eq!(told(testdata::fit(), without(), Aspect::Roi), ["channel newsletter is gone"]);
        assert_eq!(told(without(), testdata::fit(), Aspect::Roi), ["channel newsletter is new"]);
        let bare = || {
            let mut fit = testdata::fit();
            fit.run.roles.left_out.clear();
            fit
        };
        assert_eq!(testdata::fit().run.roles.left_out, ["notes"]);
        assert_eq!(told(testdata::fit(), bare(), Aspect::Columns), ["column `notes` is gone"]);
        assert_eq!(told(bare(), testdata::fit(), Aspect::Columns), ["column `notes` is new and has no role"]);
    }

    #[test]
    fn a_verdict_is_told_before_and_after() {
        let (old, mut new) = (testdata::fit(), testdata::fit());
        new.diagnostics.verdict = Verdict::Fail;
        let before = verdict(old.diagnostics.verdict);
        let report = crate::diff::diff(&Side::summarised(old), &Side::summarised(new), Settings::default());
        let told = report.material.iter().find(|f| f.aspect == Aspect::Verdict).unwrap();
        assert_eq!(told.message, format!("convergence was {before} and is failed"));
    }
}
