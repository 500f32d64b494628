//! What is kept of a fit: the output directory and its files, written and read back.

mod curves;
mod draws;
mod error;
pub(crate) mod fit;
mod folder;
mod frame;
mod log;
mod media;
mod names;
mod parquet;
mod results;
mod weekly;

pub use curves::{CURVES_FILE, CurveDraws, curve_draws, read_curves, write_curves};
pub use draws::{Draws, read_draws};
pub use error::OutputError;
pub use fit::FIT_FILE;
pub use folder::OutputDir;
pub use folder::contents::OutputKind;
pub use log::{Gradients, LOG_FILE, LOG_SCHEMA, Log, Machine, Phase, PhaseClock, Provenance};
pub use media::{MEDIA_FILE, read_media, write_media};
pub use names::*;
pub use parquet::{DRAWS_FILE, write_draws};
pub use results::{write_prior, write_results};
pub use weekly::{WEEKLY_FILE, write_weekly};
