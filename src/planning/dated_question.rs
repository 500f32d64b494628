//! A question whose answer depends on when: changes by period, a plan from a file, a channel's flighting.

use std::path::{Path, PathBuf};

use super::answer::Answer;
use super::dated::judge;
use super::flighting::Flighting;
use super::media::MediaModel;
use super::question::RawQuestion;
use super::request::{Amount, level, malformed, shift_amount, split_shift};
use super::request_error::{RequestError, RequestErrors};
use super::target::{Target, names_period};
use super::weeks::FutureWeeks;
use crate::data::read_plan;
use crate::error::Error;

/// A checked change in dated weeks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum DatedChange {
    Set { target: Target, to: Amount },
    Shift { from: Target, to: Target, amount: Amount },
}

/// What is asked of the weeks after the data.
#[derive(Debug, Clone, PartialEq)]
pub struct DatedQuestion {
    changes: Vec<DatedChange>,
    plan: Option<PathBuf>,
    margin: Option<f64>,
    words: String,
}

impl RawQuestion {
    /// Whether only a dated plan can answer: a plan file, a change by period, or `dated` itself.
    pub fn is_dated(&self) -> bool {
        let target = |text: &String| names_period(text.rsplit_once('=').map_or(text, |(t, _)| t));
        self.dated
            || self.plan.is_some()
            || self.set.iter().chain(&self.pause).any(target)
            || self
                .shift
                .iter()
                .any(|text| split_shift(text).iter().any(|(a, b)| names_period(a) || names_period(b)))
    }
}

impl DatedQuestion {
    /// Checks every string against the model's channels and geos.
    ///
    /// # Errors
    /// All that is wrong, in the order of the flags.
    pub fn parse(raw: &RawQuestion, model: &MediaModel) -> Result<DatedQuestion, RequestErrors> {
        let channels: Vec<&str> = model.history.channels.iter().map(|c| c.name.as_str()).collect();
        let geos: Vec<&str> = model.history.geos.iter().map(String::as_str).collect();
        let names = (&channels[..], &geos[..]);
        let (mut changes, mut errors) = (Vec::new(), Vec::new());
        let sets = raw.set.iter().map(|text| parse_set(text, names));
        let pauses = raw.pause.iter().map(|text| {
            let target = Target::parse("pause", text, text, names)?;
            Ok(DatedChange::Set { target, to: Amount::Multiple(0.0) })
        });
        let shifts = raw.shift.iter().map(|text| parse_shift(text, names));
        for parsed in sets.chain(pauses).chain(shifts) {
            match parsed {
                Ok(change) => changes.push(change),
                Err(error) => errors.push(error),
            }
        }
        errors.extend(repeated(&changes, &channels));
        if let Some(flag) = raw.optimising_flag().or(raw.optimise.then_some("--optimise")) {
            errors.push(RequestError::Conflict {
                first: flag.into(),
                second: "a dated plan".into(),
                reason: "best plans keep the flighting of the fitted window",
            });
        }
        let words: Vec<String> = raw.plan.iter().cloned().chain(raw.words()).collect();
        let words = if words.is_empty() { "today's plan".into() } else { words.join(", ") };
        let plan = raw.plan.as_ref().map(PathBuf::from);
        let question = DatedQuestion { changes, plan, margin: raw.margin, words };
        if errors.is_empty() { Ok(question) } else { Err(RequestErrors(errors)) }
    }

    /// Values the plan over the periods that make up `weeks` after the data, or up to the last row of the
    /// plan file when that is given; today's plan repeats the data's last periods. `columns` are the fit's
    /// date and geo columns. Returns the answer and the channels that the file leaves as they are.
    ///
    /// # Errors
    /// A file that cannot be used, periods outside the horizon, shifts of more than there is.
    pub fn answer(
        &self,
        model: &MediaModel,
        weeks: f64,
        columns: (&str, Option<&str>),
    ) -> Result<(Answer, Vec<String>), Error> {
        let (weeks, file) = match &self.plan {
            None => (FutureWeeks::after(model, weeks), None),
            Some(path) => {
                let file = read_plan(Path::new(path), columns.0, columns.1)?;
                (self.until_last_row(model, &file), Some(file))
            }
        };
        let mut plan = Flighting::today(model, &weeks);
        let untouched = match &file {
            Some(file) => plan.overlay(model, &weeks, file)?,
            None => Vec::new(),
        };
        self.apply(model, &weeks, &mut plan)?;
        Ok((judge(model, &weeks, &plan, &self.words, self.margin)?, untouched))
    }

