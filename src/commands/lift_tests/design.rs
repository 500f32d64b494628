//! `mmm design`: which test to run next, and how.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;
use mmm::show::{design_page, design_text};
use mmm::store::{OutputDir, OutputKind};
use mmm::test_design::{Constraints, DesignReport, design, refuse_other, write_design};

use crate::commands::common::args::at_least_one;
use crate::commands::common::edited::EditedArgs;

/// Find the test that is worth most beyond its price: channel, hold-out or heavy-up, geos, dose, weeks.
///
/// The standard error of each test comes from your own history: what the fit leaves unexplained in the geos
/// that would be treated, less the same in the others, over windows in which nothing was tested. Geos are
/// drawn from strata of size among sets that pass, so that chance decides, and --seed repeats it. What a test
/// is worth is what the best plan is expected to gain once its reading is known, by what the fit believes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm design mmm-out data.csv
  mmm design mmm-out data.csv --channels tv,search --max-weeks 8 --max-treated 20%
  mmm design mmm-out data.csv --budget 250000 --spare berlin --block 2024-11-20..2024-12-31
  mmm design mmm-out data.csv --json | jq '.designs[0] | {channel, kind, se, mde, net}'

Writes design.json, design.html, plan.csv (for mmm scenario --plan), geos.csv, and the
experiments.csv by which a later fit reads the test.

Exit codes: 0 done, 1 bad input or an error, 2 bad usage.")]
pub struct DesignArgs {
    /// Output directory of `mmm fit`, or its fit.json
    #[arg(value_name = "FIT")]
    fit: PathBuf,
    /// The data that were fitted
    #[arg(value_name = "DATA.csv")]
    data_file: PathBuf,
    /// Folder to write
    #[arg(long, value_name = "DIR", default_value = "mmm-design")]
    out: PathBuf,
    #[command(flatten)]
    limits: LimitArgs,
    /// Weeks over which the better plan counts
    #[arg(long, value_name = "WEEKS", default_value_t = 52.0, value_parser = above_zero)]
    horizon: f64,
    /// Probability of a false alarm
    #[arg(long, value_name = "P", default_value_t = 0.1, value_parser = probability)]
    alpha: f64,
    /// Probability with which the minimum detectable effect is found
    #[arg(long, value_name = "P", default_value_t = 0.8, value_parser = probability)]
    power: f64,
    /// Seed of the geos that are drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print design.json on stdout instead of the table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    edited: EditedArgs,
}

/// What a test must respect.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits of the test")]
struct LimitArgs {
    /// Channels to consider [default: all paid ones]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    channels: Vec<String>,
    /// Longest treatment
    #[arg(long, value_name = "WEEKS", default_value_t = 12, value_parser = at_least_one)]
    max_weeks: usize,
    /// Largest share of the geos that is treated
    #[arg(long, value_name = "SHARE", default_value = "30%", value_parser = share)]
    max_treated: f64,
    /// The most that the test may cost: outcome forgone or spend added
    #[arg(long, value_name = "AMOUNT", value_parser = above_zero)]
    budget: Option<f64>,
    /// Largest share of the outcome of all geos, during the test, that it may put at risk
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_risk: Option<f64>,
    /// Geos that must be treated
    #[arg(long, value_name = "GEOS", value_delimiter = ',')]
    treat: Vec<String>,
    /// Geos that must not be
    #[arg(long, value_name = "GEOS", value_delimiter = ',')]
    spare: Vec<String>,
    /// Days on which no treatment may run, such as 2024-11-20..2024-12-31; repeatable
    #[arg(long, value_name = "FIRST..LAST", value_parser = days)]
    block: Vec<(NaiveDate, NaiveDate)>,
    /// First day on which the test may begin [default: the day after the data]
    #[arg(long, value_name = "DATE")]
    start: Option<NaiveDate>,
}

fn above_zero(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err("must be above 0".into()) }
}

fn probability(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if value > 0.0 && value < 1.0 { Ok(value) } else { Err("must be between 0 and 1".into()) }
}

/// `30%` or `0.3`.
fn share(text: &str) -> Result<f64, String> {
    let (digits, unit) =
        text.trim().strip_suffix('%').map_or((text.trim(), 1.0), |digits| (digits.trim(), 100.0));
    let value: f64 = digits.parse().map_err(|_| "not a share such as 30% or 0.3".to_owned())?;
    let value = value / unit;
    if value > 0.0 && value <= 1.0 { Ok(value) } else { Err("must be above 0 and at most 100%".into()) }
}

fn days(text: &str) -> Result<(NaiveDate, NaiveDate), String> {
    let (first, last) = text.split_once("..").ok_or("not two days such as 2024-11-20..2024-12-31")?;
    let day = |text: &str| text.trim().parse::<NaiveDate>().map_err(|_| format!("`{text}` is no day"));
    let (first, last) = (day(first)?, day(last)?);
    if first <= last { Ok((first, last)) } else { Err("the first day comes after the last".into()) }
}

impl DesignArgs {
    /// Designs, writes the folder and prints the table.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let fit = self.edited.fit(&self.fit)?;
        refuse_other(&self.data_file, &fit)?;
        let dir = OutputDir::create_with(&self.out, OutputKind::Design).map_err(mmm::Error::from)?;
        let report = design((self.fit.as_path(), &fit), &self.constraints())?;
        let shown = if self.json { None } else { Some(design_text(&report)) };
        let folder = write_design(&report, &design_page(&report), dir)?;
        print(&report, shown, &folder)?;
        Ok(ExitCode::SUCCESS)
    }

    fn constraints(&self) -> Constraints {
        let limits = &self.limits;
        Constraints {
            channels: limits.channels.clone(),
            max_weeks: limits.max_weeks,
            max_treated: limits.max_treated,
            budget: limits.budget,
            max_risk: limits.max_risk,
            treat: limits.treat.clone(),
            spare: limits.spare.clone(),
            blocked: limits.block.clone(),
            start: limits.start,
            horizon: self.horizon,
            alpha: self.alpha,
            power: self.power,
            seed: self.seed,
        }
    }
}

fn print(report: &DesignReport, text: Option<String>, folder: &std::path::Path) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match text {
        Some(text) => write!(stdout, "{text}\ndesign in {}\n", folder.display())?,
        None => stdout.write_all(&report.to_json().map_err(mmm::Error::from)?)?,
    }
    stdout.flush()?;
    Ok(())
}
