//! How far the returns and the recommended move hang on what the data cannot tell: how well controls
//! measure what they stand for, and drivers that are no column at all.

mod moves;
mod sweep;
mod unseen;

use crate::config::FitConfig;
use crate::data::{self, Dataset, Experiments};
use crate::error::Error;
use crate::fit::Fit;
use crate::report;
use crate::report::{RefitLength, Sensitivity};
use crate::sampler::Progress;

use moves::Move;

/// Length of a refit: errors of the mean of a tenth of the posterior's spread or less are small against
/// the changes of interest.
const REFIT: RefitLength = RefitLength { chains: 2, warmup: 300, draws: 400 };

/// Measures the sensitivity of a finished fit. `controls` are the ones whose reliability is varied; none
/// for those that a channel follows or whose reliability the settings give. Costs three or four short refits
/// for each, told the same `tests`.
///
/// # Errors
/// A control that does not exist or holds only 0 and 1, whatever a fit can refuse, or `progress` asking
/// to stop.
pub fn sensitivity(
    fit: &Fit,
    report: &report::Fit,
    (data, config, tests): (&Dataset, &FitConfig, &Experiments),
    controls: &[String],
    progress: &dyn Progress,
) -> Result<Sensitivity, Error> {
    check_controls(data, controls)?;
    let model = &config.model;
    let followers = data::followers(&data.without_last(data.held_out(model)), model.weekly_effect);
    let is_chosen = |name: &str| {
        if controls.is_empty() {
            followers.iter().any(|f| f.control == name) || config.controls.contains_key(name)
        } else {
            controls.iter().any(|c| c == name)
        }
    };
    let measured = data.controls.iter().filter(|c| !c.binary).map(|c| c.name.as_str());
    let chosen: Vec<&str> = measured.filter(|name| is_chosen(name)).collect();
    let length = RefitLength {
        chains: REFIT.chains.min(config.sampler.chains),
        warmup: config.sampler.warmup.map_or(REFIT.warmup, |n| REFIT.warmup.min(n)),
        draws: config.sampler.draws.map_or(REFIT.draws, |n| REFIT.draws.min(n)),
    };
    let recommended = Move::of(report);
    let mut reliability = Vec::with_capacity(chosen.len());
    for control in chosen {
        let task = sweep::Task { fit, data, config, tests, recommended: recommended.as_ref(), length };
        reliability.push(task.run(control, &followers, progress)?);
    }
    Ok(Sensitivity {
        recommended_reason: recommended
            .is_none()
            .then(|| "the fit recommends no move of today's budget".into()),
        reliability_reason: reliability
            .is_empty()
            .then(|| "no channel follows a control; name one with --sensitivity=CONTROL".into()),
        unseen: unseen::unseen(fit, report, data, recommended.as_ref())?,
        recommended: recommended.map(|m| m.named),
        refits: length,
        reliability,
    })
}

/// Whether the reliability of these controls can be varied.
///
/// # Errors
/// The first that does not exist, holds only 0 and 1, or is text with levels.
pub fn check_controls(data: &Dataset, controls: &[String]) -> Result<(), Error> {
    for name in controls {
        if let Some((problem, hint)) = data::no_reliability(data, name) {
            return Err(Error::config(format!("--sensitivity: {problem}"), hint));
        }
    }
    Ok(())
}
