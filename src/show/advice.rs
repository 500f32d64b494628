//! The recommended move, in a sentence or two.

use crate::diagnostics::Verdict;
use crate::planning::{
    ChannelPlan, Grade, LIKELY, Recommendation, SMALL_CHANGE, Scenario, ScenarioKind, USUAL_PRECISION,
    worthwhile_tests,
};
use crate::posterior::EvidenceVerdict;
use crate::report::Fit;
use crate::words::numbers::{amount, clean, percent, signed, signed_percent};

/// Tests that are named.
const TESTS_NAMED: usize = 3;

/// Which channels a lift test would teach most about, ranked; `None` where there is no choice to learn about.
pub(crate) fn next_test(fit: &Fit) -> Option<String> {
    let today = fit.scenarios.first()?;
    let spending = today.allocation.iter().filter(|plan| plan.current > 0.0).count();
    if fit.diagnostics.verdict == Verdict::Fail || spending < 2 {
        return None;
    }
    let worth: Vec<String> = worthwhile_tests(&fit.next_tests, today)
        .take(TESTS_NAMED)
        .map(|test| format!("{} ({})", clean(&test.channel), signed(test.expected_gain)))
        .collect();
    let precision = percent(USUAL_PRECISION);
    if worth.is_empty() {
        return Some(format!(
            "no channel; a lift test that measures an ROI to ±{precision} would hardly change the best plan."
        ));
    }
    Some(format!(
        "{}: what the best plan is expected to gain over {} weeks, in {}, from a lift test that measures the ROI \
         to ±{precision}; `mmm design` plans one.",
        worth.join(", "),
        today.horizon_weeks.round(),
        fit.unit()
    ))
}

/// What to do with today's budget; `None` when no such scenario was computed.
pub(crate) fn recommendation(fit: &Fit) -> Option<String> {
    let scenario = fit.scenarios.iter().find(|s| s.kind == ScenarioKind::OptimalSameBudget)?;
    Some(match fit.diagnostics.verdict {
        Verdict::Fail => "none, because the chains did not converge.".into(),
        _ => format!("{}{}", sentence(fit, scenario), held(fit, scenario)),
    })
}

/// Which channels are held, and what letting them grow would bring.
fn held(fit: &Fit, scenario: &Scenario) -> String {
    let held: Vec<&ChannelPlan> = scenario.allocation.iter().filter(|p| p.held).collect();
    let Some(first) = held.first() else { return String::new() };
    let unheld = scenario.gain_unheld.map_or(String::new(), |gain| {
        format!(
            " Let grow like the others (mmm scenario FIT --bound {}=0.7..1.3), the best plan would gain {} ({} to {}).",
            clean(&first.channel),
            signed(gain.mean),
            signed(gain.q05),
            signed(gain.q95)
        )
    });
    let is_found = |p: &ChannelPlan| {
        let channel = fit.channels.iter().find(|c| c.name == p.channel);
        channel.and_then(|c| c.causal_gap.as_ref()).is_some_and(|gap| gap.doubted && gap.reason.is_found())
    };
    let (found, surprising): (Vec<&ChannelPlan>, Vec<&ChannelPlan>) = held.iter().partition(|p| is_found(p));
    let mut told = String::new();
    if !surprising.is_empty() {
        told.push_str(&format!(
            " Held at today's spend at most, as the data put its return above what was expected: {}. First rule out \
             that something else drives both its spend and the outcome.",
            names(&surprising, |_| true)
        ));
    }
    if !found.is_empty() {
        told.push_str(&format!(
            " Held at today's spend at most until a test tells what it causes, as something else moves both its spend \
             and the outcome: {}.",
            names(&found, |_| true)
        ));
    }
    told + &unheld
}

