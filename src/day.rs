//! The one reader of days that users write outside a data file: flags, settings, plans, scenario dates.

use chrono::{Datelike, NaiveDate};

/// Years that a day may lie in; beyond them it is a slip, mostly a year of two digits.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Whether a day is of a year that data and plans may speak of.
pub(crate) fn is_plausible(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
}

/// The day that `text` names as yyyy-mm-dd, blanks around it aside.
///
/// # Errors
/// What is wrong with it, in words that name the text and the format.
pub(crate) fn parse_day(text: &str) -> Result<NaiveDate, String> {
    let text = text.trim();
    let fault = || format!("`{}` is not a date yyyy-mm-dd", text.escape_debug());
    let mut parts = text.split('-');
    let mut number = |longest: usize, shortest: usize| -> Option<u32> {
        let digits = parts.next()?;
        let plain =
            (shortest..=longest).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().ok())?
    };
    let (year, month, day) = (number(4, 4), number(2, 1), number(2, 1));
    let (Some(year), Some(month), Some(day), None) = (year, month, day, parts.next()) else {
        return Err(fault());
    };
    let day = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    match day {
        None => Err(fault()),
        Some(day) if is_plausible(day) => Ok(day),
        Some(_) => {
            let (first, last) = (YEARS.start(), YEARS.end());
            Err(format!("`{text}` is not a date yyyy-mm-dd between the years {first} and {last}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_years_of_living_memory_are_read() {
        let day = NaiveDate::from_ymd_opt(2022, 6, 1);
        for text in ["2022-06-01", "2022-6-1", " 2022-06-01 "] {
            assert_eq!(parse_day(text).ok(), day, "{text}");
        }
        for text in [
            "01-06-22",
            "22-06-01",
            "0022-06-01",
            "1899-12-31",
            "2201-01-01",
            "2022-02-30",
            "2022-06",
            "2022-06-01-1",
            "+2022-06-01",
            "",
            "é-1-1",
        ] {
            let fault = parse_day(text).expect_err(text);
            assert!(fault.contains("yyyy-mm-dd") && fault.contains(text), "{fault}");
        }
    }
}
