//! A dated plan: each channel's spend by geo and future period, and the exposure that comes with it.

use std::collections::BTreeMap;

use super::error::PlanningError;
use crate::data::{PlanFile, PlanRow};
use crate::error::{Error, Problems};
use crate::planning::grammar::amount::Amount;
use crate::planning::grammar::target::{DateRange, Target};
use crate::planning::value::media::MediaModel;
use crate::planning::value::weeks::FutureWeeks;
use crate::words::nearest;

/// Spend of C channels over G geos × N periods, `[c][g·N + k]`, currency.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flighting {
    pub(crate) spend: Vec<Vec<f64>>,
    pub(crate) n: usize,
}

impl Flighting {
    /// The history's last periods over again, without the channels that have ended.
    pub(crate) fn today(model: &MediaModel, weeks: &FutureWeeks) -> Flighting {
        let history = &model.history;
        let of = |c: usize| (0..history.n_geos()).flat_map(|g| weeks.today(model, (c, g)).0).collect();
        Flighting { spend: (0..history.channels.len()).map(of).collect(), n: weeks.len() }
    }

    /// Replaces what a plan file gives; returns the names of the channels it does not mention.
    ///
    /// # Errors
    /// Columns that are no channels or one channel twice, dates that begin no period of the horizon, geos that do
    /// not exist, rows that say the same cell twice.
    pub(crate) fn overlay(
        &mut self,
        model: &MediaModel,
        weeks: &FutureWeeks,
        plan: &PlanFile,
    ) -> Result<Vec<String>, Error> {
        let history = &model.history;
        if history.n_geos() > 1 && plan.geo_column.is_none() {
            let problem = format!("needs a column `geo`: the fit is of {} geos", history.n_geos());
            return Err(Error::data(&plan.file, problem, "write a row for each date and geo"));
        }
        let mut problems = Problems::new("parts of the plan cannot be used");
        let columns = spend_columns(model, plan, &mut problems);
        let mut first_line = BTreeMap::new();
        for row in &plan.rows {
            let Some(cell) = self.cell(model, weeks, (plan, row), &mut problems) else { continue };
            if let Some(first) = first_line.insert(cell, row.line) {
                let what = if row.geo.is_some() { "date and geo" } else { "date" };
                problems.push_with(|| format!("row {}: repeats the {what} of row {first}", row.line));
            }
            for (column, spend) in columns.iter().zip(&row.spend) {
                if let (Some(c), Some(spend)) = (column, spend) {
                    self.spend[*c][cell] = *spend;
                }
            }
        }
        if !problems.is_empty() {
            let (first, next) = (weeks.dates.first(), following(model, 2));
            let names: Vec<&str> = history.channels.iter().map(|c| c.name.as_str()).collect();
            let hint = format!(
                "write one row for each period{}; periods begin on {}, {next} and so on; the channels are {}",
                if history.n_geos() > 1 { " and geo" } else { "" },
                first.map(ToString::to_string).unwrap_or_default(),
                names.join(", "),
            );
            return Err(Error::Data { file: plan.file.clone(), problems, hint: Some(hint) });
        }
        let left = (0..history.channels.len()).filter(|c| !columns.contains(&Some(*c)));
        Ok(left.map(|c| history.channels[c].name.clone()).collect())
    }

    /// Where a row of a plan belongs, unless something is wrong with its date or geo.
    fn cell(
        &self,
        model: &MediaModel,
        weeks: &FutureWeeks,
        (plan, row): (&PlanFile, &PlanRow),
        problems: &mut Problems,
    ) -> Option<usize> {
        let (history, line) = (&model.history, row.line);
        let period = weeks.dated_by(row.date);
        if period.is_none() {
            let (column, date) = (&plan.date_column, row.date);
            problems.push_with(|| {
                format!("row {line}, column `{column}`: `{date}` begins no period after the data")
            });
        }
        let geo = match &row.geo {
            None => Some(0),
            Some(name) => history.geos.iter().position(|g| g == name),
        };
        if geo.is_none() {
            let column = plan.geo_column.as_deref().unwrap_or("geo");
            let name = row.geo.as_deref().unwrap_or("");
            let near = nearest(name, history.geos.iter().map(String::as_str));
            let near = near.map(|g| format!("; is `{g}` meant?")).unwrap_or_default();
            problems.push_with(|| match name {
                "" => format!("row {line}, column `{column}`: the cell is blank"),
                name => format!("row {line}, column `{column}`: there is no geo `{name}`{near}"),
            });
        }
        Some(geo? * self.n + period?)
    }

