//! `mmm schema`: the JSON Schema of fit.json.

use std::io::Write;

use anyhow::Context;
use clap::Args;

/// Print the JSON Schema of fit.json, to validate it or to generate types from.
#[derive(Debug, Clone, Args)]
pub struct SchemaArgs {}

/// Prints the schema to stdout.
///
/// # Errors
/// When stdout cannot be written; a closed pipe is not an error.
pub fn run(_: SchemaArgs) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(&mmm::output::fit_schema())?;
    text.push('\n');
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write the schema"),
    }
}
