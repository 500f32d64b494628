//! The rest of the notes: channels in numbers, sensitivity, backtest, changes, warnings, diagnostics, provenance.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::view::View;
use super::{checks, stress};
use crate::data::OutcomeKind;
use crate::diff::ChannelDiff;
use crate::report::{ChannelReport, Forecaster};
use crate::show::frame::{capital, table};
use crate::show::sensitivity::table::blocks;
use crate::show::terminal::{cost_per_outcome, quality, verdict, window};
use crate::words::numbers::{amount, clean, percent};
use crate::words::one_of;

/// Every channel in numbers.
pub(super) fn channels(view: View<'_>) -> Markup {
    let spend = format!("Spend {}", view.page.span.words);
    let share = format!("Of {}", view.name());
    let returned = format!("Return{} (90 %)", view.per_words());
    let cost = format!("Cost per {}", one_of(&view.name()));
    let mut header =
        vec!["Channel", &spend, &share, &returned, "Next unit (90 %)", "Saturated", "Half-life", "Rests on"];
    let counts = view.fit.outcome.kind == OutcomeKind::Count;
    if counts {
        header.push(&cost);
    }
    let none = || "–".to_owned();
    let row = |c: &ChannelReport| {
        let basis = view.page.channels.iter().find(|p| p.name == c.name).map_or("", |p| p.basis.words());
        let mut row = vec![
            clean(&c.name),
            if c.spend > 0.0 { view.spend(view.page.span.total(c.spend)) } else { none() },
            percent(c.outcome_share.mean),
            c.roi.map_or_else(none, |r| view.rates(&r)),
            c.marginal_roi.map_or_else(none, |r| view.rates(&r)),
            c.saturation.saturation_at_current_spend.map_or_else(none, |s| percent(s.mean)),
            c.adstock.half_life_weeks.map_or_else(none, |h| format!("{:.1} wk", h.mean)),
            basis.to_owned(),
        ];
        row.extend(counts.then(|| cost_per_outcome(c).unwrap_or_else(none)));
        row
    };
    let rows: Vec<Vec<String>> = view.sorted().into_iter().map(row).collect();
    table("Channels in numbers", &header, &rows)
}

/// What hangs on what cannot be seen.
pub(super) fn sensitivity(view: View<'_>) -> Option<Markup> {
    let found = view.fit.sensitivity.as_ref()?;
    Some(html! {
        @for block in blocks(found).iter().filter(|block| block.rows.is_empty()) { p { (block.title) } }
        div.pair {
            @for sweep in &found.reliability { (stress::reliability(view, sweep)) }
            (stress::unseen(view))
        }
        div.screen { @for block in blocks(found) {
            @if let Some((header, rows)) = block.rows.split_first() {
                (table(&block.title, &header.iter().map(String::as_str).collect::<Vec<_>>(), rows))
            }
            @if let Some(note) = block.note { p.soft { (note) } }
        } }
    })
}

/// Forecasts of what the model had not seen.
pub(super) fn backtest(view: View<'_>) -> Option<Markup> {
    let found = view.page.backtest.as_ref()?;
    let share = |x: Option<f64>| x.map_or("–".into(), percent);
    let rows: Vec<Vec<String>> = found
        .models
        .iter()
        .map(|m| {
            vec![
                m.model.name().into(),
                share(m.agreement.wmape),
                share(m.bias),
                share(m.agreement.interval_coverage_90),
                m.agreement.crps.map_or("–".into(), amount),
            ]
        })
        .collect();
    let against = found.comparisons.iter().find(|c| c.benchmark == Forecaster::NoMedia);
    Some(html! {
        p {
            (found.folds.len()) " times the model was fitted to the past alone and forecast the next "
            (found.data.interval().count(found.horizon)) ", spend given."
            @if let Some(c) = against { " It did better than the same without media in " (c.better) " of " (c.folds) "." }
        }
        div.pair {
            (stress::forecasts(view))
            div { (table("Errors of forecasts of unseen periods", &["Forecast", "Mean error", "Bias", "Inside 90 %", "CRPS"], &rows)) }
        }
    })
}

