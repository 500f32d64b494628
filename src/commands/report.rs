//! `mmm report`: a finished fit → report.html.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use mmm::page::{Currency, PageOptions, page};
use mmm::show::{self, GENERATOR};
use mmm::store::{REPORT_FILE, REPORT_UNFINISHED};

use super::common::edited::EditedArgs;

/// Write one page about a finished fit: the answers in plain words and money, then the notes behind them.
///
/// It is one file without scripts, fetches nothing, and prints on a few sheets. What stands beside the fit comes with
/// it: diff.json of a refresh, and validate.json where `mmm validate --json` was kept there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm report mmm-out
  mmm report mmm-out --title \"Media 2026\" --currency EUR --margin 40%
  mmm report 2026-q2 --since 2026-q1 --out q2.html
  mmm report mmm-out --json | jq .answers")]
pub struct ReportArgs {
    /// Output directory of `mmm fit`, or its fit.json
    #[arg(value_name = "FIT")]
    fit: PathBuf,
    /// Where to write it; - is stdout [default: report.html beside fit.json]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Title of the page [default: names the outcome]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Sign or code before amounts of money, such as € or CHF
    #[arg(long, value_name = "CURRENCY", value_parser = Currency::parse)]
    currency: Option<Currency>,
    /// Profit per unit of the outcome's value, such as 40%: draws break-even on profit
    #[arg(long, value_name = "SHARE", value_parser = margin)]
    margin: Option<f64>,
    /// What `mmm validate --json` printed [default: validate.json beside the fit]
    #[arg(long, value_name = "FILE")]
    backtest: Option<PathBuf>,
    /// An earlier fit: tell what changed since [default: diff.json beside the fit]
    #[arg(long, value_name = "FIT")]
    since: Option<PathBuf>,
    /// Print what the page says as JSON instead (schema: mmm schema report)
    #[arg(long, conflicts_with = "out")]
    json: bool,
    #[command(flatten)]
    edited: EditedArgs,
}

/// `40%` or `0.4`.
fn margin(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let share = match text.strip_suffix('%') {
        Some(percent) => number(percent).map(|p| p / 100.0),
        None => number(text),
    };
    share
        .filter(|m| *m > 0.0 && *m <= 1.0)
        .ok_or_else(|| "it must be a share above 0 %, at most 100 %".into())
}

/// Writes the report and says where it is.
///
/// # Errors
/// A fit that cannot be read, or a file that cannot be written; an earlier report then stays as it was.
pub fn run(args: ReportArgs) -> anyhow::Result<()> {
    let fit = args.edited.fit(&args.fit)?;
    let options = PageOptions {
        title: args.title,
        currency: args.currency.unwrap_or_default(),
        margin: args.margin,
        backtest: args.backtest,
        since: args.since,
    };
    let page = page(&args.fit, &fit, &options)?;
    if args.json {
        std::io::stdout().lock().write_all(&page.to_json().map_err(mmm::Error::from)?)?;
        return Ok(());
    }
    let html = show::report(&fit, &page);
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
    /// What tells a report stands within so many bytes.
    const HEAD: u64 = 4096;
    /// In the reports of earlier versions.
    const EARLIER: &str = "<title>What media brought: ";
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
                || head.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html>"))
                    && (head.contains(&format!("content=\"{GENERATOR}\"")) || head.contains(EARLIER))
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
