//! The summary printed after a fit: what a manager needs in at most forty lines, or everything.

use crate::posterior::EvidenceVerdict;
use crate::report::{Fit, RoiUnit};
use crate::show::sensitivity::sensitivity;
use crate::show::table::{fits, wrap};
use crate::show::terminal::{
    COLUMNS, Style, advice, by_roi, channel_rows, channel_table, costs, doubts, drifting, evidence,
    footnotes, header, left_out, paint, test_advice, tests, warnings,
};
use crate::warning::Warning;
use crate::words::numbers::clean;

/// How much the summary says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// At most 40 lines, the channels' of a long list aside: what is alike told once, the gravest warnings first.
    Short,
    /// Every sentence, every warning with its hint.
    Full,
}

/// Lines of the summary.
const MOST_LINES: usize = 40;
/// Channels listed; of more, the others are counted.
const MOST_CHANNELS: usize = 16;
/// Columns that a narrow terminal does without, the first to go first.
const OPTIONAL: [&str; 4] = ["Half-life", "Saturated", "Outcome", "Spend"];
/// What asks for action before any number is used.
const GRAVE: [&str; 14] = [
    "not_converged",
    "negative_baseline",
    "spend_is_outcome",
    "spend_share_of_outcome",
    "above_expectation",
    "against_prior",
    "reliability_too_low",
    "left_out_spends",
    "driver_left_out",
    "linear_combination",
    "channel_units_apart",
    "units_apart",
    "level_shift",
    "interval_coverage",
];
/// What is good to know and changes nothing, or what the summary says elsewhere.
const NOTES: [&str; 13] = [
    "columns_left_out",
    "mostly_prior",
    "blank_outcome",
    "negative_outcome",
    "rare_control",
    "short_geos",
    "ended_geos",
    "national_channel",
    "spend_exposure_mismatch",
    "spend_moves_with_control",
    "reliability_raised",
    "plan_beyond_observed_spend",
    "channel_not_fitted",
];
const WHERE: &str = "--verbose tells everything; so does mmm report";

/// The summary, ending in a line feed.
pub fn summary(fit: &Fit, style: Style, detail: Detail) -> String {
    match detail {
        Detail::Short => short(fit, style),
        Detail::Full => full(fit, style),
    }
}

fn full(fit: &Fit, style: Style) -> String {
    joined(vec![
        header(fit, style),
        channel_table(fit, style, &COLUMNS),
        costs(fit),
        evidence(fit, style),
        doubts(fit, style),
        drifting(fit, style),
        tests(fit),
        advice(fit),
        test_advice(fit),
        sensitivity(fit.sensitivity.as_ref()),
        warnings(&fit.run.warnings, style),
        left_out(fit),
        footnotes(fit),
    ])
}

/// Blocks with a blank line between them.
fn joined(blocks: Vec<Vec<String>>) -> String {
    let text: Vec<String> =
        blocks.into_iter().filter(|b| !b.is_empty()).map(|lines| lines.join("\n") + "\n").collect();
    text.join("\n")
}

fn short(fit: &Fit, style: Style) -> String {
    let before = [
        header(fit, style),
        table(fit, style),
        costs(fit),
        weak(fit, style),
        doubts(fit, style),
        drifting(fit, style),
        tests(fit),
        advice(fit),
        test_advice(fit),
    ];
    let after = [left_out(fit), footnote(fit)];
    let lines = |blocks: &[Vec<String>]| -> usize {
        blocks.iter().filter(|b| !b.is_empty()).map(|b| b.len() + 1).sum()
    };
    let free = MOST_LINES.saturating_sub(lines(&before) + lines(&after));
    let warned = gravest(fit, style, free);
    // What was asked for by name is told whole.
    let asked = sensitivity(fit.sensitivity.as_ref());
    let mut blocks = before.to_vec();
    blocks.extend([asked, warned]);
    blocks.extend(after);
    joined(blocks)
}

