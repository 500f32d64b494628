//! A comparison as people read it: on a terminal, or as Markdown for a pull request.

use crate::diff::{
    Change, DataDiff, DiffReport, Difference, DrawSource, ExperimentDiff, Explanation, InputDiff,
    NotCompared, Overtake, StepKind, control_of, reliabilities, verdict,
};
use crate::show::markdown;
use crate::show::table::{layout, wrap};
use crate::words::numbers::{amount, clean, percent, ratio};

/// How to write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// At most 100 columns of plain text.
    Text,
    /// GitHub's Markdown.
    Markdown,
}

/// The comparison, ending in a line feed.
pub fn diff_text(report: &DiffReport, format: Format) -> String {
    let page = Page { format };
    let mut blocks = vec![page.material(report), page.list(&inputs(report))];
    if !report.channels.is_empty() {
        blocks.push(page.table("Return on spend", &roi_rows(report)));
        blocks.push(page.table("Shape", &shape_rows(report)));
        blocks.push(page.table("Recommended change of spend, same budget", &allocation_rows(report)));
    }
    blocks.push(page.list(&plan(report)));
    blocks.push(page.list(&overtakes(report)));
    if let Some(explanation) = &report.explanation {
        blocks.push(page.table("Where the change of the ROI comes from", &part_rows(report, explanation)));
    }
    blocks.push(page.paragraph(&footnote(report)));
    let text: Vec<String> =
        blocks.into_iter().filter(|b| !b.is_empty()).map(|lines| lines.join("\n") + "\n").collect();
    text.join("\n")
}

struct Page {
    format: Format,
}

impl Page {
    fn material(&self, report: &DiffReport) -> Vec<String> {
        let headline = match (report.identical, report.material.len()) {
            (true, _) => "The two fits are identical.".to_owned(),
            (_, 0) if !report.not_compared.is_empty() => {
                "Nothing material changed in what can be compared.".to_owned()
            }
            (_, 0) => "Nothing material changed.".to_owned(),
            (_, 1) => "1 material change:".to_owned(),
            (_, n) => format!("{n} material changes:"),
        };
        let mut lines = match self.format {
            Format::Text => vec![headline],
            Format::Markdown => vec!["### Marketing mix model: what changed".into(), String::new(), headline],
        };
        if self.format == Format::Markdown && !report.material.is_empty() {
            lines.push(String::new());
        }
        lines.extend(self.list(&report.material.iter().map(|f| f.message.clone()).collect::<Vec<_>>()));
        lines
    }

    fn list(&self, items: &[String]) -> Vec<String> {
        items
            .iter()
            .flat_map(|item| match self.format {
                Format::Text => wrap("- ", 2, &clean(item)),
                Format::Markdown => vec![format!("- {}", escape(item))],
            })
            .collect()
    }

    fn paragraph(&self, text: &str) -> Vec<String> {
        match self.format {
            Format::Text => wrap("", 0, text),
            Format::Markdown => vec![escape(text)],
        }
    }

    fn table(&self, title: &str, rows: &[Vec<String>]) -> Vec<String> {
        if rows.len() < 2 {
            return Vec::new();
        }
        match self.format {
            Format::Text => [vec![title.to_owned()], layout(rows)].concat(),
            Format::Markdown => markdown::table(title, rows, escape),
        }
    }
}

