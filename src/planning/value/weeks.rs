//! The periods after the data: their dates, and today's plan in them.

use chrono::{Datelike, Days, NaiveDate};

use super::media::MediaModel;
use crate::data::Interval;

/// N periods that follow the history. Today's plan repeats the history's last N periods (over again where
/// the history is shorter).
#[derive(Debug, Clone, PartialEq)]
pub struct FutureWeeks {
    /// First day of each period.
    pub dates: Vec<NaiveDate>,
    /// The period of the history that each one repeats.
    pub repeats: Vec<usize>,
    /// Spacing of the periods.
    pub interval: Interval,
    /// Whether each geo has ended: no plan spends there any more. Length G.
    ended: Vec<bool>,
}

impl FutureWeeks {
    /// As many periods as make up `weeks`, at least one.
    pub fn after(model: &MediaModel, weeks: f64) -> FutureWeeks {
        let n = (weeks * 7.0 / model.history.interval.days()).round() as usize;
        FutureWeeks::of_length(model, n.max(1))
    }

    /// N periods.
    pub fn of_length(model: &MediaModel, n: usize) -> FutureWeeks {
        let history = &model.history;
        let past = history.n_periods();
        let span = n.min(past).max(1);
        FutureWeeks {
            dates: (1..=n).map(|k| following(&history.dates, history.interval, k)).collect(),
            interval: history.interval,
            repeats: (0..n).map(|k| past.saturating_sub(span) + k % span).collect(),
            ended: history.pace.iter().map(|pace| *pace == 0.0).collect(),
        }
    }

    /// Number of periods N.
    pub fn len(&self) -> usize {
        self.dates.len()
    }

    /// Whether there is none; never so as made here.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty()
    }

    /// Length in weeks.
    pub fn weeks(&self) -> f64 {
        self.len() as f64 * self.interval.days() / 7.0
    }

    /// Last day of the last period.
    pub fn last_day(&self) -> NaiveDate {
        self.end(self.len() - 1)
    }

    /// Last day of a period.
    pub fn end(&self, k: usize) -> NaiveDate {
        self.interval.last_day(self.dates[k])
    }

    /// The middle day of a period, which decides whether it belongs to a range of days, as Thursday does in
    /// ISO weeks.
    pub fn middle(&self, k: usize) -> NaiveDate {
        self.interval.middle_day(self.dates[k])
    }

    /// The period that a day dates: the one that begins on it or, where months begin on their first day, the one
    /// that ends on it.
    pub fn dated_by(&self, day: NaiveDate) -> Option<usize> {
        let begins = |day: &NaiveDate| self.dates.binary_search(day).ok();
        let months = self.interval == Interval::Monthly && self.dates.iter().all(|d| d.day() == 1);
        let of_month_end = || (months && (day + Days::new(1)).day() == 1).then(|| day.with_day(1)).flatten();
        begins(&day).or_else(|| begins(&of_month_end()?))
    }

    /// Today's spend and exposure of channel `c` in geo `g` in these periods: none of what has ended.
    pub(crate) fn today(&self, model: &MediaModel, (c, g): (usize, usize)) -> (Vec<f64>, Vec<f64>) {
        let channel = &model.history.channels[c];
        if channel.ended {
            return (vec![0.0; self.len()], vec![0.0; self.len()]);
        }
        (self.repeated(&channel.spend, g), self.repeated(&channel.exposure, g))
    }

    /// A series of geo `g` out of G in these periods when they repeat the history; zeros where the geo has ended.
    pub(crate) fn repeated(&self, series: &[f64], g: usize) -> Vec<f64> {
        let n_periods = series.len() / self.ended.len();
        let at = |t: &usize| if self.ended[g] { 0.0 } else { series[g * n_periods + t] };
        self.repeats.iter().map(at).collect()
    }
}

/// First day of the `k`-th period after the last one.
fn following(dates: &[NaiveDate], interval: Interval, k: usize) -> NaiveDate {
    let last = dates.last().copied().unwrap_or_default();
    interval.later(last, k as u32).expect("a horizon lies within the calendar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_follow_the_data() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let next = |last: &[&str], interval, k| {
            following(&last.iter().map(|d| day(d)).collect::<Vec<_>>(), interval, k).to_string()
        };
        assert_eq!(next(&["2023-12-25"], Interval::Weekly, 2), "2024-01-08");
        assert_eq!(next(&["2023-12-31"], Interval::Daily, 1), "2024-01-01");
        assert_eq!(next(&["2023-11-01"], Interval::Monthly, 2), "2024-01-01");
        assert_eq!(next(&["2024-03-15", "2024-04-15"], Interval::Monthly, 1), "2024-05-15");
    }

    #[test]
    fn a_geo_that_has_ended_spends_nothing_any_more() {
        let mut model = crate::planning::testdata::model(&[(0.4, 2.0, 1.0)]);
        model.history.geos.push("south".into());
        model.history.pace = vec![1.0, 0.0];
        for channel in &mut model.history.channels {
            channel.spend.extend_from_within(..);
            channel.exposure.extend_from_within(..);
        }
        let weeks = FutureWeeks::of_length(&model, 3);
        let (north, south) = (weeks.today(&model, (0, 0)), weeks.today(&model, (0, 1)));
        assert_eq!(north.0, [1.0, 5.0, 1.0], "the last three of the history");
        assert_eq!(south, (vec![0.0; 3], vec![0.0; 3]));
        model.history.channels[0].ended = true;
        assert_eq!(weeks.today(&model, (0, 0)).0, [0.0; 3]);
    }

    #[test]
    fn months_end_where_the_next_begins_and_go_by_either_day() {
        let mut model = crate::planning::testdata::model(&[(0.4, 2.0, 1.0)]);
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        model.history.interval = Interval::Monthly;
        let ends = |last: &str, n: usize| {
            let mut model = model.clone();
            model.history.dates = vec![day(last)];
            FutureWeeks::of_length(&model, n).last_day().to_string()
        };
        assert_eq!(ends("2023-12-01", 1), "2024-01-31");
        assert_eq!(ends("2023-12-01", 2), "2024-02-29");
        assert_eq!(ends("2023-12-01", 12), "2024-12-31");
        model.history.dates = vec![day("2023-12-01")];
        let months = FutureWeeks::of_length(&model, 3);
        assert_eq!(months.dated_by(day("2024-02-01")), Some(1));
        assert_eq!(months.dated_by(day("2024-02-29")), Some(1));
        assert_eq!(months.dated_by(day("2024-02-28")), None);
        model.history.interval = Interval::Weekly;
        assert_eq!(FutureWeeks::of_length(&model, 1).dated_by(day("2023-12-31")), None);
    }
}