    fn until_last_row(&self, model: &MediaModel, file: &crate::data::PlanFile) -> FutureWeeks {
        // A decade of periods at most; a date beyond, or none after the data, is found wanting in `overlay`.
        let most = (3652.5 / model.history.interval.days()) as usize;
        let all = FutureWeeks::of_length(model, most);
        let last = file.rows.iter().filter_map(|row| all.dated_by(row.date)).max();
        FutureWeeks::of_length(model, last.map_or(1, |k| k + 1))
    }

    fn apply(&self, model: &MediaModel, weeks: &FutureWeeks, plan: &mut Flighting) -> Result<(), Error> {
        let before = plan.clone();
        let cells = |flag: &'static str, target: &Target| -> Result<Vec<usize>, RequestErrors> {
            let cells = before.cells(target, weeks);
            if cells.is_empty() {
                let (text, last) = (self.words.clone(), weeks.last_day());
                return Err(RequestError::OutsideHorizon { flag, text, first: weeks.dates[0], last }.into());
            }
            Ok(cells)
        };
        for change in &self.changes {
            match change {
                DatedChange::Set { target, to } => {
                    let cells = cells("set", target)?;
                    let total = before.currency(target, &cells, *to, weeks);
                    plan.rescale(model, target.channel, &cells, total)?;
                }
                DatedChange::Shift { from, to, amount } => {
                    let (giver, receiver) = (cells("shift", from)?, cells("shift", to)?);
                    let amount = before.currency(from, &giver, *amount, weeks);
                    let left = plan.sum(from.channel, &giver) - amount;
                    if left < -1e-9 * amount {
                        let channel = model.history.channels[from.channel].name.clone();
                        return Err(RequestErrors::from(RequestError::Overdrawn { channel }).into());
                    }
                    plan.rescale(model, from.channel, &giver, left.max(0.0))?;
                    let more = plan.sum(to.channel, &receiver) + amount;
                    plan.rescale(model, to.channel, &receiver, more)?;
                }
            }
        }
        Ok(())
    }
}

fn parse_set(text: &str, names: (&[&str], &[&str])) -> Result<DatedChange, RequestError> {
    let (target, value) = text.rsplit_once('=').ok_or_else(|| malformed("set", text, "there is no `=`"))?;
    let target = Target::parse("set", text, target, names)?;
    Ok(DatedChange::Set { target, to: level("set", text, value)? })
}

fn parse_shift(text: &str, names: (&[&str], &[&str])) -> Result<DatedChange, RequestError> {
    let target = |part: &str| Target::parse("shift", text, part, names);
    let splits = split_shift(text);
    let known = splits.iter().find_map(|(a, b)| Some((target(a).ok()?, target(b).ok()?)));
    let (from, to) = match (known, splits.first()) {
        (Some(known), _) => known,
        (None, Some((a, b))) => (target(a)?, target(b)?),
        (None, None) => return Err(malformed("shift", text, "three parts with `:` are needed")),
    };
    if from.overlaps(&to) {
        return Err(malformed("shift", text, "giver and receiver share spend"));
    }
    Ok(DatedChange::Shift { from, to, amount: shift_amount(text)? })
}

fn repeated(changes: &[DatedChange], channels: &[&str]) -> Vec<RequestError> {
    let sets: Vec<&Target> = changes
        .iter()
        .filter_map(|change| match change {
            DatedChange::Set { target, .. } => Some(target),
            DatedChange::Shift { .. } => None,
        })
        .collect();
    let again = |i: &usize| sets[..*i].iter().any(|before| before.overlaps(sets[*i]));
    let twice = (0..sets.len()).filter(again);
    let name = |i: usize| channels[sets[i].channel].to_owned();
    twice.map(|i| RequestError::Twice { channel: name(i), flags: "--set or --pause" }).collect()
}
