//! JSON that commands print and that is no report of the library: of `mmm check` and `mmm init`.

use std::io::Write;

use mmm::Warning;
use mmm::config::OutcomeKind;
use mmm::data::{ChannelHistory, Finding, Roles};
use mmm::report::schema_of;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Schema name of what `mmm check --json` prints. Within it keys are only ever added, as in all of them.
pub const CHECK_SCHEMA: &str = "mmm.check/1";
/// The same of `mmm init --json`.
pub const INIT_SCHEMA: &str = "mmm.init/1";

/// What a data file is like. Of one that cannot be read nothing is known but the finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "mmm.check/1")]
pub struct CheckDocument {
    /// `mmm.check/1`.
    #[schemars(extend("const" = CHECK_SCHEMA))]
    pub schema: &'static str,
    /// As given.
    pub file: String,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: Option<String>,
    /// Data rows.
    pub rows: Option<usize>,
    /// Number of geos; 1 for a national data set.
    pub geos: Option<usize>,
    /// Number of periods.
    pub periods: Option<usize>,
    /// First day of the first period.
    pub first: Option<String>,
    /// First day of the last period.
    pub last: Option<String>,
    /// Days in a period: 1, 7, or 30.4375 for months.
    pub interval_days: Option<f64>,
    /// Revenue or count.
    pub outcome_kind: Option<OutcomeKind>,
    /// Which column plays which role.
    pub roles: Option<Roles>,
    /// When each channel ran.
    pub channels: Vec<ChannelHistory>,
    /// The lift tests, where a file of them was given.
    pub experiments: Option<CheckedTests>,
    /// What was noticed, the gravest first.
    pub findings: Vec<Finding>,
}

/// Lift tests against the data.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckedTests {
    /// As given.
    pub file: String,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// One entry a test.
    pub tests: Vec<CheckedTest>,
}

/// A lift test as it was understood.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckedTest {
    /// Line in the file, from 1.
    pub row: u32,
    /// Its id, else its channel and first day.
    pub label: String,
    /// `reading` or `contrast`.
    pub kind: &'static str,
    /// Channels tested together.
    pub channels: Vec<String>,
    /// Treated geos.
    pub geos: Vec<String>,
    /// First day of the treatment.
    pub start: String,
    /// Last day of the treatment.
    pub end: String,
    /// Last day whose outcome a reading counts.
    pub readout_end: String,
    /// Actual less counterfactual spend, currency.
    pub spend_change: f64,
    /// What was read, outcome units.
    pub lift: Option<f64>,
    /// What was read, as a return.
    pub roi: Option<f64>,
    /// Standard error of either.
    pub se: Option<f64>,
    /// Share of the people of the treated geos; null for all of them.
    pub population_share: Option<f64>,
    /// Whether the outcomes that a reading speaks of are cells of the data.
    pub cells_in_data: bool,
}

/// Settings that were written.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "mmm.init/1")]
pub struct InitDocument {
    /// `mmm.init/1`.
    #[schemars(extend("const" = INIT_SCHEMA))]
    pub schema: &'static str,
    /// Where.
    pub config: String,
    /// The data file as given.
    pub file: String,
    /// SHA-256 of the data file, lower-case hex.
    pub sha256: String,
    /// Which column plays which role.
    pub roles: Roles,
    /// What was noticed on the way.
    pub warnings: Vec<Warning>,
}

/// The schema of `mmm check --json`.
pub fn check_schema() -> Value {
    schema_of::<CheckDocument>(CHECK_SCHEMA)
}

/// The schema of `mmm init --json`.
pub fn init_schema() -> Value {
    schema_of::<InitDocument>(INIT_SCHEMA)
}

/// Prints a document on stdout.
///
/// # Errors
/// When stdout cannot be written.
pub fn print(document: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(document)? + "\n";
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}
