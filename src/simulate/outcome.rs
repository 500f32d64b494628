//! The outcome as written to the data: baseline, media, noise and shocks.

use std::collections::BTreeSet;

use super::baseline::{Baseline, Panel};
use super::channel::Channel;
use super::random::{Part, Stream};
use super::world::{NoiseLevel, World};

/// A shock in one geo-week that no column explains.
pub(super) struct Outlier {
    pub(super) row: usize,
    /// Outcome gained or lost.
    pub(super) amount: f64,
}

/// Outcome and its parts per geo-week, geo-major, in outcome units.
pub(super) struct Outcome {
    pub(super) observed: Vec<f64>,
    pub(super) baseline: Vec<f64>,
    /// Of each channel.
    pub(super) media: Vec<Vec<f64>>,
    pub(super) noise: Vec<f64>,
    pub(super) outliers: Vec<Outlier>,
    /// Standard deviation of the noise relative to the intercept.
    pub(super) sigma: f64,
    /// Share of the variance within geos that the outcome without noise and shocks explains.
    pub(super) r2: f64,
}

impl Outcome {
    pub(super) fn draw(world: &World, panel: &Panel, base: &Baseline, channels: &[Channel]) -> Self {
        let baseline = base.outcome(panel);
        let media: Vec<Vec<f64>> = channels.iter().map(|c| c.contribution(panel)).collect();
        let mut expected = baseline.clone();
        for contribution in &media {
            expected.iter_mut().zip(contribution).for_each(|(y, m)| *y += m);
        }
        let (sigma, noise) = draw_noise(world, panel, &expected);
        let outliers = draw_outliers(world, panel);
        let mut observed: Vec<f64> = expected.iter().zip(&noise).map(|(y, e)| y + e).collect();
        outliers.iter().for_each(|o| observed[o.row] += o.amount);
        // Sales cannot be negative; only the wildest worlds get here.
        observed.iter_mut().for_each(|y| *y = panel.round_money(y.max(0.0)));
        let explained = variance_within(panel, &expected);
        let r2 = explained / (explained + noise.iter().map(|e| e * e).sum::<f64>());
        Outcome { observed, baseline, media, noise, outliers, sigma, r2 }
    }
}

/// Noise and shocks per geo-week of a world whose noise does not depend on what is expected.
pub(super) fn surprises(world: &World, panel: &Panel) -> Vec<f64> {
    let (_, mut rows) = draw_noise(world, panel, &[]);
    draw_outliers(world, panel).iter().for_each(|o| rows[o.row] += o.amount);
    rows
}

/// Standard deviation of the noise relative to the intercept, and the noise per geo-week.
fn draw_noise(world: &World, panel: &Panel, expected: &[f64]) -> (f64, Vec<f64>) {
    let mut stream = Stream::new(world.seed, Part::Noise);
    let drawn = stream.uniform(0.04, 0.08);
    let sigma = match world.noise {
        NoiseLevel::Drawn => drawn,
        NoiseLevel::OfBaseline(sd) => sd,
        NoiseLevel::Signal(r2) => sigma_for(panel, expected, r2),
    };
    let errors: Vec<f64> =
        (0..panel.geos()).flat_map(|_| stream.autoregression(panel.weeks, world.noise_ar)).collect();
    (sigma, panel.rows(|g, t| sigma * panel.intercept(g) * errors[g * panel.weeks + t]))
}

/// Sum of squares around each geo's mean.
fn variance_within(panel: &Panel, rows: &[f64]) -> f64 {
    let geo = |y: &[f64]| {
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        y.iter().map(|v| (v - mean).powi(2)).sum::<f64>()
    };
    rows.chunks(panel.weeks).map(geo).sum()
}

/// Relative noise that leaves `expected` a share `r2` of the variance within geos.
fn sigma_for(panel: &Panel, expected: &[f64], r2: f64) -> f64 {
    let unit: f64 = (0..panel.geos()).map(|g| panel.intercept(g).powi(2)).sum::<f64>() * panel.weeks as f64;
    (variance_within(panel, expected) * (1.0 - r2) / r2 / unit).sqrt()
}

/// Distinct geo-weeks that lose (seven in ten: stock-outs, outages) or gain a fifth to a half of
/// the intercept.
fn draw_outliers(world: &World, panel: &Panel) -> Vec<Outlier> {
    let mut stream = Stream::new(world.seed, Part::Outliers);
    let mut rows = BTreeSet::new();
    while rows.len() < world.outliers {
        rows.insert(stream.integer(0, world.rows() - 1));
    }
    let shock = |row: usize| {
        let sign = if stream.uniform(0.0, 1.0) < 0.7 { -1.0 } else { 1.0 };
        let amount = sign * stream.uniform(0.2, 0.5) * panel.intercept(row / panel.weeks);
        Outlier { row, amount: panel.round_money(amount) }
    };
    rows.into_iter().map(shock).collect()
}
