//! Experiments: a file of lift tests, read as text, then checked and resolved against a data set.
//!
//! [`read_experiments`] takes the file as it is, [`ExperimentFile`], which a fit keeps; [`resolve_experiments`]
//! makes [`Experiment`]s of its rows, each with the exposure that there would have been without the test.

mod calendar;
mod columns;
mod counterfactual;
mod dose;
mod estimate;
mod experiment;
mod faults;
mod file;
mod header;
mod names;
mod overlap;
mod resolve;
mod row;
#[cfg(test)]
mod tests;
mod warnings;

pub use experiment::{Estimand, Experiment, ExperimentKind, Experiments, Reading};
pub use file::{ExperimentFile, ExperimentRow, read_experiments};
pub use resolve::{resolve_experiments, stored_experiments};