/// A name must not be able to steer a page.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in clean(text).chars() {
        if matches!(c, '|' | '<' | '>' | '*' | '_' | '`' | '[' | ']' | '\\' | '@' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn test_lines(tests: &ExperimentDiff) -> Vec<String> {
    let [old, new] = tests.file.each_ref().map(|file| file.as_deref().unwrap_or("none"));
    let mut lines = vec![match old == new {
        true => format!("experiments: {new} has changed"),
        false => format!("experiments: {old} before, now {new}"),
    }];
    for (words, labels) in [("added", &tests.added), ("dropped", &tests.dropped)] {
        if !labels.is_empty() {
            lines.push(format!("tests {words}: {}", labels.join(", ")));
        }
    }
    lines
}

fn inputs(report: &DiffReport) -> Vec<String> {
    let InputDiff { data, roles, config, experiments, seed, version } = &report.inputs;
    let mut lines: Vec<String> = report.not_compared.iter().map(NotCompared::message).collect();
    lines.extend(data_lines(data));
    let setting = |what: &str, d: &Difference| {
        let value = |v: &Option<String>| v.clone().unwrap_or_else(|| "not set".into());
        format!("{what} {}: {} before, now {}", d.key, value(&d.old), value(&d.new))
    };
    lines.extend(roles.iter().map(|d| setting("columns:", d)));
    let of_control = |d: &&Difference| control_of(d).is_some();
    lines.extend(config.iter().filter(|d| !of_control(d)).map(|d| setting("setting", d)));
    lines.extend(reliabilities(config));
    lines.extend(experiments.iter().flat_map(test_lines));
    lines.extend(seed.map(|[a, b]| format!("seed: {a} before, now {b}")));
    lines.extend(version.as_ref().map(|[a, b]| format!("version of mmm: {a} before, now {b}")));
    if report.old.verdict != report.new.verdict {
        lines.push(format!(
            "convergence: {} before, now {}",
            verdict(report.old.verdict),
            verdict(report.new.verdict)
        ));
    }
    lines
}

fn data_lines(data: &DataDiff) -> Vec<String> {
    let moved = [(data.periods_added, "added"), (data.periods_dropped, "dropped")];
    if data.sha256[0] == data.sha256[1] && moved.iter().all(|(n, _)| *n == Some(0)) {
        return vec!["data: the same file".into()];
    }
    let mut parts =
        vec![format!("{} to {}, before {} to {}", data.first[1], data.last[1], data.first[0], data.last[0])];
    for (n, what) in moved {
        parts.extend(n.filter(|n| *n > 0).map(|n| format!("{n} periods {what}")));
    }
    for (geos, what) in [(&data.geos_added, "added"), (&data.geos_dropped, "dropped")] {
        if !geos.is_empty() {
            parts.push(format!("geos {what}: {}", geos.join(", ")));
        }
    }
    let restated = &data.restated;
    match (restated.periods, restated.first, restated.last) {
        (Some(0), ..) => parts.push("history as it was".into()),
        (Some(n), Some(a), Some(b)) => parts.push(format!("history restated in {n} periods, {a} to {b}")),
        (Some(n), ..) => parts.push(format!("history restated in {n} periods")),
        (None, ..) => {
            let reason = restated.reason.as_deref().unwrap_or("unknown");
            parts.push(format!("whether history was restated cannot be told: {reason}"));
        }
    }
    let mut lines = vec![format!("data: {}", parts.join("; "))];
    lines.extend(restated.columns.iter().map(|c| {
        let change = if c.total[0] != 0.0 {
            let change = c.total[1] / c.total[0] - 1.0;
            format!(", their sum by {}", signed_percent(change))
        } else {
            String::new()
        };
        format!("restated {}: {} cells from {}{change}", c.column, c.cells, c.first)
    }));
    lines
}

fn signed_percent(share: f64) -> String {
    format!("{}{}", if share > 0.0 { "+" } else { "" }, percent(share))
}

fn signed_ratio(value: f64) -> String {
    format!("{}{}", if value > 0.0 { "+" } else { "" }, ratio(value))
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

const NONE: &str = "–";

fn roi_rows(report: &DiffReport) -> Vec<Vec<String>> {
    let margin = percent(report.settings.tolerance);
    let beyond = format!("P(>{margin})");
    let mut rows = vec![header(&[
        "Channel",
        "ROI",
        "now",
        "change",
        "90 % interval",
        &beyond,
        "marginal",
        "now",
        "rank",
        "now",
    ])];
    for channel in &report.channels {
        let Some(roi) = channel.roi else { continue };
        let marginal = |f: fn(&Change) -> f64| channel.marginal_roi.map_or(NONE.into(), |m| ratio(f(&m)));
        let arrow = if roi.p_up >= roi.p_down { "up" } else { "down" };
        rows.push(vec![
            clean(&channel.channel),
            ratio(roi.old.mean),
            ratio(roi.new.mean),
            signed_ratio(roi.new.mean - roi.old.mean),
            format!("{} to {}", signed_ratio(roi.difference.q05), signed_ratio(roi.difference.q95)),
            if roi.p_moved() > 0.0 { format!("{arrow} {}", percent(roi.p_moved())) } else { percent(0.0) },
            marginal(|m| m.old.mean),
            marginal(|m| m.new.mean),
            channel.rank.map_or(NONE.into(), |r| r.old.to_string()),
            channel.rank.map_or(NONE.into(), |r| r.new.to_string()),
        ]);
    }
    rows
}

fn shape_rows(report: &DiffReport) -> Vec<Vec<String>> {
    let names =
        ["Channel", "outcome", "now", "half-saturation", "now", "retention", "now", "half-life", "now"];
    let mut rows = vec![header(&names)];
    for channel in &report.channels {
        let pair = |change: Option<Change>, word: &dyn Fn(f64) -> String| match change {
            Some(c) => [word(c.old.mean), word(c.new.mean)],
            None => [NONE.to_owned(), NONE.to_owned()],
        };
        let mut row = vec![clean(&channel.channel)];
        row.extend(pair(channel.outcome_share, &percent));
        row.extend(pair(channel.half_saturation, &amount));
        row.extend(pair(channel.retention, &ratio));
        row.extend(pair(channel.half_life_weeks, &|x| format!("{x:.1} wk")));
        rows.push(row);
    }
    rows
}

fn allocation_rows(report: &DiffReport) -> Vec<Vec<String>> {
    let mut rows = vec![header(&["Channel", "change", "now", "per week", "now", "P(grow)", "now", ""])];
    for channel in &report.channels {
        let Some(plan) = channel.allocation else { continue };
        let share = |c: Option<f64>, word: fn(f64) -> String| c.map_or(NONE.into(), word);
        rows.push(vec![
            clean(&channel.channel),
            share(plan.change[0], signed_percent),
            share(plan.change[1], signed_percent),
            amount(plan.weekly[0]),
            amount(plan.weekly[1]),
            share(plan.p_grow[0], percent),
            share(plan.p_grow[1], percent),
            if plan.reversed { "reversed".into() } else { String::new() },
        ]);
    }
    rows
}

/// Why another plan is none, or is one.
fn plan(report: &DiffReport) -> Vec<String> {
    let line = report.plan.as_ref().filter(|_| !report.identical).map(|plan| {
        let p = percent(plan.p_old_is_worse);
        format!(
            "the old plan, at today's spend, brings less than the new one with probability {p} by the new fit"
        )
    });
    line.into_iter().collect()
}

fn overtakes(report: &DiffReport) -> Vec<String> {
    let one = |o: &Overtake| {
        let [before, after] = o.p_ahead.map(percent);
        format!("{} passed {}: ahead with probability {before} before, now {after}", o.channel, o.passed)
    };
    report.overtakes.iter().map(one).collect()
}

fn part_rows(report: &DiffReport, explanation: &Explanation) -> Vec<Vec<String>> {
    let word = |kind: StepKind| match kind {
        StepKind::Version => "version",
        StepKind::History => "restated history",
        StepKind::NewPeriods => "new periods",
        StepKind::Config => "settings",
    };
    let mut names = vec!["Channel", "ROI"];
    names.extend(explanation.steps.iter().map(|s| word(s.kind)));
    names.push("now");
    let mut rows = vec![header(&names)];
    for (channel, parts) in report.channels.iter().zip(&explanation.channels) {
        let (Some(roi), Some(steps)) = (channel.roi, &parts.roi) else { continue };
        let mut row = vec![clean(&channel.channel), ratio(roi.old.mean)];
        let parts = steps.iter().zip(&explanation.steps);
        row.extend(parts.map(|(x, step)| if step.differs { signed_ratio(*x) } else { NONE.into() }));
        row.push(ratio(roi.new.mean));
        rows.push(row);
    }
    rows
}

fn footnote(report: &DiffReport) -> String {
    let mut text = format!(
        "A change counts when the ROI moved by more than {} of its old mean in one direction with probability \
         {}, or the recommended change of spend by more than {} of today's spend. The two posteriors are \
         compared as if independent; they share data, so these intervals are rather too wide.",
        percent(report.settings.tolerance),
        percent(report.settings.probability),
        percent(report.settings.tolerance)
    );
    for (side, what) in [(&report.old, "old"), (&report.new, "new")] {
        if side.draws == DrawSource::Approximated {
            text.push_str(&format!(
                " The {what} fit has no draws.parquet: distributions with its quantiles stand for them."
            ));
        }
    }
    text
}

#[cfg(test)]
mod tests;
