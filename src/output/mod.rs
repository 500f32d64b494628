//! What a fit leaves behind: `fit.json` and its schema, draws, weekly table, terminal summary, report.

mod advice;
mod build;
mod build_prior;
mod channel_json;
mod charts;
mod comparison_text;
mod curve_draws;
mod curves;
mod dated_text;
mod directory;
mod directory_contents;
mod draws_io;
mod error;
mod evidence;
mod finite;
pub(crate) mod fit_io;
mod fit_json;
mod fitted_window;
mod frontier_text;
mod held_out;
mod html;
mod leftovers;
mod log;
mod media_file;
mod names;
mod parquet;
mod parquet_io;
mod plan_text;
mod prior_json;
mod prior_text;
mod reported;
mod reported_dates;
mod reported_text;
mod results;
mod scenario_json;
mod scenario_text;
mod schema;
mod sensitivity_json;
mod sensitivity_table;
mod sensitivity_text;
mod sources;
pub(crate) mod table;
mod terminal;

pub(crate) mod text;
mod validate_json;
mod validate_text;
mod weekly;

#[cfg(test)]
pub(crate) mod testdata;

/// The comparison with the earlier fit beside a refreshed one.
pub const DIFF_JSON: &str = "diff.json";
/// The same to be read.
pub const DIFF_MARKDOWN: &str = "diff.md";
/// Beginning of the name under which a report is written until it is complete.
pub const REPORT_UNFINISHED: &str = ".report.html.tmp-";

pub(crate) use advice::{is_likely_gain, is_recommended};
pub use build::{FitInputs, build};
pub use build_prior::build_prior;
pub use channel_json::{
    AdstockReport, ChannelKind, ChannelReport, Evidence, EvidenceVerdict, ExpectedEffect, GeoReport,
    SaturationReport,
};
pub use curve_draws::{CURVES_FILE, CurveDraws, curve_draws, read_curves, write_curves};
pub use curves::{Band, ResponseCurve};
pub use directory::OutputDir;
pub use directory_contents::OutputKind;
pub use draws_io::{Draws, read_draws};
pub use error::OutputError;
pub(crate) use evidence::{contradiction, data_weight};
pub use finite::first_non_finite;
pub use fit_io::FIT_FILE;
pub use fit_json::*;
pub use fitted_window::FittedWindow;
pub use html::{REPORT_FILE, report};
pub use log::{Gradients, LOG_FILE, LOG_SCHEMA, Log, Machine, Phase, PhaseClock, Provenance};
pub use media_file::{MEDIA_FILE, read_media, write_media};
pub use parquet::{DRAWS_FILE, write_draws};
pub use prior_json::{PRIOR_DRAWS_FILE, PRIOR_FILE, PRIOR_SCHEMA, PriorReport, prior_schema};
pub use prior_text::prior_text;
pub use results::{write_prior, write_results};
pub use scenario_json::{FitSource, Horizon, SCENARIO_SCHEMA, ScenarioReport, scenario_schema};
pub use scenario_text::scenario_text;
pub use schema::fit_schema;
pub use sensitivity_json::*;
pub use sources::*;

pub use terminal::{Style, summary};
pub use validate_json::*;
pub use validate_text::validate_text;
pub use weekly::{WEEKLY_FILE, write_weekly};
