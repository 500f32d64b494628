//! The structs of `fit.json`, schema `mmm.fit/1`; keys are written in the order of the fields.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::FitConfig;
use crate::config::{OutcomeKind, Reading};
use crate::data::{ExperimentFile, Outcome, Roles};
use crate::diagnostics::Diagnostics;
use crate::diagnostics::Loo;
use crate::planning::{Scenario, TestValue};
use crate::posterior::{Period, Summary};
use crate::report::channel::ChannelReport;
use crate::report::curve::ResponseCurve;
use crate::report::experiments::ExperimentReport;
use crate::report::sensitivity::Sensitivity;
use crate::report::window::FittedWindow;
use crate::warning::Warning;

/// Schema name written to and required from every `fit.json`. Within it keys are only ever added.
pub const FIT_SCHEMA: &str = "mmm.fit/1";

/// Everything a fit found out, summarised. No clock time, so equal runs give equal bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.fit/1")]
pub struct Fit {
    /// `mmm.fit/1`.
    #[schemars(extend("const" = FIT_SCHEMA))]
    pub schema: String,
    /// The program that wrote the file.
    pub tool: Tool,
    /// What was asked for, of which data.
    pub run: Run,
    /// Whether the draws can be trusted.
    pub diagnostics: Diagnostics,
    /// How well the model describes the outcome.
    pub fit_quality: FitQualityReport,
    /// The outcome and how it splits into baseline and media.
    pub outcome: OutcomeReport,
    /// One entry per channel, in the order of the data.
    pub channels: Vec<ChannelReport>,
    /// One curve per channel, in the same order.
    pub response_curves: Vec<ResponseCurve>,
    /// Plans and what each would change.
    pub scenarios: Vec<Scenario>,
    /// What each lift test says, against what the model says without it; absent when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experiments: Vec<ExperimentReport>,
    /// What a lift test of each paid channel with a standard error of 15 % of its ROI would add to the best
    /// plan of today's budget within ± 30 %, over the fitted window; most valuable first.
    #[serde(default)]
    pub next_tests: Vec<TestValue>,
    /// The whole market period by period; empty in files of earlier versions.
    #[serde(default)]
    pub history: Vec<Period>,
    /// Every model parameter.
    pub parameters: Vec<ParameterReport>,
    /// How the returns hang on what cannot be seen; absent unless asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// The files of draws written beside this one; a reader refuses them with other bytes.
    #[serde(default)]
    pub files: Vec<FileReport>,
    /// SHA-256 of every other value of this file, however it is indented; a reader refuses edited ones. Absent in
    /// files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_sha256: Option<String>,
}

/// A file written beside `fit.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// The program that wrote the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `mmm`.
    pub name: String,
    /// Version, such as `0.1.0`.
    pub version: String,
}

/// What fits before there was [`Run::thin`] did.
fn every_one() -> usize {
    1
}

/// What was asked for, of which data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Seed of every random stream.
    pub seed: u64,
    /// Independent chains.
    pub chains: usize,
    /// Warm-up iterations per chain.
    pub warmup: usize,
    /// Kept draws per chain.
    pub draws: usize,
    /// Transitions from one kept draw to the next.
    #[serde(default = "every_one")]
    pub thin: usize,
    /// Acceptance statistic the step size aimed at.
    pub target_accept: f64,
    /// The data.
    pub data: DataReport,
    /// Which column plays which role.
    pub roles: Roles,
    /// The configuration, defaults included.
    pub config: FitConfig,
    /// The lift tests, as read; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiments: Option<ExperimentFile>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// Whether everything here comes from the prior, the outcome unseen; never in a fit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prior_only: bool,
}

/// The data a fit was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DataReport {
    /// File name as given.
    pub file: String,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// Data rows in the file.
    pub rows: usize,
    /// Number of geos; 1 for a national data set.
    pub geos: usize,
    /// Geo names in order of first appearance.
    pub geo_names: Vec<String>,
    /// Number of periods.
    pub periods: usize,
    /// Length of the history in weeks, rounded.
    pub weeks: usize,
    /// First day of the first period.
    #[schemars(with = "String")]
    pub first: NaiveDate,
    /// First day of the last period.
    #[schemars(with = "String")]
    pub last: NaiveDate,
    /// Days in a period: 1, 7, or 30.4375 for months.
    pub interval_days: f64,
    /// The periods that were fitted: those with an outcome, before the ones held out. Absent where they are not
    /// known apart, in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fitted: Option<FittedWindow>,
    /// First date that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    /// Last date that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub to: Option<NaiveDate>,
    /// Columns and globs that were to be left alone.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// How cells were to be understood, where anything was said of it.
    #[serde(default, skip_serializing_if = "Reading::is_default")]
    pub reading: Reading,
    /// Fingerprint of each period's cells, by which a later fit tells restated history; empty in files
    /// of versions that wrote none.
    #[serde(default)]
    pub period_digests: Vec<String>,
}

