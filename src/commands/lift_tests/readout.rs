//! `mmm readout`: a geo test in a panel → what it brought, and a row for the file of experiments.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use mmm::Warning;
use mmm::config::{Day, Resolved};
use mmm::data::{Experiments, read_experiments, read_treated};
use mmm::diagnostics::Verdict;
use mmm::previous;
use mmm::readout::{
    CellRequest, RowKind, SpendTold, TestRequest, append, readout, refuse_repeated, refuse_unwritable,
};
use mmm::report::ReadoutReport;
use mmm::run::Checked;
use mmm::show::{readout_page, readout_text};
use mmm::store::{OutputDir, OutputKind, READOUT_FILE, READOUT_PAGE};

use crate::commands::common::args::{ConfigArgs, DataArgs, ExperimentArgs, ModelArgs, SamplerArgs, flags};
use crate::commands::common::edited::EditedArgs;
use crate::commands::common::experiments::Tests;
use crate::commands::common::progress::{Detail, Interrupt, SamplingProgress};

/// Read a geo test that is in a panel: what the change of spend brought, with its error.
///
/// The model is fitted without the treated geos' outcomes from the start of the test until its carry-over is gone, and
/// predicts them at the usual spend. Beside that stand a second opinion without a model (synthetic
/// difference-in-differences) and the same geos in windows before the test, where nothing was done. Takes one fit.
#[derive(Debug, Args)]
#[command(override_usage = "mmm readout [OPTIONS] --channel <CHANNEL> --start <DATE> --end <DATE>
                   <DATA.csv>")]
#[command(after_help = "Examples:
  mmm readout panel.csv --channel tv --geos G001,G007,G012 --start 2024-03-04 --end 2024-04-28 --usual-spend 120000
  mmm readout panel.csv --channel tv --cells cells.csv --start 2024-03-04 --end 2024-04-28 --append experiments.csv
  mmm readout panel.csv --since-last mmm-out --channel tv --geos G001,G007 --start 2024-03-04 --end 2024-04-28
  mmm readout panel.csv --channel tv --geos G001,G007,G012 --start 2024-03-04 --end 2024-04-28 --json | jq .roi

Exit codes: 0 done, 1 bad input or an error, 2 bad usage, 3 read from a fit that did not
converge, 130 interrupted (nothing is written).")]
pub struct Readout {
    /// CSV file: one row a week (or day, or month), and geo; with the test in it
    #[arg(value_name = "DATA.csv")]
    data_file: PathBuf,
    #[command(flatten)]
    test: TestArgs,
    #[command(flatten)]
    output: ReadoutOutput,
    #[command(flatten)]
    config: ConfigArgs,
    /// Column roles, settings, tests and seed of an earlier fit; flags stand above them
    #[arg(long, value_name = "FIT", conflicts_with = "config")]
    since_last: Option<PathBuf>,
    #[command(flatten)]
    edited: EditedArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    experiments: ExperimentArgs,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    sampler: SamplerArgs,
}

/// Which test.
#[derive(Debug, Args)]
#[command(next_help_heading = "Test")]
struct TestArgs {
    /// Channel whose spend was changed; several tested together: tv+radio
    #[arg(long, value_name = "CHANNEL")]
    channel: String,
    /// Treated geos, separated by commas, or by | where names hold commas; none for data of one market
    #[arg(long, value_name = "GEOS", conflicts_with = "cells")]
    geos: Option<String>,
    /// Treated geos of a test with several cells: a CSV file with columns geo and cell, and spend_change (of the geo)
    /// where it is known
    #[arg(long, value_name = "FILE", conflicts_with_all = ["spend_change", "usual_spend"])]
    cells: Option<PathBuf>,
    /// First day of the treatment, yyyy-mm-dd
    #[arg(long, value_name = "DATE")]
    start: Day,
    /// Last day of the treatment
    #[arg(long, value_name = "DATE")]
    end: Day,
    /// Last day whose outcome counts [default: until less than 5 % of the carry-over is left]
    #[arg(long, value_name = "DATE")]
    readout_end: Option<Day>,
    /// Actual less usual spend of the treated geos over the treatment; negative for a hold-out
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true, conflicts_with = "usual_spend")]
    spend_change: Option<f64>,
    /// Or what they would have spent: an amount, or a column of the data that holds it, without another role
    /// [default: a guess by the spend of untreated geos]
    #[arg(long, value_name = "AMOUNT|COLUMN")]
    usual_spend: Option<String>,
}

