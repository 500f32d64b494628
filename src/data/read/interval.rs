//! Daily, weekly or monthly: finds the spacing of the rows and refuses dates that do not keep it.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use crate::data::dataset::Interval;
use crate::error::{Error, Problems};

/// Where the rows of the file stand, one entry per row that is read.
pub(crate) struct Rows {
    /// Line in the file.
    pub(crate) line: Vec<u32>,
    /// Date as written.
    pub(crate) date: Vec<NaiveDate>,
    /// Index into `geos`.
    pub(crate) geo: Vec<u32>,
    /// Geo names in order of first appearance.
    pub(crate) geos: Vec<String>,
    /// Whether the file has a geo column.
    pub(crate) has_geo_column: bool,
}

/// The periods of the data set and the one each row belongs to.
#[derive(Debug)]
pub(crate) struct Periods {
    pub(crate) interval: Interval,
    pub(crate) dates: Vec<NaiveDate>,
    /// Index into `dates`, one per row.
    pub(crate) of_row: Vec<u32>,
}

/// Shares of gaps or rows below which a spacing is not called regular with exceptions but mixed.
const MOSTLY: f64 = 0.8;

/// Finds the periods.
///
/// # Errors
/// When a geo has two rows for one date, when the spacing is uneven, mixed or neither a day, a week
/// nor a month, and when a geo lacks periods between its first and last.
pub(crate) fn periods(file: &str, rows: &Rows) -> Result<Periods, Error> {
    let by_geo = rows_by_geo(rows);
    refuse_duplicates(file, rows, &by_geo)?;
    let interval = interval_of(file, rows, &by_geo)?;
    let calendar = Calendar::new(interval, &rows.date);
    refuse_off_grid(file, rows, &calendar)?;
    refuse_missing(file, rows, &by_geo, &calendar)?;
    let of_row: Vec<i64> = rows.date.iter().map(|d| calendar.number(*d)).collect();
    let first = of_row.iter().copied().min().unwrap_or(0);
    let last = of_row.iter().copied().max().unwrap_or(0);
    Ok(Periods {
        interval,
        dates: (first..=last).map(|n| calendar.date(n)).collect(),
        of_row: of_row.iter().map(|n| (n - first) as u32).collect(),
    })
}

/// Row indices of each geo, ascending by date, then by line.
fn rows_by_geo(rows: &Rows) -> Vec<Vec<usize>> {
    let mut by_geo = vec![Vec::new(); rows.geos.len()];
    for (row, geo) in rows.geo.iter().enumerate() {
        by_geo[*geo as usize].push(row);
    }
    for of_geo in &mut by_geo {
        of_geo.sort_by_key(|row| rows.date[*row]);
    }
    by_geo
}

