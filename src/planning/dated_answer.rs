//! A question whose answer depends on when: changes by period, a plan from a file, a channel's flighting.

use super::answer::Answer;
use super::dated::ChangedPeriods;
use super::flighting::{Flighting, belongs};
use super::judge::judge;
use crate::data::read_plan;
use crate::error::Error;
use crate::planning::grammar::amount::Amount;
use crate::planning::grammar::change::{Change, TypedChange};
use crate::planning::grammar::question::Question;
use crate::planning::grammar::request_error::{RequestError, RequestErrors};
use crate::planning::grammar::target::Target;
use crate::planning::value::media::MediaModel;
use crate::planning::value::weeks::FutureWeeks;

impl Question {
    /// Values the plan over the periods that make up `weeks` after the data, or up to the last row of the
    /// plan file when that is given; today's plan repeats the data's last periods. `columns` are the fit's
    /// date and geo columns. Returns the answer and the channels that the file leaves as they are.
    ///
    /// # Errors
    /// A file that cannot be used, periods outside the horizon, shifts of more than there is.
    pub fn answer_dated(
        &self,
        model: &MediaModel,
        weeks: f64,
        columns: (&str, Option<&str>),
    ) -> Result<(Answer, Vec<String>), Error> {
        let (weeks, file) = match &self.plan {
            None => (FutureWeeks::after(model, weeks), None),
            Some(path) => {
                let file = read_plan(path, columns.0, columns.1)?;
                (self.until_last_row(model, &file), Some(file))
            }
        };
        let mut plan = Flighting::today(model, &weeks);
        let untouched = match &file {
            Some(file) => plan.overlay(model, &weeks, file)?,
            None => Vec::new(),
        };
        self.apply(model, &weeks, &mut plan)?;
        let name = if self.words.is_empty() { "today's plan".into() } else { self.words.join(", ") };
        let mut answer = judge(model, &weeks, &plan, &name, self.terms.margin)?;
        if let Some(dated) = &mut answer.dated {
            dated.changed = self.request.changes.iter().flat_map(|typed| typed.changed(&weeks)).collect();
        }
        Ok((answer, untouched))
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
        for typed in &self.request.changes {
            let cells = |target: &Target| -> Result<Vec<usize>, RequestErrors> {
                let cells = before.cells(target, weeks);
                if cells.is_empty() { Err(typed.without_periods(target, weeks).into()) } else { Ok(cells) }
            };
            match &typed.change {
                Change::Set { target, to } => {
                    let cells = cells(target)?;
                    if matches!(to, Amount::Multiple(m) if *m > 0.0)
                        && before.sum(target.channel, &cells) <= 0.0
                    {
                        return Err(typed.of_nothing(model, target).into());
                    }
                    let total = before.currency(target, &cells, *to, weeks);
                    plan.rescale(model, target.channel, &cells, total)?;
                }
                Change::Shift { from, to, amount } => {
                    let (giver, receiver) = (cells(from)?, cells(to)?);
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

impl TypedChange {
    /// Why a multiple of nothing is no plan.
    fn of_nothing(&self, model: &MediaModel, target: &Target) -> RequestErrors {
        let channel = model.history.channels[target.channel].name.clone();
        RequestError::MultipleOfNothing { flag: self.flag, text: self.text.clone(), channel }.into()
    }

    /// Why no period belongs to a target of it.
    fn without_periods(&self, target: &Target, weeks: &FutureWeeks) -> RequestError {
        let (flag, text) = (self.flag, self.text.clone());
        let (first, last) = (weeks.dates[0], weeks.last_day());
        let touches = |k: &usize| target.period.is_none_or(|p| p.touches(weeks.dates[*k], weeks.end(*k)));
        let near = (0..weeks.len()).filter(touches).map(|k| {
            let (begin, middle, end) = (weeks.dates[k], weeks.middle(k), weeks.end(k));
            format!("{begin} to {end} (middle {middle})")
        });
        let near: Vec<String> = near.collect();
        if near.is_empty() {
            return RequestError::OutsideHorizon { flag, text, first, last };
        }
        RequestError::BetweenPeriods { flag, text, noun: weeks.interval.noun(), near }
    }

    /// The whole periods that it changes, for each of its periods that begins or ends with another day.
    fn changed(&self, weeks: &FutureWeeks) -> Vec<ChangedPeriods> {
        let targets = self.change.targets();
        let ends = (weeks.dates[0], weeks.last_day());
        let mut found: Vec<ChangedPeriods> = Vec::new();
        for period in targets.into_iter().filter_map(|target| target.period) {
            let own: Vec<usize> = (0..weeks.len()).filter(|k| belongs(weeks, *k, &period)).collect();
            let (Some(&a), Some(&b)) = (own.first(), own.last()) else { continue };
            let (first, last) = (weeks.dates[a], weeks.end(b));
            let asked = (
                period.from.map_or(ends.0, |day| day.max(ends.0)),
                period.to.map_or(ends.1, |day| day.min(ends.1)),
            );
            let changed =
                ChangedPeriods { change: self.text.clone(), first, last, noun: weeks.interval.noun().into() };
            if asked != (first, last) && !found.contains(&changed) {
                found.push(changed);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Interval;
    use crate::planning::grammar::question::{Defaults, RawQuestion};
    use crate::planning::grammar::target::Names;
    use crate::planning::testdata;

    /// What is said of a change in the twelve months of 2024: the days that change, or why none do.
    fn in_months(set: &str) -> (Vec<(String, String)>, RequestError) {
        let mut model = testdata::model(&[(0.4, 2.0, 1.0)]);
        model.history.interval = Interval::Monthly;
        model.history.dates = vec!["2023-12-01".parse().unwrap()];
        let raw = RawQuestion { set: vec![set.into()], ..RawQuestion::default() };
        let names = Names::new(vec!["tv", "search"], &model.history.geos);
        let typed = Question::parse(&raw, &names, &Defaults::default()).unwrap().request.changes.remove(0);
        let weeks = FutureWeeks::of_length(&model, 12);
        let days = typed.changed(&weeks).into_iter().map(|c| (c.first.to_string(), c.last.to_string()));
        let target = match &typed.change {
            Change::Set { target, .. } => *target,
            Change::Shift { from, .. } => *from,
        };
        (days.collect(), typed.without_periods(&target, &weeks))
    }

    #[test]
    fn a_change_that_cuts_into_a_month_names_the_days_that_change() {
        let days = |set: &str| in_months(set).0;
        let whole = |first: &str, last: &str| vec![(first.to_owned(), last.to_owned())];
        assert_eq!(days("tv@2024-01-10..2024-02-20=0"), whole("2024-01-01", "2024-02-29"));
        assert_eq!(days("tv@2024-03-05..2024-03-08=0"), whole("2024-03-01", "2024-03-31"));
        for exact in ["tv@2024-02-01..2024-02-29=0", "tv@2024-11-01..=0", "tv@..2024-01-31=0", "tv=0"] {
            assert_eq!(days(exact), [], "{exact}");
        }
        // Days before and after the horizon are no part of what was asked of it.
        assert_eq!(days("tv@2023-01-01..2030-01-01=0"), []);
    }

    #[test]
    fn days_between_the_middles_of_months_name_the_months_near() {
        let error = in_months("tv@2024-01-20..2024-02-10=0").1.to_string();
        for part in [
            "--set tv@2024-01-20..2024-02-10=0: no month has its middle day there",
            "2024-01-01 to 2024-01-31 (middle 2024-01-16) and 2024-02-01 to 2024-02-29",
        ] {
            assert!(error.contains(part), "{error}");
        }
        let error = in_months("tv@2025-03-01..2025-03-31=0").1.to_string();
        assert!(error.contains("it goes from 2024-01-01 to 2024-12-31"), "{error}");
    }
}
