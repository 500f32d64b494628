//! `mmm validate`: would the model have forecast what came?

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use mmm::Warning;
use mmm::config::{FitConfig, Resolved};
use mmm::data::{self, Dataset};
use mmm::diagnostics::Verdict;
use mmm::report::{Forecaster, Recovery, ValidateReport};
use mmm::show::validate_text;
use mmm::validation::{Fold, Forecasts, Plan, RecoverySettings, folds, recovery, validation_report};

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
///
/// With --recovery the question is another: can data like these tell what a channel returns? Truths and
/// outcomes are drawn from a fit, on your spend and controls, and refitted. No forecast is then made
/// unless --folds or --horizon asks for it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm validate data.csv
  mmm validate data.csv --config mmm.toml --folds 6 --horizon 8
  mmm validate data.csv --recovery 20 --what-if
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
    /// Draw so many worlds from a fit, refit them, and tell how well each channel's return is found
    #[arg(long, value_name = "WORLDS", num_args = 0..=1, default_missing_value = "20", value_parser = at_least_one)]
    recovery: Option<usize>,
    /// Tell too what two more years, twice the geos or one test would change; takes three times as long
    #[arg(long, requires = "recovery")]
    what_if: bool,
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
        let detail = if self.quiet { Detail::Quiet } else { Detail::Auto };
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
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .build()
            .context("cannot start the worker threads")?;
        let run = Running { data: &dataset, config: &config, detail, interrupt: &interrupt };
        let other = self.recovery.is_some() || self.leave_one_test_out;
        let mut report = if !other || self.folds.is_some() || self.horizon.is_some() {
            let plan = Plan::of(&dataset, &config, self.folds, self.horizon);
            let folds = folds(&dataset, &config, plan)?;
            let folds: Vec<Fold> = folds.into_iter().map(|fold| fold.told(&dataset, &tests)).collect();
            warnings.extend(tests_told(&folds, tests.tests.len()));
            let forecasts = pool.install(|| run.forecast_all(&folds));
            interrupt.check()?;
            validation_report(&dataset, &config, &folds, &forecasts?, warnings)
        } else {
            ValidateReport::new(&dataset, &config, 0, warnings)
        };
        if self.leave_one_test_out {
            let found = pool.install(|| mmm::leave_one_test_out(&dataset, &config, &tests, &interrupt));
            interrupt.check()?;
            report.experiments = found?;
        }
        let mut converged = report.folds.iter().all(|f| f.converged);
        if let Some(worlds) = self.recovery {
            let settings = RecoverySettings { worlds, what_if: self.what_if };
            let found = pool.install(|| run.recover(settings));
            interrupt.check()?;
            let (found, verdict) = found?;
            converged &= verdict != Verdict::Fail;
            report.recovery = Some(found);
        }
        print(&report, self.json)?;
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

/// What every step of the command needs.
struct Running<'a> {
    data: &'a Dataset,
    config: &'a FitConfig,
    detail: Detail,
    interrupt: &'a Interrupt,
}

impl Running<'_> {
    /// Says on stderr what comes. A reader that has gone is no reason to stop.
    fn say(&self, what: &str) {
        if matches!(self.detail, Detail::Auto) {
            let _ = writeln!(std::io::stderr(), "{what}");
        }
    }

    fn progress(&self) -> SamplingProgress {
        SamplingProgress::start(self.config.sampler.chains, self.detail, self.interrupt.clone())
    }

    /// Worlds of a fit of the data, refitted; and how that fit's chains went.
    fn recover(&self, settings: RecoverySettings) -> Result<(Recovery, Verdict), mmm::Error> {
        let progress = self.progress();
        let fit = mmm::fit(self.data, self.config, &progress);
        progress.finish();
        let fit = fit?;
        self.say(&format!("{} worlds, each refitted", settings.worlds));
        let found = recovery(&fit, self.data, self.config, settings, self.interrupt)?;
        Ok((found, fit.diagnostics.verdict))
    }

    /// Every forecaster in every fold, with progress on stderr; Ctrl-C ends it.
    fn forecast_all(&self, folds: &[Fold]) -> Result<Vec<Vec<Option<Forecasts>>>, mmm::Error> {
        let forecast = |(i, fold): (usize, &Fold)| {
            let one = |forecaster: Forecaster| {
                if !matches!(forecaster, Forecaster::MediaMix | Forecaster::NoMedia) {
                    return fold.forecast(forecaster, &());
                }
                self.say(&format!("fold {} of {}: {}", i + 1, folds.len(), forecaster.name()));
                let progress = self.progress();
                let forecasts = fold.forecast(forecaster, &progress);
                progress.finish();
                forecasts
            };
            Forecaster::ALL.into_iter().map(one).collect()
        };
        folds.iter().enumerate().map(forecast).collect()
    }
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
