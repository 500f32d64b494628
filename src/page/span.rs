//! What totals are counted over: an average year of the data, or the data themselves where they are less.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::posterior::Summary;
use crate::report::FittedWindow;

/// Weeks of a plan of a year, as `mmm scenario` has it.
const YEAR: f64 = 52.0;

/// The period that totals are over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// Its length.
    pub weeks: f64,
    /// What totals of the fitted window are multiplied by.
    pub factor: f64,
    /// As it follows an amount: `a year`.
    pub words: String,
}

impl Span {
    /// That of a window; less than a year of data is not stretched to one.
    pub(super) fn of(window: &FittedWindow) -> Span {
        if window.weeks < YEAR {
            let words = format!("in these {:.0} weeks", window.weeks);
            return Span { weeks: window.weeks, factor: 1.0, words };
        }
        Span { weeks: YEAR, factor: YEAR / window.weeks, words: "a year".into() }
    }

    /// A total of the window over this period.
    pub fn total(&self, of_window: f64) -> f64 {
        of_window * self.factor
    }
}

/// A quantity times a number that is not negative.
pub(crate) fn scaled(s: &Summary, by: f64) -> Summary {
    Summary {
        mean: s.mean * by,
        sd: s.sd * by,
        q05: s.q05 * by,
        q25: s.q25 * by,
        q50: s.q50 * by,
        q75: s.q75 * by,
        q95: s.q95 * by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_year_is_not_stretched() {
        let window = |weeks: f64| {
            let date = "2024-01-01".parse().unwrap();
            Span::of(&FittedWindow { periods: 1, weeks, first: date, last: date })
        };
        assert_eq!((window(104.0).total(300.0), window(104.0).words.as_str()), (150.0, "a year"));
        assert_eq!((window(20.0).total(300.0), window(20.0).words.as_str()), (300.0, "in these 20 weeks"));
    }
}
