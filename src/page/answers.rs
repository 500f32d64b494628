//! The four questions of whoever pays for media, answered.

use super::cautions::{list, of};
use super::document::{Answer, Basis, PageReport};
use super::recommend::recommend;
use crate::config::OutcomeKind;
use crate::planning::{USUAL_PRECISION, worthwhile_tests};
use crate::report::{ChannelReport, Fit, Forecaster, RoiUnit};
use crate::words::numbers::{amount, clean, percent, ratio};
use crate::words::one_of;

/// Tests that are named.
const TESTS_NAMED: usize = 3;

/// What media brought, what to move, how sure that is, what to test.
pub(super) fn answers(fit: &Fit, page: &PageReport) -> Vec<Answer> {
    let mut all = vec![brought(fit, page)];
    all.extend(recommend(fit, page));
    all.push(sure(fit, page));
    all.extend(next_test(fit, page));
    all
}

/// An amount of the outcome.
fn outcome(fit: &Fit, page: &PageReport, value: f64) -> String {
    match fit.outcome.kind {
        OutcomeKind::Revenue => page.currency.amount(value),
        OutcomeKind::Count => format!("{} {}", amount(value), clean(&fit.outcome.name)),
    }
}

fn brought(fit: &Fit, page: &PageReport) -> Answer {
    let (media, share, span) = (&page.totals.media, &fit.outcome.media_share, &page.span.words);
    let name = clean(&fit.outcome.name);
    let mut sentences = vec![format!(
        "With 90 % probability it was {} to {} ({} to {}), if the model is right about {name}.",
        outcome(fit, page, media.q05),
        outcome(fit, page, media.q95),
        percent(share.q05),
        percent(share.q95)
    )];
    sentences.extend(for_the_money(fit, page));
    sentences.extend(best_and_worst(fit, page));
    Answer {
        question: "What did media bring?".into(),
        headline: format!(
            "About {} {span}: {} of all {name}.",
            outcome(fit, page, media.mean),
            percent(share.mean)
        ),
        sentences,
    }
}

/// What was spent for it.
fn for_the_money(fit: &Fit, page: &PageReport) -> Option<String> {
    let (totals, currency) = (&page.totals, &page.currency);
    if totals.spend <= 0.0 {
        return None;
    }
    let spent = format!("{} was spent {}", currency.amount(totals.spend), page.span.words);
    let media = if fit.planned_media() == "media" { "Each" } else { "In paid media each" };
    if fit.outcome.roi_unit == RoiUnit::CurrencyPerCurrency {
        let Some(roi) = totals.roi else { return Some(format!("{spent}.")) };
        let profit = page.margin.map_or(String::new(), |margin| {
            format!(", of which {} is profit before its cost", currency.small(margin * roi.mean))
        });
        let pays = totals.p_pays.map_or(String::new(), |p| {
            let more =
                if page.margin.is_some() { "more profit than it cost" } else { "more revenue than it cost" };
            format!("; it brought {more} with probability {}", percent(p))
        });
        return Some(format!(
            "{spent}. {media} {} brought {} ({} to {}){profit}{pays}.",
            currency.one(),
            currency.small(roi.mean),
            currency.small(roi.q05),
            currency.small(roi.q95)
        ));
    }
    let one = one_of(&clean(&fit.outcome.name));
    Some(match totals.cost_per_outcome {
        Some(cost) => format!(
            "{spent}: {} for each {one} that it caused ({} to {}).",
            currency.small(cost.q50),
            currency.small(cost.q05),
            currency.small(cost.q95)
        ),
        None => format!("{spent}."),
    })
}

/// Which channel did most for its money, and whether that is known.
fn best_and_worst(fit: &Fit, page: &PageReport) -> Option<String> {
    let mut paid: Vec<&ChannelReport> = fit.channels.iter().filter(|c| c.roi.is_some()).collect();
    let roi = |c: &ChannelReport| c.roi.map_or(f64::NEG_INFINITY, |r| r.mean);
    paid.sort_by(|a, b| roi(b).total_cmp(&roi(a)));
    let (best, worst) = (paid.first()?, paid.last()?);
    if paid.len() < 2 {
        return None;
    }
    let known = best.roi?.q05 > worst.roi?.q95;
    let but = if known { "" } else { "; their intervals overlap, so that this order is not known" };
    let (first, last) = (clean(&best.name), clean(&worst.name));
    if fit.outcome.roi_unit == RoiUnit::OutcomePerCurrency {
        // A unit of spend brings a small part of an outcome; what one costs can be read.
        let cost = |c: &ChannelReport| {
            page.currency.small(c.cost_per_outcome.map_or_else(|| 1.0 / roi(c), |cost| cost.mean))
        };
        let one = one_of(&clean(&fit.outcome.name));
        return (roi(worst) > 0.0).then(|| {
            format!(
                "Each {one} cost least by {first} ({}), most by {last} ({}){but}.",
                cost(best),
                cost(worst)
            )
        });
    }
    Some(format!(
        "The highest return was that of {first} ({}), the lowest that of {last} ({}){but}.",
        ratio(roi(best)),
        ratio(roi(worst))
    ))
}

