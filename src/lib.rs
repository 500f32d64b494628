//! Bayesian media mix models: CSV → checked data set → model → NUTS → posterior → JSON.

pub mod config;
pub mod data;
pub mod diagnostics;
pub mod error;
pub mod model;
pub mod output;
pub mod planning;
pub mod posterior;
pub mod sampler;
pub mod transform;
pub mod warning;
mod words;

pub use error::Error;
pub use warning::Warning;
