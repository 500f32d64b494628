//! The folds of a backtest and the forecasts of each.

use super::benchmarks;
use super::report::{Forecast, Forecasts};
use crate::Error;
use crate::config::FitConfig;
use crate::data::{Dataset, assume_reliabilities, enough_rows};
use crate::output::Forecaster;
use crate::posterior::Prediction;
use crate::sampler::Progress;

/// How many origins, and how far each looks ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Number of origins.
    pub folds: usize,
    /// Periods forecast from each; the next origin is as many periods later.
    pub horizon: usize,
}

/// The data and settings of one origin.
#[derive(Debug, Clone)]
pub struct Fold {
    /// Data up to the last period that is forecast.
    pub data: Dataset,
    /// Periods of it that are fitted.
    pub n_fitted: usize,
    config: FitConfig,
}

/// The folds of a plan, the earliest first; together they forecast the last folds × horizon periods.
///
/// # Errors
/// When the plan is empty, or the first fold has fewer rows than parameters.
pub fn folds(data: &Dataset, config: &FitConfig, plan: Plan) -> Result<Vec<Fold>, Error> {
    let n = data.n_periods();
    let held_out = plan.folds.saturating_mul(plan.horizon);
    if plan.folds == 0 || plan.horizon == 0 || held_out >= n {
        let problem = format!("{} folds of {} periods, from {n} periods of data", plan.folds, plan.horizon);
        let hint = format!(
            "--folds and --horizon must be at least 1 and leave periods to fit: a quarter of the data is {}",
            n / 4
        );
        return Err(Error::Config { file: None, line: None, problem, hint: Some(hint) });
    }
    let fold = |i: usize| {
        let n_fitted = n - held_out + i * plan.horizon;
        let mut config = config.clone();
        config.model.holdout_periods = Some(plan.horizon);
        let part = data.as_of(n_fitted + plan.horizon, n_fitted);
        assume_reliabilities(&mut config, &part);
        enough_rows(&part, &config)?;
        Ok(Fold { data: part, n_fitted, config })
    };
    (0..plan.folds).map(fold).collect()
}

impl Fold {
    /// What one forecaster says; `None` when it lacks what it needs, such as a year of history.
    ///
    /// # Errors
    /// Those of [`crate::fit()`].
    pub fn forecast(
        &self,
        forecaster: Forecaster,
        progress: &dyn Progress,
    ) -> Result<Option<Forecasts>, Error> {
        match forecaster {
            Forecaster::MediaMix => self.fitted(&self.data, &self.config, progress).map(Some),
            Forecaster::NoMedia => {
                let config = FitConfig { channels: Default::default(), ..self.config.clone() };
                self.fitted(&self.data.without_media(), &config, progress).map(Some)
            }
            Forecaster::SeasonalNaive => {
                let year = self.data.interval.per_year().round() as usize;
                // Whole weeks, so that a day is compared with the same day of the week.
                let year = if year > 52 { year / 7 * 7 } else { year };
                Ok(benchmarks::lagged(&self.data, self.n_fitted, |ahead| ahead.div_ceil(year) * year))
            }
            Forecaster::LastValue => Ok(benchmarks::lagged(&self.data, self.n_fitted, |ahead| ahead)),
        }
    }

    fn fitted(
        &self,
        data: &Dataset,
        config: &FitConfig,
        progress: &dyn Progress,
    ) -> Result<Forecasts, Error> {
        let fit = crate::fit(data, config, progress)?;
        let forecast = |cell: &crate::posterior::Cell| {
            Some(Forecast {
                date: cell.date,
                prediction: Prediction {
                    group: cell.geo,
                    outcome: cell.outcome?,
                    mean: cell.fitted_mean,
                    q05: cell.fitted_q05,
                    q95: cell.fitted_q95,
                    crps: cell.crps?,
                },
            })
        };
        let cells = fit.posterior.cells.iter().filter(|c| c.held_out).filter_map(forecast).collect();
        Ok(Forecasts { cells, diagnostics: Some(fit.diagnostics) })
    }
}
