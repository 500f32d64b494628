//! The answers of `mmm scenario` in at most 100 columns of plain text.

mod cells;
mod comparison;
mod dated;
mod frontier;
mod reported;

use crate::planning::{Answer, BoundHit, CAUTIOUS, ChannelPlan, GroupPlan, LIKELY, ScenarioKind};
use crate::report::ScenarioReport;
use crate::show::plan;
use crate::show::plan::Counted;
use crate::show::scenario::cells::{plan_change, row, sentence};
use crate::show::scenario::comparison::{comparison, groups, side_by_side};
use crate::show::scenario::frontier::frontier;
use crate::show::scenario::reported::reported;
use crate::show::table::{layout, wrap};
use crate::words::numbers::{amount, clean, percent, ratio, signed, signed_percent};

/// Channels, or channels by geo, beyond which those that stay are not listed.
const MOST_LINES: usize = 20;

/// The text, ending in a line feed.
pub fn scenario_text(report: &ScenarioReport) -> String {
    let mut blocks = vec![warnings(report), basis(report)];
    match &report.scenarios[..] {
        [] => {}
        [only] => {
            blocks.push(verdict(only, report));
            blocks.push(only.dated.as_ref().map_or(vec![], |dated| dated::carry(dated, report)));
            blocks.push(channels(only));
            blocks.push(notes(only, report));
        }
        several => {
            blocks.push(comparison(several, &counted(report)));
            blocks.extend(side_by_side(several));
            blocks.extend(several.iter().map(|answer| {
                let mut lines = notes(answer, report);
                if !lines.is_empty() {
                    lines.insert(0, format!("{}:", clean(&answer.scenario.name)));
                }
                lines
            }));
        }
    }
    blocks.extend([frontier(report), test_values(report), reported(report)]);
    blocks.push(report.flight.as_ref().map_or(vec![], |flight| dated::flight(flight, report)));
    let text: Vec<String> =
        blocks.into_iter().filter(|b| !b.is_empty()).map(|lines| lines.join("\n") + "\n").collect();
    text.join("\n")
}

/// What spends and outcomes are over, and of which plans where they differ.
fn basis(report: &ScenarioReport) -> Vec<String> {
    let average = |names: Vec<String>| (names, format!("{}.", report.horizon.basis));
    let mut texts: Vec<(Vec<String>, String)> = Vec::new();
    for group in groups(&report.scenarios) {
        let names = group.iter().map(|answer| clean(&answer.scenario.name)).collect();
        texts.push(match &group[0].dated {
            Some(dated) => (names, dated::basis(dated)),
            None => average(names),
        });
    }
    let extras =
        [(!report.frontier.is_empty(), "the frontier"), (!report.test_values.is_empty(), "the tests")];
    let extras: Vec<String> =
        extras.iter().filter(|(asked, _)| *asked).map(|(_, name)| (*name).to_owned()).collect();
    if !extras.is_empty() && report.scenarios.iter().all(|answer| answer.dated.is_some()) {
        texts.push(average(extras));
    }
    let several = texts.len() > 1;
    let words = |(names, text): (Vec<String>, String)| {
        if several { format!("{}: {text}", listing(&names)) } else { sentence(&text) }
    };
    texts.into_iter().flat_map(|text| wrap("", 0, &words(text))).collect()
}

/// The first names, and how many more there are.
fn listing(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_LINES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names[..names.len().min(MOST_LINES)].join(", ") + &more
}

fn warnings(report: &ScenarioReport) -> Vec<String> {
    let lines = report.warnings.iter().flat_map(|w| {
        let hint = w.hint.iter().flat_map(|h| wrap("  hint: ", 8, &clean(h)));
        wrap("WARNING: ", 2, &clean(&w.message)).into_iter().chain(hint).collect::<Vec<_>>()
    });
    lines.collect()
}

