//! Everything that is wrong with a file of experiments, gathered to be told in one run.

use super::file::ExperimentRow;
use crate::data::read::number::excerpt;
use crate::error::{Error, Problems};

/// What was found, each with its remedy.
pub(super) struct Faults {
    problems: Problems,
    hints: Vec<String>,
}

impl Default for Faults {
    fn default() -> Self {
        Faults { problems: Problems::new("faults"), hints: Vec::new() }
    }
}

impl Faults {
    /// A fault of the file as a whole.
    pub(super) fn file(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push_with(|| what.into());
        let remedy = remedy.into();
        if self.problems.total <= Problems::SHOWN && !self.hints.contains(&remedy) {
            self.hints.push(remedy);
        }
    }

    /// A fault of one cell; `what` follows its text.
    pub(super) fn cell(
        &mut self,
        row: &ExperimentRow,
        column: &str,
        what: impl AsRef<str>,
        remedy: impl Into<String>,
    ) {
        let cell = match row.cell(column) {
            Some(text) => format!("`{}` ", excerpt(text)),
            None => String::new(),
        };
        self.file(format!("row {}, column `{column}`: {cell}{}", row.row, what.as_ref()), remedy);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.problems.total
    }

    /// Fails with everything that was found.
    ///
    /// # Errors
    /// When there was any fault.
    pub(super) fn finish(self, file: &str) -> Result<(), Error> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let hint = Some(self.hints.join("\n"));
        Err(Error::Data { file: file.to_owned(), problems: self.problems, hint })
    }
}
