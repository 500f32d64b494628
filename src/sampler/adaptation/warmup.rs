//! Warm-up: when the metric is learnt from which draws, and the step size with it.

use super::estimate::WarmupDraws;
use super::step_size::DualAveraging;
use crate::sampler::density::LogDensity;
use crate::sampler::length::{LONG_ENOUGH, metric_iterations};
use crate::sampler::trajectory::metric::Metric;
use crate::sampler::trajectory::nuts::{Nuts, Transition};

/// The metric is estimated from a foreground window of the latest draws while a background window
/// fills; when it is full it becomes the foreground. Early windows are short, so that the way from the
/// start to the bulk is soon forgotten; later ones grow, so that the last estimate is a good one.
///
/// It does not hang on the length of a warm-up that is long enough: one that ends as soon as it has done its
/// work takes the same way as one that was given that length.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    /// Iterations with short windows of one length.
    early: usize,
    /// Iterations that adapt the metric, in the shortest warm-up that is long enough or a shorter one.
    metric: usize,
}

impl Schedule {
    /// Twice nutpie's ten, which are few for a dense block: on the posteriors that the shrinkage was
    /// measured on, 20 saves up to a third of the gradients per effective draw, and 40 no more.
    const LONGEST_EARLY_WINDOW: usize = 20;
    const LONGEST_FIRST_LATE_WINDOW: usize = 80;
    /// Fewest draws worth an estimate.
    const FEWEST: usize = 5;

    fn new(warmup: usize) -> Schedule {
        let warmup = warmup.min(LONG_ENOUGH);
        Schedule { early: warmup * 3 / 10, metric: metric_iterations(warmup) }
    }

    /// In a short warm-up two of them, so that the start is forgotten all the same.
    fn early_window(&self) -> usize {
        (self.early / 2).clamp(Self::FEWEST, Self::LONGEST_EARLY_WINDOW)
    }

    /// In a short warm-up half of what is left.
    fn first_late_window(&self) -> usize {
        ((self.metric - self.early) / 2).clamp(self.early_window(), Self::LONGEST_FIRST_LATE_WINDOW)
    }
}

/// The adaptation of one chain.
pub(crate) struct Warmup {
    schedule: Schedule,
    gathered: WarmupDraws,
    pub(crate) averaging: DualAveraging,
    iteration: usize,
    /// Whether the metric is to change no more.
    fixed: bool,
    /// Draws from here on make the estimate.
    foreground: usize,
    /// Draws from here on make the next foreground.
    background: usize,
    window: usize,
    /// Number of draws gathered at which the metric is estimated next.
    next_estimate: usize,
}

impl Warmup {
    /// What is `known` before the first iteration stays in the foreground.
    pub(crate) fn new(known: WarmupDraws, warmup: usize, averaging: DualAveraging) -> Warmup {
        let schedule = Schedule::new(warmup);
        let n = known.len();
        Warmup {
            schedule,
            gathered: known,
            averaging,
            iteration: 0,
            fixed: false,
            foreground: 0,
            background: 0,
            window: if n > 0 { usize::MAX } else { schedule.early_window() },
            next_estimate: n + Schedule::FEWEST,
        }
    }

    /// Learns from a transition that led to the sampler's present point.
    pub(crate) fn learn<D: LogDensity>(&mut self, nuts: &mut Nuts<'_, D>, transition: &Transition) {
        self.averaging.update(transition.accept);
        self.iteration += 1;
        if self.fixed {
            return;
        }
        // A draw that did not move says nothing new, and a run of them would shrink the variances.
        if transition.depth > 0 {
            let point = nuts.current();
            self.gathered.push(&point.q, &point.gradient);
        }
        let switched = self.switch_windows();
        let n = self.gathered.len();
        if n >= self.next_estimate || switched && n >= self.foreground + Schedule::FEWEST {
            self.estimate(nuts);
        }
    }

    /// Leaves the metric as the draws so far suggest it: from here on, only the step size is learnt.
    pub(crate) fn fix_metric<D: LogDensity>(&mut self, nuts: &mut Nuts<'_, D>) {
        self.fixed = true;
        if self.gathered.len() >= self.foreground + Schedule::FEWEST {
            self.estimate(nuts);
        }
    }

