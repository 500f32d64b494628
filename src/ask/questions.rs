//! Everything that can be asked of a fit at once.

use std::path::PathBuf;

use crate::planning::{RawQuestion, RequestError, Split};

/// Length of a plan where nothing is said: a year.
const USUAL_WEEKS: f64 = 52.0;

/// What is asked of a fit; `Questions::default()` asks for the best allocation of today's budget.
///
/// ```no_run
/// use mmm::ask::{Questions, ask};
///
/// # fn main() -> Result<(), mmm::Error> {
/// let mut questions = Questions::default();
/// questions.own.set = vec!["tv=+20%".into()];
/// let report = ask("mmm-out".as_ref(), &questions)?;
/// println!("{:?}", report.scenarios[0].scenario.gain);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Questions {
    /// A plan to judge or to look for; its limits, goal and risk also hold for the frontier and the value of tests.
    pub own: RawQuestion,
    /// A TOML file with more plans, one table each; what `own` says of margin and risk holds for those that say
    /// nothing of their own.
    pub file: Option<PathBuf>,
    /// Length of the plans in weeks; a year when not given.
    pub weeks: Option<f64>,
    /// Which channels are planned geo by geo.
    pub split: Split,
    /// The best plans of this many budgets.
    pub frontier: Option<usize>,
    /// What a lift test of each channel is worth, when it measures the ROI with this relative standard error.
    pub test_value: Option<f64>,
    /// The channel whose spending patterns after the data are compared.
    pub flight: Option<String>,
    /// A CSV file of what an attribution tool credits.
    pub reported: Option<PathBuf>,
}

impl Questions {
    /// Weeks of a plan that does not say its own.
    pub(super) fn weeks(&self) -> f64 {
        self.weeks.unwrap_or(USUAL_WEEKS)
    }

    /// Whether something beside plans is asked that is over `weeks`.
    fn asks_extras_of_weeks(&self) -> bool {
        self.frontier.is_some() || self.test_value.is_some() || self.flight.is_some()
    }

    /// Whether `own` is a plan: always, unless a file has the plans or it only sets limits for something else.
    pub(super) fn asks_plan(&self) -> bool {
        if self.file.is_some() {
            return false;
        }
        let something_else = self.asks_extras_of_weeks() || self.reported.is_some();
        !something_else || self.own != self.own.limits_alone()
    }

    /// What nothing would use: a limit of the best plan where none is asked for, or what a plan of a file has to
    /// say itself.
    pub(super) fn unused(&self) -> Option<RequestError> {
        let own = &self.own;
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
        let keeps_limits = self.asks_plan() || self.frontier.is_some() || self.test_value.is_some();
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
}
