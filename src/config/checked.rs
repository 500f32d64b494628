//! The settings of a fit, checked: [`FitConfig`] holds [`UncheckedConfig`], and one door leads into it.

use std::collections::BTreeMap;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use super::faults::Faults;
use super::ranges::{check_adstock, check_curve_prior, check_prior};
use super::table::{MOST_DRAWS, Section};
use super::{
    Adstock, ChannelConfig, ControlConfig, Drift, GapBelief, ModelConfig, SamplerConfig, SaturationFamily,
};
use crate::error::Error;

/// The same settings before anybody looked at them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UncheckedConfig {
    /// The regression.
    pub model: ModelConfig,
    /// Per channel name; a channel not listed takes the defaults.
    pub channels: BTreeMap<String, ChannelConfig>,
    /// Per control name; a control not listed takes the defaults.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub controls: BTreeMap<String, ControlConfig>,
    /// Chains, draws, seed.
    pub sampler: SamplerConfig,
}

/// Everything but the data that decides a fit, every value in its range (see [`super::SETTINGS`]). Two equal
/// values on equal data give equal bytes.
///
/// Read it like an [`UncheckedConfig`]; change it with [`FitConfig::with`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedConfig")]
pub struct FitConfig(UncheckedConfig);

impl FitConfig {
    /// These settings after `change`.
    ///
    /// # Errors
    /// All values out of their range at once.
    pub fn with(&self, change: impl FnOnce(&mut UncheckedConfig)) -> Result<FitConfig, Error> {
        let mut open = self.0.clone();
        change(&mut open);
        open.try_into()
    }
}

impl Deref for FitConfig {
    type Target = UncheckedConfig;

    fn deref(&self) -> &UncheckedConfig {
        &self.0
    }
}

impl From<FitConfig> for UncheckedConfig {
    fn from(config: FitConfig) -> UncheckedConfig {
        config.0
    }
}

impl TryFrom<UncheckedConfig> for FitConfig {
    type Error = Error;

    fn try_from(open: UncheckedConfig) -> Result<FitConfig, Error> {
        open.checked(Faults::default())
    }
}

/// A file has the same keys, checked or not.
impl JsonSchema for FitConfig {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FitConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        UncheckedConfig::json_schema(generator)
    }
}

impl UncheckedConfig {
    /// Carry-over of a channel.
    pub fn adstock_of(&self, channel: &str) -> Adstock {
        self.channels.get(channel).and_then(|own| own.adstock).unwrap_or(self.model.adstock)
    }

    /// Saturation of a channel.
    pub fn saturation_of(&self, channel: &str) -> SaturationFamily {
        self.channels.get(channel).and_then(|own| own.saturation).unwrap_or(self.model.saturation)
    }

    /// Drift of a channel's effect.
    pub fn drift_of(&self, channel: &str) -> Drift {
        self.channels.get(channel).and_then(|own| own.drift).unwrap_or(self.model.drift)
    }

    /// The slope of a channel where it is no parameter.
    pub fn fixed_slope_of(&self, channel: &str) -> Option<f64> {
        match self.saturation_of(channel).has_slope() {
            true => self.channels.get(channel).and_then(|own| own.slope),
            false => Some(1.0),
        }
    }

    /// The door: these settings where nothing is wrong with them, and nothing was found before.
    pub(super) fn checked(self, mut faults: Faults) -> Result<FitConfig, Error> {
        check_model(&self.model, &mut faults);
        check_sampler(&self.sampler, &mut faults);
        for (name, ControlConfig { reliability, .. }) in &self.controls {
            faults.number((Section::Control, "reliability"), &format!("controls.{name}"), *reliability);
        }
        for (name, channel) in &self.channels {
            check_channel(&format!("channels.{name}"), channel, &mut faults);
            check_shape(&format!("channels.{name}"), channel, self.saturation_of(name), &mut faults);
        }
        faults.finish()?;
        Ok(FitConfig(self))
    }
}

