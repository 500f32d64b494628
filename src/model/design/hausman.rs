//! Whether the outcome contradicts the error that a control is assumed to be measured with.
//!
//! A control w = x + v moves with x in two ways: with what the periods before and after tell of it, ŵ, and with
//! what is new in it, w − ŵ. Those periods are no regressors of the outcome. So where x moves the outcome by κ, ŵ
//! does too, while w − ŵ, a share λ of whose variance is error, moves it by (1 − λ) κ. Where its coefficient is
//! so close to that of ŵ that the λ assumed is rejected, the largest λ that is not takes its place.
//!
//! # Source
//! Hausman (1978), Econometrica 46, 1251–1271: least squares against instruments, here the neighbours. Newey &
//! West (1987), Econometrica 55, 703–708, for the variance: noise may last, and ŵ is smooth.

use super::basis::Basis;

/// Standard errors that reject: 5 % of one side.
const REJECTED: f64 = 1.645;
/// Steps from the error assumed to none.
const STEPS: usize = 100;

/// The regression of the outcome on ŵ and w − ŵ, all less what the other regressors explain.
pub(super) struct Hausman<'a> {
    basis: &'a Basis<'a>,
    /// ŵ and w − ŵ, each over its square.
    weights: [Vec<f64>; 2],
    coefficients: [f64; 2],
    rest: Vec<f64>,
}

impl<'a> Hausman<'a> {
    /// `control` is w and `own` w − ŵ; `basis` has the other regressors and the neighbours. `None` where no
    /// neighbour predicts the control or nothing is new in it: there is nothing to compare.
    pub(super) fn new(
        basis: &'a Basis<'a>,
        outcome: &[f64],
        control: &[f64],
        own: &[f64],
    ) -> Option<Hausman<'a>> {
        let predicted: Vec<f64> = control.iter().zip(own).map(|(all, own)| all - own).collect();
        let mut rest = outcome.to_vec();
        let mut fit = |column: &[f64]| {
            let square = basis.dot(column, column);
            let coefficient = basis.dot(column, outcome) / square;
            rest.iter_mut().zip(column).for_each(|(r, x)| *r -= coefficient * x);
            (column.iter().map(|x| x / square).collect(), coefficient)
        };
        let ((by_predicted, predicted), (by_own, own)) = (fit(&predicted), fit(own));
        let found = Hausman { basis, weights: [by_predicted, by_own], coefficients: [predicted, own], rest };
        found.coefficients.iter().all(|b| b.is_finite()).then_some(found)
    }

    /// The largest share λ ≤ `most` of the variance of w − ŵ that may be error by what the outcome says.
    pub(super) fn credible_error(&self, most: f64) -> f64 {
        let mut shares = (0..STEPS).map(|step| most * (1.0 - step as f64 / STEPS as f64));
        shares.find(|share| self.is_credible(1.0 - share)).unwrap_or(0.0)
    }

    /// Whether w − ŵ may move the outcome by no more than `kept` times what ŵ does.
    fn is_credible(&self, kept: f64) -> bool {
        let [by_predicted, by_own] = self.coefficients;
        let excess = by_own.signum() * (by_own - kept * by_predicted);
        let [predicted, own] = &self.weights;
        let weights: Vec<f64> = own.iter().zip(predicted).map(|(own, all)| own - kept * all).collect();
        excess <= REJECTED * self.basis.lasting_variance(&weights, &self.rest).sqrt()
    }
}
