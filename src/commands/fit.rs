//! `mmm fit`: data file → posterior → output directory and summary.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use mmm::config::{RawConfig, Resolved};
use mmm::data::Experiments;
use mmm::diagnostics::Verdict;
use mmm::page::{PageOptions, page};
use mmm::run::{Checked, finish_sampling, write_log};
use mmm::show::Style;
use mmm::store::{OutputDir, OutputKind, PhaseClock, REPORT_FILE};
use mmm::{report, show, store};

use super::common::args::{ConfigArgs, DataArgs, ExperimentArgs, ModelArgs, SamplerArgs, flags};
use super::common::experiments::Tests;
use super::common::progress::{Detail, Interrupt, SamplingProgress};
use super::refresh::{self, Previous, RefreshArgs};

/// Fit the model, write the output directory and print a summary. Takes seconds for one market,
/// minutes for many; what was found is in fit.json, draw by draw in draws.parquet.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm fit data.csv
  mmm fit data.csv --controls price,promo --exposure tv_spend=tv_grps --out 2026-q1
  mmm fit data.csv --config mmm.toml --quiet --json | jq .diagnostics.verdict
  mmm fit q2.csv --since-last 2026-q1 --out 2026-q2
  mmm fit --verify 2026-q1

Exit codes: 0 converged, 1 bad input or an error, 2 bad usage, 3 finished but not
converged (results are written), 130 interrupted (nothing is written); with --verify:
0 identical, 1 not identical, 2 trouble.")]
pub struct Fit {
    /// CSV file: one row a week (or day, or month), and geo
    #[arg(value_name = "DATA.csv", required_unless_present = "verify")]
    data_file: Option<PathBuf>,
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
    /// Also tell how each ROI and the recommended move change as the reliability of controls falls (those
    /// that a channel follows, or the named ones), and with an unseen driver; three or four refits a control
    #[arg(long, value_name = "CONTROLS", num_args = 0.., require_equals = true, value_delimiter = ',', conflicts_with = "verify")]
    sensitivity: Option<Vec<String>>,
    /// Fit nothing: tell what the priors alone imply for these data, in prior.json
    #[arg(long, conflicts_with_all = ["sensitivity", "report", "verify", "since_last"])]
    prior_only: bool,
    #[command(flatten)]
    results: OutputArgs,
    #[command(flatten)]
    refresh: RefreshArgs,
}

/// Where the results go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
struct OutputArgs {
    /// Output directory; an earlier one is replaced as a whole when the fit is complete [default: mmm-out, or
    /// mmm-prior with --prior-only]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print fit.json on stdout instead of the summary
    #[arg(long)]
    json: bool,
    /// No progress and no summary
    #[arg(long)]
    quiet: bool,
    /// Say everything in the summary: every sentence, every warning with its hint
    #[arg(long, conflicts_with_all = ["quiet", "json"])]
    verbose: bool,
    /// Write report.html too
    #[arg(long)]
    report: bool,
}

impl Fit {
    /// Whether an earlier fit is to be verified.
    pub fn verifies(&self) -> bool {
        self.refresh.verify.is_some()
    }

    /// Fits, writes the output directory, and prints the summary or the JSON on stdout.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        if let Some(fit) = &self.refresh.verify {
            if self.experiments.above(flags(self.data, self.model, self.sampler)?) != RawConfig::default() {
                bail!("--verify takes every setting from the fit; leave the other flags out");
            }
            return refresh::verify(fit, self.refresh.edited, self.data_file.as_deref(), self.results.quiet);
        }
        let mut clock = PhaseClock::start();
        let interrupt = Interrupt::install()?;
        let file = self.data_file.unwrap_or_default();
        let flags = self.experiments.above(flags(self.data, self.model, self.sampler)?);
        let previous = self.refresh.previous(&file, &flags)?;
        let Resolved { load, fit: config, experiments, threads } = match &previous {
            Some(previous) => previous.resolve()?,
            None => self.config.resolve_flags(flags)?,
        };
        let mut checked = Checked::read_with(&file, &load, config, |dataset, config| match &previous {
            Some(previous) => previous.apply(&file, dataset, config),
            None => Ok(Vec::new()),
        })?;
        let of = (&checked.dataset, &checked.config);
        let mut found = Vec::new();
        let tests = match &previous {
            Some(previous) => previous.tests(experiments.as_deref(), of.0, of.1, &mut found)?,
            None => Tests::read(experiments.as_deref(), of.0, of.1, &mut found)?,
        };
        checked.warnings.extend(found);
        checked.tests = tests.map(|tests| (tests.file, tests.resolved));
        if self.prior_only {
            return self.results.prior(checked, threads, &interrupt);
        }
        if let Some(controls) = &self.sensitivity {
            mmm::sensitivity::check_controls(&checked.dataset, controls)?;
        }
        // Made before the slow part, so that an unwritable place fails at once.
        let directory = OutputDir::create(self.results.out("mmm-out")).map_err(mmm::Error::from)?;
        clock.finish("load");

        let pool = worker_threads(threads)?;
        let fitted = pool.install(|| self.results.sample(&checked, &interrupt));
        interrupt.check()?;
        let fitted = fitted?;
        finish_sampling(&mut clock, &fitted);
        let mut report = pool.install(|| checked.report(&fitted))?;
        clock.finish("plans");
        if let Some(controls) = &self.sensitivity {
            let none = Experiments::default();
            let tests = checked.tests.as_ref().map_or(&none, |(_, tests)| tests);
            let of = (&checked.dataset, &checked.config, tests);
            let found = pool.install(|| mmm::sensitivity(&fitted, &report, of, controls, &interrupt));
            interrupt.check()?;
            report.sensitivity = Some(found?);
            clock.finish("sensitivity");
        }

        pool.install(|| store::write_results(&directory, &mut report, &checked.dataset, &fitted.posterior))
            .map_err(mmm::Error::from)?;
        let changes = previous.as_ref().map(|p| p.compare(&directory)).transpose()?;
        if self.results.report {
            pool.install(|| write_page(&directory, &report))?;
        }
        clock.finish("writing");
        pool.install(|| write_log(&directory, &clock, &report, &fitted))?;
        interrupt.check()?;
        let target = directory.commit().map_err(mmm::Error::from)?;
        let failed = fitted.diagnostics.verdict == Verdict::Fail;
        let code = if failed { ExitCode::from(super::NOT_CONVERGED) } else { ExitCode::SUCCESS };
        let since = previous.zip(changes).map(|(p, changes): (Previous, _)| p.summary(&changes, &target));
        let printed = self.results.print(&report, &target, since.as_deref().unwrap_or_default());
        printed.with_context(|| unsaid(&target))?;
        Ok(code)
    }
}

