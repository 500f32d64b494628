//! Date cells: which format a column uses, and what day each cell names.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::day::is_plausible;

/// A way to write dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFormat {
    /// `2021-01-04`, also with slashes or dots, also with a time of midnight.
    YearFirst,
    /// `20210104`
    Compact,
    /// `4/1/2021` for 4 January.
    DayFirst,
    /// `1/4/2021` for 4 January.
    MonthFirst,
    /// `4 Jan 2021`, `Jan 4, 2021`
    MonthName,
    /// `2021-01`, the first of the month.
    Month,
    /// `2021-W01`, the Monday.
    IsoWeek,
}

impl DateFormat {
    /// All formats, the preferred one first.
    pub(crate) const ALL: [DateFormat; 7] = [
        DateFormat::YearFirst,
        DateFormat::DayFirst,
        DateFormat::MonthFirst,
        DateFormat::MonthName,
        DateFormat::Month,
        DateFormat::IsoWeek,
        DateFormat::Compact,
    ];

    /// How a person would write the pattern.
    pub(crate) fn pattern(self) -> &'static str {
        match self {
            DateFormat::YearFirst => "yyyy-mm-dd",
            DateFormat::Compact => "yyyymmdd",
            DateFormat::DayFirst => "dd/mm/yyyy",
            DateFormat::MonthFirst => "mm/dd/yyyy",
            DateFormat::MonthName => "dd Mon yyyy",
            DateFormat::Month => "yyyy-mm",
            DateFormat::IsoWeek => "yyyy-Www",
        }
    }

    /// The day a trimmed cell names, if it is written in this format.
    pub(crate) fn parse(self, cell: &str) -> Option<NaiveDate> {
        let cell = without_midnight(cell);
        match self {
            DateFormat::YearFirst => {
                let [y, m, d] = three_numbers(cell)?;
                (y.len() == 4).then(|| day(y, m, d))?
            }
            DateFormat::DayFirst => {
                let [d, m, y] = three_numbers(cell)?;
                day(&full_year(y)?, m, d)
            }
            DateFormat::MonthFirst => {
                let [m, d, y] = three_numbers(cell)?;
                day(&full_year(y)?, m, d)
            }
            DateFormat::Compact => {
                let plain = cell.len() == 8 && cell.bytes().all(|b| b.is_ascii_digit());
                plain.then(|| day(&cell[..4], &cell[4..6], &cell[6..]))?.filter(|d| is_recent(*d))
            }
            DateFormat::MonthName => month_name(cell),
            DateFormat::Month => {
                let (y, m) = cell.split_once(['-', '/'])?;
                (y.len() == 4 && m.len() == 2).then(|| day(y, m, "1"))?
            }
            DateFormat::IsoWeek => {
                let (y, w) = cell.split_once("-W").or_else(|| cell.split_once('W'))?;
                NaiveDate::from_isoywd_opt(number(y)?.try_into().ok()?, number(w)?, Weekday::Mon)
            }
        }
    }

    /// Whether every cell is a date in this format; an empty column is not.
    pub(crate) fn fits<'a>(self, mut cells: impl Iterator<Item = &'a str>) -> bool {
        let first = cells.next();
        first.is_some_and(|c| self.parse(c).is_some()) && cells.all(|c| self.parse(c).is_some())
    }
}

/// Compact dates look like any eight-digit number; only those of living memory are taken.
fn is_recent(date: NaiveDate) -> bool {
    (1950..2100).contains(&date.year())
}

/// Drops a time of day of 0:00, with or without zone; leaves any other text alone.
fn without_midnight(cell: &str) -> &str {
    match cell.split_once(['T', ' ']) {
        Some((day, time))
            if day.len() >= 6
                && !time.is_empty()
                && time.chars().all(|c| matches!(c, '0' | ':' | '.' | 'Z' | '+')) =>
        {
            day
        }
        _ => cell,
    }
}

/// The three parts of a date written with one kind of `-`, `/` or `.`.
fn three_numbers(cell: &str) -> Option<[&str; 3]> {
    let separator = cell.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = cell.split(separator);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

fn number(digits: &str) -> Option<u32> {
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

fn day(y: &str, m: &str, d: &str) -> Option<NaiveDate> {
    if m.len() > 2 || d.len() > 2 {
        return None;
    }
    NaiveDate::from_ymd_opt(number(y)?.try_into().ok()?, number(m)?, number(d)?)
        .filter(|day| is_plausible(*day))
}

/// Two-digit years are of this century: media data are no older.
fn full_year(y: &str) -> Option<String> {
    match y.len() {
        4 => Some(y.to_owned()),
        2 => Some(format!("20{y}")),
        _ => None,
    }
}

fn month_name(cell: &str) -> Option<NaiveDate> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<&str> = cell.split([' ', '-', ',', '/', '.']).filter(|p| !p.is_empty()).collect();
    let [a, b, y] = parts.as_slice() else { return None };
    let month = |word: &str| {
        let key = word.to_lowercase();
        let known = key.chars().count() >= 3 && key.chars().all(char::is_alphabetic);
        known.then(|| MONTHS.iter().position(|m| key.starts_with(m)))?.map(|m| (m + 1).to_string())
    };
    match (month(a), month(b)) {
        (Some(m), None) => day(&full_year(y)?, &m, b),
        (None, Some(m)) => day(&full_year(y)?, &m, a),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_names_the_same_day() {
        let fourth = NaiveDate::from_ymd_opt(2021, 1, 4);
        let cases = [
            (DateFormat::YearFirst, "2021-01-04"),
            (DateFormat::YearFirst, "2021/1/4"),
            (DateFormat::YearFirst, "2021-01-04T00:00:00.000Z"),
            (DateFormat::YearFirst, "2021-01-04 00:00:00"),
            (DateFormat::Compact, "20210104"),
            (DateFormat::DayFirst, "04.01.2021"),
            (DateFormat::DayFirst, "4/1/21"),
            (DateFormat::MonthFirst, "1/4/2021 0:00"),
            (DateFormat::MonthName, "4-Jan-2021"),
            (DateFormat::MonthName, "January 4, 2021"),
            (DateFormat::IsoWeek, "2021-W01"),
        ];
        for (format, cell) in cases {
            assert_eq!(format.parse(cell), fourth, "{cell}");
        }
        assert_eq!(DateFormat::Month.parse("2021-02"), NaiveDate::from_ymd_opt(2021, 2, 1));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for cell in
            ["", "2021-02-30", "2021-01-04 13:00", "44200", "2021-1", "nan", "13", "2021-01-004", "é-1-2021"]
        {
            for format in DateFormat::ALL {
                assert_eq!(format.parse(cell), None, "{cell} as {}", format.pattern());
            }
        }
        assert_eq!(DateFormat::MonthFirst.parse("13/01/2021"), None);
        assert_eq!(DateFormat::Compact.parse("99991231"), None);
    }
}
