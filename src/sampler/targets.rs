//! Targets with known moments that can be drawn from exactly, for tests.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, StudentT};

use super::density::{DensityError, LogDensity, NotFinite};

/// A density given by a function of the position that fills in the gradient.
pub(crate) struct Target<F> {
    pub(crate) dim: usize,
    pub(crate) order: usize,
    pub(crate) function: F,
}

impl<F: Fn(&[f64], &mut [f64]) -> f64 + Sync> LogDensity for Target<F> {
    type Workspace = ();

    fn dim(&self) -> usize {
        self.dim
    }

    fn dense_block(&self) -> usize {
        self.order
    }

    fn workspace(&self) {}

    fn value_and_gradient(&self, q: &[f64], grad: &mut [f64], (): &mut ()) -> Result<f64, DensityError> {
        let value = (self.function)(q, grad);
        if value.is_finite() { Ok(value) } else { Err(NotFinite::Value { value }.into()) }
    }
}

/// Independent standard normals.
pub(crate) fn iid_normal(dim: usize, order: usize) -> Target<impl Fn(&[f64], &mut [f64]) -> f64 + Sync> {
    let function = |q: &[f64], g: &mut [f64]| {
        g.iter_mut().zip(q).for_each(|(g, q)| *g = -q);
        -0.5 * q.iter().map(|q| q * q).sum::<f64>()
    };
    Target { dim, order, function }
}

/// Bivariate normal, standard deviations 1 and 2, correlation 0.9.
pub(crate) fn correlated_normal(order: usize) -> Target<impl Fn(&[f64], &mut [f64]) -> f64 + Sync> {
    let function = |q: &[f64], g: &mut [f64]| {
        let (u, v, r) = (q[0], q[1] / 2.0, 0.9);
        let det = 1.0 - r * r;
        g[0] = -(u - r * v) / det;
        g[1] = -(v - r * u) / det / 2.0;
        -0.5 * (u * u - 2.0 * r * u * v + v * v) / det
    };
    Target { dim: 2, order, function }
}

/// An exact draw from [`correlated_normal`].
pub(crate) fn draw_correlated_normal(rng: &mut ChaCha8Rng) -> Vec<f64> {
    let (a, b): (f64, f64) = (StandardNormal.sample(rng), StandardNormal.sample(rng));
    vec![a, 2.0 * (0.9 * a + (1.0 - 0.81f64).sqrt() * b)]
}

/// Neal's funnel, centred: v ~ N(0, 1.5²), x | v ~ N(0, eᵛ).
pub(crate) fn funnel() -> Target<impl Fn(&[f64], &mut [f64]) -> f64 + Sync> {
    let function = |q: &[f64], g: &mut [f64]| {
        let (v, x) = (q[0], q[1]);
        let precision = (-v).exp();
        g[0] = -v / 2.25 - 0.5 + 0.5 * x * x * precision;
        g[1] = -x * precision;
        -0.5 * (v * v / 2.25 + v + x * x * precision)
    };
    Target { dim: 2, order: 0, function }
}

/// An exact draw from [`funnel`].
pub(crate) fn draw_funnel(rng: &mut ChaCha8Rng) -> Vec<f64> {
    let (a, b): (f64, f64) = (StandardNormal.sample(rng), StandardNormal.sample(rng));
    let v = 1.5 * a;
    vec![v, (v / 2.0).exp() * b]
}

/// Three independent Student-t with 3 degrees of freedom.
pub(crate) fn student() -> Target<impl Fn(&[f64], &mut [f64]) -> f64 + Sync> {
    let function = |q: &[f64], g: &mut [f64]| {
        g.iter_mut().zip(q).for_each(|(g, q)| *g = -4.0 * q / (3.0 + q * q));
        -2.0 * q.iter().map(|q| (q * q / 3.0).ln_1p()).sum::<f64>()
    };
    Target { dim: 3, order: 2, function }
}

/// An exact draw from [`student`].
pub(crate) fn draw_student(rng: &mut ChaCha8Rng) -> Vec<f64> {
    let t = StudentT::new(3.0).expect("positive degrees of freedom");
    (0..3).map(|_| rng.sample(t)).collect()
}

/// Independent standard normal draws.
pub(crate) fn standard_normals(dim: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    (0..dim).map(|_| StandardNormal.sample(rng)).collect()
}
