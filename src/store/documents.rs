//! The bytes of the documents that are printed, or written beside a fit.

use super::error::OutputError;
use super::json::to_json;
use crate::report::{PriorReport, ReadoutReport, ScenarioReport, ValidateReport};

impl PriorReport {
    /// The bytes of `prior.json`: UTF-8, a final line feed.
    ///
    /// # Errors
    /// [`OutputError::NonFinite`] when a number is NaN or infinite.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}

impl ScenarioReport {
    /// UTF-8, a final line feed.
    ///
    /// # Errors
    /// [`OutputError::NonFinite`] when a number is NaN or infinite.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}

impl ValidateReport {
    /// UTF-8, a final line feed.
    ///
    /// # Errors
    /// [`OutputError::NonFinite`] when a number is NaN or infinite.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}

impl ReadoutReport {
    /// The bytes of `readout.json`: UTF-8, a final line feed.
    ///
    /// # Errors
    /// [`OutputError::NonFinite`] when a number is NaN or infinite.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}
