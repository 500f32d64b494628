//! Simulation-based calibration: the rank of the truth among posterior draws, set after set.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use crate::Error;
use crate::config::{FitConfig, SamplerConfig};
use crate::data::{Dataset, Experiment, ExperimentKind, Experiments, Reading};
use crate::fit::sample_density;
use crate::model::{
    At, BaselineDraw, Density, Design, ELSEWHERE, State, TestLifts, experiment_terms, prior_draw,
};
use crate::posterior::{channel_draws, parameter_names, parameter_values};

/// How many sets are drawn, and how each is fitted.
#[derive(Debug, Clone)]
pub struct RankSettings {
    /// Simulated data sets.
    pub sets: usize,
    /// Seed of the draws; set i is fitted with a seed of its own.
    pub seed: u64,
    /// Draws L that the truth is ranked among.
    pub kept: usize,
    /// How they come about.
    pub fitting: Fitting,
}

/// How a set is fitted.
#[derive(Debug, Clone, Copy)]
pub enum Fitting {
    /// By one chain of fixed length that keeps the draws that count.
    OneChain {
        /// Warm-up iterations.
        warmup: usize,
        /// Transitions from one draw to the next, so that they are nearly independent.
        thin: usize,
        /// Acceptance statistic the step size aims at.
        target_accept: f64,
    },
    /// As a user's data, by chains that are as long as they need; the draws that count are evenly spaced among
    /// all of them.
    AsUsers,
}

/// Ranks of the truths of one quantity over the sets; uniform on 0..=L when the fit is calibrated.
#[derive(Debug, Clone)]
pub struct Ranks {
    /// Such as `retention[tv]`, `contribution[tv]`.
    pub name: String,
    /// L: the largest possible rank.
    pub largest: usize,
    /// One rank a set.
    pub ranks: Vec<usize>,
}

/// Draws sets from the prior of the model that `config` makes of `data`, fits each, and ranks every
/// parameter and every channel's contribution, ROI and marginal ROI. Exposures, controls and scales are
/// those of `data`; its outcome decides the scales and is then replaced.
///
/// # Errors
/// Data without an outcome to scale by, or a set without a usable starting point.
///
/// # Source
/// Talts et al., Validating Bayesian inference algorithms with simulation-based calibration (2018).
pub fn ranks(data: &Dataset, config: &FitConfig, settings: &RankSettings) -> Result<Vec<Ranks>, Error> {
    ranks_told(data, config, &Experiments::default(), settings)
}

/// The same of fits that are told `tests`: the estimates of readings are drawn with each set, given its true lifts;
/// contrasts are drawn with its outcome.
///
/// # Errors
/// As [`ranks`].
pub fn ranks_told(
    data: &Dataset,
    config: &FitConfig,
    tests: &Experiments,
    settings: &RankSettings,
) -> Result<Vec<Ranks>, Error> {
    let design = Design::with_tests(data, config, &tests.tests)?;
    let told = (data, &tests.tests[..]);
    let names = quantity_names(&Density::new(design.clone()), data);
    let sets: Vec<Vec<usize>> = (0..settings.sets)
        .into_par_iter()
        .map(|i| one_set(design.clone(), told, i as u64, settings))
        .collect::<Result<_, Error>>()?;
    let of = |(j, name)| Ranks { name, largest: settings.kept, ranks: sets.iter().map(|s| s[j]).collect() };
    Ok(names.into_iter().enumerate().map(of).collect())
}

