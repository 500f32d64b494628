//! A world fitted as the user's data would be, but shorter: what is found of each channel.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::point::{World, kept};
use crate::Error;
use crate::config::{FitConfig, SamplerConfig};
use crate::data::Experiment;
use crate::diagnostics::ParameterDiagnostics;
use crate::fit::sample_density;
use crate::model::{Density, Design, experiment_terms};
use crate::posterior::{bulk_sd, channel_draws, mean_sd, quantiles};
use crate::sampler::Progress;

/// Chains, warm-up and draws of a refit where the settings name none: enough for a mean to a fifteenth of its spread
/// and the ends of an interval to a tenth, in a quarter of the time of a fit.
const SHORT: (usize, usize, usize) = (2, 300, 300);
/// R-hat above which a refit is said not to have converged: that of 600 draws is less exact than that of a fit.
const APART: f64 = 1.05;
/// Random streams of the refits' gaps.
const STREAM: u64 = 1 << 43;

/// What a refit found of one channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Posterior mean of the ROI, or of the contribution of a channel without spend.
    pub mean: f64,
    /// Its 90 % interval.
    pub interval: [f64; 2],
    /// Posterior variance over prior variance of its logarithm.
    pub untold: f64,
}

/// What a refit found.
#[derive(Debug, Clone)]
pub(super) struct Refit {
    pub channels: Vec<Found>,
    pub converged: bool,
}

/// Fits a world, and a test of it where there is one.
pub(super) fn refit(
    world: &World,
    config: &FitConfig,
    test: Option<Experiment>,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Refit, Error> {
    let tests: Vec<Experiment> = test.into_iter().collect();
    let design = Design::with_tests(&world.data, config, &tests)?;
    let terms = experiment_terms(&tests, &design, &world.data);
    let mut density = Density::new(design).with_terms(terms);
    let own = &config.sampler;
    let (chains, warmup, draws) = SHORT;
    let sampler = SamplerConfig {
        seed,
        chains: own.chains.min(chains),
        warmup: own.warmup.or(Some(warmup)),
        draws: own.draws.or(Some(draws)),
        ..own.clone()
    };
    let (run, _) = sample_density(&mut density, &sampler, progress)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(STREAM);
    let mut state = density.state();
    let n_channels = density.design.n_channels();
    let (mut effects, mut logarithms) = (vec![Vec::new(); n_channels], vec![Vec::new(); n_channels]);
    for q in run.chains.iter().flat_map(|c| c.positions.chunks_exact(c.dim)) {
        density.locate(q, &mut state);
        let gaps = density.draw_gaps(&state, &mut rng);
        for (c, (draw, gap)) in channel_draws(&density, &state, &[]).into_iter().zip(&gaps).enumerate() {
            let (draw, channel) = (draw.caused(gap.exp()), &density.design.media.channels[c]);
            let spend: f64 = channel.spend.iter().sum();
            effects[c].push(if spend > 0.0 { draw.value / spend } else { draw.contribution.iter().sum() });
            logarithms[c].push(draw.ln_effect(channel));
        }
    }
    let found = |c: usize| {
        let [low, high] = quantiles(&effects[c], [0.05, 0.95]);
        let spread = bulk_sd(&logarithms[c]) / density.design.expectation(c).sd();
        Found { mean: mean_sd(&effects[c]).0, interval: [low, high], untold: spread * spread }
    };
    let n_draws = run.chains.first().map_or(0, |chain| kept(std::slice::from_ref(chain)));
    let named: Vec<(&str, &[f64])> = effects.iter().map(|draws| ("", draws.as_slice())).collect();
    let rhats = ParameterDiagnostics::of_all(&named, n_draws);
    Ok(Refit {
        channels: (0..n_channels).map(found).collect(),
        converged: rhats.iter().all(|p| p.rhat.is_none_or(|rhat| rhat < APART)),
    })
}
