//! Where a trajectory left its level set.

use super::hamiltonian::PhasePoint;
use super::metric::Metric;
use crate::sampler::density::NotFinite;

/// The step of a trajectory at which it diverged.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// Position before the step; length d.
    pub start: Vec<f64>,
    /// Position after it.
    pub end: Vec<f64>,
    /// Energy after it less that of the trajectory's start; `None` where there is none.
    pub energy_error: Option<f64>,
    /// What is not finite after it, where that is the cause.
    pub not_finite: Option<NotFinite>,
    /// The coordinate to blame: the one whose derivative is not finite or, in units of the metric, changed most
    /// over the step; where the end has no gradient, the one that moved most.
    pub coordinate: usize,
}

impl Divergence {
    /// Of the step between two points, the second in a trajectory that began with `start_energy`.
    pub(crate) fn between(
        from: &PhasePoint,
        to: &PhasePoint,
        start_energy: f64,
        not_finite: Option<NotFinite>,
        metric: &Metric,
    ) -> Divergence {
        let error = to.energy - start_energy;
        let coordinate = match not_finite {
            Some(NotFinite::Gradient { coordinate, .. }) => coordinate,
            Some(NotFinite::Value { .. }) => {
                largest(from.q.len(), |i| (to.q[i] - from.q[i]).abs() / metric.scale(i))
            }
            None => largest(from.q.len(), |i| (to.gradient[i] - from.gradient[i]).abs() * metric.scale(i)),
        };
        Divergence {
            start: from.q.clone(),
            end: to.q.clone(),
            energy_error: (not_finite.is_none() && error.is_finite()).then_some(error),
            not_finite,
            coordinate,
        }
    }
}

/// The index below `n` with the largest value, the first of equals.
fn largest(n: usize, value: impl Fn(usize) -> f64) -> usize {
    (0..n).rev().max_by(|a, b| value(*a).total_cmp(&value(*b))).unwrap_or(0)
}
