//! `export.json`: what an export holds, where it comes from, and what is not in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnostics::Verdict;
use crate::report::{Tool, schema_of};
use crate::sha256;
use crate::store::{OutputError, to_json};

/// Schema name of `export.json`. Within it keys are only ever added.
pub const EXPORT_SCHEMA: &str = "mmm.export/1";

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.export/1")]
pub struct ExportReport {
    /// `mmm.export/1`.
    #[schemars(extend("const" = EXPORT_SCHEMA))]
    pub schema: String,
    /// The program that exported.
    pub tool: Tool,
    /// `xlsx`, `csv`, `netcdf` or `parquet`.
    pub format: String,
    /// Data file as given to the fit.
    pub data_file: String,
    /// Its SHA-256, lower-case hex.
    pub data_sha256: String,
    /// Hash of the values of the exported `fit.json`; empty where an earlier version kept none.
    pub fit_sha256: String,
    /// Whether the draws can be trusted.
    pub verdict: Verdict,
    /// Why the verdict is not ok.
    pub reasons: Vec<String>,
    /// The files beside this one.
    pub files: Vec<ExportFile>,
    /// What the format could hold and this export does not, and why.
    pub left_out: Vec<String>,
}

/// One exported file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportFile {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub about: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

impl ExportReport {
    /// The bytes of `export.json`.
    ///
    /// # Errors
    /// None in practice: it holds no number.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}

impl ExportFile {
    /// Of a file with these bytes.
    pub(crate) fn of(name: impl Into<String>, about: impl Into<String>, bytes: &[u8]) -> ExportFile {
        ExportFile { name: name.into(), about: about.into(), sha256: sha256::of(bytes) }
    }
}

/// JSON Schema (draft 2020-12) of [`ExportReport`].
pub fn export_schema() -> Value {
    schema_of::<ExportReport>(EXPORT_SCHEMA)
}
