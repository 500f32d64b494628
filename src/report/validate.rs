//! What `mmm validate` reports, schema `mmm.validate/1`.

mod recovery;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::FitConfig;
use crate::data::{Dataset, Roles};
use crate::diagnostics::Diagnostics;
use crate::posterior::FitQuality;
use crate::report::build::{agreement, data_report};
use crate::report::experiments::ExperimentReport;
use crate::report::fit::{Agreement, DataReport, Tool};
use crate::report::schema::schema_of;
use crate::warning::Warning;

pub use recovery::{Recovered, Recovery, WhatIf, WhatIfKind};

/// Schema name of every backtest. Within it keys are only ever added.
pub const VALIDATE_SCHEMA: &str = "mmm.validate/1";

/// A rolling-origin backtest, and with `--recovery` what data like these can tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.validate/1")]
pub struct ValidateReport {
    /// `mmm.validate/1`.
    #[schemars(extend("const" = VALIDATE_SCHEMA))]
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The data.
    pub data: DataReport,
    /// Which column plays which role.
    pub roles: Roles,
    /// The configuration of each fit, defaults included.
    pub config: FitConfig,
    /// Periods forecast in each fold.
    pub horizon: usize,
    /// Scores over all folds, the media mix model first.
    pub models: Vec<ModelScore>,
    /// The media mix model against each benchmark, over the folds that both forecast.
    pub comparisons: Vec<Comparison>,
    /// Scores fold by fold, the earliest first.
    pub folds: Vec<FoldReport>,
    /// Every forecast of the media mix model.
    pub forecasts: Vec<ForecastReport>,
    /// What each lift test says, and what a fit without it says of it; absent unless asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experiments: Vec<ExperimentReport>,
    /// What refits find of truths drawn from the fit; with `--recovery`, which forecasts nothing unless asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// Who forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Forecaster {
    /// The model of `mmm fit`.
    MediaMix,
    /// The same without its channels.
    NoMedia,
    /// The outcome of the same period a year before.
    SeasonalNaive,
    /// The last outcome before the forecast.
    LastValue,
}

impl Forecaster {
    /// All of them, the one that is judged first.
    pub const ALL: [Forecaster; 4] =
        [Forecaster::MediaMix, Forecaster::NoMedia, Forecaster::SeasonalNaive, Forecaster::LastValue];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Forecaster::MediaMix => "media mix model",
            Forecaster::NoMedia => "the same without media",
            Forecaster::SeasonalNaive => "same period last year",
            Forecaster::LastValue => "last value",
        }
    }
}

/// How well one forecaster did over a set of cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelScore {
    /// Who.
    pub model: Forecaster,
    /// Forecasts scored: cells (geo × period) with a known outcome.
    pub cells: usize,
    /// Folds they are from.
    pub folds: usize,
    /// Measures of agreement.
    #[serde(flatten)]
    pub agreement: Agreement,
    /// Σ (forecast − outcome) / Σ |outcome|.
    pub bias: Option<f64>,
}

impl ModelScore {
    /// A score from what was measured.
    pub fn new(model: Forecaster, cells: usize, folds: usize, quality: &FitQuality, bias: f64) -> ModelScore {
        let bias = bias.is_finite().then_some(bias);
        ModelScore { model, cells, folds, agreement: agreement(quality), bias }
    }
}

/// The media mix model against one benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The benchmark.
    pub benchmark: Forecaster,
    /// Folds that both forecast.
    pub folds: usize,
    /// Of these, folds in which the media mix model has the lower CRPS.
    pub better: usize,
    /// 1 − CRPS of the media mix model / CRPS of the benchmark: 0.2 is a fifth less error.
    pub skill: Option<f64>,
    /// Why `skill` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One origin and what was forecast from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FoldReport {
    /// First day of the last period that was fitted.
    #[schemars(with = "String")]
    pub trained_to: NaiveDate,
    /// Periods fitted.
    pub trained_periods: usize,
    /// First day of the first period forecast.
    #[schemars(with = "String")]
    pub first: NaiveDate,
    /// First day of the last one.
    #[schemars(with = "String")]
    pub last: NaiveDate,
    /// Whether the chains of all fits converged.
    pub converged: bool,
    /// How the chains of each fit went, the media mix model first.
    pub fits: Vec<FoldFit>,
    /// One score per forecaster that had what it needs.
    pub models: Vec<ModelScore>,
}

/// The chains of one fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FoldFit {
    /// Whose.
    pub model: Forecaster,
    /// As in `fit.json`.
    pub diagnostics: Diagnostics,
}

/// One forecast of the media mix model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ForecastReport {
    /// Index into the folds.
    pub fold: usize,
    /// First day of the period.
    #[schemars(with = "String")]
    pub date: NaiveDate,
    /// Geo name.
    pub geo: String,
    /// What happened.
    pub outcome: f64,
    /// Forecast mean.
    pub mean: f64,
    /// 5 % quantile of the forecast.
    pub q05: f64,
    /// 95 % quantile.
    pub q95: f64,
}

impl ValidateReport {
    /// A report without scores yet.
    pub fn new(data: &Dataset, config: &FitConfig, horizon: usize, warnings: Vec<Warning>) -> ValidateReport {
        ValidateReport {
            schema: VALIDATE_SCHEMA.into(),
            tool: Tool { name: "mmm".into(), version: env!("CARGO_PKG_VERSION").into() },
            data: data_report(data, 0),
            roles: data.roles.clone(),
            config: config.clone(),
            horizon,
            models: Vec::new(),
            comparisons: Vec::new(),
            folds: Vec::new(),
            forecasts: Vec::new(),
            experiments: Vec::new(),
            recovery: None,
            warnings,
        }
    }
}

/// JSON Schema (draft 2020-12) of every backtest of this version.
pub fn validate_schema() -> Value {
    schema_of::<ValidateReport>(VALIDATE_SCHEMA)
}
