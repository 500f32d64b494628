//! Dual carry-over: (1 − π) of the effect fades with α, π of it with α_slow.
//!
//! The adstocked series is a sum of two recursions, and so are its derivatives, which the reverse sweep needs summed
//! only: they are computed anew there and never kept.

use super::super::simd::mul_add;
use super::shape::{CarryShape, SlowPart};

/// Share of the effect after which the rest is not told apart from none, and most lags that are kept.
const TAIL: f64 = 1e-6;
const MOST_LAGS: usize = 1000;

/// Adstocked exposure of one series.
#[inline(always)]
pub fn dual<const FMA: bool>(shape: &CarryShape, exposure: &[f64], adstocked: &mut [f64]) {
    let CarryShape { retention, slow } = *shape;
    let (mut fast, mut long) = (0.0, 0.0);
    for (x, to) in exposure.iter().zip(adstocked) {
        fast = mul_add::<FMA>(retention, fast - x, *x);
        long = mul_add::<FMA>(slow.retention, long - x, *x);
        *to = mul_add::<FMA>(slow.share, long - fast, fast);
    }
}

/// Derivatives of Σ weight · adstocked by the three parameters.
#[inline(always)]
pub fn derivatives<const FMA: bool>(shape: &CarryShape, exposure: &[f64], weight: &[f64]) -> CarryShape {
    let CarryShape { retention, slow } = *shape;
    let ([mut fast, mut by_fast], [mut long, mut by_long]) = ([0.0; 2], [0.0; 2]);
    let mut sums = CarryShape::default();
    for (x, w) in exposure.iter().zip(weight) {
        let (gap, long_gap) = (fast - x, long - x);
        by_fast = mul_add::<FMA>(retention, by_fast, gap);
        by_long = mul_add::<FMA>(slow.retention, by_long, long_gap);
        fast = mul_add::<FMA>(retention, gap, *x);
        long = mul_add::<FMA>(slow.retention, long_gap, *x);
        sums.retention += w * by_fast;
        sums.slow.retention += w * by_long;
        sums.slow.share += w * (long - fast);
    }
    CarryShape {
        retention: (1.0 - slow.share) * sums.retention,
        slow: SlowPart { retention: slow.share * sums.slow.retention, share: sums.slow.share },
    }
}

/// Weights of the lags up to where next to nothing is left, summing to one.
pub fn weights(shape: &CarryShape) -> Vec<f64> {
    let CarryShape { retention, slow } = *shape;
    let mut parts = [(1.0 - slow.share) * (1.0 - retention), slow.share * (1.0 - slow.retention)];
    let mut weights = Vec::new();
    let mut left = 1.0;
    while left > TAIL && weights.len() < MOST_LAGS {
        weights.push(parts[0] + parts[1]);
        left -= parts[0] + parts[1];
        parts = [parts[0] * retention, parts[1] * slow.retention];
    }
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= total);
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(retention: f64, slow: f64, share: f64) -> CarryShape {
        CarryShape { retention, slow: SlowPart { retention: slow, share } }
    }

    #[test]
    fn values_by_hand() {
        // α ½ and ¾, π ¼: 16 → 8, 4, 2 and 4, 3, 9/4; ¾ of the first and ¼ of the second.
        let mut a = [0.0; 3];
        dual::<false>(&shape(0.5, 0.75, 0.25), &[16.0, 0.0, 0.0], &mut a);
        assert_eq!(a, [7.0, 3.75, 2.0625]);
        let weights = weights(&shape(0.5, 0.75, 0.25));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-5;
        assert!(near(weights[0], 7.0 / 16.0) && near(weights[1], 3.75 / 16.0), "{:?}", &weights[..2]);
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn derivatives_match_central_differences() {
        let x = [3.0, 0.0, 1.0, 7.0, 0.0, 0.0, 2.0, 5.0];
        let weight = [0.3, -1.0, 2.0, 0.7, 1.1, -0.4, 0.9, 1.0];
        let sum = |at: CarryShape| {
            let mut a = [0.0; 8];
            dual::<false>(&at, &x, &mut a);
            a.iter().zip(weight).map(|(a, w)| a * w).sum::<f64>()
        };
        let (alpha, slow, share, h) = (0.4, 0.9, 0.3, 1e-6);
        let by = derivatives::<false>(&shape(alpha, slow, share), &x, &weight);
        let difference = |up: CarryShape, down: CarryShape| (sum(up) - sum(down)) / (2.0 * h);
        let numeric = [
            difference(shape(alpha + h, slow, share), shape(alpha - h, slow, share)),
            difference(shape(alpha, slow + h, share), shape(alpha, slow - h, share)),
            difference(shape(alpha, slow, share + h), shape(alpha, slow, share - h)),
        ];
        for (own, numeric) in [by.retention, by.slow.retention, by.slow.share].into_iter().zip(numeric) {
            assert!((own - numeric).abs() < 1e-8, "{own} {numeric}");
        }
    }
}
