//! `mmm scenario`: a finished fit → what-if plans, best plans, what to test, who is over-credited.

mod ask;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use mmm::planning::{RawQuestion, RequestError};
use mmm::show;

use self::ask::Asker;

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

/// A margin as typed.
#[derive(Debug, Clone)]
struct Margin {
    text: String,
    value: f64,
}

impl Margin {
    /// Whether it is a share of something.
    fn is_percentage(&self) -> bool {
        self.text.ends_with('%')
    }
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
    /// A channel's spend: tv=0.5..1.5 times today's, tv=-20%..+50%, tv=30000/week.. (either end optional)
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
        let report = Asker::new(&self)?.ask()?;
        let mut stdout = std::io::stdout().lock();
        if self.json {
            stdout.write_all(&report.to_json().map_err(mmm::Error::from)?)?;
        } else {
            stdout.write_all(show::scenario_text(&report).as_bytes())?;
        }
        let failed = report.fit.verdict == mmm::diagnostics::Verdict::Fail;
        Ok(if failed { ExitCode::from(super::NOT_CONVERGED) } else { ExitCode::SUCCESS })
    }

    /// The flags as a question.
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
            margin: self.goals.margin.as_ref().map(|margin| margin.value),
            risk: self.goals.risk.clone(),
            bound: self.limits.bound.clone(),
            group: self.limits.group.clone(),
            lock: self.limits.lock.clone(),
            max_step: self.limits.max_step.clone(),
        }
    }

    /// A flag that nothing would use: a limit of the best plan where none is asked for, or what a plan of a file
    /// has to say itself.
    fn unused_flag(&self, own: &RawQuestion) -> Option<RequestError> {
        let limits = [
            (!own.bound.is_empty(), "--bound"),
            (!own.group.is_empty(), "--group"),
            (!own.lock.is_empty(), "--lock"),
            (own.max_step.is_some(), "--max-step"),
        ];
        let of_plan = [
            (!own.set.is_empty(), "--set"),
            (!own.shift.is_empty(), "--shift"),
            (!own.pause.is_empty(), "--pause"),
            (own.plan.is_some(), "--plan"),
            (own.dated, "--dated"),
            (own.optimise, "--optimise"),
            (own.budget.is_some() && self.test_value.is_none(), "--budget"),
            (own.min_outcome.is_some(), "--min-outcome"),
            (own.target_mroi.is_some(), "--target-mroi"),
            (own.target_roi.is_some(), "--target-roi"),
        ];
        if own.plan.is_some() && self.weeks.is_some() && !self.asks_extras_of_weeks() && self.file.is_none() {
            return Some(RequestError::Conflict {
                first: "--weeks".into(),
                second: "--plan".into(),
                reason: "the plan says its own weeks, up to its last row",
            });
        }
        let keeps_limits = self.asks_plan(own) || self.frontier.is_some() || self.test_value.is_some();
        let of_plan = of_plan.into_iter().filter(|_| self.file.is_some());
        let limits = limits.into_iter().filter(|_| !keeps_limits);
        let (_, first) = of_plan.chain(limits).find(|(given, _)| *given)?;
        let (second, reason) = match self.file {
            Some(_) => ("--file", "write what is asked of a plan into its table"),
            None if self.flight.is_some() => ("--flight", "a pattern keeps its channel's budget"),
            None => ("--reported", "nothing is planned; --optimise asks for the best plan too"),
        };
        Some(RequestError::Conflict { first: first.into(), second: second.into(), reason })
    }

    /// Weeks of a plan that does not say its own.
    fn weeks(&self) -> f64 {
        self.weeks.unwrap_or(USUAL_WEEKS)
    }

    /// Whether something beside plans is asked that is over `--weeks`.
    fn asks_extras_of_weeks(&self) -> bool {
        self.frontier.is_some() || self.test_value.is_some() || self.flight.is_some()
    }

    /// Whether the flags ask for a plan: always, unless a file has the plans or they only ask for something else.
    fn asks_plan(&self, own: &RawQuestion) -> bool {
        if self.file.is_some() {
            return false;
        }
        let something_else = self.asks_extras_of_weeks() || self.reported.is_some();
        let limits_alone = RawQuestion {
            bound: own.bound.clone(),
            group: own.group.clone(),
            lock: own.lock.clone(),
            max_step: own.max_step.clone(),
            ..RawQuestion::default()
        };
        !something_else || *own != limits_alone
    }
}

/// Length of a plan where nothing is said: a year.
const USUAL_WEEKS: f64 = 52.0;

fn weeks(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // A decade: nothing is known of what a plan brings beyond.
        Ok(weeks) if weeks > 0.0 && weeks <= 520.0 => Ok(weeks),
        _ => Err("it must be a number above 0 and at most 520".into()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    number_or_percent(text).ok_or_else(|| "it must be a share above 0, such as 15% or 0.15".into())
}

fn margin(text: &str) -> Result<Margin, String> {
    let value = number_or_percent(text).ok_or("it must be a number above 0, such as 35% or 0.35")?;
    Ok(Margin { text: text.to_owned(), value })
}

fn number_or_percent(text: &str) -> Option<f64> {
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|x| x / 100.0),
        None => text.trim().parse(),
    };
    number.ok().filter(|x| *x > 0.0 && x.is_finite())
}
