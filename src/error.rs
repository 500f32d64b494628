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
    /// Results could not be written or read back.
    #[error(transparent)]
    Output(#[from] crate::output::OutputError),
}

impl Error {
    /// How to mend it, when there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Io { .. } => None,
            Error::Output(e) => e.hint(),
        }
    }
}
