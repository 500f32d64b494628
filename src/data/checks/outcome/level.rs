//! The outcome of each period, geos taken together, beside that of its neighbours.

use crate::data::dataset::Dataset;
use crate::data::zero_weeks::{ZeroRun, zero_runs};

/// Periods on either side that a period is compared with.
pub(super) const NEIGHBOURS: usize = 4;
/// A quarter of a year of weeks, longer than a run of odd ones.
pub(super) const FAR_NEIGHBOURS: usize = 13;
/// Makes the median absolute deviation estimate a Gaussian's standard deviation (Rousseeuw & Croux 1993).
pub(super) const MAD_TO_SD: f64 = 1.4826;

/// The outcome of all geos, by period: only of those known in every geo, so that a geo's late start is no jump,
/// and without runs of zeros, which are told apart.
pub(super) fn level(data: &Dataset) -> Vec<Option<f64>> {
    let mut known = data.outcome.observed.clone();
    for run in zero_runs(&data.outcome, data.interval) {
        (run.first..=run.last).for_each(|t| known[[run.geo, t]] = false);
    }
    let columns = data.outcome.values.columns().into_iter().zip(known.columns());
    columns.map(|(values, known)| known.iter().all(|k| *k).then(|| values.sum())).collect()
}

/// The outcome of one geo, by period, without runs of zeros.
pub(super) fn level_of(data: &Dataset, geo: usize, zeros: &[ZeroRun]) -> Vec<Option<f64>> {
    let is_zero = |t: usize| zeros.iter().any(|run| run.geo == geo && (run.first..=run.last).contains(&t));
    let value = |t: usize| {
        let known = data.outcome.observed[[geo, t]] && !is_zero(t);
        known.then(|| data.outcome.values[[geo, t]])
    };
    (0..data.n_periods()).map(value).collect()
}

/// What is usual around each period.
pub(super) struct Neighbours {
    /// Median of the neighbours.
    pub(super) usual: Vec<Option<f64>>,
    /// Median distance of a period from it.
    pub(super) typical: Option<f64>,
}

impl Neighbours {
    /// Of so many periods on either side.
    pub(super) fn of(level: &[Option<f64>], reach: usize) -> Neighbours {
        let usual: Vec<Option<f64>> = (0..level.len())
            .map(|t| {
                let near = t.saturating_sub(reach)..(t + reach + 1).min(level.len());
                median(near.filter(|s| *s != t).filter_map(|s| level[s]).collect())
            })
            .collect();
        let distances = level.iter().zip(&usual).filter_map(|(y, usual)| Some(((*y)? - (*usual)?).abs()));
        let typical = median(distances.collect());
        Neighbours { usual, typical }
    }

    /// Whether a period may be compared with one in another.
    pub(super) fn reach(a: usize, b: usize) -> bool {
        a.abs_diff(b) <= NEIGHBOURS
    }
}

pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(values[n / 2]),
        _ => Some(0.5 * (values[n / 2 - 1] + values[n / 2])),
    }
}
