//! The answers of `mmm scenario` in at most 100 columns of plain text.

use super::dated_text;
use super::plan_text::{self, Counted};
use super::scenario_json::ScenarioReport;
use super::table::{layout, wrap};
use super::text::{amount, clean, percent, ratio, shorten, signed, signed_percent};
use crate::planning::{Answer, BoundHit, CAUTIOUS, ChannelPlan, Credit, CreditVerdict, LIKELY, ScenarioKind};

/// Plans side by side in one table of channels.
const PLANS_A_TABLE: usize = 5;
/// Channels, or channels by geo, beyond which those that stay are not listed.
const MOST_LINES: usize = 20;
/// Channels side by side in one table of budgets.
const CHANNELS_A_TABLE: usize = 7;

/// The text, ending in a line feed.
pub fn scenario_text(report: &ScenarioReport) -> String {
    let mut blocks = vec![warnings(report), basis(report)];
    match &report.scenarios[..] {
        [] => {}
        [only] => {
            blocks.push(verdict(only, report));
            blocks.push(only.dated.as_ref().map_or(vec![], |dated| dated_text::carry(dated, report)));
            blocks.push(channels(only));
            blocks.push(notes(only));
        }
        several => {
            blocks.push(comparison(several, &counted(report)));
            blocks.extend(several.chunks(PLANS_A_TABLE).map(side_by_side));
            blocks.extend(several.iter().map(|answer| {
                let mut lines = notes(answer);
                if !lines.is_empty() {
                    lines.insert(0, format!("{}:", clean(&answer.scenario.name)));
                }
                lines
            }));
        }
    }
    blocks.extend([frontier(report), test_values(report), reported(report)]);
    blocks.push(report.flight.as_ref().map_or(vec![], |flight| dated_text::flight(flight, report)));
    let text: Vec<String> =
        blocks.into_iter().filter(|b| !b.is_empty()).map(|lines| lines.join("\n") + "\n").collect();
    text.join("\n")
}

/// What spends and outcomes are over.
fn basis(report: &ScenarioReport) -> Vec<String> {
    let mut texts = Vec::new();
    let dated = report.scenarios.iter().find_map(|answer| answer.dated.as_ref());
    let average = report.scenarios.iter().any(|answer| answer.dated.is_none())
        || !(report.frontier.is_empty() && report.test_values.is_empty());
    if average {
        texts.push(format!("{}.", sentence(&report.horizon.basis)));
    }
    texts.extend(dated.map(dated_text::basis));
    texts.iter().flat_map(|text| wrap("", 0, text)).collect()
}

pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn warnings(report: &ScenarioReport) -> Vec<String> {
    let lines = report.warnings.iter().flat_map(|w| {
        let hint = w.hint.iter().flat_map(|h| wrap("  hint: ", 8, &clean(h)));
        wrap("WARNING: ", 2, &clean(&w.message)).into_iter().chain(hint).collect::<Vec<_>>()
    });
    lines.collect()
}

pub(super) fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// One plan in words.
fn verdict(answer: &Answer, report: &ScenarioReport) -> Vec<String> {
    let mut lines = wrap("", 2, &format!("{}:", clean(&answer.scenario.name)));
    let sentences = plan_text::sentences(&answer.scenario, answer.profit.as_ref(), &counted(report));
    lines.extend(sentences.iter().flat_map(|sentence| wrap("  ", 2, sentence)));
    lines
}

fn counted(report: &ScenarioReport) -> Counted {
    Counted::new(clean(&report.fit.outcome), clean(&report.fit.unit), report.fit.roi_unit)
}

const DRAWS_FOR_MORE: &str = "Draws for more is the share of the posterior draws whose own best plan spends more on \
                              the channel; the plan weighs all draws together and may do otherwise.";

fn plan_change(plan: &ChannelPlan) -> String {
    plan.change.map_or("–".into(), |c| if c.abs() < 5e-5 { "as today".into() } else { signed_percent(c) })
}

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
    let mut lines = layout(&rows);
    if shown.len() < plans.len() {
        lines.push(format!("and {} more as today", plans.len() - shown.len()));
    }
    if plans.iter().any(|plan| plan.p_grow.is_some()) {
        lines.extend(wrap("", 0, DRAWS_FOR_MORE));
    }
    lines
}

