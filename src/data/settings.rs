//! Settings that only make sense for some data: channels by name, population, length.

use globset::Glob;

use super::checks::followers;
use super::checks::weeks;
use super::dataset::{Channel, Dataset};
use crate::config::{
    ChannelConfig, ControlConfig, EffectPrior, FitConfig, LoadOptions, Scaling, UncheckedConfig,
};
use crate::error::{Error, Problems};
use crate::words::nearest;

/// Reliability of a control that a channel follows, where nothing is told of it. No proxy of demand is
/// perfect, and what it misses is credited to the channel; to doubt one that is costs little.
const ASSUMED_RELIABILITY: f64 = 0.8;

/// The settings that apply to `data`, with those of channels and controls that were left out on purpose, of
/// controls that are constant and what an earlier fit assumed dropped, and with the reliability of every
/// control that a channel follows.
///
/// # Errors
/// When a channel does not exist, a carry-over outlasts the data, a prior on return is put on a channel without spend, scaling by
/// population has none, or no period is left to fit after the holdout; all at once.
pub fn settle(fit: FitConfig, data: &Dataset, options: &LoadOptions) -> Result<FitConfig, Error> {
    let mut fit = UncheckedConfig::from(fit);
    let mut problems = Problems::new("settings do not fit the data");
    let mut hints = Vec::new();
    let is_declared = |name: &String| options.named.iter().any(|n| n.name == *name);
    fit.channels.retain(|name, _| !is_declared(name) || data.channels.iter().any(|c| c.name == *name));
    for (name, config) in &fit.channels {
        match data.channels.iter().find(|c| c.name == *name) {
            Some(channel) => organic_prior(channel, config, &mut problems, &mut hints),
            None => {
                problems.push_with(|| format!("[channels.{name}]: there is no channel `{name}`"));
                hints.push(unknown_channel(name, data));
            }
        }
    }
    let is_constant = |name: &String| data.roles.constant_controls.contains(name);
    fit.controls.retain(|name, c| !c.assumed && !is_excluded(name, options) && !is_constant(name));
    noisy_controls(&fit, data, &mut problems, &mut hints);
    lags_beyond(&fit, data, &mut problems, &mut hints);
    if fit.model.scaling == Scaling::Population && data.population.is_none() {
        problems.push_with(|| "model.scaling is population, but no column gives the population".to_owned());
        hints.push("name it with --population COLUMN, or use --scaling geo".to_owned());
    }
    // Two fitted periods are the least that have a spread; `enough_rows` asks for more.
    if data.held_out(&fit.model).saturating_add(2) > data.n_periods() {
        let all = weeks(data, data.n_periods());
        problems.push_with(|| {
            let holdout = fit.model.holdout_weeks;
            format!("model.holdout_weeks is {holdout} of {all:.0} weeks; nothing is left to fit")
        });
        hints.push(format!("hold out at most a quarter: --holdout-weeks {:.0}", (all / 4.0).floor()));
    }
    if problems.is_empty() {
        assume_reliabilities(&mut fit, data);
        return fit.try_into();
    }
    hints.dedup();
    Err(Error::Data { file: data.source.file.clone(), problems, hint: Some(hints.join("\n")) })
}

/// A carry-over that is told to last longer than the data do: nothing could say so much.
fn lags_beyond(fit: &UncheckedConfig, data: &Dataset, problems: &mut Problems, hints: &mut Vec<String>) {
    let own = fit.channels.iter().filter_map(|(name, c)| Some((format!("channels.{name}"), c.adstock?)));
    for (place, adstock) in std::iter::once(("model".to_owned(), fit.model.adstock)).chain(own) {
        let n = data.n_periods();
        if let Some(max_lag) = adstock.max_lag().filter(|lag| *lag >= n) {
            problems.push_with(|| {
                format!("{place}.adstock.max_lag is {max_lag}; it must be below the {n} periods of the data")
            });
            hints.push("a carry-over of a quarter of a year is long; give max_lag in periods".to_owned());
        }
    }
}

fn organic_prior(
    channel: &Channel,
    config: &ChannelConfig,
    problems: &mut Problems,
    hints: &mut Vec<String>,
) {
    if channel.is_organic() && matches!(config.prior, Some(EffectPrior::Roi(_) | EffectPrior::MarginalRoi(_)))
    {
        let name = &channel.name;
        problems.push_with(|| {
            format!("[channels.{name}]: an organic channel has no spend and so no return on it")
        });
        hints.push(format!("say what you believe of `{name}` by prior.share"));
    }
}

fn is_excluded(name: &str, options: &LoadOptions) -> bool {
    options.exclude.iter().any(|pattern| pattern_fits(pattern, name))
}

/// Whether a column's name or a glob that fits it.
pub(crate) fn pattern_fits(pattern: &str, column: &str) -> bool {
    pattern == column || Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(column))
}

/// Assumes the reliability of every control that a channel follows in the fitted periods, where none is given;
/// what was assumed of other data is forgotten.
pub(crate) fn assume_reliabilities(fit: &mut UncheckedConfig, data: &Dataset) {
    fit.controls.retain(|_, control| !control.assumed);
    for follower in followers(&data.without_last(data.held_out(&fit.model)), fit.model.weekly_effect) {
        let assumed = ControlConfig { reliability: ASSUMED_RELIABILITY, assumed: true };
        fit.controls.entry(follower.control).or_insert(assumed);
    }
}

