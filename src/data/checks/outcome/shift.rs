//! A step in the level of the outcome: a price, a market, a way of counting that changed for good.

use chrono::NaiveDate;

use super::level::{MAD_TO_SD, NEIGHBOURS, Neighbours, level, level_of, median};
use crate::data::dataset::Dataset;
use crate::data::zero_weeks::zero_runs;

/// Where the level changed for good.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shift {
    /// The geo it happened in; `None` where all are taken together.
    pub(crate) geo: Option<usize>,
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

impl Shift {
    /// How many times the one level is the other, 1 or more.
    pub(crate) fn factor(&self) -> f64 {
        let (a, b) = (self.before.abs(), self.after.abs());
        a.max(b) / a.min(b).max(f64::MIN_POSITIVE)
    }
}

/// Periods on either side that are compared.
const WINDOW: usize = 8;
/// Robust standard deviations of a period around its neighbours that a step must exceed.
const FAR: f64 = 6.0;
/// A step below this share of the level is left to trend and season.
const LARGE: f64 = 0.25;
/// Share of the step that must come from one period to the next, and that must remain to the end.
const ABRUPT: f64 = 0.6;
/// More steps than these are no steps but how the outcome goes.
const MOST: usize = 3;

/// A step of one series.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    period: usize,
    before: f64,
    after: f64,
}

/// The lasting steps in time: those of all geos together, and in panels those of geos alone, which the sum hides or
/// gives to all of them.
pub(crate) fn shifts(data: &Dataset) -> Vec<Shift> {
    let whole = steps(&level(data));
    let n = data.n_geos();
    let zeros = zero_runs(&data.outcome, data.interval);
    let of_geos: Vec<Vec<Step>> = match n {
        1 => vec![Vec::new()],
        _ => (0..n).map(|g| steps(&level_of(data, g, &zeros))).collect(),
    };
    let near = |a: &Step, b: &Step| a.period.abs_diff(b.period) <= 1;
    let is_common = |step: &&Step| {
        let there = of_geos.iter().filter(|steps| steps.iter().any(|s| near(s, step))).count();
        n == 1 || 2 * there > n || there == 0
    };
    let common: Vec<Step> = whole.iter().filter(is_common).copied().collect();
    let alone = of_geos.iter().enumerate().flat_map(|(g, steps)| steps.iter().map(move |s| (Some(g), *s)));
    let alone = alone.filter(|(_, step)| !common.iter().any(|c| near(c, step)));
    let all = common.iter().map(|step| (None, *step)).chain(alone);
    let shift = |(geo, Step { period, before, after }): (Option<usize>, Step)| Shift {
        geo,
        period,
        date: data.dates[period],
        before,
        after,
        is_marked: is_marked(data, geo, period),
    };
    all.map(shift).collect()
}

/// The lasting steps of a series: the largest, then those on either side of it.
fn steps(level: &[Option<f64>]) -> Vec<Step> {
    let known: Vec<(usize, f64)> = level.iter().enumerate().filter_map(|(t, y)| Some((t, (*y)?))).collect();
    let Some(typical) = Neighbours::of(level, NEIGHBOURS).typical else { return Vec::new() };
    let mut found = Vec::new();
    let mut open = vec![&known[..]];
    while let Some(part) = open.pop() {
        if let Some((i, step)) = largest(part, MAD_TO_SD * typical) {
            found.push(step);
            open.extend([&part[..i], &part[i..]]);
        }
    }
    found.sort_by_key(|step| step.period);
    if found.len() > MOST { Vec::new() } else { found }
}

/// The largest lasting step of a part of a series, and where in the part it is.
fn largest(known: &[(usize, f64)], noise: f64) -> Option<(usize, Step)> {
    let values = |range: std::ops::Range<usize>| known[range].iter().map(|(_, y)| *y).collect::<Vec<f64>>();
    let mut best: Option<(f64, usize, Step)> = None;
    for i in WINDOW..known.len().saturating_sub(WINDOW - 1) {
        // What comes from one period to the next is the quickest to look at.
        let jump = known[i].1 - known[i - 1].1;
        if jump.abs() < ABRUPT * FAR * noise {
            continue;
        }
        let (before, after) = (median(values(i - WINDOW..i))?, median(values(i..i + WINDOW))?);
        let step = after - before;
        let (lasting_before, lasting_after) = (median(values(0..i))?, median(values(i..known.len()))?);
        let abrupt = jump / step >= ABRUPT;
        let lasts = (lasting_after - lasting_before) / step >= ABRUPT;
        let large = step.abs() > LARGE * before.abs().min(after.abs()) && step.abs() > FAR * noise;
        let is_larger = best.as_ref().is_none_or(|(largest, ..)| step.abs() > *largest);
        if large && abrupt && lasts && is_larger {
            best = Some((step.abs(), i, Step { period: known[i].0, before, after }));
        }
    }
    best.map(|(_, i, step)| (i, step))
}

