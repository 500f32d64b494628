//! The checked data set that every later step reads: a rectangular geo × period panel.

use chrono::{Days, Months, NaiveDate};
use ndarray::Array2;

use crate::config::{ModelConfig, OutcomeKind, Reading};

/// A panel of G geos × T periods. Matrices are G × T; a cell whose row is absent from the file
/// holds 0 and is `false` in [`Dataset::present`].
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Where the rows came from.
    pub source: Source,
    /// First day of each period, ascending, without gaps; length T.
    pub dates: Vec<NaiveDate>,
    /// Spacing of the periods.
    pub interval: Interval,
    /// Geo names in order of first appearance; `["national"]` when the file has no geo column.
    pub geos: Vec<String>,
    /// The outcome and what one unit of it is.
    pub outcome: Outcome,
    /// Whether the file has a row for the cell.
    pub present: Array2<bool>,
    /// People per geo, length G.
    pub population: Option<Vec<f64>>,
    /// Paid channels in file order, then organic ones.
    pub channels: Vec<Channel>,
    /// Controls; a text control is one entry per level other than the most frequent.
    pub controls: Vec<Control>,
    /// Columns of numbers without a role; the fit does not see them, the checks do.
    pub unused: Vec<Control>,
    /// Which column plays which role, and the columns left out.
    pub roles: Roles,
}

/// Provenance of a data set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// File name as given by the user.
    pub file: String,
    /// SHA-256 of the file's bytes, lower-case hex.
    pub sha256: String,
    /// Data rows in the file.
    pub rows: usize,
    /// First date that was asked for.
    pub from: Option<NaiveDate>,
    /// Last date that was asked for.
    pub to: Option<NaiveDate>,
    /// Columns and globs that were to be left alone.
    pub exclude: Vec<String>,
    /// How cells were to be understood.
    pub reading: Reading,
}

/// Spacing of the periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// One day.
    Daily,
    /// Seven days.
    Weekly,
    /// One calendar month.
    Monthly,
}

impl Interval {
    /// Days in a period: 1, 7, or 30.4375 for a month on average.
    pub fn days(self) -> f64 {
        match self {
            Interval::Daily => 1.0,
            Interval::Weekly => 7.0,
            Interval::Monthly => 30.4375,
        }
    }

    /// The interval that [`Interval::days`] tells the length of.
    pub fn of_days(days: f64) -> Interval {
        match days {
            1.0 => Interval::Daily,
            7.0 => Interval::Weekly,
            _ => Interval::Monthly,
        }
    }

    /// Periods in a year: 365.25, 52.18 or 12.
    pub fn per_year(self) -> f64 {
        365.25 / self.days()
    }

    /// Whole periods nearest to a number of weeks; none of no week, else at least one.
    pub fn periods_in(self, weeks: usize) -> usize {
        let periods = (weeks as f64 * 7.0 / self.days()).round() as usize;
        periods.max(weeks.min(1))
    }

    /// First day of the period `n` after the one that begins on `first`; `None` beyond the calendar.
    pub fn later(self, first: NaiveDate, n: u32) -> Option<NaiveDate> {
        match self {
            Interval::Daily => first.checked_add_days(Days::new(n.into())),
            Interval::Weekly => first.checked_add_days(Days::new(7 * u64::from(n))),
            Interval::Monthly => first.checked_add_months(Months::new(n)),
        }
    }

    /// Last day of the period that begins on `first`.
    pub fn last_day(self, first: NaiveDate) -> NaiveDate {
        self.later(first, 1).and_then(|next| next.pred_opt()).unwrap_or(first)
    }

    /// The middle day of the period that begins on `first`, which decides whether it belongs to a range of days, as
    /// Thursday does in ISO weeks.
    pub fn middle_day(self, first: NaiveDate) -> NaiveDate {
        first.checked_add_days(Days::new((self.days() / 2.0) as u64)).unwrap_or(first)
    }

    /// One period in words.
    pub fn noun(self) -> &'static str {
        match self {
            Interval::Daily => "day",
            Interval::Weekly => "week",
            Interval::Monthly => "month",
        }
    }

    /// A number of periods in words, such as `13 weeks`.
    pub fn count(self, periods: usize) -> String {
        format!("{periods} {}{}", self.noun(), if periods == 1 { "" } else { "s" })
    }
}

/// The outcome to be explained.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Column name.
    pub name: String,
    /// Revenue or count.
    pub kind: OutcomeKind,
    /// Outcome units; 0 where not observed.
    pub values: Array2<f64>,
    /// Whether the outcome is known; a blank outcome keeps its row for carry-over only.
    pub observed: Array2<bool>,
    /// Currency per outcome unit, when a column gives it.
    pub revenue_per_outcome: Option<Array2<f64>>,
}

