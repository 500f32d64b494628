//! One of the two fits: its `fit.json` and the draws of each quantity.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::config::Adstock;
use crate::planning::{ChannelCurve, PlanningError, channel_curves};
use crate::posterior::Summary;
use crate::report::{ChannelReport, Fit};
use crate::store::{CURVES_FILE, Draws, Edited, OutputError, beside, read_curves, read_draws};
use crate::transform::adstock::{self, CarryShape, SlowPart};
use crate::warning::Warning;

/// Points that stand for a posterior of which only the summary is left.
const APPROXIMATE_DRAWS: usize = 4000;

/// A fit and its draws.
#[derive(Debug, Clone)]
pub struct Side {
    /// Its `fit.json`.
    pub fit: Fit,
    draws: Option<Draws>,
    curves: Option<Vec<ChannelCurve>>,
}

/// Where the draws of a comparison come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrawSource {
    /// `draws.parquet`.
    Parquet,
    /// Distributions with the five quantiles of `fit.json`, normal in pieces on the log (retention: logit)
    /// scale, because there is no `draws.parquet` beside it.
    Approximated,
}

/// A quantity of one channel that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    Roi,
    MarginalRoi,
    OutcomeShare,
    HalfSaturation,
    Retention,
    HalfLife,
}

impl Quantity {
    /// Its key in a comparison.
    pub(super) fn key(self) -> &'static str {
        match self {
            Quantity::Roi => "roi",
            Quantity::MarginalRoi => "marginal_roi",
            Quantity::OutcomeShare => "outcome_share",
            Quantity::HalfSaturation => "half_saturation",
            Quantity::Retention => "retention",
            Quantity::HalfLife => "half_life_weeks",
        }
    }
}

impl Side {
    /// Reads a fit and, when they are there, its draws.
    ///
    /// # Errors
    /// A `fit.json`, draws or curves file that is missing, damaged or of another schema; a missing draws file is none.
    pub fn read(path: &Path) -> Result<Side, OutputError> {
        Side::read_with(path, Edited::Refuse).map(|(side, _)| side)
    }

    /// The same, edited fits too when told; with what there is to say of the file.
    ///
    /// # Errors
    /// As [`Side::read`].
    pub fn read_with(path: &Path, edited: Edited) -> Result<(Side, Option<Warning>), OutputError> {
        let (fit, note) = Fit::read_with(path, edited)?;
        let draws = read_draws(path, &fit)?;
        let curves = if beside(path, CURVES_FILE).exists() { Some(curves(path, &fit)?) } else { None };
        Ok((Side { fit, draws, curves }, note))
    }

    /// A fit of which only the summaries are at hand.
    pub fn summarised(fit: Fit) -> Side {
        Side { fit, draws: None, curves: None }
    }

    /// A fit with curves and without draws.
    #[cfg(test)]
    pub(super) fn with_curves(fit: Fit, curves: Vec<ChannelCurve>) -> Side {
        Side { fit, draws: None, curves: Some(curves) }
    }

    /// Where draws come from.
    pub fn source(&self) -> DrawSource {
        if self.draws.is_some() { DrawSource::Parquet } else { DrawSource::Approximated }
    }

    /// The curves that plans are made from; `None` where they were not kept.
    pub(super) fn curves(&self) -> Option<&[ChannelCurve]> {
        self.curves.as_deref()
    }

    /// Number of draws of every quantity.
    pub(super) fn n_draws(&self) -> usize {
        match self.draws {
            Some(_) => self.fit.run.chains.saturating_mul(self.fit.run.draws),
            None => APPROXIMATE_DRAWS,
        }
    }

    pub(crate) fn channel(&self, name: &str) -> Option<&ChannelReport> {
        self.fit.channels.iter().find(|c| c.name == name)
    }

    /// What `fit.json` says of a quantity.
    pub(super) fn summary(&self, channel: &ChannelReport, quantity: Quantity) -> Option<Summary> {
        match quantity {
            Quantity::Roi => channel.roi,
            Quantity::MarginalRoi => channel.marginal_roi,
            Quantity::OutcomeShare => Some(channel.outcome_share),
            Quantity::HalfSaturation => channel.saturation.half_saturation,
            Quantity::Retention => channel.adstock.retention,
            Quantity::HalfLife => channel.adstock.half_life_weeks,
        }
    }

    /// The draws of a quantity; `None` when the channel has no such quantity.
    pub(super) fn draws(&self, channel: &ChannelReport, quantity: Quantity) -> Option<Vec<f64>> {
        let summary = self.summary(channel, quantity)?;
        let stored = self.draws.as_ref().and_then(|draws| self.stored(draws, channel, quantity));
        Some(stored.unwrap_or_else(|| approximate(&summary, quantity, self.n_draws())))
    }

