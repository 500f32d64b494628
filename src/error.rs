//! The one public error type: what went wrong, where, and how to mend it.

use std::path::PathBuf;

/// Anything the library can refuse to do.
///
/// `Display` says what and where; [`Error::hint`] says how to mend it and is printed on its own line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was being done, such as `cannot read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Sampling gave no draws.
    #[error(transparent)]
    Sampling(#[from] crate::sampler::SamplerError),
    /// A geo has nothing to fit.
    #[error("geo `{geo}`: {cells} fitted rows with a mean outcome of {mean}; it must be positive")]
    NoOutcome {
        /// Geo name.
        geo: String,
        /// Rows with an outcome that are not held out.
        cells: usize,
        /// Their mean.
        mean: f64,
    },
    /// Options outside what they may be.
    #[error("{}", problems.join("\n"))]
    InvalidOptions {
        /// One line each: option, value and range.
        problems: Vec<String>,
    },
    /// A folder that holds something already.
    #[error("{} exists and is not empty", path.display())]
    OutputExists {
        /// The folder.
        path: PathBuf,
    },
}

impl Error {
    /// How to mend it, when there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Io { .. } | Error::Sampling(_) | Error::InvalidOptions { .. } => None,
            Error::NoOutcome { .. } => Some(
                "drop the geo's rows, or fit on a window in which it sold something (--from, --to)".into(),
            ),
            Error::OutputExists { .. } => {
                Some("choose another --out, or replace its files with --force".into())
            }
        }
    }
}
