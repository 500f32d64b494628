//! A whole planning question, from its strings to what is asked: changes, limits, goal and risk.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use super::amount::{Amount, level, number};
use super::placed::Placed;
use super::request::{PlanRequest, RawRequest};
use super::request_error::{RequestError, RequestErrors, malformed};
use super::slots::Slot;
use super::target::Names;
use crate::planning::search::risk::Risk;
use crate::planning::search::scenario::DEFAULT_STEP;

/// A question as typed: the flags of `mmm scenario`, or one table of a scenario file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawQuestion {
    /// `tv=+100%`; see [`RawRequest::set`].
    pub set: Vec<String>,
    /// `search:social:10%`.
    pub shift: Vec<String>,
    /// `print`, or `print,radio`.
    pub pause: Vec<String>,
    /// A CSV file with the spend of future periods.
    pub plan: Option<String>,
    /// Value the changes in the weeks after the data.
    pub dated: bool,
    /// Ask for the best allocation, beside the changes when there are any.
    pub optimise: bool,
    /// `+10%`, `1.1x`, `50000/week` or `2600000` over the horizon.
    pub budget: Option<String>,
    /// Incremental media outcome to reach: `+10%` on today's, or a number over the horizon.
    pub min_outcome: Option<String>,
    /// Return of the last unit of spend.
    pub target_mroi: Option<f64>,
    /// Return of all spend.
    pub target_roi: Option<f64>,
    /// Profit on a unit of the outcome's value, or on one outcome where that is not known.
    pub margin: Option<Margin>,
    /// `cautious`, `mean`, `q25`, `cvar` or `cvar10`.
    pub risk: Option<String>,
    /// `tv=0.5..1.5`; see [`RawRequest::bound`].
    pub bound: Vec<String>,
    /// `video:tv,youtube=0.8..1.2`.
    pub group: Vec<String>,
    /// `tv`, or `tv,search`.
    pub lock: Vec<String>,
    /// `20%`: how far any channel may move.
    pub max_step: Option<String>,
}

/// Profit on a unit of the outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Margin {
    /// `0.35` of a unit of value, or `12.50` on one outcome.
    Number(f64),
    /// `35` % of what the outcome is worth.
    Percent(f64),
}

impl Margin {
    /// On one unit.
    pub fn value(self) -> f64 {
        match self {
            Margin::Number(value) => value,
            Margin::Percent(percent) => percent / 100.0,
        }
    }
}

impl<'de> Deserialize<'de> for Margin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Margin, D::Error> {
        f64::deserialize(deserializer).map(Margin::Number)
    }
}

/// What an optimal plan is to achieve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// The most outcome for this budget.
    Budget(Amount),
    /// The smallest budget that brings this incremental outcome; a multiple is of today's.
    MinOutcome(Amount),
    /// The largest budget whose last unit returns this much.
    MarginalRoi(f64),
    /// The largest budget that returns this much per unit.
    TotalRoi(f64),
    /// The budget of the highest margin · outcome − spend.
    Profit(f64),
}

/// What is asked of a plan beside its changes and limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// What to optimise; `None` for a what-if alone.
    pub goal: Option<Goal>,
    /// What is maximised over the posterior.
    pub risk: Risk,
    /// Share of today's spend by which a channel may move where nothing else is said.
    pub max_step: f64,
    /// Profit on a unit of the outcome's value, when it is known.
    pub margin: Option<f64>,
}

/// A checked question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Changes to today's plan and limits of the optimal one.
    pub request: PlanRequest,
    /// Goal, risk, step and margin.
    pub terms: Terms,
    /// A CSV file with the spend of future periods.
    pub plan: Option<PathBuf>,
    /// The plan file and the changes as typed.
    pub words: Vec<String>,
}

/// A question placed on response curves.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedQuestion {
    /// Changes and limits by curve.
    pub request: Placed,
    /// Goal, risk, step and margin.
    pub terms: Terms,
}

/// What holds for questions that say nothing of their own.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Defaults<'a> {
    /// A margin.
    pub margin: Option<Margin>,
    /// A measure of risk where the best plan of a budget is asked for.
    pub risk: Option<&'a str>,
}