fn worker_threads(threads: Option<usize>) -> anyhow::Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .build()
        .context("cannot start the worker threads")
}

impl OutputArgs {
    fn out<'a>(&'a self, default: &'a str) -> &'a Path {
        self.out.as_deref().unwrap_or(Path::new(default))
    }

    /// Draws from the prior, writes `prior.json`, and prints the table or the JSON.
    fn prior(
        &self,
        Checked { dataset, config, warnings, .. }: Checked,
        threads: Option<usize>,
        interrupt: &Interrupt,
    ) -> anyhow::Result<ExitCode> {
        let directory =
            OutputDir::create_with(self.out("mmm-prior"), OutputKind::Prior).map_err(mmm::Error::from)?;
        let draws = worker_threads(threads)?.install(|| mmm::prior_only(&dataset, &config));
        interrupt.check()?;
        let draws = draws?;
        let report = report::build_prior(&dataset, &config, &draws, warnings);
        store::write_prior(&directory, &report, &draws).map_err(mmm::Error::from)?;
        interrupt.check()?;
        let target = directory.commit().map_err(mmm::Error::from)?;
        self.print_prior(&report, &target).with_context(|| unsaid(&target))?;
        Ok(ExitCode::SUCCESS)
    }

    fn print_prior(&self, report: &report::PriorReport, target: &Path) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        if self.json {
            stdout.write_all(&report.to_json().map_err(mmm::Error::from)?)?;
        } else if !self.quiet {
            write!(stdout, "{}", show::prior_text(report))?;
            writeln!(stdout, "\nresults in {}", target.display())?;
        }
        stdout.flush()?;
        Ok(())
    }

    /// Fits with progress on stderr; Ctrl-C ends it.
    fn sample(&self, checked: &Checked, interrupt: &Interrupt) -> Result<mmm::Fit, mmm::Error> {
        let detail = if self.quiet { Detail::Quiet } else { Detail::Auto };
        let chains = checked.config.sampler.chains;
        let progress = SamplingProgress::start(chains, detail, interrupt.clone());
        let fitted = checked.fit(&progress);
        progress.finish();
        fitted
    }

    /// The summary, the JSON, or nothing.
    fn print(&self, report: &report::Fit, target: &Path, since: &str) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        if self.json {
            stdout.write_all(&report.to_json().map_err(mmm::Error::from)?)?;
        } else if !self.quiet {
            let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none();
            let style = if colour { Style::Colour } else { Style::Plain };
            let detail = if self.verbose { show::Detail::Full } else { show::Detail::Short };
            write!(stdout, "{}", show::summary(report, style, detail))?;
            writeln!(stdout, "{since}\nresults in {}", target.display())?;
        }
        stdout.flush()?;
        Ok(())
    }
}

/// The results are in place, but the last step failed.
fn unsaid(target: &Path) -> String {
    format!("cannot write to stdout; the results are in {}", target.display())
}

/// The page, which tells of the files that were written before it.
fn write_page(directory: &OutputDir, report: &report::Fit) -> Result<(), mmm::Error> {
    let page = page(directory.working_path(), report, &PageOptions::default())?;
    Ok(directory.write_bytes(REPORT_FILE, show::report(report, &page).as_bytes())?)
}
