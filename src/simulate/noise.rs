//! What nobody expects: noise and shocks.

use std::collections::BTreeSet;

use super::baseline::Panel;
use super::random::{Part, Stream};
use super::world::{NoiseLevel, World};

/// A shock in one geo-week that no column explains.
pub(super) struct Outlier {
    pub(super) row: usize,
    /// Outcome gained or lost.
    pub(super) amount: f64,
}

/// Noise and shocks per geo-week of a world whose noise does not depend on what is expected.
pub(super) fn surprises(world: &World, panel: &Panel) -> Vec<f64> {
    let (_, mut rows) = draw_noise(world, panel, &[]);
    draw_outliers(world, panel).iter().for_each(|o| rows[o.row] += o.amount);
    rows
}

/// Standard deviation of the noise relative to the intercept, and the noise per geo-week.
pub(super) fn draw_noise(world: &World, panel: &Panel, expected: &[f64]) -> (f64, Vec<f64>) {
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
pub(super) fn variance_within(panel: &Panel, rows: &[f64]) -> f64 {
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
pub(super) fn draw_outliers(world: &World, panel: &Panel) -> Vec<Outlier> {
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
