//! `mmm schema`: the JSON Schema of what the other commands write.

use std::io::Write;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::common::documents;

/// Print a JSON Schema, to validate what was written or to generate types from.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  mmm schema > mmm.fit.schema.json
  mmm schema diff
  mmm schema scenario | jq '.properties | keys'")]
pub struct SchemaArgs {
    /// Of what: fit (fit.json), prior (prior.json), readout (readout.json), design (design.json), export
    /// (export.json), log (log.json), or the --json of check, init, simulate, report, scenario, validate, compare or diff
    #[arg(value_enum, default_value_t = Document::Fit)]
    document: Document,
}

/// A kind of JSON that mmm writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Document {
    Fit,
    Prior,
    Check,
    Init,
    Simulate,
    Report,
    Scenario,
    Validate,
    Compare,
    Diff,
    Readout,
    Design,
    Export,
    Log,
}

/// Prints the schema to stdout.
///
/// # Errors
/// When stdout cannot be written; a closed pipe is not an error.
pub fn run(args: SchemaArgs) -> anyhow::Result<()> {
    let schema = match args.document {
        Document::Fit => mmm::report::fit_schema(),
        Document::Prior => mmm::report::prior_schema(),
        Document::Report => mmm::page::page_schema(),
        Document::Scenario => mmm::report::scenario_schema(),
        Document::Validate => mmm::report::validate_schema(),
        Document::Compare => mmm::compare::compare_schema(),
        Document::Readout => mmm::report::readout_schema(),
        Document::Diff => mmm::diff::diff_schema(),
        Document::Design => mmm::test_design::design_schema(),
        Document::Check => documents::check_schema(),
        Document::Init => documents::init_schema(),
        Document::Simulate => mmm::simulate::simulate_schema(),
        Document::Export => mmm::export::export_schema(),
        Document::Log => mmm::store::log_schema(),
    };
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write the schema"),
    }
}
