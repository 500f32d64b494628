//! How much of a series is trend and season.

use std::f64::consts::TAU;

use super::projection::Projection;
use crate::data::dataset::Interval;

/// Pairs of yearly waves, as the model has.
const PAIRS: usize = 3;

/// The share of the variance of a series that a smooth trend and a yearly season explain; `None` of a series that
/// does not vary or is too short to tell. `points` are (period, value).
pub(super) fn explained(points: &[(usize, f64)], interval: Interval) -> Option<f64> {
    let n = points.len() as f64;
    let years = n / interval.per_year();
    // Four columns a year or less: a season that is seen once explains anything.
    if years < 1.5 || points.len() < 4 * (2 * PAIRS + 3) {
        return None;
    }
    let span = points.last()?.0.max(1) as f64;
    let time = |k: i32| points.iter().map(|(t, _)| (*t as f64 / span).powi(k)).collect::<Vec<f64>>();
    let wave = |k: usize, f: fn(f64) -> f64| {
        points.iter().map(|(t, _)| f(TAU * (k * t) as f64 / interval.per_year())).collect::<Vec<f64>>()
    };
    let mut basis: Vec<Vec<f64>> = vec![time(0), time(1), time(2)];
    for k in 1..=PAIRS {
        basis.extend([wave(k, f64::sin), wave(k, f64::cos)]);
    }
    let mut rest: Vec<f64> = points.iter().map(|(_, y)| *y).collect();
    let mean = rest.iter().sum::<f64>() / n;
    let total: f64 = rest.iter().map(|y| (y - mean).powi(2)).sum();
    if total <= 1e-12 * mean * mean * n {
        return None;
    }
    let mut known = Projection::default();
    basis.into_iter().for_each(|column| known.add(column));
    known.take_out(&mut rest);
    Some(1.0 - rest.iter().map(|x| x * x).sum::<f64>() / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_is_explained_and_noise_is_not() {
        let points = |f: &dyn Fn(usize) -> f64| (0..156).map(|t| (t, f(t))).collect::<Vec<_>>();
        let season = points(&|t| 5.0 + 0.1 * t as f64 + (TAU * t as f64 / 52.18).sin());
        assert!(explained(&season, Interval::Weekly).unwrap() > 0.999);
        let noise = points(&|t| ((t * 7919) % 101) as f64);
        assert!(explained(&noise, Interval::Weekly).unwrap() < 0.3);
        assert_eq!(explained(&points(&|_| 3.0), Interval::Weekly), None);
        assert_eq!(explained(&season[..40], Interval::Weekly), None);
    }
}
