//! Where an export comes from, as every file of it says.

use crate::diagnostics::Verdict;
use crate::export::manifest::EXPORT_SCHEMA;
use crate::report::Fit;

/// What stands in the metadata of every exported file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provenance {
    /// Version of mmm that exports.
    pub version: String,
    /// Data file as given to the fit.
    pub data_file: String,
    /// Its SHA-256.
    pub data_sha256: String,
    /// Hash of the values of `fit.json`; blank where an earlier version kept none.
    pub fit_sha256: String,
    /// Whether the draws can be trusted.
    pub verdict: Verdict,
}

impl Provenance {
    /// That of a stored fit.
    pub fn of(fit: &Fit) -> Provenance {
        Provenance {
            version: env!("CARGO_PKG_VERSION").into(),
            data_file: fit.run.data.file.clone(),
            data_sha256: fit.run.data.sha256.clone(),
            fit_sha256: fit.values_sha256.clone().unwrap_or_default(),
            verdict: fit.diagnostics.verdict,
        }
    }

    /// Whether the fit converged.
    pub fn converged(&self) -> bool {
        self.verdict != Verdict::Fail
    }

    /// As keys and values, the same in every format.
    pub fn pairs(&self) -> [(&'static str, String); 7] {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
        };
        [
            ("schema", EXPORT_SCHEMA.into()),
            ("mmm_version", self.version.clone()),
            ("data_file", self.data_file.clone()),
            ("data_sha256", self.data_sha256.clone()),
            ("fit_sha256", self.fit_sha256.clone()),
            ("verdict", verdict.into()),
            ("converged", self.converged().to_string()),
        ]
    }
}
