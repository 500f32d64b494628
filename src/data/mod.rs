//! CSV → [`Dataset`]: reading, column roles, checks.

mod checks;
mod dataset;
mod digest;
mod experiments;
mod load;
mod national;
mod panel;
mod read;
mod roles;
mod settings;
#[cfg(test)]
pub(crate) mod testdata;
mod window;
mod zero_weeks;

pub use crate::config::{LoadOptions, NamedChannel, OutcomeKind};
pub(crate) use checks::{
    Activity, COLLINEAR_PAIR, Collinearity, FittedOutcome, collinearity, fitted_outcome, fourier_pairs,
    paces, trend_segments,
};
pub use checks::{
    ChannelHistory, Finding, Follower, Measure, Severity, Suspect, Suspicion, check, enough_rows, followers,
    history, in_lockstep, knot_weeks, suspects, vet,
};
pub use dataset::*;
pub use digest::period_digests;
pub use experiments::*;
pub use load::{column_names, load};
pub(crate) use read::csv::Table as CsvTable;
pub use read::{
    PlanFile, PlanRow, Reported, ReportedRow, TreatedCell, read_plan, read_reported, read_treated,
};
pub use roles::{suggested_flags, unasked_role};
pub use settings::settle;
pub(crate) use settings::{assume_reliabilities, no_reliability, pattern_fits};
