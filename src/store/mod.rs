//! What is kept of a fit: the output directory and its files, written and read back.

mod curves;
mod documents;
mod draws;
mod error;
mod fit;
mod folder;
mod frame;
mod json;
mod log;
mod media;
mod names;
mod parquet;
mod results;
pub(crate) mod seal;
mod weekly;

pub use curves::{read_curves, write_curves};
pub use draws::{Draws, read_draws, read_draws_of};
pub use error::OutputError;
pub(crate) use fit::beside;
pub use folder::OutputDir;
pub use folder::contents::OutputKind;
pub(crate) use json::to_json;
pub use log::{
    DivergenceLog, Gradients, LOG_SCHEMA, Log, Machine, ParameterAt, Phase, PhaseClock, Provenance,
    log_schema,
};
pub use media::{read_media, write_media};
pub use names::*;
pub use parquet::write_draws;
pub use results::{write_prior, write_results};
pub use seal::Edited;
pub use weekly::{Weekly, read_weekly, write_weekly};
