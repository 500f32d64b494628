//! A step in the level of the outcome: a price, a market, a way of counting that changed for good.

use chrono::NaiveDate;

use super::level::{MAD_TO_SD, Neighbours, level, median};
use crate::data::dataset::Dataset;

/// Where the level changed, geos taken together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shift {
    /// First period of the new level.
    pub(crate) period: usize,
    pub(crate) date: NaiveDate,
    /// Median of the periods just before.
    pub(crate) before: f64,
    /// Median of the periods from there on.
    pub(crate) after: f64,
    /// Whether a 0/1 control changes there for good.
    pub(crate) is_marked: bool,
}

/// Periods on either side that are compared.
const WINDOW: usize = 8;
/// Robust standard deviations of a period around its neighbours that a step must exceed.
const FAR: f64 = 6.0;
/// A step below this share of the level is left to trend and season.
const LARGE: f64 = 0.25;
/// Share of the step that must come from one period to the next, and that must remain to the end.
const ABRUPT: f64 = 0.6;

/// The largest lasting step.
pub(crate) fn shift(data: &Dataset) -> Option<Shift> {
    let level = level(data);
    let known: Vec<(usize, f64)> = level.iter().enumerate().filter_map(|(t, y)| Some((t, (*y)?))).collect();
    let values = |range: std::ops::Range<usize>| known[range].iter().map(|(_, y)| *y).collect::<Vec<f64>>();
    let noise = MAD_TO_SD * Neighbours::of(&level).typical?;
    let mut best: Option<(f64, Shift)> = None;
    for i in WINDOW..known.len().saturating_sub(WINDOW - 1) {
        let (before, after) = (median(values(i - WINDOW..i))?, median(values(i..i + WINDOW))?);
        let step = after - before;
        let (lasting_before, lasting_after) = (median(values(0..i))?, median(values(i..known.len()))?);
        let abrupt = (known[i].1 - known[i - 1].1) / step >= ABRUPT;
        let lasts = (lasting_after - lasting_before) / step >= ABRUPT;
        let large = step.abs() > LARGE * before.abs().min(after.abs()) && step.abs() > FAR * noise;
        let is_larger = best.as_ref().is_none_or(|(largest, _)| step.abs() > *largest);
        if large && abrupt && lasts && is_larger {
            let period = known[i].0;
            let is_marked = is_marked(data, period);
            best = Some((step.abs(), Shift { period, date: data.dates[period], before, after, is_marked }));
        }
    }
    best.map(|(_, shift)| shift)
}

/// Whether a 0/1 control changes there for good.
fn is_marked(data: &Dataset, period: usize) -> bool {
    let steps = |row: ndarray::ArrayView1<f64>| {
        let (before, after) = (row[0], row[row.len() - 1]);
        before != after && row.iter().enumerate().all(|(t, x)| *x == if t < period { before } else { after })
    };
    data.controls.iter().any(|c| c.binary && c.values.rows().into_iter().any(steps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    fn market(values: impl Fn(usize) -> f64) -> Dataset {
        let mut data = testdata::dataset();
        let n = 60;
        data.dates = (0..n).map(|t| data.dates[0] + chrono::Days::new(7 * t as u64)).collect();
        data.outcome.values =
            ndarray::Array2::from_shape_fn((2, n), |(_, t)| values(t) + (t * 31 % 7) as f64);
        data.outcome.observed = ndarray::Array2::from_elem((2, n), true);
        data.controls.clear();
        data
    }

    #[test]
    fn a_lasting_step_is_told_from_a_spike_and_from_a_season() {
        let found = shift(&market(|t| if t < 25 { 100.0 } else { 300.0 })).unwrap();
        assert_eq!(found.period, 25);
        assert!(found.before < 220.0 && found.after > 600.0, "{found:?}");
        assert_eq!(shift(&market(|t| if t == 25 { 300.0 } else { 100.0 })), None, "a spike");
        assert_eq!(shift(&market(|t| if (20..30).contains(&t) { 300.0 } else { 100.0 })), None, "a campaign");
        assert_eq!(shift(&market(|t| 100.0 + 5.0 * t as f64)), None, "a trend");
    }
}
