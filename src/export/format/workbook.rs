//! `fit.xlsx`: a sheet a table, with charts.

#[cfg(feature = "xlsx")]
mod book;
#[cfg(feature = "xlsx")]
mod charts;
#[cfg(feature = "xlsx")]
mod sheet;

use crate::error::Error;
use crate::export::content::Content;
use crate::export::format::{Exporter, Written};
use crate::store::OutputDir;

/// Writes `fit.xlsx`. A fit that did not converge says so in the first row of the summary, in red, on every tab and
/// in the title of every chart.
pub(crate) struct Workbook;

impl Exporter for Workbook {
    #[cfg(feature = "xlsx")]
    fn write(&self, content: &Content, folder: &OutputDir) -> Result<Written, Error> {
        use crate::export::manifest::ExportFile;
        use crate::store::OutputError;

        let path = folder.target().join("fit.xlsx");
        let bytes = book::encode(content).map_err(|e| OutputError::Format { path, source: Box::new(e) })?;
        folder.write_bytes("fit.xlsx", &bytes)?;
        let files = vec![ExportFile::of("fit.xlsx", "a sheet a table, with charts", &bytes)];
        Ok(Written { files, left_out: Vec::new() })
    }

    #[cfg(not(feature = "xlsx"))]
    fn write(&self, _: &Content, _: &OutputDir) -> Result<Written, Error> {
        Err(crate::store::OutputError::NotBuilt { format: "xlsx" }.into())
    }
}