/// The channels with the columns that fit.
fn table(fit: &Fit, style: Style) -> Vec<String> {
    let mut columns = COLUMNS.to_vec();
    for optional in OPTIONAL {
        if fits(&channel_rows(fit, &columns)) {
            break;
        }
        columns.retain(|column| *column != optional);
    }
    let mut lines = channel_table(fit, style, &columns);
    let more = fit.channels.len().saturating_sub(MOST_CHANNELS);
    if more > 1 && lines.len() == fit.channels.len() + 1 {
        lines.truncate(MOST_CHANNELS + 1);
        lines.push(format!("and {more} channels more"));
    }
    lines
}

/// The channels that the data say little of, those of a kind together.
fn weak(fit: &Fit, style: Style) -> Vec<String> {
    let of = |verdict: EvidenceVerdict| -> Vec<String> {
        let weak = by_roi(&fit.channels).into_iter().filter(|c| c.evidence.verdict == verdict);
        weak.map(|c| clean(&c.name)).collect()
    };
    let line = |names: Vec<String>, words: &str| -> Vec<String> {
        if names.is_empty() { vec![] } else { wrap("- ", 2, &format!("{}: {words}", names.join(", "))) }
    };
    let mostly = line(
        of(EvidenceVerdict::Prior),
        "mostly the prior assumption; treat as an assumption until an experiment settles it",
    );
    let part = line(of(EvidenceVerdict::Mixed), "part data, part prior assumption");
    if mostly.is_empty() && part.is_empty() {
        return vec![];
    }
    [vec![paint("Weak evidence", "1", style)], mostly, part].concat()
}

/// Warnings of one kind together, the gravest first, in so many lines: what does not fit is named by its code.
fn gravest(fit: &Fit, style: Style, free: usize) -> Vec<String> {
    let all = &fit.run.warnings;
    if all.is_empty() {
        return vec![];
    }
    let mut codes: Vec<&str> = Vec::new();
    for warning in all {
        if !codes.contains(&warning.code.as_str()) {
            codes.push(&warning.code);
        }
    }
    let rank = |code: &str| if GRAVE.contains(&code) { 0 } else { 1 + usize::from(NOTES.contains(&code)) };
    codes.sort_by_key(|code| rank(code));
    let mut lines = vec![paint("Warnings", "1", style)];
    let mut rest = Vec::new();
    for code in codes {
        let told = kind(all, code, rank(code) == 0);
        // Two lines are kept for what is only named, one for the heading's blank line.
        let fits = lines.len() + told.len() + 2 <= free.saturating_sub(1);
        if rank(code) == 0 || (rank(code) == 1 && fits) {
            lines.extend(told);
        } else {
            rest.push(code.to_owned());
        }
    }
    if !rest.is_empty() {
        let named = if rest.len() > 6 { format!("{} kinds", rest.len()) } else { rest.join(", ") };
        let also = if lines.len() > 1 { "also: " } else { "" };
        lines.extend(wrap("- ", 2, &clean(&format!("{also}{named} ({WHERE})"))));
    }
    lines
}

/// The warnings of one code; a grave one with its hint.
fn kind(all: &[Warning], code: &str, grave: bool) -> Vec<String> {
    /// Of one kind.
    const TOLD: usize = 2;
    let own: Vec<&Warning> = all.iter().filter(|w| w.code == code).collect();
    let mut text = own.iter().take(TOLD).map(|w| w.message.clone()).collect::<Vec<_>>().join("; ");
    if own.len() > TOLD {
        text.push_str(&format!("; {} more", own.len() - TOLD));
    }
    let mut lines = wrap(if grave { "! " } else { "- " }, 2, &clean(&format!("[{code}] {text}")));
    let hint = own.first().and_then(|w| w.hint.as_ref()).filter(|_| grave);
    lines.extend(hint.iter().flat_map(|hint| wrap("  hint: ", 8, &clean(hint))));
    lines
}

/// What the words mean, in a line or two.
fn footnote(fit: &Fit) -> Vec<String> {
    let mut text = "An interval holds the truth with 90 % probability if the model is right. Marginal: the ROI of the next \
                    unit; Evidence: data, or assumed beforehand (prior)."
        .to_owned();
    if fit.outcome.roi_unit == RoiUnit::OutcomePerCurrency {
        text.push_str(&format!(" ROI is {} per unit of spend.", clean(&fit.outcome.name)));
    }
    wrap("", 0, &text)
}

#[cfg(test)]
mod tests;
