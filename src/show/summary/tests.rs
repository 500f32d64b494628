//! Tests of the terminal summary, the main one against a text checked by eye.

use super::*;
use crate::diagnostics::*;
use crate::report::testdata;
use crate::report::testdata::Parts;
use crate::show::terminal::LEFT_OUT;
use crate::show::terminal::split;

#[test]
fn snapshot() {
    let got = summary(&testdata::fit(), Style::Plain, Detail::Full);
    assert_eq!(got, include_str!("testdata/summary.txt"), "\n{got}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut parts = Parts::new();
    for (i, channel) in parts.dataset.channels.iter_mut().enumerate() {
        channel.name = format!("{i}{}", "very_long_".repeat(12));
    }
    for channel in &mut parts.posterior.channels {
        channel.spend *= 1e9;
        channel.roi_contraction = 0.1;
    }
    parts.warnings[0].message = "words and more words ".repeat(30);
    for line in summary(&parts.fit(), Style::Plain, Detail::Full).lines() {
        // A single name longer than a line cannot be broken.
        if line.split_whitespace().all(|w| w.chars().count() < 60) {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn colours_change_no_word() {
    let fit = testdata::fit();
    let mut bare = String::new();
    let mut inside = false;
    for c in summary(&fit, Style::Colour, Detail::Full).chars() {
        match c {
            '\u{1b}' => inside = true,
            'm' if inside => inside = false,
            c if !inside => bare.push(c),
            _ => {}
        }
    }
    assert_eq!(bare, summary(&fit, Style::Plain, Detail::Full));
}

#[test]
fn what_no_data_told_is_assumed() {
    let mut parts = Parts::new();
    assert!(split(&parts.fit()).starts_with("Media brought 10 %"), "{}", split(&parts.fit()));
    for channel in &mut parts.posterior.channels {
        channel.roi_contraction = 0.0;
        channel.expected.shift = 0.0;
    }
    let text = split(&parts.fit());
    assert!(text.starts_with("Media are assumed to have brought 10 %"), "{text}");
}

#[test]
fn an_outcome_that_changes_its_sign_has_amounts_and_no_shares() {
    let mut parts = Parts::new();
    parts.posterior.measure = crate::data::Measure::Spread;
    parts.posterior.outcome_total = -300.0;
    parts.posterior.baseline_total.iter_mut().for_each(|b| *b -= 64_100.0);
    let fit = parts.fit();
    assert_eq!((fit.outcome.total, fit.outcome.share_of), (-300.0, Some(63_800.0)));
    assert_eq!(fit.outcome.p_negative_baseline, 0.0);
    assert!((fit.outcome.baseline_share.mean + fit.outcome.media_share.mean - 1.0).abs() < 0.03);
    let text = summary(&fit, Style::Plain, Detail::Full);
    for part in
        ["Media brought 6.", "which is no share of a total whose sign changes", "of the outcome's size"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let tv = text.lines().find(|line| line.starts_with("tv ")).unwrap();
    assert!(tv.split_whitespace().nth(2).unwrap().ends_with('K'), "{tv}");
}

#[test]
fn a_baseline_below_zero_is_no_rest() {
    let mut parts = Parts::new();
    let tenth = parts.posterior.baseline_total.len() / 10;
    parts.posterior.baseline_total.iter_mut().take(tenth).for_each(|b| *b = -1.0);
    let text = split(&parts.fit());
    assert!(text.ends_with("which is negative with probability 10 %: media are overstated"), "{text}");
    assert!(split(&testdata::fit()).ends_with("the rest is baseline"));
}

#[test]
fn a_failed_fit_gives_no_advice() {
    let mut parts = Parts::new();
    parts.diagnostics.verdict = Verdict::Fail;
    parts.diagnostics.max_rhat = Some(1.8);
    parts.diagnostics.reasons = vec!["chain 2 went elsewhere".into()];
    let text = summary(&parts.fit(), Style::Plain, Detail::Full);
    assert!(text.contains("NOT CONVERGED") && text.contains("1.800"), "{text}");
    assert!(text.contains("- chain 2 went elsewhere"), "{text}");
    assert!(text.contains("Recommendation: none"), "{text}");
}

#[test]
fn an_unlikely_gain_is_not_recommended() {
    let mut parts = Parts::new();
    parts.scenarios[0].p_gain = 0.55;
    let text = words(&summary(&parts.fit(), Style::Plain, Detail::Full));
    assert!(text.contains("keep today's allocation"), "{text}");
    assert!(text.contains("gains with probability 55 % only (at least 60 % is asked for)"), "{text}");
}

/// A plan that changes next to nothing is no recommendation, however likely its gain: not in words, nor for the
/// sensitivity of the recommended move.
#[test]
fn a_change_that_is_too_small_is_not_recommended() {
    let mut parts = Parts::new();
    for plan in &mut parts.scenarios[0].allocation {
        plan.proposed = plan.current + 20.0 * (plan.proposed - plan.current).signum();
    }
    let text = words(&summary(&parts.fit(), Style::Plain, Detail::Full));
    assert!(text.contains("changes no channel by more than 2.0 %"), "{text}");
    assert!(!crate::planning::is_recommended(&parts.fit().scenarios[0]));
    // 25 of 1200 are above 2 %, 25 of 2400 are not: one channel is enough, and who pays for it is named.
    for plan in &mut parts.scenarios[0].allocation {
        plan.proposed = plan.current + 1.25 * (plan.proposed - plan.current);
        plan.change = Some(plan.proposed / plan.current - 1.0);
    }
    let text = words(&summary(&parts.fit(), Style::Plain, Detail::Full));
    assert!(text.contains("move 25 from tv (-1.0 %) to search (+2.1 %)"), "{text}");
    assert!(crate::planning::is_recommended(&parts.fit().scenarios[0]));
}

#[test]
fn tests_that_teach_nothing_are_not_ranked() {
    let mut fit = testdata::fit();
    fit.next_tests[0].expected_gain = 1e-4;
    let text = words(&summary(&fit, Style::Plain, Detail::Full));
    assert!(
        text.contains("What to test next: no channel; a lift test that measures an ROI to ±15 %"),
        "{text}"
    );
    fit.scenarios[0].allocation.truncate(1);
    assert!(
        !summary(&fit, Style::Plain, Detail::Full).contains("What to test next"),
        "there is nothing to choose"
    );
}

#[test]
fn escape_codes_in_names_do_not_reach_the_terminal() {
    let mut parts = Parts::new();
    parts.dataset.channels[0].name = "tv\u{1b}[2J".into();
    parts.dataset.roles.left_out = vec!["x\u{7}".into()];
    parts.warnings[0].message = "bad \u{1b}]0;title\u{7}".into();
    let text = summary(&parts.fit(), Style::Plain, Detail::Full);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}

#[test]
fn counts_without_worth_say_what_roi_means() {
    let mut parts = Parts::new();
    parts.dataset.outcome.kind = crate::data::OutcomeKind::Count;
    assert!(summary(&parts.fit(), Style::Plain, Detail::Full).contains("--revenue-per-outcome"));
}

#[test]
fn the_loaders_own_warning_replaces_the_left_out_line() {
    let mut parts = Parts::new();
    assert!(summary(&parts.fit(), Style::Plain, Detail::Full).contains("Left out: `notes`"));
    parts.warnings[0].code = LEFT_OUT.into();
    assert!(!summary(&parts.fit(), Style::Plain, Detail::Full).contains("Left out:"));
}

#[test]
fn a_move_towards_an_assumed_return_asks_for_a_test() {
    let mut parts = Parts::new();
    assert!(!summary(&parts.fit(), Style::Plain, Detail::Full).contains("mostly assumed"));
    parts.posterior.channels[1].roi_contraction = 0.1;
    let text = summary(&parts.fit(), Style::Plain, Detail::Full);
    let text = words(&text);
    assert!(
        text.contains("Recommendation: none before a test: what search returns is mostly assumed. By"),
        "{text}"
    );
    // What the giver loses is assumed too.
    parts.posterior.channels[0].roi_contraction = 0.1;
    let text = words(&summary(&parts.fit(), Style::Plain, Detail::Full));
    assert!(text.contains("none before a test: what search, tv return is mostly assumed"), "{text}");
}

#[test]
fn a_channel_that_is_held_is_named_with_what_to_rule_out() {
    let mut parts = Parts::new();
    assert!(!words(&summary(&parts.fit(), Style::Plain, Detail::Full)).contains("above what was expected"));
    parts.scenarios[0].allocation[1].held = true;
    let text = words(&summary(&parts.fit(), Style::Plain, Detail::Full));
    assert!(
        text.contains("Held at today's spend at most") && text.contains("expected: search. First"),
        "{text}"
    );
}

#[test]
fn what_was_held_out_is_told_with_its_dates() {
    let mut fit = testdata::fit();
    assert!(!summary(&fit, Style::Plain, Detail::Full).contains("held out"));
    fit.run.config = fit.run.config.with(|c| c.model.holdout_weeks = 4).unwrap();
    let told = |fit: &Fit| words(&summary(fit, Style::Plain, Detail::Full));
    assert!(told(&fit).contains("4 weeks held out, 2024-04-22 to 2024-05-13"), "{}", told(&fit));
    fit.fit_quality.holdout = Some(fit.fit_quality.fitted.clone());
    assert!(told(&fit).contains("% on the 4 weeks held out, 2024-04-22 to 2024-05-13 ("), "{}", told(&fit));
}

#[test]
fn the_outcome_in_the_header_is_of_the_weeks_that_it_names() {
    let mut fit = testdata::fit();
    let header =
        |fit: &Fit| summary(fit, Style::Plain, Detail::Full).lines().take(2).collect::<Vec<_>>().join("\n");
    let all = "data.csv: 2 geos × 20 weeks, 2024-01-01 to 2024-05-13; outcome revenue 63.8K";
    assert!(header(&fit).starts_with(all), "{}", header(&fit));
    fit.run.config = fit.run.config.with(|c| c.model.holdout_weeks = 4).unwrap();
    let fitted = fit.run.data.fitted.as_mut().unwrap();
    (fitted.periods, fitted.last) = (16, "2024-04-15".parse().unwrap());
    let told = "2 geos × 16 of 20 weeks fitted, 2024-01-01 to 2024-04-15; outcome revenue 63.8K; 4 weeks held out, \
                2024-04-22 to 2024-05-13";
    assert!(words(&header(&fit)).contains(told), "{}", header(&fit));
    let html = crate::show::report(&fit, &crate::page::testdata::page(&fit));
    assert!(html.contains(told) && !html.contains("geo(s)"), "{html}");
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn counts_have_a_cost_each() {
    let mut parts = Parts::new();
    assert!(!summary(&parts.fit(), Style::Plain, Detail::Full).contains("Cost per"));
    parts.dataset.outcome.kind = crate::data::OutcomeKind::Count;
    parts.dataset.outcome.name = "orders".into();
    let text = words(&summary(&parts.fit(), Style::Plain, Detail::Full));
    assert!(text.contains("Cost per order, median and 90 % interval: search 0."), "{text}");
    assert!(text.contains(", tv 0.90 (0.70 to 1.29)"), "{text}");
}

#[test]
fn counts_with_a_worth_are_told_in_revenue() {
    let mut parts = Parts::new();
    parts.dataset.outcome.kind = crate::data::OutcomeKind::Count;
    parts.dataset.outcome.name = "orders".into();
    parts.dataset.outcome.revenue_per_outcome = Some(ndarray::Array2::from_elem((2, 20), 50.0));
    let text = words(&summary(&parts.fit(), Style::Plain, Detail::Full));
    assert!(
        text.contains("+288 revenue over 20 weeks") && text.contains("20 weeks, in revenue, from"),
        "{text}"
    );
    assert!(!text.contains("in in"), "{text}");
}

/// Many warnings, most of one kind, the grave one last.
fn warned() -> Fit {
    let mut parts = Parts::new();
    let warning = |code: &str, message: String| Warning::new(code, message, "do something about it");
    parts.warnings = (0..20).map(|i| warning("late_channel", format!("channel c{i} started late"))).collect();
    for i in 0..12 {
        parts.warnings.push(warning(&format!("care_{i}"), "words and more words ".repeat(6)));
    }
    parts.warnings.push(warning("rare_control", "promo is rare".into()));
    parts.warnings.push(warning("negative_baseline", "the baseline is negative".into()));
    for channel in &mut parts.posterior.channels {
        channel.roi_contraction = 0.1;
    }
    parts.fit()
}

#[test]
fn the_short_summary_has_forty_lines_and_the_grave_first() {
    for columns in [80, 100] {
        crate::show::fit_width(columns);
        let text = summary(&warned(), Style::Plain, Detail::Short);
        assert!(text.lines().count() <= 40, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= columns), "{text}");
        let (grave, other) =
            (text.find("! [negative_baseline]").unwrap(), text.find("[late_channel]").unwrap());
        assert!(grave < other && text.contains("hint: do something about it"), "{text}");
        assert!(text.contains("c0 started late; channel c1 started late; 18 more"), "{text}");
        assert!(!text.contains("promo is rare") && text.contains("--verbose tells everything"), "{text}");
        let flat = words(&text);
        assert!(flat.contains("search, tv, newsletter: mostly the prior assumption"), "{text}");
        assert_eq!(flat.matches("treat as an assumption").count(), 1, "{text}");
        assert!(flat.contains("Recommendation: none before a test"), "{text}");
    }
    let full = summary(&warned(), Style::Plain, Detail::Full);
    assert!(full.contains("c19 started late") && full.contains("promo is rare"), "{full}");
}

#[test]
fn a_narrow_terminal_drops_columns_and_breaks_no_cell() {
    crate::show::fit_width(60);
    let mut parts = Parts::new();
    parts.dataset.channels[0].name = "paid_social_prospecting".into();
    parts.posterior.channels[0].name = "paid_social_prospecting".into();
    let text = summary(&parts.fit(), Style::Plain, Detail::Short);
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    assert!(text.contains("1.69 to 3.11") && !text.contains("Half-life"), "{text}");
}

#[test]
fn a_short_summary() {
    let got = summary(&testdata::fit(), Style::Plain, Detail::Short);
    assert_eq!(got, include_str!("testdata/short.txt"), "\n{got}");
}

#[test]
fn saturated_is_the_share_that_is_reached() {
    let mut parts = Parts::new();
    parts.posterior.channels[0].saturation = vec![0.3; parts.posterior.channels[0].contribution.len()];
    let text = summary(&parts.fit(), Style::Plain, Detail::Full);
    let tv = text.lines().find(|line| line.starts_with("tv ")).unwrap();
    assert!(tv.contains("30 %") && !tv.contains("70 %"), "{tv}");
}
