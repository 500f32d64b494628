//! `mmm check`: read and judge the data, fit nothing.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use mmm::Warning;
use mmm::config::{FitConfig, Resolved};
use mmm::data::{self, ChannelHistory, Dataset, Finding, Severity};
use mmm::show::check_text;

use super::common::args::{ConfigArgs, DataArgs, ExperimentArgs, ModelArgs, SamplerArgs, flags};
use super::common::documents::{self, CHECK_SCHEMA, CheckDocument};
use super::common::experiments::Tests;

/// Read and judge a data file without fitting: column roles, gaps, outliers, collinearity, too
/// little history, late channels. Takes a second; exits 1 when something makes a fit meaningless.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm check data.csv
  mmm check data.csv --config mmm.toml
  mmm check data.csv --json | jq '.findings[] | select(.severity == \"warning\").message'

Exit codes: 0 nothing stands in the way of a fit, 1 something does, or an error, 2 bad usage.")]
pub struct Check {
    /// CSV file: one row per date (and geo), with a header
    #[arg(value_name = "DATA.csv")]
    data_file: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
    /// Print the findings as JSON; a file that cannot be read is a finding too
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    experiments: ExperimentArgs,
    #[command(flatten)]
    model: ModelArgs,
}

impl Check {
    /// Prints roles, channel histories and findings on stdout.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let flags = self.experiments.above(flags(self.data, self.model, SamplerArgs::default())?);
        let resolved = self.config.resolve_flags(flags)?;
        let Loaded { dataset, warnings, fit, tests } = match load(&self.data_file, resolved) {
            Ok(loaded) => loaded,
            Err(unusable) if self.json => return print_unusable(&self.data_file, unusable),
            Err((error, _)) => return Err(error.into()),
        };
        let mut findings = data::check(&dataset, &fit);
        let at = findings.iter().filter(|f| f.severity < Severity::Note).count();
        findings.splice(at..at, warnings.into_iter().map(as_finding));
        let history = data::history(&dataset);
        let blocked = findings.iter().any(|f| f.severity == Severity::Blocking);
        if self.json {
            documents::print(&document(&dataset, history, tests.as_ref(), findings))?;
        } else {
            let tests = tests.as_ref().map(|tests| &tests.resolved);
            let text = check_text(&dataset, &history, tests, &findings);
            std::io::stdout().lock().write_all(text.as_bytes())?;
        }
        Ok(if blocked { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// The data and the settings that suit them; what is wrong comes with the code of its finding.
fn load(file: &Path, resolved: Resolved) -> Result<Loaded, Unusable> {
    let loaded = data::load(file, &resolved.load);
    let (dataset, mut warnings) = loaded.map_err(|e| (e, "cannot_load"))?;
    let fit = data::settle(resolved.fit, &dataset, &resolved.load);
    let fit = fit.map_err(|e| (e, "unsuitable_settings"))?;
    let tests = Tests::read(resolved.experiments.as_deref(), &dataset, &fit, &mut warnings);
    let tests = tests.map_err(|e| (e, "unusable_experiments"))?;
    Ok(Loaded { dataset, warnings, fit, tests })
}

/// What is checked.
struct Loaded {
    dataset: Dataset,
    warnings: Vec<Warning>,
    fit: FitConfig,
    tests: Option<Tests>,
}

/// The JSON of a file of which nothing is known but what is wrong.
fn print_unusable(file: &Path, (error, code): Unusable) -> anyhow::Result<ExitCode> {
    let (message, hint) = (error.to_string(), error.hint());
    let finding = Finding { severity: Severity::Blocking, code: code.into(), message, hint };
    documents::print(&CheckDocument {
        schema: CHECK_SCHEMA,
        file: file.display().to_string(),
        sha256: None,
        rows: None,
        geos: None,
        periods: None,
        first: None,
        last: None,
        interval_days: None,
        outcome_kind: None,
        roles: None,
        channels: Vec::new(),
        experiments: None,
        findings: vec![finding],
    })?;
    Ok(ExitCode::FAILURE)
}

/// Why no data came of a file, and the code of that finding.
type Unusable = (mmm::Error, &'static str);

/// What loading noticed, beside what the checks found.
fn as_finding(warning: Warning) -> Finding {
    let code = warning.code.into();
    Finding { severity: Severity::Note, code, message: warning.message, hint: warning.hint }
}

fn document(
    data: &Dataset,
    history: Vec<ChannelHistory>,
    tests: Option<&Tests>,
    findings: Vec<Finding>,
) -> CheckDocument {
    CheckDocument {
        schema: CHECK_SCHEMA,
        file: data.source.file.clone(),
        sha256: Some(data.source.sha256.clone()),
        rows: Some(data.source.rows),
        geos: Some(data.n_geos()),
        periods: Some(data.n_periods()),
        first: data.dates.first().map(ToString::to_string),
        last: data.dates.last().map(ToString::to_string),
        interval_days: Some(data.interval.days()),
        outcome_kind: Some(data.outcome.kind),
        roles: Some(data.roles.clone()),
        channels: history,
        experiments: tests.map(|tests| tests.document(data)),
        findings,
    }
}
