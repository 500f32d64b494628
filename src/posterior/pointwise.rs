//! Every observation at every so many draws: its log density, and what the model predicts there.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::compute::{PREDICTIVE_DRAWS, PREDICTIVE_STREAM, PREDICTIVE_VALUES};
use crate::model::Density;
use crate::sampler::Chain;

/// What a fit does not keep of its observations: those with an outcome that was not held out, period by period, geo by
/// geo within each.
#[derive(Debug, Clone, PartialEq)]
pub struct Pointwise {
    /// Number of chains.
    pub n_chains: usize,
    /// Which draws of each chain, counted from 0.
    pub draws: Vec<usize>,
    /// Whether each observation is in the likelihood; what a reading of an experiment covers is not.
    pub fitted: Vec<bool>,
    /// ln p(y_i | y₋ᵢ, θ) per outcome unit; chains × draws × fitted observations, row-major.
    pub log_likelihood: Vec<f64>,
    /// Draws of the outcome, outcome units; chains × draws × observations.
    pub predictive: Vec<f64>,
}

/// Computes it from the kept draws of all chains. With the fit's own `seed` the predictions are those that its
/// intervals came from.
pub fn pointwise(density: &Density, chains: &[Chain], seed: u64) -> Pointwise {
    let design = &density.design;
    let n = design.n_periods;
    let n_draws = chains.first().map_or(0, |chain| chain.positions.len() / chain.dim.max(1));
    let cells: Vec<usize> = (0..n)
        .flat_map(|t| (0..design.n_geos).map(move |g| g * n + t))
        .filter(|i| design.outcome.reported[*i] > 0.0)
        .collect();
    let all = chains.len() * n_draws;
    let every = (all / PREDICTIVE_DRAWS).max((all * cells.len()).div_ceil(PREDICTIVE_VALUES)).max(1);
    let draws: Vec<usize> = (0..n_draws).step_by(every).collect();
    let places: Vec<(usize, usize)> =
        (0..chains.len()).flat_map(|c| draws.iter().map(move |s| (c, *s))).collect();
    let rows: Vec<(Vec<f64>, Vec<f64>)> = places
        .par_iter()
        .map(|(c, s)| {
            let chain = &chains[*c];
            let position = &chain.positions[s * chain.dim..(s + 1) * chain.dim];
            row(density, position, (seed, c * n_draws + s), &cells)
        })
        .collect();
    Pointwise {
        n_chains: chains.len(),
        draws,
        fitted: cells.iter().map(|i| design.outcome.fitted[*i] > 0.0).collect(),
        log_likelihood: rows.iter().flat_map(|(log_density, _)| log_density.iter().copied()).collect(),
        predictive: rows.iter().flat_map(|(_, outcome)| outcome.iter().copied()).collect(),
    }
}

/// Log densities and predictions of one draw, the `index`-th of all.
fn row(
    density: &Density,
    position: &[f64],
    (seed, index): (u64, usize),
    cells: &[usize],
) -> (Vec<f64>, Vec<f64>) {
    let design = &density.design;
    let n = design.n_periods;
    let (mut state, mut grad) = (density.state(), vec![0.0; density.layout.dim]);
    let kept = density.value_and_gradient(position, &mut grad, &mut state);
    debug_assert!(kept.is_ok(), "a kept draw has a finite density");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(PREDICTIVE_STREAM + index as u64);
    let baseline = density.draw_baseline(&state, &mut rng);
    let drawn = density.predict(&state, &density.mean(&state, &baseline), &mut rng);
    let mut log_density = vec![0.0; design.outcome.scaled.len()];
    for g in 0..design.n_geos {
        density.leave_one_out(&state, g, &mut log_density[g * n..(g + 1) * n]);
    }
    let scale = |i: usize| design.outcome.scale[i / n];
    let fitted = cells.iter().filter(|i| design.outcome.fitted[**i] > 0.0);
    (
        // The density of an outcome is that of the scaled one, per unit of it.
        fitted.map(|i| log_density[*i] - scale(*i).ln()).collect(),
        cells.iter().map(|i| drawn.outcome[*i] * scale(*i)).collect(),
    )
}
