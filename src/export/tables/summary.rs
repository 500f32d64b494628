//! What is said first: can the fit be used, of which data it is, what media brought.

use crate::export::provenance::Provenance;
use crate::export::table::Table;
use crate::posterior::Summary;
use crate::report::{Fit, RoiUnit};

/// A row: what, in numbers or in words.
struct Said {
    what: &'static str,
    value: Option<f64>,
    interval: Option<[f64; 2]>,
    words: Option<String>,
}

fn words(what: &'static str, words: impl Into<String>) -> Said {
    Said { what, value: None, interval: None, words: Some(words.into()) }
}

fn number(what: &'static str, value: Option<f64>) -> Said {
    Said { what, value, interval: None, words: None }
}

fn uncertain(what: &'static str, s: &Summary) -> Said {
    Said { what, value: Some(s.mean), interval: Some([s.q05, s.q95]), words: None }
}

/// Can it be used, and what does it say.
pub fn summary(fit: &Fit) -> Table {
    let (provenance, diagnostics) = (Provenance::of(fit), &fit.diagnostics);
    let (data, fitted) = (&fit.run.data, fit.run.data.fitted());
    let mut rows = vec![words(
        "convergence",
        if provenance.converged() { "ok to read" } else { "NOT CONVERGED: do not use these numbers" },
    )];
    rows.extend(diagnostics.reasons.iter().map(|reason| words("convergence_reason", reason.clone())));
    rows.extend([
        number("rhat_max", diagnostics.max_rhat),
        number("ess_bulk_min", diagnostics.min_ess_bulk),
        number("divergences", Some(diagnostics.divergences as f64)),
        words("data_file", data.file.clone()),
        words("first_period", fitted.first.to_string()),
        words("last_period", fitted.last.to_string()),
        number("fitted_weeks", Some(fitted.weeks)),
        number("geos", Some(data.geos as f64)),
        words("outcome", fit.outcome.name.clone()),
        words(
            "roi_unit",
            match fit.outcome.roi_unit {
                RoiUnit::CurrencyPerCurrency => "currency back per currency spent",
                RoiUnit::OutcomePerCurrency => "outcome units per currency spent",
            },
        ),
        number("outcome_total", Some(fit.outcome.total)),
        uncertain("media_share", &fit.outcome.media_share),
        uncertain("baseline_share", &fit.outcome.baseline_share),
        number("r2", fit.fit_quality.fitted.r2),
        number("wmape", fit.fit_quality.fitted.wmape),
        number("interval_coverage_90", fit.fit_quality.fitted.interval_coverage_90),
    ]);
    for warning in &fit.run.warnings {
        rows.push(words("warning", format!("[{}] {}", warning.code, warning.message)));
    }
    rows.extend(provenance.pairs().into_iter().map(|(key, value)| words(key, value)));
    Table::of("summary", "whether the fit can be used, of which data it is, what media brought", &rows)
        .text("quantity", |r| Some(r.what))
        .number("value", |r| r.value)
        .number("q05", |r| r.interval.map(|[low, _]| low))
        .number("q95", |r| r.interval.map(|[_, high]| high))
        .text("words", |r| r.words.clone())
        .done()
}