impl RawQuestion {
    /// The flag of the first setting that only makes sense when something is optimised.
    pub(crate) fn optimising_flag(&self) -> Option<&'static str> {
        let given = [
            (self.budget.is_some(), "--budget"),
            (self.min_outcome.is_some(), "--min-outcome"),
            (self.target_mroi.is_some(), "--target-mroi"),
            (self.target_roi.is_some(), "--target-roi"),
            (self.risk.is_some(), "--risk"),
            (!self.bound.is_empty(), "--bound"),
            (!self.group.is_empty(), "--group"),
            (!self.lock.is_empty(), "--lock"),
            (self.max_step.is_some(), "--max-step"),
        ];
        given.iter().find(|(given, _)| *given).map(|(_, flag)| *flag)
    }

    /// A margin that is more than the whole of an outcome's value, when outcomes are in currency.
    ///
    /// # Errors
    /// [`RequestError::Malformed`].
    pub fn refuse_margin_above_one(&self) -> Result<(), RequestErrors> {
        match self.margin.map(Margin::value).filter(|margin| *margin > 1.0) {
            None => Ok(()),
            Some(margin) => {
                let reason = "profit cannot be more than the value of the outcome; a share is meant";
                Err(malformed("margin", &margin.to_string(), reason).into())
            }
        }
    }

    /// The question with what is said of all plans where it says nothing of its own.
    fn with_defaults(mut self, defaults: &Defaults<'_>, dated: bool) -> RawQuestion {
        self.margin = self.margin.or(defaults.margin);
        let has_target =
            self.min_outcome.is_some() || self.target_mroi.is_some() || self.target_roi.is_some();
        if self.asks_best() && !dated && !has_target {
            self.risk = self.risk.or_else(|| defaults.risk.map(str::to_owned));
        }
        self
    }

    /// The limits that it sets to best plans, and nothing else.
    pub(crate) fn limits_alone(&self) -> RawQuestion {
        RawQuestion {
            bound: self.bound.clone(),
            group: self.group.clone(),
            lock: self.lock.clone(),
            max_step: self.max_step.clone(),
            ..RawQuestion::default()
        }
    }

    fn asks_best(&self) -> bool {
        self.optimise || self.changes_plan().is_none()
    }

    /// The plan file and the changes as words: `tv=+100%`, `pause print`.
    fn words(&self) -> Vec<String> {
        let shifts = self.shift.iter().map(|text| format!("shift {text}"));
        let pauses = self.pause.iter().map(|text| format!("pause {text}"));
        self.plan.iter().chain(&self.set).cloned().chain(shifts).chain(pauses).collect()
    }

    fn changes_plan(&self) -> Option<&'static str> {
        let given = [(&self.set, "--set"), (&self.shift, "--shift"), (&self.pause, "--pause")];
        given.iter().find(|(list, _)| !list.is_empty()).map(|(_, flag)| *flag)
    }
}

impl Question {
    /// Checks every string against the names of a fit.
    ///
    /// # Errors
    /// All that is wrong, in the order of the flags.
    pub fn parse(
        raw: &RawQuestion,
        names: &Names<'_>,
        defaults: &Defaults<'_>,
    ) -> Result<Question, RequestErrors> {
        let mut errors = Vec::new();
        let strings = RawRequest {
            set: &raw.set,
            shift: &raw.shift,
            pause: &raw.pause,
            bound: &raw.bound,
            group: &raw.group,
            lock: &raw.lock,
            dated: raw.dated || raw.plan.is_some(),
        };
        let request = PlanRequest::parse(&strings, names).unwrap_or_else(|found| {
            errors.extend(found);
            PlanRequest::default()
        });
        let raw = raw.clone().with_defaults(defaults, request.dated);
        let terms = Terms::parse(&raw, &mut errors);
        errors.extend(raw.conflict(request.dated, &terms));
        errors.extend(unusable_numbers(&raw));
        let question = Question { request, terms, words: raw.words(), plan: raw.plan.map(PathBuf::from) };
        if errors.is_empty() { Ok(question) } else { Err(RequestErrors(errors)) }
    }

    /// The question about these slots, with today's spend of each.
    ///
    /// # Errors
    /// [`RequestError::NoSpend`].
    pub fn place(
        &self,
        names: &Names<'_>,
        slots: &[Slot],
        spend: &[f64],
    ) -> Result<PlacedQuestion, RequestErrors> {
        Ok(PlacedQuestion { request: names.place(&self.request, slots, spend)?, terms: self.terms })
    }

    /// Whether its answer depends on when.
    pub fn is_dated(&self) -> bool {
        self.request.dated
    }
}

impl Terms {
    /// What the strings say; faults go to `errors`.
    fn parse(raw: &RawQuestion, errors: &mut Vec<RequestError>) -> Terms {
        let mut keep = |error: RequestError| errors.push(error);
        let goal = goal(raw).unwrap_or_else(|error| {
            keep(error);
            None
        });
        let usual = if matches!(goal, Some(Goal::Budget(_))) { Risk::Cautious } else { Risk::Mean };
        let risk = raw.risk.as_deref().map_or(Ok(usual), risk).unwrap_or_else(|error| {
            keep(error);
            Risk::Mean
        });
        let max_step = raw.max_step.as_deref().map_or(Ok(DEFAULT_STEP), step).unwrap_or_else(|error| {
            keep(error);
            DEFAULT_STEP
        });
        Terms { goal, risk, max_step, margin: raw.margin.map(Margin::value) }
    }
}

