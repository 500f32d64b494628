//! How long a run is: as many iterations as were asked for, or as many as it needs.

/// Iterations of the warm-up or of the draws of each chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// So many.
    Fixed(usize),
    /// As many as it needs. This is asked at few fixed points, for a rule that is asked at every draw stops when
    /// chance favours it; all chains have one length, and the last point is the cap.
    AsNeeded,
}

/// The shortest warm-up that may do where it is as long as needed.
pub(crate) const LONG_ENOUGH: usize = WARMUPS[0];
/// Warm-up iterations, when as needed.
const WARMUPS: [usize; 4] = [200, 300, 500, 1000];
/// Kept draws, when as needed.
const DRAWS: [usize; 5] = [250, 500, 1000, 1500, LONGEST_RUN];
/// Kept draws of a run of which more are needed than it may have.
pub const LONGEST_RUN: usize = 2000;

impl Length {
    /// Lengths that a warm-up may have, ascending.
    pub(crate) fn warmups(&self) -> &[usize] {
        self.or(&WARMUPS)
    }

    /// Numbers of draws that a run may keep, ascending.
    pub(crate) fn draws(&self) -> &[usize] {
        self.or(&DRAWS)
    }

    fn or<'a>(&'a self, as_needed: &'a [usize]) -> &'a [usize] {
        match self {
            Length::Fixed(n) => std::slice::from_ref(n),
            Length::AsNeeded => as_needed,
        }
    }
}

/// Iterations of a warm-up after which the metric stays as it is: the last 15 % are for the step size.
pub(crate) fn metric_iterations(warmup: usize) -> usize {
    warmup - warmup * 15 / 100
}
