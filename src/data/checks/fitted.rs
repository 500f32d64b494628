//! The outcome of a geo in the periods to be fitted, by which everything is measured.

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

/// The cells of a geo that a fit explains.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FittedOutcome {
    /// Periods with a known outcome.
    pub(crate) periods: Vec<usize>,
    /// Their outcome in all.
    pub(crate) total: f64,
    /// Its mean, above 0.
    pub(crate) mean: f64,
}

/// The outcome of geo `g` in the first `n_fitted` periods.
///
/// # Errors
/// [`Error::NoOutcome`], when it is unknown throughout or not positive on average.
pub(crate) fn fitted_outcome(data: &Dataset, g: usize, n_fitted: usize) -> Result<FittedOutcome, Error> {
    let periods: Vec<usize> = (0..n_fitted).filter(|t| data.outcome.observed[[g, *t]]).collect();
    let total: f64 = periods.iter().map(|&t| data.outcome.values[[g, t]]).sum();
    let mean = total / periods.len().max(1) as f64;
    if periods.is_empty() || mean <= 0.0 {
        let geo = (data.n_geos() > 1).then(|| data.geos[g].clone());
        return Err(Error::NoOutcome { geo, cells: periods.len(), mean });
    }
    Ok(FittedOutcome { periods, total, mean })
}

#[cfg(test)]
mod tests {
    use super::*;

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
