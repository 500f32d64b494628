//! The outcome as written to the data: baseline, media, noise and shocks.

use super::baseline::{Baseline, Panel};
use super::channel::Channel;
use super::noise::{Outlier, draw_noise, draw_outliers, variance_within};
use super::world::World;

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
