//! What the user said about the data file: column roles, names and the span of dates to read.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How to read a data file. An empty or `None` field leaves that role to inference.
///
/// Lists hold column names or globs (`mdsp_*`); a name that is a column is taken literally.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadOptions {
    /// Date column.
    pub date: Option<String>,
    /// Outcome column.
    pub outcome: Option<String>,
    /// What one unit of the outcome is.
    pub outcome_kind: Option<OutcomeKind>,
    /// Geo column.
    pub geo: Option<String>,
    /// Population column.
    pub population: Option<String>,
    /// Column with the currency value of one outcome unit.
    pub revenue_per_outcome: Option<String>,
    /// Spend columns. When given, no other column becomes a paid channel.
    pub channels: Vec<String>,
    /// (spend column, exposure column) pairs.
    pub exposure: Vec<(String, String)>,
    /// Media without spend.
    pub organic: Vec<String>,
    /// Control columns. When given, no other column becomes a control.
    pub controls: Vec<String>,
    /// Columns to leave alone whatever else is said.
    pub exclude: Vec<String>,
    /// First date to read.
    pub from: Option<NaiveDate>,
    /// Last date to read.
    pub to: Option<NaiveDate>,
    /// How cells are to be understood.
    pub reading: Reading,
    /// Channels that `[channels.NAME]` ties to columns.
    pub named: Vec<NamedChannel>,
}

/// How cells are to be understood where more than one reading is possible.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Reading {
    /// What to do with runs of zeros beside outcomes that are never near zero.
    pub zero_weeks: ZeroWeeks,
    /// The decimal sign of every number; told by the cells when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalSign>,
    /// Media columns that hold a national total in every geo, to be split among the geos.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub national: Vec<String>,
}

impl Reading {
    /// Whether nothing was said.
    pub fn is_default(&self) -> bool {
        *self == Reading::default()
    }
}

/// What to do with runs of zeros beside outcomes that are never near zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ZeroWeeks {
    /// They are no observation: closed, not yet launched, not recorded.
    #[default]
    Blank,
    /// They are outcomes like others.
    Keep,
}

/// The sign between whole units and their fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DecimalSign {
    /// `1,234.5`
    #[serde(rename = ".", alias = "point")]
    Point,
    /// `1.234,5`
    #[serde(rename = ",", alias = "comma")]
    Comma,
}

/// A channel whose name and columns the configuration gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedChannel {
    /// Name in every output.
    pub name: String,
    /// Spend column; `None` for an organic channel.
    pub spend: Option<String>,
    /// Exposure column; the only column of an organic channel.
    pub exposure: Option<String>,
}

/// What one unit of the outcome is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// Currency, the same as the spend's.
    Revenue,
    /// Orders, sign-ups, conversions: worth `revenue_per_outcome` each when that is known.
    Count,
}