impl DataReport {
    /// The fitted periods; all of them where they are not known apart.
    pub fn fitted(&self) -> FittedWindow {
        let weeks = self.periods as f64 * self.interval_days / 7.0;
        let all = FittedWindow { periods: self.periods, weeks, first: self.first, last: self.last };
        self.fitted.unwrap_or(all)
    }
}

/// Agreement of the posterior predictive with the outcome over the fitted window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FitQualityReport {
    /// The measures over the fitted window.
    #[serde(flatten)]
    pub fitted: Agreement,
    /// Leave-one-out predictive accuracy; null when it was not computed.
    pub loo: Option<Loo>,
    /// Why `loo` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loo_reason: Option<String>,
    /// The measures over the periods kept out of the fit; null when there are none.
    pub holdout: Option<Agreement>,
    /// Why `holdout` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout_reason: Option<String>,
}

/// Measures of agreement over a set of cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Agreement {
    /// 1 − residual / total sum of squares.
    pub r2: Option<f64>,
    /// Mean |error| / |outcome| over the cells with an outcome other than 0.
    pub mape: Option<f64>,
    /// Σ |error| / Σ |outcome|.
    pub wmape: Option<f64>,
    /// Share of the cells inside their 90 % predictive interval.
    pub interval_coverage_90: Option<f64>,
    /// Lag-1 autocorrelation of the residuals.
    pub residual_lag1_autocorrelation: Option<f64>,
    /// Mean continuous ranked probability score, outcome units: the error of the whole predictive
    /// distribution; smaller is better.
    #[serde(default)]
    pub crps: Option<f64>,
    /// Why any of the above is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The outcome and how it splits into baseline and media.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OutcomeReport {
    /// Column name.
    pub name: String,
    /// Revenue or count.
    pub kind: OutcomeKind,
    /// What one unit of ROI is.
    pub roi_unit: RoiUnit,
    /// Observed total over the fitted window, outcome units.
    pub total: f64,
    /// What shares are of where the outcome's sign changes and its total says nothing of its size: what it would be
    /// at a level usual for its spread; absent where that is the total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of: Option<f64>,
    /// Baseline / total.
    pub baseline_share: Summary,
    /// Sum of all channels / total.
    pub media_share: Summary,
    /// Posterior probability that the baseline total is negative; 0 where the outcome's sign changes.
    pub p_negative_baseline: f64,
}

impl OutcomeReport {
    /// What shares are of, outcome units.
    pub fn whole(&self) -> f64 {
        self.share_of.unwrap_or(self.total)
    }
}

/// What one unit of ROI is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoiUnit {
    /// Currency back per currency spent.
    CurrencyPerCurrency,
    /// Outcome units per currency spent: the worth of an outcome is not known.
    OutcomePerCurrency,
}

impl RoiUnit {
    /// The unit of a return that is measured by `outcome`.
    pub fn of(outcome: &Outcome) -> RoiUnit {
        let valued = outcome.kind == OutcomeKind::Revenue || outcome.revenue_per_outcome.is_some();
        if valued { RoiUnit::CurrencyPerCurrency } else { RoiUnit::OutcomePerCurrency }
    }
}

/// Posterior and convergence of one model parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParameterReport {
    /// Such as `roi[tv]`.
    pub name: String,
    /// Posterior mean.
    pub mean: f64,
    /// Posterior standard deviation.
    pub sd: f64,
    /// 5 % quantile.
    pub q05: f64,
    /// Median.
    pub q50: f64,
    /// 95 % quantile.
    pub q95: f64,
    /// Monte Carlo standard error of the mean.
    pub mcse_mean: Option<f64>,
    /// Rank-normalised split R-hat.
    pub rhat: Option<f64>,
    /// Bulk effective sample size.
    pub ess_bulk: Option<f64>,
    /// Tail effective sample size.
    pub ess_tail: Option<f64>,
    /// Why any of the above is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
