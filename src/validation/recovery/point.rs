//! A point of the posterior as the truth of a world, and an outcome drawn from it.

use rand_distr::{Distribution, StandardNormal};

use super::longer::Cells;
use crate::data::Dataset;
use crate::fit::Fit;
use crate::model::{ColumnGroup, Counterfactual, OtherExposure, State};
use crate::sampler::Chain;

/// What is true in a world: everything the outcome is made of, per cell of the data.
pub(super) struct Point {
    state: State,
    /// Baseline, scaled outcome units; G × T.
    baseline: Vec<f64>,
    /// Its trend.
    trend: Vec<f64>,
    /// e^δ of each channel.
    caused: Vec<f64>,
}

/// Draws kept of all chains.
pub(super) fn kept(chains: &[Chain]) -> usize {
    chains.iter().map(|c| c.positions.len() / c.dim.max(1)).sum()
}

/// A world: data with an outcome drawn from a point, and the true effect of each channel.
pub(super) struct World {
    pub data: Dataset,
    /// ROI over the observed cells, or the contribution of a channel without spend.
    pub truth: Vec<f64>,
}

impl Point {
    /// Draw `index` of a fit, with a baseline and gaps drawn given it.
    pub fn of<R: rand::Rng>(fit: &Fit, index: usize, rng: &mut R) -> Point {
        let (density, design) = (&fit.density, &fit.density.design);
        let mut points = fit.chains.iter().flat_map(|c| c.positions.chunks_exact(c.dim));
        let mut state = density.state();
        density.locate(points.nth(index).expect("a draw that was kept"), &mut state);
        let drawn = density.draw_baseline(&state, rng);
        let caused = density.draw_gaps(&state, rng).iter().map(|gap| gap.exp()).collect();
        let mut baseline = density.mean(&state, &drawn);
        let (n, k) = (design.n_periods, design.baseline.n_columns());
        let mut trend = vec![0.0; baseline.len()];
        for g in 0..design.n_geos {
            let cells = g * n..(g + 1) * n;
            for c in 0..design.n_channels() {
                state.media.add_share(-1.0, c * design.n_geos + g, &mut baseline[cells.clone()]);
            }
            let columns = design.baseline.columns.iter().enumerate();
            for (j, _) in columns.filter(|(_, group)| **group == ColumnGroup::Trend) {
                let column = design.baseline.column(g, j).iter();
                let of_trend = trend[cells.clone()].iter_mut().zip(column);
                of_trend.for_each(|(sum, z)| *sum += drawn.coefficients[g * k + j] * z);
            }
        }
        Point { state, baseline, trend, caused }
    }

    /// The world of these cells: media act with the parameters of the point, the baseline repeats what it was from
    /// where the trend has come to, and the noise is new.
    pub fn world<R: rand::Rng>(&self, fit: &Fit, data: &Dataset, cells: &Cells, rng: &mut R) -> World {
        let design = &fit.density.design;
        let (n_geos, n) = (cells.geos.len(), cells.periods.len());
        let mut world = cells.arrange(data);
        let mut truth = vec![0.0; design.n_channels()];
        for i in 0..n_geos {
            let g = cells.geos[i];
            let mut mean = self.baseline(g, cells, design.n_periods);
            for (c, truth) in truth.iter_mut().enumerate() {
                let media = self.media(fit, (c, g), cells);
                for (t, (mean, media)) in mean.iter_mut().zip(&media).enumerate() {
                    *mean += media;
                    if world.outcome.observed[[i, t]] {
                        let caused = media * design.outcome.scale[g] * self.caused[c];
                        let paid = !world.channels[c].is_organic();
                        *truth += caused * if paid { world.value_per_outcome(i, t) } else { 1.0 };
                    }
                }
            }
            let mut noise = Noise::start(self, g, rng);
            for (t, mean) in mean.iter().enumerate() {
                let drawn = design.outcome.scale[g] * (mean + noise.next(rng));
                if world.outcome.observed[[i, t]] {
                    world.outcome.values[[i, t]] = drawn;
                }
            }
        }
        for (channel, truth) in world.channels.iter().zip(&mut truth) {
            let spend = channel.spend.indexed_iter().filter(|(at, _)| world.outcome.observed[*at]);
            let spend: f64 = spend.map(|(_, x)| x).sum();
            *truth /= if spend > 0.0 { spend } else { 1.0 };
        }
        debug_assert_eq!(n, world.n_periods());
        World { data: world, truth }
    }

    fn baseline(&self, g: usize, cells: &Cells, n: usize) -> Vec<f64> {
        let (own, trend) = (&self.baseline[g * n..(g + 1) * n], &self.trend[g * n..(g + 1) * n]);
        // How far the trend comes in one cycle.
        let drift = trend[n - 1] - trend[(n - 1).saturating_sub(cells.cycle)];
        let of = |(t, &from): (usize, &usize)| {
            let cycles = if t < n { 0 } else { 1 + (t - n) / cells.cycle };
            own[from] + cycles as f64 * drift
        };
        cells.periods.iter().enumerate().map(of).collect()
    }

    /// β h of a channel in a geo, over the periods of a world.
    fn media(&self, fit: &Fit, (c, g): (usize, usize), cells: &Cells) -> Vec<f64> {
        let design = &fit.density.design;
        let series = c * design.n_geos + g;
        let own = &design.media.exposure[series * design.n_periods..(series + 1) * design.n_periods];
        let exposure: Vec<f64> = cells.periods.iter().map(|t| own[*t]).collect();
        let window = 0..exposure.len();
        let other = OtherExposure { channel: c, geo: g, exposure, window };
        let mut effect = Counterfactual::new(other, design.media.channels[c].adstock);
        effect.forward::<false>(&self.state.theta);
        effect.effect().iter().map(|h| self.state.media.beta[series] * h).collect()
    }
}

/// Noise of one geo, from its stationary distribution on.
struct Noise {
    sigma: f64,
    phi: f64,
    last: f64,
}

impl Noise {
    fn start<R: rand::Rng>(point: &Point, g: usize, rng: &mut R) -> Noise {
        let (sigma, phi) = (point.state.theta.sigma[g], point.state.theta.phi);
        let z: f64 = StandardNormal.sample(rng);
        Noise { sigma, phi, last: sigma / (1.0 - phi * phi).sqrt() * z }
    }

    fn next<R: rand::Rng>(&mut self, rng: &mut R) -> f64 {
        let z: f64 = StandardNormal.sample(rng);
        self.last = self.phi * self.last + self.sigma * z;
        self.last
    }
}