fn sure(fit: &Fit, page: &PageReport) -> Answer {
    let share = |wanted: &[Basis]| -> f64 {
        page.channels.iter().filter(|c| wanted.contains(&c.basis)).map(|c| c.share_of_spend).sum()
    };
    let (tested, assumed) = (share(&[Basis::Test]), share(&[Basis::Assumed]));
    let headline = match (tested > 0.0, assumed > 0.0) {
        (true, true) => {
            format!("Tests back {} of the spend; {} goes by assumption.", percent(tested), percent(assumed))
        }
        (true, false) => format!("Tests back {} of the spend.", percent(tested)),
        (false, true) => format!("Untested, and {} of the spend goes by assumption.", percent(assumed)),
        (false, false) => "As sure as correlation can be: nothing was tested.".to_owned(),
    };
    let group = |basis: Basis, words: &str| {
        let names = of(page, basis);
        (!names.is_empty()).then(|| format!("{words}: {}.", list(&names)))
    };
    let mut sentences: Vec<String> = [
        group(Basis::Test, "Tested"),
        group(Basis::Correlation, "Read from correlation"),
        group(Basis::Partly, "Part correlation, part assumption"),
        group(Basis::Told, "By a prior that was given"),
        group(Basis::Assumed, "Mostly assumed"),
    ]
    .into_iter()
    .flatten()
    .collect();
    sentences.extend(agreement(fit));
    sentences.extend(forecasts(page));
    Answer { question: "How sure is that?".into(), headline, sentences }
}

fn agreement(fit: &Fit) -> Option<String> {
    let fitted = &fit.fit_quality.fitted;
    Some(format!(
        "The model misses a period by {} on average, and {} of them lie inside their 90 % interval; that it fits \
         says nothing of causes.",
        percent(fitted.wmape?),
        percent(fitted.interval_coverage_90?)
    ))
}

fn forecasts(page: &PageReport) -> Option<String> {
    let backtest = page.backtest.as_ref()?;
    let own = backtest.models.iter().find(|m| m.model == Forecaster::MediaMix)?;
    Some(format!(
        "Forecasting {} periods that it had not seen, it missed by {} on average.",
        own.cells,
        percent(own.agreement.wmape?)
    ))
}

fn next_test(fit: &Fit, page: &PageReport) -> Option<Answer> {
    let today = fit.scenarios.first()?;
    if today.allocation.iter().filter(|plan| plan.current > 0.0).count() < 2 {
        return None;
    }
    let by = page.span.weeks / today.horizon_weeks;
    let worth = |gain: f64| match fit.outcome.roi_unit {
        RoiUnit::CurrencyPerCurrency => page.currency.amount(gain * by),
        RoiUnit::OutcomePerCurrency => format!("{} {}", amount(gain * by), fit.unit()),
    };
    let tests: Vec<_> = worthwhile_tests(&fit.next_tests, today).take(TESTS_NAMED).collect();
    let question = "What should be tested?".to_owned();
    let precision = percent(USUAL_PRECISION);
    let Some((first, others)) = tests.split_first() else {
        let why =
            format!("A lift test that measures a return to ±{precision} would hardly change the best plan.");
        return Some(Answer { question, headline: "Nothing urgent.".into(), sentences: vec![why] });
    };
    let mut sentences = vec![format!(
        "A lift test that measures its return to ±{precision} is worth {} {} in a better plan: what it may cost at \
         most.",
        worth(first.expected_gain),
        page.span.words
    )];
    let others: Vec<String> =
        others.iter().map(|t| format!("{} ({})", clean(&t.channel), worth(t.expected_gain))).collect();
    if !others.is_empty() {
        sentences.push(format!("Then {}.", list(&others)));
    }
    sentences.push(if fit.run.data.geos > 1 {
        "Change its spend strongly in some geos for some weeks while the others go on: mmm design says in which and \
         when, and mmm readout reads it for the next fit."
            .into()
    } else {
        "Change its spend strongly in some regions while the others go on, have the platform run a lift study, or pulse \
         it as mmm design says, and tell the next fit with --experiments."
            .into()
    });
    Some(Answer { question, headline: format!("Test {} first.", clean(&first.channel)), sentences })
}
