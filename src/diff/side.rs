//! One of the two fits: its `fit.json` and the draws of each quantity.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::config::Adstock;
use crate::output::{ChannelReport, Draws, Fit, OutputError, read_draws};
use crate::posterior::Summary;
use crate::transform::adstock;

/// Points that stand for a posterior of which only the summary is left.
const APPROXIMATE_DRAWS: usize = 4000;

/// A fit and its draws.
#[derive(Debug, Clone)]
pub struct Side {
    /// Its `fit.json`.
    pub fit: Fit,
    draws: Option<Draws>,
}

/// Where the draws of a comparison come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrawSource {
    /// `draws.parquet`.
    Parquet,
    /// Log-normal (retention: logit-normal) distributions with the median and 5 % and 95 % quantiles of
    /// `fit.json`, because there is no `draws.parquet` beside it.
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

impl Side {
    /// Reads a fit and, when they are there, its draws.
    ///
    /// # Errors
    /// A `fit.json` or draws file that is missing, damaged or of another schema; a missing draws file is none.
    pub fn read(path: &Path) -> Result<Side, OutputError> {
        let fit = Fit::read(path)?;
        let draws = read_draws(path, &fit)?;
        Ok(Side { fit, draws })
    }

    /// A fit of which only the summaries are at hand.
    pub fn summarised(fit: Fit) -> Side {
        Side { fit, draws: None }
    }

    /// Where draws come from.
    pub fn source(&self) -> DrawSource {
        if self.draws.is_some() { DrawSource::Parquet } else { DrawSource::Approximated }
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
            Quantity::HalfSaturation => Some(channel.saturation.half_saturation),
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

    /// The stored draws of `quantity` (as `draws.parquet` names it, or `outcome_share`) when all are positive.
    pub(crate) fn positive_draws(&self, channel: &ChannelReport, quantity: &str) -> Option<Vec<f64>> {
        let draws = self.draws.as_ref()?;
        let values: Vec<f64> = match quantity {
            "outcome_share" => self.stored(draws, channel, Quantity::OutcomeShare)?,
            other => draws.get(&format!("{other}[{}]", channel.name))?.to_vec(),
        };
        (!values.is_empty() && values.iter().all(|x| *x > 0.0)).then_some(values)
    }

    fn stored(&self, draws: &Draws, channel: &ChannelReport, quantity: Quantity) -> Option<Vec<f64>> {
        let get = |what: &str| draws.get(&format!("{what}[{}]", channel.name));
        Some(match quantity {
            Quantity::Roi => get("roi")?.to_vec(),
            Quantity::MarginalRoi => get("marginal_roi")?.to_vec(),
            Quantity::OutcomeShare => {
                get("contribution")?.iter().map(|x| x / self.fit.outcome.total).collect()
            }
            Quantity::HalfSaturation => get("half_saturation")?.to_vec(),
            Quantity::Retention => get("retention")?.to_vec(),
            // A kernel out of range comes from a file changed by hand; its weights might fill the memory.
            Quantity::HalfLife if self.fit.run.config.check().is_err() => return None,
            Quantity::HalfLife => {
                let weeks = self.fit.run.data.interval_days / 7.0;
                let kernel = self.adstock(&channel.name);
                get("retention")?.iter().map(|alpha| weeks * adstock::half_life(kernel, *alpha)).collect()
            }
        })
    }

    fn adstock(&self, channel: &str) -> Adstock {
        let config = &self.fit.run.config;
        config.channels.get(channel).and_then(|c| c.adstock).unwrap_or(config.model.adstock)
    }
}

/// Evenly spaced quantiles of the distribution that the summary suggests.
fn approximate(summary: &Summary, quantity: Quantity, n: usize) -> Vec<f64> {
    // 90 % of a normal lies within 1.645 sd.
    const Z: f64 = 1.644_853_626_951_472_2;
    let normal = Normal::standard();
    let z = (0..n).map(|i| normal.inverse_cdf((i as f64 + 0.5) / n as f64));
    let logit = |x: f64| (x / (1.0 - x)).ln();
    let Summary { mean, sd, q05, q50, q95, .. } = *summary;
    match quantity {
        Quantity::Retention if q05 > 0.0 && q95 < 1.0 => {
            let spread = (logit(q95) - logit(q05)) / (2.0 * Z);
            z.map(|z| 1.0 / (1.0 + (-(logit(q50) + spread * z)).exp())).collect()
        }
        _ if q05 > 0.0 => {
            let spread = (q95.ln() - q05.ln()) / (2.0 * Z);
            z.map(|z| (q50.ln() + spread * z).exp()).collect()
        }
        _ => z.map(|z| mean + sd * z).collect(),
    }
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
        let share = Summary { mean: 0.4, sd: 0.1, q05: 0.24, q25: 0.33, q50: 0.4, q75: 0.47, q95: 0.56 };
        let got = approximate(&share, Quantity::Retention, 999);
        assert!(got.iter().all(|x| *x > 0.0 && *x < 1.0));
        // These quantiles are symmetric about the median, those of a logit-normal are not quite.
        assert!((Summary::of(&got).q95 - 0.56).abs() < 0.02);
    }
}
