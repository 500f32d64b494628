//! Reading `draws.parquet` back.

use std::collections::BTreeMap;
use std::path::Path;

use crate::report::Fit;
use crate::store::error::OutputError;
use crate::store::fit::beside;
use crate::store::frame::read_frame;
use crate::store::names::DRAWS_FILE;

/// Draws by the name of their quantity, such as `roi[tv]`; all of one length, finite.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draws(BTreeMap<String, Vec<f64>>);

impl Draws {
    /// The draws of a quantity, when the file has it.
    pub fn get(&self, name: &str) -> Option<&[f64]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The names of all quantities, in the order of the alphabet.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Reads the draws that belong to `fit` from its output directory, or beside its `fit.json`. `None` when
/// there is no such file.
///
/// # Errors
/// When the file is cut short or damaged, or holds another number of draws than `fit` has; it is named.
pub fn read_draws(fit_path: &Path, fit: &Fit) -> Result<Option<Draws>, OutputError> {
    read(fit_path, fit, None)
}

/// The same of some quantities, each of which the file must have.
///
/// # Errors
/// As [`read_draws`].
pub fn read_draws_of(
    fit_path: &Path,
    fit: &Fit,
    quantities: Vec<String>,
) -> Result<Option<Draws>, OutputError> {
    read(fit_path, fit, Some(quantities))
}

fn read(fit_path: &Path, fit: &Fit, quantities: Option<Vec<String>>) -> Result<Option<Draws>, OutputError> {
    let path = beside(fit_path, DRAWS_FILE);
    if !path.exists() {
        return Ok(None);
    }
    let frame = read_frame(&path, fit, quantities)?;
    let want = fit.run.chains.saturating_mul(fit.run.draws);
    if frame.height() != want {
        let reason = format!("it has {} draws where its fit.json says {want}", frame.height());
        return Err(OutputError::Foreign { path, reason });
    }
    let mut draws = BTreeMap::new();
    for column in frame.columns() {
        let Ok(values) = column.f64() else { continue };
        let finite: Option<Vec<f64>> = values.iter().map(|x| x.filter(|x| x.is_finite())).collect();
        // A quantity that is not finite in some draw is null in fit.json too.
        if let Some(finite) = finite {
            draws.insert(column.name().to_string(), finite);
        }
    }
    Ok(Some(Draws(draws)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;
    use crate::store::parquet::write_draws;
    use std::fs;

    #[test]
    fn draws_come_back_and_damage_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let (fit, posterior) = (testdata::without_hashes(testdata::fit()), testdata::posterior());
        assert_eq!(read_draws(dir.path(), &fit).unwrap(), None);
        let path = dir.path().join(DRAWS_FILE);
        write_draws(&posterior, fs::File::create(&path).unwrap(), &path).unwrap();
        let bytes = fs::read(&path).unwrap();
        let mut same = fit.clone();
        (same.run.chains, same.run.draws) = (posterior.n_chains, posterior.n_draws);
        let draws = read_draws(dir.path(), &same).unwrap().unwrap();
        assert_eq!(draws.get("contribution[search]"), Some(&posterior.channels[1].contribution[..]));
        assert_eq!(draws.get("roi[nothing]"), None);
        same.run.draws += 1;
        let error = read_draws(dir.path(), &same).unwrap_err();
        assert!(error.to_string().contains("draws where its fit.json says"), "{error}");
        for length in [0, 3, bytes.len() / 2, bytes.len() - 1] {
            fs::write(&path, &bytes[..length]).unwrap();
            let error = read_draws(dir.path(), &fit).unwrap_err();
            assert!(error.to_string().contains(DRAWS_FILE) && error.hint().is_some(), "{length}: {error}");
        }
    }
}
