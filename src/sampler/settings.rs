//! What a run of the sampler is asked to do, what it reports on the way, and how it can fail.

use super::density::DensityError;
use super::length::Length;

/// Length, seed and targets of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Seed of every random stream.
    pub seed: u64,
    /// Independent chains.
    pub chains: usize,
    /// Adaptation iterations per chain, discarded.
    pub warmup: Length,
    /// Kept draws per chain.
    pub draws: Length,
    /// Transitions from one kept draw to the next.
    pub thin: usize,
    /// Mean acceptance statistic that the step size aims at, in (0, 1).
    pub target_accept: f64,
    /// A trajectory has at most 2^`max_depth` points.
    pub max_depth: usize,
}

impl Default for Settings {
    /// Stan's defaults.
    fn default() -> Self {
        Settings {
            seed: 1,
            chains: 4,
            warmup: Length::Fixed(1000),
            draws: Length::Fixed(1000),
            thin: 1,
            target_accept: 0.8,
            max_depth: 10,
        }
    }
}

/// The state of one chain after one iteration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Chain index.
    pub chain: usize,
    /// Iterations done, warm-up included.
    pub iteration: usize,
    /// Whether this iteration belonged to the warm-up.
    pub warmup: bool,
    /// Step size now in use.
    pub step_size: f64,
    /// Divergent transitions so far; those of the warm-up are forgotten when it ends.
    pub divergences: usize,
}

/// Watches a run, and may end it. Called from the chains' threads.
pub trait Progress: Sync {
    /// Told what comes next, in a word: work beside the chains that are watched.
    fn stage(&self, _: &'static str) {}

    /// Told how many iterations each chain will make as far as is known: before the first, and when it is more.
    fn expect(&self, _: usize) {}

    /// Called after every iteration of every chain.
    fn advance(&self, _: Tick) {}

    /// Asked before every iteration; `true` ends the run with [`SamplerError::Cancelled`].
    fn cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
impl Progress for () {}

/// Why a run gave no draws.
#[derive(Debug, thiserror::Error)]
pub enum SamplerError {
    /// [`Progress::cancelled`] said so.
    #[error("sampling was cancelled")]
    Cancelled,
    /// Every starting point offered has a log density or gradient that is not finite.
    #[error("chain {chain}: the log density is not finite at any of {tries} starting points")]
    NoStart {
        /// Chain index.
        chain: usize,
        /// Starting points tried.
        tries: usize,
    },
    /// The density failed for a reason that no other point would mend.
    #[error("chain {chain}: sampling cannot go on")]
    Density {
        /// Chain index.
        chain: usize,
        /// What the density said.
        #[source]
        source: DensityError,
    },
    /// The sink could not take a draw.
    #[error("chain {chain}: the draws cannot be kept")]
    Sink {
        /// Chain index.
        chain: usize,
        /// The sink's reason.
        #[source]
        source: std::io::Error,
    },
}
