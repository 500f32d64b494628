//! `mmm report`: a finished fit → report.html.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use mmm::show;
use mmm::store::{REPORT_FILE, REPORT_UNFINISHED};

use super::common::edited::EditedArgs;

/// Write a self-contained HTML report of a finished fit, without scripts or anything fetched.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm report mmm-out
  mmm report mmm-out --out q1.html
  mmm report mmm-out --out - > q1.html")]
pub struct ReportArgs {
    /// Output directory of `mmm fit`, or its fit.json
    #[arg(value_name = "FIT")]
    fit: PathBuf,
    /// Where to write it; - is stdout [default: report.html beside fit.json]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    edited: EditedArgs,
}

/// Writes the report and says where it is.
///
/// # Errors
/// A fit that cannot be read, or a file that cannot be written; an earlier report then stays as it was.
pub fn run(args: ReportArgs) -> anyhow::Result<()> {
    let fit = args.edited.fit(&args.fit)?;
    let html = show::report(&fit);
    let beside = || {
        let directory = if args.fit.is_dir() { Some(args.fit.as_path()) } else { args.fit.parent() };
        directory.map_or_else(|| PathBuf::from(REPORT_FILE), |d| d.join(REPORT_FILE))
    };
    let target = args.out.clone().unwrap_or_else(beside);
    if target.as_os_str() == "-" {
        std::io::stdout().lock().write_all(html.as_bytes())?;
        return Ok(());
    }
    refuse_other(&target)?;
    let failed = |source| mmm::Error::Io { action: "cannot write", path: target.clone(), source };
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Beside its target and then renamed, so that nothing half-written is left.
    let mut builder = tempfile::Builder::new();
    builder.prefix(REPORT_UNFINISHED);
    // What an ordinary file gets, before the user's mask; a plain temporary file is private.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(html.as_bytes()).map_err(failed)?;
    file.persist(&target).map_err(|error| failed(error.error))?;
    writeln!(std::io::stdout().lock(), "{}", target.display()).context("cannot say where the report is")
}

/// Only an earlier report, or a file with nothing in it, is replaced.
fn refuse_other(target: &Path) -> Result<(), mmm::Error> {
    /// The title of a report stands within so many bytes.
    const HEAD: u64 = 4096;
    let failed = |source| mmm::Error::Io { action: "cannot read", path: target.to_path_buf(), source };
    let is_ours = match target.metadata() {
        Err(e) if e.kind() == ErrorKind::NotFound => true,
        Err(e) => return Err(failed(e)),
        Ok(found) if !found.is_file() => false,
        Ok(_) => {
            let mut head = Vec::new();
            File::open(target).and_then(|file| file.take(HEAD).read_to_end(&mut head)).map_err(failed)?;
            let head = String::from_utf8_lossy(&head);
            head.is_empty()
                || head.starts_with("<!doctype html>") && head.contains("<title>What media brought: ")
        }
    };
    if is_ours {
        return Ok(());
    }
    Err(mmm::Error::Config {
        file: Some(target.display().to_string()),
        line: None,
        problem: "exists already and is no report of mmm".to_owned(),
        hint: Some("name another file with --out, or remove it".to_owned()),
    })
}
