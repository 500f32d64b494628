//! The Hamiltonian H(q, p) = pᵀM⁻¹p/2 − ln π(q), its points and the leapfrog step.

use rand_chacha::ChaCha8Rng;

use super::metric::Metric;
use crate::linalg::symmetric::{axpy, dot};
use crate::sampler::density::{DensityError, LogDensity, NotFinite};

/// A point of phase space with what the next leapfrog step needs of it.
#[derive(Debug, Clone)]
pub(crate) struct PhasePoint {
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
    /// Pull M(q − μ) of the normal part; zero without one.
    pull: Vec<f64>,
    /// ln π(q)
    pub(crate) log_density: f64,
    /// H(q, p)
    pub(crate) energy: f64,
}

impl PhasePoint {
    pub(crate) fn new(dim: usize) -> PhasePoint {
        let zeros = || vec![0.0; dim];
        PhasePoint {
            q: zeros(),
            p: zeros(),
            v: zeros(),
            gradient: zeros(),
            acceleration: zeros(),
            pull: zeros(),
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
    /// Where either is not finite, whether the model noticed or not, or cannot be evaluated.
    pub(crate) fn evaluate(&mut self, point: &mut PhasePoint) -> Result<(), DensityError> {
        point.log_density =
            self.density.value_and_gradient(&point.q, &mut point.gradient, &mut self.workspace)?;
        // A product with zero keeps NaN and infinity: one pass without a branch an element.
        let poison: f64 = point.gradient.iter().map(|g| g * 0.0).sum();
        if point.log_density.is_finite() && poison == 0.0 {
            return Ok(());
        }
        NotFinite::of(point.log_density, &point.gradient).map_or(Ok(()), |what| Err(what.into()))
    }

    /// Gives an evaluated point a fresh momentum, and the acceleration under the present metric.
    pub(crate) fn refresh_momentum(&mut self, point: &mut PhasePoint, rng: &mut ChaCha8Rng) {
        let kinetic = self.metric.draw_momentum(rng, &mut point.p, &mut point.v);
        self.metric.apply(&point.gradient, &mut point.acceleration);
        self.metric.pull(&point.q, &mut point.pull);
        point.energy = kinetic - point.log_density;
    }

    /// One leapfrog step of signed length `step`.
    ///
    /// Where a normal N(μ, M⁻¹) is known to resemble the target, its flow is followed exactly, a rotation
    /// by `step` about μ, and only what the target adds to it is a kick: the nearer the target to the
    /// normal, the longer the step that keeps the energy.
    ///
    /// Velocity, acceleration and pull are carried along with momentum, gradient and position, so that a
    /// step costs a single product with M⁻¹.
    ///
    /// # Errors
    /// Where the density is not finite at the new point, or cannot be evaluated: it is then not usable.
    ///
    /// # Source
    /// Shahbaba, Lan, Johnson & Neal (2014), Split Hamiltonian Monte Carlo, § 3.1.
    pub(crate) fn leapfrog(
        &mut self,
        from: &PhasePoint,
        to: &mut PhasePoint,
        step: f64,
    ) -> Result<(), DensityError> {
        match self.metric.centre() {
            Some(centre) => rotate(centre, from, to, step),
            None => drift(from, to, step),
        }
        self.evaluate(to)?;
        self.metric.apply(&to.gradient, &mut to.acceleration);
        let half = 0.5 * step;
        axpy(half, &to.gradient, &mut to.p);
        axpy(half, &to.acceleration, &mut to.v);
        if let Some(centre) = self.metric.centre() {
            axpy(half, &to.pull, &mut to.p);
            for ((v, q), c) in to.v.iter_mut().zip(&to.q).zip(centre) {
                *v += half * (q - c);
            }
        }
        to.energy = 0.5 * dot(&to.p, &to.v) - to.log_density;
        Ok(())
    }
}

/// Half a kick by the gradient, then straight on.
fn drift(from: &PhasePoint, to: &mut PhasePoint, step: f64) {
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
}

/// Half a kick by what the gradient adds to the normal's, then around the normal's centre.
fn rotate(centre: &[f64], from: &PhasePoint, to: &mut PhasePoint, step: f64) {
    let half = 0.5 * step;
    let (sin, cos) = step.sin_cos();
    let d = from.q.len();
    let (q0, p0, v0, w0) = (&from.q[..d], &from.p[..d], &from.v[..d], &from.pull[..d]);
    let (g0, a0, centre) = (&from.gradient[..d], &from.acceleration[..d], &centre[..d]);
    let (q, p, v, w) = (&mut to.q[..d], &mut to.p[..d], &mut to.v[..d], &mut to.pull[..d]);
    for i in 0..d {
        let away = q0[i] - centre[i];
        let kicked_p = p0[i] + half * (g0[i] + w0[i]);
        let kicked_v = v0[i] + half * (a0[i] + away);
        q[i] = centre[i] + cos * away + sin * kicked_v;
        v[i] = cos * kicked_v - sin * away;
        w[i] = cos * w0[i] + sin * kicked_p;
        p[i] = cos * kicked_p - sin * w0[i];
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::sampler::targets::{correlated_normal, student};

    /// M⁻¹, and the same around a centre that is not the target's.
    fn metrics(variance: Vec<f64>) -> [Metric; 2] {
        let dim = 2 + variance.len();
        let straight = Metric::new(vec![1.0, 0.5, 0.5, 2.0], variance).expect("positive definite");
        [straight.clone(), straight.with_centre(vec![0.4; dim])]
    }

    /// Largest energy error over a trajectory of length 2 from a fixed start.
    fn energy_error(metric: &Metric, step: f64) -> f64 {
        let density = correlated_normal(2);
        let metric = metric.clone();
        let mut hamiltonian = Hamiltonian::new(&density, metric);
        let mut at = PhasePoint::new(2);
        at.q.copy_from_slice(&[1.0, -0.3]);
        hamiltonian.evaluate(&mut at).expect("finite");
        hamiltonian.refresh_momentum(&mut at, &mut ChaCha8Rng::seed_from_u64(1));
        let start = at.energy;
        let mut next = PhasePoint::new(2);
        let mut error: f64 = 0.0;
        for _ in 0..(2.0 / step).round() as usize {
            hamiltonian.leapfrog(&at, &mut next, step).expect("finite");
            std::mem::swap(&mut at, &mut next);
            error = error.max((at.energy - start).abs());
        }
        error
    }

    #[test]
    fn energy_error_is_of_second_order() {
        for (metric, step) in metrics(Vec::new()).iter().flat_map(|m| [0.02, 0.01, 0.005].map(|s| (m, s))) {
            let ratio = energy_error(metric, step) / energy_error(metric, step / 2.0);
            assert!((ratio - 4.0).abs() < 0.1, "halving {step} divides the error by {ratio}: {metric:?}");
        }
    }

    /// The flow of the normal itself is followed exactly, however long the step.
    #[test]
    fn a_normal_around_its_own_centre_keeps_its_energy() {
        // The target's own covariance: standard deviations 1 and 2, correlation 0.9.
        let metric = Metric::new(vec![1.0, 1.8, 1.8, 4.0], Vec::new()).expect("positive definite");
        let metric = metric.with_centre(vec![0.0; 2]);
        assert!(energy_error(&metric, 0.7) < 1e-12, "{}", energy_error(&metric, 0.7));
    }

    #[test]
    fn steps_back_undo_steps_forward() {
        for metric in metrics(vec![0.7]) {
            undoes_its_steps(metric);
        }
    }

    fn undoes_its_steps(metric: Metric) {
        let density = student();
        let mut hamiltonian = Hamiltonian::new(&density, metric);
        let mut at = PhasePoint::new(3);
        at.q.copy_from_slice(&[0.5, -1.0, 4.0]);
        hamiltonian.evaluate(&mut at).expect("finite");
        hamiltonian.refresh_momentum(&mut at, &mut ChaCha8Rng::seed_from_u64(2));
        let start = at.clone();
        let mut next = PhasePoint::new(3);
        for step in [0.3; 100].into_iter().chain([-0.3; 100]) {
            hamiltonian.leapfrog(&at, &mut next, step).expect("finite");
            std::mem::swap(&mut at, &mut next);
        }
        for (a, b) in
            at.q.iter().chain(&at.p).chain(&at.v).zip(start.q.iter().chain(&start.p).chain(&start.v))
        {
            assert!((a - b).abs() < 1e-10, "{at:?}\n{start:?}");
        }
        assert!((at.energy - start.energy).abs() < 1e-10);
    }

    #[test]
    fn a_gradient_that_is_not_finite_is_refused_even_if_the_model_missed_it() {
        let function = |_: &[f64], g: &mut [f64]| {
            (g[0], g[1]) = (0.0, f64::INFINITY);
            0.0
        };
        let density = crate::sampler::targets::Target { dim: 2, order: 0, function };
        let mut hamiltonian = Hamiltonian::new(&density, Metric::diagonal(&[1.0; 2], 0));
        let refused = hamiltonian.evaluate(&mut PhasePoint::new(2)).expect_err("infinite");
        assert!(refused.is_recoverable());
        assert_eq!(refused.to_string(), "the derivative of the log density by coordinate 1 is inf");
    }
}
