//! Sampler draws → [`Posterior`]: every draw is evaluated once more, in parallel and in a fixed order.

use std::ops::Range;

use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::columns::columns;
use super::decomposition::{self, Means};
use super::draw::{self, ChannelDraw};
use super::history::MediaHistory;
use super::parameters;
use super::period;
use super::quality;
use super::summary::{bulk_sd, mean_sd, quantiles};
use super::types::{ChannelPosterior, DriftPosterior, Expected, Gap, Parameter, Posterior};
use crate::config::Adstock;
use crate::data::{Activity, Dataset};
use crate::diagnostics::{Loo, psis_points};
use crate::model::{BaselineDraw, Density, Design, PriorDraw, State, deviates, half_saturation};
use crate::sampler::Chain;
use crate::transform::adstock::{self, CarryShape};

/// Spend multipliers of the response curves: dense near zero, where curves bend most, then every 10 %.
pub const MULTIPLIERS: [f64; 24] = [
    0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7,
    1.8, 1.9, 1.95, 2.0,
];

/// Draws are evaluated in this many parts whatever the number of threads, so sums keep their order.
const PARTS: usize = 16;
/// Draws that tell where effects lie in their priors: a median to a few hundredths.
const SHIFT_DRAWS: usize = 500;
/// Cells × draws kept for predictive intervals and leave-one-out: 32 MB.
pub(super) const PREDICTIVE_VALUES: usize = 4_000_000;
/// Draws that predictive intervals and leave-one-out need.
pub(super) const PREDICTIVE_DRAWS: usize = 1_000;
/// Random streams of the sampler's chains come first; those of the predictive draws start here.
pub(super) const PREDICTIVE_STREAM: u64 = 1 << 32;

/// Those of the causal gaps, after those of the prior's draws.
const GAP_STREAM: u64 = 1 << 41;

/// Computes everything the outputs need from the kept draws of all chains.
pub fn compute(density: &Density, data: &Dataset, chains: &[Chain], seed: u64) -> Posterior {
    let points: Vec<&[f64]> = chains.iter().flat_map(|c| c.positions.chunks_exact(c.dim)).collect();
    evaluate(density, data, &Points { points, prior: None, n_chains: chains.len(), seed })
}

/// The same from draws of the prior: what is said of the fit is then without meaning.
pub fn compute_prior(
    density: &Density,
    data: &Dataset,
    draws: &[PriorDraw],
    n_chains: usize,
    seed: u64,
) -> Posterior {
    let points = draws.iter().map(|d| d.unconstrained.as_slice()).collect();
    evaluate(density, data, &Points { points, prior: Some(draws), n_chains, seed })
}

/// Positions to be evaluated, with the baseline of each where it is not drawn given the outcome.
struct Points<'a> {
    points: Vec<&'a [f64]>,
    prior: Option<&'a [PriorDraw]>,
    n_chains: usize,
    seed: u64,
}

fn evaluate(density: &Density, data: &Dataset, draws: &Points<'_>) -> Posterior {
    let points = &draws.points;
    let n_cells = density.design.outcome.scaled.len();
    let thin =
        (points.len() / PREDICTIVE_DRAWS).max((points.len() * n_cells).div_ceil(PREDICTIVE_VALUES)).max(1);
    let size = points.len().div_ceil(PARTS);
    let parts: Vec<Part> = points
        .par_chunks(size)
        .enumerate()
        .map(|(i, part)| Part::evaluate(density, draws, i * size..i * size + part.len(), thin))
        .collect();
    let parameters = named_draws(density, data, &parts);
    let n_channels = density.design.n_channels();
    let ln_effects: Vec<Vec<f64>> =
        (0..n_channels).into_par_iter().map(|c| ln_effects(&density.design, &parts, c)).collect();
    let shifts = shifts(&density.design, &ln_effects);
    let mut channels: Vec<ChannelPosterior> = (0..n_channels)
        .into_par_iter()
        .map(|c| channel(density, &parts, c, (&ln_effects[c], shifts[c])))
        .collect();
    // An average over a window that a channel ended in is no plan of anybody's.
    let ended = |channel| Activity::of(data, channel).ended().is_some();
    let of_data = channels.iter_mut().zip(&data.channels);
    of_data.filter(|(_, of_data)| ended(of_data)).for_each(|(channel, _)| channel.plan_spend = 0.0);
    let means = Means::total(parts.iter().map(|p| &p.means), points.len() as f64);
    let rows: Vec<&[f64]> = parts.iter().flat_map(|p| p.predictive.chunks_exact(n_cells)).collect();
    let mut predictive = columns(&rows, n_cells);
    predictive.par_chunks_exact_mut(rows.len().max(1)).for_each(|x| x.sort_unstable_by(f64::total_cmp));
    let cells = decomposition::cells(density, data, &means, &predictive);
    let (loo, leave_one_out) = loo(&parts, rows.len()).unzip();
    let fit = quality::quality(&cells, false).map(|q| super::FitQuality { loo, ..q });
    Posterior {
        n_chains: draws.n_chains,
        n_draws: points.len() / draws.n_chains.max(1),
        channels,
        outcome_total: density.design.outcome.total,
        share_of: density.design.outcome.whole,
        measure: density.design.outcome.measure,
        baseline_total: parts.iter().flat_map(|p| p.baseline_total.iter().copied()).collect(),
        multipliers: MULTIPLIERS.to_vec(),
        parameters,
        control_names: data.controls.iter().map(|c| c.name.clone()).collect(),
        holdout: quality::quality(&cells, true),
        history: MediaHistory::of(&density.design, data),
        fit: fit.expect("a design has fitted cells"),
        leave_one_out: leave_one_out.unwrap_or_default(),
        periods: period::periods(data, &cells, &rows),
        cells,
    }
}

