//! Bayesian media mix models: CSV → checked data set → model → NUTS → posterior → JSON.

pub mod config;
pub mod data;
pub mod diagnostics;
pub mod error;
pub mod fit;
pub mod model;
pub mod output;
pub mod planning;
pub mod posterior;
pub mod sampler;
pub mod simulate;
pub mod transform;
pub mod warning;
mod words;

pub use error::Error;
pub use fit::{Fit, fit};
pub use warning::Warning;
