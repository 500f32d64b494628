//! The channels on the scales of the model: the second stage of a design.

use super::super::returns::ReturnsPrior;
use super::beliefs::roi_beliefs;
use super::channel::{ChannelDesign, EffectScale};
use super::exposure::ExposureScale;
use super::outcome::ScaledOutcome;
use super::shape::ShapePrior;
use crate::config::{ChannelConfig, EffectPrior, FitConfig};
use crate::data::{Channel, Dataset, OutcomeKind, in_lockstep};

/// Prior of an organic channel's share of the outcome: ln share ~ N(ln 0.02, 1).
const ORGANIC_SHARE: (f64, f64) = (-3.912_023_005_428_146, 1.0);

/// All channels. Exposure is `[(c·G + g)·T + t]`.
#[derive(Debug, Clone)]
pub struct MediaDesign {
    /// One entry per channel.
    pub channels: Vec<ChannelDesign>,
    /// Scaled exposure. C × G × T.
    pub exposure: Vec<f64>,
    /// Whether two channels are bought in lockstep.
    pub lockstep: bool,
    /// Prior shared by the channels that have none of their own.
    pub pool: ReturnsPrior,
}

impl MediaDesign {
    /// Scales the channels of a data set to those of its outcome.
    pub(super) fn new(data: &Dataset, config: &FitConfig, outcome: &ScaledOutcome) -> MediaDesign {
        let by_population = data.heads(&config.model);
        let last_fitted = data.n_periods().saturating_sub(data.held_out(&config.model));
        let (mut channels, mut exposure) = (Vec::new(), Vec::new());
        for channel in &data.channels {
            // Held-out periods enter no scale.
            let seen = channel.exposure.slice(ndarray::s![.., ..last_fitted]);
            let scale = ExposureScale::new(seen, by_population, &outcome.scale);
            for (g, row) in channel.exposure.rows().into_iter().enumerate() {
                let per_head = by_population.map_or(1.0, |n| n[g]);
                exposure.extend(row.iter().map(|x| x / (per_head * scale.of_geo[g])));
            }
            channels.push(scaled(channel, data, config, outcome, scale));
        }
        let spend: f64 = channels.iter().flat_map(|c| &c.spend).sum();
        let value: f64 = outcome.scaled.iter().zip(&outcome.value).map(|(y, v)| y * v).sum();
        let money = data.outcome.kind == OutcomeKind::Revenue || data.outcome.revenue_per_outcome.is_some();
        let beliefs = if spend > 0.0 && value > 0.0 { roi_beliefs(spend / value, money) } else { Vec::new() };
        MediaDesign { channels, exposure, lockstep: in_lockstep(data), pool: ReturnsPrior::new(&beliefs) }
    }
}

fn scaled(
    channel: &Channel,
    data: &Dataset,
    config: &FitConfig,
    outcome: &ScaledOutcome,
    scale: ExposureScale,
) -> ChannelDesign {
    let n = outcome.n_periods;
    let spend: Vec<f64> = (0..outcome.n_geos)
        .map(|g| (0..n).map(|t| outcome.reported[g * n + t] * channel.spend[[g, t]]).sum())
        .collect();
    let default = ChannelConfig::default();
    let options = config.channels.get(&channel.name).unwrap_or(&default);
    let total_spend: f64 = spend.iter().sum();
    let (effect, prior) = match options.prior {
        Some(EffectPrior::Roi(p)) => (EffectScale::Roi, Some(p.log_mean_sd())),
        Some(EffectPrior::MarginalRoi(p)) => (EffectScale::MarginalRoi, Some(p.log_mean_sd())),
        Some(EffectPrior::Share(p)) => (EffectScale::Share, Some(p.log_mean_sd())),
        None if total_spend > 0.0 => (EffectScale::Roi, None),
        None => (EffectScale::Share, Some(ORGANIC_SHARE)),
    };
    ChannelDesign {
        shape: ShapePrior::new(options.curve_prior.unwrap_or_default(), data.interval, scale.mean),
        name: channel.name.clone(),
        adstock: options.adstock.unwrap_or(config.model.adstock),
        saturation: options.saturation.unwrap_or_default(),
        fixed_slope: options.fixed_slope(),
        scale: effect,
        numeraire: if effect == EffectScale::Share { outcome.total } else { total_spend },
        prior,
        exposure_scale: scale,
        spend,
    }
}