/// Every parameter's draws, with its name.
fn named_draws(density: &Density, data: &Dataset, parts: &[Part]) -> Vec<Parameter> {
    let names = parameters::names(density, data);
    let rows: Vec<&[f64]> = parts.iter().flat_map(|p| p.parameters.chunks_exact(names.len())).collect();
    let all = columns(&rows, names.len());
    let draws = all.chunks_exact(rows.len().max(1));
    let named = names.into_iter().zip(draws);
    named.map(|((name, sampled), draws)| Parameter { name, draws: draws.to_vec(), sampled }).collect()
}

/// Consecutive draws, evaluated.
struct Part {
    /// Row by row.
    parameters: Vec<f64>,
    channels: Vec<Vec<ChannelDraw>>,
    theta: Vec<Vec<[f64; 4]>>,
    carry: Vec<Vec<CarryShape>>,
    /// ln of the effect at the end over that at the start, channel by channel.
    drift: Vec<Vec<f64>>,
    /// δ of every channel, draw by draw.
    gaps: Vec<Vec<f64>>,
    baseline_total: Vec<f64>,
    means: Means,
    predictive: Vec<f64>,
    leave_one_out: Vec<f64>,
}

impl Part {
    fn evaluate(density: &Density, draws: &Points<'_>, range: Range<usize>, thin: usize) -> Part {
        let mut state = density.state();
        let mut grad = vec![0.0; density.layout.dim];
        let mut part = Part {
            parameters: Vec::new(),
            channels: Vec::with_capacity(range.len()),
            theta: Vec::with_capacity(range.len()),
            carry: Vec::with_capacity(range.len()),
            drift: Vec::with_capacity(range.len()),
            gaps: Vec::with_capacity(range.len()),
            baseline_total: Vec::with_capacity(range.len()),
            means: Means::new(density),
            predictive: Vec::new(),
            leave_one_out: Vec::new(),
        };
        for i in range {
            let leave_one_out = draws.prior.is_none() && i.is_multiple_of(thin);
            if leave_one_out {
                let kept = density.value_and_gradient(draws.points[i], &mut grad, &mut state);
                debug_assert!(kept.is_ok(), "a kept draw has a finite density");
            } else {
                density.locate(draws.points[i], &mut state);
            }
            let mut rng = ChaCha8Rng::seed_from_u64(draws.seed);
            rng.set_stream(PREDICTIVE_STREAM + i as u64);
            let baseline = match draws.prior {
                Some(prior) => prior[i].baseline.clone(),
                None => density.draw_baseline(&state, &mut rng),
            };
            let mut of_gaps = ChaCha8Rng::seed_from_u64(draws.seed);
            // Of the draw itself: two fits with one seed are compared draw by draw.
            of_gaps.set_stream(GAP_STREAM ^ draws.points[i][0].to_bits());
            let gaps = density.draw_gaps(&state, &mut of_gaps);
            part.add(density, &state, &baseline, gaps);
            if i.is_multiple_of(thin) {
                part.predict(density, &state, &baseline, &mut rng);
            }
            if leave_one_out {
                part.leave_one_out(density, &state);
            }
        }
        part
    }

