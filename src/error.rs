//! The one public error type: what went wrong, where, and how to mend it.

use std::fmt;
use std::path::PathBuf;

/// Anything the library can refuse to do.
///
/// `Display` says what and where; [`Error::hint`] says how to mend it and is printed on its own line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was being done, such as `cannot read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Sampling gave no draws.
    #[error(transparent)]
    Sampling(#[from] crate::sampler::SamplerError),
    /// A geo has nothing to fit.
    #[error("{}{}", geo.as_ref().map_or(String::new(), |geo| format!("geo `{geo}`: ")), no_outcome(*cells, *mean))]
    NoOutcome {
        /// Geo name; `None` for a single market.
        geo: Option<String>,
        /// Rows with an outcome that are not held out.
        cells: usize,
        /// Their mean.
        mean: f64,
    },
    /// Options outside what they may be.
    #[error("{}", problems.join("\n"))]
    InvalidOptions {
        /// One line each: option, value and range.
        problems: Vec<String>,
    },
    /// A folder that holds something already.
    #[error("{} exists and is not empty", path.display())]
    OutputExists {
        /// The folder.
        path: PathBuf,
    },
    /// The data cannot be used: the file as a whole, some columns, rows or cells.
    #[error("{}", problems.in_file(file))]
    Data {
        /// The data file as the user named it.
        file: String,
        /// Everything found wrong at that stage.
        problems: Problems,
        /// How to mend it; several hints stand on lines of their own.
        hint: Option<String>,
    },
    /// The CSV reader gave up on the file.
    #[error("{file}: cannot be read as CSV: {source}")]
    Csv {
        /// The data file as the user named it.
        file: String,
        /// The reader's reason.
        #[source]
        source: polars_core::error::PolarsError,
    },
    /// A setting in `mmm.toml` or on the command line makes no sense.
    #[error("{}{problem}", place(file.as_deref(), *line))]
    Config {
        /// The configuration file; `None` for a flag or a resolved value.
        file: Option<String>,
        /// Line in the file, from 1.
        line: Option<usize>,
        /// Which setting and what is wrong with it.
        problem: String,
        /// How to mend it.
        hint: Option<String>,
    },
    /// A budget question has no answer.
    #[error(transparent)]
    Planning(#[from] crate::planning::PlanningError),
    /// One of several plans in a file has a fault of its own.
    #[error("{place}")]
    InScenario {
        /// Which file and plan, and what becomes of it.
        place: String,
        /// The fault.
        #[source]
        source: Box<Error>,
    },
    /// A planning request cannot be understood.
    #[error(transparent)]
    Request(#[from] crate::planning::RequestErrors),
    /// Results could not be written or read back.
    #[error(transparent)]
    Output(#[from] crate::store::OutputError),
}

impl Error {
    /// How to mend it, when there is something to say. Several hints are separated by line feeds.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Some("check the path; it is taken relative to the current folder".to_owned())
            }
            Error::Io { .. } | Error::Sampling(_) | Error::InvalidOptions { .. } => None,
            Error::NoOutcome { geo: Some(_), .. } => Some(
                "drop the geo's rows, or fit on a window in which it sold something (--from, --to)".into(),
            ),
            Error::NoOutcome { mean, .. } if *mean < 0.0 => {
                Some("turn its sign if it is written as a cost, or name another column with --outcome".into())
            }
            Error::NoOutcome { .. } => Some(
                "name another column with --outcome, or fit on a window that has one (--from, --to)".into(),
            ),
            Error::OutputExists { .. } => {
                Some("choose another --out, or replace its files with --force".into())
            }
            Error::Output(e) => e.hint(),
            Error::Planning(e) => e.hint(),
            Error::Request(e) => e.hint(),
            Error::InScenario { source, .. } => source.hint(),
            Error::Data { hint, .. } | Error::Config { hint, .. } => hint.clone(),
            Error::Csv { .. } => Some("open the file in a spreadsheet and save it as CSV (UTF-8)".to_owned()),
        }
    }

    /// Two errors of one file as one, so that a run tells both; the first alone where they are of other kinds.
    pub(crate) fn joined(first: Error, second: Error) -> Error {
        match (first, second) {
            (Error::Data { file, problems, hint }, Error::Data { problems: more, hint: hint_too, .. }) => {
                let mut hints: Vec<String> = Vec::new();
                for hint in hint.into_iter().chain(hint_too) {
                    if !hints.contains(&hint) {
                        hints.push(hint);
                    }
                }
                let hint = (!hints.is_empty()).then(|| hints.join("\n"));
                Error::Data { file, problems: problems.and(more), hint }
            }
            (first, _) => first,
        }
    }

    /// One problem with the data file and its remedy.
    pub(crate) fn data(file: &str, problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Error::Data { file: file.to_owned(), problems: Problems::one(problem), hint: Some(hint.into()) }
    }

    /// One setting out of place and its remedy.
    pub(crate) fn config(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Error::Config { file: None, line: None, problem: problem.into(), hint: Some(hint.into()) }
    }
}

