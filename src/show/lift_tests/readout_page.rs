//! `readout.html`: what a test brought, how far to believe it, and its pictures.

use maud::{Markup, html};

use super::of_readouts::{course, placebos};
use super::readout::{estimates, heading, sentences};
use crate::diagnostics::Verdict;
use crate::report::{CellReading, ReadoutReport, SpendSource};
use crate::show::frame::{Document, capital, card, failed, first, minus, section, table, verbatim};
use crate::show::terminal::verdict;
use crate::words::numbers::{amount, clean, percent, ratio, signed};

/// The page. The same readout gives the same bytes.
pub fn readout_page(report: &ReadoutReport) -> String {
    let title = format!("What the test of {} brought", clean(&report.channel));
    let has_failed = report.diagnostics.verdict == Verdict::Fail;
    let cells = || std::iter::once(&report.whole).chain(&report.cells).enumerate();
    let body = html! {
        @if has_failed {
            (failed(
                "The fit that reads this test did not converge. It tells nothing.",
                &report.diagnostics.reasons.iter().map(|r| capital(&clean(r)) + ".").collect::<Vec<_>>(),
                "Run longer (--warmup, --draws), simplify (fewer channels or controls), or look at the data with mmm check.",
            ))
        } @else {
            (first(&cautions(report)))
            section.answers aria-label="Answers" { (brought(report)) (believed(report)) }
        }
        @for (i, cell) in cells() { (reading(report, i, cell)) }
        @if !has_failed { (rows(report)) }
        (notes(report))
    };
    let footer = provenance(report);
    let under = format!("{}.", heading(report));
    Document { title: &title, generator: "mmm readout", rules: "", under: &under, body, footer }.page()
}

/// What would make the reading misleading, first.
fn cautions(report: &ReadoutReport) -> Vec<String> {
    let whole = &report.whole;
    let mut cautions = Vec::new();
    if report.diagnostics.verdict == Verdict::Warn {
        let reasons = clean(&report.diagnostics.reasons.join("; "));
        cautions.push(format!("The computation is doubtful ({reasons}): read every interval as too narrow."));
    }
    if whole.placebo.passed == Some(false) {
        cautions.push(
            "In windows before the test, where nothing was done, the errors were larger than they are said to be, or on \
             one side: the interval of the test is too narrow, or it is off."
                .into(),
        );
    }
    if whole.geos.is_empty() {
        cautions.push(
            "One market: nothing untreated stands beside it, so that whatever else happened in those weeks counts as the \
             test."
                .into(),
        );
    }
    if whole.usual_spend_source == SpendSource::Guessed {
        cautions.push(
            "What would have been spent without the test is a guess by the spend of untreated geos; the return hangs on \
             it."
                .into(),
        );
    }
    if let Some(disagreement) = disagreement(whole) {
        cautions.push(disagreement);
    }
    cautions
}

/// Two readings that cannot both be right.
fn disagreement(cell: &CellReading) -> Option<String> {
    let (lift, se) = (cell.second_opinion.lift?, cell.second_opinion.se?);
    // The two errors are of the same geos and weeks: as if independent, so that little is called a disagreement.
    let apart = (lift - cell.lift.mean).abs() > 2.0 * cell.lift.sd.hypot(se);
    apart.then(|| {
        format!(
            "A second opinion without a model reads a lift of {} ± {}: the two differ by more than their errors.",
            minus(&signed(lift)),
            amount(se)
        )
    })
}

fn brought(report: &ReadoutReport) -> Markup {
    let (cell, name) = (&report.whole, clean(&report.outcome));
    let lift = &cell.lift;
    let side = |value: f64| if value < 0.0 { "less" } else { "more" };
    let is_unknown = lift.q05 < 0.0 && lift.q95 > 0.0;
    let change = cell.spend_change;
    let headline = if is_unknown {
        format!(
            "Between {} and {} {name}: no effect is possible too.",
            minus(&signed(lift.q05)),
            minus(&signed(lift.q95))
        )
    } else {
        format!(
            "{} {} spend, {} {} {name}.",
            amount(change.abs()),
            side(change),
            amount(lift.mean.abs()),
            side(lift.mean)
        )
    };
    let mut said = vec![format!(
        "Best guess {}; 90 % interval {} to {}, {} to {} of what was expected without the test.",
        minus(&signed(lift.mean)),
        minus(&signed(lift.q05)),
        minus(&signed(lift.q95)),
        minus(&percent(cell.lift_share.q05)),
        minus(&percent(cell.lift_share.q95))
    )];
    said.extend(cell.roi.map(|roi| {
        let what = if report.roi_in_currency {
            "Return on the spend changed"
        } else {
            "Outcome per unit of the spend changed"
        };
        format!(
            "{what}: {} ({} to {}).",
            minus(&ratio(roi.mean)),
            minus(&ratio(roi.q05)),
            minus(&ratio(roi.q95))
        )
    }));
    said.push(
        "It is of these geos, weeks and this change of spend; another dose, season or place may return another sum.".into(),
    );
    card("What did it bring?", &headline, &said)
}