    fn add(&mut self, density: &Density, state: &State, baseline: &BaselineDraw, gaps: Vec<f64>) {
        let theta = &state.theta;
        parameters::values(density, state, (&baseline.shared, &gaps), &mut self.parameters);
        let by_correlation = draw::channels(density, state, &MULTIPLIERS);
        let caused: Vec<f64> = gaps.iter().map(|gap| gap.exp()).collect();
        self.channels
            .push(by_correlation.into_iter().zip(&caused).map(|(c, share)| c.caused(*share)).collect());
        let shapes = (0..density.design.n_channels()).map(|c| {
            [
                theta.retention[c],
                theta.slope[c],
                half_saturation(&density.design.media.channels[c], theta, c),
                theta.ln_half_saturation[c],
            ]
        });
        self.theta.push(shapes.collect());
        self.carry.push((0..density.design.n_channels()).map(|c| theta.carry(c)).collect());
        self.drift.push(theta.drift.iter().map(|drift| drift.steps.iter().sum()).collect());
        self.baseline_total.push(self.means.add(density, state, baseline, &caused));
        self.gaps.push(gaps);
    }

    fn predict(&mut self, density: &Density, state: &State, baseline: &BaselineDraw, rng: &mut ChaCha8Rng) {
        let n = density.design.n_periods;
        let drawn = density.predict(state, &density.mean(state, baseline), rng);
        let outcome = &density.design.outcome;
        let in_units = |(i, y): (usize, &f64)| y * outcome.scale[i / n] + outcome.offset[i / n];
        self.predictive.extend(drawn.outcome.iter().enumerate().map(in_units));
        self.means.add_carried(&drawn.carried);
    }

    fn leave_one_out(&mut self, density: &Density, state: &State) {
        let n = density.design.n_periods;
        let mut log_density = vec![0.0; n];
        for g in 0..density.design.n_geos {
            density.leave_one_out(state, g, &mut log_density);
            let fitted = &density.design.outcome.fitted[g * n..(g + 1) * n];
            let kept = log_density.iter().zip(fitted).filter(|(_, f)| **f > 0.0).map(|(p, _)| p);
            self.leave_one_out.extend(kept);
        }
    }
}

/// With each fitted cell's share.
fn loo(parts: &[Part], n_draws: usize) -> Option<(Loo, Vec<f64>)> {
    let n = parts.iter().map(|p| p.leave_one_out.len()).sum::<usize>() / n_draws.max(1);
    let rows: Vec<&[f64]> = parts.iter().flat_map(|p| p.leave_one_out.chunks_exact(n.max(1))).collect();
    let by_cell = Array2::from_shape_vec((n, rows.len()), columns(&rows, n)).ok()?;
    psis_points(by_cell.t())
}

/// Draws of what the prior of channel `c` is about, its logarithm; −∞ for a channel that never ran.
fn ln_effects(design: &Design, parts: &[Part], c: usize) -> Vec<f64> {
    let channel = &design.media.channels[c];
    let draws = parts.iter().flat_map(|p| p.channels.iter().map(|row| &row[c]));
    draws.map(|d| d.ln_effect(channel)).collect()
}

/// The posterior median of where each channel's ln effect lies in its prior, given the others of the draw.
fn shifts(design: &Design, ln_effects: &[Vec<f64>]) -> Vec<f64> {
    let n = ln_effects.first().map_or(0, Vec::len);
    let draws = (0..n).step_by(n.div_ceil(SHIFT_DRAWS).max(1));
    let rows: Vec<Vec<f64>> = draws
        .map(|s| deviates(&design.media, &ln_effects.iter().map(|x| x[s]).collect::<Vec<_>>()))
        .collect();
    (0..ln_effects.len())
        .map(|c| quantiles(&rows.iter().map(|r| r[c]).collect::<Vec<_>>(), [0.5])[0])
        .collect()
}

