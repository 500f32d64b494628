//! Writing and reading `fit.json`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::config::stored_faults;
use crate::report::PRIOR_SCHEMA;
use crate::report::{FIT_SCHEMA, Fit};
use crate::store::error::OutputError;
use crate::store::json::{check_finite, to_json};
use crate::store::names::{FIT_FILE, PRIOR_FILE};
use crate::store::seal::{Edited, Seal, digest};
use crate::warning::Warning;

/// Where the file `name` of a fit lies, given its output directory or its `fit.json`.
pub(crate) fn beside(fit_path: &Path, name: &str) -> PathBuf {
    if fit_path.is_dir() { fit_path.join(name) } else { fit_path.with_file_name(name) }
}

impl Fit {
    /// The bytes of `fit.json`: UTF-8, a final line feed.
    ///
    /// # Errors
    /// [`OutputError::NonFinite`] when a number is NaN or infinite.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        check_finite(self)?;
        let serialise = |source| OutputError::Serialise { source };
        let values = serde_json::to_value(self).map_err(serialise)?;
        to_json(&Fit { values_sha256: Some(digest(&values)), ..self.clone() })
    }

    /// Refuses what [`Fit::to_json`] would.
    pub(crate) fn check_finite(&self) -> Result<(), OutputError> {
        check_finite(self)
    }

    /// Reads a fit from an output directory or from its `fit.json`.
    ///
    /// # Errors
    /// When the file is missing, cut short, edited, not a fit, of the prior alone, or of another schema; the file is
    /// named.
    pub fn read(path: &Path) -> Result<Fit, OutputError> {
        Fit::read_with(path, Edited::Refuse).map(|(fit, _)| fit)
    }

    /// The same, edited ones too when told; with what there is to say of the file.
    ///
    /// # Errors
    /// As [`Fit::read`].
    pub fn read_with(path: &Path, edited: Edited) -> Result<(Fit, Option<Warning>), OutputError> {
        let file = if path.is_dir() { path.join(FIT_FILE) } else { path.to_path_buf() };
        let prior_only = || OutputError::PriorOnly { path: path.to_path_buf() };
        let bytes = match fs::read(&file) {
            Err(e) if e.kind() == io::ErrorKind::NotFound && path.join(PRIOR_FILE).is_file() => {
                return Err(prior_only());
            }
            read => read.map_err(OutputError::io("cannot read", &file))?,
        };
        let corrupt = |source| OutputError::Corrupt { path: file.clone(), source };
        // The schema first: a newer file should be called newer, not malformed.
        let header: Header = serde_json::from_slice(&bytes).map_err(corrupt)?;
        match header.schema {
            Some(s) if s == FIT_SCHEMA => {
                let stored: Value = serde_json::from_slice(&bytes).map_err(corrupt)?;
                check_settings(&file, &stored)?;
                let note = check_seal(&file, &stored, edited)?;
                Ok((serde_json::from_slice(&bytes).map_err(corrupt)?, note))
            }
            Some(s) if s == PRIOR_SCHEMA => Err(prior_only()),
            other => Err(OutputError::Schema {
                path: file.clone(),
                found: other.unwrap_or_else(|| "missing".into()),
                expected: FIT_SCHEMA,
            }),
        }
    }
}

