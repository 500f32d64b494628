//! How large the errors of several controls can be together: no larger than what is left of these controls.

use crate::linalg::symmetric::Cholesky;

/// Halvings that find the largest admissible error variance to double precision.
const HALVINGS: usize = 50;
/// Share of the variances below which what a control has beside the others is rounding.
const ROUNDING: f64 = 1e-9;

/// Makes error variances D no larger than their controls' covariances S, so that S − D is not negative: first
/// each by its own, then those that are told by one share, then the rest by another.
pub(super) fn limit(covariance: &[f64], error: &mut [f64], is_told: &[bool]) {
    let q = error.len();
    for (a, error) in error.iter_mut().enumerate() {
        *error = error.min(covariance[a * q + a]);
    }
    for told in [true, false] {
        let of = |part: bool| -> Vec<f64> {
            error.iter().zip(is_told).map(|(e, is)| if *is == part { *e } else { 0.0 }).collect()
        };
        let fixed = if told { vec![0.0; q] } else { of(true) };
        let share = admissible(covariance, &fixed, &of(told));
        error.iter_mut().zip(is_told).filter(|(_, is)| **is == told).for_each(|(e, _)| *e *= share);
    }
}

/// The largest share t ≤ 1 with S − fixed − t·scaled not negative.
fn admissible(covariance: &[f64], fixed: &[f64], scaled: &[f64]) -> f64 {
    let fits = |share: f64| {
        let error: Vec<f64> =
            fixed.iter().zip(scaled).map(|(fixed, scaled)| fixed + share * scaled).collect();
        leaves_some(covariance, &error)
    };
    if scaled.iter().all(|e| *e == 0.0) || fits(1.0) {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if fits(middle) { low = middle } else { high = middle }
    }
    low
}

/// Whether S − D is positive definite.
fn leaves_some(covariance: &[f64], error: &[f64]) -> bool {
    let (mut rest, q) = (covariance.to_vec(), error.len());
    error.iter().enumerate().for_each(|(a, error)| rest[a * q + a] -= error);
    Cholesky::new(&rest, q).is_ok()
}

/// Whether each control has something of its own beside the others.
pub(super) fn are_distinct(covariance: &[f64]) -> bool {
    let q = covariance.len().isqrt();
    let rounding: Vec<f64> = (0..q).map(|a| ROUNDING * covariance[a * q + a]).collect();
    leaves_some(covariance, &rounding)
}

/// S⁻¹; `None` when it is singular.
pub(super) fn inverted(matrix: &[f64]) -> Option<Vec<f64>> {
    Some(Cholesky::new(matrix, matrix.len().isqrt()).ok()?.inverse())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(covariance: &[f64], error: &[f64], is_told: &[bool]) -> Vec<f64> {
        let mut error = error.to_vec();
        limit(covariance, &mut error, is_told);
        error
    }

    #[test]
    fn errors_stay_within_the_joint_covariance() {
        // The smallest eigenvalue of [[2, 1], [1, 2]] is 1; (2, 2) is cut to it, (0.9, 0.9) is not.
        let found = limited(&[2.0, 1.0, 1.0, 2.0], &[3.0, 3.0], &[true; 2]);
        assert!(found.iter().all(|e| (e - 1.0).abs() < 1e-9), "{found:?}");
        assert_eq!(limited(&[2.0, 1.0, 1.0, 2.0], &[0.9, 0.9], &[true; 2]), [0.9, 0.9]);
    }

    #[test]
    fn one_that_is_too_large_leaves_the_others_alone() {
        let found = limited(&[0.28, 0.0, 0.0, 1.0], &[0.7, 0.2], &[true; 2]);
        assert!((found[0] - 0.28).abs() < 1e-9 && (found[1] - 0.2).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn what_is_told_goes_before_what_is_assumed() {
        // (2 − 0.9) (2 − e) = 1 at e = 2 − 1 / 1.1.
        let found = limited(&[2.0, 1.0, 1.0, 2.0], &[3.0, 0.9], &[false, true]);
        assert!((found[0] - (2.0 - 1.0 / 1.1)).abs() < 1e-9 && found[1] == 0.9, "{found:?}");
    }

    #[test]
    fn copies_are_not_distinct() {
        assert!(are_distinct(&[2.0, 1.0, 1.0, 2.0]));
        assert!(!are_distinct(&[1.0, 1.0, 1.0, 1.0]) && !are_distinct(&[1.0, -2.0, -2.0, 4.0]));
        let inverse = inverted(&[2.0, 1.0, 1.0, 2.0]).unwrap();
        assert!((inverse[0] - 2.0 / 3.0).abs() < 1e-12 && (inverse[1] + 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(inverted(&[1.0, 1.0, 1.0, 1.0]), None);
    }
}
