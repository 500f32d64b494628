//! Sampling a density, and what it took.

use std::time::{Duration, Instant};

use super::enough::Enough;
use super::pilot;
use crate::Error;
use crate::config::SamplerConfig;
use crate::model::Density;
use crate::sampler::{self, Chain, Length, Progress, Run, Settings};

/// Trajectories have at most 2¹⁰ points, as in Stan.
pub(super) const MAX_DEPTH: usize = 10;

/// Wall time of a fit's phases, and what they do not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Of the chain that finds a panel's coordinates.
    pub pilot: Duration,
    /// Of the warm-up of all chains.
    pub warmup: Duration,
    /// Of their draws.
    pub sampling: Duration,
    /// Of all that is computed from the draws.
    pub summaries: Duration,
    /// Gradients of the pilot chain.
    pub pilot_gradients: u64,
}

/// Samples a density; that of a panel first learns its coordinates from a pilot chain.
///
/// # Errors
/// No usable starting point, or `progress` asking to stop.
pub(crate) fn sample_density(
    density: &mut Density,
    config: &SamplerConfig,
    progress: &dyn Progress,
) -> Result<(Run<Chain>, Cost), Error> {
    let settings = Settings {
        seed: config.seed,
        chains: config.chains,
        warmup: config.warmup.map_or(Length::AsNeeded, Length::Fixed),
        draws: config.draws.map_or(Length::AsNeeded, Length::Fixed),
        thin: config.thinning(density.design.n_geos),
        target_accept: config.acceptance(density.design.n_geos, density.design.media.lockstep),
        max_depth: MAX_DEPTH,
    };
    let threads = rayon::current_num_threads();
    let mut cost = Cost::default();
    if density.design.n_geos > 1 {
        density.spread(threads);
        let begun = Instant::now();
        progress.stage("pilot");
        cost.pilot_gradients = pilot::prepare(density, &settings, progress)?;
        cost.pilot = begun.elapsed();
    }
    density.spread(threads / settings.chains.max(1));
    let enough = Enough { density: &*density, settings: &settings };
    let run = sampler::sample_into(&*density, |_, rng| density.start(rng), &settings, &enough, progress)?;
    (cost.warmup, cost.sampling) = (run.warmup_time, run.draws_time);
    // What follows goes over many draws at once.
    density.spread(1);
    Ok((run, cost))
}