    fn estimate<D: LogDensity>(&mut self, nuts: &mut Nuts<'_, D>) {
        let (n, order) = (self.gathered.len(), nuts.hamiltonian.metric.order());
        nuts.hamiltonian.metric = self.gathered.estimate(self.foreground, order);
        // Soon enough to be worth it, and not so soon that a large block, which costs order³, takes
        // longer than the gradients.
        self.next_estimate = n + 1 + (n - self.foreground) / 8 + order * order / 1000;
    }

    /// Dimension d.
    pub(crate) fn dim(&self) -> usize {
        self.gathered.dim()
    }

    /// The draws that the metric is estimated from, row-major.
    pub(crate) fn latest(&self) -> &[f64] {
        self.gathered.draws_from(self.foreground)
    }

    /// Whether the background window was full and has become the foreground.
    fn switch_windows(&mut self) -> bool {
        let n = self.gathered.len();
        let late = self.iteration >= self.schedule.early;
        let first = self.schedule.first_late_window();
        let window = if late { self.window.max(first) } else { self.window };
        if n - self.background < window {
            return false;
        }
        self.foreground = self.background;
        self.background = n;
        if late {
            self.window = window + window / 2;
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

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::sampler::targets::iid_normal;
    use crate::sampler::trajectory::hamiltonian::Hamiltonian;

    /// Iterations at which the foreground changed.
    fn switches(warmup: usize) -> Vec<usize> {
        let density = iid_normal(3, 2);
        let mut nuts = Nuts::new(Hamiltonian::new(&density, Metric::diagonal(&[1.0; 3], 2)), 10);
        nuts.set_position(&[0.0; 3]).expect("finite");
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let known = WarmupDraws::new(3, warmup);
        let mut adaptation = Warmup::new(known, warmup, DualAveraging::new(0.5, 0.8));
        let mut switches = Vec::new();
        for iteration in 1..=warmup {
            let foreground = adaptation.foreground;
            let transition = nuts.transition(&mut rng, 0.5).expect("finite");
            adaptation.learn(&mut nuts, &transition);
            if iteration == metric_iterations(warmup) {
                adaptation.fix_metric(&mut nuts);
            }
            if adaptation.foreground != foreground {
                switches.push(iteration);
            }
        }
        switches
    }

    #[test]
    fn windows_are_short_then_grow_then_stop() {
        let at = switches(1000);
        assert!(at.starts_with(&[40]) && at[1] > 60, "{at:?}");
        let late = &at[1..];
        let gaps: Vec<usize> = late.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(late.len() >= 3 && gaps.windows(2).all(|pair| pair[0] < pair[1]), "{at:?}");
        assert!(at.iter().all(|i| *i <= 850), "{at:?}");
        assert!(at.starts_with(&switches(300)), "a longer warm-up begins as a shorter one");
        assert!(switches(5).is_empty());
        assert!(!switches(50).is_empty());
    }

    #[test]
    fn what_is_known_stays_in_the_estimate() {
        let density = iid_normal(3, 2);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let known: Vec<f64> = crate::sampler::targets::standard_normals(300, &mut rng);
        let known = WarmupDraws::at(&density, &known, 60).expect("finite");
        let metric = known.estimate(0, 2);
        let mut nuts = Nuts::new(Hamiltonian::new(&density, metric), 10);
        nuts.set_position(&[0.0; 3]).expect("finite");
        let mut adaptation = Warmup::new(known, 60, DualAveraging::new(0.5, 0.8));
        for _ in 0..60 {
            let transition = nuts.transition(&mut rng, 0.5).expect("finite");
            adaptation.learn(&mut nuts, &transition);
        }
        assert!(adaptation.latest().len() > 3 * 150, "all hundred and the new ones");
    }

    #[test]
    fn a_steep_start_is_narrow_and_a_flat_one_no_wider_than_a_standard_normal() {
        let mut got = [0.0; 4];
        first_metric(&[1e3, -4.0, 1e-9, 0.0], 2).apply(&[1.0; 4], &mut got);
        for (got, want) in got.iter().zip([1e-3, 0.25, 1.0, 1.0]) {
            assert!((got - want).abs() < 1e-15);
        }
    }
}
