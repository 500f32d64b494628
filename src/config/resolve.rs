//! Raw settings → checked ones: defaults filled in, every value in its range.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::faults::Faults;
use super::table::Section;
use super::{
    ChannelConfig, ControlConfig, CurvePrior, EffectPrior, FitConfig, LoadOptions, LogNormalPrior,
    ModelConfig, NamedChannel, RawChannel, RawConfig, RawCurvePrior, RawData, RawLogNormal, RawPrior,
    Reading, SamplerConfig, UncheckedConfig,
};
use crate::error::Error;

/// Central probability of an interval that does not say its own.
const DEFAULT_MASS: f64 = 0.9;

/// Checked settings by what they govern.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// How to read the data.
    pub load: LoadOptions,
    /// What to fit, and how long to sample.
    pub fit: FitConfig,
    /// File of lift tests.
    pub experiments: Option<PathBuf>,
    /// Worker threads; as many as there are cores when `None`.
    pub threads: Option<usize>,
}

impl RawConfig {
    /// Checks the settings of a file with those of `flags` above them.
    ///
    /// # Errors
    /// All values out of their range at once.
    pub fn resolve(self, flags: RawConfig) -> Result<Resolved, Error> {
        let raw = self.overridden_by(flags);
        let mut faults = Faults::default();
        let named = named_channels(&raw.channels, &mut faults);
        let load = load_options(raw.data, named, &mut faults);
        let mut channels = BTreeMap::new();
        for (name, channel) in raw.channels {
            let config = channel_config(&name, &channel, &mut faults);
            if config != ChannelConfig::default() {
                channels.insert(name, config);
            }
        }
        let controls = raw.controls.into_iter().filter_map(|(name, control)| {
            Some((name, ControlConfig { reliability: control.reliability?, assumed: control.assumed }))
        });
        let model = ModelConfig::default();
        let sampler = SamplerConfig::default();
        let fit = UncheckedConfig {
            model: ModelConfig {
                holdout_weeks: raw.model.holdout_weeks.unwrap_or(model.holdout_weeks),
                holdout_periods: None,
                adstock: raw.model.adstock.unwrap_or(model.adstock),
                saturation: raw.model.saturation.unwrap_or(model.saturation),
                drift: raw.model.drift.unwrap_or(model.drift),
                noise: raw.model.noise.unwrap_or(model.noise),
                weekly_effect: raw.model.weekly_effect.unwrap_or(model.weekly_effect),
                scaling: raw.model.scaling.unwrap_or(model.scaling),
                trend_knot_weeks: raw.model.trend_knot_weeks.or(model.trend_knot_weeks),
                seasonality_pairs: raw.model.seasonality_pairs.unwrap_or(model.seasonality_pairs),
                causal_gap: raw.model.causal_gap.unwrap_or(model.causal_gap),
            },
            channels,
            controls: controls.collect(),
            sampler: SamplerConfig {
                seed: raw.sampler.seed.unwrap_or(sampler.seed),
                chains: raw.sampler.chains.unwrap_or(sampler.chains),
                warmup: raw.sampler.warmup,
                draws: raw.sampler.draws,
                thin: raw.sampler.thin,
                target_accept: raw.sampler.target_accept,
            },
        };
        if let Some(threads) = raw.sampler.threads {
            faults.number((Section::Sampler, "threads"), "sampler", threads);
        }
        let fit = fit.checked(faults)?;
        Ok(Resolved { load, fit, experiments: raw.experiments.file, threads: raw.sampler.threads })
    }
}

impl TryFrom<RawConfig> for Resolved {
    type Error = Error;

    fn try_from(raw: RawConfig) -> Result<Resolved, Error> {
        raw.resolve(RawConfig::default())
    }
}

fn channel_config(name: &str, raw: &RawChannel, faults: &mut Faults) -> ChannelConfig {
    ChannelConfig {
        adstock: raw.adstock,
        saturation: raw.saturation,
        drift: raw.drift,
        slope: raw.slope,
        prior: effect_prior(name, &raw.prior, faults),
        curve_prior: curve_prior(name, raw.curve_prior, faults),
        causal_gap: raw.causal_gap,
        captures_demand: raw.captures_demand,
    }
}

