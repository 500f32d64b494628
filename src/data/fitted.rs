//! The outcome of a geo in the periods to be fitted, by which everything is measured.

use super::dataset::Dataset;
use crate::error::Error;

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
