//! A test as rows of a file of experiments.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The test as rows of a file of experiments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestRows {
    /// For a fit of data that hold the treated cells, such as these.
    pub contrast: TestRow,
    /// For a fit of other data.
    pub reading: TestRow,
}

/// A row of a file of experiments; keys are its columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestRow {
    /// Name of the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Channel.
    pub channel: String,
    /// First day.
    #[schemars(with = "String")]
    pub start: NaiveDate,
    /// Last day.
    #[schemars(with = "String")]
    pub end: NaiveDate,
    /// Last day counted; of a reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub readout_end: Option<NaiveDate>,
    /// Treated geos, separated by `|`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geos: Option<String>,
    /// Actual less usual spend.
    pub spend_change: f64,
    /// Lift; of a reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lift: Option<f64>,
    /// Its standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub se: Option<f64>,
}

/// Columns that a row may fill, in their order.
const COLUMNS: [&str; 9] =
    ["id", "channel", "start", "end", "readout_end", "geos", "spend_change", "lift", "se"];

impl TestRow {
    /// The text of a column; blank where the row has none.
    pub fn cell(&self, column: &str) -> String {
        let number = |value: Option<f64>| value.map_or(String::new(), |v| format!("{v}"));
        match column {
            "id" => self.id.clone().unwrap_or_default(),
            "channel" => self.channel.clone(),
            "start" => self.start.to_string(),
            "end" => self.end.to_string(),
            "readout_end" => self.readout_end.map_or(String::new(), |day| day.to_string()),
            "geos" => self.geos.clone().unwrap_or_default(),
            "spend_change" => number(Some(self.spend_change)),
            "lift" => number(self.lift),
            "se" => number(self.se),
            _ => String::new(),
        }
    }

    /// The columns that the row fills.
    pub fn columns(&self) -> Vec<String> {
        COLUMNS.into_iter().filter(|column| !self.cell(column).is_empty()).map(str::to_owned).collect()
    }

    /// The row as a line of CSV under those columns, without a line end.
    pub fn line(&self, columns: &[String], separator: char) -> String {
        let quoted = |text: String| match text.contains([separator, '"', '\n']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text,
        };
        let cells: Vec<String> =
            columns.iter().map(|column| quoted(self.cell(&column.to_lowercase()))).collect();
        cells.join(&separator.to_string())
    }
}
