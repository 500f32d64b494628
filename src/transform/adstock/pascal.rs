//! Pascal (negative binomial) carry-over: the geometric recursion applied r times, w_l = C(l+r−1, l) (1−α)^r α^l.
//!
//! Its mean lag is r α / (1 − α), r times that of the geometric kernel at the same α.
//!
//! # Source
//! Solow (1960), Econometrica 28, 393–406.

use super::super::simd::mul_add;
use super::geometric::one_series;

/// Share of the effect after which the rest is not told apart from none, and most lags that are kept.
const TAIL: f64 = 1e-6;
const MOST_LAGS: usize = 1000;

/// Adstocked exposure and its derivative by α of one series.
#[inline(always)]
pub fn pascal<const FMA: bool>(
    (retention, r): (f64, usize),
    exposure: &[f64],
    adstocked: &mut [f64],
    tangent: &mut [f64],
) {
    one_series::<FMA>(retention, exposure, adstocked, tangent);
    for _ in 1..r {
        let (mut a, mut d) = (0.0, 0.0);
        for (x, by) in adstocked.iter_mut().zip(tangent.iter_mut()) {
            // aₜ = xₜ + α (aₜ₋₁ − xₜ), where xₜ depends on α too.
            let gap = a - *x;
            d = mul_add::<FMA>(retention, d - *by, gap + *by);
            a = mul_add::<FMA>(retention, gap, *x);
            (*x, *by) = (a, d);
        }
    }
}

/// Weights of the lags up to where next to nothing is left, summing to one.
pub fn weights(retention: f64, r: usize) -> Vec<f64> {
    let mut weights = vec![(1.0 - retention).powi(r as i32)];
    let mut left = 1.0 - weights[0];
    while left > TAIL && weights.len() < MOST_LAGS {
        let lag = weights.len() as f64;
        let next = weights[weights.len() - 1] * retention * (lag + r as f64 - 1.0) / lag;
        left -= next;
        weights.push(next);
    }
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= total);
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Adstock;
    use crate::transform::adstock::{Carry, carryover_share, half_life};

    fn apply(r: usize, alpha: f64, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut carry = Carry::new(Adstock::Pascal { r });
        carry.set(alpha);
        let (mut a, mut d) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        carry.apply::<false>(x, &mut a, &mut d);
        (a, d)
    }

    #[test]
    fn values_by_hand() {
        // r = 2, α = ½: weights ¼, 2/8, 3/16, 4/32.
        assert_eq!(apply(2, 0.5, &[16.0, 0.0, 0.0, 0.0]).0, [4.0, 4.0, 3.0, 2.0]);
        // r = 3, α = ½: weights ⅛, 3/16, 6/32, 10/64; the peak is late.
        assert_eq!(apply(3, 0.5, &[64.0, 0.0, 0.0, 0.0]).0, [8.0, 12.0, 12.0, 10.0]);
        // r = 1 is geometric: 8 → 4; 0 → 2; 4 → 2 + 1 = 3.
        assert_eq!(apply(1, 0.5, &[8.0, 0.0, 4.0]).0, [4.0, 2.0, 3.0]);
    }

    #[test]
    fn derivatives_match_central_differences_and_the_closed_form() {
        let x = [3.0, 0.0, 1.0, 7.0, 0.0, 0.0, 2.0, 5.0];
        for r in 1..=3 {
            for alpha in [0.05, 0.4, 0.93] {
                let (h, d) = (1e-6, apply(r, alpha, &x).1);
                let (up, down, more) =
                    (apply(r, alpha + h, &x).0, apply(r, alpha - h, &x).0, apply(r + 1, alpha, &x).0);
                for t in 0..x.len() {
                    assert!((d[t] - (up[t] - down[t]) / (2.0 * h)).abs() < 1e-7, "{r} {alpha} {t}");
                    // r (1 − α)⁻² (aₜ₋₁ − aₜ) of one round more.
                    let before = if t > 0 { more[t - 1] } else { 0.0 };
                    let closed = r as f64 * (before - more[t]) / (1.0 - alpha).powi(2);
                    assert!((d[t] - closed).abs() < 1e-9 * (1.0 + closed.abs()), "{r} {alpha} {t}");
                }
            }
        }
    }

    #[test]
    fn weights_sum_to_one_with_their_mean_lag() {
        for (r, alpha) in [(1, 0.3), (2, 0.5), (3, 0.8)] {
            let weights = weights(alpha, r);
            let mean: f64 = weights.iter().enumerate().map(|(l, w)| l as f64 * w).sum();
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!((mean / (r as f64 * alpha / (1.0 - alpha)) - 1.0).abs() < 1e-4, "{r}: {mean}");
        }
        // ¼ + ¼ come in the first two periods.
        let kind = Adstock::Pascal { r: 2 };
        assert!((half_life(kind, 0.5) - 2.0).abs() < 1e-4);
        assert!((carryover_share(kind, 0.5) - 0.75).abs() < 1e-5);
    }
}