fn curve_prior(name: &str, raw: RawCurvePrior, faults: &mut Faults) -> Option<CurvePrior> {
    let mut part = |part: &str, belief: Option<RawLogNormal>| {
        belief.and_then(|b| log_normal(&format!("channels.{name}.curve_prior.{part}"), b, faults))
    };
    let prior = CurvePrior {
        half_saturation: part("half_saturation", raw.half_saturation),
        slope: part("slope", raw.slope),
        retention: raw.retention,
    };
    (prior != CurvePrior::default()).then_some(prior)
}

fn effect_prior(name: &str, raw: &RawPrior, faults: &mut Faults) -> Option<EffectPrior> {
    type Scale = fn(LogNormalPrior) -> EffectPrior;
    let scales = [
        ("roi", raw.roi, EffectPrior::Roi as Scale),
        ("share", raw.share, EffectPrior::Share),
        ("marginal_roi", raw.marginal_roi, EffectPrior::MarginalRoi),
    ];
    let given: Vec<(&str, RawLogNormal, Scale)> =
        scales.into_iter().filter_map(|(scale, belief, make)| Some((scale, belief?, make))).collect();
    if given.len() > 1 {
        let scales: Vec<&str> = given.iter().map(|(scale, _, _)| *scale).collect();
        faults.push(format!("channels.{name}.prior: {} are given; one says it all", scales.join(" and ")));
    }
    let (scale, belief, make) = given.into_iter().next()?;
    log_normal(&format!("channels.{name}.prior.{scale}"), belief, faults).map(make)
}

fn log_normal(key: &str, raw: RawLogNormal, faults: &mut Faults) -> Option<LogNormalPrior> {
    match raw {
        RawLogNormal { median: Some(median), sd_log: Some(sd_log), low: None, high: None, mass: None } => {
            Some(LogNormalPrior::Median { median, sd_log })
        }
        RawLogNormal { median: None, sd_log: None, low: Some(low), high: Some(high), mass } => {
            Some(LogNormalPrior::Interval { low, high, mass: mass.unwrap_or(DEFAULT_MASS) })
        }
        _ => {
            faults.push(format!("{key}: give {{ median, sd_log }} or {{ low, high, mass }}, nothing else"));
            None
        }
    }
}

fn named_channels(channels: &BTreeMap<String, RawChannel>, faults: &mut Faults) -> Vec<NamedChannel> {
    let mut owners: BTreeMap<&String, &String> = BTreeMap::new();
    for (name, channel) in channels {
        let bare = name.trim();
        faults.expect(!bare.is_empty(), || format!("channels.{name:?}: a channel needs a name"));
        faults.expect(bare.is_empty() || bare == name, || {
            format!("channels.{name:?}: a name has no blanks at its ends; write channels.{bare:?}")
        });
        if let Some(column) = channel.spend.as_ref().or(channel.exposure.as_ref())
            && let Some(first) = owners.insert(column, name)
        {
            faults.push(format!("channels.{first} and channels.{name} both have the column `{column}`"));
        }
    }
    let named = channels.iter().filter(|(_, c)| c.spend.is_some() || c.exposure.is_some());
    named
        .map(|(name, c)| NamedChannel {
            name: name.clone(),
            spend: c.spend.clone(),
            exposure: c.exposure.clone(),
        })
        .collect()
}

