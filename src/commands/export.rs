//! `mmm export`: a finished fit → files for spreadsheets, data frames and ArviZ.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use mmm::diagnostics::Verdict;
use mmm::export::{Again, Existing, Format, export};

use super::NOT_CONVERGED;
use super::common::edited::EditedArgs;
use super::common::progress::{Detail, Interrupt, SamplingProgress};

/// Write a finished fit for other programs: a workbook, CSV or Parquet tables, or netCDF for ArviZ.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm export mmm-out board --format xlsx
  mmm export mmm-out tables --format parquet
  mmm export mmm-out arviz --format netcdf --data data.csv

Exit code 3: exported, but the fit did not converge; every file says so.")]
pub struct Export {
    /// Output directory of `mmm fit`, or its fit.json
    #[arg(value_name = "FIT")]
    fit: PathBuf,
    /// Folder to make; export.json in it says what it holds and where that comes from
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// What to write
    #[arg(long, value_enum)]
    format: FormatArg,
    /// The data that were fitted: netCDF then holds sampler statistics, log densities and predictions too, for which
    /// the fit is made again (it takes as long)
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Replace an earlier export as a whole
    #[arg(long)]
    force: bool,
    /// No progress on stderr
    #[arg(long)]
    quiet: bool,
    /// Print export.json on stdout
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    edited: EditedArgs,
}

/// A format by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    /// fit.xlsx: named sheets with charts
    Xlsx,
    /// A CSV file a table, tidy
    Csv,
    /// fit.nc, as arviz.from_netcdf opens it
    Netcdf,
    /// A Parquet file a table, tidy
    Parquet,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Format {
        match format {
            FormatArg::Xlsx => Format::Xlsx,
            FormatArg::Csv => Format::Csv,
            FormatArg::Netcdf => Format::Netcdf,
            FormatArg::Parquet => Format::Parquet,
        }
    }
}

impl Export {
    /// Exports, and says what is where.
    ///
    /// # Errors
    /// A fit that cannot be read, a folder that is there, or files that cannot be written; nothing is left then.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let interrupt = Interrupt::install()?;
        let fit = self.edited.fit(&self.fit)?;
        let detail = if self.quiet { Detail::Quiet } else { Detail::Auto };
        let progress = SamplingProgress::start(fit.run.chains, detail, interrupt.clone());
        let again = self.data.as_deref().map(|data| Again { data, progress: &progress });
        let existing = if self.force { Existing::Replace } else { Existing::Refuse };
        let exported = export((&self.fit, fit), (&self.folder, existing), self.format.into(), again);
        progress.finish();
        interrupt.check()?;
        let (report, target) = exported?;
        let mut stdout = std::io::stdout().lock();
        if self.json {
            stdout.write_all(&report.to_json()?)?;
        } else {
            for left_out in &report.left_out {
                writeln!(std::io::stderr(), "left out: {left_out}").context("cannot write to stderr")?;
            }
            if report.verdict == Verdict::Fail {
                writeln!(std::io::stderr(), "warning: the fit did not converge; every file says so")?;
            }
            writeln!(stdout, "{}", target.display())?;
        }
        let failed = report.verdict == Verdict::Fail;
        Ok(if failed { ExitCode::from(NOT_CONVERGED) } else { ExitCode::SUCCESS })
    }
}
