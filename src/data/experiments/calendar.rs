//! Days of a test and periods of the data.

use std::ops::Range;

use chrono::NaiveDate;

use crate::data::dataset::Dataset;

/// Share of each period's days that lie between two days, both included; length T.
pub(super) fn covered(data: &Dataset, from: NaiveDate, to: NaiveDate) -> Vec<f64> {
    let days = |a: NaiveDate, b: NaiveDate| ((b - a).num_days() + 1).max(0) as f64;
    let share = |first: &NaiveDate| {
        let last = data.interval.last_day(*first);
        days(from.max(*first), to.min(last)) / days(*first, last)
    };
    data.dates.iter().map(share).collect()
}

/// Periods that are covered at all.
pub(super) fn touched(covered: &[f64]) -> Range<usize> {
    let first = covered.iter().position(|f| *f > 0.0).unwrap_or(0);
    let last = covered.iter().rposition(|f| *f > 0.0).map_or(0, |t| t + 1);
    first..last.max(first)
}

/// Periods that belong to a span of days: those with their middle day in it, or the one that the span lies within.
pub(super) fn belonging(data: &Dataset, from: NaiveDate, to: NaiveDate) -> Range<usize> {
    let belongs = |t: &usize| {
        let (first, last) = (data.dates[*t], data.interval.last_day(data.dates[*t]));
        let middle = data.interval.middle_day(first);
        (from <= middle && middle <= to) || (first <= from && to <= last)
    };
    let first = (0..data.n_periods()).find(belongs).unwrap_or(0);
    let last = (0..data.n_periods()).rfind(belongs).map_or(first, |t| t + 1);
    first..last
}

/// First and last day of the data.
pub(super) fn span(data: &Dataset) -> (NaiveDate, NaiveDate) {
    let first = data.dates.first().copied().unwrap_or_default();
    let last = data.dates.last().map_or(first, |last| data.interval.last_day(*last));
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Interval, testdata};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Weeks from Monday 2024-01-01.
    #[test]
    fn a_week_counts_by_its_thursday_and_is_treated_by_its_days() {
        let data = testdata::dataset();
        // Wednesday to Wednesday: 5 of 7 days, then 3 of 7.
        let share = covered(&data, day("2024-01-03"), day("2024-01-10"));
        assert_eq!(share[..3], [5.0 / 7.0, 3.0 / 7.0, 0.0]);
        assert_eq!(touched(&share), 0..2);
        assert_eq!(belonging(&data, day("2024-01-03"), day("2024-01-10")), 0..1);
        assert_eq!(belonging(&data, day("2024-01-05"), day("2024-01-11")), 1..2);
        assert_eq!(belonging(&data, day("2024-01-05"), day("2024-01-07")), 0..1, "within one week");
        assert!(belonging(&data, day("2024-01-05"), day("2024-01-10")).is_empty());
    }

    #[test]
    fn months_have_their_own_days() {
        let mut data = testdata::dataset();
        data.interval = Interval::Monthly;
        data.dates = ["2024-01-01", "2024-02-01", "2024-03-01"].map(day).to_vec();
        // 17 of January's 31 days and 10 of February's 29.
        let share = covered(&data, day("2024-01-15"), day("2024-02-10"));
        assert_eq!(share, [17.0 / 31.0, 10.0 / 29.0, 0.0]);
        assert_eq!(belonging(&data, day("2024-01-15"), day("2024-02-10")), 0..1, "the 16th is in the middle");
        assert_eq!(span(&data), (day("2024-01-01"), day("2024-03-31")));
    }
}