/// Where the results go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
struct ReadoutOutput {
    /// Output directory, for readout.json and readout.html; an earlier one is replaced as a whole
    #[arg(long, value_name = "DIR", default_value = "mmm-readout")]
    out: PathBuf,
    /// Append the test to a file of experiments, made when it is not there; a test it holds already is refused
    #[arg(long, value_name = "FILE")]
    append: Option<PathBuf>,
    /// Which row: contrast, for fits of data with the treated cells (they read the test themselves), or reading, the
    /// estimate with its error, for fits of other data
    #[arg(long, value_name = "KIND", value_enum, default_value_t = Row::Contrast, requires = "append")]
    row: Row,
    /// Print readout.json on stdout instead of the summary
    #[arg(long)]
    json: bool,
    /// No progress and no summary
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Row {
    Contrast,
    Reading,
}

impl TestArgs {
    fn request(&self) -> anyhow::Result<TestRequest> {
        let (cells, told_by) = match &self.cells {
            Some(file) => {
                let cell = |cell: mmm::data::TreatedCell| CellRequest {
                    name: Some(cell.name),
                    geos: cell.geos,
                    spend: cell.spend_change.map_or(SpendTold::Nothing, SpendTold::Change),
                };
                (read_treated(file)?.into_iter().map(cell).collect(), file.display().to_string())
            }
            None => {
                let geos = self.geos.as_deref().map(names).unwrap_or_default();
                if self.geos.is_some() && geos.is_empty() {
                    bail!("--geos names no geo");
                }
                (vec![CellRequest { name: None, geos, spend: self.spend() }], "the test".to_owned())
            }
        };
        Ok(TestRequest {
            channel: self.channel.clone(),
            start: self.start.0,
            end: self.end.0,
            readout_end: self.readout_end.map(|day| day.0),
            cells,
            told_by,
        })
    }

    fn spend(&self) -> SpendTold {
        match (self.spend_change, self.usual_spend.as_deref()) {
            (Some(change), _) => SpendTold::Change(change),
            (None, None) => SpendTold::Nothing,
            (None, Some(text)) => match text.parse() {
                Ok(amount) => SpendTold::Usual(amount),
                Err(_) => SpendTold::Column(text.to_owned()),
            },
        }
    }
}

/// Names separated by `|` where there is one, else by commas.
fn names(text: &str) -> Vec<String> {
    let separator = if text.contains('|') { '|' } else { ',' };
    text.split(separator).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

impl Readout {
    /// Fits, reads the test, writes the output directory and the row, and prints the summary or the JSON.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let interrupt = Interrupt::install()?;
        let request = self.test.request()?;
        let flags = self.experiments.above(flags(self.data, self.model, self.sampler)?);
        let earlier = self.since_last.as_deref().map(|path| self.edited.fit(path)).transpose()?;
        let resolved = match &earlier {
            Some(fit) => previous::raw_settings(fit)?.resolve(flags)?,
            None => self.config.resolve_flags(flags)?,
        };
        let Resolved { load, fit: config, experiments, threads } = resolved;
        let mut checked = Checked::read_with(&self.data_file, &load, config, |_, config| {
            if config.model.holdout_weeks == 0 {
                return Ok(Vec::new());
            }
            *config = config.with(|c| c.model.holdout_weeks = 0)?;
            Ok(vec![Warning::new(
                "holdout_ignored",
                "holdout_weeks plays no part in a readout: what is kept from the fit is the test",
                "nothing to do",
            )])
        })?;
        let (dataset, config) = (&checked.dataset, &checked.config);
        let told = experiments.as_deref().map(read_experiments).transpose()?;
        let told = told.or_else(|| earlier.and_then(|fit| fit.run.experiments));
        let others = told
            .map(|file| Tests::resolve(file, dataset, config, &mut checked.warnings))
            .transpose()?
            .map_or_else(Experiments::default, |tests| tests.resolved);
        if let Some(file) = &self.output.append {
            refuse_unwritable(file)?;
            refuse_repeated(file, &request)?;
        }
        let out = OutputDir::create_with(&self.output.out, OutputKind::Readout).map_err(mmm::Error::from)?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .build()
            .context("cannot start the worker threads")?;
        let detail = if self.output.quiet { Detail::Quiet } else { Detail::Auto };
        let progress = SamplingProgress::start(config.sampler.chains, detail, interrupt.clone());
        let found = pool.install(|| readout(dataset, config, (&request, &others), &progress));
        progress.finish();
        interrupt.check()?;
        let mut report = found?;
        // What was known before comes first.
        report.warnings.splice(0..0, checked.warnings);
        self.output.finish(&report, out)
    }
}

impl ReadoutOutput {
    fn finish(&self, report: &ReadoutReport, out: OutputDir) -> anyhow::Result<ExitCode> {
        let json = report.to_json().map_err(mmm::Error::from)?;
        out.write_bytes(READOUT_FILE, &json).map_err(mmm::Error::from)?;
        out.write_bytes(READOUT_PAGE, readout_page(report).as_bytes()).map_err(mmm::Error::from)?;
        let target = out.commit().map_err(mmm::Error::from)?;
        let mut appended = String::new();
        if let Some(file) = &self.append {
            let kind = if self.row == Row::Reading { RowKind::Reading } else { RowKind::Contrast };
            append(file, &report.rows(), kind)
                .with_context(|| format!("{} is written, but no row", target.display()))?;
            appended = format!("row appended to {}\n", file.display());
        }
        let mut stdout = std::io::stdout().lock();
        if self.json {
            stdout.write_all(&json)?;
        } else if !self.quiet {
            write!(stdout, "{}\n{appended}results in {}\n", readout_text(report), target.display())?;
        }
        stdout.flush()?;
        let failed = report.diagnostics.verdict == Verdict::Fail;
        Ok(if failed { ExitCode::from(crate::commands::NOT_CONVERGED) } else { ExitCode::SUCCESS })
    }
}
