//! What an attribution tool reports against what the fit says was caused, each channel over what it is reported for.

mod dates;

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;

use crate::data::{Reported, read_reported};
use crate::error::{Error, Problems};
use crate::planning::{Compared, Credit, MediaModel};
use crate::posterior::Summary;
use crate::report::channel::ChannelReport;
use crate::report::fit::Fit;
use crate::report::scenario::ScenarioReport;
use crate::report::scenario::reported::dates::ReportedDates;
use crate::report::scenario::warning::AnswerWarning;
use crate::words::nearest;

impl ScenarioReport {
    /// Sets what a file reports for each channel against what the fit says it caused, in the periods and geos that
    /// are reported; a channel goes by its name or its spend column. `media` is asked for when the file has dates or
    /// geos. Warns of rows that are about nothing that was fitted, and of channels that cannot be compared.
    ///
    /// # Errors
    /// As [`read_reported`], channels and geos that the fit does not have, rows too far apart to tell which periods
    /// they are about, no row about anything that was fitted, and those of `media`.
    pub fn add_reported(
        &mut self,
        fit: &Fit,
        path: &Path,
        media: impl FnOnce() -> Result<MediaModel, Error>,
    ) -> Result<(), Error> {
        let roles = &fit.run.roles;
        let report = read_reported(path, (&roles.date, roles.geo.as_deref()))?;
        let file = path.display().to_string();
        let placed = report.rows.iter().any(|row| row.date.is_some() || row.geo.is_some());
        let model = if placed { Some(media()?) } else { None };
        let named = Named::of(fit, &file, &report)?;
        if !report.not_read.is_empty() {
            self.note(AnswerWarning::ReportedNotRead { columns: report.not_read.clone() });
        }
        match &model {
            Some(model) => self.add_placed(fit, &file, (&report, &named), model),
            None => {
                let whole = whole_window(fit);
                self.reported = named
                    .totals(&report, |_| true)
                    .map(|(c, total, _)| {
                        let channel = &fit.channels[c];
                        Credit::of(&channel.name, total, channel.contribution, whole.clone())
                    })
                    .collect();
                Ok(())
            }
        }
    }

    /// The same for rows with dates or geos.
    fn add_placed(
        &mut self,
        fit: &Fit,
        file: &str,
        (report, named): (&Reported, &Named),
        model: &MediaModel,
    ) -> Result<(), Error> {
        let history = &model.history;
        let calendar = ReportedDates::of(model, file, (report, &named.channels))?;
        let cells: Vec<Vec<usize>> = (0..report.rows.len())
            .map(|r| calendar.cells(&report.rows[r], named.channels[r], named.geos[r]))
            .collect();
        let left_out = cells.iter().filter(|cells| cells.is_empty()).count();
        let fitted = fit.run.data.fitted();
        let window = (fitted.first, history.interval.last_day(fitted.last));
        let noun = history.interval.noun();
        if left_out == report.rows.len() {
            let problem = format!(
                "no row is about what was fitted, {} to {}, in a {noun} that the report has all of",
                window.0, window.1
            );
            let hint = format!("report on whole {noun}s of the fit");
            return Err(Error::data(file, problem, hint));
        }
        if left_out > 0 {
            let rows = report.rows.len();
            self.note(AnswerWarning::ReportedOutside { left_out, rows, window, period: noun });
        }
        if history.n_geos() == 1 && report.rows.iter().any(|row| row.geo.is_some()) {
            self.note(AnswerWarning::ReportedGeos);
        }
        let everything: BTreeSet<usize> = cells.iter().flatten().copied().collect();
        let mut uneven = Vec::new();
        for (c, total, rows) in named.totals(report, |r| !cells[r].is_empty()) {
            let channel = &fit.channels[c];
            let own: BTreeSet<usize> = rows.iter().flat_map(|r| &cells[*r]).copied().collect();
            if own.len() < everything.len() {
                uneven.push(channel.name.clone());
            }
            let counted: Vec<bool> = (0..history.fitted.len()).map(|i| own.contains(&i)).collect();
            let compared = compared(model, &counted);
            let paid = history.channels.iter().position(|paid| paid.name == channel.name);
            let modelled = match (compared.whole_window, paid) {
                (true, _) => channel.contribution,
                (false, Some(paid)) => Summary::of(&model.caused(paid, &counted)),
                (false, None) => {
                    self.note(AnswerWarning::ReportedOrganic { channel: channel.name.clone() });
                    continue;
                }
            };
            self.reported.push(Credit::of(&channel.name, total, modelled, compared));
        }
        if !uneven.is_empty() {
            self.note(AnswerWarning::ReportedUnevenly { channels: uneven });
        }
        Ok(())
    }
}

