//! The structs of what a page says, schema `mmm.report/1`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::money::Currency;
use super::span::Span;
use crate::diagnostics::Verdict;
use crate::diff::DiffReport;
use crate::planning::FrontierPoint;
use crate::posterior::Summary;
use crate::report::{Tool, ValidateReport, schema_of};
use crate::store::{OutputError, to_json};

/// Schema name of every page. Within it keys are only ever added.
pub const PAGE_SCHEMA: &str = "mmm.report/1";

/// What a page says beside what `fit.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.report/1")]
pub struct PageReport {
    /// `mmm.report/1`.
    #[schemars(extend("const" = PAGE_SCHEMA))]
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Title.
    pub title: String,
    /// What stands before amounts of money; empty when it was not told.
    pub currency: Currency,
    /// Profit per unit of the outcome's value; null when it was not told.
    pub margin: Option<f64>,
    /// Whether the draws can be trusted. Without convergence nothing is answered.
    pub verdict: Verdict,
    /// What totals and plans are over.
    pub span: Span,
    /// What to know before any number.
    pub first: Vec<String>,
    /// What media brought, what to move, how sure that is, what to test; empty without convergence.
    pub answers: Vec<Answer>,
    /// All media together.
    pub totals: Totals,
    /// One entry per channel, in the order of the data.
    pub channels: Vec<PageChannel>,
    /// The best plans of several budgets; absent where there is nothing to plan, or the curves are not at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontier: Option<Frontier>,
    /// Forecasts of periods that the model had not seen; absent unless `mmm validate` was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backtest: Option<ValidateReport>,
    /// What changed since an earlier fit; absent unless one was named or stands beside the fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<DiffReport>,
}

/// A question and its answer in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// The answer in a sentence.
    pub headline: String,
    /// How far it reaches.
    pub sentences: Vec<String>,
}

/// All media together over the span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Observed, outcome units.
    pub outcome: f64,
    /// Currency.
    pub spend: f64,
    /// What all channels brought, outcome units.
    pub media: Summary,
    /// Value of what paid channels brought per unit of their spend; null without spend, or without the draws.
    pub roi: Option<Summary>,
    /// Probability that paid channels brought more than they cost, at the margin when it is told; null where outcomes
    /// have no known worth, and where `roi` is.
    pub p_pays: Option<f64>,
    /// Spend per outcome that paid channels brought; null where `roi` is.
    pub cost_per_outcome: Option<Summary>,
}

/// Where the return of a channel is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// An experiment speaks of it.
    Test,
    /// How the outcome moved with it.
    Correlation,
    /// In part how the outcome moved with it, in part the prior.
    Partly,
    /// A prior of its own that somebody gave.
    Told,
    /// The prior for any channel.
    Assumed,
}

impl Basis {
    /// In a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Basis::Test => "test",
            Basis::Correlation => "correlation",
            Basis::Partly => "partly assumed",
            Basis::Told => "as told",
            Basis::Assumed => "assumed",
        }
    }
}

/// One channel over the span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PageChannel {
    /// Name.
    pub name: String,
    /// Currency.
    pub spend: f64,
    /// What it brought, outcome units.
    pub contribution: Summary,
    /// Share of the spend of all channels.
    pub share_of_spend: f64,
    /// Share of what all channels brought, by posterior means.
    pub share_of_effect: f64,
    /// Where its return is known from.
    pub basis: Basis,
    /// Share of the effect that comes in the period of the spend and in each one after it, at the mean retention; the
    /// rest comes later.
    pub carry_over: Vec<f64>,
}

/// The best plans of several budgets over the span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Frontier {
    /// Channels, in the order of each plan's spends.
    pub channels: Vec<String>,
    /// What each spends today, currency.
    pub today: Vec<f64>,
    /// By rising budget.
    pub plans: Vec<FrontierPoint>,
}

impl PageReport {
    /// UTF-8, a final line feed.
    ///
    /// # Errors
    /// [`OutputError::NonFinite`] when a number is NaN or infinite.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}

/// JSON Schema (draft 2020-12) that every page of this version meets.
pub fn page_schema() -> Value {
    schema_of::<PageReport>(PAGE_SCHEMA)
}
