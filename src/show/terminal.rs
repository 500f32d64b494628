//! The parts of the summary printed after a fit, in plain text as wide as the terminal.

mod drifts;

use self::drifts::drifts;
use crate::data::OutcomeKind;
use crate::diagnostics::{Diagnostics, Verdict};
use crate::posterior::EvidenceVerdict;
use crate::report::{ChannelReport, Fit, OutcomeReport, RoiUnit};
use crate::show::advice::{next_test, recommendation};
use crate::show::causes;
use crate::show::table::{layout, wrap};
use crate::warning::Warning;
use crate::words::numbers::{TERMS, amount, clean, percent, ratio};
use crate::words::one_of;

/// Whether the summary may use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// ANSI colours on the verdict and the headings; the words are the same.
    Colour,
}

/// Code of the warning that lists the columns without a role; it replaces the line made here.
pub(super) const LEFT_OUT: &str = "columns_left_out";
/// Columns listed by name before the rest is only counted.
const MOST_NAMES: usize = 12;

pub(super) fn advice(fit: &Fit) -> Vec<String> {
    recommendation(fit).map_or(vec![], |text| wrap("Recommendation: ", 2, &text))
}

/// What the lift tests say.
pub(super) fn tests(fit: &Fit) -> Vec<String> {
    causes::tests(&fit.experiments).map_or(vec![], |text| wrap("Tests: ", 2, &text))
}

pub(super) fn test_advice(fit: &Fit) -> Vec<String> {
    next_test(fit).map_or(vec![], |text| wrap("What to test next: ", 2, &text))
}

pub(super) fn paint(text: &str, code: &str, style: Style) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
    }
}

pub(super) fn header(fit: &Fit, style: Style) -> Vec<String> {
    let mut lines = wrap("", 2, &format!("{}: {}", clean(&fit.run.data.file), window(fit)));
    lines.extend(wrap("", 2, &verdict(&fit.diagnostics)));
    if let Some(line) = lines.last_mut().filter(|_| style == Style::Colour) {
        let code = match fit.diagnostics.verdict {
            Verdict::Ok => "32",
            Verdict::Warn => "33",
            Verdict::Fail => "1;31",
        };
        *line = paint(line, code, style);
    }
    lines.extend(fit.diagnostics.reasons.iter().flat_map(|r| wrap("- ", 2, &clean(r))));
    lines.extend(wrap("", 2, &split(fit)));
    lines.extend(wrap("", 2, &quality(fit)));
    lines
}

/// The fitted periods with their outcome, and what was held out of them.
pub(crate) fn window(fit: &Fit) -> String {
    let (data, fitted) = (&fit.run.data, fit.run.data.fitted());
    let geos = if data.geos > 1 { format!("{} geos × ", data.geos) } else { String::new() };
    let all = data.interval().count(data.periods);
    let periods =
        if fitted.periods == data.periods { all } else { format!("{} of {all} fitted", fitted.periods) };
    let held_out = fit.run.held_out().map_or(String::new(), |held| format!("; {}", held.words()));
    let (name, total) = (clean(&fit.outcome.name), amount(fit.outcome.total));
    format!("{geos}{periods}, {} to {}; outcome {name} {total}{held_out}", fitted.first, fitted.last)
}

/// The verdict on convergence and its figures.
pub(crate) fn verdict(diagnostics: &Diagnostics) -> String {
    let words = match diagnostics.verdict {
        Verdict::Ok => "Convergence ok",
        Verdict::Warn => "Convergence doubtful, read with care",
        Verdict::Fail => "NOT CONVERGED, do not use these numbers",
    };
    let number = |v: Option<f64>, digits: usize| v.map_or("undefined".into(), |x| format!("{x:.digits$}"));
    let ess = match (diagnostics.min_ess_bulk, diagnostics.min_ess_tail) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let plural = if diagnostics.divergences == 1 { "divergence" } else { "divergences" };
    format!(
        "{words}: largest R-hat {}, smallest effective sample {}, {} {plural}",
        number(diagnostics.max_rhat, 3),
        number(ess, 0),
        diagnostics.divergences
    )
}

