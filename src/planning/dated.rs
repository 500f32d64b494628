//! When a dated plan runs, and what is carried over its edges.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::posterior::Summary;

/// When a dated plan runs, and what of its outcome is carried over its edges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dated {
    /// First day of the horizon, which follows the data.
    #[schemars(with = "String")]
    pub first: NaiveDate,
    /// Last day of the horizon.
    #[schemars(with = "String")]
    pub last: NaiveDate,
    /// Number of periods.
    pub periods: usize,
    /// What today's plan is.
    pub today: String,
    /// Value that spend before the horizon brings in it; the same whatever the plan, and counted in both
    /// outcomes.
    pub carry_in: Summary,
    /// Of today's plan.
    pub current: Carry,
    /// Of the plan.
    pub proposed: Carry,
    /// Changes that begin or end with other days than was asked for, as only whole periods change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<ChangedPeriods>,
    /// Draws that were valued.
    pub draws: usize,
    /// Draws there are; more than `draws` when the plan is too large to value them all at once.
    pub draws_of_fit: usize,
}

/// The whole periods that a change by date changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedPeriods {
    /// The change as asked.
    pub change: String,
    /// First day of the first of them.
    #[schemars(with = "String")]
    pub first: NaiveDate,
    /// Last day of the last of them.
    #[schemars(with = "String")]
    pub last: NaiveDate,
    /// What one is called: `day`, `week` or `month`.
    pub noun: String,
}

/// What the horizon's own spend brings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Carry {
    /// In the horizon.
    pub within: Summary,
    /// After it, when nothing is spent any more.
    pub carry_out: Summary,
}
