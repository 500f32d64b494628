//! The parts of `mmm fit` that lean on an earlier fit: `--since-last`, `--carry-forward`, `--verify`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use mmm::Warning;
use mmm::config::{FitConfig, RawConfig, Resolved};
use mmm::data::Dataset;
use mmm::diff::{self, DiffReport, NotCompared, Settings, Side, Woken};
use mmm::show::{self, Format};
use mmm::store::{DIFF_JSON, DIFF_MARKDOWN, OutputDir};
use mmm::{previous, refresh};

use super::common::edited::EditedArgs;
use super::common::experiments::Tests;
use super::common::progress::{Detail, Interrupt, SamplingProgress};

/// Fits that lean on an earlier one.
#[derive(Debug, Args)]
#[command(next_help_heading = "Refresh")]
pub struct RefreshArgs {
    /// Repeat an earlier fit on newer data: same column roles, settings and seed (flags stand above them);
    /// writes diff.json and diff.md beside the new fit
    #[arg(long, value_name = "PREVIOUS", conflicts_with = "config")]
    pub since_last: Option<PathBuf>,
    /// Use the earlier posterior of ROI, half-saturation, slope and retention as prior, raised to this power:
    /// above 0, at most 1; 0.5 widens it by √2 on the log scale
    #[arg(long, value_name = "WEIGHT", requires = "since_last", value_parser = weight)]
    pub carry_forward: Option<f64>,
    /// Fit again what FIT holds and say whether every byte comes out the same (exit 0) or what differs
    /// (exit 1; 2 is trouble); DATA.csv is the file that was fitted unless given
    #[arg(long, value_name = "FIT", conflicts_with_all = ["config", "since_last", "out", "json", "report"])]
    pub verify: Option<PathBuf>,
    #[command(flatten)]
    pub edited: EditedArgs,
}

fn weight(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(weight) if weight > 0.0 && weight <= 1.0 => Ok(weight),
        _ => Err("it must be above 0 and at most 1".into()),
    }
}

/// An earlier fit to be refreshed.
pub struct Previous {
    side: Side,
    shown: String,
    flags: RawConfig,
    carry: Option<f64>,
    woken: Vec<Woken>,
}

impl RefreshArgs {
    /// Reads the earlier fit, when one was named, and refuses data whose columns do not fit it.
    pub fn previous(&self, data: &Path, flags: &RawConfig) -> Result<Option<Previous>, mmm::Error> {
        let Some(path) = &self.since_last else { return Ok(None) };
        let side = self.edited.side(path)?;
        refresh::check_new_columns(data, &side.fit, &flags.data)?;
        let shown = path.display().to_string();
        let woken = diff::woken(&side.fit, data);
        Ok(Some(Previous { side, shown, flags: flags.clone(), carry: self.carry_forward, woken }))
    }
}

impl Previous {
    /// Its settings with the flags above them.
    pub fn resolve(&self) -> Result<Resolved, mmm::Error> {
        let mut settings = previous::raw_settings(&self.side.fit)?;
        refresh::forget_left_out(&mut settings, &self.flags.data);
        settings.resolve(self.flags.clone())
    }

    /// The tests of `file`, else those of the earlier fit; without those that are carried forward already.
    pub fn tests(
        &self,
        file: Option<&Path>,
        data: &Dataset,
        config: &FitConfig,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Tests>, mmm::Error> {
        let earlier = self.side.fit.run.experiments.as_ref();
        let read = file.map(mmm::data::read_experiments).transpose()?;
        if read.is_none() {
            warnings.extend(earlier.and_then(refresh::changed_experiments));
        }
        let Some(mut tests) = read.or_else(|| earlier.cloned()) else { return Ok(None) };
        if let (Some(_), Some(earlier)) = (self.carry, earlier) {
            let (new, held) = tests.without(earlier);
            warnings.extend(refresh::tests_carried(&held));
            tests = new;
        }
        if tests.rows.is_empty() { Ok(None) } else { Tests::resolve(tests, data, config, warnings).map(Some) }
    }

    /// Refuses changed roles; carries the posterior forward when asked. Returns what to warn of.
    pub fn apply(
        &self,
        file: &Path,
        data: &Dataset,
        config: &mut FitConfig,
    ) -> Result<Vec<Warning>, mmm::Error> {
        refresh::check_same_roles(file, &self.side.fit, &data.roles, &self.flags.data)?;
        let mut warnings = match self.carry {
            Some(weight) => refresh::carry_forward(config, &self.side, data, weight)?,
            None => refresh::other_periods(&self.side.fit, data, &config.model).into_iter().collect(),
        };
        let hint = "fit once without --since-last and without excluding it, to take it in";
        warnings.extend(self.woken.iter().map(|w| Warning::new("left_out_spends", w.message(), hint)));
        Ok(warnings)
    }

    /// Compares the results in the making with the earlier fit, and writes the comparison beside them.
    pub fn compare(&self, directory: &OutputDir) -> Result<DiffReport, mmm::Error> {
        let new = Side::read(directory.working_path())?;
        let mut report = diff::diff(&self.side, &new, Settings::default());
        report.note_woken(&self.woken);
        directory.write_bytes(DIFF_JSON, &report.to_json()?)?;
        directory.write_bytes(DIFF_MARKDOWN, show::diff_text(&report, Format::Markdown).as_bytes())?;
        Ok(report)
    }

    /// A sentence or two for the end of the summary.
    pub fn summary(&self, report: &DiffReport, target: &Path) -> String {
        let mut text = match report.material.len() {
            0 => format!("\nSince {}: nothing material changed\n", self.shown),
            1 => format!("\nSince {}: 1 material change\n", self.shown),
            n => format!("\nSince {}: {n} material changes\n", self.shown),
        };
        let found = report.material.iter().map(|finding| finding.message.clone());
        for line in found.chain(report.not_compared.iter().map(NotCompared::message)) {
            text.push_str(&format!("- {}\n", line.replace(char::is_control, "\u{fffd}")));
        }
        text.push_str(&format!("comparison in {}\n", target.join(DIFF_MARKDOWN).display()));
        text
    }
}

/// `mmm fit --verify FIT [DATA.csv]`.
pub fn verify(fit: &Path, edited: EditedArgs, data: Option<&Path>, quiet: bool) -> anyhow::Result<ExitCode> {
    let interrupt = Interrupt::install()?;
    let progress = SamplingProgress::start(0, Detail::Quiet, interrupt.clone());
    let before = edited.fit(fit)?;
    let fitted_file = match data {
        Some(path) => path.to_path_buf(),
        None => PathBuf::from(&before.run.data.file),
    };
    let found = refresh::verify((fit, &before), &fitted_file, &progress);
    interrupt.check()?;
    let found = found?;
    let mut text = String::new();
    let verdict = if found.is_identical() { "identical" } else { "not identical" };
    text.push_str(&format!("{}: {verdict}\n", fit.display()));
    for file in &found.identical {
        text.push_str(&format!("same bytes: {file}\n"));
    }
    for file in &found.missing {
        text.push_str(&format!("missing: {file}\n"));
    }
    for difference in &found.differences {
        text.push_str(&format!("differs: {difference}\n"));
    }
    for cause in &found.causes {
        text.push_str(&format!("differed beforehand: {cause}\n"));
    }
    if !quiet {
        std::io::stdout().lock().write_all(text.as_bytes())?;
    }
    Ok(if found.is_identical() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