    fn stored(&self, draws: &Draws, channel: &ChannelReport, quantity: Quantity) -> Option<Vec<f64>> {
        let get = |what: &str| draws.get(&format!("{what}[{}]", channel.name));
        Some(match quantity {
            Quantity::Roi => get("roi")?.to_vec(),
            Quantity::MarginalRoi => get("marginal_roi")?.to_vec(),
            Quantity::OutcomeShare => {
                get("contribution")?.iter().map(|x| x / self.fit.outcome.whole()).collect()
            }
            Quantity::HalfSaturation => get("half_saturation")?.to_vec(),
            Quantity::Retention => get("retention")?.to_vec(),
            Quantity::HalfLife => {
                let weeks = self.fit.run.data.interval_days / 7.0;
                let kernel = self.adstock(&channel.name);
                let retention = get("retention")?;
                let slow = |s: usize| match (get("slow_retention"), get("slow_share")) {
                    (Some(retention), Some(share)) => SlowPart { retention: retention[s], share: share[s] },
                    _ => SlowPart::default(),
                };
                let shape = |(s, alpha): (usize, &f64)| CarryShape { retention: *alpha, slow: slow(s) };
                let half_life = |at| weeks * adstock::half_life(kernel, shape(at));
                retention.iter().enumerate().map(half_life).collect()
            }
        })
    }

    fn adstock(&self, channel: &str) -> Adstock {
        self.fit.run.config.adstock_of(channel)
    }
}

fn curves(path: &Path, fit: &Fit) -> Result<Vec<ChannelCurve>, OutputError> {
    let foreign = |reason: PlanningError| OutputError::Foreign {
        path: beside(path, CURVES_FILE),
        reason: reason.to_string(),
    };
    channel_curves(read_curves(path, fit)?).map_err(foreign)
}

/// Evenly spaced quantiles of a distribution that has the summary's: on the scale of the logarithm (retention:
/// logit) pieces of normals between them, since a posterior near zero has a longer lower than upper tail.
fn approximate(summary: &Summary, quantity: Quantity, n: usize) -> Vec<f64> {
    let normal = Normal::standard();
    let z = |p: f64| normal.inverse_cdf(p);
    let points = (0..n).map(|i| z((i as f64 + 0.5) / n as f64));
    let Summary { mean, sd, q05, q25, q50, q75, q95 } = *summary;
    let quantiles = [q05, q25, q50, q75, q95];
    let through = |scale: fn(f64) -> f64| -> Vec<(f64, f64)> {
        [0.05, 0.25, 0.5, 0.75, 0.95].map(z).into_iter().zip(quantiles.map(scale)).collect()
    };
    match quantity {
        Quantity::Retention if q05 > 0.0 && q95 < 1.0 => {
            let pieces = through(|x| (x / (1.0 - x)).ln());
            points.map(|z| 1.0 / (1.0 + (-piecewise(&pieces, z)).exp())).collect()
        }
        _ if q05 > 0.0 => {
            let pieces = through(f64::ln);
            points.map(|z| piecewise(&pieces, z).exp()).collect()
        }
        _ => points.map(|z| mean + sd * z).collect(),
    }
}

/// The line through the two neighbours of `x`, or through the two outermost points beyond them.
fn piecewise(points: &[(f64, f64)], x: f64) -> f64 {
    let right = points.partition_point(|p| p.0 < x).clamp(1, points.len() - 1);
    let ((x0, y0), (x1, y1)) = (points[right - 1], points[right]);
    y0 + (y1 - y0) * (x - x0) / (x1 - x0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_approximation_keeps_the_quantiles() {
        let normal = Normal::standard();
        // A log-normal with median 2 and sd of the logarithm 0.5.
        let q = |p: f64| 2.0 * (0.5 * normal.inverse_cdf(p)).exp();
        let summary = Summary {
            mean: 2.0 * 0.125_f64.exp(),
            sd: 1.0,
            q05: q(0.05),
            q25: q(0.25),
            q50: q(0.5),
            q75: q(0.75),
            q95: q(0.95),
        };
        let got = Summary::of(&approximate(&summary, Quantity::Roi, 4000));
        for (a, b) in [(got.q05, summary.q05), (got.q50, summary.q50), (got.q95, summary.q95)] {
            assert!((a / b - 1.0).abs() < 0.01, "{got:?}");
        }
        assert!((got.mean / summary.mean - 1.0).abs() < 0.01);
        // A long lower tail is kept and does not lengthen the upper one.
        let skewed = Summary { q05: 0.05, ..summary };
        let got = Summary::of(&approximate(&skewed, Quantity::Roi, 4000));
        assert!((got.q05 / 0.05 - 1.0).abs() < 0.02 && (got.q95 / summary.q95 - 1.0).abs() < 0.01, "{got:?}");
        let share = Summary { mean: 0.4, sd: 0.1, q05: 0.24, q25: 0.33, q50: 0.4, q75: 0.47, q95: 0.56 };
        let got = approximate(&share, Quantity::Retention, 999);
        assert!(got.iter().all(|x| *x > 0.0 && *x < 1.0));
        // These quantiles are symmetric about the median, those of a logit-normal are not quite.
        assert!((Summary::of(&got).q95 - 0.56).abs() < 0.02);
    }
}
