//! The prior density and its chain rule, one term at a time.

use super::coordinates::{Bend, SHARE, half_normal_slope, ln_1p_exp, logistic};

/// Adds one prior term at a time; `by` is the likelihood's derivative by the same coordinate.
#[derive(Debug)]
pub struct Accumulator<'a> {
    /// The point.
    pub q: &'a [f64],
    /// Gradient of prior and likelihood.
    pub grad: &'a mut [f64],
    /// Log prior with the Jacobian, up to a constant.
    pub log_density: f64,
}

impl Accumulator<'_> {
    /// q ~ N(0, 1).
    pub fn normal(&mut self, i: usize, by: f64) {
        self.log_density -= 0.5 * self.q[i] * self.q[i];
        self.grad[i] = by - self.q[i];
    }

    /// x at a bent coordinate, whose prior is already in the log density; `by` its derivative by x, more of which
    /// may be in the gradient already.
    pub fn bent(&mut self, i: usize, bend: Bend, by: f64) {
        let (_, slope, by_ln_slope) = bend.bent(self.q[i]);
        self.log_density += slope.ln();
        self.grad[i] = (self.grad[i] + by) * slope + by_ln_slope;
    }

    /// x ~ HalfNormal(scale) at the quantile of q; `by` the derivative by ln x.
    pub fn half_normal(&mut self, i: usize, x: f64, scale: f64, by: f64) {
        self.normal(i, by * half_normal_slope(self.q[i], x, scale));
    }

    /// x = [`share`]`(q)` ~ Beta(a, b); `by` the derivative by x.
    pub fn beta(&mut self, i: usize, x: f64, (a, b): (f64, f64), by: f64) {
        // ln x and ln(1 − x) from the logit, exact when x rounds to 0 or 1.
        let logit = SHARE.bent(self.q[i]).0;
        self.log_density -= a * ln_1p_exp(-logit) + b * ln_1p_exp(logit);
        self.grad[i] = 0.0;
        self.bent(i, SHARE, by * x * (1.0 - x) + a * (1.0 - x) - b * x);
    }
}

/// The share in (0, 1) at its coordinate.
pub fn share(q: f64) -> f64 {
    logistic(SHARE.bent(q).0)
}
