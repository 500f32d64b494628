//! Date cells: which format a column uses, and what day each cell names.

use chrono::{Datelike, Days, NaiveDate, Weekday};

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
    /// `2021-01`, `2021M01`, the first of the month.
    Month,
    /// `01/2021`, the first of the month.
    MonthOfYear,
    /// `Jan-2021`, `January 21`, `2021 Jan`, the first of the month.
    NamedMonth,
    /// `2021-Q1`, `Q1 2021`, `1Q21`, the first of the quarter.
    Quarter,
    /// `2021-W01`, the Monday.
    IsoWeek,
    /// `202101`, the first of the month.
    CompactMonth,
    /// `44200`, days since the end of 1899 as spreadsheets count them.
    Serial,
}

impl DateFormat {
    /// All formats, the preferred one first.
    pub(crate) const ALL: [DateFormat; 12] = [
        DateFormat::YearFirst,
        DateFormat::DayFirst,
        DateFormat::MonthFirst,
        DateFormat::MonthName,
        DateFormat::Month,
        DateFormat::MonthOfYear,
        DateFormat::NamedMonth,
        DateFormat::Quarter,
        DateFormat::IsoWeek,
        DateFormat::Compact,
        DateFormat::CompactMonth,
        DateFormat::Serial,
    ];

    /// Whether its dates look like plain numbers, so that only a column's name tells.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, DateFormat::Compact | DateFormat::CompactMonth | DateFormat::Serial)
    }

    /// How a person would write the pattern.
    pub(crate) fn pattern(self) -> &'static str {
        match self {
            DateFormat::YearFirst => "yyyy-mm-dd",
            DateFormat::Compact => "yyyymmdd",
            DateFormat::DayFirst => "dd/mm/yyyy",
            DateFormat::MonthFirst => "mm/dd/yyyy",
            DateFormat::MonthName => "dd Mon yyyy",
            DateFormat::Month => "yyyy-mm",
            DateFormat::MonthOfYear => "mm/yyyy",
            DateFormat::NamedMonth => "Mon-yyyy",
            DateFormat::Quarter => "yyyy-Qq",
            DateFormat::IsoWeek => "yyyy-Www",
            DateFormat::CompactMonth => "yyyymm",
            DateFormat::Serial => "the day numbers of a spreadsheet (44200 is 2021-01-04)",
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
                let (y, m) = cell.split_once(['-', '/', 'M'])?;
                (y.len() == 4 && m.len() == 2).then(|| day(y, m, "1"))?
            }
            DateFormat::MonthOfYear => {
                let (m, y) = cell.split_once(['-', '/', '.'])?;
                (y.len() == 4).then(|| day(y, m, "1"))?
            }
            DateFormat::NamedMonth => named_month(cell),
            DateFormat::Quarter => quarter(cell),
            DateFormat::CompactMonth => {
                let plain = cell.len() == 6 && cell.bytes().all(|b| b.is_ascii_digit());
                plain.then(|| day(&cell[..4], &cell[4..], "1"))?.filter(|d| is_recent(*d))
            }
            DateFormat::Serial => {
                let digits = cell.strip_suffix(".0").unwrap_or(cell);
                let plain = digits.len() == 5 && digits.bytes().all(|b| b.is_ascii_digit());
                let days = plain.then(|| digits.parse().ok())??;
                let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days));
                day.filter(|d| is_recent(*d))
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
        Some((day, time)) if day.len() >= 6 && is_midnight(time) => day,
        _ => cell,
    }
}

