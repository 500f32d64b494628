//! Tests of the page's text and markup; how it looks is tested in a browser.

use super::*;
use crate::config::OutcomeKind;
use crate::page::PageOptions;
use crate::page::testdata::{page, page_with};
use crate::report::testdata;
use crate::report::testdata::Parts;

fn html(fit: &Fit) -> String {
    report(fit, &page(fit))
}

/// Every opened element is closed in order.
fn assert_balanced(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in html.split('<').skip(1).filter_map(|t| t.split_once('>')).map(|(t, _)| t) {
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap();
        if tag.starts_with('!') || ["meta", "input"].contains(&name) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closing {tag}");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

fn assert_holds(html: &str, parts: &[&str]) {
    let missing: Vec<_> = parts.iter().filter(|part| !html.contains(**part)).collect();
    assert!(missing.is_empty(), "{missing:?} in {html}");
}

#[test]
fn the_page_is_whole_and_needs_nothing_from_outside() {
    let html = html(&testdata::fit());
    assert_balanced(&html);
    let parts = [
        "What did media bring?",
        "What should move?",
        "How sure is that?",
        "What should be tested?",
        "Does the model follow the outcome?",
        "What would more, or less, spend bring?",
        "short_history",
        "prefers-color-scheme",
    ];
    assert_holds(&html, &parts);
    for outside in ["<script", "src=", "@import", "url(", "href=", "style=\""] {
        assert!(!html.contains(outside), "{outside} found");
    }
    assert!(!html.contains("NaN") && !html.contains("inf\""), "a number is not finite");
    assert_eq!(html.matches("Response curve of").count(), 2 * 3, "one curve a channel");
    let first = html.find("No test has been told").unwrap();
    assert!(first < html.find("What did media bring?").unwrap(), "what could mislead comes first");
}

#[test]
fn names_cannot_become_markup_or_steer_a_terminal() {
    let evil = "<img src=x onerror=alert(1)>\"'&\u{1b}[2J";
    let mut parts = Parts::new();
    parts.dataset.channels[0].name = evil.into();
    parts.posterior.channels[0].name = evil.into();
    parts.dataset.outcome.name = evil.into();
    parts.warnings[0].message = evil.into();
    parts.scenarios[0].allocation[0].channel = evil.into();
    parts.diagnostics.worst[0].parameter = evil.into();
    let html = html(&parts.fit());
    assert!(!html.contains("<img") && html.contains("&lt;img") && !html.contains('\u{1b}'), "unescaped");
    assert!(!html.contains("\"'&"), "an attribute ends early");
}

#[test]
fn answers_are_in_money_and_over_the_span() {
    let fit = testdata::fit();
    let currency = crate::page::Currency::parse("EUR").unwrap();
    let page = page_with(&fit, &PageOptions { currency, ..PageOptions::default() });
    let text = report(&fit, &page);
    // 20 weeks are not stretched to a year.
    assert_holds(
        &text,
        &["in these 20 weeks", "€2.40K", "€1.20K", "+\u{2060}€288 revenue in these 20 weeks"],
    );
    assert!(page.answers.iter().all(|answer| !answer.headline.contains("a year")), "{:?}", page.answers);
}

#[test]
fn a_sensitivity_is_shown_as_in_the_terminal() {
    let mut fit = testdata::fit();
    assert!(!html(&fit).contains("What hangs on the unseen"), "nothing was asked");
    let mut found = testdata::sensitivity();
    found.reliability[0].control = "<b>promo</b>".into();
    fit.sensitivity = Some(found);
    let html = html(&fit);
    assert_balanced(&html);
    let rows = [
        "ROI by the reliability of &lt;b&gt;promo&lt;/b&gt;",
        "<th scope=\"row\">search</th><td>2.40 (1.20 to 3.60)</td><td>1.80 (0.90 to 2.70)</td><td>unconverged</td>",
        "<th scope=\"row\">the move</th><td>holds, 97 %</td><td>falls, 55 %</td><td>–</td>",
        "<td>12 %</td><td>promo 30 %/20 %</td>",
        "Strongest control is there to compare with",
    ];
    assert_holds(&html, &rows);
}

#[test]
fn what_the_terminal_says_of_plans_and_tests_is_on_the_page() {
    let html = html(&testdata::fit());
    let said = [
        "Move 360 in these 20 weeks from tv (-15 %) to search (+30 %).",
        "search first.",
        "<td>3.60K</td><td>288 (31.3 to 526)</td><td>97 %</td>",
        "<td>+30 %</td><td>at its bound</td>",
        "id=\"budget-12\"",
    ];
    assert_holds(&html, &said);
}

#[test]
fn counted_outcomes_have_a_cost_each() {
    let mut parts = Parts::new();
    assert!(!html(&parts.fit()).contains("Cost per"));
    parts.dataset.outcome.kind = OutcomeKind::Count;
    parts.dataset.outcome.name = "orders".into();
    let html = html(&parts.fit());
    assert_balanced(&html);
    let parts = ["Cost per order", "<td>0.90 (0.70 to 1.29)</td>"];
    assert_holds(&html, &parts);
    assert!(!html.contains("break-even"), "orders are no money");
}

#[test]
fn a_failed_fit_says_so_first_and_answers_nothing() {
    let mut parts = Parts::new();
    parts.diagnostics.verdict = Verdict::Fail;
    parts.diagnostics.reasons = vec!["chain 2 went elsewhere".into()];
    let html = html(&parts.fit());
    assert_balanced(&html);
    assert_holds(
        &html,
        &["This fit did not converge. It answers nothing.", "chain 2 went elsewhere", "short_history"],
    );
    for answer in ["What did media bring?", "What should move?", "Return on spend by channel", "Plans"] {
        assert!(!html.contains(answer), "{answer}");
    }
}

#[test]
fn what_was_held_out_is_told_and_shaded() {
    let mut fit = testdata::fit();
    assert!(!html(&fit).contains("held out"));
    fit.run.config = fit.run.config.with(|c| c.model.holdout_weeks = 4).unwrap();
    fit.history[16..].iter_mut().for_each(|p| p.held_out = true);
    assert_holds(
        &html(&fit),
        &["4 weeks held out, 2024-04-22 to 2024-05-13", "The shaded part was kept out of the fit"],
    );
}
