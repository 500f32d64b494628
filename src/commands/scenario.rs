//! `mmm scenario`: a finished fit → what-if plans, best plans, what to test, who is over-credited.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use mmm::ask::{Questions, ask_of};
use mmm::planning::{Margin, RawQuestion, Split};
use mmm::show;

use super::common::edited::EditedArgs;

/// Ask a finished fit where the next dollar goes: judge plans of your own, or find the best one.
///
/// Without any change it looks for the best allocation of today's budget. Answers take a fraction of
/// a second and need only the fit's directory, not the data file.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 answered, 1 bad input or an error, 2 bad usage, 3 answered, but from a fit that did not
converge.

Examples:
  mmm scenario mmm-out
  mmm scenario mmm-out --set tv=+100% --set search=-20% --pause print
  mmm scenario mmm-out --budget +10% --max-step 20% --lock tv
  mmm scenario mmm-out --margin 0.35 --frontier 10
  mmm scenario mmm-out --risk mean
  mmm scenario mmm-out --set tv@north=+50% --shift search@south:social@south:10%
  mmm scenario mmm-out --set tv@2024-10-01..2024-12-31=+20%
  mmm scenario mmm-out --plan plan.csv --margin 0.35
  mmm scenario mmm-out --by-geo --max-step 15%
  mmm scenario mmm-out --flight tv
  mmm scenario mmm-out --test-value --reported attribution.csv
  mmm scenario mmm-out --file scenarios.toml --json | jq '.scenarios[].gain.mean'

A file has a table for each plan, with the flags as keys:
  [more-tv]
  set = [\"tv=+20%\"]
  [cautious]
  optimise = true
  risk = \"q25\"
  max_step = \"15%\""
)]
pub struct Scenario {
    /// Output directory of `mmm fit`, or its fit.json
    #[arg(value_name = "FIT")]
    fit: PathBuf,
    #[command(flatten)]
    edited: EditedArgs,
    #[command(flatten)]
    changes: ChangeArgs,
    #[command(flatten)]
    goals: GoalArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// Length of the plan in weeks; the fitted window's average week is taken that many times. A --plan says its own
    /// [default: 52]
    #[arg(long, value_name = "N", value_parser = weeks)]
    weeks: Option<f64>,
    /// Plans to compare, one TOML table each; --margin and --risk hold for those that say nothing of their own,
    /// --weeks and --by-geo for all
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The best plan of N budgets over all that the bounds allow
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=200))]
    frontier: Option<u16>,
    /// What a lift test of each channel is worth, for a test with this standard error of the ROI, relative
    #[arg(long, value_name = "PRECISION", num_args = 0..=1, require_equals = true,
          default_missing_value = "15%", value_parser = share)]
    test_value: Option<f64>,
    /// Compare always-on, pulses and the best week-by-week pattern of a channel's spend after the data
    #[arg(long, value_name = "CHANNEL")]
    flight: Option<String>,
    /// CSV with columns channel and reported: what an attribution tool credits over the fitted window, in units
    /// of the outcome; with date (any day of the period) or geo, over what has rows
    #[arg(long, value_name = "FILE.csv")]
    reported: Option<PathBuf>,
    /// Print JSON (schema: mmm schema scenario) instead of tables
    #[arg(long)]
    json: bool,
}

/// A plan of one's own.
#[derive(Debug, Args)]
#[command(next_help_heading = "Change today's plan")]
struct ChangeArgs {
    /// A channel's spend: tv=+100%, tv=-20%, tv=1.5x, tv=50000/week or tv=2600000 (over the horizon); by geo
    /// tv@north=+50%, by period tv@2024-10-01..2024-12-31=+20%, or both tv@north@2024-10-01..=0
    #[arg(long, value_name = "CHANNEL=SPEND")]
    set: Vec<String>,
    /// Move spend: search:social:10%, search:social:5000/week
    #[arg(long, value_name = "FROM:TO:AMOUNT")]
    shift: Vec<String>,
    /// Spend nothing on these channels
    #[arg(long, value_name = "A,B")]
    pause: Vec<String>,
    /// Spend of the weeks after the data: columns date, geo (panels) and one for each channel; what the file
    /// leaves out stays as in the data's last weeks. Changes above apply on top of it
    #[arg(long, value_name = "FILE.csv")]
    plan: Option<String>,
    /// Value the changes in the --weeks after the data, which repeat the data's last ones, with what is carried
    /// in and out; implied by a period and by --plan
    #[arg(long)]
    dated: bool,
}