/// One plan in words.
fn verdict(answer: &Answer, report: &ScenarioReport) -> Vec<String> {
    let mut lines = wrap("", 2, &format!("{}:", clean(&answer.scenario.name)));
    let sentences = plan::sentences(&answer.scenario, answer.profit.as_ref(), &counted(report));
    lines.extend(sentences.iter().flat_map(|sentence| wrap("  ", 2, sentence)));
    lines
}

fn counted(report: &ScenarioReport) -> Counted {
    Counted::new(clean(&report.fit.unit), report.fit.roi_unit, &report.fit.media)
}

const DRAWS_FOR_MORE: &str = "Draws for more is the share of the posterior draws whose own best plan spends more on \
                              the channel; the plan weighs all draws together and may do otherwise.";

fn channels(answer: &Answer) -> Vec<String> {
    let plans = &answer.scenario.allocation;
    let optimised = plans.iter().any(|plan| plan.p_grow.is_some() || plan.bound_hit.is_some());
    let mut rows = vec![row(["Channel", "Today", "Plan", "Change"])];
    if optimised {
        rows[0].extend(row(["Allowed", "Draws for more"]));
    }
    // A plan by geo has too many lines to read: the ones that stay are only counted.
    let moves =
        |plan: &&ChannelPlan| plans.len() <= MOST_LINES || plan.change.is_some_and(|c| c.abs() >= 5e-5);
    let shown: Vec<&ChannelPlan> = plans.iter().filter(moves).collect();
    rows.extend(shown.iter().map(|plan| {
        let mut cells =
            vec![clean(&plan.channel), amount(plan.current), amount(plan.proposed), plan_change(plan)];
        if optimised {
            cells.push(format!("{}× to {}×", ratio(plan.bounds[0]), ratio(plan.bounds[1])));
            cells.push(plan.p_grow.map_or("–".into(), percent));
        }
        cells
    }));
    rows.extend(answer.groups.iter().map(group));
    let mut lines = layout(&rows);
    if shown.len() < plans.len() {
        lines.push(format!("and {} more as today", plans.len() - shown.len()));
    }
    if plans.iter().any(|plan| plan.p_grow.is_some()) {
        lines.extend(wrap("", 0, DRAWS_FOR_MORE));
    }
    lines
}

/// What channels with a common limit spend, as a line below theirs.
fn group(group: &GroupPlan) -> Vec<String> {
    let times = |spend: f64| if group.current > 0.0 { ratio(spend / group.current) } else { "–".into() };
    let change = (group.current > 0.0).then(|| signed_percent(group.proposed / group.current - 1.0));
    let allowed = match group.most {
        Some(most) => format!("{}× to {}×", times(group.least), times(most)),
        None => format!("from {}×", times(group.least)),
    };
    vec![
        format!("= {}", clean(&group.name)),
        amount(group.current),
        amount(group.proposed),
        change.unwrap_or_else(|| "–".into()),
        allowed,
        "–".into(),
    ]
}

