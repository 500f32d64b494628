//! A quantity that may not exist, with the reason.

use crate::posterior::Summary;

/// `None` with its reason when any statistic is not finite.
pub(super) fn defined(
    draws: Option<Vec<f64>>,
    reason: &str,
    undefined: &str,
) -> (Option<Summary>, Option<String>) {
    let Some(draws) = draws else { return (None, Some(reason.into())) };
    let summary = Summary::of(&draws);
    // Quantiles lie between draws and the sd is infinite when the mean is: these two tell all.
    if draws.iter().all(|d| d.is_finite()) && summary.sd.is_finite() {
        (Some(summary), None)
    } else {
        (None, Some(undefined.into()))
    }
}
