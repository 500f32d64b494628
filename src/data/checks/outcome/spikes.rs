//! Periods whose outcome stands out from their neighbours'.

use chrono::NaiveDate;

use super::level::{FAR_NEIGHBOURS, MAD_TO_SD, NEIGHBOURS, Neighbours, level};
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
/// The same for the median of eight neighbours against that of a quarter on either side, which a season moves.
const OFF: f64 = 4.0;
/// Share of the usual outcome below which a period has collapsed: closed but for a refund or two.
const COLLAPSED: f64 = 0.1;
/// More of them are a habit, such as Sundays.
const RARE: f64 = 0.1;
/// Levels this many times apart are in two units, beside which nothing else stands out.
const UNITS_APART: f64 = 20.0;

/// Periods farther from the median of their neighbours than `FAR` times the usual distance, but those beside a
/// step, whose neighbours are of another level, and those beside a run of odd ones, which are the odd ones.
pub(crate) fn spikes(data: &Dataset, shifts: &[Shift]) -> Vec<Spike> {
    if shifts.iter().any(|shift| shift.factor() > UNITS_APART) {
        return Vec::new();
    }
    let level = level(data);
    let Neighbours { usual, typical: Some(typical) } = Neighbours::of(&level, NEIGHBOURS) else {
        return Vec::new();
    };
    let wide = Neighbours::of(&level, FAR_NEIGHBOURS);
    let (value, near, far) = (|t: usize| level[t], |t: usize| usual[t], |t: usize| wide.usual[t]);
    let beside_step = |t: usize| shifts.iter().any(|shift| Neighbours::reach(shift.period, t));
    let is_far =
        |t: usize| value(t).zip(near(t)).is_some_and(|(y, u)| (y - u).abs() > FAR * MAD_TO_SD * typical);
    let beside_run = |t: usize| {
        let (Some(y), Some(near), Some(far), Some(wide)) = (value(t), near(t), far(t), wide.typical) else {
            return false;
        };
        (near - far).abs() > (y - far).abs().max(OFF * MAD_TO_SD * wide)
    };
    let has_collapsed =
        |t: usize| value(t).zip(far(t)).is_some_and(|(y, far)| far > 0.0 && y < COLLAPSED * far);
    let n = level.len();
    let is_rare = (0..n).filter(|t| has_collapsed(*t)).count() as f64 <= RARE * n as f64;
    (0..n)
        .filter(|t| !beside_step(*t))
        .filter(|t| (is_far(*t) && !beside_run(*t)) || (is_rare && has_collapsed(*t)))
        .filter_map(|t| {
            let usual = if has_collapsed(t) { far(t)? } else { near(t)? };
            Some(Spike { date: data.dates[t], value: value(t)?, usual })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::shift::market;
    use super::*;

    fn named(values: impl Fn(usize) -> f64) -> Vec<usize> {
        let data = market(values);
        let found = spikes(&data, &[]);
        found.iter().map(|s| data.dates.iter().position(|d| *d == s.date).unwrap()).collect()
    }

    #[test]
    fn high_and_low_periods_are_named_and_no_good_ones_beside_them() {
        assert_eq!(named(|t| if t == 30 { 300.0 } else { 100.0 }), [30]);
        assert_eq!(named(|t| if t == 30 { 20.0 } else { 100.0 }), [30]);
        assert_eq!(named(|_| 100.0), [0; 0]);
        // A run of weeks with next to nothing: all of them, and not the weeks around.
        assert_eq!(
            named(|t| if (30..36).contains(&t) { 1.0 - (t * 31 % 7) as f64 } else { 100.0 }),
            [30, 31, 32, 33, 34, 35]
        );
    }

    #[test]
    fn a_slow_course_and_a_habit_are_no_spikes() {
        assert_eq!(named(|t| 100.0 + 60.0 * (t as f64 / 8.0).sin()), [0; 0]);
    }
}
