//! Settings as written in `mmm.toml` or on the command line: all optional, none checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

use super::{
    Adstock, BetaPrior, CausalGap, DecimalSign, Drift, GapBelief, Noise, OutcomeKind, SaturationFamily,
    Scaling, ZeroWeeks, keys,
};
use crate::error::Error;

/// One source of settings. The command line and the file are two of them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawConfig {
    /// `[data]`
    pub data: RawData,
    /// `[channels.NAME]`
    pub channels: BTreeMap<String, RawChannel>,
    /// `[controls.NAME]`
    pub controls: BTreeMap<String, RawControl>,
    /// `[experiments]`
    pub experiments: RawExperiments,
    /// `[model]`
    pub model: RawModel,
    /// `[sampler]`
    pub sampler: RawSampler,
}

/// `[data]`: roles and span, as [`super::LoadOptions`] describes them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawData {
    /// Date column.
    pub date: Option<String>,
    /// Outcome column.
    pub outcome: Option<String>,
    /// Revenue or count.
    pub outcome_kind: Option<OutcomeKind>,
    /// Geo column.
    pub geo: Option<String>,
    /// Population column.
    pub population: Option<String>,
    /// Column with the currency value of one outcome unit.
    pub revenue_per_outcome: Option<String>,
    /// Spend columns or globs.
    pub channels: Option<Vec<String>>,
    /// `spend=exposure` pairs.
    pub exposure: Option<Vec<String>>,
    /// Organic media columns or globs.
    pub organic: Option<Vec<String>>,
    /// Control columns or globs.
    pub controls: Option<Vec<String>>,
    /// Columns or globs to leave alone.
    pub exclude: Option<Vec<String>>,
    /// First date to read.
    pub from: Option<Day>,
    /// Last date to read.
    pub to: Option<Day>,
    /// `blank` or `keep`.
    pub zero_weeks: Option<ZeroWeeks>,
    /// `,` or `.`
    pub decimal: Option<DecimalSign>,
    /// Media columns that repeat a national total in every geo.
    pub national: Option<Vec<String>>,
}

/// `[experiments]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawExperiments {
    /// File of lift tests; in a settings file relative to its folder.
    pub file: Option<PathBuf>,
}

/// `[channels.NAME]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawChannel {
    /// Spend column.
    pub spend: Option<String>,
    /// Exposure column.
    pub exposure: Option<String>,
    /// Carry-over.
    pub adstock: Option<Adstock>,
    /// Shape of diminishing returns.
    pub saturation: Option<SaturationFamily>,
    /// Whether its effect may change over the data.
    pub drift: Option<Drift>,
    /// Fixed Hill slope.
    pub slope: Option<f64>,
    /// Belief about the effect.
    pub prior: RawPrior,
    /// Belief about the shape of the response.
    pub curve_prior: RawCurvePrior,
    /// Belief about the causal gap.
    pub causal_gap: Option<GapBelief>,
    /// Whether the channel captures demand.
    pub captures_demand: Option<bool>,
}

/// `[controls.NAME]`
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawControl {
    /// Share of the control's variance that is no error of measurement.
    pub reliability: Option<f64>,
    /// Whether an earlier fit assumed it; no key of settings files.
    pub assumed: bool,
}

/// `prior.roi`, `prior.share` or `prior.marginal_roi`; one of them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawPrior {
    /// On the return on spend.
    pub roi: Option<RawLogNormal>,
    /// On the share of the outcome.
    pub share: Option<RawLogNormal>,
    /// On the return of the next unit of spend.
    pub marginal_roi: Option<RawLogNormal>,
}

/// `curve_prior.half_saturation`, `curve_prior.slope` and `curve_prior.retention` as written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawCurvePrior {
    /// On K, in exposure units.
    pub half_saturation: Option<RawLogNormal>,
    /// On S.
    pub slope: Option<RawLogNormal>,
    /// On α.
    pub retention: Option<BetaPrior>,
}