/// Whether a 0/1 control changes there for good, in that geo or in any.
fn is_marked(data: &Dataset, geo: Option<usize>, period: usize) -> bool {
    let steps = |row: ndarray::ArrayView1<f64>| {
        let (before, after) = (row[0], row[row.len() - 1]);
        before != after && row.iter().enumerate().all(|(t, x)| *x == if t < period { before } else { after })
    };
    let here = |g: usize| geo.is_none_or(|geo| geo == g);
    let rows = |c: &crate::data::dataset::Control| {
        c.values.rows().into_iter().enumerate().any(|(g, row)| here(g) && steps(row))
    };
    data.controls.iter().any(|c| c.binary && rows(c))
}

#[cfg(test)]
pub(super) fn market(values: impl Fn(usize) -> f64) -> Dataset {
    let mut data = crate::data::testdata::dataset();
    let n = 60;
    data.dates = (0..n).map(|t| data.dates[0] + chrono::Days::new(7 * t as u64)).collect();
    data.outcome.values = ndarray::Array2::from_shape_fn((2, n), |(_, t)| values(t) + (t * 31 % 7) as f64);
    data.outcome.observed = ndarray::Array2::from_elem((2, n), true);
    data.controls.clear();
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What all geos share, by period.
    fn together(data: &Dataset) -> Vec<usize> {
        shifts(data).iter().filter(|s| s.geo.is_none()).map(|s| s.period).collect()
    }

    #[test]
    fn a_lasting_step_is_told_from_a_spike_and_from_a_season() {
        let found = shifts(&market(|t| if t < 25 { 100.0 } else { 300.0 }));
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((found.period, found.geo), (25, None));
        assert!(found.before < 220.0 && found.after > 600.0, "{found:?}");
        assert_eq!(together(&market(|t| if t == 25 { 300.0 } else { 100.0 })), [0; 0], "a spike");
        assert_eq!(
            together(&market(|t| if (20..30).contains(&t) { 300.0 } else { 100.0 })),
            [0; 0],
            "a campaign"
        );
        assert_eq!(together(&market(|t| 100.0 + 5.0 * t as f64)), [0; 0], "a trend");
    }

    #[test]
    fn a_step_up_and_another_down_are_both_named() {
        let data = market(|t| if (15..44).contains(&t) { 300.0 } else { 100.0 });
        assert_eq!(together(&data), [15, 44]);
    }

    #[test]
    fn a_step_below_a_quarter_or_within_the_noise_is_none() {
        // 10 of about 103, beside noise of a few: no quarter of the level.
        assert_eq!(together(&market(|t| if t < 25 { 100.0 } else { 110.0 })), [0; 0]);
        // Half of the level, but the noise is as large.
        let noisy = |t: usize| (t * 7919 % 101) as f64;
        assert_eq!(together(&market(|t| if t < 25 { 50.0 + noisy(t) } else { 100.0 + noisy(t) })), [0; 0]);
    }

    #[test]
    fn a_step_of_one_geo_is_that_geos() {
        let mut data = market(|_| 100.0);
        for t in 25..60 {
            data.outcome.values[[1, t]] += 150.0;
        }
        let found = shifts(&data);
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((found.geo, found.period, found.is_marked), (Some(1), 25, false));
        let marks = ndarray::Array2::from_shape_fn((2, 60), |(g, t)| f64::from(u8::from(g == 1 && t >= 25)));
        data.controls.push(crate::data::Control { name: "shift_event".into(), values: marks, binary: true });
        assert!(shifts(&data)[0].is_marked);
    }
}