    /// Spend of channel `c`.
    pub(crate) fn total(&self, c: usize) -> f64 {
        self.spend[c].iter().sum()
    }

    /// Spend of channel `c` in some cells.
    pub(crate) fn sum(&self, c: usize, cells: &[usize]) -> f64 {
        cells.iter().map(|i| self.spend[c][*i]).sum()
    }

    /// The cells that a target names.
    pub(crate) fn cells(&self, target: &Target, weeks: &FutureWeeks) -> Vec<usize> {
        let n_geos = self.spend[target.channel].len() / self.n.max(1);
        let when: Vec<usize> =
            (0..self.n).filter(|k| target.period.is_none_or(|range| belongs(weeks, *k, &range))).collect();
        let geos = (0..n_geos).filter(|g| target.geo.is_none_or(|wanted| wanted == *g));
        geos.flat_map(|g| when.iter().map(move |k| g * self.n + k)).collect()
    }

    /// Currency of an amount over the cells of a target.
    pub(crate) fn currency(
        &self,
        target: &Target,
        cells: &[usize],
        amount: Amount,
        weeks: &FutureWeeks,
    ) -> f64 {
        let today: f64 = cells.iter().map(|i| self.spend[target.channel][*i]).sum();
        let mut periods: Vec<usize> = cells.iter().map(|i| i % self.n).collect();
        periods.sort_unstable();
        periods.dedup();
        amount.currency(today, periods.len() as f64 * weeks.interval.days() / 7.0)
    }

    /// Scales the cells of a channel to a total; where nothing is spent it is spread evenly over the periods
    /// and over geos as the channel's history is.
    ///
    /// # Errors
    /// Spend in a channel that never spent in those geos.
    pub(crate) fn rescale(
        &mut self,
        model: &MediaModel,
        c: usize,
        cells: &[usize],
        total: f64,
    ) -> Result<(), PlanningError> {
        let now: f64 = cells.iter().map(|i| self.spend[c][*i]).sum();
        if now > 0.0 {
            cells.iter().for_each(|i| self.spend[c][*i] *= total / now);
            return Ok(());
        }
        let past: Vec<f64> = cells.iter().map(|i| model.spend_before(c, i / self.n)).collect();
        let all: f64 = past.iter().sum();
        if all <= 0.0 && total > 0.0 {
            let geo = cells.first().map_or(0, |i| i / self.n);
            let only = cells.iter().all(|i| i / self.n == geo);
            return Err(model.nothing_known(c, only.then_some(geo)));
        }
        for (i, share) in cells.iter().zip(past) {
            self.spend[c][*i] = if total > 0.0 { total * share / all } else { 0.0 };
        }
        Ok(())
    }

    /// Exposure of channel `c` in geo `g`: today's scaled like its spend, or like the nearest booking where it runs
    /// without one, and at the recent price where nothing is spent or run today.
    ///
    /// # Errors
    /// [`PlanningError::NeverSpent`] for spend where there has been none, [`PlanningError::GeoEnded`].
    pub(crate) fn exposure(
        &self,
        model: &MediaModel,
        weeks: &FutureWeeks,
        today: &Flighting,
        (c, g): (usize, usize),
    ) -> Result<Vec<f64>, PlanningError> {
        let base = weeks.today(model, (c, g)).1;
        let cells = g * self.n..(g + 1) * self.n;
        let (spend, before) = (&self.spend[c][cells.clone()], &today.spend[c][cells]);
        if spend == before {
            return Ok(base);
        }
        let price = model.exposure_per_spend(c, g, weeks.len());
        let booked: Vec<usize> = (0..self.n).filter(|k| before[*k] > 0.0).collect();
        (0..self.n)
            .map(|k| match price {
                _ if before[k] > 0.0 => Ok(base[k] * spend[k] / before[k]),
                _ if spend[k] == 0.0 && base[k] == 0.0 => Ok(0.0),
                _ if spend[k] == 0.0 => {
                    let nearest = booked.iter().min_by_key(|b| b.abs_diff(k));
                    Ok(base[k] * nearest.map_or(1.0, |b| spend[*b] / before[*b]))
                }
                Some(price) => Ok(price * spend[k]),
                None => Err(model.nothing_known(c, Some(g))),
            })
            .collect()
    }
}

