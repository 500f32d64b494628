//! What was found in a data file: roles, channels, tests, findings.

use crate::data::{
    ChannelHistory, Dataset, Estimand, Experiment, ExperimentKind, Experiments, Finding, Reading, Severity,
};
use crate::show::table::{is_fitted, layout, wrap};

/// The text, ending in a line feed.
pub fn check_text(
    data: &Dataset,
    history: &[ChannelHistory],
    tests: Option<&Experiments>,
    findings: &[Finding],
) -> String {
    let mut blocks = vec![header(data), roles(data)];
    if !history.is_empty() {
        blocks.push(channels(history, data.interval.noun()));
    }
    blocks.extend(tests.filter(|tests| !tests.tests.is_empty()).map(|tests| experiments(tests, data)));
    blocks.push(judgement(findings));
    blocks.push(counts(findings));
    let text: Vec<String> =
        blocks.into_iter().filter(|b| !b.is_empty()).map(|lines| lines.join("\n") + "\n").collect();
    text.join("\n")
}

fn count(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

/// Wrapped for a terminal; a line of its own for a program that reads it.
fn folded(first: &str, indent: usize, text: &str) -> Vec<String> {
    if is_fitted() { wrap(first, indent, text) } else { vec![format!("{first}{text}")] }
}

fn header(data: &Dataset) -> Vec<String> {
    let (rows, geos) = (count(data.source.rows, "row"), count(data.n_geos(), "geo"));
    let mut text = format!("{}: {rows}, {geos}, {}", data.source.file, data.interval.count(data.n_periods()));
    if let (Some(first), Some(last)) = (data.dates.first(), data.dates.last()) {
        text.push_str(&format!(" from {first} to {last}"));
    }
    folded("", 2, &text)
}

fn roles(data: &Dataset) -> Vec<String> {
    let roles = &data.roles;
    let kind = serde_json::to_value(data.outcome.kind).ok();
    let kind = kind.as_ref().and_then(|k| k.as_str()).unwrap_or_default();
    let mut lines = vec![("date", roles.date.clone()), ("outcome", format!("{} ({kind})", roles.outcome))];
    let single = [
        ("revenue per outcome", &roles.revenue_per_outcome),
        ("geo", &roles.geo),
        ("population", &roles.population),
    ];
    lines.extend(single.into_iter().filter_map(|(role, column)| Some((role, column.clone()?))));
    let used = |c: &&String| !roles.constant_controls.contains(c);
    let controls: Vec<String> = roles.controls.iter().filter(used).cloned().collect();
    let lists = [
        ("organic", &roles.organic),
        ("controls in use", &controls),
        ("constant, left out", &roles.constant_controls),
        ("left out", &roles.left_out),
    ];
    lines.extend(lists.into_iter().filter(|(_, l)| !l.is_empty()).map(|(role, l)| (role, l.join(", "))));
    lines.iter().flat_map(|(role, columns)| folded(&format!("{role:<20} "), 21, columns)).collect()
}

fn channels(history: &[ChannelHistory], unit: &str) -> Vec<String> {
    let active = format!("active {unit}s");
    let mut rows = vec![
        ["channel", "spend", "first active", &active, "zero rows", "driven by"].map(str::to_owned).to_vec(),
    ];
    rows.extend(history.iter().map(|channel| {
        vec![
            channel.name.clone(),
            channel.spend_column.as_ref().map_or("organic".into(), |_| format!("{:.0}", channel.spend)),
            channel.first_active.map_or("never".into(), |day| day.to_string()),
            channel.active_periods.to_string(),
            format!("{:.0} %", 100.0 * channel.zero_share),
            channel.exposure_column.clone(),
        ]
    }));
    layout(&rows)
}

fn experiments(tests: &Experiments, data: &Dataset) -> Vec<String> {
    let names = |test: &Experiment| {
        let names: Vec<&str> = test.channels.iter().map(|c| data.channels[*c].name.as_str()).collect();
        names.join("+")
    };
    let mut rows = vec![["test", "treated", "geos", "spend changed", "reads"].map(str::to_owned).to_vec()];
    rows.extend(tests.tests.iter().map(|test| {
        let geos = if test.geos.len() == data.n_geos() { "all".into() } else { test.geos.len().to_string() };
        let reads = match test.kind {
            ExperimentKind::Contrast => "contrast of its cells".to_owned(),
            ExperimentKind::Reading(Reading { what, estimate, se }) => {
                let what = if what == Estimand::Lift { "lift" } else { "roi" };
                format!("{what} {estimate} ± {se:.4} until {}", test.readout_end)
            }
        };
        let days = format!("{} to {}", test.start, test.end);
        vec![names(test), days, geos, format!("{:.0}", test.spend_change), reads]
    }));
    layout(&rows)
}

fn judgement(findings: &[Finding]) -> Vec<String> {
    let lines = findings.iter().flat_map(|finding| {
        let label = match finding.severity {
            Severity::Blocking => "blocking: ",
            Severity::Warning => "warning: ",
            Severity::Note => "note: ",
        };
        let hint = finding.hint.iter().flat_map(|hint| folded("  hint: ", 8, hint));
        folded(label, 2, &finding.message).into_iter().chain(hint).collect::<Vec<_>>()
    });
    lines.collect()
}

fn counts(findings: &[Finding]) -> Vec<String> {
    let of = |severity: Severity| findings.iter().filter(|f| f.severity == severity).count();
    let (warnings, notes) = (of(Severity::Warning), of(Severity::Note));
    vec![format!(
        "{} blocking, {}, {}",
        of(Severity::Blocking),
        count(warnings, "warning"),
        count(notes, "note")
    )]
}
