//! How much of a change is due to restated history, to new periods, and to other settings.
//!
//! Between the old fit and the new one lie fits that differ in one thing each:
//!
//! | state | data | settings |
//! |---|---|---|
//! | old fit | old | old |
//! | same version | old file | old; only when another version wrote the old fit |
//! | history | new file, the old fit's window | old |
//! | new periods | new file, the new fit's window | old |
//! | new fit | new | new |
//!
//! A step whose inputs do not differ is not refitted and contributes exactly 0. The parts of a change sum to
//! it exactly; each carries the Monte Carlo error of the refits.

use std::path::Path;

use super::channels::{ChannelDiff, recommended};
use super::explanation::{ChannelParts, Explanation, Step, StepKind};
use super::inputs::{InputDiff, restated_columns};
use super::report::DiffReport;
use super::side::Side;
use crate::config::LoadOptions;
use crate::data;
use crate::error::Error;
use crate::previous::load_options;
use crate::report::{DataReport, Fit, Run};
use crate::sampler::Progress;

/// Explains `report`, the comparison of `old` and `new`, with refits from the new data file, and from the
/// old one where it is given; fills in which columns were restated when both are.
///
/// # Errors
/// Fits of periods of different length, files that cannot be read or lack a column of the old fit, data other
/// than `new` was fitted to, and fits that cannot be made.
pub fn explain(
    report: &mut DiffReport,
    (old, new): (&Side, &Side),
    (old_data, new_data): (Option<&Path>, &Path),
    progress: &dyn Progress,
) -> Result<(), Error> {
    let inputs = &report.inputs;
    if let (Some(_), Some(reason)) = (inputs.data.interval_days, &inputs.data.restated.reason) {
        let problem = format!("{reason}: what data and settings did to the change cannot be told apart");
        return Err(Error::config(
            problem,
            "compare without --new-data, or fit both to periods of one length",
        ));
    }
    let options = load_options(&old.fit);
    let here = env!("CARGO_PKG_VERSION");
    let other_version = old.fit.tool.version != here;
    let refit = |path: &Path, options: &LoadOptions| refit(path, options, &old.fit.run, progress);

    let mut fits: Vec<Fit> = vec![old.fit.clone()];
    let mut steps = Vec::new();
    if let (true, Some(path)) = (other_version, old_data) {
        fits.push(refit(path, &options)?);
        steps.push(Step { kind: StepKind::Version, differs: true });
    }
    let within = |window: &DataReport| {
        // Rows may be dated by any day of the last period.
        let last = window.interval().last_day(window.last);
        LoadOptions { from: Some(window.first), to: Some(last), ..options.clone() }
    };
    let history = history_differs(inputs) || (other_version && old_data.is_none());
    let config = !inputs.config.is_empty()
        || !inputs.roles.is_empty()
        || inputs.experiments.is_some()
        || inputs.seed.is_some();
    let added = inputs.data.periods_added != Some(0) || !inputs.data.geos_added.is_empty();
    // What differs from the new fit in nothing more is the new fit.
    fits.push(match (history, added || config) {
        (true, true) => refit(new_data, &within(&old.fit.run.data))?,
        (true, false) => new.fit.clone(),
        (false, _) => last(&fits),
    });
    steps.push(Step { kind: StepKind::History, differs: history });
    fits.push(match (added, config) {
        (true, true) => refit(new_data, &within(&new.fit.run.data))?,
        (true, false) => new.fit.clone(),
        (false, _) => last(&fits),
    });
    steps.push(Step { kind: StepKind::NewPeriods, differs: added });
    fits.push(new.fit.clone());
    steps.push(Step { kind: StepKind::Config, differs: config });

    let sides: Vec<Side> = fits.into_iter().map(Side::summarised).collect();
    let channels = report.channels.iter().map(|c| parts(&sides, c)).collect();
    report.explanation = Some(Explanation { steps, channels });
    if let Some(path) = old_data {
        let (before, _) = data::load(path, &options)?;
        let (after, _) = data::load(new_data, &load_options(&new.fit))?;
        report.inputs.data.restated.columns = restated_columns(&before, &after);
    }
    Ok(())
}

fn last(fits: &[Fit]) -> Fit {
    fits.last().cloned().expect("the list starts with the old fit")
}

/// Whether the periods of both fits may hold other numbers, or some of the old ones are gone.
fn history_differs(inputs: &InputDiff) -> bool {
    let data = &inputs.data;
    data.restated.periods != Some(0) || data.periods_dropped != Some(0) || !data.geos_dropped.is_empty()
}

fn refit(path: &Path, options: &LoadOptions, run: &Run, progress: &dyn Progress) -> Result<Fit, Error> {
    let (dataset, warnings) = data::load(path, options)?;
    let config = data::settle(run.config.clone(), &dataset, options)?;
    data::enough_rows(&dataset, &config)?;
    let tests = data::stored_experiments(run.experiments.as_ref(), &dataset, &config)?;
    crate::fit_with_tests(&dataset, &config, &tests, progress)?.report(&dataset, &config, warnings)
}

fn parts(fits: &[Side], diff: &ChannelDiff) -> ChannelParts {
    let channel = diff.channel.as_str();
    let steps = |value: &dyn Fn(&Side) -> Option<f64>| -> Option<Vec<f64>> {
        let values: Option<Vec<f64>> = fits.iter().map(value).collect();
        values.map(|v| v.windows(2).map(|pair| pair[1] - pair[0]).collect())
    };
    ChannelParts {
        channel: channel.to_owned(),
        roi: diff.roi.and_then(|_| steps(&|fit| fit.channel(channel)?.roi.map(|roi| roi.mean))),
        recommended: steps(&|fit| recommended(fit, channel)?.0.change),
    }
}