fn refuse_duplicates(file: &str, rows: &Rows, by_geo: &[Vec<usize>]) -> Result<(), Error> {
    let mut problems = Problems::new("rows repeat a date");
    for (geo, of_geo) in by_geo.iter().enumerate() {
        for pair in of_geo.windows(2).filter(|p| rows.date[p[0]] == rows.date[p[1]]) {
            problems.push_with(|| {
                let place = if rows.has_geo_column {
                    format!(" of geo `{}`", super::number::excerpt(&rows.geos[geo]))
                } else {
                    String::new()
                };
                let (first, again) = (rows.line[pair[0]], rows.line[pair[1]]);
                format!("row {again}: {}{place} is in row {first} already (duplicate)", rows.date[pair[1]])
            });
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    let hint = if rows.has_geo_column {
        "keep one row per date and geo"
    } else {
        "keep one row per date, or name the column that tells the rows apart with --geo COLUMN"
    };
    Err(Error::Data { file: file.to_owned(), problems, hint: Some(hint.to_owned()) })
}

/// The commonest spacing, if it is one that can be modelled.
fn interval_of(file: &str, rows: &Rows, by_geo: &[Vec<usize>]) -> Result<Interval, Error> {
    let mut gaps: BTreeMap<i64, usize> = BTreeMap::new();
    for of_geo in by_geo {
        for pair in of_geo.windows(2) {
            *gaps.entry((rows.date[pair[1]] - rows.date[pair[0]]).num_days()).or_default() += 1;
        }
    }
    let total: usize = gaps.values().sum();
    if total == 0 {
        let what = if rows.date.len() == 1 { "has one row" } else { "has one row in every geo" };
        let hint = "a model needs history: two years of weeks or more; check --from, --to and --geo";
        return Err(Error::data(file, what, hint));
    }
    let count = |wanted: std::ops::RangeInclusive<i64>| -> usize { gaps.range(wanted).map(|(_, n)| n).sum() };
    let candidates = [
        (Interval::Daily, count(1..=1)),
        (Interval::Weekly, count(7..=7)),
        (Interval::Monthly, count(28..=31)),
    ];
    // A gap of several periods speaks for its period too; a file with every other week missing is none.
    let (interval, n) = candidates.into_iter().max_by_key(|c| c.1).unwrap_or(candidates[1]);
    let commonest = gaps.iter().max_by_key(|(_, n)| **n).map_or(0, |(days, _)| *days);
    let unsupported = !matches!(commonest, 1 | 7 | 28..=31);
    if n * 2 > total && !unsupported && !is_of_weeks(&gaps) {
        return Ok(interval);
    }
    let mut ordered: Vec<(&i64, &usize)> = gaps.iter().collect();
    ordered.sort_by_key(|(days, n)| (std::cmp::Reverse(**n), **days));
    let spacings: Vec<String> =
        ordered.iter().take(4).map(|(days, n)| format!("{n} × {days} days")).collect();
    let hint = "give one row per day, per week or per month throughout (sum daily rows into weeks)";
    if gaps.range(89..=92).map(|(_, n)| n).sum::<usize>() * 2 > total {
        let problem = "rows are quarters; daily, weekly and monthly data can be read";
        return Err(Error::data(
            file,
            problem,
            "export the data by week or by month: quarters tell nothing of carry-over",
        ));
    }
    if is_of_weeks(&gaps) {
        let problem = "rows are periods of four or five weeks; daily, weekly and monthly data can be read";
        return Err(Error::data(file, problem, "export the data by week, or by calendar month"));
    }
    if ordered.len() == 1 {
        let problem = format!("rows are {commonest} days apart; daily, weekly and monthly data can be read");
        return Err(Error::data(file, problem, hint));
    }
    let problem = format!("uneven or mixed intervals between rows: {}", spacings.join(", "));
    Err(Error::data(file, problem, hint))
}

/// Whether months are made of whole weeks (13 times four a year, or four, four and five a quarter): in a calendar of
/// months no three in a row have 28 days.
fn is_of_weeks(gaps: &BTreeMap<i64, usize>) -> bool {
    gaps.values().sum::<usize>() >= 3 && gaps.keys().all(|days| matches!(days, 28 | 35))
}

/// Numbers the periods of an interval and says which day each begins on.
struct Calendar {
    interval: Interval,
    /// Weekly: days from the common era modulo 7. Monthly: day of the month.
    anchor: i64,
    /// Monthly data dated by the last day of each month.
    month_ends: bool,
}

impl Calendar {
    fn new(interval: Interval, dates: &[NaiveDate]) -> Calendar {
        let commonest = |key: fn(&NaiveDate) -> i64| {
            let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
            for date in dates {
                *counts.entry(key(date)).or_default() += 1;
            }
            counts.into_iter().max_by_key(|(key, n)| (*n, -*key)).map_or(0, |(key, _)| key)
        };
        let month_ends = interval == Interval::Monthly && dates.iter().all(is_month_end);
        let anchor = match interval {
            Interval::Daily => 0,
            Interval::Weekly => commonest(|d| i64::from(d.num_days_from_ce()).rem_euclid(7)),
            Interval::Monthly if month_ends => 1,
            Interval::Monthly => commonest(|d| i64::from(d.day())),
        };
        Calendar { interval, anchor, month_ends }
    }

    fn number(&self, date: NaiveDate) -> i64 {
        let days = i64::from(date.num_days_from_ce());
        match self.interval {
            Interval::Daily => days,
            Interval::Weekly => (days - self.anchor).div_euclid(7),
            Interval::Monthly => i64::from(date.year()) * 12 + i64::from(date.month0()),
        }
    }

    fn date(&self, number: i64) -> NaiveDate {
        let from_days = |days: i64| i32::try_from(days).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
        let date = match self.interval {
            Interval::Daily => from_days(number),
            Interval::Weekly => from_days(number * 7 + self.anchor),
            Interval::Monthly => {
                let first = i32::try_from(number.div_euclid(12))
                    .ok()
                    .and_then(|year| NaiveDate::from_ymd_opt(year, number.rem_euclid(12) as u32 + 1, 1));
                first.and_then(|d| d.checked_add_days(Days::new(self.anchor as u64 - 1)))
            }
        };
        date.expect("a period between two dates of the file is a date")
    }

    /// Days after the start of the period that the date falls into.
    fn days_off(&self, date: NaiveDate) -> i64 {
        if self.month_ends { 0 } else { (date - self.date(self.number(date))).num_days() }
    }

    fn grid(&self, example: NaiveDate) -> String {
        match self.interval {
            Interval::Daily => "days".to_owned(),
            Interval::Weekly => {
                format!("weeks that begin on a {}", self.date(self.number(example)).format("%A"))
            }
            Interval::Monthly => format!("months dated by day {}", self.anchor),
        }
    }
}

fn is_month_end(date: &NaiveDate) -> bool {
    date.succ_opt().is_some_and(|next| next.day() == 1)
}

fn refuse_off_grid(file: &str, rows: &Rows, calendar: &Calendar) -> Result<(), Error> {
    let mut problems = Problems::new("rows are out of step with the others");
    let Some(example) = rows.date.iter().find(|d| calendar.days_off(**d) == 0) else { return Ok(()) };
    for (date, line) in rows.date.iter().zip(&rows.line) {
        if calendar.days_off(*date) != 0 {
            problems.push_with(|| {
                format!(
                    "row {line}: {date} is a {}; most rows are {}",
                    date.format("%A"),
                    calendar.grid(*example)
                )
            });
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    let mixed = (problems.total as f64) > (1.0 - MOSTLY) * rows.date.len() as f64;
    problems.noun = if mixed { "rows are uneven: the intervals are mixed" } else { problems.noun };
    let hint = "date every row by the first day of its period, the same weekday for all weeks".to_owned();
    Err(Error::Data { file: file.to_owned(), problems, hint: Some(hint) })
}

fn refuse_missing(file: &str, rows: &Rows, by_geo: &[Vec<usize>], calendar: &Calendar) -> Result<(), Error> {
    let (noun, unit) = match calendar.interval {
        Interval::Daily => ("days are missing", "day"),
        Interval::Weekly => ("weeks are missing", "week"),
        Interval::Monthly => ("months are missing", "month"),
    };
    let mut problems = Problems::new(noun);
    let mut spare = 0_usize;
    for (geo, of_geo) in by_geo.iter().enumerate() {
        for pair in of_geo.windows(2) {
            let (before, after) = (calendar.number(rows.date[pair[0]]), calendar.number(rows.date[pair[1]]));
            for number in (before + 1..after).take(Problems::SHOWN) {
                problems.push_with(|| {
                    let place = if rows.has_geo_column {
                        format!("geo `{}`, ", super::number::excerpt(&rows.geos[geo]))
                    } else {
                        String::new()
                    };
                    let line = rows.line[pair[0]];
                    format!("{place}the {unit} of {} is missing (after row {line})", calendar.date(number))
                });
            }
            spare += usize::try_from(after - before - 1).unwrap_or(0).saturating_sub(Problems::SHOWN);
        }
    }
    problems.total += spare;
    if problems.is_empty() {
        return Ok(());
    }
    let hint = format!(
        "add a row for each {unit}: spend 0 when nothing was spent, a blank outcome when it is not known"
    );
    Err(Error::Data { file: file.to_owned(), problems, hint: Some(hint) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(dates: &[&str]) -> Rows {
        Rows {
            line: (2..).take(dates.len()).collect(),
            date: dates.iter().map(|d| d.parse().expect("a date")).collect(),
            geo: vec![0; dates.len()],
            geos: vec!["national".to_owned()],
            has_geo_column: false,
        }
    }

    #[test]
    fn months_are_months_whatever_day_they_are_dated_by() {
        for dates in [["2021-01-01", "2021-02-01", "2021-03-01"], ["2021-01-31", "2021-02-28", "2021-03-31"]]
        {
            let found = periods("a.csv", &rows(&dates)).expect("monthly");
            assert_eq!(found.interval, Interval::Monthly);
            let first: NaiveDate = "2021-02-01".parse().expect("a date");
            assert_eq!(found.dates[1], first);
            assert_eq!(found.of_row, [0, 1, 2]);
        }
    }

    #[test]
    fn rows_may_come_in_any_order() {
        let found = periods("a.csv", &rows(&["2021-01-18", "2021-01-04", "2021-01-11"])).expect("weekly");
        assert_eq!((found.interval, found.of_row), (Interval::Weekly, vec![2, 0, 1]));
    }

    #[test]
    fn faults_name_the_rows_and_dates() {
        let week = ["2021-01-04", "2021-01-11", "2021-01-18", "2021-01-25", "2021-02-01"];
        let cases: [(Vec<&str>, &[&str]); 6] = [
            (
                vec!["2021-01-04", "2021-02-01", "2021-03-01", "2021-04-05", "2021-05-03"],
                &["four or five weeks"],
            ),
            ([&week[..], &["2021-02-22"]].concat(), &["2 weeks are missing", "2021-02-08", "2021-02-15"]),
            ([&week[..], &["2021-02-09"]].concat(), &["row 7: 2021-02-09 is a Tuesday", "Monday"]),
            ([&week[..], &["2021-01-11"]].concat(), &["row 7: 2021-01-11", "row 3", "duplicate"]),
            (vec!["2021-01-01", "2021-01-15", "2021-01-29"], &["14 days apart"]),
            (vec!["2021-01-01", "2021-01-02", "2021-01-05", "2021-01-12"], &["uneven", "1 × 7 days"]),
        ];
        for (dates, expected) in cases {
            let error = periods("a.csv", &rows(&dates)).expect_err("refused").to_string();
            for part in expected {
                assert!(error.contains(part), "{part} not in {error}");
            }
        }
    }
}
