//! Whether the outcome contradicts the error that a control is assumed to be measured with.
//!
//! A control w = x + v moves with x in two ways: with what the periods before and after tell of it, ŵ, and with
//! what is new in it, w − ŵ. Those periods are no regressors of the outcome. So where x moves the outcome by κ, ŵ
//! does too, while w − ŵ, a share λ of whose variance is error, moves it by (1 − λ) κ. Where its coefficient is
//! so close to that of ŵ that the λ assumed is rejected, the largest λ that is not takes its place.
//!
//! # Source
//! Hausman (1978), Econometrica 46, 1251–1271: least squares against instruments, here the neighbours.

use super::basis::Basis;

/// Standard errors that reject: 5 % of one side.
const REJECTED: f64 = 1.645;
/// Steps from the error assumed to none.
const STEPS: usize = 100;

/// The largest share λ ≤ `most` of the variance of w − ŵ that may be error by what the `outcome` says.
///
/// `control` is w and `own` w − ŵ, all three less what the other regressors explain; `basis` has these and
/// the neighbours.
pub(super) fn credible_error(basis: &Basis, outcome: &[f64], control: &[f64], own: &[f64], most: f64) -> f64 {
    let predicted: Vec<f64> = control.iter().zip(own).map(|(all, own)| all - own).collect();
    let (of_predicted, of_own) = (basis.dot(&predicted, &predicted), basis.dot(own, own));
    let by_predicted = basis.dot(&predicted, outcome) / of_predicted;
    let by_own = basis.dot(own, outcome) / of_own;
    if !by_predicted.is_finite() || !by_own.is_finite() {
        // What no neighbour predicts has no coefficient to compare with: nothing contradicts.
        return most;
    }
    let explained = by_predicted.powi(2) * of_predicted + by_own.powi(2) * of_own;
    let unexplained = (basis.dot(outcome, outcome) - explained).max(0.0);
    let variance = unexplained / basis.degrees_of_freedom().max(1.0);
    let is_credible = |share: &f64| {
        let kept = 1.0 - share;
        let excess = by_own.signum() * (by_own - kept * by_predicted);
        excess <= REJECTED * (variance * (of_own.recip() + kept.powi(2) / of_predicted)).sqrt()
    };
    let mut shares = (0..STEPS).map(|step| most * (1.0 - step as f64 / STEPS as f64));
    shares.find(is_credible).unwrap_or(0.0)
}
