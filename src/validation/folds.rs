//! The folds of a backtest and the forecasts of each.

use super::benchmarks;
use super::forecast::{Forecast, Forecasts};
use crate::Error;
use crate::config::FitConfig;
use crate::data::{Dataset, Experiments, assume_reliabilities, enough_rows};
use crate::posterior::{Cell, Prediction};
use crate::report::Forecaster;
use crate::sampler::Progress;

/// How many origins, and how far each looks ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Number of origins.
    pub folds: usize,
    /// Periods forecast from each; the next origin is as many periods later.
    pub horizon: usize,
}

/// Folds where nobody says how many, and the weeks that each looks ahead: the last year by its quarters.
const FOLDS: usize = 4;
const HORIZON_WEEKS: usize = 13;

impl Plan {
    /// What was asked for; where nothing was, a quarter of a year ahead, four times or as often as the data have
    /// rows for.
    pub fn of(data: &Dataset, config: &FitConfig, folds: Option<usize>, horizon: Option<usize>) -> Plan {
        let horizon = horizon.unwrap_or_else(|| data.interval.periods_in(HORIZON_WEEKS));
        let plan = |folds| Plan { folds, horizon };
        let most = || largest(FOLDS, |folds| plan(folds).first(data, config).is_ok());
        plan(folds.unwrap_or_else(|| most().unwrap_or(1)))
    }

    /// A plan of no more folds, or no longer ones, that leaves enough to fit.
    fn feasible(self, data: &Dataset, config: &FitConfig) -> Option<Plan> {
        let suits = |plan: Plan| plan.first(data, config).is_ok();
        let n = data.n_periods();
        let fewer = largest(self.folds.min(n), |folds| suits(Plan { folds, ..self }));
        let one = |horizon| Plan { folds: 1, horizon };
        match fewer {
            Some(folds) => Some(Plan { folds, ..self }),
            None => largest(self.horizon.min(n), |horizon| suits(one(horizon))).map(one),
        }
    }

    /// The first fold.
    fn first(self, data: &Dataset, config: &FitConfig) -> Result<Fold, Error> {
        self.fold(data, config, 0)
    }

    /// Fold `i` of a plan that has it.
    fn fold(self, data: &Dataset, config: &FitConfig, i: usize) -> Result<Fold, Error> {
        let Plan { folds, horizon } = self;
        let n = data.n_periods();
        let held_out = folds.saturating_mul(horizon);
        if held_out == 0 || held_out >= n {
            let problem = format!("{folds} folds of {horizon} periods, from {n} periods of data");
            let hint = "--folds and --horizon must be at least 1 and leave periods to fit";
            return Err(Error::config(problem, hint));
        }
        let n_fitted = n - held_out + i * horizon;
        let part = data.as_of(n_fitted + horizon, n_fitted);
        let config = config.with(|config| {
            config.model.holdout_periods = Some(horizon);
            assume_reliabilities(config, &part);
        })?;
        enough_rows(&part, &config)?;
        Ok(Fold { data: part, n_fitted, tests: Experiments::default(), config })
    }
}

/// The largest number up to `most` that will do, when smaller ones do too.
fn largest(most: usize, will_do: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = high - (high - low) / 2;
        if will_do(middle) { low = middle } else { high = middle - 1 }
    }
    (low > 0).then_some(low)
}

/// The data and settings of one origin.
#[derive(Debug, Clone)]
pub struct Fold {
    /// Data up to the last period that is forecast.
    pub data: Dataset,
    /// Periods of it that are fitted.
    pub n_fitted: usize,
    /// Tests that had been read by then.
    pub tests: Experiments,
    config: FitConfig,
}

/// The folds of a plan, the earliest first; together they forecast the last folds × horizon periods.
///
/// # Errors
/// When the plan is empty, or the first fold has fewer rows than parameters.
pub fn folds(data: &Dataset, config: &FitConfig, plan: Plan) -> Result<Vec<Fold>, Error> {
    // The first has the fewest periods to fit; where it has enough, so have the others.
    plan.first(data, config).map_err(|error| advised(error, plan.feasible(data, config)))?;
    (0..plan.folds).map(|i| plan.fold(data, config, i)).collect()
}

/// The error of a plan with one that works as its hint.
fn advised(error: Error, feasible: Option<Plan>) -> Error {
    let Some(Plan { folds, horizon }) = feasible else { return error };
    let remedy = format!("--folds {folds} --horizon {horizon} leave enough to fit");
    match error {
        Error::Config { file, line, problem, .. } => {
            Error::Config { file, line, problem, hint: Some(remedy) }
        }
        Error::Data { file, problems, hint } => {
            let hint = hint.map_or(remedy.clone(), |hint| format!("{remedy}\nor {hint}"));
            Error::Data { file, problems, hint: Some(hint) }
        }
        other => other,
    }
}

