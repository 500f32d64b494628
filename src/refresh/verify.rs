//! Whether a fit can be made again, byte for byte.

use std::fs;
use std::path::Path;

use super::experiments::other_experiments;
use super::repeat::{Repeated, repeat};
use crate::error::Error;
use crate::report::Fit;
use crate::sampler::Progress;
use crate::store;
use crate::store::{FIT_FILE, OutputDir};

/// What a repetition found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Files that came out the same.
    pub identical: Vec<String>,
    /// Files that a fit has and this one lacks.
    pub missing: Vec<String>,
    /// What differs, in words; empty when nothing does.
    pub differences: Vec<String>,
    /// What did differ beforehand and may explain it: data, version, machine.
    pub causes: Vec<String>,
}

impl Verification {
    /// Whether every file of the fit is there and came out the same.
    pub fn is_identical(&self) -> bool {
        self.missing.is_empty() && self.differences.is_empty()
    }
}

/// Fits again what the output directory `fit_path` holds, whose `fit.json` says `before`, from `data_path`, and compares every file that
/// depends on data, settings and seed alone.
///
/// # Errors
/// A data file that cannot be read, and data that cannot be fitted.
pub fn verify(
    (fit_path, before): (&Path, &Fit),
    data_path: &Path,
    progress: &dyn Progress,
) -> Result<Verification, Error> {
    let folder = if fit_path.is_dir() { Some(fit_path) } else { fit_path.parent() };
    let Repeated { dataset, config, tests, fitted, warnings } = repeat(before, data_path, progress)?;
    let mut causes = Vec::new();
    if dataset.source.sha256 != before.run.data.sha256 {
        causes.push(format!(
            "the data: SHA-256 of {} is {}, of the fitted file {}",
            data_path.display(),
            dataset.source.sha256,
            before.run.data.sha256
        ));
    }
    let here = env!("CARGO_PKG_VERSION");
    if before.tool.version != here {
        causes.push(format!("the version: {} then, {here} now", before.tool.version));
    }
    causes.extend(before.run.experiments.as_ref().and_then(other_experiments));
    causes.extend(folder.and_then(other_instructions));
    let mut after = fitted.report(&dataset, &config, warnings)?;
    if let Some(asked) = &before.sensitivity {
        let controls: Vec<String> = asked.reliability.iter().map(|sweep| sweep.control.clone()).collect();
        let of = (&dataset, &config, &tests);
        after.sensitivity = Some(crate::sensitivity(&fitted, &after, of, &controls, progress)?);
    }
    // The same file may be found by another path, and loading by explicit roles notices less: neither is
    // a result.
    after.run.data.file.clone_from(&before.run.data.file);
    after.run.warnings.clone_from(&before.run.warnings);
    after.run.experiments.clone_from(&before.run.experiments);

    let mut found = Verification { causes, ..Verification::default() };
    let scratch = tempfile::tempdir().map_err(|source| Error::Io {
        action: "cannot make a temporary folder in",
        path: std::env::temp_dir(),
        source,
    })?;
    let again = OutputDir::create(&scratch.path().join("again"))?;
    store::write_results(&again, &mut after, &dataset, &fitted.posterior)?;
    let again = again.commit()?;
    for name in [FIT_FILE, store::DRAWS_FILE, store::CURVES_FILE, store::MEDIA_FILE, store::WEEKLY_FILE] {
        let path = match folder {
            // The file that was named may have another name.
            Some(_) if name == FIT_FILE && !fit_path.is_dir() => fit_path.to_path_buf(),
            Some(folder) => folder.join(name),
            None => continue,
        };
        if !path.exists() {
            found.missing.push(name.to_owned());
            continue;
        }
        let read = |path: &Path| {
            fs::read(path).map_err(|source| Error::Io { action: "cannot read", path: path.into(), source })
        };
        if read(&path)? == read(&again.join(name))? {
            found.identical.push(name.to_owned());
        } else if name == FIT_FILE {
            found.differences.extend(first_differences(before, &after));
        } else {
            found.differences.push(format!("{name} has other bytes"));
        }
    }
    Ok(found)
}

/// Vector instructions other than this machine's: sums are then rounded otherwise.
fn other_instructions(folder: &Path) -> Option<String> {
    let log: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join(store::LOG_FILE)).ok()?).ok()?;
    let then = log.get("instruction_set")?.as_str()?;
    let now = crate::transform::simd::InstructionSet::detect().name();
    (then != now).then(|| format!("the machine: instruction set {then} then, {now} now"))
}

/// The first keys of `fit.json` that differ, and how many more.
fn first_differences(before: &Fit, after: &Fit) -> Vec<String> {
    const SHOWN: usize = 5;
    // Where values differ their hash does; it tells nothing more.
    let value = |fit: &Fit| {
        let fit = Fit { values_sha256: None, ..fit.clone() };
        serde_json::to_value(fit).unwrap_or_default()
    };
    let mut all = Vec::new();
    compare("", &value(before), &value(after), &mut all);
    if all.is_empty() {
        return vec![
            "fit.json has other bytes but the same values: it was written by hand or another tool".into(),
        ];
    }
    let more = all.len().saturating_sub(SHOWN);
    all.truncate(SHOWN);
    if more > 0 {
        all.push(format!("and {more} more values of fit.json"));
    }
    all
}

fn compare(path: &str, a: &serde_json::Value, b: &serde_json::Value, out: &mut Vec<String>) {
    use serde_json::Value::{Array, Null, Object};
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (a, b) {
        (Object(x), Object(y)) => {
            for (key, value) in x {
                compare(&join(key), value, y.get(key).unwrap_or(&Null), out);
            }
            for (key, value) in y.iter().filter(|(key, _)| !x.contains_key(*key)) {
                compare(&join(key), &Null, value, out);
            }
        }
        (Array(x), Array(y)) if x.len() == y.len() => {
            for (i, (a, b)) in x.iter().zip(y).enumerate() {
                compare(&format!("{path}[{i}]"), a, b, out);
            }
        }
        _ if a == b => {}
        (Array(x), Array(y)) => out.push(format!("{path}: {} entries before, now {}", x.len(), y.len())),
        _ => out.push(format!("{path}: {a} before, now {b}")),
    }
}
