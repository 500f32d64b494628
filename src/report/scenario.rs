//! What `mmm scenario` answers, schema `mmm.scenario/1`.

mod reported;
mod warning;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnostics::Verdict;
use crate::planning::{Answer, Credit, Flight, FrontierPoint, TestValue};
use crate::report::fit::{Fit, RoiUnit, Tool};
use crate::report::scenario::warning::AnswerWarning;
use crate::report::schema::schema_of;
use crate::warning::Warning;

/// Schema name of every answer. Within it keys are only ever added.
pub const SCENARIO_SCHEMA: &str = "mmm.scenario/1";

/// Answers to budget questions, from a finished fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.scenario/1")]
pub struct ScenarioReport {
    /// `mmm.scenario/1`.
    #[schemars(extend("const" = SCENARIO_SCHEMA))]
    pub schema: String,
    /// The program that answered.
    pub tool: Tool,
    /// The fit that was asked.
    pub fit: FitSource,
    /// The period that spends and outcomes are over.
    pub horizon: Horizon,
    /// Plans, each against today's; one per question.
    pub scenarios: Vec<Answer>,
    /// Best plans of several budgets, ascending; empty unless asked for.
    pub frontier: Vec<FrontierPoint>,
    /// Channels of the frontier's spends, in their order; empty without a frontier.
    pub frontier_channels: Vec<String>,
    /// What the frontier's plans maximise, as in `--risk`; absent without a frontier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontier_maximised: Option<String>,
    /// What a lift test of each channel is worth, most valuable first; empty unless asked for.
    pub test_values: Vec<TestValue>,
    /// Reported against modelled outcome over what is reported; empty unless a report was given.
    pub reported: Vec<Credit>,
    /// Week-by-week patterns of one channel; absent unless asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flight: Option<Flight>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// Which fit an answer rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FitSource {
    /// Data file as given to the fit.
    pub data_file: String,
    /// SHA-256 of the data file, lower-case hex.
    pub data_sha256: String,
    /// First day of the first fitted period.
    #[schemars(with = "String")]
    pub first: NaiveDate,
    /// First day of the last fitted period.
    #[schemars(with = "String")]
    pub last: NaiveDate,
    /// Whether the draws can be trusted.
    pub verdict: Verdict,
    /// Outcome column.
    pub outcome: String,
    /// What one unit of ROI is; outcomes and gains are in its numerator.
    pub roi_unit: RoiUnit,
    /// What outcomes and gains are counted in, in words.
    pub unit: String,
    /// What brings them, in words: `paid media` where organic channels, which no plan is about, bring more.
    #[serde(default)]
    pub media: String,
    /// By which effect plans are valued.
    #[serde(default)]
    pub effect: EffectUsed,
}

/// By which effect of media something is valued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectUsed {
    /// What media cause.
    Causal,
    /// How the outcome moves with media.
    #[default]
    Correlation,
}

impl EffectUsed {
    /// That of plans of a fit.
    fn of(fit: &Fit) -> EffectUsed {
        let causal = fit.channels.iter().any(|channel| channel.causal_gap.is_some());
        if causal { EffectUsed::Causal } else { EffectUsed::Correlation }
    }
}

/// The period that spends and outcomes are over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Horizon {
    /// Its length.
    pub weeks: f64,
    /// Length of the fitted window.
    pub fitted_weeks: f64,
    /// weeks / fitted_weeks: totals of the window were multiplied by this.
    pub factor: f64,
    /// What today's plan is, in words.
    pub basis: String,
}

impl Horizon {
    /// A horizon of `weeks` for a fit.
    pub fn of(fit: &Fit, weeks: f64) -> Horizon {
        let (data, fitted) = (&fit.run.data, fit.run.data.fitted());
        let last = data.interval().last_day(fitted.last);
        let average = if data.geo_names.len() > 1 { "each geo's average week" } else { "the average week" };
        let (times, these) = match weeks {
            1.0 => ("once".to_owned(), "this week".to_owned()),
            _ => (format!("{weeks} times over"), format!("these {weeks} weeks")),
        };
        Horizon {
            weeks,
            fitted_weeks: fitted.weeks,
            factor: weeks / fitted.weeks,
            basis: format!(
                "today's plan is {average} of the fitted window ({:.0} weeks from {} to {last}), {times}, with \
                 that window's flighting; spends and outcomes are totals over {these}",
                fitted.weeks, fitted.first
            ),
        }
    }
}

impl ScenarioReport {
    /// A report without answers yet.
    pub fn new(fit: &Fit, horizon: Horizon) -> ScenarioReport {
        let (data, fitted) = (&fit.run.data, fit.run.data.fitted());
        ScenarioReport {
            schema: SCENARIO_SCHEMA.into(),
            tool: Tool { name: "mmm".into(), version: env!("CARGO_PKG_VERSION").into() },
            fit: FitSource {
                data_file: data.file.clone(),
                data_sha256: data.sha256.clone(),
                first: fitted.first,
                last: fitted.last,
                verdict: fit.diagnostics.verdict,
                outcome: fit.outcome.name.clone(),
                roi_unit: fit.outcome.roi_unit,
                unit: fit.unit(),
                media: fit.planned_media().into(),
                effect: EffectUsed::of(fit),
            },
            horizon,
            scenarios: Vec::new(),
            frontier: Vec::new(),
            frontier_channels: Vec::new(),
            frontier_maximised: None,
            test_values: Vec::new(),
            reported: Vec::new(),
            flight: None,
            warnings: verdict_warning(fit).into_iter().collect(),
        }
    }

    /// Says that not all draws were used.
    pub fn note_draws(&mut self, used: usize, all: usize) {
        self.note(AnswerWarning::DrawsThinned { used, all });
    }

    /// Says which channels a plan file does not mention.
    pub fn note_untouched(&mut self, channels: &[String]) {
        if !channels.is_empty() {
            self.note(AnswerWarning::PlanIncomplete { channels: channels.to_vec() });
        }
    }

    /// Says that a plan stops at the end of a response curve, which is `multiplier` times today's spend.
    pub fn note_curve_end(&mut self, channel: &str, multiplier: f64) {
        self.note(AnswerWarning::CurveEnds { channel: channel.to_owned(), multiplier });
    }

    /// Says which paid channels no plan is about.
    pub fn note_unspent(&mut self, fit: &Fit) {
        let is_planned = |name: &str| fit.planned_channels().any(|planned| planned == name);
        let unspent = fit.channels.iter().filter(|c| c.spend_column.is_some() && !is_planned(&c.name));
        let (ended, channels): (Vec<String>, Vec<String>) =
            unspent.map(|c| c.name.clone()).partition(|name| fit.has_ended(name));
        if !channels.is_empty() {
            self.note(AnswerWarning::NothingSpent { channels });
        }
        if !ended.is_empty() {
            self.note(AnswerWarning::Ended { channels: ended });
        }
    }

    fn note(&mut self, warning: AnswerWarning) {
        let warning = Warning::from(warning);
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

fn verdict_warning(fit: &Fit) -> Option<Warning> {
    match fit.diagnostics.verdict {
        Verdict::Ok => None,
        Verdict::Warn => Some(AnswerWarning::Doubtful.into()),
        Verdict::Fail => Some(AnswerWarning::NotConverged.into()),
    }
}

/// JSON Schema (draft 2020-12) of every answer of this version.
pub fn scenario_schema() -> Value {
    schema_of::<ScenarioReport>(SCENARIO_SCHEMA)
}
