//! A stored fit, made again from its data.

use std::path::Path;

use super::roles::missing_columns;
use crate::Warning;
use crate::config::FitConfig;
use crate::data::{self, Dataset, Experiments};
use crate::error::Error;
use crate::fit::Fit as Fitted;
use crate::previous::load_options;
use crate::report::Fit;
use crate::sampler::Progress;

/// A fit made again.
#[derive(Debug)]
pub struct Repeated {
    /// The data, in the roles that they had.
    pub dataset: Dataset,
    /// The settings, those that the data decide included.
    pub config: FitConfig,
    /// The tests that it was told.
    pub tests: Experiments,
    /// The fit.
    pub fitted: Fitted,
    /// What loading and checking noticed.
    pub warnings: Vec<Warning>,
}

/// Fits `data_path` as `before` was fitted: the same roles, settings, tests and seed.
///
/// # Errors
/// A data file that cannot be read or lacks a column of the fit, and data that cannot be fitted.
pub fn repeat(before: &Fit, data_path: &Path, progress: &dyn Progress) -> Result<Repeated, Error> {
    refuse_other_file(before, data_path)?;
    let options = load_options(before);
    let (dataset, mut warnings) = data::load(data_path, &options)?;
    let config: FitConfig = data::settle(before.run.config.clone(), &dataset, &options)?;
    warnings.extend(data::vet(&dataset, &config)?);
    let tests = data::stored_experiments(before.run.experiments.as_ref(), &dataset, &config)?;
    let fitted = crate::fit_with_tests(&dataset, &config, &tests, progress)?;
    Ok(Repeated { dataset, config, tests, fitted, warnings })
}

/// Refuses a file without the columns that were fitted.
fn refuse_other_file(before: &Fit, data_path: &Path) -> Result<(), Error> {
    let names = data::column_names(data_path)?;
    let missing = missing_columns(before, &names);
    if missing.is_empty() {
        return Ok(());
    }
    let columns: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let noun = if missing.len() == 1 { "column" } else { "columns" };
    let problem = format!("is not the file that was fitted: it has no {noun} {}", columns.join(", "));
    let hint = format!("give the file that was fitted, which was {}", before.run.data.file);
    Err(Error::data(&data_path.display().to_string(), problem, hint))
}
