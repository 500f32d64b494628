//! Columns of the baseline that follow from the calendar alone: trend and seasonality.

use chrono::NaiveDate;

use crate::data::Interval;

/// Ramps between evenly spaced knots about `knot_periods` apart; column j rises from 0 to 1 over segment j.
pub(super) fn trend(n_periods: usize, knot_periods: f64) -> Vec<Vec<f64>> {
    let last = (n_periods - 1) as f64;
    let n_segments = (last / knot_periods).round().max(1.0);
    (0..n_segments as usize)
        .map(|j| {
            (0..n_periods)
                .map(|t| (t as f64 / last.max(1.0) * n_segments - j as f64).clamp(0.0, 1.0))
                .collect()
        })
        .collect()
}

/// Sine and cosine of the calendar date: yearly pairs (fewer when the data span less than a year) and,
/// for daily data, three pairs of the day of the week.
pub(super) fn seasonality(dates: &[NaiveDate], interval: Interval, pairs: usize) -> Vec<Vec<f64>> {
    let days: Vec<f64> = dates.iter().map(|d| f64::from(d.to_epoch_days())).collect();
    let years = dates.len() as f64 / interval.per_year();
    let yearly = if years >= 1.0 { pairs } else { (years * pairs as f64).floor() as usize };
    let weekly = if interval == Interval::Daily { 3 } else { 0 };
    let wave = |period: f64, k: usize| {
        let angle = move |day: &f64| std::f64::consts::TAU * k as f64 * day / period;
        [days.iter().map(|d| angle(d).sin()).collect(), days.iter().map(|d| angle(d).cos()).collect()]
    };
    let yearly = (1..=yearly).flat_map(|k| wave(365.25, k));
    yearly.chain((1..=weekly).flat_map(|k| wave(7.0, k))).collect()
}