/// The channel of each column of a plan; a channel may have one.
fn spend_columns(model: &MediaModel, plan: &PlanFile, problems: &mut Problems) -> Vec<Option<usize>> {
    let channels = &model.history.channels;
    let mut columns: Vec<Option<usize>> = Vec::with_capacity(plan.columns.len());
    for name in &plan.columns {
        let found = channels.iter().position(|c| c.name == *name || c.spend_column == *name);
        let twice = columns.iter().position(|earlier| found.is_some() && *earlier == found);
        if let (Some(c), Some(other)) = (found, twice) {
            let (other, channel) = (&plan.columns[other], &channels[c].name);
            problems.push_with(|| format!("columns `{other}` and `{name}` are both the channel `{channel}`"));
        }
        if found.is_none() {
            let near = nearest(name, channels.iter().map(|c| c.name.as_str()));
            let near = near.map(|c| format!("; is `{c}` meant?")).unwrap_or_default();
            problems.push_with(|| format!("column `{name}` is no paid channel of the fit{near}"));
        }
        columns.push(found);
    }
    columns
}

/// First day of the `k`-th period after the data.
fn following(model: &MediaModel, k: usize) -> String {
    FutureWeeks::of_length(model, k).dates.last().map(ToString::to_string).unwrap_or_default()
}

/// Whether a period lies in a range of days: its middle day does, or the range is within it.
pub(crate) fn belongs(weeks: &FutureWeeks, k: usize, range: &DateRange) -> bool {
    let end = weeks.dates.get(k + 1).map_or(weeks.last_day(), |next| next.pred_opt().unwrap_or(*next));
    let inside = |day: chrono::NaiveDate| weeks.dates[k] <= day && day <= end;
    range.contains(weeks.middle(k))
        || matches!((range.from, range.to), (Some(a), Some(b)) if inside(a) && inside(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::testdata;

    /// Billed every third period, on the air in all.
    #[test]
    fn what_runs_between_two_bookings_goes_with_the_nearest() {
        let mut model = testdata::model(&[(0.4, 2.0, 1.0)]);
        let tv = &mut model.history.channels[0];
        tv.spend = (0..20).map(|t| if t % 3 == 0 { 6.0 } else { 0.0 }).collect();
        tv.exposure = vec![2.0; 20];
        let weeks = FutureWeeks::of_length(&model, 9);
        let today = Flighting::today(&model, &weeks);
        assert_eq!(today.spend[0], [0.0, 6.0, 0.0, 0.0, 6.0, 0.0, 0.0, 6.0, 0.0]);
        let exposure = |plan: &Flighting| plan.exposure(&model, &weeks, &today, (0, 0)).unwrap();
        assert_eq!(exposure(&today), [2.0; 9]);
        let mut paused = today.clone();
        paused.rescale(&model, 0, &(0..9).collect::<Vec<_>>(), 0.0).unwrap();
        assert_eq!(exposure(&paused), [0.0; 9]);
        let mut doubled = today.clone();
        doubled.rescale(&model, 0, &[4], 12.0).unwrap();
        assert_eq!(exposure(&doubled), [2.0, 2.0, 2.0, 4.0, 4.0, 4.0, 2.0, 2.0, 2.0]);
    }
}
