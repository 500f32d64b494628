//! The columns of the linear baseline: the third stage of a design.

use super::beliefs::PRIOR_MEDIA_SHARE;
use super::columns::{ColumnGroup, has_weekly_effect, seasonality, trend};
use super::control;
use super::outcome::ScaledOutcome;
use super::reliability::{Calibration, calibrate};
use crate::config::{FitConfig, Noise};
use crate::data::{Dataset, knot_weeks, trend_segments};

/// A regression on columns with a Gaussian prior: all that its algebra needs of a design. Columns are
/// `[(g·k + j)·T + t]`.
#[derive(Debug, Clone)]
pub struct BaselineDesign {
    /// G.
    pub n_geos: usize,
    /// T.
    pub n_periods: usize,
    /// 1 where the cell is in the likelihood, else 0. G × T.
    pub fitted: Vec<f64>,
    /// Columns of the linear baseline, k per geo; 0 where not fitted.
    pub fitted_columns: Vec<f64>,
    /// The same where not fitted too, for predictions.
    pub all_columns: Vec<f64>,
    /// What each of the k columns is.
    pub columns: Vec<ColumnGroup>,
    /// What became of the controls with a reliability below 1.
    pub calibrations: Vec<Calibration>,
    /// Σ over the reported cells of column times outcome units; G × k.
    pub column_units: Vec<f64>,
    /// Prior mean of the intercept, in scaled outcome units; 0 when a shared level holds it.
    pub intercept_mean: f64,
    /// Error process.
    pub noise: Noise,
    /// Whether each period has an effect shared by all geos.
    pub weekly_effect: bool,
}

impl BaselineDesign {
    /// Columns of a data set beside its scaled outcome.
    pub(super) fn new(data: &Dataset, config: &FitConfig, outcome: &ScaledOutcome) -> BaselineDesign {
        let (n_geos, n) = (outcome.n_geos, outcome.n_periods);
        let shared = calendar(data, config);
        let mut columns: Vec<ColumnGroup> = shared.iter().map(|(group, _)| *group).collect();
        columns.extend((0..data.controls.len()).map(ColumnGroup::Control));
        let mut controls: Vec<_> =
            (0..data.controls.len()).map(|j| control::scaled(outcome, data, j)).collect();
        let of_calendar: Vec<&[f64]> = shared.iter().map(|(_, column)| column.as_slice()).collect();
        let calibrations = calibrate(outcome, data, config, &of_calendar, &mut controls);
        let mut all_columns = Vec::with_capacity(n_geos * columns.len() * n);
        for g in 0..n_geos {
            shared.iter().for_each(|(_, column)| all_columns.extend(column));
            controls.iter().for_each(|control| all_columns.extend(&control[g * n..(g + 1) * n]));
        }
        let (k, mut column_units) = (columns.len(), Vec::with_capacity(n_geos * columns.len()));
        let mut fitted_columns = all_columns.clone();
        for (i, column) in fitted_columns.chunks_exact_mut(n).enumerate() {
            let g = i / k;
            let cells = g * n..(g + 1) * n;
            column_units
                .push(column.iter().zip(&outcome.units[cells.clone()]).map(|(z, unit)| z * unit).sum());
            column.iter_mut().zip(&outcome.fitted[cells]).for_each(|(z, f)| *z *= f);
        }
        let weekly_effect = has_weekly_effect(&config.model, n_geos);
        BaselineDesign {
            n_geos,
            n_periods: n,
            fitted: outcome.fitted.clone(),
            fitted_columns,
            all_columns,
            columns,
            calibrations,
            column_units,
            intercept_mean: if weekly_effect { 0.0 } else { 1.0 - PRIOR_MEDIA_SHARE },
            noise: config.model.noise,
            weekly_effect,
        }
    }

    /// The calendar columns alone, as the regression of one series on all periods with white noise and the prior
    /// mean `intercept_mean`.
    pub fn of_calendar(&self, intercept_mean: f64) -> BaselineDesign {
        let (n, columns) = (self.n_periods, self.columns[..self.n_calendar_columns()].to_vec());
        let all = self.all_columns[..columns.len() * n].to_vec();
        BaselineDesign {
            n_geos: 1,
            n_periods: n,
            fitted: vec![1.0; n],
            fitted_columns: all.clone(),
            all_columns: all,
            columns,
            calibrations: Vec::new(),
            column_units: Vec::new(),
            intercept_mean,
            noise: Noise::White,
            weekly_effect: false,
        }
    }

    /// Number of columns that follow from the calendar alone and come first.
    pub fn n_calendar_columns(&self) -> usize {
        self.columns.iter().take_while(|group| !matches!(group, ColumnGroup::Control(_))).count()
    }

    /// Baseline column `j` of geo `g`, length T; arbitrary where not fitted. Geos share those of the calendar.
    #[inline(always)]
    pub fn column(&self, g: usize, j: usize) -> &[f64] {
        let g = if matches!(self.columns[j], ColumnGroup::Control(_)) { g } else { 0 };
        let start = (g * self.columns.len() + j) * self.n_periods;
        &self.all_columns[start..start + self.n_periods]
    }

    /// Number of baseline columns k.
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }
}

/// Intercept, trend and season, length T each.
fn calendar(data: &Dataset, config: &FitConfig) -> Vec<(ColumnGroup, Vec<f64>)> {
    let n = data.n_periods();
    let segments = trend_segments(n, data.interval, knot_weeks(data.interval, &config.model));
    let season = seasonality(&data.dates, data.interval, config.model.seasonality_pairs).into_iter();
    let mut columns = vec![(ColumnGroup::Intercept, vec![1.0; n])];
    columns.extend(trend(n, segments).into_iter().map(|c| (ColumnGroup::Trend, c)));
    columns.extend(season.map(|c| (ColumnGroup::Season, c)));
    columns
}
