//! `report.html`: one page for whoever decides, then the notes for whoever checks. No script; nothing is fetched.

mod checks;
mod evidence;
mod geos;
mod notes;
mod plans;
mod returns;
mod shape;
mod stress;
mod timeline;
mod view;
mod waterfall;

use maud::{Markup, html};

use crate::diagnostics::Verdict;
use crate::page::PageReport;
use crate::report::Fit;
use crate::show::frame::{Document, card, failed, first, section};
use crate::show::terminal::window;
use view::View;

/// Marks a page of mmm, which a later one may replace.
pub const GENERATOR: &str = "mmm report";

/// The page. The same fit gives the same bytes.
pub fn report(fit: &Fit, page: &PageReport) -> String {
    let view = View { fit, page };
    let answers_nothing = page.verdict == Verdict::Fail;
    let body = html! { @if answers_nothing { (not_converged(view)) } @else { (board(view)) (notes(view)) } };
    let (rules, under) = (plans::choosing(view), format!("{}.", window(fit)));
    let footer = notes::provenance(view);
    Document { title: &page.title, generator: GENERATOR, rules: &rules, under: &under, body, footer }.page()
}

/// The first page: what to know first, the four answers, the two pictures that they rest on.
fn board(view: View<'_>) -> Markup {
    html! {
        (first(&view.page.first))
        section.answers aria-label="Answers" {
            @for answer in &view.page.answers { (card(&answer.question, &answer.headline, &answer.sentences)) }
        }
        div.pair { (returns::returns(view)) (plans::before_and_after(view)) }
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
        (failed(
            "This fit did not converge. It answers nothing.",
            view.page.first.get(1..).unwrap_or_default(),
            "Run longer (--warmup, --draws), simplify (fewer channels or controls), or look at the data with mmm check.",
        ))
        (section("outcome", "For whoever looks into it", html! {
            div.pair { (timeline::outcome(view)) div { (notes::diagnostics(view)) } }
            @if let Some(warnings) = notes::warnings(view) { h3 { "What to look at" } (warnings) }
        }))
    }
}

#[cfg(test)]
mod tests;