/// A reliability is a share of variance: a 0/1 control, or none at all, has none to give.
fn noisy_controls(fit: &UncheckedConfig, data: &Dataset, problems: &mut Problems, hints: &mut Vec<String>) {
    for (name, told) in &fit.controls {
        let is_exact = told.reliability >= 1.0 && data.controls.iter().any(|c| c.name == *name);
        if let Some((problem, hint)) = no_reliability(data, name).filter(|_| !is_exact) {
            problems.push_with(|| format!("[controls.{name}]: {problem}"));
            hints.push(hint);
        }
    }
}

/// Why control `name` has no reliability, and what to do about it; `None` where it has one.
pub(crate) fn no_reliability(data: &Dataset, name: &str) -> Option<(String, String)> {
    let measured = || data.controls.iter().filter(|c| !c.binary).map(|c| c.name.as_str());
    let on_a_scale = || match measured().next() {
        Some(_) => {
            format!("those measured on a scale have one: {}", super::roles::suggest::listing(measured()))
        }
        None => "only what is measured on a scale has one, such as query volume".to_owned(),
    };
    if let Some(control) = data.controls.iter().find(|c| c.name == name) {
        return control
            .binary
            .then(|| (format!("control `{name}` is 0/1 and has no reliability"), on_a_scale()));
    }
    let levels =
        data.controls.iter().filter(|c| c.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')));
    let levels: Vec<&str> = levels.map(|c| c.name.as_str()).collect();
    if data.roles.controls.iter().any(|column| column == name) && !levels.is_empty() {
        let listed = super::roles::suggest::listing(levels.into_iter());
        let problem =
            format!("control `{name}` is text with levels, each 0/1 ({listed}), and has no reliability");
        return Some((problem, on_a_scale()));
    }
    let hint = match nearest(name, measured()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if data.controls.is_empty() => "name the controls with --controls".to_owned(),
        None => on_a_scale(),
    };
    Some((format!("there is no control `{name}`"), hint))
}

fn unknown_channel(name: &str, data: &Dataset) -> String {
    let names = || data.channels.iter().map(|c| c.name.as_str());
    match nearest(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the channels are {}", super::roles::suggest::listing(names())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    /// Channel 2 runs in proportion to control `query`.
    fn data() -> Dataset {
        let mut data = testdata::dataset();
        let mut query = data.controls[0].clone();
        (query.name, query.values, query.binary) = ("query".into(), &data.channels[2].exposure * 3.0, false);
        data.controls.push(query);
        data
    }

    fn settled(
        told: &[(&str, ControlConfig)],
        exclude: &[&str],
        data: &Dataset,
    ) -> Vec<(String, ControlConfig)> {
        let told = told.iter().map(|(name, config)| ((*name).to_owned(), *config));
        let fit = FitConfig::default().with(|c| c.controls = told.collect()).unwrap();
        let exclude = exclude.iter().map(|p| (*p).to_owned()).collect();
        let options = LoadOptions { exclude, ..LoadOptions::default() };
        settle(fit, data, &options).expect("it suits the data").controls.clone().into_iter().collect()
    }

    const ASSUMED: ControlConfig = ControlConfig { reliability: ASSUMED_RELIABILITY, assumed: true };

    #[test]
    fn a_control_that_a_channel_follows_is_no_perfect_proxy() {
        assert_eq!(settled(&[], &[], &data()), [("query".to_owned(), ASSUMED)]);
        for told in [0.7, ASSUMED_RELIABILITY, 1.0].map(ControlConfig::told) {
            let found = settled(&[("query", told)], &[], &data());
            assert_eq!(found, [("query".to_owned(), told)], "to be told is to be believed");
        }
    }

    #[test]
    fn other_controls_are_without_error() {
        let mut data = testdata::dataset();
        assert_eq!(settled(&[], &[], &data), []);
        data.controls[0].binary = false;
        let (name, told) = (data.controls[0].name.clone(), ControlConfig::told(1.0));
        assert_eq!(settled(&[(&name, told)], &[], &data), [(name, told)]);
        assert_eq!(settled(&[("query", told)], &["que*"], &data), [], "left out on purpose");
    }

    #[test]
    fn text_with_levels_has_no_reliability_and_no_level_is_proposed() {
        let mut data = data();
        for level in ["na", "sale"] {
            let mut control = data.controls[0].clone();
            control.name = format!("events={level}");
            data.controls.push(control);
        }
        data.roles.controls.push("events".into());
        let (problem, hint) = no_reliability(&data, "events").unwrap();
        assert_eq!(
            problem,
            "control `events` is text with levels, each 0/1 (`events=na`, `events=sale`), and has no reliability"
        );
        assert_eq!(hint, "those measured on a scale have one: `query`");
        let (problem, hint) = no_reliability(&data, "event").unwrap();
        assert_eq!((problem.as_str(), hint.contains("did you mean")), ("there is no control `event`", false));
        assert_eq!(no_reliability(&data, "query"), None);
        let told = [("events".to_owned(), ControlConfig::told(0.9))];
        let fit = FitConfig::default().with(|c| c.controls = told.into()).unwrap();
        let error = settle(fit, &data, &LoadOptions::default()).unwrap_err().to_string();
        assert!(error.contains("[controls.events]: control `events` is text with levels"), "{error}");
    }

    #[test]
    fn what_was_assumed_of_other_data_is_forgotten() {
        let earlier = ControlConfig { reliability: 0.6, assumed: true };
        assert_eq!(settled(&[("query", earlier)], &[], &data()), [("query".to_owned(), ASSUMED)]);
        // Its control is gone, or no channel follows it any more.
        assert_eq!(settled(&[("query", earlier)], &[], &testdata::dataset()), []);
        let mut data = testdata::dataset();
        data.roles.constant_controls = vec!["query".into()];
        assert_eq!(settled(&[("query", ControlConfig::told(0.9))], &[], &data), [], "constant in these rows");
    }
}