/// `{ median, sd_log }` or `{ low, high, mass }`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawLogNormal {
    /// 50 % quantile.
    pub median: Option<f64>,
    /// Standard deviation of the logarithm.
    pub sd_log: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Probability between the two; 0.9 when left out.
    pub mass: Option<f64>,
}

/// `[model]`, as [`super::ModelConfig`] describes it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawModel {
    /// Last weeks kept out of the fit.
    pub holdout_weeks: Option<usize>,
    /// Carry-over of channels that name none.
    pub adstock: Option<Adstock>,
    /// Saturation of channels that name none.
    pub saturation: Option<SaturationFamily>,
    /// Drift of channels that name none.
    pub drift: Option<Drift>,
    /// Error process.
    pub noise: Option<Noise>,
    /// An effect per period shared by all geos.
    pub weekly_effect: Option<bool>,
    /// Unit of scaled exposure.
    pub scaling: Option<Scaling>,
    /// Weeks between trend knots.
    pub trend_knot_weeks: Option<f64>,
    /// Pairs of yearly Fourier terms.
    pub seasonality_pairs: Option<usize>,
    /// What is believed of the gap between correlation and cause.
    pub causal_gap: Option<CausalGap>,
}

/// `[sampler]`, as [`super::SamplerConfig`] describes it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawSampler {
    /// Seed of every random stream.
    pub seed: Option<u64>,
    /// Independent chains.
    pub chains: Option<usize>,
    /// Discarded iterations per chain.
    pub warmup: Option<usize>,
    /// Kept draws per chain.
    pub draws: Option<usize>,
    /// Transitions from one kept draw to the next.
    pub thin: Option<usize>,
    /// Acceptance that the step size aims at.
    pub target_accept: Option<f64>,
    /// Worker threads; changes the time taken, never the result.
    pub threads: Option<usize>,
}

/// A date, as TOML's own `2021-01-04` or in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        let text = match &value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Datetime(datetime) => datetime.to_string(),
            other => return Err(serde::de::Error::custom(format!("a {} is not a date", other.type_str()))),
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl std::str::FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Day, String> {
        crate::day::parse_day(text).map(Day)
    }
}

/// Reads `mmm.toml`.
///
/// # Errors
/// When the file cannot be read or is not TOML, and for keys that do not exist or hold the wrong
/// type, by line, with the nearest key that does exist.
pub fn read(path: &Path) -> Result<RawConfig, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        action: "cannot read",
        path: path.to_owned(),
        source,
    })?;
    let mut raw = parse(&path.display().to_string(), &text)?;
    if let (Some(file), Some(folder)) = (&mut raw.experiments.file, path.parent()) {
        *file = folder.join(&*file);
    }
    Ok(raw)
}

/// Reads the text of `mmm.toml`; `file` is its name in messages.
///
/// # Errors
/// As [`read`], but for the reading itself.
pub fn parse(file: &str, text: &str) -> Result<RawConfig, Error> {
    keys::check(file, text)?;
    toml::from_str(text).map_err(|error| keys::located(file, text, &error))
}

impl RawConfig {
    /// These settings with those of `above` in their place wherever it has any.
    ///
    /// Lists are replaced, but for two: `exclude` adds up, and `exposure` is replaced pair by pair.
    #[must_use]
    pub fn overridden_by(self, above: RawConfig) -> RawConfig {
        let mut channels = self.channels;
        let flagged: Vec<&str> =
            above.data.exposure.iter().flatten().filter_map(|pair| pair.split('=').next()).collect();
        for channel in channels.values_mut() {
            if channel.spend.as_deref().is_some_and(|spend| flagged.contains(&spend)) {
                channel.exposure = None;
            }
        }
        for (name, channel) in above.channels {
            let below = channels.remove(&name).unwrap_or_default();
            channels.insert(name, below.overridden_by(channel));
        }
        let mut controls = self.controls;
        for (name, control) in above.controls {
            if control.reliability.is_some() {
                controls.insert(name, control);
            }
        }
        RawConfig {
            data: self.data.overridden_by(above.data),
            channels,
            controls,
            experiments: RawExperiments { file: above.experiments.file.or(self.experiments.file) },
            model: self.model.overridden_by(above.model),
            sampler: self.sampler.overridden_by(above.sampler),
        }
    }
}

