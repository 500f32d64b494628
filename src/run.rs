//! Running a fit on a data file: read and check it, sample, report, write.

use std::path::Path;

use crate::config::{FitConfig, LoadOptions};
use crate::data::{self, Dataset, ExperimentFile, Experiments};
use crate::fit::{Fit, fit, fit_with_tests};
use crate::report;
use crate::sampler::Progress;
use crate::store::{Gradients, LOG_FILE, OutputDir, PhaseClock, write_results};
use crate::{Error, Warning};

/// A data file that is ready to be fitted.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What it holds.
    pub dataset: Dataset,
    /// The settings that apply to it.
    pub config: FitConfig,
    /// What will be weak.
    pub warnings: Vec<Warning>,
    /// Experiments that the fit is told: their file, and what it says of the data.
    pub tests: Option<(ExperimentFile, Experiments)>,
}

impl Checked {
    /// Reads a data file, settles the settings, and stops data from which nothing can be learnt.
    ///
    /// # Errors
    /// As [`data::load`], [`data::settle`] and [`data::vet`].
    pub fn read(file: &Path, options: &LoadOptions, config: FitConfig) -> Result<Checked, Error> {
        Checked::read_with(file, options, config, |_, _| Ok(Vec::new()))
    }

    /// The same, where settings depend on the data: `adjust` changes them and says what to know.
    ///
    /// # Errors
    /// As [`Checked::read`], and those of `adjust`.
    pub fn read_with(
        file: &Path,
        options: &LoadOptions,
        config: FitConfig,
        adjust: impl FnOnce(&Dataset, &mut FitConfig) -> Result<Vec<Warning>, Error>,
    ) -> Result<Checked, Error> {
        let (dataset, mut warnings) = data::load(file, options)?;
        let mut config = data::settle(config, &dataset, options)?;
        warnings.extend(adjust(&dataset, &mut config)?);
        warnings.extend(data::vet(&dataset, &config)?);
        Ok(Checked { dataset, config, warnings, tests: None })
    }

    /// Samples on the present rayon pool.
    ///
    /// # Errors
    /// As [`fit()`].
    pub fn fit(&self, progress: &dyn Progress) -> Result<Fit, Error> {
        match &self.tests {
            Some((_, tests)) => fit_with_tests(&self.dataset, &self.config, tests, progress),
            None => fit(&self.dataset, &self.config, progress),
        }
    }

    /// What `fit.json` says of a fit of these data.
    ///
    /// # Errors
    /// As [`Fit::report`].
    pub fn report(&self, fit: &Fit) -> Result<report::Fit, Error> {
        let mut report = fit.report(&self.dataset, &self.config, self.warnings.clone())?;
        report.run.experiments = self.tests.as_ref().map(|(file, _)| file.clone());
        Ok(report)
    }
}

/// Fits a data file into an output directory, which replaces an earlier one as a whole, and returns what its
/// `fit.json` says.
///
/// # Errors
/// As [`Checked::read`] and [`fit()`], and files that cannot be written.
pub fn run(file: &Path, options: &LoadOptions, config: FitConfig, out: &Path) -> Result<report::Fit, Error> {
    let mut clock = PhaseClock::start();
    let checked = Checked::read(file, options, config)?;
    // Made before the slow part, so that an unwritable place fails at once.
    let directory = OutputDir::create(out)?;
    clock.finish("load");
    let fitted = checked.fit(&())?;
    finish_sampling(&mut clock, &fitted);
    let mut report = checked.report(&fitted)?;
    clock.finish("plans");
    write_results(&directory, &mut report, &checked.dataset, &fitted.posterior)?;
    clock.finish("writing");
    write_log(&directory, &clock, &report, &fitted)?;
    directory.commit()?;
    Ok(report)
}

/// Ends the phases of a fit: scaling, pilot, warm-up, sampling and summaries.
pub fn finish_sampling(clock: &mut PhaseClock, fitted: &Fit) {
    let cost = fitted.cost;
    let phases = [
        ("pilot", cost.pilot),
        ("warmup", cost.warmup),
        ("sampling", cost.sampling),
        ("summaries", cost.summaries),
    ];
    clock.finish_in_parts("scale", &phases);
}

/// Writes `log.json`: the settings, versions and times of a fit on the present rayon pool.
///
/// # Errors
/// When it cannot be written.
pub fn write_log(
    directory: &OutputDir,
    clock: &PhaseClock,
    report: &report::Fit,
    fitted: &Fit,
) -> Result<(), Error> {
    let (threads, set) = (rayon::current_num_threads(), fitted.density.instructions().name());
    let sampled = (Gradients::of(fitted.cost.pilot_gradients, &fitted.chains), fitted.divergences());
    let log = clock.log(report, threads, set, sampled)?;
    Ok(directory.write_bytes(LOG_FILE, &log.to_json()?)?)
}
