//! What each tool takes; their JSON Schemas are made from these.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The data and the roles of their columns.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInput {
    /// CSV file: one row per date (and geo), with a header; below the root.
    pub data: String,
    /// Settings file (mmm.toml); below the root.
    pub config: Option<String>,
    /// CSV file of lift tests; below the root.
    pub experiments: Option<String>,
    /// Outcome column, where its name does not tell.
    pub outcome: Option<String>,
    /// Geo column of a panel, where its name does not tell.
    pub geo: Option<String>,
    /// Spend columns; no others become channels.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Control columns; no others are used.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Media without spend.
    #[serde(default)]
    pub organic: Vec<String>,
}

/// A fit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitInput {
    /// CSV file: one row per date (and geo), with a header; below the root.
    pub data: String,
    /// Folder for the results, below the root; an earlier fit there is replaced as a whole.
    pub out: String,
    /// Settings file (mmm.toml); below the root.
    pub config: Option<String>,
    /// CSV file of lift tests; below the root.
    pub experiments: Option<String>,
    /// Outcome column, where its name does not tell.
    pub outcome: Option<String>,
    /// Geo column of a panel, where its name does not tell.
    pub geo: Option<String>,
    /// Spend columns; no others become channels.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Control columns; no others are used.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Media without spend.
    #[serde(default)]
    pub organic: Vec<String>,
    /// Seed; the same gives the same result.
    pub seed: Option<u64>,
    /// Warm-up iterations per chain; as many as it takes where none are given.
    pub warmup: Option<u32>,
    /// Kept draws per chain; as many as it takes where none are given.
    pub draws: Option<u32>,
    /// Weeks kept out of the fit and predicted.
    pub holdout_weeks: Option<u32>,
}

/// A page of a fit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportInput {
    /// Folder of a fit; below the root.
    pub fit: String,
}

/// A budget question; without any change the best split of today's budget.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioInput {
    /// Folder of a fit; below the root.
    pub fit: String,
    /// A channel's spend: tv=+20%, tv=1.5x, tv=50000/week, by geo tv@north=+50%.
    #[serde(default)]
    pub set: Vec<String>,
    /// Move spend: search:social:10%.
    #[serde(default)]
    pub shift: Vec<String>,
    /// Spend nothing on these channels.
    #[serde(default)]
    pub pause: Vec<String>,
    /// Look for the best allocation too when a change is given.
    #[serde(default)]
    pub optimise: bool,
    /// Spend of all channels: +10%, 1.1x, 50000/week or 2600000.
    pub budget: Option<String>,
    /// The smallest budget that brings this media outcome: +10%, or a number over the horizon.
    pub min_outcome: Option<String>,
    /// The largest budget whose last unit returns at least this.
    pub target_mroi: Option<f64>,
    /// The largest budget that returns at least this in total.
    pub target_roi: Option<f64>,
    /// Profit on a unit of the outcome's value, such as 0.35 or 35%.
    pub margin: Option<String>,
    /// What to maximise: cautious, mean, q25 or cvar.
    pub risk: Option<String>,
    /// A channel's limits: tv=0.5..1.5 times today's, tv=-20%..+50%.
    #[serde(default)]
    pub bound: Vec<String>,
    /// Keep the spend of these channels.
    #[serde(default)]
    pub lock: Vec<String>,
    /// How far every other channel may move from today's spend, such as 30%.
    pub max_step: Option<String>,
    /// Weeks of the horizon.
    pub weeks: Option<f64>,
    /// Plan every channel geo by geo.
    #[serde(default)]
    pub by_geo: bool,
}

/// The next test.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DesignInput {
    /// Folder of a fit; below the root.
    pub fit: String,
    /// The CSV file that was fitted; below the root.
    pub data: String,
    /// Folder for the design, its spend plan and its geos; below the root.
    pub out: String,
    /// Channels to consider; all paid ones where none are given.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Longest treatment, in weeks.
    pub max_weeks: Option<u32>,
    /// Largest share of the geos that is treated, such as 30%.
    pub max_treated: Option<String>,
    /// The most that the test may cost: outcome forgone or spend added.
    pub budget: Option<f64>,
    /// Largest share of the outcome of all geos that it may put at risk, such as 5%.
    pub max_risk: Option<String>,
    /// Geos that must be treated.
    #[serde(default)]
    pub treat: Vec<String>,
    /// Geos that must not be.
    #[serde(default)]
    pub spare: Vec<String>,
    /// Days without treatment: 2024-11-20..2024-12-31.
    #[serde(default)]
    pub block: Vec<String>,
    /// First day on which it may begin, yyyy-mm-dd.
    pub start: Option<String>,
    /// Seed of the geos that are drawn.
    pub seed: Option<u64>,
}

/// Forecasts of what came later.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidateInput {
    /// CSV file: one row per date (and geo), with a header; below the root.
    pub data: String,
    /// Settings file (mmm.toml); below the root.
    pub config: Option<String>,
    /// Outcome column, where its name does not tell.
    pub outcome: Option<String>,
    /// Geo column of a panel, where its name does not tell.
    pub geo: Option<String>,
    /// Spend columns; no others become channels.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Control columns; no others are used.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Media without spend.
    #[serde(default)]
    pub organic: Vec<String>,
    /// Forecast origins.
    pub folds: Option<u32>,
    /// Periods forecast from each.
    pub horizon: Option<u32>,
}

/// Two fits to compare.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiffInput {
    /// Folder of the fit before; below the root.
    pub before: String,
    /// Folder of the fit after; below the root.
    pub after: String,
    /// Data of the fit before, to tell what was restated.
    pub old_data: Option<String>,
    /// Data of the fit after.
    pub new_data: Option<String>,
}
