//! Transforms between unconstrained coordinates and parameters on their natural scales.

use statrs::function::erf::{erf_inv, erfc, erfc_inv};
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

/// 1 / (1 + e⁻ˣ).
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ln(1 + eˣ) without overflow.
pub(crate) fn ln_1p_exp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Least value of a [`half_normal`] scale, in units of the scale: too little to be seen in any outcome, and
/// enough for its inverse square to leave the shared baseline its digits.
const LEAST: f64 = 1e-4;

/// The quantile of HalfNormal(scale) at Φ(u): half-normal when u is standard normal.
///
/// A scale that the data know little of is then a standard normal coordinate. Its logarithm would have a
/// long tail to the left and curvature that grows with its square to the right, which shortens every step
/// of the sampler. The quantile is shifted by [`LEAST`].
pub(crate) fn half_normal(u: f64, scale: f64) -> f64 {
    // From whichever tail is small, which keeps its digits.
    let value = if u < 0.0 {
        erf_inv(0.5 * erfc(-u * FRAC_1_SQRT_2))
    } else {
        erfc_inv(0.5 * erfc(u * FRAC_1_SQRT_2))
    };
    scale * (SQRT_2 * value + LEAST)
}

/// d ln x / du at x = [`half_normal`]`(u, scale)`.
pub(crate) fn half_normal_slope(u: f64, x: f64, scale: f64) -> f64 {
    let quantile = x / scale - LEAST;
    (0.5 * (quantile * quantile - u * u)).exp() / (2.0 * (quantile + LEAST))
}

/// A line x(q) that is steeper to the left, with x(0) = 0.
///
/// The logarithm of what may be next to nothing has a tail to the left several times longer than the one to
/// the right. In q both are about as long, so that one step size suits both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bend {
    /// Slope far to the left.
    left: f64,
    /// Slope far to the right.
    right: f64,
    /// The coordinate where it bends.
    at: f64,
}

/// Of a channel's ln effect.
pub(crate) const EFFECT: Bend = Bend { left: 1.3, right: 0.45, at: -1.0 };
/// Of the logit of a share such as the retention.
pub(crate) const SHARE: Bend = Bend { left: 1.6, right: 0.6, at: -0.5 };

impl Bend {
    fn mean_and_half(self) -> (f64, f64) {
        (0.5 * (self.left + self.right), 0.5 * (self.left - self.right))
    }

    /// x(q), its slope and the derivative of ln slope.
    pub(crate) fn bent(self, q: f64) -> (f64, f64, f64) {
        let (mean, half) = self.mean_and_half();
        let u = q - self.at;
        let root = (1.0 + u * u).sqrt();
        let at_zero = -mean * self.at - half * (1.0 + self.at * self.at).sqrt();
        let slope = mean - half * u / root;
        (mean * u - half * root - at_zero, slope, -half / (root * root * root * slope))
    }

    /// The q at which x(q) is `x`.
    pub(crate) fn unbent(self, x: f64) -> f64 {
        let (mean, half) = self.mean_and_half();
        let y = x - mean * self.at - half * (1.0 + self.at * self.at).sqrt();
        // (mean u − y)² = half² (1 + u²), the root with mean u > y.
        let (a, b, c) = (mean * mean - half * half, mean * y, y * y - half * half);
        let root = (b * b - a * c).sqrt();
        // Without cancellation whichever sign b has.
        let u = if b >= 0.0 { (b + root) / a } else { c / (b - root) };
        u + self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bends_have_their_slopes_and_inverses() {
        for bend in [EFFECT, SHARE] {
            assert!(bend.bent(0.0).0.abs() < 1e-15);
            for q in [-30.0, -4.0, -1.0, -0.2, 0.3, 2.0, 30.0] {
                let (x, slope, by_ln_slope) = bend.bent(q);
                assert!((bend.unbent(x) - q).abs() < 1e-10, "{q}: {}", bend.unbent(x));
                let h = 1e-5;
                let (low, high) = (bend.bent(q - h), bend.bent(q + h));
                assert!((slope - (high.0 - low.0) / (2.0 * h)).abs() < 1e-8, "{q}");
                assert!((by_ln_slope - (high.1.ln() - low.1.ln()) / (2.0 * h)).abs() < 1e-8, "{q}");
            }
            assert!((bend.bent(-1e4).1 - bend.left).abs() < 1e-6);
            assert!((bend.bent(1e4).1 - bend.right).abs() < 1e-6);
        }
    }

    #[test]
    fn half_normal_quantiles_are_the_tables() {
        // Φ(0.674489750196082) = 0.75: the median of |x|; P(|x| < 1.959963984540054) = 0.95 = Φ(1.644853626951473).
        for (u, x) in [(0.0, 0.674_489_750_196_082), (1.644_853_626_951_473, 1.959_963_984_540_054)] {
            // The library's erfc has ten digits.
            assert!((half_normal(u, 3.0) - 3.0 * (x + LEAST)).abs() < 1e-9, "{u}");
        }
        // Far in the left tail Φ(u) = x √(2/π).
        let u: f64 = -6.0;
        let tail = 0.5 * erfc(6.0 * FRAC_1_SQRT_2) * std::f64::consts::FRAC_PI_2.sqrt();
        assert!(((half_normal(u, 1.0) - LEAST) / tail - 1.0).abs() < 1e-9);
        assert_eq!(half_normal(-60.0, 2.0), 2.0 * LEAST);
    }

    #[test]
    fn half_normal_slope_is_the_derivative() {
        for u in [-4.5, -3.0, -0.5, -1e-3, 1e-3, 0.7, 2.0, 5.0] {
            let h = 1e-4;
            let at = |u: f64| half_normal(u, 0.3).ln();
            let numeric = (8.0 * (at(u + h) - at(u - h)) - (at(u + 2.0 * h) - at(u - 2.0 * h))) / (12.0 * h);
            let slope = half_normal_slope(u, half_normal(u, 0.3), 0.3);
            assert!((slope / numeric - 1.0).abs() < 1e-7, "{u}: {slope} against {numeric}");
        }
    }
}
