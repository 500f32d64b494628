//! The table of designs, within 80 columns.

use crate::show::table::{command, fits, layout, wrap};
use crate::test_design::{Design, DesignReport, Kind};
use crate::words::numbers::{amount, clean, percent, signed};

/// Probability of a significant reading below which a test is more likely to tell nothing.
const WEAK: f64 = 0.5;

/// The designs, how the first is run, and what would make the numbers misleading.
pub fn design_text(report: &DesignReport) -> String {
    let blocks = [header(report), table(report), first(report), notes(report)];
    let text: Vec<String> = blocks.into_iter().map(|lines| lines.join("\n") + "\n").collect();
    text.join("\n")
}

fn header(report: &DesignReport) -> Vec<String> {
    let unit = if report.in_currency { "currency" } else { report.outcome.as_str() };
    let text = format!(
        "{}{}: {} tests compared; value and cost in {unit}, over {:.0} weeks. What a test forgoes or adds is nearly \
         certain, what it is worth rests on what the fit believes.",
        warned(report),
        clean(&report.data.0),
        report.compared,
        report.horizon_weeks
    );
    wrap("", 0, &text)
}

/// What is wrong with the fit, said before anything that rests on it.
fn warned(report: &DesignReport) -> String {
    report.warnings.iter().map(|w| format!("WARNING: {}. ", clean(&w.message))).collect()
}

/// Dose in a word.
pub(super) fn dose(design: &Design) -> String {
    match design.kind {
        Kind::Pulses => "0/×2".into(),
        _ => format!("×{}", design.dose.first().copied().unwrap_or(1.0)),
    }
}

/// Cells of a design's row.
pub(super) fn cells(design: &Design) -> Vec<String> {
    vec![
        clean(&design.channel),
        design.kind.name().into(),
        dose(design),
        design.geos.len().to_string(),
        design.dose.len().to_string(),
        amount(design.mde),
        percent(design.assurance),
        amount(design.counted_cost()),
        amount(design.value),
        signed(design.net),
    ]
}

/// Left to design.json and the page where the terminal is too narrow, the first of them first: rows of one channel cannot
/// be told apart in a second block.
const OPTIONAL: [&str; 4] = ["Geos", "MDE", "Weeks", "Dose"];
/// Titles of the cells.
pub(super) const TITLES: [&str; 10] =
    ["Channel", "Kind", "Dose", "Geos", "Weeks", "MDE", "Found", "Cost", "Value", "Net"];

fn table(report: &DesignReport) -> Vec<String> {
    let mut rows = vec![TITLES.map(str::to_owned).to_vec()];
    rows.extend(report.designs.iter().map(cells));
    for optional in OPTIONAL {
        if fits(&rows) {
            break;
        }
        let at = rows[0].iter().position(|title| title == optional);
        rows.iter_mut().for_each(|row| drop(at.map(|c| row.remove(c))));
    }
    layout(&rows)
}

fn first(report: &DesignReport) -> Vec<String> {
    let design = &report.designs[0];
    let verdict = if design.net <= 0.0 {
        "No test is worth its price over this horizon. The least bad one:".to_owned()
    } else {
        format!("Run the first, a {} of {}:", design.kind.name(), clean(&design.channel))
    };
    let (geos, treated) = (report.best.geos.len(), design.geos.len());
    let place =
        if geos > 1 { format!(" in {treated} of {geos} geos, drawn at random") } else { String::new() };
    let text = format!(
        "{verdict} {} to {}{place}, spend {} ({}). Believed lift {} ({} to {}); a reading has a standard error of {} \
         and differs from nothing with probability {}. {}",
        design.start,
        design.end,
        signed(design.spend_change),
        dose(design),
        signed(design.lift.mean),
        signed(design.lift.q05),
        signed(design.lift.q95),
        amount(design.se),
        percent(design.assurance),
        price(design)
    );
    let mut lines = wrap("", 0, &text);
    lines.push("Once the data hold it, read it, and fit with it:".into());
    lines.extend(command(&clean(&report.best.readout)));
    let refit = report.best.refit.iter().filter(|refit| **refit != report.best.readout);
    lines.extend(refit.flat_map(|refit| command(&clean(refit))));
    lines
}

/// What goes and what is saved, before the one works against the other.
pub(super) fn price(design: &Design) -> String {
    match design.kind {
        Kind::HeavyUp => format!("It adds {} of spend.", amount(design.spend_change)),
        Kind::HoldOut | Kind::ScaleDown => format!(
            "It forgoes {} of outcome and saves {} of spend.",
            amount(design.cost),
            amount(-design.spend_change)
        ),
        Kind::Pulses => format!("It forgoes {} of outcome on balance.", amount(design.cost)),
    }
}

fn notes(report: &DesignReport) -> Vec<String> {
    let all = doubts(report).into_iter().chain(terms(report));
    all.flat_map(|note| wrap("- ", 2, &note)).collect()
}

/// What would make the numbers misleading.
pub(super) fn doubts(report: &DesignReport) -> Vec<String> {
    let mut doubts = Vec::new();
    if report.designs[0].assurance < WEAK {
        doubts.push("More likely than not the reading of this test will not differ from nothing.".into());
    }
    if report.best.geos.len() < 2 {
        doubts.push(
            "One market has nothing to be held against: whatever else changes in those weeks counts as the test.".into(),
        );
    }
    doubts
}

/// What the columns mean, and what they rest on.
pub(super) fn terms(report: &DesignReport) -> [String; 2] {
    let design = &report.designs[0];
    [
        format!(
            "MDE rests on {} placebo windows of your history, whose errors were {:.1} times what the fit's noise lets \
             expect. MDE: the lift found with probability {}. Found: that a reading differs from nothing, by what is \
             believed.",
            design.placebo_windows,
            design.placebo_ratio,
            percent(report.power)
        ),
        "Cost: at the same budget of all channels; spend saved works elsewhere, spend added is taken from there, at what \
         the last unit of all budgets returns."
            .into(),
    ]
}