fn sentence(fit: &Fit, scenario: &Scenario) -> String {
    let assumed = |channel: &str| rests_on_prior(fit, channel);
    let (grade, up, down) = match Recommendation::of(scenario, &assumed) {
        Recommendation::Stay { why } => return format!("{why}."),
        Recommendation::Small => {
            return format!(
                "keep today's allocation; the best plan within the bounds changes no channel by more than {}.",
                percent(SMALL_CHANGE)
            );
        }
        Recommendation::Unlikely { up, down } => {
            let gains = if scenario.p_gain < LIKELY {
                let (p, asked) = (percent(scenario.p_gain), percent(LIKELY));
                format!("gains with probability {p} only (at least {asked} is asked for)")
            } else {
                "gains nothing on average".into()
            };
            let (down, up) = (list(&down), list(&up));
            return format!(
                "keep today's allocation; the best move within the bounds, from {down} to {up}, {gains}."
            );
        }
        Recommendation::Move { grade, up, down } => (grade, up, down),
    };
    let moved: f64 = up.iter().map(|p| p.proposed - p.current).sum();
    // What the givers lose is as much a part of the gain as what the takers bring.
    let both = [&up[..], &down[..]].concat();
    let rests = rests_on(fit, &both);
    let assumed: Vec<&ChannelPlan> = both.into_iter().filter(|p| rests_on_prior(fit, &p.channel)).collect();
    let assumed = match &assumed[..] {
        [] => String::new(),
        [one] => format!("what {} returns is mostly assumed", clean(&one.channel)),
        all => format!("what {} return is mostly assumed", names(all, |_| true)),
    };
    let advice = match grade {
        Grade::Strong => "with the same budget, ".to_owned(),
        Grade::Lean => "a lean, with the same budget: ".to_owned(),
        Grade::None => {
            format!("none before a test: {assumed}. By that assumption, and with the same budget, ")
        }
    };
    let mut text = format!(
        "{advice}move {} from {} to {}: {} {} over {} weeks (90 % interval {} to {}), a gain \
         with probability {}.",
        amount(moved),
        list(&down),
        list(&up),
        signed(scenario.gain.mean),
        fit.unit(),
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
        text.push_str(&format!(
            " More than 5 % of the spend on {beyond} would then lie above the largest period in the data."
        ));
    }
    text.push_str(&rests);
    if grade == Grade::Lean {
        text.push_str(&format!(" But {assumed}: a test would tell."));
    }
    text
}

fn names(plans: &[&ChannelPlan], chosen: impl Fn(&ChannelPlan) -> bool) -> String {
    plans.iter().filter(|p| chosen(p)).map(|p| clean(&p.channel)).collect::<Vec<_>>().join(", ")
}

/// What the returns of the channels that move rest on, where tests were told.
fn rests_on(fit: &Fit, moved: &[&ChannelPlan]) -> String {
    if fit.experiments.is_empty() {
        return String::new();
    }
    let is_tested = |plan: &ChannelPlan| {
        let own = fit.channels.iter().find(|c| c.name == plan.channel);
        own.is_some_and(|c| c.evidence.verdict == EvidenceVerdict::Experiment)
    };
    let on_test = names(moved, is_tested);
    let on_correlation = names(moved, |plan| !is_tested(plan) && !rests_on_prior(fit, &plan.channel));
    match (on_test.is_empty(), on_correlation.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!(" No test settles what moves: {on_correlation} by correlation."),
        (false, true) => format!(" It rests on tests of {on_test}."),
        (false, false) => {
            format!(" It rests on tests of {on_test}, and on correlation for {on_correlation}.")
        }
    }
}

fn rests_on_prior(fit: &Fit, channel: &str) -> bool {
    fit.channels.iter().any(|c| c.name == channel && c.evidence.is_assumed())
}

fn list(plans: &[&ChannelPlan]) -> String {
    let one = |p: &&ChannelPlan| match p.change {
        Some(c) => format!("{} ({})", clean(&p.channel), signed_percent(c)),
        None => format!("{} (new)", clean(&p.channel)),
    };
    plans.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;

    fn advised(change: impl Fn(&mut Scenario)) -> String {
        let mut fit = testdata::fit();
        change(&mut fit.scenarios[0]);
        recommendation(&fit).unwrap()
    }

    #[test]
    fn what_lies_above_the_largest_period_is_told_of_those_that_get_more() {
        let beyond = "of the spend on search would then lie above the largest period";
        let extrapolated = |channel: usize| advised(move |s| s.allocation[channel].extrapolated = true);
        assert!(extrapolated(1).contains(beyond), "{}", extrapolated(1));
        assert!(!extrapolated(0).contains("largest period"), "tv gives: {}", extrapolated(0));
    }

    #[test]
    fn a_move_names_giver_and_taker_and_what_it_brings() {
        let text = advised(|_| ());
        assert!(text.contains("move 360 from tv (-15 %) to search (+30 %)"), "{text}");
        assert!(text.contains("a gain with probability 97 %"), "{text}");
        let unlikely = advised(|s| s.p_gain = 0.55);
        assert!(unlikely.starts_with("keep today's allocation"), "{unlikely}");
        assert!(
            unlikely.contains("from tv (-15 %) to search (+30 %), gains with probability 55 % only"),
            "{unlikely}"
        );
    }

    #[test]
    fn what_is_held_is_named_with_what_letting_it_grow_would_bring() {
        let text = advised(|s| {
            s.allocation[1].held = true;
            s.gain_unheld = Some(s.gain);
        });
        assert!(
            text.contains("Held at today's spend at most") && text.contains("--bound search=0.7..1.3"),
            "{text}"
        );
        assert!(!advised(|_| ()).contains("Held"));
    }
}
