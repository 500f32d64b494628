//! One exporter a format behind one trait.

mod csv;
#[cfg(any(feature = "netcdf", test))]
mod labels;
mod netcdf;
mod parquet;
mod workbook;

use crate::error::Error;
use crate::export::content::Content;
use crate::export::manifest::ExportFile;
use crate::store::OutputDir;

/// What programs a fit is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A workbook with charts.
    Xlsx,
    /// A text file a table.
    Csv,
    /// What ArviZ opens.
    Netcdf,
    /// A Parquet file a table.
    Parquet,
}

impl Format {
    /// As `--format` names it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Csv => "csv",
            Format::Netcdf => "netcdf",
            Format::Parquet => "parquet",
        }
    }
}

/// What an exporter wrote.
pub(crate) struct Written {
    /// Its files.
    pub files: Vec<ExportFile>,
    /// What the format could hold and is not there, and why.
    pub left_out: Vec<String>,
}

/// Writes a fit in one format.
pub(crate) trait Exporter {
    /// Whether it wants the draws, which are large.
    fn holds_draws(&self) -> bool {
        false
    }

    /// Writes its files into a folder in the making.
    ///
    /// # Errors
    /// What cannot be encoded or written.
    fn write(&self, content: &Content, folder: &OutputDir) -> Result<Written, Error>;
}

/// The exporter of a format.
pub(crate) fn exporter(format: Format) -> Box<dyn Exporter> {
    match format {
        Format::Xlsx => Box::new(workbook::Workbook),
        Format::Csv => Box::new(csv::Csv),
        Format::Netcdf => Box::new(netcdf::Netcdf),
        Format::Parquet => Box::new(parquet::Parquet),
    }
}
