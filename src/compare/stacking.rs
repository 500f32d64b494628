//! Weights of models by stacking: the mixture that would have predicted best.

/// Steps of the ascent, whose gain is then far below what a score is known to.
const STEPS: usize = 2_000;
/// Least weight of a model: what predicts a little worse is not ruled out.
const LEAST: f64 = 0.05;

/// Weights on the simplex that maximise Σ ln Σ w p, from each model's ln p of the same points, none below a twentieth
/// (a half of an equal share, where that is less).
///
/// # Source
/// Yao, Vehtari, Simpson & Gelman (2018), Using stacking to average Bayesian predictive distributions. The ascent is
/// that of expectation and maximisation, which never falls and has no optimum but the one.
pub(super) fn stack(scores: &[&[f64]]) -> Vec<f64> {
    let (n_models, n) = (scores.len(), scores.first().map_or(0, |s| s.len()));
    let mut weights = vec![1.0 / n_models.max(1) as f64; n_models];
    if n == 0 {
        return weights;
    }
    // By point, relative to the best model there.
    let best = |i: usize| scores.iter().map(|s| s[i]).fold(f64::NEG_INFINITY, f64::max);
    let relative: Vec<Vec<f64>> =
        (0..n).map(|i| scores.iter().map(|s| (s[i] - best(i)).exp()).collect()).collect();
    for _ in 0..STEPS {
        let mut shares = vec![0.0; n_models];
        for row in &relative {
            let total: f64 = row.iter().zip(&weights).map(|(p, w)| p * w).sum();
            for ((share, p), w) in shares.iter_mut().zip(row).zip(&weights) {
                *share += w * p / total;
            }
        }
        weights = shares.iter().map(|share| share / n as f64).collect();
    }
    let least = LEAST.min(0.5 / n_models as f64);
    weights.iter().map(|w| least + (1.0 - least * n_models as f64) * w).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_models_that_share_the_points_share_the_weight() {
        // Each is right at one of two points, with density 0.8 against 0.2: by symmetry half each.
        let (a, b) = ([0.8f64.ln(), 0.2f64.ln()], [0.2f64.ln(), 0.8f64.ln()]);
        let weights = stack(&[&a, &b]);
        assert!((weights[0] - 0.5).abs() < 1e-9, "{weights:?}");
        // Three points to one: the optimum of 3 ln(0.2 + 0.6w) + ln(0.8 − 0.6w) is w = 0.25 + 5/6, beyond 1.
        let (a, b) = (
            [0.8f64.ln(), 0.8f64.ln(), 0.8f64.ln(), 0.2f64.ln()],
            [0.2f64.ln(), 0.2f64.ln(), 0.2f64.ln(), 0.8f64.ln()],
        );
        let weights = stack(&[&a, &b]);
        // 3 · 0.6 (0.8 − 0.6w) = 0.6 (0.2 + 0.6w): w = 2.2 / 2.4.
        assert!((weights[0] - (0.05 + 0.9 * 2.2 / 2.4)).abs() < 1e-3, "{weights:?}");
    }

    #[test]
    fn no_model_is_ruled_out_and_weights_sum_to_one() {
        let (good, bad) = ([-1.0; 50], [-9.0; 50]);
        let weights = stack(&[&good, &bad, &bad]);
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(weights[0] > 0.85 && weights[1] >= 0.05, "{weights:?}");
        assert_eq!(stack(&[&[], &[]]), [0.5, 0.5]);
    }
}
