//! One call from a checked data set to a posterior: design, sampling, summaries.

use std::time::{Duration, Instant};

use crate::Error;
use crate::config::FitConfig;
use crate::data::Dataset;
use crate::model::{Density, Design, State};
use crate::posterior::{self, Posterior};
use crate::sampler::{self, Chain, DensityError, LogDensity, Progress, Settings};

/// Trajectories have at most 2¹⁰ points, as in Stan.
const MAX_DEPTH: usize = 10;

/// A finished fit.
#[derive(Debug)]
pub struct Fit {
    /// The density that was sampled.
    pub density: Density,
    /// The sampler's draws and statistics, one entry per chain.
    pub chains: Vec<Chain>,
    /// The draws in the user's units.
    pub posterior: Posterior,
    /// Wall time of the sampling.
    pub sampling: Duration,
    /// Wall time of the summaries.
    pub summaries: Duration,
}

/// Fits the model on the present rayon pool.
///
/// # Errors
/// A geo without a positive outcome, no usable starting point, or `progress` asking to stop.
pub fn fit(data: &Dataset, config: &FitConfig, progress: &dyn Progress) -> Result<Fit, Error> {
    let density = Density::new(Design::new(data, config)?);
    let sampling = Instant::now();
    let settings = Settings {
        seed: config.sampler.seed,
        chains: config.sampler.chains,
        warmup: config.sampler.warmup,
        draws: config.sampler.draws,
        target_accept: config.sampler.target_accept,
        max_depth: MAX_DEPTH,
    };
    let chains = sampler::sample(&density, |_, rng| density.start(rng), &settings, progress)?;
    let sampling = sampling.elapsed();
    let summaries = Instant::now();
    let posterior = posterior::compute(&density, data, &chains, config.sampler.seed);
    Ok(Fit { density, chains, posterior, sampling, summaries: summaries.elapsed() })
}

impl LogDensity for Density {
    type Workspace = State;

    fn dim(&self) -> usize {
        self.layout.dim
    }

    fn dense_block(&self) -> usize {
        self.layout.n_global
    }

    fn workspace(&self) -> State {
        self.state()
    }

    fn value_and_gradient(
        &self,
        q: &[f64],
        grad: &mut [f64],
        state: &mut State,
    ) -> Result<f64, DensityError> {
        Density::value_and_gradient(self, q, grad, state).map_err(|_| DensityError)
    }
}
