//! What can go wrong when results are written or read back.

use std::io;
use std::path::{Path, PathBuf};

/// A result file or folder could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The operating system said no.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was being done, such as `cannot write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// The output path is taken by something that is not ours to replace.
    #[error("cannot write results to {}: {reason}", path.display())]
    NotOurs {
        /// The output path.
        path: PathBuf,
        /// What is there.
        reason: &'static str,
    },
    /// The output path is an earlier output into which somebody put other files.
    #[error("cannot write results to {}: it holds what mmm did not write: {}", path.display(), named(names))]
    HoldsOthers {
        /// The output path.
        path: PathBuf,
        /// These files and folders.
        names: Vec<String>,
    },
    /// A number that JSON cannot carry.
    #[error("{field} of the results is {value}, which is not a finite number")]
    NonFinite {
        /// Where, such as `channels[2].roi.mean`.
        field: String,
        /// `NaN`, `inf` or `-inf`.
        value: f64,
    },
    /// JSON could not be made.
    #[error("cannot serialise the results: {source}")]
    Serialise {
        /// The serialiser's reason.
        #[source]
        source: serde_json::Error,
    },
    /// The file is JSON cut short, or no JSON at all, or lacks what a fit has.
    #[error("{}: not a readable fit: {source}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The parser's reason, with line and column.
        #[source]
        source: serde_json::Error,
    },
    /// Settings in a stored fit that no fit can have had.
    #[error("{}: {}", path.display(), faults.join("; "))]
    Settings {
        /// The file.
        path: PathBuf,
        /// One line each: key, value and range.
        faults: Vec<String>,
    },
    /// The values of a stored fit are not those that were written.
    #[error("{}: its values are not those that `mmm fit` wrote (values_sha256)", path.display())]
    Edited {
        /// The file.
        path: PathBuf,
    },
    /// The output is of `mmm fit --prior-only`, in which nothing was fitted.
    #[error("{}: it holds the prior alone, as --prior-only writes it, and no fit", path.display())]
    PriorOnly {
        /// The folder, or its `prior.json`.
        path: PathBuf,
    },
    /// The file is JSON but of another schema.
    #[error("{}: schema is {found}, this version of mmm reads {expected}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Schema named in the file, or a description of its absence.
        found: String,
        /// Schema this version reads.
        expected: &'static str,
    },
    /// A draws file is cut short, damaged or of another fit.
    #[error("{}: not a readable draws file: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The decoder's reason.
        #[source]
        source: polars_core::error::PolarsError,
    },
    /// A draws file that does not belong to its `fit.json`.
    #[error("{}: not a readable draws file: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What does not match.
        reason: String,
    },
    /// The folder of an export is taken.
    #[error("{} exists", path.display())]
    ExportExists {
        /// The folder.
        path: PathBuf,
    },
    /// A file of another format could not be made.
    #[error("cannot write {}: {source}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The writer's reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This build does not write the format.
    #[error("this build of mmm writes no {format}")]
    NotBuilt {
        /// The format, by the name of the feature that brings it.
        format: &'static str,
    },
    /// A draws file could not be encoded.
    #[error("cannot write {}: {source}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// The encoder's reason.
        #[source]
        source: polars_core::error::PolarsError,
    },
}

impl OutputError {
    /// Wraps an operating-system error with what was being done and to what.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutputError {
        let path = path.to_path_buf();
        move |source| OutputError::Io { action, path, source }
    }

    /// How to mend it, when there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            OutputError::Io { source, .. } => io_hint(source.kind()),
            OutputError::NotOurs { .. } => Some("choose another folder with --out".into()),
            OutputError::HoldsOthers { .. } => Some(
                "choose another folder with --out, or move them elsewhere: an output directory is replaced as a \
                 whole"
                    .into(),
            ),
            OutputError::NonFinite { .. } => {
                Some("the fit broke down numerically; look at the data with `mmm check`".into())
            }
            OutputError::Corrupt { source, .. } if source.is_eof() => {
                Some("the file ends too early; run `mmm fit` again".into())
            }
            OutputError::Unreadable { .. } | OutputError::Foreign { .. } => {
                Some("run `mmm fit` again to restore it".into())
            }
            OutputError::Corrupt { .. } | OutputError::Settings { .. } => {
                Some("give a folder or fit.json written by `mmm fit`, unchanged".into())
            }
            OutputError::Schema { found, .. } if found.starts_with("mmm.fit/") => {
                Some("read it with the version of mmm that wrote it, or run `mmm fit` again".into())
            }
            OutputError::Edited { .. } => {
                Some("run `mmm fit` again, or take it as it is with --allow-edited".into())
            }
            OutputError::PriorOnly { .. } => Some("run `mmm fit` without --prior-only and give its output".into()),
            OutputError::Schema { .. } => Some("give a folder or fit.json written by `mmm fit`".into()),
            OutputError::ExportExists { .. } => {
                Some("name another folder, or replace an earlier export with --force".into())
            }
            OutputError::Format { .. } => Some("export to csv or parquet instead".into()),
            OutputError::NotBuilt { format } => Some(format!(
                "the released programs do; from source it takes `cargo install mmm-cli --features {format}`"
            )),
            OutputError::Serialise { .. } | OutputError::Parquet { .. } => None,
        }
    }
}

/// The first few names, and how many more.
fn named(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn io_hint(kind: io::ErrorKind) -> Option<String> {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("the disk is full: free some space, or choose another place with --out".into())
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Some("choose a folder you may write to with --out".into())
        }
        io::ErrorKind::NotFound => Some("check the path".into()),
        _ => None,
    }
}
