//! One file a command: its flags, its help, its run.

mod check;
mod common;
mod compare;
mod completions;
mod diff;
mod export;
mod fit;
mod init;
mod lift_tests;
mod mcp;
mod refresh;
mod report;
mod scenario;
mod schema;
mod simulate;
mod validate;

use std::process::ExitCode;

pub use common::progress::Interrupted;

use clap::{Parser, Subcommand};

/// Exit code of a fit that finished without converging, and of answers that rest on one.
const NOT_CONVERGED: u8 = 3;

/// The command line asks for what cannot be, whatever the data.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadUsage(#[from] pub mmm::Error);

impl BadUsage {
    /// As clap exits.
    pub const EXIT_CODE: u8 = 2;

    /// Whether that is what went wrong; every option of `mmm simulate` is a flag. A request that stands in a file
    /// comes with the file's name around it, and is bad input.
    pub fn is(error: &anyhow::Error) -> bool {
        let outermost = error.chain().next().and_then(|cause| cause.downcast_ref::<mmm::Error>());
        let of_flags = match outermost {
            Some(mmm::Error::InvalidOptions { .. }) => true,
            Some(mmm::Error::Request(request)) => request.is_bad_usage(),
            _ => false,
        };
        of_flags || error.is::<BadUsage>()
    }
}

/// Bayesian media mix models: what each channel returned, where it saturates, where the next
/// dollar should go.
#[derive(Debug, Parser)]
#[command(
    name = "mmm",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Fit(fit::Fit),
    Check(check::Check),
    Init(init::Init),
    Simulate(simulate::SimulateArgs),
    Scenario(scenario::Scenario),
    Design(lift_tests::DesignArgs),
    Diff(diff::Diff),
    Report(report::ReportArgs),
    Validate(validate::Validate),
    Compare(compare::Compare),
    Readout(lift_tests::Readout),
    Export(export::Export),
    Mcp(mcp::Mcp),
    Schema(schema::SchemaArgs),
    Completions(completions::Completions),
    Man(completions::Man),
}

impl Cli {
    /// Exit code when the command cannot do what it was asked to.
    pub fn trouble(&self) -> u8 {
        match &self.command {
            Command::Diff(_) => diff::Diff::TROUBLE,
            // Here 1 says that something differs.
            Command::Fit(fit) if fit.verifies() => diff::Diff::TROUBLE,
            _ => 1,
        }
    }

    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Fit(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Init(command) => command.run(),
            Command::Simulate(args) => simulate::run(args).map(|()| ExitCode::SUCCESS),
            Command::Scenario(command) => command.run(),
            Command::Design(command) => command.run(),
            Command::Diff(command) => command.run(),
            Command::Report(args) => report::run(args).map(|()| ExitCode::SUCCESS),
            Command::Validate(command) => command.run(),
            Command::Compare(command) => command.run(),
            Command::Readout(command) => command.run(),
            Command::Export(command) => command.run(),
            Command::Mcp(command) => command.run().map(|()| ExitCode::SUCCESS),
            Command::Schema(args) => schema::run(args).map(|()| ExitCode::SUCCESS),
            Command::Completions(command) => command.run().map(|()| ExitCode::SUCCESS),
            Command::Man(command) => command.run().map(|()| ExitCode::SUCCESS),
        }
    }
}
