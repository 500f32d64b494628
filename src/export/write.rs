//! Writes an export: every file, and `export.json` beside them.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::export::content::{Again, Content};
use crate::export::format::{Format, exporter};
use crate::export::manifest::{EXPORT_SCHEMA, ExportReport};
use crate::report::{Fit, Tool};
use crate::store::{EXPORT_FILE, OutputDir, OutputError, OutputKind};

/// What becomes of a folder that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// The export is refused.
    Refuse,
    /// An earlier export is replaced as a whole; anything else is refused.
    Replace,
}

/// Exports `fit`, which was read from `path`, into a new folder. `again` lets formats with draws hold what only the
/// data can bring back, by fitting them once more. Returns what was written, and where.
///
/// # Errors
/// A folder that is there, files of the fit that cannot be read, data that are not those of the fit, and files that
/// cannot be written; nothing is left of the export then.
pub fn export(
    (path, fit): (&Path, Fit),
    (target, existing): (&Path, Existing),
    format: Format,
    again: Option<Again<'_>>,
) -> Result<(ExportReport, PathBuf), Error> {
    if existing == Existing::Refuse && target.symlink_metadata().is_ok() {
        return Err(OutputError::ExportExists { path: target.into() }.into());
    }
    // Before the slow part, so that an unwritable place fails at once.
    let folder = OutputDir::create_with(target, OutputKind::Export)?;
    let exporter = exporter(format);
    let mut content = Content::read(path, fit)?;
    if exporter.holds_draws() {
        content = content.with_draws(path, again)?;
    }
    let written = exporter.write(&content, &folder)?;
    let (fit, provenance) = (&content.fit, &content.provenance);
    let report = ExportReport {
        schema: EXPORT_SCHEMA.into(),
        tool: Tool { name: "mmm".into(), version: provenance.version.clone() },
        format: format.name().into(),
        data_file: provenance.data_file.clone(),
        data_sha256: provenance.data_sha256.clone(),
        fit_sha256: provenance.fit_sha256.clone(),
        verdict: provenance.verdict,
        reasons: fit.diagnostics.reasons.clone(),
        files: written.files,
        left_out: written.left_out,
    };
    folder.write_bytes(EXPORT_FILE, &report.to_json()?)?;
    Ok((report, folder.commit()?))
}
