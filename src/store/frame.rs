//! Reading a parquet file that may be damaged.

use std::fs;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

use crate::report::Fit;
use crate::sha256;
use crate::store::error::OutputError;
use crate::store::seal::is_due;
use polars_core::prelude::{DataFrame, PolarsError};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;

/// Reads a file that was written with `fit`, whole or the named columns only.
///
/// The bytes are checked against the hash that `fit.json` keeps: the decoder believes every length in the
/// file, and one flipped bit can make it ask for more memory than there is, which ends the process.
///
/// # Errors
/// When it is missing, cut short, damaged or of another fit; the file is named.
pub(crate) fn read_frame(
    path: &Path,
    fit: &Fit,
    columns: Option<Vec<String>>,
) -> Result<DataFrame, OutputError> {
    let bytes = fs::read(path).map_err(OutputError::io("cannot read", path))?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let foreign = |reason: &str| Err(OutputError::Foreign { path: path.into(), reason: reason.to_owned() });
    match fit.files.iter().find(|file| file.name == name) {
        Some(file) if sha256::of(&bytes) != file.sha256 => {
            return foreign("these are not the bytes that fit.json speaks of");
        }
        None if is_due(&fit.tool.version) => return foreign("fit.json has no hash of it"),
        _ => {}
    }
    decode(bytes, columns).map_err(|source| OutputError::Unreadable { path: path.into(), source })
}

/// Decodes the bytes. The decoder trusts what the file says of itself and panics on some damage; that is
/// contained here, and said as an error, because a file from a disk is user input.
fn decode(bytes: Vec<u8>, columns: Option<Vec<String>>) -> Result<DataFrame, PolarsError> {
    // The hook is the process's: two readers must not hand each other's back.
    static HOOK: Mutex<()> = Mutex::new(());
    let guard = HOOK.lock();
    let read = AssertUnwindSafe(|| ParquetReader::new(Cursor::new(bytes)).with_columns(columns).finish());
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let frame = catch_unwind(read);
    std::panic::set_hook(hook);
    drop(guard);
    frame.unwrap_or_else(|_| Err(PolarsError::ComputeError("the file is damaged".into())))
}