/// What to know about a plan before acting on it.
fn notes(answer: &Answer, report: &ScenarioReport) -> Vec<String> {
    let plans = &answer.scenario.allocation;
    let names = |chosen: &dyn Fn(&ChannelPlan) -> bool| -> Option<String> {
        let names: Vec<String> = plans.iter().filter(|p| chosen(p)).map(|p| clean(&p.channel)).collect();
        (!names.is_empty()).then(|| listing(&names))
    };
    let mut notes = Vec::new();
    let scenario = &answer.scenario;
    if let Some(target) = &answer.outcome_target {
        let (outcome, unit) = (amount(target.outcome), clean(&report.fit.unit));
        let least = "; the lowest budget that the limits allow brings it already (--max-step, --bound)";
        let least = if target.at_least_budget { least } else { "" };
        notes.push(format!("Asked for is the smallest budget that brings {outcome} {unit}{least}."));
    }
    notes.extend(answer.dated.iter().flat_map(dated::changed));
    if scenario.kind == ScenarioKind::Optimal && !scenario.changes_budget() {
        if let Some(why) = &scenario.no_move {
            notes.push(format!("{}.", sentence(why)));
        } else if plans.iter().all(|plan| plan.proposed == plan.current) {
            notes.push("No move within the bounds is worth making: keep today's plan.".to_owned());
        } else if scenario.p_gain < LIKELY {
            notes.push(
                "A gain is hardly likelier than a loss: keep today's plan, or test first (--test-value)."
                    .to_owned(),
            );
        }
    }
    if let Some(o) = &answer.objective {
        notes.push(format!(
            "Maximised is the {} of the gain: {} here, {} in the plan with the best mean (whose mean gain is \
             {}). Found by {}.",
            match o.level {
                Some(level) if o.kind == "cvar" => format!("mean of the worst {}", percent(level)),
                Some(level) => format!("{} quantile", percent(level)),
                None => "mean".into(),
            },
            signed(o.value),
            signed(o.at_best_mean_plan),
            signed(o.mean_of_best_mean_plan),
            o.method
        ));
    }
    if let Some(low) = names(&|p| p.bound_hit == Some(BoundHit::Lower)) {
        notes.push(format!("At the lower bound, would give more: {low}."));
    }
    if let Some(held) = names(&|p| p.held) {
        notes.push(format!(
            "Held at today's spend at most, as its return is above what was expected or something else may move both \
             its spend and the outcome: {held}; --bound CHANNEL=0.7..1.3 lets it grow."
        ));
    }
    if let Some(high) = names(&|p| p.bound_hit == Some(BoundHit::Upper) && !p.held) {
        notes.push(format!("At the upper bound, would take more: {high}."));
    }
    if let Some(beyond) = names(&|p| p.extrapolated) {
        notes.push(format!(
            "Extrapolated, as more than 5 % of the spend lies above the largest period in the data: {beyond}."
        ));
    }
    let marginal = answer.marginal_return.map(|m| format!("the next unit of budget returns {}", ratio(m)));
    let gap = answer.scenario.gap.map(|g| match g {
        g if g < 5e-7 => "proven to be the best plan within the bounds".to_owned(),
        g => format!("at most {:.4} % below the best plan within the bounds (proven)", 100.0 * g),
    });
    let cautious = scenario.maximised.as_deref() == Some(CAUTIOUS);
    let gap = gap.map(|g| {
        if cautious { format!("{g}, each channel counted cautiously (--risk mean for means)") } else { g }
    });
    let facts: Vec<String> = marginal.into_iter().chain(gap).collect();
    if !facts.is_empty() {
        notes.push(format!("{}.", sentence(&facts.join("; "))));
    }
    notes.iter().flat_map(|note| wrap("- ", 2, note)).collect()
}

fn test_values(report: &ScenarioReport) -> Vec<String> {
    if report.test_values.is_empty() {
        return vec![];
    }
    let mut rows =
        vec![row(["Channel", "ROI", "90 % interval", "Test worth", "Uncertainty after", "Changes plan"])];
    rows.extend(report.test_values.iter().map(|test| {
        let shrink = if test.roi.sd > 0.0 { test.roi_sd_after / test.roi.sd } else { 1.0 };
        vec![
            clean(&test.channel),
            ratio(test.roi.mean),
            format!("{} to {}", ratio(test.roi.q05), ratio(test.roi.q95)),
            amount(test.expected_gain),
            percent(shrink),
            percent(test.p_plan_changes),
        ]
    }));
    let mut lines = vec!["What to test next".to_owned()];
    lines.extend(layout(&rows));
    let unit = clean(&report.fit.unit);
    lines.extend(wrap(
        "",
        0,
        &format!(
            "Test worth is what the best plan is expected to gain ({unit}, over the horizon) from knowing the \
             test's result: with the margin on it, what the test may cost. Uncertainty after is the ROI's expected \
             standard deviation with the test, as a share of today's."
        ),
    ));
    lines
}
