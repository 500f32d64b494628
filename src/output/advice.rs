//! The recommended move, in a sentence or two.

use super::sources::{ChannelPlan, Scenario, ScenarioKind, Verdict};
use super::text::{amount, clean, percent, signed, signed_percent};
use super::{EvidenceVerdict, Fit, RoiUnit};
use crate::data::OutcomeKind;
use crate::planning::LIKELY;

/// A change of a channel's budget below this share is not worth a meeting.
const SMALL_CHANGE: f64 = 0.02;

/// Tests that are named.
const TESTS_NAMED: usize = 3;

/// Which channels a lift test would teach most about, ranked; `None` when none is worth one.
pub(super) fn next_test(fit: &Fit) -> Option<String> {
    if fit.diagnostics.verdict == Verdict::Fail {
        return None;
    }
    let worth: Vec<String> = fit
        .next_tests
        .iter()
        .filter(|test| test.expected_gain > 0.0)
        .take(TESTS_NAMED)
        .map(|test| format!("{} ({})", clean(&test.channel), signed(test.expected_gain)))
        .collect();
    let weeks = fit.scenarios.first()?.horizon_weeks.round();
    (!worth.is_empty()).then(|| {
        format!(
            "{}: what the best plan is expected to gain over {weeks} weeks, in {}, from a lift test that              measures the ROI to ±15 %.",
            worth.join(", "),
            unit(fit)
        )
    })
}

/// What to do with today's budget; `None` when no such scenario was computed.
pub(super) fn recommendation(fit: &Fit) -> Option<String> {
    let scenario = fit.scenarios.iter().find(|s| s.kind == ScenarioKind::OptimalSameBudget)?;
    Some(match fit.diagnostics.verdict {
        Verdict::Fail => "none, because the chains did not converge.".into(),
        _ => sentence(fit, scenario),
    })
}

/// Whether a plan is likely enough to bring more to be recommended.
pub(crate) fn is_recommended(scenario: &Scenario) -> bool {
    scenario.gain.mean > 0.0 && scenario.p_gain >= LIKELY
}

fn sentence(fit: &Fit, scenario: &Scenario) -> String {
    let (mut up, mut down): (Vec<_>, Vec<_>) = scenario
        .allocation
        .iter()
        .filter(|p| (p.proposed - p.current).abs() > SMALL_CHANGE * p.current)
        .partition(|p| p.proposed > p.current);
    if let Some(why) = &scenario.no_move {
        return format!("{why}.");
    }
    if up.is_empty() || down.is_empty() || scenario.gain.mean <= 0.0 {
        return "keep today's allocation; no move within the bounds is likely to bring more.".into();
    }
    if !is_recommended(scenario) {
        return format!(
            "keep today's allocation; the best move within the bounds, from {} to {}, gains with probability \
             {} only (at least {} is asked for).",
            list(&down),
            list(&up),
            percent(scenario.p_gain),
            percent(LIKELY)
        );
    }
    let change = |p: &&ChannelPlan| p.proposed - p.current;
    up.sort_by(|a, b| change(b).total_cmp(&change(a)));
    down.sort_by(|a, b| change(a).total_cmp(&change(b)));
    let moved: f64 = up.iter().map(change).sum();
    let mut text = format!(
        "with the same budget, move {} from {} to {}: {} {} over {} weeks (90 % interval {} to {}), a gain \
         with probability {}.",
        amount(moved),
        list(&down),
        list(&up),
        signed(scenario.gain.mean),
        unit(fit),
        scenario.horizon_weeks.round(),
        signed(scenario.gain.q05),
        signed(scenario.gain.q95),
        percent(scenario.p_gain)
    );
    let on_bound = up.iter().chain(&down).filter(|p| p.bound_hit.is_some()).count();
    if on_bound > 0 {
        text.push_str(" The bounds stop it there: move in steps and measure again.");
    }
    let beyond = names(&up, |p| p.extrapolated);
    if !beyond.is_empty() {
        text.push_str(&format!(" For {beyond} that is more than the data have seen."));
    }
    let assumed = names(&up, |p| rests_on_prior(fit, &p.channel));
    if !assumed.is_empty() {
        text.push_str(&format!(" What {assumed} returns is mostly assumed: a test would tell."));
    }
    text
}

fn names(plans: &[&ChannelPlan], chosen: impl Fn(&ChannelPlan) -> bool) -> String {
    plans.iter().filter(|p| chosen(p)).map(|p| clean(&p.channel)).collect::<Vec<_>>().join(", ")
}

fn rests_on_prior(fit: &Fit, channel: &str) -> bool {
    fit.channels.iter().any(|c| c.name == channel && c.evidence.verdict == EvidenceVerdict::Prior)
}

fn list(plans: &[&ChannelPlan]) -> String {
    let one = |p: &&ChannelPlan| match p.change {
        Some(c) => format!("{} ({})", clean(&p.channel), signed_percent(c)),
        None => format!("{} (new)", clean(&p.channel)),
    };
    plans.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What gains are counted in: money when a unit of the outcome has a known worth.
pub(super) fn unit(fit: &Fit) -> String {
    match (fit.outcome.kind, fit.outcome.roi_unit) {
        (OutcomeKind::Count, RoiUnit::CurrencyPerCurrency) => "in value".into(),
        _ => clean(&fit.outcome.name),
    }
}
