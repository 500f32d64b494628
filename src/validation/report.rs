//! Forecasts of all folds → the report of `mmm validate`.

use super::folds::Fold;
use super::forecast::Forecasts;
use crate::Warning;
use crate::config::FitConfig;
use crate::data::Dataset;
use crate::diagnostics::Verdict;
use crate::fit::convergence_hint;
use crate::posterior::{FitQuality, Prediction};
use crate::report::{
    Comparison, FoldFit, FoldReport, ForecastReport, Forecaster, ModelScore, ValidateReport,
};
use crate::sampler::LONGEST_RUN;

/// Scores the folds; `forecasts` has a row per fold and an entry per [`Forecaster::ALL`].
pub fn validation_report(
    data: &Dataset,
    config: &FitConfig,
    folds: &[Fold],
    forecasts: &[Vec<Option<Forecasts>>],
    warnings: Vec<Warning>,
) -> ValidateReport {
    let horizon = folds.first().map_or(0, |f| f.data.n_periods() - f.n_fitted);
    let mut report = ValidateReport::new(data, config, horizon, warnings);
    report.models = (0..Forecaster::ALL.len()).filter_map(|m| over_folds(forecasts, m)).collect();
    report.folds = folds.iter().zip(forecasts).map(|(fold, row)| fold_report(fold, row)).collect();
    report.comparisons = (1..Forecaster::ALL.len()).map(|m| comparison(forecasts, m)).collect();
    for (i, (fold, row)) in folds.iter().zip(forecasts).enumerate() {
        report.forecasts.extend(row[0].iter().flat_map(|f| &f.cells).map(|cell| ForecastReport {
            fold: i,
            date: cell.date,
            geo: fold.data.geos[cell.prediction.group].clone(),
            outcome: cell.prediction.outcome,
            mean: cell.prediction.mean,
            q05: cell.prediction.q05,
            q95: cell.prediction.q95,
        }));
    }
    let sampler = &config.sampler;
    let length = (sampler.warmup.unwrap_or(0), sampler.draws.unwrap_or(LONGEST_RUN));
    report.warnings.extend(not_converged(&report.folds, length));
    report
}

/// Names each fit that did not converge, and by what.
fn not_converged(folds: &[FoldReport], length: (usize, usize)) -> Option<Warning> {
    let failed: Vec<(&FoldReport, &FoldFit)> = folds
        .iter()
        .flat_map(|fold| fold.fits.iter().map(move |fit| (fold, fit)))
        .filter(|(_, fit)| fit.diagnostics.verdict == Verdict::Fail)
        .collect();
    let divergences = failed.iter().map(|(_, fit)| fit.diagnostics.divergences).max()?;
    let told = failed.iter().map(|(fold, FoldFit { model, diagnostics })| {
        let slowest = diagnostics.worst.first().map(|w| format!("slowest is `{}`", w.parameter));
        let why: Vec<&str> = diagnostics.reasons.iter().chain(&slowest).map(String::as_str).collect();
        format!("{} to {}, {}: {}", fold.first, fold.last, model.name(), why.join(", "))
    });
    let n = folds.iter().filter(|fold| !fold.converged).count();
    Some(Warning::new(
        "not_converged",
        format!(
            "the chains did not converge in {n} of {} folds, whose scores count all the same: {}",
            folds.len(),
            told.collect::<Vec<_>>().join("; ")
        ),
        format!(
            "{}; with fewer --folds the first starts later, from more data",
            convergence_hint(divergences, length)
        ),
    ))
}

/// Scores of one forecaster over every fold that it forecast; `None` when there is none.
fn over_folds(forecasts: &[Vec<Option<Forecasts>>], m: usize) -> Option<ModelScore> {
    let own: Vec<&Forecasts> = forecasts.iter().filter_map(|row| row[m].as_ref()).collect();
    let geos = own.iter().flat_map(|f| f.predictions()).map(|p| p.group + 1).max()?;
    // Errors follow each other within a geo of a fold only.
    let cells: Vec<Prediction> = own
        .iter()
        .enumerate()
        .flat_map(|(i, f)| f.predictions().map(move |p| Prediction { group: i * geos + p.group, ..p }))
        .collect();
    score(Forecaster::ALL[m], &cells, own.len())
}

fn score(model: Forecaster, cells: &[Prediction], folds: usize) -> Option<ModelScore> {
    let quality = FitQuality::of(cells)?;
    let (error, size) =
        cells.iter().fold((0.0, 0.0), |(e, s), p| (e + p.mean - p.outcome, s + p.outcome.abs()));
    Some(ModelScore::new(model, cells.len(), folds, &quality, error / size))
}

fn fold_report(fold: &Fold, row: &[Option<Forecasts>]) -> FoldReport {
    let dates = &fold.data.dates;
    let models = row.iter().zip(Forecaster::ALL).filter_map(|(forecasts, model)| {
        let cells: Vec<Prediction> = forecasts.as_ref()?.predictions().collect();
        score(model, &cells, 1)
    });
    let fits = row.iter().zip(Forecaster::ALL).filter_map(|(forecasts, model)| {
        let diagnostics = forecasts.as_ref()?.diagnostics.clone()?;
        Some(FoldFit { model, diagnostics })
    });
    FoldReport {
        trained_to: dates[fold.n_fitted - 1],
        trained_periods: fold.n_fitted,
        first: dates[fold.n_fitted],
        last: dates[dates.len() - 1],
        converged: row.iter().flatten().all(Forecasts::converged),
        fits: fits.collect(),
        models: models.collect(),
    }
}

fn comparison(forecasts: &[Vec<Option<Forecasts>>], m: usize) -> Comparison {
    let total = |f: &Forecasts| f.predictions().map(|p| p.crps).sum::<f64>();
    let pairs: Vec<(f64, f64)> =
        forecasts.iter().filter_map(|row| Some((total(row[0].as_ref()?), total(row[m].as_ref()?)))).collect();
    let (own, other) = pairs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    let skill = (other > 0.0).then(|| 1.0 - own / other);
    let reason = match skill {
        Some(_) => None,
        None if pairs.is_empty() => Some("no fold has the history that it needs".into()),
        None => Some("it makes no error".into()),
    };
    Comparison {
        benchmark: Forecaster::ALL[m],
        folds: pairs.len(),
        better: pairs.iter().filter(|(own, other)| own < other).count(),
        reason,
        skill,
    }
}
