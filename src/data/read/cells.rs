//! Cells of one column as checked numbers, with every fault found along the way.

use std::collections::{BTreeMap, BTreeSet};

use super::csv::Table;
use super::interval::Rows;
use super::number::{NotANumber, excerpt};
use super::style::{ColumnStyle, Dress, NumberStyle};
use crate::error::{Error, Problems};
use crate::warning::Warning;
use crate::words::quote;

/// What a column's numbers must satisfy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// ≥ 0, no blanks.
    Spend,
    /// ≥ 0, no blanks.
    Exposure,
    /// Any number, no blanks.
    Control,
    /// Any number; a blank is an outcome that is not known.
    Outcome,
    /// > 0
    Population,
    /// > 0
    RevenuePerOutcome,
}

impl Rule {
    /// What is wrong with a number, if anything.
    fn fault(self, value: f64) -> Option<&'static str> {
        match self {
            Rule::Spend if value < 0.0 => Some("is negative; spend must be ≥ 0"),
            Rule::Exposure if value < 0.0 => Some("is negative; exposure must be ≥ 0"),
            Rule::Population if value <= 0.0 => Some("is not positive; population must be > 0"),
            Rule::RevenuePerOutcome if value <= 0.0 => {
                Some("is not positive; revenue per outcome must be > 0")
            }
            _ => None,
        }
    }

    fn blank_hint(self, column: &str) -> String {
        match self {
            Rule::Spend | Rule::Exposure => format!(
                "write 0 where `{column}` was not active; leave no cell blank, a missing value is never taken for zero"
            ),
            Rule::Outcome => "leave the cell empty where the outcome is not known".to_owned(),
            Rule::Control => {
                format!("fill in `{column}`, or drop the column with --exclude {}", quote(column))
            }
            Rule::Population | Rule::RevenuePerOutcome => format!("fill in `{column}` in every row"),
        }
    }
}

/// Collects the faults of all cells, so that they can be told in one go.
pub(crate) struct CellReader<'a> {
    pub(crate) table: &'a Table,
    /// Rows that are read, by index into the table.
    pub(crate) kept: &'a [usize],
    pub(crate) rows: &'a Rows,
    style: NumberStyle,
    /// Columns that were not written plainly, and those whose points fit two readings.
    dressed: Vec<(String, Dress)>,
    ambiguous: Vec<String>,
    problems: Problems,
    hints: BTreeSet<String>,
}

impl<'a> CellReader<'a> {
    /// `kept[i]` is the table row of entry i of `rows`.
    pub(crate) fn new(table: &'a Table, kept: &'a [usize], rows: &'a Rows, style: NumberStyle) -> Self {
        CellReader {
            table,
            kept,
            rows,
            style,
            dressed: Vec::new(),
            ambiguous: Vec::new(),
            problems: Problems::new("cells cannot be used"),
            hints: BTreeSet::new(),
        }
    }

    /// The texts of a column in the rows that are read.
    pub(crate) fn texts(&self, column: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        let (table, mut kept) = (self.table, self.kept.iter().copied().peekable());
        let is_kept = move |(row, _): &(usize, &str)| kept.next_if_eq(row).is_some();
        table.cells(column).enumerate().filter(is_kept).map(|(_, cell)| cell)
    }

    /// How a column's numbers are written.
    pub(crate) fn style(&self, texts: &[&str]) -> ColumnStyle {
        self.style.column(texts)
    }

    /// The numbers of a column, `None` where blank (outcome) or faulty.
    pub(crate) fn numbers(&mut self, column: usize, rule: Rule) -> Vec<Option<f64>> {
        self.numbers_where(column, rule, |_| true)
    }

    /// The numbers of a column that needs none in some of the entries: a blank there is `None` and no fault, nor is a
    /// worth of 0.
    pub(crate) fn numbers_where(
        &mut self,
        column: usize,
        rule: Rule,
        is_needed: impl Fn(usize) -> bool,
    ) -> Vec<Option<f64>> {
        let texts: Vec<&str> = self.texts(column).collect();
        let style = self.style.column(&texts);
        self.note_style(column, &style, &texts);
        let mut numbers = Vec::with_capacity(self.kept.len());
        for (i, cell) in texts.into_iter().enumerate() {
            numbers.push(match style.parse(cell) {
                Ok(0.0) if rule == Rule::RevenuePerOutcome && !is_needed(i) => None,
                Ok(value) => match rule.fault(value) {
                    None => Some(value),
                    Some(fault) => {
                        self.fault(i, column, &format!("{} {fault}", excerpt(cell)), || {
                            let name = &self.table.names[column];
                            format!("correct the value, or drop the column with --exclude {}", quote(name))
                        });
                        None
                    }
                },
                Err(NotANumber::Blank) if rule == Rule::Outcome || !is_needed(i) => None,
                Err(reason) => {
                    self.not_a_number(i, column, cell, reason, rule);
                    None
                }
            });
        }
        numbers
    }

