//! Warm-up: when the metric is learnt from which draws, and the step size with it.

use super::density::LogDensity;
use super::estimate::History;
use super::metric::Metric;
use super::nuts::{Nuts, Transition};
use super::step_size::DualAveraging;

/// The metric is estimated from a foreground window of the latest draws while a background window
/// fills; when it is full it becomes the foreground. Early windows are short, so that the way from the
/// start to the bulk is soon forgotten; later ones grow, so that the last estimate is a good one.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    /// Iterations with windows of [`Schedule::EARLY_WINDOW`].
    early: usize,
    /// Iterations that adapt the metric; the remaining ones only the step size.
    metric: usize,
}

impl Schedule {
    const EARLY_WINDOW: usize = 10;
    const FIRST_LATE_WINDOW: usize = 80;
    /// Fewest draws worth an estimate.
    const FEWEST: usize = 5;

    fn new(warmup: usize) -> Schedule {
        Schedule { early: warmup * 3 / 10, metric: warmup - warmup * 15 / 100 }
    }
}

/// The adaptation of one chain.
pub(crate) struct Warmup {
    schedule: Schedule,
    history: History,
    pub(crate) averaging: DualAveraging,
    iteration: usize,
    /// Draws from here on make the estimate.
    foreground: usize,
    /// Draws from here on make the next foreground.
    background: usize,
    window: usize,
    /// Length of the history at which the metric is estimated next.
    next_estimate: usize,
}

impl Warmup {
    pub(crate) fn new(dim: usize, warmup: usize, averaging: DualAveraging) -> Warmup {
        Warmup {
            schedule: Schedule::new(warmup),
            history: History::new(dim, warmup),
            averaging,
            iteration: 0,
            foreground: 0,
            background: 0,
            window: Schedule::EARLY_WINDOW,
            next_estimate: Schedule::FEWEST,
        }
    }

    /// Learns from a transition that led to the sampler's present point.
    pub(crate) fn learn<D: LogDensity>(&mut self, nuts: &mut Nuts<'_, D>, transition: &Transition) {
        self.averaging.update(transition.accept);
        self.iteration += 1;
        if self.iteration > self.schedule.metric {
            return;
        }
        // A draw that did not move says nothing new, and a run of them would shrink the variances.
        if transition.depth > 0 {
            let point = nuts.current();
            self.history.push(&point.q, &point.gradient);
        }
        let switched = self.switch_windows();
        let n = self.history.len();
        let last = self.iteration == self.schedule.metric;
        if n >= self.next_estimate || (switched || last) && n >= self.foreground + Schedule::FEWEST {
            let order = nuts.hamiltonian.metric.order();
            nuts.hamiltonian.metric = self.history.estimate(self.foreground, order);
            self.next_estimate = n + 1 + (n - self.foreground) / 8;
        }
    }

    fn switch_windows(&mut self) -> bool {
        let n = self.history.len();
        let late = self.iteration >= self.schedule.early;
        if late && self.window < Schedule::FIRST_LATE_WINDOW {
            self.window = Schedule::FIRST_LATE_WINDOW;
        }
        let full = n - self.background >= self.window;
        if !full {
            return false;
        }
        self.foreground = self.background;
        self.background = n;
        if late {
            self.window += self.window / 2;
        }
        true
    }
}

/// The metric before the first estimate: M⁻¹ᵢ = 1/|gᵢ|, at most 1.
///
/// A steep coordinate is taken to be a narrow one; a flat one may just be near its mode, and gets no
/// more than the scale of a standard normal.
pub(crate) fn first_metric(gradient: &[f64], order: usize) -> Metric {
    let variance: Vec<f64> = gradient.iter().map(|g| g.abs().recip().clamp(1e-12, 1.0)).collect();
    Metric::diagonal(&variance, order)
}