/// Media and baseline in words.
pub(crate) fn split(fit: &Fit) -> String {
    let outcome = &fit.outcome;
    let media = &outcome.media_share;
    // Where the data told of no channel, what they brought together is as much the prior's.
    let is_assumed = !fit.channels.is_empty() && fit.channels.iter().all(|c| c.evidence.is_assumed());
    let brought = if is_assumed { "are assumed to have brought" } else { "brought" };
    if let Some(whole) = outcome.share_of {
        let [mean, low, high] = [media.mean, media.q05, media.q95].map(|share| amount(share * whole));
        return format!(
            "Media {brought} {mean} {} ({low} to {high}), which is no share of a total whose sign changes",
            clean(&outcome.name)
        );
    }
    let mut text = format!(
        "Media {brought} {} of the outcome ({} to {}); the rest is baseline",
        percent(media.mean),
        percent(media.q05),
        percent(media.q95)
    );
    // A baseline below zero cannot be: more than a rare draw means media are overstated.
    if outcome.p_negative_baseline > 0.05 {
        text.push_str(&format!(
            ", which is negative with probability {}: media are overstated",
            percent(outcome.p_negative_baseline)
        ));
    }
    text
}

/// Agreement of model and data in words.
pub(crate) fn quality(fit: &Fit) -> String {
    let quality = &fit.fit_quality;
    let mut parts = Vec::new();
    parts.extend(quality.fitted.r2.map(|v| format!("R² {v:.2}")));
    let of = if fit.outcome.share_of.is_some() { " of the outcome's size" } else { "" };
    parts.extend(quality.fitted.wmape.map(|v| format!("mean error {}{of}", percent(v))));
    parts.extend(
        quality
            .fitted
            .interval_coverage_90
            .map(|v| format!("{} of the periods inside their 90 % interval", percent(v))),
    );
    if let Some(held) = fit.run.held_out() {
        let which = held.words();
        let score = quality.holdout.as_ref();
        let error = score.and_then(|h| h.wmape).map(|v| format!("mean error {} on the ", percent(v)));
        let inside = score.and_then(|h| h.interval_coverage_90).map(|c| format!(" ({} inside)", percent(c)));
        parts.push([error.unwrap_or_default(), which, inside.unwrap_or_default()].concat());
    }
    if parts.is_empty() {
        "Fit quality could not be computed".into()
    } else {
        format!("Fit: {}", parts.join(", "))
    }
}

/// The columns of the channels' table.
pub(super) const COLUMNS: [&str; 9] =
    ["Channel", "Spend", "Outcome", "ROI", "90 % interval", "Marginal", "Saturated", "Half-life", "Evidence"];

/// The channels with some of [`COLUMNS`], of which the first is one.
pub(super) fn channel_table(fit: &Fit, style: Style, columns: &[&str]) -> Vec<String> {
    let mut lines = layout(&channel_rows(fit, columns));
    if let Some(first) = lines.first_mut() {
        *first = paint(first, "1", style);
    }
    lines
}

pub(super) fn channel_rows(fit: &Fit, columns: &[&str]) -> Vec<Vec<String>> {
    let chosen = |row: Vec<String>| -> Vec<String> {
        let named = COLUMNS.iter().zip(row);
        named.filter(|(name, _)| columns.contains(name)).map(|(_, cell)| cell).collect()
    };
    let mut rows = vec![chosen(COLUMNS.map(String::from).to_vec())];
    rows.extend(by_roi(&fit.channels).into_iter().map(|channel| chosen(row(channel, &fit.outcome))));
    rows
}

/// What one outcome cost, where outcomes are counted.
pub(super) fn costs(fit: &Fit) -> Vec<String> {
    let of = |c: &&ChannelReport| {
        let cost = cost_per_outcome(c)?;
        Some(format!("{} {cost}", clean(&c.name)))
    };
    let costs: Vec<String> = by_roi(&fit.channels).iter().filter_map(of).collect();
    if fit.outcome.kind != OutcomeKind::Count || costs.is_empty() {
        return vec![];
    }
    let one = one_of(&clean(&fit.outcome.name));
    wrap("", 2, &format!("Cost per {one}, median and 90 % interval: {}", costs.join(", ")))
}

/// Median cost of one outcome with its 90 % interval; the mean would hang on the few draws that find hardly any.
pub(crate) fn cost_per_outcome(channel: &ChannelReport) -> Option<String> {
    let cost = channel.cost_per_outcome?;
    Some(format!("{} ({} to {})", ratio(cost.q50), ratio(cost.q05), ratio(cost.q95)))
}

/// Paid channels by falling mean ROI, then the others by falling contribution.
pub(crate) fn by_roi(channels: &[ChannelReport]) -> Vec<&ChannelReport> {
    let mut sorted: Vec<&ChannelReport> = channels.iter().collect();
    sorted.sort_by(|a, b| {
        let key = |c: &ChannelReport| c.roi.map_or(f64::NEG_INFINITY, |r| r.mean);
        key(b).total_cmp(&key(a)).then(b.contribution.mean.total_cmp(&a.contribution.mean))
    });
    sorted
}

