//! Which periods the rows of a report are about.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::data::{Reported, ReportedRow};
use crate::error::Error;
use crate::planning::MediaModel;

/// Rows further apart than this many periods are about more than one of them each.
const COARSE: f64 = 1.5;

/// Which fitted cells the rows of a report are about.
pub(crate) struct ReportedDates<'a> {
    model: &'a MediaModel,
    /// By channel of the fit.
    spans: BTreeMap<usize, Span>,
}

/// When the rows of one channel are dated, given more than one date.
struct Span {
    first: NaiveDate,
    last: NaiveDate,
    /// Days from one date to the next, the median.
    step: i64,
}

impl Span {
    fn of(dates: &BTreeSet<NaiveDate>) -> Option<Span> {
        let gaps = dates.iter().zip(dates.iter().skip(1)).map(|(a, b)| (*b - *a).num_days());
        let mut gaps: Vec<i64> = gaps.collect();
        gaps.sort_unstable();
        Some(Span { first: *dates.first()?, last: *dates.last()?, step: *gaps.get(gaps.len() / 2)? })
    }
}

impl<'a> ReportedDates<'a> {
    /// # Errors
    /// Rows of a channel too far apart to tell which periods they are about.
    pub(crate) fn of(
        model: &'a MediaModel,
        file: &str,
        (report, channels): (&Reported, &[usize]),
    ) -> Result<ReportedDates<'a>, Error> {
        let mut dates: BTreeMap<usize, BTreeSet<NaiveDate>> = BTreeMap::new();
        for (row, c) in report.rows.iter().zip(channels) {
            dates.entry(*c).or_default().extend(row.date);
        }
        let spans: BTreeMap<usize, Span> =
            dates.iter().filter_map(|(c, dates)| Some((*c, Span::of(dates)?))).collect();
        let interval = model.history.interval;
        let coarse = spans.iter().find(|(_, span)| span.step as f64 > COARSE * interval.days());
        if let Some((c, Span { step, .. })) = coarse {
            let (noun, mut rows) = (interval.noun(), report.rows.iter().zip(channels));
            let name = rows.find(|(_, of)| *of == c).map_or("", |(row, _)| &row.channel);
            let problem = format!(
                "the dates of `{name}` are mostly {step} days apart, and the fit is of {noun}s: which of them a row is \
                 about is not known"
            );
            let hint = format!(
                "give a row for every {noun}, or leave the dates out of a report of all that was fitted"
            );
            return Err(Error::data(file, problem, hint));
        }
        Ok(ReportedDates { model, spans })
    }

    /// The fitted cells of a row of channel `c`; none when it is about a period that was not fitted, or of which the
    /// report has only a part.
    pub(crate) fn cells(&self, row: &ReportedRow, c: usize, geo: Option<usize>) -> Vec<usize> {
        let history = &self.model.history;
        let n = history.n_periods();
        let periods = match row.date {
            None => 0..n,
            Some(date) => self.period(date, self.spans.get(&c)).map_or(0..0, |t| t..t + 1),
        };
        let geos = geo.map_or(0..history.n_geos(), |g| g..g + 1);
        geos.flat_map(|g| periods.clone().map(move |t| g * n + t)).filter(|i| history.fitted[*i]).collect()
    }

    fn period(&self, date: NaiveDate, span: Option<&Span>) -> Option<usize> {
        let history = &self.model.history;
        let t = history.dates.partition_point(|first| *first <= date).checked_sub(1)?;
        let (first, last) = (history.dates[t], history.interval.last_day(history.dates[t]));
        let is_whole = span.is_none_or(|span| {
            (span.first - first).num_days() < span.step && (last - span.last).num_days() < span.step
        });
        (date <= last && is_whole).then_some(t)
    }
}
