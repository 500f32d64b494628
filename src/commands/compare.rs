//! `mmm compare`: what of the answer survives another model.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use mmm::Warning;
use mmm::compare::{Candidate, CompareReport, Fitted, compare_report, default_candidates, read_candidates};
use mmm::config::Resolved;
use mmm::data::{self, Dataset, Experiments};
use mmm::diagnostics::Verdict;
use mmm::show::compare_text;
use mmm::validation::Plan;

use super::common::args::{ConfigArgs, DataArgs, ExperimentArgs, ModelArgs, SamplerArgs, flags};
use super::common::experiments::Tests;
use super::common::progress::{Detail, Interrupt, SamplingProgress};

/// Fit several models of the same data and tell what of the answer survives: scores, returns by model,
/// and for each move of budget in how many models it gains.
///
/// The first model is the one that flags and settings tell; the others differ from it in carry-over,
/// saturation, trend or drift. Each is a fit of its own: seconds for one market. Weights go by predictions; a
/// model that fits better is not more causal, so where models disagree a test is named.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm compare data.csv
  mmm compare data.csv --models models.toml --future
  mmm compare data.csv --out compare.json
  mmm compare data.csv --json | jq .verdict.sentence

models.toml has a table a model, with the keys of settings files that differ:
  [late.model]
  adstock = { kind = \"pascal\", r = 2 }
  [flat.channels.tv]
  saturation = \"root:0.5\"

Exit codes: 0 done, 1 bad input or an error, 2 bad usage, 3 done but some fit did not
converge, 130 interrupted.")]
pub struct Compare {
    /// CSV file: one row a week (or day, or month), and geo
    #[arg(value_name = "DATA.csv")]
    data_file: PathBuf,
    /// File of models, one table each, to be compared with the told one [default: the usual models]
    #[arg(long, value_name = "FILE")]
    models: Option<PathBuf>,
    /// Also score forecasts of the last year by its quarters, and weigh models by them: four more fits a model
    #[arg(long)]
    future: bool,
    /// Also write the comparison as JSON to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the comparison as JSON (schema mmm.compare/1) instead of tables
    #[arg(long)]
    json: bool,
    /// No progress
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    experiments: ExperimentArgs,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    sampler: SamplerArgs,
}

/// How the fits go.
struct Task<'a> {
    data: &'a Dataset,
    tests: &'a Experiments,
    plan: Option<Plan>,
    detail: Detail,
    interrupt: &'a Interrupt,
}

impl Compare {
    /// Fits every model and prints the comparison on stdout.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let interrupt = Interrupt::install()?;
        let flags = self.experiments.above(flags(self.data, self.model, self.sampler)?);
        let told = self.config.raw(flags)?;
        let Resolved { load, fit: config, experiments, threads } = told.clone().resolve(Default::default())?;
        let (dataset, mut warnings) = data::load(&self.data_file, &load)?;
        let mut config = data::settle(config, &dataset, &load)?;
        if config.model.holdout_weeks > 0 {
            config = config.with(|c| c.model.holdout_weeks = 0)?;
            warnings.push(Warning::new(
                "holdout_ignored",
                "holdout_weeks plays no part in a comparison: every model is fitted to all data",
                "--future scores forecasts",
            ));
        }
        warnings.extend(data::vet(&dataset, &config)?);
        let tests = Tests::read(experiments.as_deref(), &dataset, &config, &mut warnings)?;
        let tests = tests.map(|tests| tests.resolved).unwrap_or_default();
        let candidates = match &self.models {
            Some(file) => read_candidates(file, (&told, &config), (&dataset, &load))?,
            None => default_candidates(&config, weeks(&dataset))?,
        };
        let plan = self.future.then(|| Plan::of(&dataset, &config, None, None));
        let detail = if self.quiet { Detail::Quiet } else { Detail::Auto };
        let task = Task { data: &dataset, tests: &tests, plan, detail, interrupt: &interrupt };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .build()
            .context("cannot start the worker threads")?;
        let fitted = pool.install(|| task.fit_all(&candidates));
        interrupt.check()?;
        let fitted = fitted?;
        let report = pool.install(|| compare_report(&dataset, &fitted, warnings))?;
        if let Some(file) = &self.out {
            write_whole(file, &report.to_json().map_err(mmm::Error::from)?)?;
        }
        print(&report, self.json)?;
        let failed = report.models.iter().any(|m| m.convergence == Verdict::Fail);
        Ok(if failed { ExitCode::from(super::NOT_CONVERGED) } else { ExitCode::SUCCESS })
    }
}

impl Task<'_> {
    /// Every model, with progress on stderr; Ctrl-C ends it.
    fn fit_all(&self, candidates: &[Candidate]) -> Result<Vec<Fitted>, mmm::Error> {
        let n = candidates.len();
        let fit = |(i, candidate): (usize, &Candidate)| {
            self.say(&format!("model {} of {n}: {}", i + 1, candidate.name));
            let chains = candidate.config.sampler.chains;
            let progress = SamplingProgress::start(chains, self.detail, self.interrupt.clone());
            let fitted = candidate.fit(self.data, self.tests, &progress);
            progress.finish();
            let mut fitted = fitted?;
            if let Some(plan) = self.plan {
                self.say(&format!("forecasts of {}", candidate.name));
                fitted.future = Some(candidate.forecast(self.data, plan, self.interrupt)?);
            }
            Ok(fitted)
        };
        candidates.iter().enumerate().map(fit).collect()
    }

    fn say(&self, what: &str) {
        if matches!(self.detail, Detail::Auto) {
            // A reader that has gone is no reason to stop.
            let _ = writeln!(std::io::stderr(), "{what}");
        }
    }
}

/// Writes a file beside its place and renames it, so that there is a whole one or none.
fn write_whole(file: &Path, bytes: &[u8]) -> Result<(), mmm::Error> {
    let wrong = |source| mmm::Error::Io { action: "cannot write", path: file.to_owned(), source };
    let mut beside = file.as_os_str().to_owned();
    beside.push(".partial");
    std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, file)).map_err(|source| {
        let _ = std::fs::remove_file(&beside);
        wrong(source)
    })
}

fn print(report: &CompareReport, json: bool) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    if json {
        stdout.write_all(&report.to_json().map_err(mmm::Error::from)?)?;
    } else {
        stdout.write_all(compare_text(report).as_bytes())?;
    }
    stdout.flush()?;
    Ok(())
}

/// Weeks from the first day of the data to the day after the last.
fn weeks(dataset: &Dataset) -> f64 {
    (dataset.n_periods() as f64 * dataset.interval.days() / 7.0).round()
}
