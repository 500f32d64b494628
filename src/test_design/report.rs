//! What a design says, schema `mmm.design/1`.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::posterior::Summary;
use crate::report::{Tool, schema_of};
use crate::store::{OutputError, to_json};
use crate::warning::Warning;

/// Schema name of every design. Within it keys are only ever added.
pub const DESIGN_SCHEMA: &str = "mmm.design/1";

/// Tests that could be run, the one that is worth most beyond its cost first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mmm.design/1")]
pub struct DesignReport {
    /// `mmm.design/1`.
    #[schemars(extend("const" = DESIGN_SCHEMA))]
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The fit's data file and its SHA-256.
    pub data: (String, String),
    /// Outcome column.
    pub outcome: String,
    /// Whether value and cost are in currency; else they are in outcome units, and spend counts as what it returns on
    /// average.
    pub in_currency: bool,
    /// Weeks over which the better plan counts.
    pub horizon_weeks: f64,
    /// Probability of a false alarm.
    pub alpha: f64,
    /// Probability with which the minimum detectable effect is found.
    pub power: f64,
    /// Seed of the geos.
    pub seed: u64,
    /// The designs, best first: of each channel and kind the best one.
    pub designs: Vec<Design>,
    /// Designs that were compared.
    pub compared: usize,
    /// How to run the first and read it.
    pub best: Instructions,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// How the spend of the treated geos changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// No spend.
    HoldOut,
    /// Less of it.
    ScaleDown,
    /// More of it.
    HeavyUp,
    /// None and twice as much in turn.
    Pulses,
}

impl Kind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Kind::HoldOut => "hold-out",
            Kind::ScaleDown => "scale-down",
            Kind::HeavyUp => "heavy-up",
            Kind::Pulses => "pulses",
        }
    }
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Design {
    /// Channel.
    pub channel: String,
    /// Kind.
    pub kind: Kind,
    /// Actual over usual spend, period by period of the treatment.
    pub dose: Vec<f64>,
    /// Geos treated; the one market where there is one.
    pub geos: Vec<String>,
    /// First day of the treatment.
    #[schemars(with = "String")]
    pub start: NaiveDate,
    /// Its last day.
    #[schemars(with = "String")]
    pub end: NaiveDate,
    /// Last day whose outcome counts: less than 5 % of the carry-over comes later.
    #[schemars(with = "String")]
    pub readout_end: NaiveDate,
    /// What the treated geos would spend in the treatment.
    pub usual_spend: f64,
    /// Spend changed.
    pub spend_change: f64,
    /// What the change is believed to bring until `readout_end`, outcome units.
    pub lift: Summary,
    /// Standard error of its reading.
    pub se: f64,
    /// Root mean square of placebo readings over what the fit's noise alone lets expect.
    pub placebo_ratio: f64,
    /// Mean of these readings over the standard error.
    pub placebo_bias: f64,
    /// Placebo windows that this rests on.
    pub placebo_windows: usize,
    /// Sets of geos judged and those accepted, of which one was drawn.
    pub sets: (usize, usize),
    /// Smallest true lift that is found with probability `power`.
    pub mde: f64,
    /// Probability that the reading will differ from nothing, by what is believed of the lift.
    pub assurance: f64,
    /// Expected outcome forgone on balance, or spend added: what `--budget` limits. What a hold-out saves is not taken
    /// off, nor what a heavy-up brings.
    pub cost: f64,
    /// The same where the budget of all channels stays: spend saved works elsewhere, spend added is taken from there, at
    /// what the last unit of all budgets returns; at least 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_cost: Option<f64>,
    /// Expected gain of the plan that the reading leads to, over the horizon.
    pub value: f64,
    /// `value` less `net_cost`.
    pub net: f64,
    /// Probability that the reading moves at least 1 % of the budget.
    pub p_plan_changes: f64,
    /// 95 % quantile of the outcome forgone over that of all geos until `readout_end`; 0 of a heavy-up.
    pub share_at_risk: f64,
}

/// How to run a design and read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Instructions {
    /// Command that reads the test once it is over, with `DATA.csv` for data that reach until `readout_end`. Of pulses
    /// in one market, which only a fit can read, the same as `refit`.
    pub readout: String,
    /// Command of the fit that the test is told to, with the `experiments.csv` of this design.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refit: Option<String>,
    /// Header and row of `experiments.csv`; blank of one market, whose fit holds
    /// all of its history already.
    pub experiments: [String; 2],
    /// Probability of a significant reading by the true lift.
    pub power_curve: Vec<PowerPoint>,
    /// What each geo does.
    pub geos: Vec<GeoRole>,
    /// Columns of the plan: date, geo, and the spend of the channel.
    pub plan_columns: [String; 3],
    /// What the treated geos spend in each period of the treatment.
    pub plan: Vec<PlanCell>,
}

/// Spend of one geo in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanCell {
    /// First day of the period.
    #[schemars(with = "String")]
    pub date: NaiveDate,
    /// Geo.
    pub geo: String,
    /// Currency.
    pub spend: f64,
}

/// One point of a power curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PowerPoint {
    /// |True lift|, outcome units.
    pub lift: f64,
    /// Probability of a significant reading.
    pub power: f64,
}

/// What a geo does in a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GeoRole {
    /// Name.
    pub geo: String,
    /// `treated`, `control`, or `unused` when its data have gaps.
    pub role: String,
    /// Its share of the outcome.
    pub outcome_share: f64,
    /// The channel's usual spend there over the treatment.
    pub usual_spend: f64,
    /// Its spend in the test.
    pub planned_spend: f64,
}

impl Design {
    /// The cost that the value is held against.
    pub fn counted_cost(&self) -> f64 {
        self.net_cost.unwrap_or(self.cost)
    }
}

impl DesignReport {
    /// As it is written to `design.json`.
    ///
    /// # Errors
    /// Those of the encoder.
    pub fn to_json(&self) -> Result<Vec<u8>, OutputError> {
        to_json(self)
    }
}

/// JSON Schema (draft 2020-12) of every design of this version.
pub fn design_schema() -> Value {
    schema_of::<DesignReport>(DESIGN_SCHEMA)
}
