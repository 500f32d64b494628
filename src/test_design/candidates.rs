//! One candidate: a channel, how its spend changes, where and when; and what that is believed to bring.

use chrono::NaiveDate;

use super::geos::Chosen;
use super::history::History;
use super::report::Kind;
use crate::planning::{Dosed, FutureWeeks, effect_change};
use crate::transform::adstock::carry_over_periods;

/// Periods of carry-over that are waited for at most: an outcome far from the test tells little of it.
const LONGEST_READOUT: usize = 8;

/// How a candidate changes the spend of its channel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub kind: Kind,
    /// Actual over usual spend, period by period.
    pub dose: Vec<f64>,
}

/// Those that a panel can have, of so many periods.
pub(super) fn of_panel(periods: usize) -> Vec<Change> {
    let kinds = [(Kind::HoldOut, 0.0), (Kind::ScaleDown, 0.5), (Kind::HeavyUp, 1.5), (Kind::HeavyUp, 2.0)];
    kinds.map(|(kind, dose)| Change { kind, dose: vec![dose; periods] }).to_vec()
}

/// Those of one market: all of it is treated, and nothing is left to be held against.
pub(super) fn of_market(periods: usize) -> Vec<Change> {
    let mut changes = of_panel(periods);
    for length in [1, 2, 4].into_iter().filter(|length| 2 * length <= periods) {
        let dose = (0..periods).map(|t| if (t / length).is_multiple_of(2) { 0.0 } else { 2.0 }).collect();
        changes.push(Change { kind: Kind::Pulses, dose });
    }
    changes
}

/// Periods after the treatment until less than 5 % of the carry-over is left, by the mean of what is believed.
pub(super) fn readout(history: &History, channel: usize) -> usize {
    let of = &history.media.draws[channel];
    let mean = of.retention.iter().sum::<f64>() / of.retention.len().max(1) as f64;
    carry_over_periods(of.adstock, mean).min(LONGEST_READOUT)
}

/// When a test runs: periods after the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Periods until it begins.
    pub lead: usize,
    /// Periods treated.
    pub treated: usize,
    /// Periods counted after them.
    pub readout: usize,
}

impl Span {
    pub fn counted(self) -> usize {
        self.treated + self.readout
    }

    pub fn weeks(self, history: &History) -> FutureWeeks {
        FutureWeeks::of_length(&history.media, self.lead + self.counted())
    }

    /// The first span at or after `start` with no treatment on a blocked day; `None` within a year of the data.
    pub fn first(
        history: &History,
        (treated, readout): (usize, usize),
        start: Option<NaiveDate>,
        blocked: &[(NaiveDate, NaiveDate)],
    ) -> Option<Span> {
        let year = history.media.history.interval.per_year().ceil() as usize;
        let weeks = FutureWeeks::of_length(&history.media, year + treated + readout);
        let free = |k: usize| {
            let (first, last) = (weeks.dates[k], weeks.end(k));
            blocked.iter().all(|(from, to)| last < *from || first > *to)
        };
        (0..year)
            .filter(|k| start.is_none_or(|start| weeks.dates[*k] >= start))
            .find(|k| (*k..k + treated).all(free))
            .map(|lead| Span { lead, treated, readout })
    }
}

/// Change of the outcome of one geo over the counted periods: outcome units, at each draw.
pub(super) fn changes(
    history: &History,
    (channel, geo): (usize, usize),
    change: &Change,
    span: Span,
) -> Vec<Vec<f64>> {
    let weeks = span.weeks(history);
    let mut dose = vec![1.0; span.lead];
    dose.extend(&change.dose);
    let of = Dosed { channel, geo, dose: &dose };
    (0..history.media.n_draws())
        .map(|s| effect_change(&history.media, &weeks, of, s)[span.lead..].to_vec())
        .collect()
}

/// Usual spend of a channel in a geo, period by period of the treatment.
pub(super) fn usual_spend(history: &History, (channel, geo): (usize, usize), span: Span) -> Vec<f64> {
    let all = span.weeks(history).repeated(&history.media.history.channels[channel].spend, geo);
    all[span.lead..span.lead + span.treated].to_vec()
}

/// A test with its geos, before it is judged.
pub(super) struct Candidate {
    pub channel: usize,
    pub change: Change,
    pub span: Span,
    pub chosen: Chosen,
    /// Change of the outcome of the treated geos in each counted period, by draw.
    pub effect: Vec<Vec<f64>>,
    /// Usual spend of the treated geos, by period of the treatment.
    pub usual: Vec<f64>,
}

/// Mean over the draws, period by period.
pub(super) fn mean_rows(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; rows.first().map_or(0, Vec::len)];
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(m, x)| *m += x / rows.len() as f64);
    }
    mean
}