impl Fold {
    /// The same, told those `tests` of `data`, from which the fold was made, that had been read by its origin.
    pub fn told(self, data: &Dataset, tests: &Experiments) -> Fold {
        let place = |geo: usize| self.data.geos.iter().position(|name| *name == data.geos[geo]);
        let by_then = tests.tests.iter();
        let by_then = by_then.filter_map(|t| t.as_of(self.data.n_periods(), self.n_fitted, &place)).collect();
        Fold { tests: Experiments { tests: by_then }, ..self }
    }

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
            Forecaster::MediaMix => self.fitted((&self.data, &self.tests), &self.config, progress).map(Some),
            Forecaster::NoMedia => {
                let config = self.config.with(|c| c.channels.clear())?;
                let without = (&self.data.without_media(), &Experiments::default());
                self.fitted(without, &config, progress).map(Some)
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
        (data, tests): (&Dataset, &Experiments),
        config: &FitConfig,
        progress: &dyn Progress,
    ) -> Result<Forecasts, Error> {
        let fit = crate::fit::sampled(data, config, tests, progress)?;
        let forecast = |cell: &Cell| Some(Forecast { date: cell.date, prediction: Prediction::of(cell)? });
        let cells = fit.posterior.cells.iter().filter(|c| c.held_out).filter_map(forecast).collect();
        Ok(Forecasts { cells, diagnostics: Some(fit.diagnostics) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Interval;
    use crate::report::testdata;

    /// `n` periods of one geo and one channel.
    fn data(n: usize, interval: Interval) -> Dataset {
        let mut data = testdata::dataset().as_of(0, 0);
        let fixture = testdata::dataset();
        let long = |m: &ndarray::Array2<f64>| ndarray::Array2::from_shape_fn((1, n), |(_, t)| m[[0, t % 20]]);
        let first = fixture.dates[0];
        data.dates = (0..n).filter_map(|t| interval.later(first, t as u32)).collect();
        (data.interval, data.geos) = (interval, vec!["here".into()]);
        data.outcome.values = long(&fixture.outcome.values);
        data.outcome.observed = ndarray::Array2::from_elem((1, n), true);
        data.present = data.outcome.observed.clone();
        data.channels = fixture.channels[..1].to_vec();
        for channel in &mut data.channels {
            (channel.spend, channel.exposure) = (long(&channel.spend), long(&channel.exposure));
        }
        data.controls.clear();
        data
    }

    #[test]
    fn the_default_is_the_last_year_by_its_quarters() {
        let config = FitConfig::default();
        for (n, interval, horizon) in
            [(156, Interval::Weekly, 13), (800, Interval::Daily, 91), (60, Interval::Monthly, 3)]
        {
            let data = data(n, interval);
            let plan = Plan::of(&data, &config, None, None);
            assert_eq!(plan, Plan { folds: 4, horizon });
            assert_eq!(folds(&data, &config, plan).unwrap()[0].n_fitted, n - 4 * horizon);
        }
    }

    #[test]
    fn short_data_have_fewer_folds_and_a_hint_that_works() {
        let (config, data) = (FitConfig::default(), data(60, Interval::Weekly));
        let plan = Plan::of(&data, &config, None, None);
        assert!((1..4).contains(&plan.folds) && plan.horizon == 13, "{plan:?}");
        assert!(folds(&data, &config, plan).is_ok());
        let more = Plan { folds: plan.folds + 1, ..plan };
        let asked = [
            more,
            Plan { folds: 9, horizon: 3 },
            Plan { folds: 1, horizon: 59 },
            Plan { folds: 2, horizon: 1000 },
        ];
        for asked in asked.into_iter().chain([Plan { folds: usize::MAX, horizon: 13 }]) {
            let Err(error) = folds(&data, &config, asked) else { continue };
            let hint = error.hint().unwrap();
            let number = |flag: &str| -> usize {
                let (_, rest) = hint.split_once(flag).unwrap_or_else(|| panic!("{hint}"));
                rest.trim().split(' ').next().unwrap().parse().unwrap()
            };
            let advised = Plan { folds: number("--folds "), horizon: number("--horizon ") };
            assert!(folds(&data, &config, advised).is_ok(), "{asked:?}: {hint}");
        }
        assert!(folds(&data, &config, more).is_err());
    }
}
