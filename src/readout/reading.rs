//! The lift by the panel model: what treated cells brought less what it predicts of them without the change.
//!
//! The model is fitted without the treated geos' outcomes from the start of the test until its carry-over is gone, and
//! with their usual spend: actual spend would not only act on outcomes, it would also pass for news of the demand that
//! an imperfect control stands for. Draw by draw the model then predicts those cells, from the same geos before and
//! behind (autocorrelated noise is bridged), from all others in the same periods, and with noise; cells are summed
//! within a draw.

use std::ops::Range;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::request::TrialCell;
use crate::data::Dataset;
use crate::fit::Fit;
use crate::model::{Density, State};
use crate::transform::adstock::lag_weights;

/// Stream of random numbers of the predictions, apart from those of the fit.
const STREAM: u64 = 1 << 42;

/// Share of the carry-over below which it counts as gone.
const GONE: f64 = 0.05;

/// Periods of a test.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    /// Of which the treatment covers a day at least.
    pub(super) treated: Range<usize>,
    /// That leave the likelihood in treated geos.
    pub(super) hidden: Range<usize>,
    /// Whose outcome counts.
    pub(super) counted: Range<usize>,
}

/// What one cell of a test brought, draw by draw.
#[derive(Debug, Clone)]
pub(super) struct Lift {
    /// Outcome units.
    pub(super) lift: Vec<f64>,
    /// The same in currency, where an outcome has a value of its own in every cell.
    pub(super) value: Vec<f64>,
    /// Predicted outcome of the treated geos in each period, draws × T; replicated where it was fitted.
    pub(super) predicted: Vec<Vec<f64>>,
    /// Observed outcome of the same geos in each period; `None` where none of them has one.
    pub(super) observed: Vec<Option<f64>>,
}

/// Periods after an exposure until less than 5 % of its effect is left, the retention as uncertain as `draws`: by the
/// mean of what is left.
pub(super) fn lags(adstock: crate::config::Adstock, draws: &[f64]) -> usize {
    const MOST: usize = 104;
    if draws.is_empty() {
        return 0;
    }
    let step = draws.len().div_ceil(200);
    let mut left = vec![0.0; MOST];
    let mut n = 0.0;
    for alpha in draws.iter().step_by(step) {
        n += 1.0;
        match lag_weights(adstock, *alpha) {
            None => left.iter_mut().enumerate().for_each(|(l, x)| *x += alpha.powi(l as i32 + 1)),
            Some(weights) => {
                let mut rest = 1.0;
                for (l, x) in left.iter_mut().enumerate() {
                    rest -= weights.get(l).copied().unwrap_or(0.0);
                    *x += rest.max(0.0);
                }
            }
        }
    }
    left.iter().position(|x| x / n < GONE).unwrap_or(MOST)
}

/// The lifts of all cells of a test from one fit, in their order.
pub(super) fn lifts(
    fit: &Fit,
    data: &Dataset,
    cells: &[&[TrialCell]],
    (span, seed): (&Span, u64),
) -> Vec<Lift> {
    let density = &fit.density;
    let points: Vec<&[f64]> = fit.chains.iter().flat_map(|c| c.positions.chunks_exact(c.dim)).collect();
    let groups: Vec<Vec<usize>> = cells.iter().map(|group| geos_of(group)).collect();
    let step = points.len().div_ceil(MOST_DRAWS).max(1);
    let draws: Vec<Vec<GroupDraw>> = (0..points.len())
        .step_by(step)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map_init(
            || density.state(),
            |state, i| {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                rng.set_stream(STREAM + i as u64);
                density.locate(points[i], state);
                let cells = without(density, state, &mut rng);
                groups
                    .iter()
                    .map(|geos| group(density, data, state, (geos, &cells, span), &mut rng))
                    .collect()
            },
        )
        .collect();
    (0..groups.len()).map(|k| gather(data, &groups[k], draws.iter().map(|draw| &draw[k]))).collect()
}

/// Draws beyond which a mean and its quantiles gain nothing.
const MOST_DRAWS: usize = 2000;

/// Treated geos of several cells.
pub(super) fn geos_of(cells: &[TrialCell]) -> Vec<usize> {
    let mut geos: Vec<usize> = cells.iter().flat_map(|cell| cell.test.geos.iter().copied()).collect();
    geos.sort_unstable();
    geos.dedup();
    geos
}

struct GroupDraw {
    lift: f64,
    value: f64,
    predicted: Vec<f64>,
}

/// Every cell as it would have been without the test, scaled; G × T. The fit knows the usual spend alone.
fn without(density: &Density, state: &State, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let baseline = density.draw_baseline(state, rng);
    let mean = density.mean(state, &baseline);
    density.fill(state, &mean, rng)
}

fn group(
    density: &Density,
    data: &Dataset,
    state: &State,
    (geos, cells, span): (&[usize], &[f64], &Span),
    rng: &mut ChaCha8Rng,
) -> GroupDraw {
    let design = &density.design;
    let (n, theta) = (design.n_periods, &state.theta);
    let mut draw = GroupDraw { lift: 0.0, value: 0.0, predicted: vec![0.0; n] };
    let mut noise = vec![0.0; n];
    for &g in geos {
        let scale = design.outcome.scale[g];
        let stationary = (scale * theta.sigma[g]).powi(2) / (1.0 - theta.phi * theta.phi);
        for t in (0..n).filter(|t| data.outcome.observed[[g, *t]]) {
            let predicted = scale * cells[g * n + t];
            draw.predicted[t] += predicted;
            if design.outcome.fitted[g * n + t] > 0.0 {
                noise[t] += stationary;
            }
            if span.counted.contains(&t) {
                let gained = data.outcome.values[[g, t]] - predicted;
                draw.lift += gained;
                draw.value += gained * data.value_per_outcome(g, t);
            }
        }
    }
    for (y, variance) in draw.predicted.iter_mut().zip(&noise) {
        let z: f64 = StandardNormal.sample(rng);
        *y += variance.sqrt() * z;
    }
    draw
}

fn gather<'a>(data: &Dataset, geos: &[usize], draws: impl Iterator<Item = &'a GroupDraw>) -> Lift {
    let observed = |t: usize| {
        let seen = geos.iter().filter(|g| data.outcome.observed[[**g, t]]);
        let values: Vec<f64> = seen.map(|g| data.outcome.values[[*g, t]]).collect();
        (!values.is_empty()).then(|| values.iter().sum())
    };
    let mut lift = Lift {
        lift: Vec::new(),
        value: Vec::new(),
        predicted: Vec::new(),
        observed: (0..data.n_periods()).map(observed).collect(),
    };
    for draw in draws {
        lift.lift.push(draw.lift);
        lift.value.push(draw.value);
        lift.predicted.push(draw.predicted.clone());
    }
    lift
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Adstock;

    #[test]
    fn carry_over_is_counted_until_a_twentieth_is_left() {
        let geometric = Adstock::Geometric { max_lag: None };
        // 0.5⁵ = 0.031 after four lags, 0.0625 after three.
        assert_eq!(lags(geometric, &[0.5]), 4);
        assert_eq!(lags(geometric, &[0.0]), 0);
        assert_eq!(lags(Adstock::None, &[]), 0);
        // Half at 0.8: what is left is half of 0.8^(l + 1).
        assert_eq!(lags(geometric, &[0.8, 0.0]), 10);
        assert!(lags(Adstock::Geometric { max_lag: Some(3) }, &[0.95]) <= 3);
    }
}