/// Why the outcome is nothing to measure by.
fn no_outcome(cells: usize, mean: f64) -> String {
    match (cells, mean) {
        (0, _) => "the outcome is blank in every row to be fitted".into(),
        (1, _) => format!("the outcome of the one row to be fitted is {mean:.0}; it must be positive"),
        (_, 0.0) => {
            format!("the outcome is 0 on average over {cells} rows to be fitted; it must be positive")
        }
        // Enough digits to be recognised, whole units where there are many.
        _ if mean.abs() < 100.0 => {
            format!("the mean outcome of {cells} rows to be fitted is {mean:.3}; it must be positive")
        }
        _ => format!("the mean outcome of {cells} rows to be fitted is {mean:.0}; it must be positive"),
    }
}

/// `mmm.toml, line 3: `, as far as known.
fn place(file: Option<&str>, line: Option<usize>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("{file}, line {line}: "),
        (Some(file), None) => format!("{file}: "),
        _ => String::new(),
    }
}

/// Problems of one kind: how many there are, and the first ten in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// What they are when there are several, such as `cells cannot be used`.
    pub noun: &'static str,
    /// The first [`Problems::SHOWN`] of them.
    pub shown: Vec<String>,
    /// How many there are.
    pub total: usize,
}

impl Problems {
    /// More lines than this would bury the first one.
    pub const SHOWN: usize = 10;

    /// No problem yet; `noun` heads the list when there are several.
    pub fn new(noun: &'static str) -> Self {
        Problems { noun, ..Problems::default() }
    }

    /// A single problem.
    pub fn one(problem: impl Into<String>) -> Self {
        let mut problems = Problems::new("problems");
        problems.push_with(|| problem.into());
        problems
    }

    /// Counts a problem; its words are only made when they will be shown.
    pub fn push_with(&mut self, words: impl FnOnce() -> String) {
        self.total += 1;
        if self.shown.len() < Problems::SHOWN {
            self.shown.push(words());
        }
    }

    /// These with others of another kind.
    fn and(mut self, others: Problems) -> Problems {
        self.noun = "faults";
        self.total += others.total;
        self.shown.extend(others.shown);
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// `data.csv, row 17: …` for one problem, a headed list for several.
    fn in_file(&self, file: &str) -> String {
        match (self.total, self.shown.first()) {
            (1, Some(only)) if only.starts_with("row ") => format!("{file}, {only}"),
            (1, Some(only)) => format!("{file}: {only}"),
            _ => format!("{file}: {self}"),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.total, self.noun)?;
        for line in &self.shown {
            write!(f, "\n  {line}")?;
        }
        if self.total > self.shown.len() {
            write!(f, "\n  … and {} more", self.total - self.shown.len())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_problem_reads_as_a_sentence_and_many_as_a_list_of_ten() {
        let mut problems = Problems::new("cells cannot be used");
        problems.push_with(|| "row 2: bad".to_owned());
        assert_eq!(problems.in_file("a.csv"), "a.csv, row 2: bad");
        for row in 3..15 {
            problems.push_with(|| format!("row {row}: bad"));
        }
        let text = problems.in_file("a.csv");
        assert!(text.starts_with("a.csv: 13 cells cannot be used\n  row 2: bad\n"), "{text}");
        assert!(text.ends_with("  row 11: bad\n  … and 3 more"), "{text}");
    }
}
