//! `mmm completions` and `mmm man`: what a shell and a manual reader want to know of the commands.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm completions bash > ~/.local/share/bash-completion/completions/mmm
  mmm completions zsh > ~/.zfunc/_mmm
  mmm completions fish > ~/.config/fish/completions/mmm.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Prints the script to stdout.
    pub fn run(self) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "mmm", &mut script);
        Ok(std::io::stdout().lock().write_all(&script)?)
    }
}

/// Print the manual page, or write one a command into a folder.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm man | man -l -
  mmm man --out ~/.local/share/man/man1")]
pub struct Man {
    /// Folder for mmm.1, mmm-fit.1 and so on; it must exist
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    /// Prints `mmm.1`, or writes all pages.
    pub fn run(self) -> anyhow::Result<()> {
        let Some(folder) = self.out else {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            return Ok(std::io::stdout().lock().write_all(&page)?);
        };
        clap_mangen::generate_to(Cli::command(), &folder)
            .with_context(|| format!("cannot write manual pages to {}", folder.display()))
    }
}
