//! `readout.html`: the reading of a test with its picture, one self-contained page without scripts.

use crate::report::{CellReading, ReadoutReport};
use crate::show::html::escape::escape;
use crate::show::html::page::{page, paragraph, section, table};
use crate::show::html::readout_charts::{course_chart, placebo_chart};
use crate::show::lift_tests::{estimates, heading, sentences};
use crate::show::terminal::verdict;
use crate::words::numbers::{amount, clean, signed};

/// The page. The same readout gives the same bytes.
pub fn readout_page(report: &ReadoutReport) -> String {
    let title = format!("What the test of {} brought", clean(&report.channel));
    let mut body = summary(report);
    for cell in std::iter::once(&report.whole).chain(&report.cells) {
        body.push_str(&reading(report, cell));
    }
    body.push_str(&rows(report));
    body.push_str(&notes(report));
    body.push_str(&provenance(report));
    page(&title, &body)
}

fn summary(report: &ReadoutReport) -> String {
    use crate::diagnostics::Verdict;
    let class = match report.diagnostics.verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
    };
    paragraph(&format!("{}.", heading(report)))
        + &format!("<p class=\"verdict {class}\">{}</p>\n", escape(&verdict(&report.diagnostics)))
}

fn reading(report: &ReadoutReport, cell: &CellReading) -> String {
    let title = match (&cell.cell, report.cells.is_empty()) {
        (Some(name), _) => escape(&clean(name)),
        (None, true) => "Reading".into(),
        (None, false) => "All cells".into(),
    };
    let mut body = table(&["", "Estimate", "± se", "90 % interval"], &estimates(report, cell));
    body.push_str(&sentences(report, cell).iter().map(|text| paragraph(text)).collect::<String>());
    body.push_str("<h3>Observed against predicted</h3>\n");
    body.push_str(&paragraph(
        "Outcome of the treated geos. The line is what the model predicts without the test, its band a 90 % interval; \
         dots are what was observed. Shaded: the treatment, and lighter the time in which its carry-over counts.",
    ));
    body.push_str(&course_chart(cell, &report.outcome));
    if !cell.placebo.windows.is_empty() {
        body.push_str("<h3>Where nothing was done</h3>\n");
        body.push_str(&paragraph(
            "Observed less predicted of the same geos in windows before the test, and of the test itself at the bottom, \
             each with its 90 % interval.",
        ));
        body.push_str(&placebo_chart(cell));
    }
    if !cell.geos.is_empty() {
        let names: Vec<String> = cell.geos.iter().map(|g| clean(g)).collect();
        body.push_str(&paragraph(&format!("Treated: {}.", names.join(", "))));
    }
    section(&title, &body)
}

fn rows(report: &ReadoutReport) -> String {
    let rows = report.rows();
    let Some(first) = rows.first() else { return String::new() };
    let block = |kind: &dyn Fn(usize) -> String, header: String| {
        let lines: Vec<String> = (0..rows.len()).map(kind).collect();
        format!("<pre>{}\n{}</pre>\n", escape(&header), escape(&lines.join("\n")))
    };
    let (of_contrast, of_reading) = (first.contrast.columns(), first.reading.columns());
    let body = paragraph("As a contrast, for fits of these data, which read the test themselves:")
        + &block(&|i| rows[i].contrast.line(&of_contrast, ','), of_contrast.join(","))
        + &paragraph("As a reading, for fits of other data:")
        + &block(&|i| rows[i].reading.line(&of_reading, ','), of_reading.join(","));
    section("Rows for a file of experiments", &body)
}

fn notes(report: &ReadoutReport) -> String {
    if report.warnings.is_empty() {
        return String::new();
    }
    let items: String = report
        .warnings
        .iter()
        .map(|w| {
            let hint = w.hint.as_ref().map_or(String::new(), |h| format!("<br>{}", escape(&clean(h))));
            format!("<li>{}{hint}</li>\n", escape(&clean(&w.message)))
        })
        .collect();
    section("Warnings", &format!("<ul>\n{items}</ul>\n"))
}

fn provenance(report: &ReadoutReport) -> String {
    format!(
        "<footer>{} {}; {}, SHA-256 {}; seed {}; spend changed by {} of usually {}</footer>\n",
        report.tool.name,
        report.tool.version,
        escape(&clean(&report.data.file)),
        report.data.sha256,
        report.config.sampler.seed,
        signed(report.whole.spend_change),
        amount(report.whole.usual_spend),
    )
}
