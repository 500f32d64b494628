//! What could mislead, said before any number.

use super::document::{Basis, PageReport};
use crate::diagnostics::Verdict;
use crate::report::{Fit, RoiUnit};
use crate::words::numbers::{clean, percent, ratio};

/// Probability of a baseline below zero from which on media are told to be overstated; a rare draw is no sign.
const NEGATIVE: f64 = 0.05;

/// One sentence or two each.
pub(super) fn cautions(fit: &Fit, page: &PageReport) -> Vec<String> {
    let mut first = Vec::new();
    match page.verdict {
        Verdict::Ok => {}
        Verdict::Warn => first.push(format!(
            "The computation is doubtful ({}): read every interval as too narrow.",
            fit.diagnostics.reasons.join("; ")
        )),
        Verdict::Fail => {
            first.push("The computation did not converge. None of its numbers can be used.".into());
            first.extend(fit.diagnostics.reasons.iter().map(|reason| format!("{reason}.")));
            return first;
        }
    }
    let negative = fit.outcome.p_negative_baseline;
    if negative > NEGATIVE {
        first.push(format!(
            "What would have come without media is below zero with probability {}, which cannot be: media are \
             overstated.",
            percent(negative)
        ));
    }
    first.push(basis(page));
    first.extend(doubts(fit));
    first.extend(break_even(fit, page));
    first
}

/// Names in a sentence: `a, b and c`.
pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Channels of one basis.
pub(super) fn of(page: &PageReport, basis: Basis) -> Vec<String> {
    page.channels.iter().filter(|c| c.basis == basis).map(|c| clean(&c.name)).collect()
}

fn basis(page: &PageReport) -> String {
    let tested = of(page, Basis::Test);
    if tested.is_empty() {
        return "No test has been told: every return is read from how the outcome moved with spend, or assumed. That \
                two move together is no proof that one causes the other."
            .into();
    }
    if tested.len() == page.channels.len() {
        return "Every return rests on a test as well as on how the outcome moved.".into();
    }
    format!(
        "What {} brought rests on tests; the rest is read from how the outcome moved with spend, or assumed. That two \
         move together is no proof that one causes the other.",
        list(&tested)
    )
}

/// Channels that may be credited with what would have come anyway.
fn doubts(fit: &Fit) -> Option<String> {
    let doubted = fit.channels.iter().filter(|c| fit.doubts(&c.name)).map(|c| clean(&c.name));
    let doubted: Vec<String> = doubted.collect();
    (!doubted.is_empty()).then(|| {
        format!(
            "{} may capture demand that would have come anyway; only a test tells how much of it.",
            list(&doubted)
        )
    })
}

/// Where a return begins to be a profit.
fn break_even(fit: &Fit, page: &PageReport) -> Option<String> {
    if fit.outcome.roi_unit != RoiUnit::CurrencyPerCurrency {
        return None;
    }
    let pays = match page.margin {
        Some(margin) => format!(
            "at a margin of {} a channel pays for itself from a return of {} on",
            percent(margin),
            ratio(1.0 / margin)
        ),
        None => "at a margin of 40 %, say, a channel must return 2.5 to pay for itself".into(),
    };
    Some(format!(
        "Returns count revenue, not profit: {pays}. They count what came within weeks; what media build over months is \
         taken for the baseline."
    ))
}
