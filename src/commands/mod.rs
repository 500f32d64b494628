//! One file a command: its flags, its help, its run.

mod args;
mod check;
mod init;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Bayesian media mix models: what each channel returned, where it saturates, where the next
/// dollar should go.
#[derive(Debug, Parser)]
#[command(name = "mmm", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Init(init::Init),
}

impl Cli {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Check(command) => command.run(),
            Command::Init(command) => command.run(),
        }
    }
}
