//! What the returns rest on: data, assumption, tests, and what is worth testing.

use maud::{Markup, html};

use super::checks;
use super::returns::causal;
use super::view::View;
use crate::report::ChannelReport;
use crate::show::frame::{capital, table};
use crate::words::numbers::{amount, clean, percent, ratio};

/// How much is data, how much is cause, what tests said and what the next one is worth.
pub(super) fn evidence(view: View<'_>) -> Markup {
    html! {
        div.pair {
            (causal(view))
            div {
                h3 { "What each return rests on" }
                ul.plain { @for channel in view.sorted() { li { (basis(channel)) } } }
            }
        }
        @if view.fit.run.experiments.is_some() { div.pair { (checks::tests(view)) div { (tests(view)) } } }
        (next_tests(view))
    }
}

fn basis(channel: &ChannelReport) -> String {
    let mut text = clean(&channel.evidence.sentence);
    if let Some(gap) = channel.causal_gap.as_ref().filter(|gap| gap.doubted || gap.tested) {
        let reason = clean(&gap.sentence);
        // What begins with the name speaks of the gap.
        let reason = match reason.strip_prefix(&format!("{}: ", clean(&channel.name))) {
            Some(rest) => format!("Between correlation and cause lies {rest}"),
            None => capital(&reason),
        };
        text.push_str(&format!(" {reason}{}", if gap.tested { "; a test speaks of it." } else { "." }));
    }
    text
}

/// The tests that the fit was told.
fn tests(view: View<'_>) -> Markup {
    let Some(file) = view.fit.run.experiments.as_ref().filter(|file| !file.rows.is_empty()) else {
        return html! {};
    };
    let cell = |row: &crate::data::ExperimentRow, column: &str| row.cell(column).map_or(String::new(), clean);
    let number = |text: &str| text.parse::<f64>().ok();
    let rows: Vec<Vec<String>> = file
        .rows
        .iter()
        .map(|row| {
            let read = match (row.cell("lift"), row.cell("roi")) {
                (Some(lift), _) => {
                    format!("{} {}", number(lift).map_or_else(|| clean(lift), amount), view.name())
                }
                (None, Some(roi)) => format!("return of {}", number(roi).map_or_else(|| clean(roi), ratio)),
                (None, None) => "the treated geos themselves".into(),
            };
            let error = match (row.cell("se"), row.cell("low"), row.cell("high")) {
                (Some(se), ..) => format!(
                    " ± {}",
                    number(se).map_or_else(|| clean(se), |v| if v < 1000.0 { ratio(v) } else { amount(v) })
                ),
                (None, Some(low), Some(high)) => format!(" ({} to {})", clean(low), clean(high)),
                _ => String::new(),
            };
            let channel = cell(row, "channel");
            let now = view.fit.channels.iter().find(|c| c.name == channel).and_then(|c| c.roi);
            let geos = row.cell("geos").map_or(0, |geos| geos.split('|').count());
            let place = if geos > 0 { format!(", {geos} geos") } else { String::new() };
            vec![
                channel,
                format!("{} to {}{place}", cell(row, "start"), cell(row, "end")),
                read + &error,
                now.map_or("–".into(), |r| view.rates(&r)),
            ]
        })
        .collect();
    html! {
        (table("Tests that the fit was told", &["Channel", "When", "What was read", "Return now"], &rows))
        p.soft { "A reading is of the test's own weeks and dose; the return now, with the test, is of the whole window." }
    }
}

/// What each next test is worth.
fn next_tests(view: View<'_>) -> Markup {
    let Some(today) = view.fit.scenarios.first() else { return html! {} };
    if view.fit.next_tests.is_empty() || view.page.verdict == crate::diagnostics::Verdict::Fail {
        return html! {};
    }
    let by = view.page.span.weeks / today.horizon_weeks;
    let rows: Vec<Vec<String>> = view
        .fit
        .next_tests
        .iter()
        .map(|t| {
            vec![
                clean(&t.channel),
                view.rates(&t.roi),
                format!("± {}", view.rate(t.test_se)),
                view.gain(by * t.expected_gain),
                percent(t.p_plan_changes),
            ]
        })
        .collect();
    let worth = format!("Worth {}", view.page.span.words);
    table(
        "What a test of each channel is worth",
        &["Channel", "Return now", "A test would read it to", &worth, "It changes the plan"],
        &rows,
    )
}
