//! The channels on the scales of the model: the second stage of a design.

use super::super::returns::ReturnsPrior;
use super::beliefs::roi_beliefs;
use super::causal::{GapReason, gaps, tested_gap};
use super::channel::{ChannelDesign, EffectScale};
use super::exposure::ExposureScale;
use super::outcome::ScaledOutcome;
use super::shape::ShapePrior;
use crate::config::{ChannelConfig, EffectPrior, FitConfig};
use crate::data::{Channel, Dataset, Experiment, OutcomeKind, in_lockstep};
use crate::model::drift::DriftPath;
use crate::model::gap::GapPrior;

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
    pub(super) fn new(
        data: &Dataset,
        config: &FitConfig,
        tests: &[Experiment],
        outcome: &ScaledOutcome,
    ) -> MediaDesign {
        let by_population = data.heads(&config.model);
        let last_fitted = data.n_periods().saturating_sub(data.held_out(&config.model));
        let (mut channels, mut exposure) = (Vec::new(), Vec::new());
        for (c, channel) in data.channels.iter().enumerate() {
            // Held-out periods enter no scale.
            let seen = channel.exposure.slice(ndarray::s![.., ..last_fitted]);
            let scale = ExposureScale::new(seen, by_population, &outcome.scale);
            let unit = |g: usize| by_population.map_or(1.0, |n| n[g]) * scale.of_geo[g];
            let exposure_units: Vec<f64> = (0..data.n_geos()).map(unit).collect();
            for (row, unit) in channel.exposure.rows().into_iter().zip(&exposure_units) {
                exposure.extend(row.iter().map(|x| x / unit));
            }
            channels.push(ChannelDesign {
                tested: tests.iter().any(|test| test.channels.contains(&c)),
                exposure_units,
                ..scaled(channel, data, config, outcome, scale)
            });
        }
        let spend: f64 = channels.iter().flat_map(|c| &c.spend).sum();
        let value: f64 = outcome.scaled.iter().zip(&outcome.value).map(|(y, v)| y * v).sum();
        let money = data.outcome.kind == OutcomeKind::Revenue || data.outcome.revenue_per_outcome.is_some();
        let beliefs = if spend > 0.0 && value > 0.0 { roi_beliefs(spend / value, money) } else { Vec::new() };
        let pool = ReturnsPrior::new(&beliefs);
        let believed: Vec<f64> = channels.iter().map(|c| believed_share(c, pool.centre(), value)).collect();
        for (channel, (gap, reason)) in channels.iter_mut().zip(gaps(data, config, &believed)) {
            let precise = channel.tested && data.n_geos() > 1;
            channel.gap = if precise { tested_gap(gap, &reason) } else { gap };
            channel.gap_reason = reason;
        }
        cut_feedback(&mut channels, pool.centre());
        let pool = pool.shared_by(unsampled_gaps(&channels));
        MediaDesign { channels, exposure, lockstep: in_lockstep(data), pool }
    }
}

/// The share of an outcome worth `value` that a channel is believed to bring, where the others return `usual`.
fn believed_share(channel: &ChannelDesign, usual: f64, value: f64) -> f64 {
    let effect = channel.prior.map_or(usual, |(mean, _)| mean).exp();
    match channel.scale {
        EffectScale::Share => effect,
        EffectScale::Roi | EffectScale::MarginalRoi => effect * channel.spend.iter().sum::<f64>() / value,
    }
}

/// A channel whose spend is set by the outcome is no cause that a regression could see, and would take what the others
/// bring: its effect by correlation is held at what is believed of it, `usual` without a prior of its own, and its gap
/// is all that is not known of that.
fn cut_feedback(channels: &mut [ChannelDesign], usual: f64) {
    for channel in channels.iter_mut().filter(|c| c.gap_reason.is_feedback()) {
        if let Some((_, sd)) = channel.prior {
            channel.gap = GapPrior::around(0.0, sd);
        }
        let (mean, sd) = channel.gap.moments();
        channel.prior.get_or_insert((usual + mean, sd));
        channel.held = true;
    }
}

/// The gaps of the channels that share the prior of returns, which has them inside; none where δ is a parameter.
fn unsampled_gaps(channels: &[ChannelDesign]) -> Vec<GapPrior> {
    let shared = channels.iter().filter(|c| c.prior.is_none());
    shared.map(|c| if c.samples_gap() { GapPrior::none() } else { c.gap.clone() }).collect()
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
        adstock: config.adstock_of(&channel.name),
        saturation: config.saturation_of(&channel.name),
        drift: DriftPath::new(config.drift_of(&channel.name), outcome.n_periods, data.interval.days() / 7.0),
        fixed_slope: config.fixed_slope_of(&channel.name),
        scale: effect,
        numeraire: if effect == EffectScale::Share { outcome.whole } else { total_spend },
        prior,
        gap: GapPrior::none(),
        gap_reason: GapReason::Off,
        tested: false,
        held: false,
        exposure_scale: scale,
        exposure_units: Vec::new(),
        spend,
    }
}