/// `00:00:00.000`, also with `Z`, `UTC`, `+02:00` or `-0500`: midnight where the clock stands, whatever the zone.
fn is_midnight(time: &str) -> bool {
    // As a clock of twelve hours calls it.
    if let Some(clock) = time.strip_suffix(" AM").or_else(|| time.strip_suffix(" am")) {
        return matches!(clock, "12:00:00" | "12:00");
    }
    let end = time.find(|c| !matches!(c, '0' | ':' | '.')).unwrap_or(time.len());
    let (clock, zone) = (&time[..end], time[end..].trim());
    let offset = zone
        .strip_prefix(['+', '-'])
        .is_some_and(|o| (2..=5).contains(&o.len()) && o.chars().all(|c| c.is_ascii_digit() || c == ':'));
    !clock.is_empty() && (matches!(zone, "" | "Z" | "UTC" | "GMT") || offset)
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

fn words(cell: &str) -> Vec<&str> {
    cell.split([' ', '-', ',', '/', '.']).filter(|p| !p.is_empty()).collect()
}

/// The number of a month by its English name or the start of it.
fn month(word: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let key = word.to_lowercase();
    let known = key.chars().count() >= 3 && key.chars().all(char::is_alphabetic);
    known.then(|| MONTHS.iter().position(|m| key.starts_with(m)))?.map(|m| (m + 1).to_string())
}

fn named_month(cell: &str) -> Option<NaiveDate> {
    let parts = words(cell);
    let [a, b] = parts.as_slice() else { return None };
    match (month(a), month(b)) {
        (Some(m), None) => day(&full_year(b)?, &m, "1"),
        (None, Some(m)) => day(&full_year(a)?, &m, "1"),
        _ => None,
    }
}

fn quarter(cell: &str) -> Option<NaiveDate> {
    let upper = cell.to_uppercase();
    let parts: Vec<&str> = upper.split([' ', '-', '/']).filter(|p| !p.is_empty()).collect();
    let (y, q) = match parts.as_slice() {
        [one] => match one.split_once('Q')? {
            (q, y) if q.len() == 1 => (y, q),
            (y, q) => (y, q),
        },
        [a, b] => match (a.strip_prefix('Q'), b.strip_prefix('Q')) {
            (Some(q), None) => (*b, q),
            (None, Some(q)) => (*a, q),
            _ => return None,
        },
        _ => return None,
    };
    let first = number(q).filter(|q| (1..=4).contains(q)).map(|q| 3 * q - 2)?;
    day(&full_year(y)?, &first.to_string(), "1")
}

fn month_name(cell: &str) -> Option<NaiveDate> {
    let parts = words(cell);
    let [a, b, y] = parts.as_slice() else { return None };
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
            (DateFormat::YearFirst, "2021-01-04T00:00:00+02:00"),
            (DateFormat::YearFirst, "2021-01-04 00:00:00 UTC"),
            (DateFormat::YearFirst, "2021-01-04T00:00:00-0500"),
            (DateFormat::Compact, "20210104"),
            (DateFormat::DayFirst, "04.01.2021"),
            (DateFormat::DayFirst, "4/1/21"),
            (DateFormat::MonthFirst, "1/4/2021 0:00"),
            (DateFormat::MonthFirst, "1/4/2021 12:00:00 AM"),
            (DateFormat::MonthName, "4-Jan-2021"),
            (DateFormat::MonthName, "January 4, 2021"),
            (DateFormat::IsoWeek, "2021-W01"),
        ];
        for (format, cell) in cases {
            assert_eq!(format.parse(cell), fourth, "{cell}");
        }
        let months = [
            (DateFormat::Month, "2021-02"),
            (DateFormat::Month, "2021M02"),
            (DateFormat::MonthOfYear, "02/2021"),
            (DateFormat::MonthOfYear, "2-2021"),
            (DateFormat::NamedMonth, "Feb-2021"),
            (DateFormat::NamedMonth, "February 2021"),
            (DateFormat::NamedMonth, "Feb-21"),
            (DateFormat::NamedMonth, "2021 Feb"),
            (DateFormat::CompactMonth, "202102"),
        ];
        for (format, cell) in months {
            assert_eq!(format.parse(cell), NaiveDate::from_ymd_opt(2021, 2, 1), "{cell}");
        }
        for cell in ["2021-Q2", "2021Q2", "Q2 2021", "q2/2021", "2Q2021", "2Q21", "Q2-21"] {
            assert_eq!(DateFormat::Quarter.parse(cell), NaiveDate::from_ymd_opt(2021, 4, 1), "{cell}");
        }
        assert_eq!(DateFormat::Serial.parse("44200"), fourth);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for cell in [
            "",
            "2021-02-30",
            "2021-01-04 13:00",
            "2021-01-04 12:00:00 PM",
            "2021-01-04 1:00 AM",
            "2021Q5",
            "2021-1",
            "nan",
            "13",
            "2021-01-004",
            "é-1-2021",
        ] {
            for format in DateFormat::ALL {
                assert_eq!(format.parse(cell), None, "{cell} as {}", format.pattern());
            }
        }
        assert_eq!(DateFormat::MonthFirst.parse("13/01/2021"), None);
        assert_eq!(DateFormat::Compact.parse("99991231"), None);
    }
}
