//! Carry-over and diminishing returns of a channel as the report has them.

use super::defined::defined;
use crate::config::{FitConfig, SaturationFamily};
use crate::data::Channel;
use crate::posterior::{ChannelPosterior, Summary};
use crate::report::channel::{AdstockReport, SaturationReport, SlowReport};

pub(super) fn adstock(config: &FitConfig, data: &Channel, draws: &ChannelPosterior) -> AdstockReport {
    let kind = config.adstock_of(&data.name).name();
    let some = |d: &[f64]| (!d.is_empty()).then(|| d.to_vec());
    let (none, odd) = ("the channel has no carry-over", "not finite in some draws");
    let (retention, no_retention) = defined(some(&draws.retention), none, odd);
    let (half_life_weeks, no_half_life) = defined(some(&draws.half_life_weeks), none, odd);
    let carryover =
        if draws.carryover_share.is_empty() { &[0.0][..] } else { draws.carryover_share.as_slice() };
    AdstockReport {
        kind: kind.into(),
        retention,
        half_life_weeks,
        retention_reason: no_retention.or(no_half_life),
        carryover_share: Summary::of(carryover),
        slow: slow(draws),
    }
}

/// Standard deviation of the share's prior, Beta(1, 4).
const SLOW_SHARE_SD: f64 = 0.163_299_316_185_545_2;

fn slow(draws: &ChannelPosterior) -> Option<SlowReport> {
    (!draws.slow_share.is_empty()).then(|| {
        let share = Summary::of(&draws.slow_share);
        SlowReport {
            share,
            half_life_weeks: Summary::of(&draws.slow_half_life_weeks),
            share_contraction: (1.0 - share.sd / SLOW_SHARE_SD).max(0.0),
        }
    })
}

pub(super) fn saturation(config: &FitConfig, data: &Channel, draws: &ChannelPosterior) -> SaturationReport {
    let family = config.saturation_of(&data.name);
    let has_slope = matches!(family, SaturationFamily::Hill | SaturationFamily::MichaelisMenten);
    let when = |has: bool, draws: &[f64]| has.then(|| Summary::of(draws));
    let reason = match (family.has_maximum(), has_slope) {
        (false, _) => Some(format!("a {} curve has no largest effect", family.name())),
        (true, false) => Some(format!("a {} curve has no slope of its own", family.name())),
        (true, true) => None,
    };
    SaturationReport {
        kind: family.to_string(),
        half_saturation: when(family.has_maximum(), &draws.half_saturation),
        slope: when(has_slope, &draws.slope),
        saturation_at_current_spend: when(family.has_maximum(), &draws.saturation),
        saturation_reason: reason,
    }
}