/// One media channel.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Short name: the spend column without its spend/cost affix.
    pub name: String,
    /// Spend column; `None` for an organic channel.
    pub spend_column: Option<String>,
    /// Column that drives the response: the spend column itself unless another one is mapped.
    pub exposure_column: String,
    /// Currency; all zero for an organic channel.
    pub spend: Array2<f64>,
    /// Exposure in its own units (currency, impressions, GRPs, clicks).
    pub exposure: Array2<f64>,
}

impl Channel {
    /// Whether the channel costs nothing.
    pub fn is_organic(&self) -> bool {
        self.spend_column.is_none()
    }
}

/// One column of the regression that is not media.
#[derive(Debug, Clone)]
pub struct Control {
    /// Column name; `column=level` for a level of a text control.
    pub name: String,
    /// As given in the file.
    pub values: Array2<f64>,
    /// Only 0 and 1 occur.
    pub binary: bool,
}

/// Column roles as resolved; what `fit.json` reports under `run.roles`.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Roles {
    /// Date column.
    pub date: String,
    /// Outcome column.
    pub outcome: String,
    /// Geo column.
    pub geo: Option<String>,
    /// Population column.
    pub population: Option<String>,
    /// Revenue-per-outcome column.
    pub revenue_per_outcome: Option<String>,
    /// Spend columns of the paid channels.
    pub channels: Vec<String>,
    /// Exposure column for each spend column that has one.
    pub exposure: std::collections::BTreeMap<String, String>,
    /// Organic media columns.
    pub organic: Vec<String>,
    /// Control columns.
    pub controls: Vec<String>,
    /// Those of `controls` that never change in the data at hand and are left out of the fit. They keep their
    /// role, as newer data may hold a change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constant_controls: Vec<String>,
    /// Columns in the file that play no role.
    pub left_out: Vec<String>,
}

impl Dataset {
    /// Number of geos G.
    pub fn n_geos(&self) -> usize {
        self.geos.len()
    }
    /// Number of periods T.
    pub fn n_periods(&self) -> usize {
        self.dates.len()
    }
    /// Number of channels C.
    pub fn n_channels(&self) -> usize {
        self.channels.len()
    }

    /// People by geo, when exposure is per head.
    pub fn heads(&self, model: &ModelConfig) -> Option<&[f64]> {
        self.population.as_deref().filter(|_| model.scaling.is_per_head())
    }
    /// How many of the last periods `model` keeps out of the fit.
    pub fn held_out(&self, model: &ModelConfig) -> usize {
        model.holdout_periods.unwrap_or_else(|| self.interval.periods_in(model.holdout_weeks))
    }
    /// Currency value of one outcome unit in a cell; 1 when the outcome is revenue or no value is known.
    pub fn value_per_outcome(&self, geo: usize, period: usize) -> f64 {
        self.outcome.revenue_per_outcome.as_ref().map_or(1.0, |v| v[[geo, period]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Interval; 3] = [Interval::Daily, Interval::Weekly, Interval::Monthly];

    #[test]
    fn weeks_are_whole_periods_of_the_data() {
        for (weeks, periods) in
            [(0, [0; 3]), (1, [7, 1, 1]), (4, [28, 4, 1]), (13, [91, 13, 3]), (52, [364, 52, 12])]
        {
            assert_eq!(ALL.map(|interval| interval.periods_in(weeks)), periods, "{weeks}");
        }
        assert!(ALL.iter().all(|interval| interval.periods_in(usize::MAX) > 1 << 60));
    }

    #[test]
    fn a_period_ends_the_day_before_the_next() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        for (interval, last) in ALL.into_iter().zip(["2024-02-05", "2024-02-11", "2024-03-04"]) {
            assert_eq!(interval.last_day(day("2024-02-05")), day(last));
        }
        assert_eq!(Interval::Monthly.last_day(day("2024-02-01")), day("2024-02-29"));
        assert_eq!(Interval::Daily.last_day(NaiveDate::MAX), NaiveDate::MAX);
        assert_eq!(ALL.map(|i| Interval::of_days(i.days())), ALL);
    }

    #[test]
    fn the_weeks_held_out_are_periods_of_the_data() {
        let mut data = crate::data::testdata::dataset();
        let mut model = ModelConfig { holdout_weeks: 2, ..ModelConfig::default() };
        let of = |interval: Interval| {
            data.interval = interval;
            data.held_out(&model)
        };
        assert_eq!(ALL.map(of), [14, 2, 1]);
        model.holdout_periods = Some(3);
        assert_eq!(data.held_out(&model), 3, "a fold's own");
    }
}