fn believed(report: &ReadoutReport) -> Markup {
    let placebo = &report.whole.placebo;
    let headline = match placebo.passed {
        Some(true) => "It passed where nothing was done.",
        Some(false) => "It failed where nothing was done.",
        None => "It could not be tried where nothing was done.",
    };
    let mut said = Vec::new();
    if let Some(spread) = placebo.spread {
        said.push(format!(
            "In {} windows before the test errors were {spread:.2} times what they are said to be; {} would have been \
             called an effect at 10 %.",
            placebo.windows.len(),
            placebo.significant
        ));
    }
    let opinion = &report.whole.second_opinion;
    said.extend(opinion.lift.map(|lift| {
        let se = opinion.se.map_or(String::new(), |se| format!(" ± {}", amount(se)));
        format!("Synthetic difference-in-differences, without a model, reads {}{se}.", minus(&signed(lift)))
    }));
    said.push(format!("{}.", verdict(&report.diagnostics)));
    card("How far is it to be believed?", headline, &said)
}

fn reading(report: &ReadoutReport, i: usize, cell: &CellReading) -> Markup {
    let title = match (&cell.cell, report.cells.is_empty()) {
        (Some(name), _) => clean(name),
        (None, true) => "The reading".into(),
        (None, false) => "All cells".into(),
    };
    let has_failed = report.diagnostics.verdict == Verdict::Fail;
    let names: Vec<String> = cell.geos.iter().map(|g| clean(g)).collect();
    let body = html! {
        div.pair { (course(cell, &report.outcome)) @if !has_failed { (placebos(cell)) } }
        @if !has_failed {
            (table("In numbers", &["Quantity", "Estimate", "± se", "90 % interval"], &numbers(report, cell)))
            @for sentence in sentences(report, cell) { p { (sentence) } }
        }
        @if !names.is_empty() { p { "Treated: " (names.join(", ")) "." } }
    };
    section(&format!("reading-{i}"), &title, body)
}

/// The estimates; names of columns are left as they are.
fn numbers(report: &ReadoutReport, cell: &CellReading) -> Vec<Vec<String>> {
    let told = |row: Vec<String>| -> Vec<String> {
        row.into_iter().enumerate().map(|(i, text)| if i == 0 { text } else { minus(&text) }).collect()
    };
    estimates(report, cell).into_iter().map(told).collect()
}

fn rows(report: &ReadoutReport) -> Markup {
    let rows = report.rows();
    let Some(row) = rows.first() else { return html! {} };
    let (of_contrast, of_reading) = (row.contrast.columns(), row.reading.columns());
    let file = |header: String, lines: Vec<String>| clean_lines(std::iter::once(header).chain(lines));
    let contrast = rows.iter().map(|row| row.contrast.line(&of_contrast, ',')).collect();
    let of_others = rows.iter().map(|row| row.reading.line(&of_reading, ',')).collect();
    let body = html! {
        p { "As a contrast, for fits of these data, which read the test themselves:" }
        (verbatim("A contrast", &file(of_contrast.join(","), contrast)))
        p { "As a reading, for fits of other data:" }
        (verbatim("A reading", &file(of_reading.join(","), of_others)))
    };
    section("rows", "Rows for a file of experiments", body)
}

fn clean_lines(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| clean(&line)).collect::<Vec<_>>().join("\n")
}

fn notes(report: &ReadoutReport) -> Markup {
    if report.warnings.is_empty() {
        return html! {};
    }
    let body = html! {
        ul.plain { @for warning in &report.warnings {
            li {
                (capital(&clean(&warning.message))) ". "
                @if let Some(hint) = &warning.hint { span.soft { (capital(&clean(hint))) ". " } }
                code { (clean(&warning.code)) }
            }
        } }
    };
    section("warnings", "What to look at", body)
}

fn provenance(report: &ReadoutReport) -> Markup {
    let (tool, data) = (&report.tool, &report.data);
    html! {
        p {
            "Made by " (tool.name) " " (tool.version) " from " (clean(&data.file)) " (sha256 "
            code { (data.sha256.chars().take(12).collect::<String>()) } "…), seed " (report.config.sampler.seed) "."
        }
    }
}
