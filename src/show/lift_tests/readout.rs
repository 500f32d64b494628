//! The reading of a test in words.

use crate::report::{CellReading, ReadoutReport, SpendSource};
use crate::show::table::{layout, wrap};
use crate::show::terminal::{Style, verdict, warnings};
use crate::words::numbers::{amount, clean, percent, ratio, signed, signed_percent};

/// The result in words, ending in a line feed.
pub fn readout_text(report: &ReadoutReport) -> String {
    let mut blocks = vec![wrap("", 0, &heading(report)), wrap("", 0, &verdict(&report.diagnostics))];
    blocks.extend(std::iter::once(&report.whole).chain(&report.cells).map(|cell| reading(report, cell)));
    blocks.push(row(report));
    blocks.push(warnings(&report.warnings, Style::Plain));
    let text: Vec<String> =
        blocks.into_iter().filter(|b| !b.is_empty()).map(|lines| lines.join("\n") + "\n").collect();
    text.join("\n")
}

/// What was read, in a sentence.
pub(super) fn heading(report: &ReadoutReport) -> String {
    let place = match report.whole.geos.len() {
        0 => "one market".to_owned(),
        n => format!("{n} of {} geos", report.data.geos),
    };
    let until =
        if report.readout_end_told { "as told" } else { "when less than 5 % of the carry-over is left" };
    format!(
        "{}: test of {} in {place}, {} to {}; outcomes counted until {}, {until}",
        clean(&report.data.file),
        clean(&report.channel),
        report.start,
        report.end,
        report.readout_end
    )
}

fn reading(report: &ReadoutReport, cell: &CellReading) -> Vec<String> {
    let title = match (&cell.cell, report.cells.is_empty()) {
        (Some(name), _) => format!("{} ({} geos)", clean(name), cell.geos.len()),
        (None, true) => "Reading".into(),
        (None, false) => "All cells".into(),
    };
    let mut rows = vec![vec![title, "Estimate".into(), "± se".into(), "90 % interval".into()]];
    rows.extend(estimates(report, cell));
    let mut lines = layout(&rows);
    lines.extend(sentences(report, cell).iter().flat_map(|text| wrap("", 0, text)));
    lines
}

/// Rows of name, estimate, error and interval.
pub(super) fn estimates(report: &ReadoutReport, cell: &CellReading) -> Vec<Vec<String>> {
    let row = |name: &str, mean: String, sd: String, interval: String| vec![name.into(), mean, sd, interval];
    let l = cell.lift;
    let mut rows = vec![row(
        &format!("Lift of {}", clean(&report.outcome)),
        signed(l.mean),
        amount(l.sd),
        format!("{} to {}", signed(l.q05), signed(l.q95)),
    )];
    let s = cell.lift_share;
    rows.push(row(
        "of what was expected",
        signed_percent(s.mean),
        percent(s.sd),
        format!("{} to {}", signed_percent(s.q05), signed_percent(s.q95)),
    ));
    if let Some(r) = cell.roi {
        let name = if report.roi_in_currency { "Return on spend" } else { "Outcome per unit of spend" };
        rows.push(row(name, ratio(r.mean), ratio(r.sd), format!("{} to {}", ratio(r.q05), ratio(r.q95))));
    }
    if let Some(lift) = cell.second_opinion.lift {
        let (se, interval) = match cell.second_opinion.se {
            Some(se) => {
                (amount(se), format!("{} to {}", signed(lift - NINETY * se), signed(lift + NINETY * se)))
            }
            None => ("–".into(), "–".into()),
        };
        rows.push(row("Second opinion of the lift", signed(lift), se, interval));
    }
    rows
}

/// Standard errors to the ends of a 90 % interval.
const NINETY: f64 = 1.645;

/// What the estimates rest on, and how far to believe them.
pub(super) fn sentences(report: &ReadoutReport, cell: &CellReading) -> Vec<String> {
    let source = match cell.usual_spend_source {
        SpendSource::Told => "as told",
        SpendSource::Column => "by a column of the data",
        SpendSource::Guessed => "a guess by the spend of untreated geos",
    };
    let mut text = vec![format!(
        "Spent: {} instead of {} ({source}), a change of {}.",
        amount(cell.spend),
        amount(cell.usual_spend),
        signed(cell.spend_change)
    )];
    if let Some(reason) = &cell.roi_reason {
        text.push(format!("No return on spend: {reason}."));
    }
    if let Some(reason) = &cell.second_opinion.reason {
        text.push(format!("Second opinion (synthetic difference-in-differences): {reason}."));
    } else {
        text.push(format!(
            "The second opinion is synthetic difference-in-differences on {} untreated geos, without a model; its error \
             is by placebo.",
            cell.second_opinion.donors
        ));
    }
    let placebo = &cell.placebo;
    if let (Some(passed), Some(bias), Some(spread)) = (placebo.passed, placebo.bias, placebo.spread) {
        let judged = if passed { "Passed" } else { "FAILED" };
        text.push(format!(
            "{judged}: in {} windows before the test, where nothing was done, predictions were {} off on average and \
             errors {spread:.2} times what they are said to be; {} would have been called an effect at 10 %.",
            placebo.windows.len(),
            signed_percent(bias),
            placebo.significant
        ));
    }
    let zero_inside = cell.lift.q05 < 0.0 && cell.lift.q95 > 0.0;
    if zero_inside {
        text.push(format!(
            "No effect is inside the interval: this test tells that the lift is between {} and {}, not that it is nothing.",
            signed(cell.lift.q05),
            signed(cell.lift.q95)
        ));
    }
    if report.whole.geos.is_empty() {
        text.push(
            "One market: the reading is a forecast of the model, with nothing untreated beside it; it is weak.".into(),
        );
    }
    text
}

/// The rows for a file of experiments.
fn row(report: &ReadoutReport) -> Vec<String> {
    let rows = report.rows();
    let Some(first) = rows.first() else { return Vec::new() };
    let columns = first.contrast.columns();
    let mut lines =
        vec!["For a fit of these data (--experiments), as a contrast:".to_owned(), columns.join(",")];
    lines.extend(rows.iter().map(|row| row.contrast.line(&columns, ',')));
    lines
}
