//! Settings of an earlier fit, from its `fit.json`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::config::{Day, LoadOptions, ModelConfig, NamedChannel, RawChannel, RawConfig, RawData, ZeroWeeks};
use crate::data::knot_weeks;
use crate::error::Error;
use crate::report::Fit;

/// How to read a data file so that every column plays the role it played in `fit`.
pub fn load_options(fit: &Fit) -> LoadOptions {
    let (roles, data) = (&fit.run.roles, &fit.run.data);
    LoadOptions {
        date: Some(roles.date.clone()),
        outcome: Some(roles.outcome.clone()),
        outcome_kind: Some(fit.outcome.kind),
        geo: roles.geo.clone(),
        population: roles.population.clone(),
        revenue_per_outcome: roles.revenue_per_outcome.clone(),
        channels: roles.channels.clone(),
        // The channels have theirs by name.
        exposure: Vec::new(),
        organic: roles.organic.clone(),
        controls: roles.controls.clone(),
        exclude: data.exclude.clone(),
        from: data.from,
        to: data.to,
        reading: data.reading.clone(),
        named: named_channels(fit),
    }
}

/// Names of the channels with their columns, as the fit has them.
fn named_channels(fit: &Fit) -> Vec<NamedChannel> {
    let roles = &fit.run.roles;
    // Organic channels come in the order of their columns.
    let mut organic = roles.organic.iter();
    let named = fit.channels.iter().filter_map(|channel| {
        let spend = channel.spend_column.clone();
        let exposure = match &spend {
            Some(spend) => roles.exposure.get(spend).cloned(),
            None => Some(organic.next()?.clone()),
        };
        Some(NamedChannel { name: channel.name.clone(), spend, exposure })
    });
    named.collect()
}

/// The settings of `fit` as a settings file would give them, so that flags can stand above them. Its last date is
/// none of them: what came since is what it is repeated for.
///
/// # Errors
/// Settings that this version does not know, in a `fit.json` that was changed by hand.
pub fn raw_settings(fit: &Fit) -> Result<RawConfig, Error> {
    let unknown = |error: serde_json::Error| Error::Config {
        file: Some("fit.json".into()),
        line: None,
        problem: format!("its settings cannot be used again: {error}"),
        hint: Some("give a folder or fit.json written by `mmm fit`, unchanged".into()),
    };
    let settings = serde_json::to_value(&fit.run.config).map_err(unknown)?;
    let mut raw: RawConfig = serde_json::from_value(without_nulls(settings)).map_err(unknown)?;
    let load = load_options(fit);
    for channel in &load.named {
        let entry: &mut RawChannel = raw.channels.entry(channel.name.clone()).or_default();
        (entry.spend, entry.exposure) = (channel.spend.clone(), channel.exposure.clone());
    }
    // The fit names the default of its interval, which is not that of every other.
    let default = knot_weeks(fit.run.data.interval(), &ModelConfig::default());
    raw.model.trend_knot_weeks = raw.model.trend_knot_weeks.filter(|knots| *knots != default);
    raw.data = RawData { to: None, ..raw_data(load) };
    Ok(raw)
}

fn raw_data(load: LoadOptions) -> RawData {
    let given = |list: Vec<String>| (!list.is_empty()).then_some(list);
    RawData {
        date: load.date,
        outcome: load.outcome,
        outcome_kind: load.outcome_kind,
        geo: load.geo,
        population: load.population,
        revenue_per_outcome: load.revenue_per_outcome,
        channels: given(load.channels),
        exposure: None,
        organic: given(load.organic),
        controls: given(load.controls),
        exclude: given(load.exclude),
        from: load.from.map(Day),
        to: load.to.map(Day),
        zero_weeks: Some(load.reading.zero_weeks).filter(|zeros| *zeros != ZeroWeeks::default()),
        decimal: load.reading.decimal,
        national: given(load.reading.national),
    }
}

/// What is null was not set, and settings files have no null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept: BTreeMap<String, Value> =
                map.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect();
            Value::Object(kept.into_iter().collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{
        Adstock, BetaPrior, ChannelConfig, CurvePrior, Drift, EffectPrior, GapBelief, LogNormalPrior, Noise,
        SaturationFamily,
    };
    use crate::report::testdata;

    #[test]
    fn every_setting_comes_back() {
        let mut fit = testdata::fit();
        let belief = LogNormalPrior::Median { median: 1.5, sd_log: 0.25 };
        let own = ChannelConfig {
            adstock: Some(Adstock::None),
            saturation: Some(SaturationFamily::Hill),
            drift: Some(Drift::Yearly),
            slope: Some(1.0),
            prior: Some(EffectPrior::Roi(LogNormalPrior::Interval { low: 0.5, high: 2.0, mass: 0.8 })),
            curve_prior: Some(CurvePrior {
                half_saturation: Some(belief),
                slope: None,
                retention: Some(BetaPrior { mean: 0.3, sd: 0.1 }),
            }),
            causal_gap: Some(GapBelief { mean: -0.3, sd: 0.2 }),
            captures_demand: Some(true),
        };
        let changed = fit.run.config.with(|c| {
            (c.model.noise, c.model.holdout_weeks) = (Noise::White, 4);
            c.model.adstock = Adstock::Geometric { max_lag: Some(7) };
            c.sampler.seed = 99;
            c.channels.insert("tv".into(), own);
        });
        fit.run.config = changed.unwrap();
        let resolved = raw_settings(&fit).unwrap().resolve(RawConfig::default()).unwrap();
        fit.run.config = fit.run.config.with(|c| c.model.trend_knot_weeks = None).unwrap();
        assert_eq!(resolved.fit, fit.run.config);
        assert_eq!(resolved.load.channels, fit.run.roles.channels);
        assert_eq!(resolved.load.named.len(), fit.channels.len());
    }
}
