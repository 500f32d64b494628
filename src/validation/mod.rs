//! Rolling-origin backtests: what would have been forecast, from what was known, and what came.
//!
//! Each fold ends the data at its last forecast period and holds the forecast periods out of the fit, so
//! that neither an outcome nor a scale is taken from later; exposures and controls of the forecast
//! periods are given, as they are planned. Benchmarks see the same.

mod benchmarks;
mod folds;
mod forecast;
mod recovery;
mod report;

pub use folds::{Fold, Plan, folds};
pub use forecast::{Forecast, Forecasts};
pub use recovery::{RecoverySettings, recovery};
pub use report::validation_report;
