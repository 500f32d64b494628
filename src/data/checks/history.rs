//! How long and how often each channel was active.

use chrono::NaiveDate;
use ndarray::Array2;
use schemars::JsonSchema;
use serde::Serialize;

use crate::data::dataset::{Channel, Dataset, Interval};

/// Activity of one channel, geos taken together.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ChannelHistory {
    /// Channel name.
    pub name: String,
    /// Spend column; `None` for an organic channel.
    pub spend_column: Option<String>,
    /// Column that drives the response.
    pub exposure_column: String,
    /// Currency over all rows; 0 for an organic channel.
    pub spend: f64,
    /// First period with exposure.
    #[schemars(with = "Option<String>")]
    pub first_active: Option<NaiveDate>,
    /// Periods with exposure in any geo.
    pub active_periods: usize,
    /// Rows without exposure as a share of all rows.
    pub zero_share: f64,
}

/// Weeks of half a year: what was seen for less was never seen in both halves of the season.
pub(crate) const HALF_YEAR: f64 = 26.0;
/// A quarter of a year: with fewer active weeks a curve and a carry-over rest on a handful of points.
const FEW_WEEKS: f64 = 13.0;

/// Weeks in so many periods.
pub(crate) fn weeks(data: &Dataset, periods: usize) -> f64 {
    periods as f64 * data.interval.days() / 7.0
}

/// When a channel ran, geos taken together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Activity {
    /// Periods with exposure in any geo.
    pub(crate) periods: Vec<usize>,
    /// Weeks in which it ran at all.
    pub(crate) weeks: f64,
    /// Weeks from the first such period to the end.
    weeks_since: f64,
    /// Weeks of one period.
    period_weeks: f64,
    n_periods: usize,
}

impl Activity {
    /// Of one channel.
    pub(crate) fn of(data: &Dataset, channel: &Channel) -> Activity {
        let runs = |t: &usize| channel.exposure.column(*t).iter().any(|x| *x > 0.0);
        let periods: Vec<usize> = (0..data.n_periods()).filter(runs).collect();
        let active = match data.interval {
            // One day a week tells as much of a curve as seven in a row.
            Interval::Daily => periods.chunk_by(|a, b| a / 7 == b / 7).count() as f64,
            Interval::Weekly | Interval::Monthly => weeks(data, periods.len()),
        };
        let since = periods.first().map_or(0, |first| data.n_periods() - first);
        Activity {
            weeks: active,
            weeks_since: weeks(data, since),
            period_weeks: weeks(data, 1),
            n_periods: data.n_periods(),
            periods,
        }
    }

    /// First period in which it ran.
    pub(crate) fn first(&self) -> Option<usize> {
        self.periods.first().copied()
    }

    /// Whether it began after the data did, and too late to be seen in both halves of the season.
    pub(crate) fn is_late(&self) -> bool {
        self.first().is_some_and(|first| first > 0) && self.weeks_since < HALF_YEAR
    }

    /// Last period in which it ran, when it has ended: silent for half a year, and for more than twice its longest
    /// pause, as a channel of one season is silent for most of a year.
    pub(crate) fn ended(&self) -> Option<usize> {
        let last = *self.periods.last()?;
        let silent = self.n_periods - 1 - last;
        let pause = self.periods.windows(2).map(|pair| pair[1] - pair[0] - 1).max().unwrap_or(0);
        (silent as f64 * self.period_weeks >= HALF_YEAR && silent > 2 * pause).then_some(last)
    }

    /// Whether it paused most of the time.
    pub(crate) fn is_rare(&self) -> bool {
        self.weeks < FEW_WEEKS && !self.periods.is_empty() && self.periods.len() < self.n_periods
    }
}

/// The history of every channel, in the data set's order.
pub fn history(data: &Dataset) -> Vec<ChannelHistory> {
    data.channels
        .iter()
        .map(|channel| {
            let activity = Activity::of(data, channel);
            ChannelHistory {
                name: channel.name.clone(),
                spend_column: channel.spend_column.clone(),
                exposure_column: channel.exposure_column.clone(),
                spend: channel.spend.sum(),
                first_active: activity.first().map(|t| data.dates[t]),
                active_periods: activity.periods.len(),
                zero_share: zero_share(&channel.exposure, &data.present),
            }
        })
        .collect()
}

fn zero_share(values: &Array2<f64>, present: &Array2<bool>) -> f64 {
    let rows = present.iter().filter(|p| **p).count();
    let zeros = values.iter().zip(present).filter(|(x, p)| **p && **x == 0.0).count();
    zeros as f64 / rows.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(periods: Vec<usize>, n_periods: usize) -> Option<usize> {
        Activity { periods, weeks: 0.0, weeks_since: 0.0, period_weeks: 1.0, n_periods }.ended()
    }

    #[test]
    fn a_season_is_no_end() {
        assert_eq!(ended((0..52).collect(), 104), Some(51));
        assert_eq!(ended((0..52).collect(), 77), None, "25 weeks");
        assert_eq!(ended((0..52).collect(), 78), Some(51), "26 weeks");
        // Christmas of two years, and half a year since.
        assert_eq!(ended(vec![49, 50, 51, 101, 102, 103], 140), None);
        assert_eq!(
            ended(vec![49, 50, 51, 101, 102, 103], 204),
            Some(103),
            "the third Christmas passed without it"
        );
        // A pause of 30 weeks, and silence since: ended only after more than twice as long.
        let paused: Vec<usize> = (0..11).chain(41..60).collect();
        assert_eq!((ended(paused.clone(), 100), ended(paused.clone(), 120)), (None, None));
        assert_eq!(ended(paused, 121), Some(59));
        assert_eq!(ended(Vec::new(), 104), None);
    }
}
