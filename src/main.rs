//! Command line.

#[path = "commands/progress.rs"]
#[allow(dead_code)]
mod progress;
#[path = "commands/schema.rs"]
mod schema;

use clap::Parser;

#[derive(Parser)]
enum Cli {
    Schema(schema::SchemaArgs),
}

fn main() -> anyhow::Result<()> {
    let Cli::Schema(args) = Cli::parse();
    schema::run(args)
}
