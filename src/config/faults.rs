//! Gathers values out of range, to tell all of them at once.

use crate::error::{Error, Problems};

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
        Err(Error::config(problem, "see `mmm init DATA.csv` for every setting with its default"))
    }
}
