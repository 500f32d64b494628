//! `mmm diff`: two finished fits → what changed, and how sure that is.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use mmm::diff::{self, Aspect, Settings};
use mmm::show::{self, Format};

use super::common::edited::EditedArgs;
use super::common::progress::{Detail, Interrupt, SamplingProgress};

/// Compare two fits channel by channel: return, shape, recommended budget, and what went in differently.
///
/// Takes a moment; with --new-data up to three fits more, to tell restated history, new periods and changed
/// settings apart.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmm diff 2026-q1 2026-q2
  mmm diff 2026-q1 2026-q2 --old-data q1.csv --new-data q2.csv
  mmm diff main/fit.json branch/fit.json --markdown --fail-on allocation,verdict > comment.md
  mmm diff 2026-q1 2026-q2 --json | jq '.material[].message'

Exit codes, as diff(1): 0 nothing material changed, 1 something did, 2 trouble.")]
pub struct Diff {
    /// Output directory of `mmm fit`, or its fit.json: before
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The same: after
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Smallest change that counts: a share of the old ROI, or of today's spend for the recommended budget
    #[arg(long, value_name = "SHARE", default_value = "10%", value_parser = share)]
    tolerance: f64,
    /// Probability from which on a change of a ROI, in one direction and beyond the tolerance, counts
    #[arg(long, value_name = "SHARE", default_value = "90%", value_parser = probability)]
    probability: f64,
    /// What may make the exit code 1: roi (and channels added or removed), allocation, verdict (of
    /// convergence), columns (without a role, that came, went or began to spend)
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "roi,allocation,verdict")]
    fail_on: Vec<FailOn>,
    /// The CSV file NEW was fitted to: tells how much of each change is due to what
    #[arg(long, value_name = "NEW.csv")]
    new_data: Option<PathBuf>,
    /// The CSV file OLD was fitted to: names the restated columns too
    #[arg(long, value_name = "OLD.csv", requires = "new_data")]
    old_data: Option<PathBuf>,
    /// Print JSON (schema: mmm schema diff)
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print Markdown, for a pull request
    #[arg(long)]
    markdown: bool,
    /// Print nothing: the exit code says it
    #[arg(long)]
    quiet: bool,
    #[command(flatten)]
    edited: EditedArgs,
}

/// A kind of change that a pipeline can stop at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Roi,
    Allocation,
    Verdict,
    Columns,
}

impl Diff {
    /// Exit code when something went wrong, as diff(1).
    pub const TROUBLE: u8 = 2;

    /// Compares and prints on stdout.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let (old, new) = (self.edited.side(&self.old)?, self.edited.side(&self.new)?);
        let settings = Settings { tolerance: self.tolerance, probability: self.probability };
        let mut report = diff::diff(&old, &new, settings);
        if let Some(new_data) = &self.new_data {
            report.note_woken(&diff::woken(&old.fit, new_data));
            let interrupt = Interrupt::install()?;
            let progress = SamplingProgress::start(0, Detail::Quiet, interrupt.clone());
            let explained =
                diff::explain(&mut report, (&old, &new), (self.old_data.as_deref(), new_data), &progress);
            interrupt.check()?;
            explained?;
        }
        let code = ExitCode::from(u8::from(report.material.iter().any(|f| self.stops_at(f.aspect))));
        if self.quiet {
            return Ok(code);
        }
        let text = if self.json {
            report.to_json().map_err(mmm::Error::from)?
        } else {
            let format = if self.markdown { Format::Markdown } else { Format::Text };
            show::diff_text(&report, format).into_bytes()
        };
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(&text).and_then(|()| stdout.flush()) {
            // The reader left; the exit code still says what changed.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(code),
            result => Ok(result.map(|()| code)?),
        }
    }

    fn stops_at(&self, aspect: Aspect) -> bool {
        self.fail_on.contains(&match aspect {
            Aspect::Roi => FailOn::Roi,
            Aspect::Allocation => FailOn::Allocation,
            Aspect::Verdict => FailOn::Verdict,
            Aspect::Columns => FailOn::Columns,
        })
    }
}

/// `10%` or `0.1`.
fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |percent| (percent, 0.01));
    match number.trim().parse::<f64>() {
        Ok(value) if value >= 0.0 && value.is_finite() => Ok(value * scale),
        _ => Err("it must be a share such as 10% or 0.1".into()),
    }
}

fn probability(text: &str) -> Result<f64, String> {
    match share(text) {
        Ok(value) if value > 0.0 && value <= 1.0 => Ok(value),
        _ => Err("it must be a probability above 0 and at most 1, such as 90% or 0.9".into()),
    }
}
