//! The outcome of a geo in the periods to be fitted, and what it is measured by.

use crate::data::dataset::{Dataset, Interval};
use crate::error::Error;

/// A geo whose outcome ends this long before that of the others is gone.
const ENDED_WEEKS: f64 = 13.0;

/// How often each geo's fitted periods come in a plan as long as the fitted window: today's plan gives every geo
/// its own average period, however late it began, and nothing (0) where the outcome has ended. `fitted` is G × T,
/// the window all periods that are fitted in any geo.
pub(crate) fn paces(fitted: &[bool], n_periods: usize, interval: Interval) -> Vec<f64> {
    let geos = || fitted.chunks_exact(n_periods.max(1));
    let window = (0..n_periods).filter(|t| geos().any(|geo| geo[*t])).count() as f64;
    let last = |geo: &[bool]| geo.iter().rposition(|f| *f).unwrap_or(0);
    let end = geos().map(last).max().unwrap_or(0);
    let pace = |geo: &[bool]| {
        let own = geo.iter().filter(|f| **f).count();
        let weeks_since = (end - last(geo)) as f64 * interval.days() / 7.0;
        if own == 0 || weeks_since > ENDED_WEEKS { 0.0 } else { window / own as f64 }
    };
    geos().map(pace).collect()
}

/// What an outcome is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Its mean: it is a size.
    Mean,
    /// Its spread: its sign changes, and its mean, to which any constant may be added, says nothing of its size.
    Spread,
}

/// Means that are larger than the spread by this factor are a level, below which a few negative outcomes are returns
/// and cancellations.
const LEVEL: f64 = 3.0;
/// Level over spread of an outcome that is a size: 8 in simulated markets, 3.6 in public ones. What is measured by
/// its spread is put at this level.
const USUAL: f64 = 6.0;

impl Measure {
    /// Of a panel in the first `n_fitted` periods, the same for all geos, so that a coefficient is.
    pub(crate) fn of(data: &Dataset, n_fitted: usize) -> Measure {
        let geos: Vec<Moments> = (0..data.n_geos()).map(|g| Moments::of(data, g, n_fitted)).collect();
        let (mean, spread) = geos.iter().fold((0.0, 0.0), |sum, m| (sum.0 + m.mean, sum.1 + m.spread));
        let is_no_size = mean < LEVEL * spread || geos.iter().any(|m| m.least < 0.0 && m.mean <= 0.0);
        // What is never positive is a cost with a sign, which is refused.
        let is_signed = geos.iter().any(|m| m.least < 0.0) && geos.iter().any(|m| m.greatest > 0.0);
        if is_signed && is_no_size { Measure::Spread } else { Measure::Mean }
    }
}

/// Of the known outcomes of a geo.
struct Moments {
    periods: Vec<usize>,
    total: f64,
    mean: f64,
    spread: f64,
    least: f64,
    greatest: f64,
}

impl Moments {
    fn of(data: &Dataset, g: usize, n_fitted: usize) -> Moments {
        let periods: Vec<usize> = (0..n_fitted).filter(|t| data.outcome.observed[[g, *t]]).collect();
        let values = || periods.iter().map(|t| data.outcome.values[[g, *t]]);
        let n = periods.len().max(1) as f64;
        let total: f64 = values().sum();
        let mean = total / n;
        let spread = (values().map(|y| (y - mean).powi(2)).sum::<f64>() / n).sqrt();
        let (least, greatest) =
            values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
        Moments { total, mean, spread, least, greatest, periods }
    }
}

/// The cells of a geo that a fit explains.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FittedOutcome {
    /// Periods with a known outcome.
    pub(crate) periods: Vec<usize>,
    /// Their outcome in all.
    pub(crate) total: f64,
    /// Its mean.
    pub(crate) mean: f64,
    /// What a typical period is taken for, above 0: the mean, or what would be usual for the spread.
    pub(crate) level: f64,
}

/// The outcome of geo `g` in the first `n_fitted` periods.
///
/// # Errors
/// [`Error::NoOutcome`], when it is unknown throughout, or not positive on average where it is measured by its mean,
/// or always the same where it is measured by its spread.
pub(crate) fn fitted_outcome(
    data: &Dataset,
    g: usize,
    (n_fitted, measure): (usize, Measure),
) -> Result<FittedOutcome, Error> {
    let Moments { periods, total, mean, spread, .. } = Moments::of(data, g, n_fitted);
    let level = match measure {
        Measure::Mean => mean,
        Measure::Spread => USUAL * spread,
    };
    if periods.is_empty() || level <= 0.0 {
        let geo = (data.n_geos() > 1).then(|| data.geos[g].clone());
        return Err(Error::NoOutcome { geo, cells: periods.len(), mean });
    }
    Ok(FittedOutcome { periods, total, mean, level })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_its_sign_is_measured_by_its_spread() {
        let of = |shift: f64, times: f64| {
            let mut data = crate::data::testdata::dataset();
            let n = data.n_periods();
            let wave = |t: usize| 20.0 * (1.3 * t as f64).sin();
            data.outcome.values = ndarray::Array2::from_shape_fn((data.n_geos(), n), |(_, t)| {
                times * (100.0 + wave(t) - shift)
            });
            (Measure::of(&data, n), fitted_outcome(&data, 0, (n, Measure::of(&data, n))))
        };
        let (measure, mean) = of(0.0, 1.0);
        assert!(measure == Measure::Mean && mean.as_ref().is_ok_and(|y| y.level == y.mean));
        let [near, beyond] = [97.0, 110.0].map(|shift| of(shift, 1.0));
        assert!(near.0 == Measure::Spread && beyond.0 == Measure::Spread);
        let (near, beyond) = (near.1.unwrap(), beyond.1.unwrap());
        assert!(
            (near.level / beyond.level - 1.0).abs() < 1e-12 && (75.0..95.0).contains(&near.level),
            "{near:?}"
        );
        // A level far above its spread has returns now and then; what is never positive is a cost.
        assert_eq!(of(0.0, -1.0).0, Measure::Mean);
        assert!(of(0.0, -1.0).1.is_err());
    }

    #[test]
    fn every_geo_that_has_not_ended_spends_its_own_average() {
        let n = 40;
        let cells = |from: usize, to: usize| (0..n).map(move |t| (from..to).contains(&t));
        // The first five periods are fitted nowhere; the last geo is behind by a few weeks.
        let fitted: Vec<bool> =
            [cells(5, 40), cells(33, 40), cells(5, 20), cells(5, 38)].into_iter().flatten().collect();
        assert_eq!(paces(&fitted, n, Interval::Weekly), [1.0, 5.0, 0.0, 35.0 / 33.0]);
        assert_eq!(paces(&fitted, n, Interval::Daily)[2], 35.0 / 15.0, "20 days are no quarter");
        assert_eq!(paces(&vec![true; n], n, Interval::Weekly), [1.0]);
        assert_eq!(paces(&vec![false; n], n, Interval::Weekly), [0.0]);
    }
}
