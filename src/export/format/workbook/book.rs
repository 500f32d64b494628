//! The workbook: every table on its sheet.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::{charts, sheet};
use crate::export::content::Content;
use crate::export::provenance::Provenance;
use crate::export::tables;

/// Its bytes.
pub fn encode(content: &Content) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(&content.provenance)?);
    let converged = content.provenance.converged();
    let formats = sheet::Formats::new();
    let mut shown = tables::readable(&content.fit, &content.weekly);
    if content.weekly.geos.is_some() {
        shown.push(tables::weekly_total(&content.weekly));
    }
    for table in &shown {
        let worksheet = book.add_worksheet();
        sheet::fill(worksheet, table, &formats, converged)?;
        charts::insert(worksheet, table, converged)?;
    }
    book.save_to_buffer()
}

fn properties(provenance: &Provenance) -> Result<DocProperties, XlsxError> {
    let mut properties = DocProperties::new()
        .set_title("Media mix model")
        .set_author("mmm")
        // The time of day would make equal exports differ.
        .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
    for (key, value) in provenance.pairs() {
        // 255 characters is all that a property holds.
        let value: String = value.chars().take(255).collect();
        properties = properties.set_custom_property(key, value);
    }
    Ok(properties)
}
