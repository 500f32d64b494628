//! Command line: parse, run, print the error chain, exit code.

mod commands;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = commands::Cli::parse();
    let trouble = cli.trouble();
    if let Some(columns) = columns() {
        mmm::show::fit_width(columns);
    }
    match cli.run() {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(if error.is::<commands::Interrupted>() {
                commands::Interrupted::EXIT_CODE
            } else if commands::BadUsage::is(&error) {
                commands::BadUsage::EXIT_CODE
            } else {
                trouble
            })
        }
    }
}

/// Columns of the terminal, or else as COLUMNS has them, as the help does.
fn columns() -> Option<usize> {
    match terminal_size::terminal_size_of(std::io::stdout()) {
        Some((terminal_size::Width(columns), _)) => Some(columns.into()),
        None => std::env::var("COLUMNS").ok()?.parse().ok(),
    }
}

/// Whether the reader of our output has gone, as `mmm … | head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == ErrorKind::BrokenPipe)
    };
    error.chain().any(io)
}

/// `error: …`, its causes as far as they add words, and `hint: …` lines, on stderr.
fn report(error: &anyhow::Error) {
    let mut said = String::new();
    let mut lines = Vec::new();
    // Whatever else is written is named.
    let unnamed = error.chain().next().is_some_and(|first| first.is::<std::io::Error>());
    let stdout = if unnamed { "cannot write to stdout: " } else { "" };
    for (depth, cause) in error.chain().enumerate() {
        let text = cause.to_string();
        if depth == 0 {
            lines.push(format!("error: {stdout}{text}"));
        } else if !said.contains(&text) {
            lines.push(format!("  because: {text}"));
        }
        said.push_str(&text);
    }
    let hint = error.chain().find_map(|cause| cause.downcast_ref::<mmm::Error>().and_then(mmm::Error::hint));
    lines.extend(hint.iter().flat_map(|hint| hint.lines()).map(|line| format!("hint: {line}")));
    // With stderr closed there is no one left to tell, and `eprintln!` would panic.
    let _ = writeln!(std::io::stderr(), "{}", lines.join("\n"));
}