/// What a channel brought: a share of the outcome, or so many of an outcome whose sign changes.
pub(crate) fn brought(channel: &ChannelReport, outcome: &OutcomeReport) -> String {
    match outcome.share_of {
        Some(_) => amount(channel.contribution.mean),
        None => percent(channel.outcome_share.mean),
    }
}

fn row(channel: &ChannelReport, outcome: &OutcomeReport) -> Vec<String> {
    let none = || "–".to_owned();
    vec![
        clean(&channel.name),
        channel.spend_column.as_ref().map_or_else(none, |_| amount(channel.spend)),
        brought(channel, outcome),
        channel.roi.map_or_else(none, |r| ratio(r.mean)),
        channel.roi.map_or_else(none, |r| format!("{} to {}", ratio(r.q05), ratio(r.q95))),
        channel.marginal_roi.map_or_else(none, |r| ratio(r.mean)),
        channel.saturation.saturation_at_current_spend.map_or_else(none, |s| percent(s.mean)),
        channel.adstock.half_life_weeks.map_or_else(none, |h| format!("{:.1} wk", h.mean)),
        word(channel.evidence.verdict).into(),
    ]
}

/// The verdict as one word.
pub(crate) fn word(verdict: EvidenceVerdict) -> &'static str {
    match verdict {
        EvidenceVerdict::Data => "data",
        EvidenceVerdict::Mixed => "mixed",
        EvidenceVerdict::Prior => "prior",
        EvidenceVerdict::Experiment => "test",
    }
}

fn is_weak(verdict: EvidenceVerdict) -> bool {
    matches!(verdict, EvidenceVerdict::Mixed | EvidenceVerdict::Prior)
}

pub(super) fn evidence(fit: &Fit, style: Style) -> Vec<String> {
    let weak: Vec<_> = by_roi(&fit.channels).into_iter().filter(|c| is_weak(c.evidence.verdict)).collect();
    if weak.is_empty() {
        return vec![];
    }
    let mut lines = vec![paint("Weak evidence", "1", style)];
    lines.extend(weak.into_iter().flat_map(|c| wrap("- ", 2, &c.evidence.sentence)));
    lines
}

pub(super) fn doubts(fit: &Fit, style: Style) -> Vec<String> {
    let doubts = causes::doubts(fit);
    if doubts.is_empty() {
        return vec![];
    }
    let mut lines = vec![paint("Correlation and cause", "1", style)];
    lines.extend(doubts.into_iter().flat_map(|doubt| wrap("- ", 2, &doubt)));
    lines
}

pub(super) fn drifting(fit: &Fit, style: Style) -> Vec<String> {
    let sentences = drifts(fit);
    if sentences.is_empty() {
        return vec![];
    }
    let mut lines = vec![paint("Change of the effects", "1", style)];
    lines.extend(sentences.into_iter().flat_map(|sentence| wrap("- ", 2, &sentence)));
    lines
}

pub(crate) fn warnings(warnings: &[Warning], style: Style) -> Vec<String> {
    if warnings.is_empty() {
        return vec![];
    }
    let mut lines = vec![paint("Warnings", "1", style)];
    for warning in warnings {
        lines.extend(wrap("- ", 2, &clean(&format!("[{}] {}", warning.code, warning.message))));
        lines.extend(warning.hint.iter().flat_map(|h| wrap("  hint: ", 8, &clean(h))));
    }
    lines
}

pub(super) fn left_out(fit: &Fit) -> Vec<String> {
    let names = &fit.run.roles.left_out;
    if names.is_empty() || fit.run.warnings.iter().any(|w| w.code == LEFT_OUT) {
        return vec![];
    }
    let mut list: Vec<String> = names.iter().take(MOST_NAMES).map(|n| format!("`{}`", clean(n))).collect();
    if names.len() > MOST_NAMES {
        list.push(format!("{} more", names.len() - MOST_NAMES));
    }
    wrap("Left out: ", 10, &list.join(", "))
}

pub(super) fn footnotes(fit: &Fit) -> Vec<String> {
    let mut lines = wrap("", 0, TERMS);
    if fit.outcome.roi_unit == RoiUnit::OutcomePerCurrency {
        let name = clean(&fit.outcome.name);
        let text = format!(
            "ROI is {name} per unit of spend: name the column with the worth of one with \
             --revenue-per-outcome to see it in money."
        );
        lines.extend(wrap("", 0, &text));
    }
    lines
}
