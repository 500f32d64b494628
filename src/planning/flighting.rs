//! A dated plan: each channel's spend by geo and future period, and the exposure that comes with it.

use super::error::PlanningError;
use super::media::MediaModel;
use super::request::Amount;
use super::target::Target;
use super::weeks::FutureWeeks;
use crate::data::PlanFile;
use crate::error::{Error, Problems};

/// Spend of C channels over G geos × N periods, `[c][g·N + k]`, currency.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flighting {
    pub(crate) spend: Vec<Vec<f64>>,
    pub(crate) n: usize,
}

impl Flighting {
    /// The history's last periods over again.
    pub(crate) fn today(model: &MediaModel, weeks: &FutureWeeks) -> Flighting {
        let history = &model.history;
        let of = |series: &[f64]| {
            (0..history.n_geos()).flat_map(|g| weeks.repeated(series, g, history.n_periods())).collect()
        };
        Flighting { spend: history.channels.iter().map(|c| of(&c.spend)).collect(), n: weeks.len() }
    }

    /// Replaces what a plan file gives; returns the names of the channels it does not mention.
    ///
    /// # Errors
    /// Columns that are no channels, dates that begin no period of the horizon, geos that do not exist.
    pub(crate) fn overlay(
        &mut self,
        model: &MediaModel,
        weeks: &FutureWeeks,
        plan: &PlanFile,
    ) -> Result<Vec<String>, Error> {
        let history = &model.history;
        let mut problems = Problems::new("parts of the plan cannot be used");
        let mut columns = Vec::new();
        for name in &plan.columns {
            let found = history.channels.iter().position(|c| c.name == *name || c.spend_column == *name);
            if found.is_none() {
                problems.push_with(|| format!("column `{name}` is no paid channel of the fit"));
            }
            columns.push(found);
        }
        for row in &plan.rows {
            let line = row.line;
            let period = weeks.dates.binary_search(&row.date).ok();
            if period.is_none() {
                problems.push_with(|| format!("row {line}: {} begins no period after the data", row.date));
            }
            let geo = match &row.geo {
                None if history.n_geos() == 1 => Some(0),
                None => None,
                Some(name) => history.geos.iter().position(|g| g == name),
            };
            if geo.is_none() {
                let name = row.geo.as_deref().unwrap_or("");
                problems.push_with(|| format!("row {line}: there is no geo `{name}`"));
            }
            let (Some(k), Some(g)) = (period, geo) else { continue };
            for (column, spend) in columns.iter().zip(&row.spend) {
                if let (Some(c), Some(spend)) = (column, spend) {
                    self.spend[*c][g * self.n + k] = *spend;
                }
            }
        }
        if !problems.is_empty() {
            let first = weeks.dates.first().map(ToString::to_string).unwrap_or_default();
            let names: Vec<&str> = history.channels.iter().map(|c| c.name.as_str()).collect();
            let hint = format!(
                "periods begin on {first} and follow the data's spacing; the channels are {}{}",
                names.join(", "),
                if history.n_geos() > 1 { "; a panel's plan needs the column `geo`" } else { "" }
            );
            return Err(Error::Data { file: plan.file.clone(), problems, hint: Some(hint) });
        }
        let left = (0..history.channels.len()).filter(|c| !columns.contains(&Some(*c)));
        Ok(left.map(|c| history.channels[c].name.clone()).collect())
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
        amount.currency(today, periods.len() as f64 * weeks.period_weeks)
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
        let (t, n) = (model.history.n_periods(), self.n);
        let past: Vec<f64> = cells
            .iter()
            .map(|i| model.history.channels[c].spend[i / n * t..(i / n + 1) * t].iter().sum())
            .collect();
        let all: f64 = past.iter().sum();
        if all <= 0.0 && total > 0.0 {
            return Err(PlanningError::NeverSpent {
                channel: model.history.channels[c].name.clone(),
                geo: None,
            });
        }
        for (i, share) in cells.iter().zip(past) {
            self.spend[c][*i] = if total > 0.0 { total * share / all } else { 0.0 };
        }
        Ok(())
    }

    /// Exposure of channel `c` in geo `g`: today's scaled like its spend, and at the recent price where
    /// nothing is spent today.
    ///
    /// # Errors
    /// [`PlanningError::NeverSpent`] for spend where there has been none.
    pub(crate) fn exposure(
        &self,
        model: &MediaModel,
        weeks: &FutureWeeks,
        today: &Flighting,
        (c, g): (usize, usize),
    ) -> Result<Vec<f64>, PlanningError> {
        let history = &model.history;
        let base = weeks.repeated(&history.channels[c].exposure, g, history.n_periods());
        let price = model.exposure_per_spend(c, g, weeks.len());
        (0..self.n)
            .map(|k| {
                let (spend, before) = (self.spend[c][g * self.n + k], today.spend[c][g * self.n + k]);
                match price {
                    _ if spend == before => Ok(base[k]),
                    _ if before > 0.0 => Ok(base[k] * spend / before),
                    Some(price) => Ok(price * spend),
                    None if spend == 0.0 => Ok(0.0),
                    None => Err(PlanningError::NeverSpent {
                        channel: history.channels[c].name.clone(),
                        geo: (history.n_geos() > 1).then(|| history.geos[g].clone()),
                    }),
                }
            })
            .collect()
    }
}

/// Whether a period lies in a range of days: its middle day does, or the range is within it.
fn belongs(weeks: &FutureWeeks, k: usize, range: &super::target::DateRange) -> bool {
    let end = weeks.dates.get(k + 1).map_or(weeks.last_day(), |next| next.pred_opt().unwrap_or(*next));
    let inside = |day: chrono::NaiveDate| weeks.dates[k] <= day && day <= end;
    range.contains(weeks.middle(k))
        || matches!((range.from, range.to), (Some(a), Some(b)) if inside(a) && inside(b))
}
