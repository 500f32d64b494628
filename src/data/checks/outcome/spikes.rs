//! Periods whose outcome stands out from their neighbours'.

use chrono::NaiveDate;

use super::level::{MAD_TO_SD, Neighbours, level};
use super::shift::Shift;
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

/// Robust standard deviations; beyond 6 a Gaussian has two cases in 10⁹.
const FAR: f64 = 6.0;

/// Periods farther from the median of their neighbours than `FAR` times the usual distance, but those beside a
/// step, whose neighbours are of another level.
pub(crate) fn spikes(data: &Dataset, shift: Option<&Shift>) -> Vec<Spike> {
    let level = level(data);
    let Neighbours { usual, typical: Some(typical) } = Neighbours::of(&level) else { return Vec::new() };
    let distance = |t: usize| Some(level[t]? - usual[t]?);
    let beside = |t: &usize| shift.is_some_and(|shift| Neighbours::reach(shift.period, *t));
    (0..level.len())
        .filter(|t| !beside(t) && distance(*t).is_some_and(|d| d.abs() > FAR * MAD_TO_SD * typical))
        .filter_map(|t| Some(Spike { date: data.dates[t], value: level[t]?, usual: usual[t]? }))
        .collect()
}
