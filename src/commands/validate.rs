//! `mmm validate`: would the model have forecast what came?

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use mmm::Warning;
use mmm::config::{FitConfig, Resolved};
use mmm::data;
use mmm::report::{Forecaster, ValidateReport};
use mmm::show::validate_text;
use mmm::validation::{Fold, Forecasts, Plan, folds, validation_report};

use super::common::args::{
    ConfigArgs, DataArgs, ExperimentArgs, ModelArgs, SamplerArgs, at_least_one, flags,
};
use super::common::experiments::Tests;
use super::common::progress::{Detail, Interrupt, SamplingProgress};

/// Backtest the model: forecast the last periods from what was known before them, several times over,
/// and compare with the same model without media, last year's periods and the last value.
///
/// A fold is a fit of its own on the data before it, and another without media, so this takes twice as
/// many fits as there are folds. Spend and controls of the forecast periods are given to the model;
/// their outcomes and everything later are not. A good forecast does not prove that returns are right,
/// but a forecast worse than last year's weeks shows that something is missing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm validate data.csv
  mmm validate data.csv --config mmm.toml --folds 6 --horizon 8
  mmm validate data.csv --json | jq '.comparisons[] | {benchmark, skill}'

Exit codes: 0 done, 1 bad input or an error, 2 bad usage, 3 done but some fit did not
converge, 130 interrupted.")]
pub struct Validate {
    /// CSV file: one row a week (or day, or month), and geo
    #[arg(value_name = "DATA.csv")]
    data_file: PathBuf,
    /// Forecasts to make, each from a later origin [default: 4, or as many as short data allow]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    folds: Option<usize>,
    /// Periods in each forecast [default: a quarter of a year, which is 13 weeks, 91 days or 3 months]
    #[arg(long, value_name = "PERIODS", value_parser = at_least_one)]
    horizon: Option<usize>,
    /// For each test of --experiments, what a fit without it says of it; one fit a test. No forecast is then made
    /// unless --folds or --horizon asks for it
    #[arg(long)]
    leave_one_test_out: bool,
    /// Print the report as JSON (schema mmm.validate/1) instead of tables
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

impl Validate {
    /// Fits every fold and prints the scores on stdout.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let interrupt = Interrupt::install()?;
        let flags = self.experiments.above(flags(self.data, self.model, self.sampler)?);
        let Resolved { load, fit: config, experiments, threads } = self.config.resolve_flags(flags)?;
        let (dataset, mut warnings) = data::load(&self.data_file, &load)?;
        let mut config = data::settle(config, &dataset, &load)?;
        if config.model.holdout_weeks > 0 {
            config = config.with(|c| c.model.holdout_weeks = 0)?;
            warnings.push(Warning::new(
                "holdout_ignored",
                "holdout_weeks plays no part in a backtest: every fold holds out its own forecast periods",
                "set --folds and --horizon",
            ));
        }
        let tests = Tests::read(experiments.as_deref(), &dataset, &config, &mut warnings)?;
        let tests = tests.map(|tests| tests.resolved).unwrap_or_default();
        if self.leave_one_test_out && tests.tests.is_empty() {
            bail!("--leave-one-test-out has no test to leave out: give a file of them with --experiments");
        }
        warnings.extend(data::vet(&dataset, &config)?);
        let plan = Plan::of(&dataset, &config, self.folds, self.horizon);
        let forecasts = !self.leave_one_test_out || self.folds.is_some() || self.horizon.is_some();
        let folds = if forecasts { folds(&dataset, &config, plan)? } else { Vec::new() };
        let folds: Vec<Fold> = folds.into_iter().map(|fold| fold.told(&dataset, &tests)).collect();
        warnings.extend(tests_told(&folds, tests.tests.len()));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .build()
            .context("cannot start the worker threads")?;
        let detail = if self.quiet { Detail::Quiet } else { Detail::Auto };
        let forecasts = pool.install(|| forecast_all(&folds, &config, detail, &interrupt));
        interrupt.check()?;
        let mut report = validation_report(&dataset, &config, &folds, &forecasts?, warnings);
        if self.leave_one_test_out {
            let found = pool.install(|| mmm::leave_one_test_out(&dataset, &config, &tests, &interrupt));
            interrupt.check()?;
            report.experiments = found?;
        }
        print(&report, self.json)?;
        let converged = report.folds.iter().all(|f| f.converged);
        Ok(if converged { ExitCode::SUCCESS } else { ExitCode::from(super::NOT_CONVERGED) })
    }
}

/// How many of the tests each fold knows, and what a forecast makes of them; nothing where there are none.
fn tests_told(folds: &[Fold], n_tests: usize) -> Option<Warning> {
    let (first, last) = (folds.first()?.tests.tests.len(), folds.last()?.tests.tests.len());
    (n_tests > 0).then(|| {
        Warning::new(
            "experiments_in_folds",
            format!(
                "a fold is told the tests that had ended before its forecast: the first {first} of {n_tests}, the last \
                 {last}; forecasts use the effect by correlation, plans what is caused"
            ),
            "see what each test says with --leave-one-test-out",
        )
    })
}

/// Every forecaster in every fold, with progress on stderr; Ctrl-C ends it.
fn forecast_all(
    folds: &[Fold],
    config: &FitConfig,
    detail: Detail,
    interrupt: &Interrupt,
) -> Result<Vec<Vec<Option<Forecasts>>>, mmm::Error> {
    let forecast = |(i, fold): (usize, &Fold)| {
        Forecaster::ALL
            .into_iter()
            .map(|forecaster| {
                let samples = matches!(forecaster, Forecaster::MediaMix | Forecaster::NoMedia);
                if !samples {
                    return fold.forecast(forecaster, &());
                }
                if matches!(detail, Detail::Auto) {
                    // A reader that has gone is no reason to stop.
                    let name = forecaster.name();
                    let _ = writeln!(std::io::stderr(), "fold {} of {}: {name}", i + 1, folds.len());
                }
                let progress = SamplingProgress::start(config.sampler.chains, detail, interrupt.clone());
                let forecasts = fold.forecast(forecaster, &progress);
                progress.finish();
                forecasts
            })
            .collect()
    };
    folds.iter().enumerate().map(forecast).collect()
}

fn print(report: &ValidateReport, json: bool) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    if json {
        stdout.write_all(&report.to_json().map_err(mmm::Error::from)?)?;
    } else {
        stdout.write_all(validate_text(report).as_bytes())?;
    }
    stdout.flush()?;
    Ok(())
}