impl RawQuestion {
    /// Two parts of the question that exclude each other.
    fn conflict(&self, dated: bool, terms: &Terms) -> Vec<RequestError> {
        let conflict = |first: &str, second: &str, reason| RequestError::Conflict {
            first: first.into(),
            second: second.into(),
            reason,
        };
        if dated {
            let flag = self.optimising_flag().or(self.optimise.then_some("--optimise"));
            let reason = "best plans keep the flighting of the fitted window";
            return flag.map(|flag| conflict(flag, "a dated plan", reason)).into_iter().collect();
        }
        let mut found = Vec::new();
        if let (false, Some(flag), Some(change)) =
            (self.optimise, self.optimising_flag(), self.changes_plan())
        {
            let reason = "one asks for the best plan, the other gives a plan; --optimise answers both";
            found.push(conflict(flag, change, reason));
        }
        if !matches!(terms.goal, None | Some(Goal::Budget(_))) && terms.risk != Risk::Mean {
            let reason = "targets are met by the posterior mean; give a --budget instead";
            found.push(conflict("--risk", "a target", reason));
        }
        found
    }
}

/// Numbers of a file, or of a flag that takes any number, that mean nothing.
fn unusable_numbers(raw: &RawQuestion) -> Vec<RequestError> {
    let given = [
        ("margin", raw.margin.map(Margin::value), "the margin must be a number above 0"),
        ("target-mroi", raw.target_mroi, "the return must be a number above 0"),
        ("target-roi", raw.target_roi, "the return must be a number above 0"),
    ];
    let bad = given.into_iter().filter_map(|(flag, value, reason)| {
        let value = value.filter(|v| !(v.is_finite() && *v > 0.0))?;
        Some(malformed(flag, &value.to_string(), reason))
    });
    bad.collect()
}

fn goal(raw: &RawQuestion) -> Result<Option<Goal>, RequestError> {
    let mut goals = Vec::new();
    if let Some(text) = &raw.budget {
        goals.push(("--budget", Goal::Budget(level("budget", text, text)?)));
    }
    if let Some(text) = &raw.min_outcome {
        goals.push(("--min-outcome", Goal::MinOutcome(level("min-outcome", text, text)?)));
    }
    goals.extend(raw.target_mroi.map(|target| ("--target-mroi", Goal::MarginalRoi(target))));
    goals.extend(raw.target_roi.map(|target| ("--target-roi", Goal::TotalRoi(target))));
    if let [(first, _), (second, _), ..] = goals[..] {
        let (first, second) = (first.to_owned(), second.to_owned());
        return Err(RequestError::Conflict { first, second, reason: "each of them sets the budget" });
    }
    let otherwise = || match raw.margin {
        // Without a budget, profit chooses one; a risk needs a fixed budget.
        Some(margin) if raw.risk.is_none() => Goal::Profit(margin.value()),
        _ => Goal::Budget(Amount::Multiple(1.0)),
    };
    Ok(goals.pop().map(|(_, goal)| goal).or_else(|| raw.asks_best().then(otherwise)))
}

fn risk(text: &str) -> Result<Risk, RequestError> {
    let percent = |digits: &str| -> Result<f64, RequestError> {
        let level = number("risk", text, digits)?;
        if (1.0..=50.0).contains(&level) {
            return Ok(level / 100.0);
        }
        Err(malformed("risk", text, "the level must lie between 1 and 50 %"))
    };
    match text {
        "mean" => Ok(Risk::Mean),
        "cautious" => Ok(Risk::Cautious),
        "cvar" => Ok(Risk::Cvar(DEFAULT_TAIL)),
        _ => match (text.strip_prefix("cvar"), text.strip_prefix('q')) {
            (Some(digits), _) => percent(digits).map(Risk::Cvar),
            (_, Some(digits)) => percent(digits).map(Risk::Quantile),
            _ => Err(malformed("risk", text, "it is neither cautious, mean, a quantile nor cvar")),
        },
    }
}

/// The share of the draws that `cvar` averages over when none is given: the worst tenth.
const DEFAULT_TAIL: f64 = 0.1;

fn step(text: &str) -> Result<f64, RequestError> {
    let share = match text.trim().strip_suffix('%') {
        Some(percent) => number("max-step", text, percent)? / 100.0,
        None => number("max-step", text, text)?,
    };
    if share < 0.0 {
        return Err(malformed("max-step", text, "a step cannot be negative"));
    }
    Ok(share)
}
