//! Pareto-smoothed importance weights.

/// Shape k and scale σ of a generalised Pareto distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pareto {
    shape: f64,
    scale: f64,
}

/// Importance weights after smoothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Smoothed {
    /// Normalised ln weights, in the order given.
    pub ln_weights: Vec<f64>,
    /// Shape of the tail; `None` when too few weights differ to fit one.
    pub shape: Option<f64>,
}

/// Replaces the largest weights by quantiles of a generalised Pareto distribution fitted to them.
///
/// # Source
/// Vehtari, Simpson, Gelman, Yao & Gabry (2024), JMLR 25(72), algorithm 1; tail length for
/// independent draws, and at least five different tail weights for a fit, as in R's loo and ArviZ.
pub fn smooth(mut ln_weights: Vec<f64>) -> Smoothed {
    let n = ln_weights.len();
    let largest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    ln_weights.iter_mut().for_each(|w| *w -= largest);
    let wanted = (n as f64 / 5.0).min(3.0 * (n as f64).sqrt()).ceil() as usize;
    // The largest weight outside the tail; a smaller one than the least normal number has no logarithm left.
    let cutoff = n
        .checked_sub(wanted + 1)
        .map_or(f64::NEG_INFINITY, |rank| *ln_weights.clone().select_nth_unstable_by(rank, f64::total_cmp).1);
    let cutoff = cutoff.max(f64::MIN_POSITIVE.ln());
    let mut tail: Vec<usize> = (0..n).filter(|i| ln_weights[*i] > cutoff).collect();
    // Stable, so that equal weights keep their order.
    tail.sort_by(|a, b| ln_weights[*a].total_cmp(&ln_weights[*b]));
    let shape = if tail.len() < 5 {
        None
    } else {
        let excess: Vec<f64> = tail.iter().map(|i| ln_weights[*i].exp() - cutoff.exp()).collect();
        let fit = fit(&excess);
        if fit.shape.is_finite() {
            for (rank, i) in tail.iter().enumerate() {
                let p = (rank as f64 + 0.5) / tail.len() as f64;
                ln_weights[*i] = (quantile(fit, p) + cutoff.exp()).ln().min(0.0);
            }
        }
        Some(fit.shape).filter(|shape| shape.is_finite())
    };
    let norm = ln_sum_exp(&ln_weights);
    ln_weights.iter_mut().for_each(|w| *w -= norm);
    Smoothed { ln_weights, shape }
}

/// ln Σ eˣ
pub(super) fn ln_sum_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + values.iter().map(|x| (x - largest).exp()).sum::<f64>().ln()
}

/// Empirical Bayes fit to ascending positive excesses.
///
/// # Source
/// Zhang & Stephens (2009), with the weak prior on k (ten observations at ½) of Vehtari et al. (2024), appendix G.
fn fit(excess: &[f64]) -> Pareto {
    let n = excess.len() as f64;
    let grid = 30 + n.sqrt() as usize;
    let quartile = excess[(n / 4.0 + 0.5) as usize - 1];
    let largest = excess[excess.len() - 1];
    // Products of eight factors before the logarithm, which then costs an eighth.
    let ln_product =
        |theta: f64, factors: &[f64]| match factors.iter().map(|x| 1.0 - theta * x).product::<f64>() {
            product if product.is_normal() => product.ln(),
            _ => factors.iter().map(|x| (-theta * x).ln_1p()).sum(),
        };
    let shape_at = |theta: f64| excess.chunks(8).map(|x| ln_product(theta, x)).sum::<f64>() / n;
    let thetas: Vec<f64> = (1..=grid)
        .map(|j| 1.0 / largest + (1.0 - (grid as f64 / (j as f64 - 0.5)).sqrt()) / (3.0 * quartile))
        .collect();
    let profile: Vec<f64> = thetas
        .iter()
        .map(|theta| {
            let shape = shape_at(*theta);
            n * ((-theta / shape).ln() - shape - 1.0)
        })
        .collect();
    let norm = ln_sum_exp(&profile);
    let weights: Vec<f64> = profile.iter().map(|l| (l - norm).exp()).collect();
    // Weights at rounding level are left out, so that they add no noise.
    let kept = |w: &f64| *w >= 10.0 * f64::EPSILON;
    let total: f64 = weights.iter().copied().filter(|w| kept(w)).sum();
    let theta = thetas.iter().zip(&weights).filter(|(_, w)| kept(w)).map(|(t, w)| t * w / total).sum();
    let shape = shape_at(theta);
    Pareto { shape: (n * shape + 5.0) / (n + 10.0), scale: -shape / theta }
}

/// Quantile function.
fn quantile(pareto: Pareto, p: f64) -> f64 {
    let exponential = -(-p).ln_1p();
    if pareto.shape.abs() < f64::EPSILON {
        pareto.scale * exponential
    } else {
        pareto.scale * (pareto.shape * exponential).exp_m1() / pareto.shape
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::example;
    use super::*;

    #[test]
    fn smoothed_weights_equal_arviz() {
        // az.psislw(s * |x|, reff = 1) on the 4 × 250 example, ArviZ 0.23.4: k, largest and first three weights
        let cases = [
            (3.0, 0.179_273_99, [0.014_447_614_975, 0.004_609_09, 0.000_884_56, 0.000_604_67]),
            (6.0, 0.486_590_62, [0.075_558_789_13, 0.008_529_39, 0.000_326_04, 0.000_152_36]),
        ];
        for (factor, shape, weights) in cases {
            let smoothed = smooth(example(4, 250).concat().iter().map(|x| factor * x.abs()).collect());
            assert!((smoothed.shape.expect("a tail") - shape).abs() < 1e-7, "{:?}", smoothed.shape);
            let largest = smoothed.ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let got = [largest, smoothed.ln_weights[0], smoothed.ln_weights[1], smoothed.ln_weights[2]];
            for (got, want) in got.iter().zip(weights) {
                assert!((got.exp() - want).abs() < 1e-8, "{} against {want}", got.exp());
            }
        }
    }

    #[test]
    fn fit_recovers_the_shape_of_exact_quantiles() {
        for shape in [-0.2, 0.0, 0.3, 0.8] {
            let truth = Pareto { shape, scale: 2.0 };
            let excess: Vec<f64> =
                (0..4000).map(|i| quantile(truth, (f64::from(i) + 0.5) / 4000.0)).collect();
            let got = fit(&excess);
            assert!((got.shape - shape).abs() < 0.03 && (got.scale - 2.0).abs() < 0.08, "{got:?}");
        }
    }

    #[test]
    fn equal_weights_stay_equal() {
        let smoothed = smooth(vec![-3.0; 50]);
        assert_eq!(smoothed.shape, None);
        assert!(smoothed.ln_weights.iter().all(|w| (w + 50f64.ln()).abs() < 1e-12));
    }
}