/// What changed since an earlier fit.
pub(super) fn changes(view: View<'_>) -> Option<Markup> {
    let found = view.page.changes.as_ref()?;
    let row = |c: &ChannelDiff| {
        let change = c.roi.as_ref();
        vec![
            clean(&c.channel),
            format!("{} → {}", view.spend(c.weekly_spend[0]), view.spend(c.weekly_spend[1])),
            change.map_or("–".into(), |c| view.rates(&c.old)),
            change.map_or("–".into(), |c| view.rates(&c.new)),
            change.map_or("–".into(), |c| percent(c.p_up.max(c.p_down))),
        ]
    };
    let rows: Vec<Vec<String>> = found.channels.iter().map(row).collect();
    Some(html! {
        @if found.material.is_empty() { p { "Nothing material changed." } }
        @else { ul.plain { @for finding in &found.material { li { (clean(&finding.message)) } } } }
        div.pair {
            (checks::changes(view))
            div { (table("Return before and now", &["Channel", "Spend a week", "Before", "Now", "P moved"], &rows)) }
        }
    })
}

/// Warnings, those of one kind together.
pub(super) fn warnings(view: View<'_>) -> Option<Markup> {
    let warnings = &view.fit.run.warnings;
    if warnings.is_empty() {
        return None;
    }
    let mut kinds: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, warning) in warnings.iter().enumerate() {
        let first = warnings.iter().position(|w| w.code == warning.code).unwrap_or(i);
        kinds.entry(first).or_default().push(i);
    }
    Some(html! {
        ul.plain { @for (first, all) in &kinds {
            li {
                @for i in all { (sentence(&clean(&warnings[*i].message))) " " }
                @if let Some(hint) = &warnings[*first].hint { span.soft { (sentence(&clean(hint))) " " } }
                code { (clean(&warnings[*first].code)) }
            }
        } }
    })
}

/// With a capital and a dot.
fn sentence(text: &str) -> String {
    capital(text.trim_end_matches('.')) + "."
}

/// Convergence and fit.
pub(super) fn diagnostics(view: View<'_>) -> Markup {
    let number = |v: Option<f64>, digits: usize| v.map_or("–".into(), |x| format!("{x:.digits$}"));
    let rows: Vec<Vec<String>> = view
        .fit
        .diagnostics
        .worst
        .iter()
        .map(|w| vec![clean(&w.parameter), number(w.rhat, 3), number(w.ess_bulk, 0), number(w.ess_tail, 0)])
        .collect();
    html! {
        p { (verdict(&view.fit.diagnostics)) ". " (quality(view.fit)) "." }
        (table("The parameters that mixed worst", &["Parameter", "R-hat", "ESS (bulk)", "ESS (tail)"], &rows))
    }
}

/// What it was made from.
pub(super) fn provenance(view: View<'_>) -> Markup {
    let (run, data, tool) = (&view.fit.run, &view.fit.run.data, &view.fit.tool);
    html! {
        p {
            (window(view.fit)) ". Made by " (tool.name) " " (tool.version) " from " (file_name(&data.file)) " (sha256 "
            code { (data.sha256.chars().take(12).collect::<String>()) } "…), seed " (run.seed) ", " (run.chains)
            " chains of " (run.draws) " draws after " (run.warmup) " of warm-up."
        }
        p { (terms()) }
    }
}

/// The file without the folders of whoever made the page.
fn file_name(path: &str) -> String {
    clean(path.rsplit(['/', '\\']).next().unwrap_or(path))
}

fn terms() -> &'static str {
    "Return is the value that a channel caused per unit of its spend, carry-over included; next unit is the same of one \
     more unit at today's spend. A 90 % interval holds the true value with 90 % probability if the model describes how \
     the outcome comes about. Saturated is the share of the largest possible effect already reached; half-life the time \
     until half of the effect has come."
}
