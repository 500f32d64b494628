//! What `mmm readout` reports, schema `mmm.readout/1`.

mod rows;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::FitConfig;
use crate::data::{Dataset, Roles};
use crate::diagnostics::Diagnostics;
use crate::posterior::Summary;
use crate::report::build::data_report;
use crate::report::fit::{DataReport, Tool};
use crate::report::schema::schema_of;
use crate::warning::Warning;

pub use rows::{TestRow, TestRows};

/// Schema name of every readout. Within it keys are only ever added.
pub const READOUT_SCHEMA: &str = "mmm.readout/1";

/// The reading of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.readout/1")]
pub struct ReadoutReport {
    /// `mmm.readout/1`.
    #[schemars(extend("const" = READOUT_SCHEMA))]
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The data.
    pub data: DataReport,
    /// Which column plays which role.
    pub roles: Roles,
    /// The configuration of the fit, defaults included.
    pub config: FitConfig,
    /// Outcome column.
    pub outcome: String,
    /// Whether `roi` is currency per currency; else outcome units per currency.
    pub roi_in_currency: bool,
    /// The tested channel, or several joined by `+`.
    pub channel: String,
    /// First day of the treatment.
    #[schemars(with = "String")]
    pub start: NaiveDate,
    /// Last day of the treatment.
    #[schemars(with = "String")]
    pub end: NaiveDate,
    /// Last day whose outcome is counted.
    #[schemars(with = "String")]
    pub readout_end: NaiveDate,
    /// Whether that day was told, or is where less than 5 % of the carry-over is left.
    pub readout_end_told: bool,
    /// First day of the first period that is fitted again in the treated geos; null where the data end before.
    #[schemars(with = "Option<String>")]
    pub fitted_again_from: Option<NaiveDate>,
    /// The test as a whole.
    #[serde(flatten)]
    pub whole: CellReading,
    /// Each cell of a test that has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellReading>,
    /// How the chains of the fit went.
    pub diagnostics: Diagnostics,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// The reading of geos that were treated alike, or of all treated geos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellReading {
    /// Name of the cell; absent of a test as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Treated geos; empty for one market.
    pub geos: Vec<String>,
    /// Spend in treated geos over the treatment, currency.
    pub spend: f64,
    /// What it would have been.
    pub usual_spend: f64,
    /// Actual less usual.
    pub spend_change: f64,
    /// Where the usual spend is from.
    pub usual_spend_source: SpendSource,
    /// Observed outcome of the treated geos over the counted periods.
    pub observed: f64,
    /// Outcome that the change brought there, observed less predicted, with its sign; noise included.
    pub lift: Summary,
    /// Lift over the predicted outcome.
    pub lift_share: Summary,
    /// Value of the lift per unit of spend changed.
    pub roi: Option<Summary>,
    /// Why `roi` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roi_reason: Option<String>,
    /// The same geos before the test, where nothing was done.
    pub placebo: PlaceboReport,
    /// Synthetic difference-in-differences.
    pub second_opinion: SecondOpinion,
    /// Rows for a file of experiments; null for a test of several cells as a whole, which has one for each.
    pub row: Option<TestRows>,
    /// Observed and predicted outcome of the treated geos, period by period.
    pub periods: Vec<PeriodReading>,
}

/// Where the spend without the test is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpendSource {
    /// It was told.
    Told,
    /// A column of the data.
    Column,
    /// What untreated geos spent, times the ratio before the test: a guess.
    Guessed,
}

/// Windows before the test as long as it, predicted as if unseen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceboReport {
    /// Whether the errors are as large as predicted, and on both sides of nothing; null without windows.
    pub passed: Option<bool>,
    /// Σ (observed − predicted) / Σ observed.
    pub bias: Option<f64>,
    /// √ mean (error / standard error)²: 1 where errors are as predicted, above where they are larger.
    pub spread: Option<f64>,
    /// Windows that would be called an effect at 10 %.
    pub significant: usize,
    /// p of the bias.
    pub p_bias: Option<f64>,
    /// p of the spread.
    pub p_spread: Option<f64>,
    /// The windows, latest first.
    pub windows: Vec<PlaceboWindow>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceboWindow {
    /// First day.
    #[schemars(with = "String")]
    pub start: NaiveDate,
    /// Last day.
    #[schemars(with = "String")]
    pub end: NaiveDate,
    /// Observed less predicted outcome.
    pub error: f64,
    /// Its predicted standard deviation.
    pub se: f64,
}

/// Synthetic difference-in-differences (Arkhangelsky et al. 2021).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecondOpinion {
    /// Outcome units; null where it cannot be had.
    pub lift: Option<f64>,
    /// By placebo treatments of untreated geos; null where there are too few of them.
    pub se: Option<f64>,
    /// Untreated geos that could be drawn on.
    pub donors: usize,
    /// Those with a weight above 0.001.
    pub donors_used: usize,
    /// Why a number is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ReadoutReport {
    /// The rows of the test, one a cell.
    pub fn rows(&self) -> Vec<&TestRows> {
        match self.cells.is_empty() {
            true => self.whole.row.iter().collect(),
            false => self.cells.iter().filter_map(|cell| cell.row.as_ref()).collect(),
        }
    }
}

/// When a period was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before the treatment.
    Before,
    /// Treated.
    During,
    /// Counted after the treatment.
    Carried,
    /// Later.
    After,
}

/// One period of the treated geos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodReading {
    /// First day.
    #[schemars(with = "String")]
    pub date: NaiveDate,
    /// When.
    pub phase: Phase,
    /// Observed outcome.
    pub observed: Option<f64>,
    /// Predicted without the test, in the phases before and after as fitted.
    pub predicted: f64,
    /// 5 % quantile of the prediction, noise included.
    pub q05: f64,
    /// 95 % quantile.
    pub q95: f64,
}

/// The program and the data of a readout.
pub(crate) fn sources(data: &Dataset) -> (Tool, DataReport) {
    (Tool { name: "mmm".into(), version: env!("CARGO_PKG_VERSION").into() }, data_report(data, 0))
}

/// JSON Schema (draft 2020-12) of every readout of this version.
pub fn readout_schema() -> Value {
    schema_of::<ReadoutReport>(READOUT_SCHEMA)
}
