//! Settings that only make sense for some data: channels by name, population, length.

use super::dataset::{Channel, Dataset};
use crate::config::{ChannelConfig, EffectPrior, FitConfig, LoadOptions, Scaling};
use crate::error::{Error, Problems};
use crate::words::nearest;

/// The settings that apply to `data`, with those of channels that were left out on purpose dropped.
///
/// # Errors
/// When a channel does not exist, a prior on return is put on a channel without spend, scaling by
/// population has none, or no period is left to fit after the holdout; all at once.
pub fn settle(mut fit: FitConfig, data: &Dataset, options: &LoadOptions) -> Result<FitConfig, Error> {
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
    noisy_controls(&fit, data, &mut problems, &mut hints);
    if fit.model.scaling == Scaling::Population && data.population.is_none() {
        problems.push_with(|| "model.scaling is population, but no column gives the population".to_owned());
        hints.push("name it with --population COLUMN, or use --scaling geo".to_owned());
    }
    // Two fitted periods are the least that have a spread; `enough_rows` asks for more.
    let (holdout, periods) = (fit.model.holdout_weeks, data.n_periods());
    if holdout + 2 > periods {
        problems.push_with(|| {
            format!("model.holdout_weeks is {holdout} of {periods} periods; nothing is left to fit")
        });
        hints.push(format!("hold out at most a quarter: --holdout-weeks {}", periods / 4));
    }
    if problems.is_empty() {
        return Ok(fit);
    }
    hints.dedup();
    Err(Error::Data { file: data.source.file.clone(), problems, hint: Some(hints.join("\n")) })
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

/// A reliability is a share of variance: a 0/1 control, or none at all, has none to give.
fn noisy_controls(fit: &FitConfig, data: &Dataset, problems: &mut Problems, hints: &mut Vec<String>) {
    for name in fit.controls.keys() {
        match data.controls.iter().find(|c| c.name == *name) {
            Some(control) if control.binary => {
                problems.push_with(|| format!("[controls.{name}]: a 0/1 control has no reliability"));
                hints.push(
                    "give the reliability of what is measured on a scale, such as query volume".to_owned(),
                );
            }
            Some(_) => {}
            None => {
                problems.push_with(|| format!("[controls.{name}]: there is no control `{name}`"));
                let names = || data.controls.iter().map(|c| c.name.as_str());
                hints.push(match nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if data.controls.is_empty() => "name the controls with --controls".to_owned(),
                    None => format!("the controls are {}", super::suggest::listing(names())),
                });
            }
        }
    }
}

fn unknown_channel(name: &str, data: &Dataset) -> String {
    let names = || data.channels.iter().map(|c| c.name.as_str());
    match nearest(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the channels are {}", super::suggest::listing(names())),
    }
}
