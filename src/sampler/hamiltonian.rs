//! The Hamiltonian H(q, p) = pᵀM⁻¹p/2 − ln π(q), its points and the leapfrog step.

use rand_chacha::ChaCha8Rng;

use super::density::{DensityError, LogDensity};
use super::linalg::{axpy, dot};
use super::metric::Metric;

/// A point of phase space with what the next leapfrog step needs of it.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Position.
    pub(crate) q: Vec<f64>,
    /// Momentum.
    pub(crate) p: Vec<f64>,
    /// Velocity M⁻¹p.
    pub(crate) v: Vec<f64>,
    /// Gradient g of the log density.
    pub(crate) gradient: Vec<f64>,
    /// Acceleration M⁻¹g.
    acceleration: Vec<f64>,
    /// ln π(q)
    pub(crate) log_density: f64,
    /// H(q, p)
    pub(crate) energy: f64,
}

impl Point {
    pub(crate) fn new(dim: usize) -> Point {
        let zeros = || vec![0.0; dim];
        Point {
            q: zeros(),
            p: zeros(),
            v: zeros(),
            gradient: zeros(),
            acceleration: zeros(),
            log_density: f64::NEG_INFINITY,
            energy: f64::INFINITY,
        }
    }
}

/// A density under a metric.
pub(crate) struct Hamiltonian<'a, D: LogDensity> {
    density: &'a D,
    workspace: D::Workspace,
    pub(crate) metric: Metric,
}

impl<'a, D: LogDensity> Hamiltonian<'a, D> {
    pub(crate) fn new(density: &'a D, metric: Metric) -> Self {
        Hamiltonian { density, workspace: density.workspace(), metric }
    }

    pub(crate) fn dim(&self) -> usize {
        self.density.dim()
    }

    /// Evaluates density and gradient at `point.q`.
    ///
    /// # Errors
    /// Where either is not finite, whether the model noticed or not.
    pub(crate) fn evaluate(&mut self, point: &mut Point) -> Result<(), DensityError> {
        point.log_density =
            self.density.value_and_gradient(&point.q, &mut point.gradient, &mut self.workspace)?;
        // A product with zero keeps NaN and infinity: one pass without a branch an element.
        let poison: f64 = point.gradient.iter().map(|g| g * 0.0).sum();
        if point.log_density.is_finite() && poison == 0.0 { Ok(()) } else { Err(DensityError) }
    }

    /// Gives an evaluated point a fresh momentum, and the acceleration under the present metric.
    pub(crate) fn refresh_momentum(&mut self, point: &mut Point, rng: &mut ChaCha8Rng) {
        let kinetic = self.metric.draw_momentum(rng, &mut point.p, &mut point.v);
        self.metric.apply(&point.gradient, &mut point.acceleration);
        point.energy = kinetic - point.log_density;
    }

    /// One leapfrog step of signed length `step`.
    ///
    /// Velocity and acceleration are carried along with momentum and gradient, so that a step costs a
    /// single product with M⁻¹.
    ///
    /// # Errors
    /// Where the density is not finite at the new point, which is then not usable.
    pub(crate) fn leapfrog(&mut self, from: &Point, to: &mut Point, step: f64) -> Result<(), DensityError> {
        let half = 0.5 * step;
        let d = from.q.len();
        let (q0, p0, v0) = (&from.q[..d], &from.p[..d], &from.v[..d]);
        let (g0, a0) = (&from.gradient[..d], &from.acceleration[..d]);
        let (q, p, v) = (&mut to.q[..d], &mut to.p[..d], &mut to.v[..d]);
        for i in 0..d {
            p[i] = p0[i] + half * g0[i];
            v[i] = v0[i] + half * a0[i];
            q[i] = q0[i] + step * v[i];
        }
        self.evaluate(to)?;
        self.metric.apply(&to.gradient, &mut to.acceleration);
        axpy(half, &to.gradient, &mut to.p);
        axpy(half, &to.acceleration, &mut to.v);
        to.energy = 0.5 * dot(&to.p, &to.v) - to.log_density;
        Ok(())
    }
}