/// Draws set `i`, fits it, and ranks its truths.
fn one_set(
    design: Design,
    told: (&Dataset, &[Experiment]),
    i: u64,
    settings: &RankSettings,
) -> Result<Vec<usize>, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
    rng.set_stream(i);
    let terms = experiment_terms(told.1, &design, told.0);
    let mut density = Density::new(design).with_terms(terms);
    let mut state = density.state();
    let truth = draw_set(&mut density, told, &mut state, &mut rng);
    let seed = settings.seed.wrapping_add(1 + i);
    let sampler = match settings.fitting {
        Fitting::OneChain { warmup, thin, target_accept } => SamplerConfig {
            seed,
            chains: 1,
            warmup: Some(warmup),
            draws: Some(settings.kept),
            thin: Some(thin),
            target_accept: Some(target_accept),
        },
        Fitting::AsUsers => SamplerConfig { seed, ..SamplerConfig::default() },
    };
    let (run, _) = sample_density(&mut density, &sampler, &())?;
    let mut grad = vec![0.0; density.layout.dim];
    let mut ranks = vec![0; truth.len()];
    let mut state = density.state();
    let all: Vec<&[f64]> = run.chains.iter().flat_map(|c| c.positions.chunks_exact(c.dim)).collect();
    for k in 0..settings.kept {
        let q = all[k * all.len() / settings.kept];
        let kept = density.value_and_gradient(q, &mut grad, &mut state);
        debug_assert!(kept.is_ok(), "a kept draw has a finite density");
        let baseline = density.draw_baseline(&state, &mut rng);
        let draws = quantities(&density, &state, &baseline, &mut rng);
        for ((rank, truth), draw) in ranks.iter_mut().zip(&truth).zip(draws) {
            *rank += usize::from(draw < *truth);
        }
    }
    Ok(ranks)
}

/// Draws parameters from the prior and an outcome from them into the design; returns the true quantities.
/// A draw at which the density is not a number, which no posterior could contain, is drawn again.
fn draw_set(
    density: &mut Density,
    told: (&Dataset, &[Experiment]),
    state: &mut State,
    rng: &mut ChaCha8Rng,
) -> Vec<f64> {
    let mut grad = vec![0.0; density.layout.dim];
    loop {
        let draw = prior_draw(&density.design, &density.layout, rng);
        if density.value_and_gradient(&draw.unconstrained, &mut grad, state).is_ok() {
            let mean = density.mean(state, &draw.baseline);
            density.design.outcome.scaled = density.simulate(state, &mean, rng);
            if !told.1.is_empty() {
                let read = read(density, told, state, rng);
                let terms = experiment_terms(&read, &density.design, told.0);
                *density = density.clone().with_terms(terms);
            }
            return quantities(density, state, &draw.baseline, rng);
        }
    }
}

/// The tests with what they would have read at the point of the last evaluation in `state`.
fn read(
    density: &Density,
    (data, tests): (&Dataset, &[Experiment]),
    state: &State,
    rng: &mut ChaCha8Rng,
) -> Vec<Experiment> {
    let at = At { design: &density.design, theta: &state.theta, media: &state.media };
    let lifts = TestLifts::new(tests, &density.design, data).at(at);
    let one = |(test, lift): (&Experiment, f64)| {
        let Some(reading) = test.reading() else { return test.clone() };
        let noise: f64 = StandardNormal.sample(rng);
        let estimate = lift + reading.se.hypot(ELSEWHERE * lift) * noise;
        let kind = ExperimentKind::Reading(Reading { estimate, ..reading });
        Experiment { kind, ..test.clone() }
    };
    tests.iter().zip(lifts).map(one).collect()
}

fn quantity_names(density: &Density, data: &Dataset) -> Vec<String> {
    let mut names: Vec<String> = parameter_names(density, data).into_iter().map(|(name, _)| name).collect();
    for channel in &density.design.media.channels {
        names.extend(["contribution", "marginal_roi"].map(|what| format!("{what}[{}]", channel.name)));
    }
    names
}

/// In the order of [`quantity_names`]. The ROI of a channel is a parameter already, but for an organic
/// one, which has none. Causal gaps that are no parameters are drawn given the effects, in the prior as in the
/// posterior.
fn quantities<R: rand::Rng>(
    density: &Density,
    state: &State,
    baseline: &BaselineDraw,
    rng: &mut R,
) -> Vec<f64> {
    let mut values = Vec::new();
    let gaps = density.draw_gaps(state, rng);
    parameter_values(density, state, (&baseline.shared, &gaps), &mut values);
    for (draw, gap) in channel_draws(density, state, &[]).into_iter().zip(&gaps) {
        let draw = draw.caused(gap.exp());
        values.extend([draw.contribution.iter().sum(), draw.marginal_value]);
    }
    values
}