/// The channel and the geo of each row, by index.
struct Named {
    channels: Vec<usize>,
    /// `None` for all geos.
    geos: Vec<Option<usize>>,
}

impl Named {
    /// Finds what the rows name.
    fn of(fit: &Fit, file: &str, report: &Reported) -> Result<Named, Error> {
        let data = &fit.run.data;
        let mut unknown = Unknown::default();
        let mut named = Named { channels: Vec::new(), geos: Vec::new() };
        for row in &report.rows {
            let is_meant =
                |c: &ChannelReport| c.name == row.channel || c.spend_column.as_ref() == Some(&row.channel);
            let known = fit.channels.iter().map(|c| c.name.as_str());
            named.channels.extend(unknown.find(
                "channel",
                &row.channel,
                fit.channels.iter().position(is_meant),
                known,
            ));
            // The geos of one market are added up.
            let geo = row.geo.as_ref().filter(|_| data.geo_names.len() > 1);
            let known = data.geo_names.iter().map(String::as_str);
            named.geos.push(geo.and_then(|geo| {
                unknown.find("geo", geo, data.geo_names.iter().position(|name| name == geo), known)
            }));
        }
        unknown.refuse(file).map(|()| named)
    }

    /// Each channel in the order of first appearance: what is reported in the rows that count, and these rows.
    fn totals<'a>(
        &'a self,
        report: &'a Reported,
        counts: impl Fn(usize) -> bool + 'a,
    ) -> impl Iterator<Item = (usize, f64, Vec<usize>)> + 'a {
        let rows_of = move |c: usize| -> Vec<usize> {
            (0..report.rows.len()).filter(|r| self.channels[*r] == c && counts(*r)).collect()
        };
        let mut seen = Vec::new();
        let firsts = self.channels.iter().filter(move |c| {
            let new = !seen.contains(*c);
            seen.extend(new.then_some(**c));
            new
        });
        let total = |rows: &[usize]| rows.iter().map(|r| report.rows[*r].reported).sum();
        firsts
            .map(move |c| (*c, rows_of(*c)))
            .filter(|(_, rows)| !rows.is_empty())
            .map(move |(c, rows)| (c, total(&rows), rows))
    }
}

/// Names that the fit does not have, each told once.
#[derive(Default)]
struct Unknown {
    names: BTreeSet<(&'static str, String)>,
    hints: Vec<String>,
}

impl Unknown {
    /// What was `found`, or a note that nothing was.
    fn find<'k>(
        &mut self,
        kind: &'static str,
        name: &str,
        found: Option<usize>,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> Option<usize> {
        if found.is_none() && self.names.insert((kind, name.to_owned())) {
            let all: Vec<&str> = known.clone().take(20).collect();
            self.hints.push(match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the {kind}s are {}", all.join(", ")),
            });
        }
        found
    }

    fn refuse(mut self, file: &str) -> Result<(), Error> {
        let mut problems = Problems::new("names are not in the fit");
        for (kind, name) in &self.names {
            problems.push_with(|| format!("there is no {kind} `{name}`"));
        }
        self.hints.truncate(Problems::SHOWN);
        self.hints.dedup();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(Error::Data { file: file.to_owned(), problems, hint: Some(self.hints.join("\n")) }),
        }
    }
}

/// All that was fitted.
fn whole_window(fit: &Fit) -> Compared {
    let (data, fitted) = (&fit.run.data, fit.run.data.fitted());
    Compared {
        first: fitted.first,
        last: data.interval().last_day(fitted.last),
        periods: fitted.periods,
        periods_fitted: fitted.periods,
        noun: data.interval().noun().into(),
        geos: data.geo_names.clone(),
        geos_fitted: data.geo_names.len(),
        whole_window: true,
    }
}

/// The cells that count, in words; at least one does.
fn compared(model: &MediaModel, counted: &[bool]) -> Compared {
    let history = &model.history;
    let n = history.n_periods();
    let in_some_geo = |cells: &[bool]| -> Vec<usize> {
        (0..n).filter(|t| cells.iter().skip(*t).step_by(n).any(|counts| *counts)).collect()
    };
    let periods = in_some_geo(counted);
    let day = |t: Option<&usize>| t.map_or_else(NaiveDate::default, |t| history.dates[*t]);
    let geos = history.geos.iter().zip(counted.chunks_exact(n)).filter(|(_, geo)| geo.contains(&true));
    Compared {
        first: day(periods.first()),
        last: history.interval.last_day(day(periods.last())),
        periods: periods.len(),
        periods_fitted: in_some_geo(&history.fitted).len(),
        noun: history.interval.noun().into(),
        geos: geos.map(|(name, _)| name.clone()).collect(),
        geos_fitted: history.n_geos(),
        whole_window: counted == history.fitted,
    }
}

#[cfg(test)]
mod tests;