/// Refuses settings of another kind than they have, or out of range, by name; what serde says names no key.
fn check_settings(file: &Path, stored: &Value) -> Result<(), OutputError> {
    let run = stored.get("run").unwrap_or(&Value::Null);
    let mut faults = run.get("config").map_or_else(Vec::new, |config| stored_faults("run.config", config));
    // What the run was told stands in both places, unless the data decided.
    for key in ["seed", "chains", "warmup", "draws", "thin", "target_accept"] {
        let told = run.pointer(&format!("/config/sampler/{key}")).filter(|told| !told.is_null());
        if let (Some(told), Some(ran)) = (told, run.get(key))
            && told.as_f64() != ran.as_f64()
            && faults.is_empty()
        {
            faults.push(format!("run.config.sampler.{key} is {told}; it must be run.{key}, which is {ran}"));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(OutputError::Settings { path: file.to_path_buf(), faults })
}

/// Refuses a file whose values are not those that were written, or says so.
fn check_seal(file: &Path, stored: &Value, edited: Edited) -> Result<Option<Warning>, OutputError> {
    let shown = file.display();
    match (Seal::of(stored), edited) {
        (Seal::Whole, _) => Ok(None),
        (Seal::Broken, Edited::Refuse) => Err(OutputError::Edited { path: file.to_path_buf() }),
        (Seal::Broken, Edited::Allow) => Ok(Some(Warning::new(
            "edited_fit",
            format!("{shown}: its values are not those that `mmm fit` wrote"),
            "what is told of it rests on what somebody made of it; run `mmm fit` again for what the data say",
        ))),
        (Seal::Absent, _) => Ok(Some(Warning::new(
            "unsealed_fit",
            format!(
                "{shown}: an earlier version wrote it, which kept no hash of its values: an edit goes unnoticed"
            ),
            "run `mmm fit` again to have one",
        ))),
    }
}

#[derive(Deserialize)]
struct Header {
    schema: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Tool, testdata};

    fn read_text(text: &str) -> OutputError {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FIT_FILE), text).unwrap();
        Fit::read(dir.path()).unwrap_err()
    }

    #[test]
    fn reads_back_what_it_wrote_to_the_last_bit() {
        let fit = testdata::fit();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FIT_FILE);
        fs::write(&file, fit.to_json().unwrap()).unwrap();
        for path in [dir.path(), &file] {
            let read = Fit::read(path).unwrap();
            assert!(read.values_sha256.is_some());
            assert_eq!(Fit { values_sha256: None, ..read }, fit);
        }
    }

    #[test]
    fn non_finite_numbers_are_refused_by_name() {
        let mut fit = testdata::fit();
        fit.channels[1].outcome_share.sd = f64::NAN;
        let message = fit.to_json().unwrap_err().to_string();
        assert!(message.contains("channels[1].outcome_share.sd"), "{message}");
    }

    #[test]
    fn a_truncated_file_says_so() {
        let bytes = testdata::fit().to_json().unwrap();
        let text = std::str::from_utf8(&bytes[..bytes.len() / 2]).unwrap();
        let error = read_text(text);
        assert!(error.to_string().contains(FIT_FILE), "{error}");
        assert!(error.hint().unwrap().contains("ends too early"), "{error:?}");
    }

    #[test]
    fn another_schema_is_named() {
        let error = read_text(r#"{"schema": "mmm.fit/2", "new": 1}"#);
        assert!(error.to_string().contains("mmm.fit/2"), "{error}");
        assert!(error.hint().unwrap().contains("version of mmm that wrote it"));
        let error = read_text(r#"{"schema": "other"}"#);
        assert!(matches!(error, OutputError::Schema { .. }), "{error:?}");
        assert!(matches!(read_text("{}"), OutputError::Schema { .. }));
        assert!(matches!(read_text("not json"), OutputError::Corrupt { .. }));
    }

    #[test]
    fn the_prior_alone_is_no_fit() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(PRIOR_FILE);
        fs::write(&file, format!("{{\"schema\": \"{PRIOR_SCHEMA}\"}}")).unwrap();
        for path in [dir.path(), &file] {
            let error = Fit::read(path).unwrap_err();
            assert!(error.to_string().contains("--prior-only"), "{error}");
            assert!(error.hint().unwrap().contains("without --prior-only"), "{error:?}");
        }
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let text = String::from_utf8(testdata::fit().to_json().unwrap()).unwrap();
        assert!(text.contains("\"warmup\": 400,"), "{text}");
        let error = read_text(&text.replace("\"warmup\": 400", "\"warmup\": 0")).to_string();
        assert!(
            error.ends_with(
                "fit.json: run.config.sampler.warmup is 0; it must be a whole number from 20 to 100000"
            ),
            "{error}"
        );
    }

    #[test]
    fn a_length_that_stands_twice_must_be_one() {
        let text = String::from_utf8(testdata::fit().to_json().unwrap()).unwrap();
        let (before, after) = text.split_once("\"sampler\"").unwrap();
        let error =
            read_text(&format!("{before}\"sampler\"{}", after.replacen("\"seed\": 1", "\"seed\": 2", 1)));
        let words = "run.config.sampler.seed is 2; it must be run.seed, which is 1";
        assert!(error.to_string().contains(words), "{error}");
    }

    #[test]
    fn an_edited_value_is_refused_unless_told_and_older_fits_are_read_with_a_note() {
        let text = String::from_utf8(testdata::fit().to_json().unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let read = |text: &str, edited| {
            fs::write(dir.path().join(FIT_FILE), text).unwrap();
            Fit::read_with(dir.path(), edited).map(|(_, note)| note.map(|note| note.code))
        };
        let indented: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read(&indented.to_string(), Edited::Refuse).unwrap(), None);
        let edited =
            text.replacen("\"p_negative_baseline\": 0", "\"p_negative_baseline\": 0.5, \"was\": 0", 1);
        assert_ne!(edited, text);
        let error = read(&edited, Edited::Refuse).unwrap_err();
        assert!(error.hint().unwrap().contains("--allow-edited"), "{error:?}");
        assert_eq!(read(&edited, Edited::Allow).unwrap().as_deref(), Some("edited_fit"));
        let older = Fit { tool: Tool { version: "0.1.0".into(), ..testdata::fit().tool }, ..testdata::fit() };
        let older = serde_json::to_string(&older).unwrap();
        assert_eq!(read(&older, Edited::Refuse).unwrap().as_deref(), Some("unsealed_fit"));
    }

    #[test]
    fn a_missing_key_is_named() {
        // Of a version that kept no hash, by which an edit would be noticed first.
        let older = Fit { tool: Tool { version: "0.1.0".into(), ..testdata::fit().tool }, ..testdata::fit() };
        let text = serde_json::to_string(&older).unwrap();
        let error = read_text(&text.replacen("\"fit_quality\"", "\"unfit\"", 1));
        assert!(error.to_string().contains("fit_quality"), "{error}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Fit::read(Path::new("no/such/fit.json")).unwrap_err();
        assert!(error.to_string().contains("no/such/fit.json"), "{error}");
    }
}
