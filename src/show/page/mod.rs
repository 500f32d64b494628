//! `report.html`: one page for whoever decides, then the notes for whoever checks. No script; nothing is fetched.

mod evidence;
mod geos;
mod notes;
mod plans;
mod returns;
mod shape;
mod svg;
mod timeline;
mod view;
mod waterfall;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::diagnostics::Verdict;
use crate::page::{Answer, PageReport};
use crate::report::Fit;
use crate::show::terminal::window;
use view::{View, section};

/// Nothing may be fetched from anywhere, and nothing may run: the page says so itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = include_str!("page.css");
/// Marks a page of mmm, which a later one may replace.
pub const GENERATOR: &str = "mmm report";

/// The page. The same fit gives the same bytes.
pub fn report(fit: &Fit, page: &PageReport) -> String {
    let view = View { fit, page };
    let failed = page.verdict == Verdict::Fail;
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(GENERATOR);
                title { (page.title) }
                style { (PreEscaped(STYLE)) (PreEscaped(plans::choosing(view))) }
            }
            body {
                header { h1 { (page.title) } p.soft { (window(fit)) "." } }
                main {
                    @if failed { (not_converged(view)) } @else { (board(view)) (notes(view)) }
                }
                (notes::provenance(view))
            }
        }
    };
    // A name must not be able to steer whatever shows the page.
    let harmless = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    html.into_string().chars().map(harmless).collect()
}

/// The first page: what to know first, the four answers, the two pictures that they rest on.
fn board(view: View<'_>) -> Markup {
    html! {
        div.first role="note" aria-label="What to know first" {
            ul { @for caution in &view.page.first { li { (caution) } } }
        }
        section.answers aria-label="Answers" { @for answer in &view.page.answers { (card(answer)) } }
        div.pair { (returns::returns(view)) (plans::before_and_after(view)) }
    }
}

fn card(answer: &Answer) -> Markup {
    html! {
        article {
            h2 { (answer.question) }
            p.headline { (answer.headline) }
            @for sentence in &answer.sentences { p { (sentence) } }
        }
    }
}

fn notes(view: View<'_>) -> Markup {
    html! {
        (section("outcome", "How the outcome came about", html! {
            div.pair { (timeline::outcome(view)) (timeline::contributions(view)) }
            div.pair { (waterfall::waterfall(view)) (returns::shares(view)) }
        }))
        (section("channels", "How each channel works", html! {
            (notes::channels(view))
            (shape::curves(view))
            div.pair { (shape::carry_over(view)) }
        }))
        @if !view.fit.scenarios.is_empty() {
            (section("plans", "Plans", html! { (plans::frontier(view)) (plans::stored(view)) }))
        }
        (section("evidence", "Data, assumptions and tests", evidence::evidence(view)))
        @if let Some(geos) = geos::by_geo(view) { (section("geos", "By geo", geos)) }
        @if let Some(changes) = notes::changes(view) { (section("changes", "What changed since the last fit", changes)) }
        @if let Some(sensitivity) = notes::sensitivity(view) {
            (section("sensitivity", "What hangs on the unseen", sensitivity))
        }
        @if let Some(backtest) = notes::backtest(view) { (section("backtest", "Does it forecast?", backtest)) }
        @if let Some(warnings) = notes::warnings(view) { (section("warnings", "What to look at", warnings)) }
        (section("diagnostics", "Was it computed well?", notes::diagnostics(view)))
    }
}

/// Without convergence there is nothing to answer: what went wrong, what to do, and the outcome for whoever looks.
fn not_converged(view: View<'_>) -> Markup {
    html! {
        div.first.failed role="alert" {
            p.headline { "This fit did not converge. It answers nothing." }
            ul { @for caution in view.page.first.iter().skip(1) { li { (caution) } } }
            p { "Run longer (--warmup, --draws), simplify (fewer channels or controls), or look at the data with mmm check." }
        }
        (section("outcome", "For whoever looks into it", html! {
            div.pair { (timeline::outcome(view)) div { (notes::diagnostics(view)) } }
            @if let Some(warnings) = notes::warnings(view) { h3 { "What to look at" } (warnings) }
        }))
    }
}

#[cfg(test)]
mod tests;
