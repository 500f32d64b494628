//! What the priors alone imply for a data set: exact draws, no sampler.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::Error;
use crate::config::FitConfig;
use crate::data::Dataset;
use crate::model::{Density, Design, PriorDraw};
use crate::posterior::{self, Posterior};

/// Random streams of the prior's draws, apart from those of chains and predictions.
const PRIOR_STREAM: u64 = 1 << 40;

/// As many draws from the prior as a fit would keep, in the user's units. Independent of each other, and
/// the same for the same seed on any number of threads.
///
/// # Errors
/// A geo without a positive outcome: outcomes are measured against it.
pub fn prior_only(data: &Dataset, config: &FitConfig) -> Result<Posterior, Error> {
    let density = Density::new(Design::new(data, config)?);
    let sampler = &config.sampler;
    let draw = |i: usize| {
        let mut rng = ChaCha8Rng::seed_from_u64(sampler.seed);
        rng.set_stream(PRIOR_STREAM + i as u64);
        density.draw_prior(&mut rng)
    };
    let draws: Vec<PriorDraw> = (0..sampler.chains * sampler.draws).map(draw).collect();
    Ok(posterior::compute_prior(&density, data, &draws, sampler.chains, sampler.seed))
}
