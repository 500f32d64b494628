//! The checks as a gate before a fit: blocking findings are an error, the others warnings.

use super::check::check;
use super::finding::{Finding, Severity};
use super::parameters::enough_rows;
use crate::config::FitConfig;
use crate::data::dataset::Dataset;
use crate::error::{Error, Problems};
use crate::warning::Warning;

/// What [`check`] finds short of blocking, as warnings.
///
/// # Errors
/// When there are fewer rows than parameters, or anything else makes a fit meaningless; all at once.
pub fn vet(data: &Dataset, config: &FitConfig) -> Result<Vec<Warning>, Error> {
    // First, because its words are made for an error and it alone would mend most of the others.
    enough_rows(data, config)?;
    let (blocking, rest): (Vec<Finding>, Vec<Finding>) =
        check(data, config).into_iter().partition(|f| f.severity == Severity::Blocking);
    if blocking.is_empty() {
        return Ok(rest.into_iter().map(as_warning).collect());
    }
    let mut problems = Problems::new("findings make a fit meaningless");
    let mut hints: Vec<String> = Vec::new();
    for finding in blocking {
        problems.push_with(|| finding.message);
        hints.extend(finding.hint);
    }
    hints.dedup();
    Err(Error::Data { file: data.source.file.clone(), problems, hint: Some(hints.join("\n")) })
}

fn as_warning(finding: Finding) -> Warning {
    Warning { code: finding.code.into_owned(), message: finding.message, hint: finding.hint }
}
