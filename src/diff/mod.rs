//! Two fits compared: what changed channel by channel, how sure that is, and where it comes from.
//!
//! The posteriors of two fits are compared draw by draw as if they were independent. Two fits of mostly the
//! same weeks are not: the interval of a difference is then too wide, never too narrow. A change counts as
//! one when it exceeds the tolerance *in one direction* with the asked probability: two equal, wide
//! posteriors differ by more than any small tolerance with high probability, in either direction.

mod change;
mod channels;
mod columns;
mod controls;
mod explain;
mod explanation;
mod inputs;
mod judge;
mod plan;
mod report;
mod side;
mod units;

pub use change::{Change, Pairing};
pub use channels::{AllocationChange, ChannelDiff, Overtake, RankChange};
pub use columns::{Woken, woken};
pub(crate) use controls::{control_of, reliabilities};
pub use explain::explain;
pub use explanation::{ChannelParts, Explanation, Step, StepKind};
pub use inputs::{
    ColumnRestated, DataDiff, Difference, ExperimentDiff, InputDiff, Restated, restated_columns,
};
pub(crate) use judge::verdict;
pub use judge::{Aspect, Finding, Settings};
pub use plan::PlanChange;
pub use report::{DIFF_SCHEMA, DiffReport, SideReport, diff, diff_schema};
pub use side::{DrawSource, Side};
pub use units::NotCompared;
pub(crate) use units::Units;
