//! What the priors alone imply for a data set: exact draws, no sampler.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::Error;
use crate::config::FitConfig;
use crate::data::Dataset;
use crate::model::{Density, Design, PriorDraw, prior_draw};
use crate::posterior::{self, Posterior};

/// Random streams of the prior's draws, apart from those of chains and predictions.
const PRIOR_STREAM: u64 = 1 << 40;

/// Draws per chain of the prior where nobody says how many.
const DRAWS: usize = 1000;

/// Draws from the prior, as many as a fit would be told to keep, in the user's units. Independent of each other, and
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
        prior_draw(&density.design, &density.layout, &mut rng)
    };
    let draws: Vec<PriorDraw> = (0..sampler.chains * sampler.draws.unwrap_or(DRAWS)).map(draw).collect();
    Ok(posterior::compute_prior(&density, data, &draws, sampler.chains, sampler.seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{EffectPrior, LogNormalPrior};
    use crate::posterior::Summary;
    use crate::report::testdata;

    #[test]
    fn moments_are_those_of_the_priors() {
        let mut config = FitConfig::default();
        config = config
            .with(|c| {
                c.sampler.draws = Some(5000);
                c.model.causal_gap = crate::config::CausalGap::None;
            })
            .unwrap();
        let belief = LogNormalPrior::Interval { low: 0.5, high: 4.0, mass: 0.9 };
        config = config
            .with(|c| c.channels.entry("tv".into()).or_default().prior = Some(EffectPrior::Roi(belief)))
            .unwrap();
        let draws = prior_only(&testdata::dataset(), &config).unwrap();
        let of = |name: &str| {
            let found = draws.parameters.iter().find(|p| p.name == name).expect(name);
            Summary::of(&found.draws)
        };
        // Means: Beta(1.5, 3), Beta(1, 2), HalfNormal(0.3), N(0, 0.3²); and medians of ln S and of the belief.
        let want = [
            (of("retention[tv]").mean, 1.0 / 3.0),
            (of("autocorrelation").mean, 1.0 / 3.0),
            (of("geo_spread[search]").mean, 0.3 * (2.0 / std::f64::consts::PI).sqrt()),
            (1.0 + of("control[promo]").mean, 1.0),
            (of("control[promo]").sd, 0.3),
            (of("slope[tv]").q50, 0.2_f64.exp()),
            (of("roi[tv]").q05, 0.5),
            (of("roi[tv]").q50, 2.0_f64.sqrt()),
            (of("roi[tv]").q95, 4.0),
            (of("outcome_share[newsletter]").q50, 0.02),
        ];
        for (i, (got, want)) in want.into_iter().enumerate() {
            // 20 000 draws: the largest standard error, of the outer quantiles, is 1 %.
            assert!((got / want - 1.0).abs() < 0.04, "{i}: {got}, not {want}");
        }
        // What is told of the channels is what was drawn.
        let tv = &draws.channels[0];
        assert_eq!((tv.name.as_str(), tv.roi.as_ref().map(Vec::len)), ("tv", Some(20_000)));
        assert!((Summary::of(tv.roi.as_ref().unwrap()).q50 / of("roi[tv]").q50 - 1.0).abs() < 1e-9);
    }
}