/// What to know about a plan before acting on it.
fn notes(answer: &Answer) -> Vec<String> {
    let plans = &answer.scenario.allocation;
    let names = |chosen: &dyn Fn(&ChannelPlan) -> bool| -> Option<String> {
        let names: Vec<String> = plans.iter().filter(|p| chosen(p)).map(|p| clean(&p.channel)).collect();
        let more = names.len().saturating_sub(MOST_LINES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| names[..names.len().min(MOST_LINES)].join(", ") + &more)
    };
    let mut notes = Vec::new();
    let scenario = &answer.scenario;
    if scenario.kind == ScenarioKind::Optimal && scenario.return_on_budget_change.is_none() {
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
    if let Some(high) = names(&|p| p.bound_hit == Some(BoundHit::Upper)) {
        notes.push(format!("At the upper bound, would take more: {high}."));
    }
    if let Some(beyond) = names(&|p| p.extrapolated) {
        let period = if answer.dated.is_some() { "a" } else { "the average" };
        notes.push(format!("Extrapolated, as {period} period spends more than any in the data: {beyond}."));
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

fn comparison(answers: &[Answer], counted: &Counted) -> Vec<String> {
    let mut rows = vec![row(["Plan", "Spend", "Outcome", "Gain", "90 % interval", "P(gain)", "If wrong"])];
    let with_profit = answers.iter().any(|a| a.profit.is_some());
    let other_budgets = answers.iter().any(|a| a.scenario.return_on_budget_change.is_some());
    let with_net = other_budgets && counted.is_money && !with_profit;
    if with_profit {
        rows[0].extend(row(["Profit gain", "P"]));
    } else if with_net {
        rows[0].extend(row(["Net", "P(pays)"]));
    }
    if let Some(first) = answers.first() {
        let now = &first.scenario;
        let (spend, outcome) = (amount(plan_text::today(now)), amount(now.current_outcome.mean));
        let mut cells = row(["today", &spend, &outcome]);
        cells.resize(rows[0].len(), "–".to_owned());
        rows.push(cells);
    }
    rows.extend(answers.iter().map(|answer| {
        let s = &answer.scenario;
        let loss = s.mean_loss.filter(|_| s.return_on_budget_change.is_none());
        let mut cells = vec![
            clean(&s.name),
            amount(s.budget),
            amount(s.proposed_outcome.mean),
            signed(s.gain.mean),
            format!("{} to {}", signed(s.gain.q05), signed(s.gain.q95)),
            percent(s.p_gain),
            loss.map_or("–".into(), amount),
        ];
        if with_profit {
            let profit = answer.profit.as_ref();
            cells.push(profit.map_or("–".into(), |p| signed(p.gain.mean)));
            cells.push(profit.map_or("–".into(), |p| percent(p.p_gain)));
        } else if with_net {
            cells.extend([signed(plan_text::net(s).mean), percent(s.p_pays.unwrap_or(s.p_gain))]);
        }
        cells
    }));
    let mut lines = layout(&rows);
    lines.push(String::new());
    let mut notes = vec!["If wrong is the mean gain of the draws in which the plan loses."];
    if other_budgets {
        notes.push("More spend brings more in any case: P(gain) does not say that it pays.");
    }
    if with_net {
        notes.push("Net is the gain less what is spent more than today; P(pays) that it is above 0.");
    }
    lines.extend(wrap("", 0, &notes.join(" ")));
    lines
}

/// Each channel's change in each plan.
fn side_by_side(answers: &[Answer]) -> Vec<String> {
    let Some(first) = answers.first() else { return vec![] };
    let mut rows = vec![row(["Channel", "Today"])];
    let short = |name: &str| shorten(&clean(name), 16);
    rows[0].extend(answers.iter().map(|a| short(&a.scenario.name)));
    for (c, plan) in first.scenario.allocation.iter().enumerate() {
        let mut cells = vec![clean(&plan.channel), amount(plan.current)];
        cells.extend(answers.iter().map(|a| plan_change(&a.scenario.allocation[c])));
        rows.push(cells);
    }
    layout(&rows)
}

fn frontier(report: &ScenarioReport) -> Vec<String> {
    if report.frontier.is_empty() {
        return vec![];
    }
    let mut rows = vec![row(["Budget", "Outcome", "ROI", "Next unit returns"])];
    rows.extend(report.frontier.iter().map(|point| {
        vec![
            amount(point.budget),
            amount(point.outcome),
            point.roi.map_or("–".into(), ratio),
            point.marginal_return.map_or("–".into(), ratio),
        ]
    }));
    let by = match report.frontier_maximised.as_deref() {
        Some(CAUTIOUS) => ", each channel counted cautiously (--risk mean for means)".to_owned(),
        Some(measure) => format!(" by --risk {measure}"),
        None => String::new(),
    };
    let mut lines = wrap("", 2, &format!("Efficient frontier: the best plan of each budget{by}"));
    lines.extend(layout(&rows));
    for channels in (0..report.frontier_channels.len()).collect::<Vec<_>>().chunks(CHANNELS_A_TABLE) {
        let mut rows = vec![row(["Budget"])];
        rows[0].extend(channels.iter().map(|&c| shorten(&clean(&report.frontier_channels[c]), 10)));
        rows.extend(report.frontier.iter().map(|point| {
            let spends = channels.iter().map(|&c| amount(point.spend[c]));
            std::iter::once(amount(point.budget)).chain(spends).collect()
        }));
        lines.push(String::new());
        lines.extend(layout(&rows));
    }
    lines
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

fn reported(report: &ScenarioReport) -> Vec<String> {
    if report.reported.is_empty() {
        return vec![];
    }
    let mut rows = vec![row(["Channel", "Reported", "Caused (model)", "Ratio", "90 % interval", "Verdict"])];
    let none = || "–".to_owned();
    rows.extend(report.reported.iter().map(|credit: &Credit| {
        vec![
            clean(&credit.channel),
            amount(credit.reported),
            amount(credit.modelled.q50),
            credit.ratio.map_or_else(none, |r| ratio(r.q50)),
            credit.ratio.map_or_else(none, |r| format!("{} to {}", ratio(r.q05), ratio(r.q95))),
            match credit.verdict {
                CreditVerdict::OverCredited => "over-credited",
                CreditVerdict::UnderCredited => "under-credited",
                CreditVerdict::Consistent => "consistent",
            }
            .into(),
        ]
    }));
    let mut lines = vec![format!(
        "Reported against caused, {} over the fitted window ({} to {})",
        clean(&report.fit.outcome),
        report.fit.first,
        report.fit.last
    )];
    lines.extend(layout(&rows));
    lines
}