impl RawData {
    fn overridden_by(self, above: RawData) -> RawData {
        let spend = |pair: &String| pair.split('=').next().map(str::to_owned);
        let exposure = match (self.exposure, above.exposure) {
            (Some(below), Some(mut above)) => {
                let replaced: Vec<Option<String>> = above.iter().map(spend).collect();
                above.extend(below.into_iter().filter(|pair| !replaced.contains(&spend(pair))));
                Some(above)
            }
            (below, above) => above.or(below),
        };
        let exclude = match (self.exclude, above.exclude) {
            (Some(below), Some(above)) => Some([below, above].concat()),
            (below, above) => above.or(below),
        };
        RawData {
            date: above.date.or(self.date),
            outcome: above.outcome.or(self.outcome),
            outcome_kind: above.outcome_kind.or(self.outcome_kind),
            geo: above.geo.or(self.geo),
            population: above.population.or(self.population),
            revenue_per_outcome: above.revenue_per_outcome.or(self.revenue_per_outcome),
            channels: above.channels.or(self.channels),
            exposure,
            organic: above.organic.or(self.organic),
            controls: above.controls.or(self.controls),
            exclude,
            from: above.from.or(self.from),
            to: above.to.or(self.to),
            zero_weeks: above.zero_weeks.or(self.zero_weeks),
            decimal: above.decimal.or(self.decimal),
            national: above.national.or(self.national),
        }
    }
}

impl RawChannel {
    fn overridden_by(self, above: RawChannel) -> RawChannel {
        RawChannel {
            spend: above.spend.or(self.spend),
            exposure: above.exposure.or(self.exposure),
            adstock: above.adstock.or(self.adstock),
            saturation: above.saturation.or(self.saturation),
            drift: above.drift.or(self.drift),
            slope: above.slope.or(self.slope),
            prior: if above.prior == RawPrior::default() { self.prior } else { above.prior },
            curve_prior: RawCurvePrior {
                half_saturation: above.curve_prior.half_saturation.or(self.curve_prior.half_saturation),
                slope: above.curve_prior.slope.or(self.curve_prior.slope),
                retention: above.curve_prior.retention.or(self.curve_prior.retention),
            },
            causal_gap: above.causal_gap.or(self.causal_gap),
            captures_demand: above.captures_demand.or(self.captures_demand),
        }
    }
}

impl RawModel {
    fn overridden_by(self, above: RawModel) -> RawModel {
        RawModel {
            holdout_weeks: above.holdout_weeks.or(self.holdout_weeks),
            adstock: above.adstock.or(self.adstock),
            saturation: above.saturation.or(self.saturation),
            drift: above.drift.or(self.drift),
            noise: above.noise.or(self.noise),
            weekly_effect: above.weekly_effect.or(self.weekly_effect),
            scaling: above.scaling.or(self.scaling),
            trend_knot_weeks: above.trend_knot_weeks.or(self.trend_knot_weeks),
            seasonality_pairs: above.seasonality_pairs.or(self.seasonality_pairs),
            causal_gap: above.causal_gap.or(self.causal_gap),
        }
    }
}

impl RawSampler {
    fn overridden_by(self, above: RawSampler) -> RawSampler {
        RawSampler {
            seed: above.seed.or(self.seed),
            chains: above.chains.or(self.chains),
            warmup: above.warmup.or(self.warmup),
            draws: above.draws.or(self.draws),
            thin: above.thin.or(self.thin),
            target_accept: above.target_accept.or(self.target_accept),
            threads: above.threads.or(self.threads),
        }
    }
}