fn load_options(raw: RawData, named: Vec<NamedChannel>, faults: &mut Faults) -> LoadOptions {
    let mut exposure = Vec::new();
    for pair in raw.exposure.into_iter().flatten() {
        match pair.split_once('=') {
            Some((spend, by)) if !spend.is_empty() && !by.is_empty() => {
                exposure.push((spend.trim().to_owned(), by.trim().to_owned()));
            }
            _ => faults.push(format!("exposure: `{pair}` is not of the form spend_column=exposure_column")),
        }
    }
    let (from, to) = (raw.from.map(|d| d.0), raw.to.map(|d| d.0));
    if let (Some(from), Some(to)) = (from, to) {
        faults.expect(from <= to, || format!("from ({from}) is after to ({to})"));
    }
    LoadOptions {
        date: raw.date,
        outcome: raw.outcome,
        outcome_kind: raw.outcome_kind,
        geo: raw.geo,
        population: raw.population,
        revenue_per_outcome: raw.revenue_per_outcome,
        channels: raw.channels.unwrap_or_default(),
        exposure,
        organic: raw.organic.unwrap_or_default(),
        controls: raw.controls.unwrap_or_default(),
        exclude: raw.exclude.unwrap_or_default(),
        from,
        to,
        reading: Reading {
            zero_weeks: raw.zero_weeks.unwrap_or_default(),
            decimal: raw.decimal,
            national: raw.national.unwrap_or_default(),
        },
        named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Adstock, parse};

    fn resolve(text: &str) -> Result<Resolved, Error> {
        parse("mmm.toml", text)?.resolve(RawConfig::default())
    }

    #[test]
    fn nothing_said_gives_the_defaults() {
        let resolved = resolve("").expect("defaults are in range");
        assert_eq!(resolved.fit, FitConfig::default());
        assert_eq!(resolved.load, LoadOptions::default());
    }

    #[test]
    fn the_resolved_config_survives_json() {
        let text = "[channels.tv]\nprior.roi = { low = 0.8, high = 3.0 }\nadstock = { kind = 'geometric', max_lag = 8 }\n\
                    [channels.mail]\nprior.share = { median = 0.1, sd_log = 1 }\nslope = 1\n";
        let fit = resolve(text).expect("in range").fit;
        let json = serde_json::to_string(&fit).expect("serialises");
        assert_eq!(serde_json::from_str::<FitConfig>(&json).expect("reads back"), fit);
        let tv = &fit.channels["tv"];
        assert_eq!(
            tv.prior,
            Some(EffectPrior::Roi(LogNormalPrior::Interval { low: 0.8, high: 3.0, mass: 0.9 }))
        );
        assert_eq!(tv.adstock, Some(Adstock::Geometric { max_lag: Some(8) }));
    }

    #[test]
    fn every_carry_over_can_be_asked_for() {
        let text = "[model]\nadstock = { kind = 'binomial', max_lag = 6 }\n[channels.tv]\nspend = 'tv'\n\
                    adstock = { kind = 'delayed', peak = 1.5, max_lag = 8 }\n";
        let fit = resolve(text).expect("in range").fit;
        assert_eq!(fit.model.adstock, Adstock::Binomial { max_lag: 6 });
        assert_eq!(fit.channels["tv"].adstock, Some(Adstock::Delayed { peak: 1.5, max_lag: 8 }));
    }

    #[test]
    fn every_range_is_held() {
        let cases = [
            ("[sampler]\nchains = 0", "chains is 0"),
            ("[sampler]\ndraws = 3", "sampler.draws is 3; it must be a whole number from 4 to 100000"),
            ("[sampler]\nwarmup = 0", "warmup is 0"),
            ("[sampler]\nwarmup = 19", "sampler.warmup is 19; it must be a whole number from 20"),
            ("[sampler]\nthin = 0", "thin is 0"),
            ("[sampler]\nthreads = 0", "threads is 0"),
            ("[sampler]\ntarget_accept = 1.0", "target_accept is 1; it must be between 0.5 and 0.999"),
            ("[sampler]\nchains = 101\ndraws = 1000", "sampler.chains × sampler.draws is 101 × 1000"),
            ("[sampler]\ntarget_accept = nan", "target_accept is NaN"),
            (
                "[model]\nadstock = { kind = 'delayed', peak = 9.0, max_lag = 8 }",
                "peak is 9; it must be between 0 and max_lag (8)",
            ),
            ("[model]\nadstock = { kind = 'delayed', peak = nan, max_lag = 8 }", "peak is NaN"),
            ("[model]\ntrend_knot_weeks = 0", "trend_knot_weeks is 0"),
            ("[model]\nseasonality_pairs = 27", "seasonality_pairs is 27"),
            ("[model]\nadstock = { kind = 'geometric', max_lag = 0 }", "max_lag is 0"),
            ("[controls.q]\nreliability = 0", "controls.q.reliability is 0"),
            ("[controls.q]\nreliability = 1.1", "controls.q.reliability is 1.1"),
            ("[channels.tv]\nslope = -1", "channels.tv.slope is -1"),
            ("[channels.tv]\nprior.roi = { low = 2, high = 1 }", "high is 1; it must be above low (2)"),
            (
                "[channels.tv]\nprior.roi = { low = 0, high = 1 }",
                "low is 0; it must be between 1e-15 and 1e15",
            ),
            ("[channels.tv]\nprior.roi = { low = 1, high = 2, mass = 1 }", "mass is 1"),
            ("[channels.tv]\nprior.roi = { median = 1 }", "give { median, sd_log }"),
            ("[channels.tv]\nprior.roi = { median = 1, sd_log = 0 }", "sd_log is 0"),
            ("[channels.tv]\nprior.share = { median = 1, sd_log = 1 }", "1 is no share"),
            (
                "[channels.tv]\nprior.share = { median = 0.1, sd_log = 1 }\nprior.roi = { median = 1, sd_log = 1 }",
                "roi and share are given",
            ),
            (
                "[channels.tv]\ncurve_prior.slope = { median = 0, sd_log = 1 }",
                "curve_prior.slope.median is 0",
            ),
            ("[channels.tv]\ncurve_prior.half_saturation = { low = 1 }", "half_saturation: give { median"),
            ("[channels.tv]\ncurve_prior.retention = { mean = 0.5, sd = 0.6 }", "mean 0.5 and sd 0.6"),
            ("[channels.'']\nslope = 1", "channels.\"\": a channel needs a name"),
            ("[channels.' ']\nslope = 1", "channels.\" \": a channel needs a name"),
            (
                "[channels.'tv ']\nspend = 'a'",
                "channels.\"tv \": a name has no blanks at its ends; write channels.\"tv\"",
            ),
            ("[data]\nexposure = ['tv']", "`tv` is not of the form"),
            ("[data]\nfrom = 2022-01-01\nto = 2021-01-01", "from (2022-01-01) is after to (2021-01-01)"),
        ];
        for (text, expected) in cases {
            let error = resolve(text).expect_err(text).to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        let both = resolve("[sampler]\nchains = 0\ndraws = 1").expect_err("two faults").to_string();
        assert!(both.contains("2 settings") && both.contains("chains") && both.contains("draws"), "{both}");
    }

    #[test]
    fn flags_stand_above_the_file() {
        let file = "[data]\noutcome = 'a'\ncontrols = ['x']\nexclude = ['e']\nexposure = ['tv=g', 'ooh=h']\n\
                    [channels.tv]\nspend = 'tv'\nexposure = 'grps'\nslope = 2\n[sampler]\ndraws = 10\nseed = 3";
        let flags = "[data]\noutcome = 'b'\nexclude = ['f']\nexposure = ['tv=i']\n[sampler]\ndraws = 20\n\
                     [channels.tv]\nprior.roi = { median = 1, sd_log = 1 }";
        let flags = parse("flags", flags).expect("valid");
        let resolved = parse("mmm.toml", file).expect("valid").resolve(flags).expect("in range");
        let load = resolved.load;
        assert_eq!(load.outcome.as_deref(), Some("b"));
        assert_eq!(load.controls, ["x"]);
        assert_eq!(load.exclude, ["e", "f"]);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(load.exposure, [pair("tv", "i"), pair("ooh", "h")]);
        assert_eq!(load.named[0].exposure, None);
        assert_eq!((resolved.fit.sampler.draws, resolved.fit.sampler.seed), (Some(20), 3));
        assert_eq!(resolved.fit.channels["tv"].slope, Some(2.0));
        assert!(resolved.fit.channels["tv"].prior.is_some());
    }
}
