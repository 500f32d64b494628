//! Gathers values out of range, to tell all of them at once.

use std::fmt::Display;

use super::table::{self, Section, Setting};
use crate::error::{Error, Problems};

/// What a table's range can be asked about.
pub(super) trait Number: Display + Copy {
    /// Near enough to compare.
    fn number(self) -> f64;
}

impl Number for f64 {
    fn number(self) -> f64 {
        self
    }
}

impl Number for usize {
    fn number(self) -> f64 {
        self as f64
    }
}

/// Values out of range, in words.
#[derive(Default)]
pub(super) struct Faults(Vec<String>);

impl Faults {
    pub(super) fn push(&mut self, fault: String) {
        self.0.push(fault);
    }

    pub(super) fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.push(otherwise());
        }
    }

    /// Holds `value`, found at `path`, to the range that the table gives it.
    pub(super) fn number(&mut self, (section, key): (Section, &str), path: &str, value: impl Number) {
        let Some(Setting { range, .. }) = table::find(section, key) else { return };
        self.expect(range.holds(value.number()), || format!("{path}.{key} is {value}; it must be {range}"));
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let problem = match self.0.as_slice() {
            [one] => one.clone(),
            several => {
                let mut problems = Problems::new("settings are out of range");
                for fault in several {
                    problems.push_with(|| fault.clone());
                }
                problems.to_string()
            }
        };
        Err(Error::config(
            problem,
            "every setting with its default and range: `mmm init DATA.csv`, docs/settings.md",
        ))
    }
}
