//! Pareto-smoothed importance-sampling leave-one-out cross-validation.

use ndarray::ArrayView2;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pareto::{ln_sum_exp, smooth};

/// Leave-one-out predictive accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Loo {
    /// Expected log pointwise predictive density.
    pub elpd: f64,
    /// Its standard error.
    pub se: f64,
    /// Effective number of parameters.
    pub p_loo: f64,
    /// Largest Pareto shape; above 0.7 the estimate is not reliable.
    pub max_pareto_k: f64,
}

/// Stands for every larger shape, and for a tail with too few different weights to fit one.
const LARGEST_SHAPE: f64 = 10.0;

/// Leave-one-out accuracy from S × N pointwise log densities at the posterior draws.
///
/// An entry is ln p(y_i | θ_s), or, for outcomes that depend on each other, ln p(y_i | y₋ᵢ, θ_s); the
/// weights 1/p turn the posterior given all outcomes into the one without y_i in both cases.
/// `None` when there is no draw or no outcome, or when an entry is not finite.
///
/// # Source
/// Vehtari, Gelman & Gabry (2017), eq. 10 and § 2.
pub fn psis_loo(log_lik: ArrayView2<f64>) -> Option<Loo> {
    psis_points(log_lik).map(|(loo, _)| loo)
}

/// [`psis_loo`] with each outcome's share of the elpd.
pub fn psis_points(log_lik: ArrayView2<f64>) -> Option<(Loo, Vec<f64>)> {
    if log_lik.is_empty() || log_lik.iter().any(|l| !l.is_finite()) {
        return None;
    }
    let points: Vec<LeftOut> =
        (0..log_lik.ncols()).into_par_iter().map(|i| LeftOut::of(&log_lik.column(i).to_vec())).collect();
    let elpd: Vec<f64> = points.iter().map(|p| p.elpd).collect();
    let lppd: f64 = points.iter().map(|p| p.lppd).sum();
    let max_pareto_k = points.iter().map(|p| p.pareto_k).fold(f64::NEG_INFINITY, f64::max);
    let n = elpd.len() as f64;
    let total: f64 = elpd.iter().sum();
    let squares: f64 = elpd.iter().map(|e| (e - total / n).powi(2)).sum();
    Some((Loo { elpd: total, se: squares.sqrt(), p_loo: lppd - total, max_pareto_k }, elpd))
}

/// One outcome's share.
struct LeftOut {
    elpd: f64,
    lppd: f64,
    pareto_k: f64,
}

impl LeftOut {
    /// From its log densities at the draws.
    fn of(values: &[f64]) -> LeftOut {
        let smoothed = smooth(values.iter().map(|l| -l).collect());
        let weighted: Vec<f64> = smoothed.ln_weights.iter().zip(values).map(|(w, l)| w + l).collect();
        let flat = values.iter().all(|l| *l == values[0]);
        let shape = if flat { 0.0 } else { smoothed.shape.unwrap_or(LARGEST_SHAPE) };
        LeftOut {
            elpd: ln_sum_exp(&weighted),
            lppd: ln_sum_exp(values) - (values.len() as f64).ln(),
            pareto_k: shape.min(LARGEST_SHAPE),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::super::reference::example;
    use super::*;

    /// ln N(y | μ_s, 1) for the draws of the 4 × 250 example.
    fn normal(outcomes: &[f64]) -> Array2<f64> {
        let draws = example(4, 250).concat();
        let constant = -0.5 * (2.0 * std::f64::consts::PI).ln();
        Array2::from_shape_fn((draws.len(), outcomes.len()), |(s, i)| {
            constant - 0.5 * (outcomes[i] - draws[s]).powi(2)
        })
    }

    #[test]
    fn equals_arviz() {
        // az.psislw and the sums of az.loo, reff = 1, ArviZ 0.23.4
        let loo = psis_loo(normal(&[-1.0, 0.0, 0.3, 1.5, 4.0]).view()).expect("finite");
        assert!((loo.elpd + 15.991_345_335_217_652).abs() < 1e-8, "{loo:?}");
        assert!((loo.se - 7.602_134_197_313_382).abs() < 1e-8, "{loo:?}");
        assert!((loo.p_loo - 3.359_477_589_498_219).abs() < 1e-8, "{loo:?}");
        assert!((loo.max_pareto_k - 0.664_267_72).abs() < 1e-7, "{loo:?}");
    }

    #[test]
    fn draws_that_all_say_the_same_lose_nothing() {
        let loo = psis_loo(Array2::from_elem((100, 3), -1.5).view()).expect("finite");
        assert!((loo.elpd + 4.5).abs() < 1e-12 && loo.p_loo.abs() < 1e-12 && loo.se.abs() < 1e-12);
        assert_eq!(loo.max_pareto_k, 0.0);
    }

    #[test]
    fn one_draw_with_all_the_weight_is_called_unreliable() {
        let mut log_lik = Array2::from_elem((100, 1), -1.0);
        log_lik[[17, 0]] = -50.0;
        assert_eq!(psis_loo(log_lik.view()).expect("finite").max_pareto_k, LARGEST_SHAPE);
        log_lik[[3, 0]] = f64::NEG_INFINITY;
        assert_eq!(psis_loo(log_lik.view()), None);
        assert_eq!(psis_loo(Array2::zeros((0, 3)).view()), None);
    }
}