fn channel(
    density: &Density,
    parts: &[Part],
    c: usize,
    (ln_effect, shift): (&[f64], f64),
) -> ChannelPosterior {
    let design = &density.design;
    let channel = &design.media.channels[c];
    let draws: Vec<&ChannelDraw> = parts.iter().flat_map(|p| p.channels.iter().map(|row| &row[c])).collect();
    let shapes: Vec<[f64; 4]> = parts.iter().flat_map(|p| p.theta.iter().map(|row| row[c])).collect();
    let spend: f64 = channel.spend.iter().sum();
    let total = |d: &&ChannelDraw| d.contribution.iter().sum::<f64>();
    let per_spend = |value: fn(&ChannelDraw) -> f64| {
        (spend > 0.0).then(|| draws.iter().map(|d| value(d) / spend).collect::<Vec<f64>>())
    };
    let curve = |of: fn(&ChannelDraw) -> &[f64]| {
        Array2::from_shape_fn((draws.len(), MULTIPLIERS.len()), |(s, m)| of(draws[s])[m])
    };
    let collect = |f: &dyn Fn(&[f64; 4]) -> f64| shapes.iter().map(f).collect::<Vec<f64>>();
    let carries = channel.adstock != Adstock::None;
    let shapes_of_carry = || parts.iter().flat_map(|p| p.carry.iter().map(|row| row[c]));
    let when = |has: bool, f: &dyn Fn(CarryShape) -> f64| -> Vec<f64> {
        if has { shapes_of_carry().map(f).collect() } else { Vec::new() }
    };
    let carry = |f: &dyn Fn(CarryShape) -> f64| when(carries, f);
    let slow = |f: &dyn Fn(CarryShape) -> f64| when(channel.adstock.has_slow_part(), f);
    let weeks = design.period_weeks;
    let roi = per_spend(|d| d.value);
    let expectation = design.expectation(c);
    ChannelPosterior {
        name: channel.name.clone(),
        spend,
        contribution: draws.iter().map(total).collect(),
        marginal_roi: per_spend(|d| d.marginal_value),
        retention: carry(&|at| at.retention),
        half_life_weeks: carry(&|at| weeks * adstock::half_life(channel.adstock, at)),
        carryover_share: carry(&|at| adstock::carryover_share(channel.adstock, at)),
        slow_half_life_weeks: slow(&|at| weeks * adstock::half_life(Adstock::default(), at.slow.retention)),
        slow_share: slow(&|at| at.slow.share),
        drift: channel.drift.as_ref().map(|path| DriftPosterior {
            ln_ratio: parts.iter().flat_map(|p| p.drift.iter().map(|row| row[c])).collect(),
            prior_of_change: path.prior_of_change(),
        }),
        half_saturation: collect(&|s| s[2]),
        slope: collect(&|s| s[1]),
        saturation: draws.iter().map(|d| if d.ceiling > 0.0 { total(d) / d.ceiling } else { 0.0 }).collect(),
        geo_contribution: Array2::from_shape_fn((draws.len(), design.n_geos), |(s, g)| {
            draws[s].contribution[g]
        }),
        geo_spend: channel.spend.clone(),
        gap: Gap {
            reason: channel.gap_reason.clone(),
            prior: channel.gap.clone(),
            tested: channel.tested,
            draws: parts.iter().flat_map(|p| p.gaps.iter().map(|row| row[c])).collect(),
        },
        curve: curve(|d| &d.curve),
        value_curve: curve(|d| &d.value_curve),
        value_slope: curve(|d| &d.value_slope),
        plan_curve: (design.outcome.is_ragged() || channel.drift.is_some()).then(|| curve(|d| &d.plan_curve)),
        plan_spend: channel.spend.iter().zip(&design.outcome.pace).map(|(spend, pace)| spend * pace).sum(),
        observed_max_multiplier: design.observed_max_multiplier(c),
        roi_contraction: contraction(bulk_sd(ln_effect), expectation.sd()),
        expected: Expected {
            of: channel.scale,
            quantiles: [0.05, 0.5, 0.95].map(|p| expectation.quantile(p).exp()),
            shift,
        },
        carryover_contraction: carries
            .then(|| contraction(mean_sd(&collect(&|s| s[0])).1, channel.shape.retention_sd())),
        saturation_contraction: channel
            .saturation
            .has_maximum()
            .then(|| contraction(mean_sd(&collect(&|s| s[3])).1, channel.shape.ln_half_saturation.1)),
        roi,
    }
}

/// 1 − posterior spread / prior spread, not below 0.
fn contraction(posterior: f64, prior: f64) -> f64 {
    (1.0 - posterior / prior).max(0.0)
}