fn check_model(model: &ModelConfig, faults: &mut Faults) {
    faults.number((Section::Model, "holdout_weeks"), "model", model.holdout_weeks);
    faults.number((Section::Model, "seasonality_pairs"), "model", model.seasonality_pairs);
    if let Some(weeks) = model.trend_knot_weeks {
        faults.number((Section::Model, "trend_knot_weeks"), "model", weeks);
    }
    check_adstock("model.adstock", model.adstock, faults);
}

fn check_sampler(sampler: &SamplerConfig, faults: &mut Faults) {
    let SamplerConfig { seed: _, chains, warmup, draws, thin, target_accept } = *sampler;
    for (key, value) in [("chains", Some(chains)), ("warmup", warmup), ("draws", draws), ("thin", thin)] {
        if let Some(value) = value {
            faults.number((Section::Sampler, key), "sampler", value);
        }
    }
    if let Some(target) = target_accept {
        faults.number((Section::Sampler, "target_accept"), "sampler", target);
    }
    let draws = draws.unwrap_or(1);
    let all = chains.saturating_mul(draws);
    faults.expect(all <= MOST_DRAWS, || {
        format!("sampler.chains × sampler.draws is {chains} × {draws}; it must be at most {MOST_DRAWS}")
    });
}

fn check_channel(path: &str, channel: &ChannelConfig, faults: &mut Faults) {
    if let Some(adstock) = channel.adstock {
        check_adstock(&format!("{path}.adstock"), adstock, faults);
    }
    if let Some(slope) = channel.slope {
        faults.number((Section::Channel, "slope"), path, slope);
    }
    if let Some(GapBelief { mean, sd }) = channel.causal_gap {
        let path = format!("{path}.causal_gap");
        faults.number((Section::Gap, "mean"), &path, mean);
        faults.number((Section::Gap, "sd"), &path, sd);
    }
    if let Some(prior) = channel.prior {
        check_prior(path, prior, faults);
    }
    if let Some(prior) = channel.curve_prior {
        check_curve_prior(path, prior, faults);
    }
}

/// What is told of a shape must be there in its family.
fn check_shape(path: &str, channel: &ChannelConfig, family: SaturationFamily, faults: &mut Faults) {
    let prior = channel.curve_prior.unwrap_or_default();
    if let Some(slope) = channel.slope {
        faults.expect(family.has_slope(), || {
            format!(
                "{path}.slope is {slope}; it must be left out, as the saturation {family} has none to choose"
            )
        });
    }
    faults.expect(family.has_maximum() || prior.half_saturation.is_none(), || {
        format!(
            "{path}.curve_prior.half_saturation must be left out, as the saturation {family} has no maximum"
        )
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_door_lets_a_value_out_of_range_pass() {
        let config = FitConfig::default();
        let error = config.with(|c| c.sampler.draws = Some(0)).unwrap_err().to_string();
        assert_eq!(error, "sampler.draws is 0; it must be a whole number from 4 to 100000");
        let open = UncheckedConfig {
            sampler: SamplerConfig { target_accept: Some(5.0), ..SamplerConfig::default() },
            ..UncheckedConfig::default()
        };
        let json = serde_json::to_string(&open).unwrap();
        let error = serde_json::from_str::<FitConfig>(&json).unwrap_err().to_string();
        assert!(error.contains("sampler.target_accept is 5; it must be between 0.5 and 0.999"), "{error}");
        assert!(FitConfig::try_from(open).is_err());
        assert_eq!(config.with(|_| ()).unwrap(), config);
    }

    #[test]
    fn many_chains_of_many_draws_are_too_many() {
        let many = |chains, draws| {
            FitConfig::default().with(|c| (c.sampler.chains, c.sampler.draws) = (chains, Some(draws)))
        };
        assert!(many(4, 25_000).is_ok());
        let error = many(5, 25_000).unwrap_err().to_string();
        assert_eq!(error, "sampler.chains × sampler.draws is 5 × 25000; it must be at most 100000");
    }

    #[test]
    fn checked_and_open_are_one_json() {
        let config = FitConfig::default();
        assert_eq!(serde_json::to_string(&config).unwrap(), serde_json::to_string(&*config).unwrap());
    }
}
