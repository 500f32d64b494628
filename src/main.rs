//! Command line: parse, run, print the error chain, exit code.

mod commands;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match commands::Cli::parse().run() {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            let interrupted = error.is::<commands::Interrupted>();
            if interrupted { ExitCode::from(commands::Interrupted::EXIT_CODE) } else { ExitCode::FAILURE }
        }
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
    for (depth, cause) in error.chain().enumerate() {
        let text = cause.to_string();
        if depth == 0 {
            eprintln!("error: {text}");
        } else if !said.contains(&text) {
            eprintln!("  because: {text}");
        }
        said.push_str(&text);
    }
    let hint = error.chain().find_map(|cause| cause.downcast_ref::<mmm::Error>().and_then(mmm::Error::hint));
    for line in hint.iter().flat_map(|hint| hint.lines()) {
        eprintln!("hint: {line}");
    }
}
