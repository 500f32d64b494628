//! A stored fit in the formats of other programs: spreadsheets, data frames, ArviZ.

mod content;
mod format;
mod manifest;
mod provenance;
mod table;
mod tables;
mod write;

pub use content::Again;
pub use format::Format;
pub use manifest::{EXPORT_SCHEMA, ExportFile, ExportReport, export_schema};
pub use write::{Existing, export};
