//! A table of named, typed columns, as every tabular format takes it.

use chrono::NaiveDate;

/// One table of an export.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    /// Name of its file or sheet.
    pub name: &'static str,
    /// What a row is, in a few words.
    pub about: &'static str,
    /// All of one length.
    pub columns: Vec<Column>,
}

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    /// Its name in the header.
    pub name: String,
    /// Its cells.
    pub values: Values,
}

/// Cells of one type; a cell may be blank.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Values {
    /// Words.
    Text(Vec<Option<String>>),
    /// Finite numbers.
    Number(Vec<Option<f64>>),
    /// Days.
    Date(Vec<Option<NaiveDate>>),
    /// True or false.
    Flag(Vec<bool>),
}

impl Values {
    /// Cells.
    pub fn len(&self) -> usize {
        match self {
            Values::Text(cells) => cells.len(),
            Values::Number(cells) => cells.len(),
            Values::Date(cells) => cells.len(),
            Values::Flag(cells) => cells.len(),
        }
    }
}

impl Table {
    /// Begins a table with one row for each of `rows`.
    pub fn of<'a, R>(name: &'static str, about: &'static str, rows: &'a [R]) -> Rows<'a, R> {
        Rows { rows, table: Table { name, about, columns: Vec::new() } }
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The place of a column.
    #[cfg(feature = "xlsx")]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// A table in the making, column by column.
pub(crate) struct Rows<'a, R> {
    rows: &'a [R],
    table: Table,
}

impl<R> Rows<'_, R> {
    fn column(mut self, name: impl Into<String>, values: Values) -> Self {
        self.table.columns.push(Column { name: name.into(), values });
        self
    }

    /// A column of words.
    pub fn text<T: Into<String>>(self, name: impl Into<String>, of: impl Fn(&R) -> Option<T>) -> Self {
        let cells = self.rows.iter().map(|row| of(row).map(Into::into)).collect();
        self.column(name, Values::Text(cells))
    }

    /// A column of numbers; what is not finite is blank.
    pub fn number(self, name: impl Into<String>, of: impl Fn(&R) -> Option<f64>) -> Self {
        let cells = self.rows.iter().map(|row| of(row).filter(|x| x.is_finite())).collect();
        self.column(name, Values::Number(cells))
    }

    /// A column of days.
    pub fn date(self, name: impl Into<String>, of: impl Fn(&R) -> Option<NaiveDate>) -> Self {
        let cells = self.rows.iter().map(of).collect();
        self.column(name, Values::Date(cells))
    }

    /// A column of yes and no.
    pub fn flag(self, name: impl Into<String>, of: impl Fn(&R) -> bool) -> Self {
        let cells = self.rows.iter().map(of).collect();
        self.column(name, Values::Flag(cells))
    }

    /// The table.
    pub fn done(self) -> Table {
        self.table
    }
}
