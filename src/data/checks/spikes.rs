//! Periods whose outcome stands out from their neighbours'.

use chrono::NaiveDate;

use crate::data::dataset::Dataset;

/// A period that stands out, geos taken together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spike {
    pub(crate) date: NaiveDate,
    /// Outcome of the period.
    pub(crate) value: f64,
    /// Median of the neighbouring periods.
    pub(crate) usual: f64,
}

/// Periods on either side that a period is compared with.
const NEIGHBOURS: usize = 4;
/// Robust standard deviations; beyond 6 a Gaussian has two cases in 10⁹.
const FAR: f64 = 6.0;
/// Makes the median absolute deviation estimate a Gaussian's standard deviation (Rousseeuw & Croux 1993).
const MAD_TO_SD: f64 = 1.4826;

/// Periods farther from the median of their neighbours than `FAR` times the usual distance.
pub(crate) fn spikes(data: &Dataset) -> Vec<Spike> {
    // Only periods known in every geo, so that a geo's late start is no jump.
    let level: Vec<Option<f64>> = (0..data.n_periods())
        .map(|t| {
            let (values, observed) = (data.outcome.values.column(t), data.outcome.observed.column(t));
            let known: Vec<f64> = values.iter().zip(observed).filter(|(_, o)| **o).map(|(y, _)| *y).collect();
            let complete = known.len() == data.n_geos();
            complete.then(|| known.iter().sum())
        })
        .collect();
    let usual: Vec<Option<f64>> = (0..level.len())
        .map(|t| {
            let near = t.saturating_sub(NEIGHBOURS)..(t + NEIGHBOURS + 1).min(level.len());
            median(near.filter(|s| *s != t).filter_map(|s| level[s]).collect())
        })
        .collect();
    let distance = |t: usize| Some(level[t]? - usual[t]?);
    let Some(typical) = median((0..level.len()).filter_map(distance).map(f64::abs).collect()) else {
        return Vec::new();
    };
    (0..level.len())
        .filter(|t| distance(*t).is_some_and(|d| d.abs() > FAR * MAD_TO_SD * typical))
        .filter_map(|t| Some(Spike { date: data.dates[t], value: level[t]?, usual: usual[t]? }))
        .collect()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(values[n / 2]),
        _ => Some(0.5 * (values[n / 2 - 1] + values[n / 2])),
    }
}
