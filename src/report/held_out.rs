//! Which periods of the data were held out of a fit.

use chrono::NaiveDate;

use crate::data::Interval;
use crate::report::fit::{DataReport, Run};

/// The last periods of the data, predicted and not fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldOut {
    /// How many.
    pub periods: usize,
    /// What one is.
    pub interval: Interval,
    /// First day of the first.
    pub first: NaiveDate,
    /// First day of the last.
    pub last: NaiveDate,
}

impl HeldOut {
    /// How many and which, in words.
    pub(crate) fn words(&self) -> String {
        format!("{} held out, {} to {}", self.interval.count(self.periods), self.first, self.last)
    }
}

impl DataReport {
    /// Spacing of the periods.
    pub fn interval(&self) -> Interval {
        Interval::of_days(self.interval_days)
    }
}

impl Run {
    /// What `holdout_weeks` came to; `None` when everything was fitted.
    pub fn held_out(&self) -> Option<HeldOut> {
        let interval = self.data.interval();
        let periods = interval.periods_in(self.config.model.holdout_weeks);
        let before = u32::try_from(self.data.periods.checked_sub(periods)?).ok()?;
        let first = interval.later(self.data.first, before).filter(|_| periods > 0)?;
        Some(HeldOut { periods, interval, first, last: self.data.last })
    }
}

#[cfg(test)]
mod tests {
    use crate::report::testdata;

    #[test]
    fn weeks_held_out_are_told_in_the_periods_of_the_data() {
        let mut run = testdata::fit().run;
        assert_eq!(run.held_out(), None);
        run.config = run.config.with(|c| c.model.holdout_weeks = 13).unwrap();
        for (days, first, last, periods) in [
            (1.0, "2023-01-01", "2023-12-31", 91),
            (7.0, "2023-01-02", "2023-12-25", 13),
            (30.4375, "2023-01-01", "2023-12-01", 3),
        ] {
            let data = &mut run.data;
            data.interval_days = days;
            (data.first, data.last) = (first.parse().unwrap(), last.parse().unwrap());
            data.periods = match periods {
                91 => 365,
                13 => 52,
                _ => 12,
            };
            let held = run.held_out().unwrap();
            assert_eq!((held.periods, held.last), (periods, run.data.last));
            assert_eq!(held.interval.later(held.first, periods as u32 - 1), Some(held.last));
        }
        run.config = run.config.with(|c| c.model.holdout_weeks = 5200).unwrap();
        assert_eq!(run.held_out(), None, "a file changed by hand");
    }
}