    fn not_a_number(&mut self, i: usize, column: usize, cell: &str, reason: NotANumber, rule: Rule) {
        let what = match reason {
            NotANumber::Blank => reason.describe().to_owned(),
            _ => format!("`{}` {}", excerpt(cell), reason.describe()),
        };
        let name = &self.table.names[column];
        self.fault(i, column, &what, || match reason {
            NotANumber::Blank
            | NotANumber::MissingMark
            | NotANumber::NotFinite
            | NotANumber::SpreadsheetError => rule.blank_hint(name),
            NotANumber::DecimalComma | NotANumber::Thousands => {
                format!(
                    "{}; or say what the decimal sign of all numbers is: --decimal , or --decimal .",
                    reason.hint()
                )
            }
            _ => reason.hint().to_owned(),
        });
    }

    fn note_style(&mut self, column: usize, style: &ColumnStyle, texts: &[&str]) {
        let name = &self.table.names[column];
        match &style.0 {
            Some(dress) => self.dressed.push((name.clone(), dress.clone())),
            None if self.style.is_ambiguous(texts) => self.ambiguous.push(name.clone()),
            None => {}
        }
    }

    /// What was read although it was not written plainly.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if !self.dressed.is_empty() {
            let one = |(name, dress): &(String, Dress)| format!("`{}` {}", excerpt(name), dress.describe());
            let columns: Vec<String> = self.dressed.iter().map(one).collect();
            warnings.push(Warning::new(
                "numbers_undressed",
                format!("numbers were read without what they are dressed in: {}", columns.join(", ")),
                "write plain numbers (1234.5) to silence this; --decimal says what the decimal sign is",
            ));
        }
        warnings.extend(self.currencies());
        if !self.ambiguous.is_empty() {
            let columns: Vec<String> =
                self.ambiguous.iter().map(|name| format!("`{}`", excerpt(name))).collect();
            warnings.push(Warning::new(
                "decimal_point_assumed",
                format!("all numbers of {} have three digits after the point, which was taken for a decimal point", columns.join(", ")),
                "if it stands between thousands, say --decimal ,",
            ));
        }
        warnings
    }

    /// Amounts in several currencies are added up and divided by each other all the same.
    fn currencies(&self) -> Option<Warning> {
        let of = |(name, dress): &(String, Dress)| Some((dress.currency.clone()?, name.clone()));
        let all: BTreeMap<String, String> = self.dressed.iter().rev().filter_map(of).collect();
        let each: Vec<String> =
            all.iter().map(|(sign, name)| format!("{sign} in `{}`", excerpt(name))).collect();
        (all.len() > 1).then(|| {
            Warning::new(
                "several_currencies",
                format!("amounts are in several currencies: {}", each.join(", ")),
                "convert all of them into one: spend and returns are compared as they stand",
            )
        })
    }

    /// Notes a fault in entry `i` of the rows that are read.
    pub(crate) fn fault(&mut self, i: usize, column: usize, what: &str, hint: impl FnOnce() -> String) {
        let rows = self.rows;
        let name = &self.table.names[column];
        let shown = self.problems.shown.len();
        self.problems.push_with(|| {
            let geo = if rows.has_geo_column {
                format!(", {}", excerpt(&rows.geos[rows.geo[i] as usize]))
            } else {
                String::new()
            };
            format!("row {} ({}{geo}), column `{name}`: {what}", rows.line[i], rows.date[i])
        });
        if self.problems.shown.len() > shown {
            self.hints.insert(hint());
        }
    }

    /// Fails with everything that was found.
    ///
    /// # Errors
    /// When there was any fault.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let hint = Some(self.hints.into_iter().collect::<Vec<_>>().join("\n"));
        Err(Error::Data { file: self.table.file.clone(), problems: self.problems, hint })
    }
}