/// What the best plan is to achieve.
#[derive(Debug, Args)]
#[command(next_help_heading = "Find the best plan")]
struct GoalArgs {
    /// Look for the best allocation too when a change is given
    #[arg(long)]
    optimise: bool,
    /// Spend of all channels: +10%, 1.1x, 50000/week or 2600000 [default: today's]
    #[arg(long, value_name = "SPEND", allow_hyphen_values = true)]
    budget: Option<String>,
    /// The smallest budget that brings this media outcome: +10%, or a number over the horizon, in units of the
    /// outcome; in revenue where the fit has --revenue-per-outcome
    #[arg(long, value_name = "OUTCOME", allow_hyphen_values = true)]
    min_outcome: Option<String>,
    /// The largest budget whose last unit returns at least this
    #[arg(long, value_name = "ROI")]
    target_mroi: Option<f64>,
    /// The largest budget that returns at least this in total
    #[arg(long, value_name = "ROI")]
    target_roi: Option<f64>,
    /// Profit on a unit of the outcome's value, such as 0.35 or 35%; on one outcome, such as 12.50, where
    /// outcomes are counts without a known worth: report profit, and without --budget maximise it
    #[arg(long, value_name = "SHARE", value_parser = margin)]
    margin: Option<Margin>,
    /// What to maximise: cautious (what each channel returns with 95 % probability, or as near to it as is
    /// likely to gain; the default for a fixed budget), the mean, a lower quantile of the gain (q25) or the
    /// mean of its worst tail (cvar: the worst tenth, cvar25)
    #[arg(long, value_name = "MEASURE")]
    risk: Option<String>,
}

/// What the best plan must respect.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits of the best plan")]
struct LimitArgs {
    /// A channel's spend: tv=0.5..1.5 times today's, tv=-20%..+50%, tv=30000/week..; an end left out keeps the limit
    /// of --max-step
    #[arg(long, value_name = "CHANNEL=LO..HI")]
    bound: Vec<String>,
    /// Several channels together: video:tv,youtube=0.8..1.2
    #[arg(long, value_name = "NAME:A,B=LO..HI")]
    group: Vec<String>,
    /// Keep the spend of these channels
    #[arg(long, value_name = "A,B")]
    lock: Vec<String>,
    /// Plan every channel geo by geo; a channel named with a geo (--bound tv@north=..1.2) is, in any case
    #[arg(long)]
    by_geo: bool,
    /// How far every other channel may move from today's spend [default: 30%]
    #[arg(long, value_name = "SHARE")]
    max_step: Option<String>,
}

impl Scenario {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let fit = self.edited.fit(&self.fit)?;
        let report = ask_of((&self.fit, &fit), &self.questions())?;
        let mut stdout = std::io::stdout().lock();
        if self.json {
            stdout.write_all(&report.to_json().map_err(mmm::Error::from)?)?;
        } else {
            stdout.write_all(show::scenario_text(&report).as_bytes())?;
        }
        let failed = report.fit.verdict == mmm::diagnostics::Verdict::Fail;
        Ok(if failed { ExitCode::from(super::NOT_CONVERGED) } else { ExitCode::SUCCESS })
    }

    /// Everything that the flags ask.
    fn questions(&self) -> Questions {
        Questions {
            own: self.question(),
            file: self.file.clone(),
            weeks: self.weeks,
            split: if self.limits.by_geo { Split::All } else { Split::AsAsked },
            frontier: self.frontier.map(usize::from),
            test_value: self.test_value,
            flight: self.flight.clone(),
            reported: self.reported.clone(),
        }
    }

    /// The plan that the flags ask for.
    fn question(&self) -> RawQuestion {
        RawQuestion {
            set: self.changes.set.clone(),
            shift: self.changes.shift.clone(),
            pause: self.changes.pause.clone(),
            plan: self.changes.plan.clone(),
            dated: self.changes.dated,
            optimise: self.goals.optimise,
            budget: self.goals.budget.clone(),
            min_outcome: self.goals.min_outcome.clone(),
            target_mroi: self.goals.target_mroi,
            target_roi: self.goals.target_roi,
            margin: self.goals.margin,
            risk: self.goals.risk.clone(),
            bound: self.limits.bound.clone(),
            group: self.limits.group.clone(),
            lock: self.limits.lock.clone(),
            max_step: self.limits.max_step.clone(),
        }
    }
}

fn weeks(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // A decade: nothing is known of what a plan brings beyond.
        Ok(weeks) if weeks > 0.0 && weeks <= 520.0 => Ok(weeks),
        _ => Err("it must be a number above 0 and at most 520".into()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    let number = number_or_percent(text).map(Margin::value);
    number.ok_or_else(|| "it must be a share above 0, such as 15% or 0.15".into())
}

fn margin(text: &str) -> Result<Margin, String> {
    number_or_percent(text).ok_or_else(|| "it must be a number above 0, such as 35% or 0.35".into())
}

fn number_or_percent(text: &str) -> Option<Margin> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| *x > 0.0 && x.is_finite());
    match text.strip_suffix('%') {
        Some(percent) => number(percent).map(Margin::Percent),
        None => number(text).map(Margin::Number),
    }
}
