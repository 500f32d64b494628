//! Columns of the baseline that follow from the calendar alone: trend and seasonality.

use chrono::NaiveDate;

use crate::config::ModelConfig;
use crate::data::{Interval, fourier_pairs};

/// Whether each period has an effect shared by all geos.
pub(super) fn has_weekly_effect(model: &ModelConfig, n_geos: usize) -> bool {
    model.weekly_effect && n_geos > 1
}

/// Role of a baseline column; columns of one group share a prior scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnGroup {
    /// Constant 1.
    Intercept,
    /// Ramp from 0 to 1 between two trend knots.
    Trend,
    /// Fourier term of the calendar date.
    Season,
    /// Control with this index.
    Control(usize),
}

/// Ramps between evenly spaced knots; column j rises from 0 to 1 over segment j.
pub(super) fn trend(n_periods: usize, n_segments: usize) -> Vec<Vec<f64>> {
    let last = (n_periods - 1) as f64;
    (0..n_segments)
        .map(|j| {
            (0..n_periods)
                .map(|t| (t as f64 / last.max(1.0) * n_segments as f64 - j as f64).clamp(0.0, 1.0))
                .collect()
        })
        .collect()
}

/// Sine and cosine of the calendar date: yearly pairs (fewer when the data span less than a year) and,
/// for daily data, three pairs of the day of the week.
///
/// The k-th yearly pair is divided by k. Under one prior of the coefficients a season is then expected to be
/// smooth, as by a penalty on its slope (Wahba 1990, Spline Models, § 2.1).
pub(super) fn seasonality(dates: &[NaiveDate], interval: Interval, pairs: usize) -> Vec<Vec<f64>> {
    let days: Vec<f64> = dates.iter().map(|d| f64::from(d.to_epoch_days())).collect();
    let (yearly, weekly) = fourier_pairs(dates.len(), interval, pairs);
    let wave = |period: f64, k: usize, height: f64| {
        let angle = move |day: &f64| std::f64::consts::TAU * k as f64 * day / period;
        let of = |f: fn(f64) -> f64| days.iter().map(|d| height * f(angle(d))).collect();
        [of(f64::sin), of(f64::cos)]
    };
    let yearly = (1..=yearly).flat_map(|k| wave(365.25, k, 1.0 / k as f64));
    yearly.chain((1..=weekly).flat_map(|k| wave(7.0, k, 1.0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_smooth_and_the_week_need_not_be() {
        let start = NaiveDate::from_ymd_opt(2021, 1, 1).unwrap();
        let dates: Vec<NaiveDate> = start.iter_days().take(1461).collect();
        let columns = seasonality(&dates, Interval::Daily, 3);
        let height = |c: &Vec<f64>| c.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let found: Vec<f64> = columns.iter().step_by(2).map(height).collect();
        // Three yearly pairs by 1/k, then three of the week.
        for (found, want) in found.iter().zip([1.0, 0.5, 1.0 / 3.0, 0.97, 0.97, 0.97]) {
            assert!((found - want).abs() < 0.03 * want, "{found} {want}");
        }
        assert_eq!(columns.len(), 12);
    }
}
