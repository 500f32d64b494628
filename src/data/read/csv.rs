//! A CSV file as columns of text; the only place where polars reads.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::sync::Arc;

use polars_core::prelude::{DataFrame, DataType, Field, Schema, StringChunked};
use polars_io::SerReader;
use polars_io::csv::read::CsvReadOptions;

use super::layout::{self, Layout};
use crate::error::{Error, Problems};
use crate::sha256;

/// A file whose cells are still text.
pub(crate) struct Table {
    /// Name as the user gave it.
    pub(crate) file: String,
    /// SHA-256 of the bytes, lower-case hex.
    pub(crate) sha256: String,
    /// What separates cells.
    pub(crate) separator: u8,
    /// Column names, unique; an unnamed column is `(column 3)`.
    pub(crate) names: Vec<String>,
    /// Line in the file of each data row.
    pub(crate) lines: Vec<u32>,
    /// Empty rows at the end that were left out.
    pub(crate) empty_tail: usize,
    /// Header and data rows, one chunk a column.
    frame: DataFrame,
}

impl Table {
    /// Reads `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is not well-formed CSV, has no data rows or repeats a name.
    pub(crate) fn read(path: &Path) -> Result<Table, Error> {
        let file = path.display().to_string();
        let bytes = read_bytes(path)?;
        let sha256 = sha256::of(&bytes);
        let Layout { text, separator, width, lines, empty_tail } = layout::scan(&file, &bytes)?;
        let frame =
            parse(&text, separator, width).map_err(|source| Error::Csv { file: file.clone(), source })?;
        if frame.height() != lines.len() {
            let problem = format!("{} rows were read where {} were counted", frame.height(), lines.len());
            return Err(Error::data(&file, problem, "save the file as CSV (UTF-8) again"));
        }
        let names = names(&file, &frame, width)?;
        if lines.len() < 2 {
            return Err(Error::data(&file, "has a header but no rows", "export the data again"));
        }
        Ok(Table { file, sha256, separator, names, lines: lines[1..].to_vec(), empty_tail, frame })
    }

    /// Number of data rows.
    pub(crate) fn n_rows(&self) -> usize {
        self.lines.len()
    }

    /// The trimmed cells of a column, one per data row; a missing cell is empty.
    pub(crate) fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        cells(&self.frame, column).skip(1)
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    if path.is_dir() {
        let file = path.display().to_string();
        return Err(Error::data(&file, "is a directory, not a CSV file", "name the file inside it"));
    }
    /// Tables of years of weeks by geo are a thousandth of it; what is larger is another file, or never ends.
    const LARGEST: u64 = 1 << 30;
    /// Enough to tell text from what is none before the rest is read.
    const HEAD: u64 = 1 << 20;
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(path)?;
        let mut bytes = Vec::new();
        file.by_ref().take(HEAD).read_to_end(&mut bytes)?;
        if !bytes.contains(&0) {
            file.take(LARGEST - HEAD + 1).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    };
    let bytes =
        read().map_err(|source| Error::Io { action: "cannot read", path: path.to_owned(), source })?;
    if bytes.len() as u64 > LARGEST {
        let file = path.display().to_string();
        let hint = "sum the rows into weeks or days, and leave out columns without a role";
        return Err(Error::data(&file, "is larger than 1 GiB, the most that is read", hint));
    }
    Ok(bytes)
}

/// Every column as text, the header as the first row, so that no name is changed and no cell guessed at.
fn parse(text: &str, separator: u8, width: usize) -> polars_core::error::PolarsResult<DataFrame> {
    let fields = (0..width).map(|i| Field::new(i.to_string().into(), DataType::String));
    let schema: Schema = fields.collect();
    CsvReadOptions::default()
        .with_has_header(false)
        .with_infer_schema_length(Some(0))
        .with_schema(Some(Arc::new(schema)))
        .with_rechunk(true)
        .map_parse_options(|o| o.with_separator(separator))
        .into_reader_with_file_handle(Cursor::new(text.as_bytes()))
        .finish()
}

fn cells(frame: &DataFrame, column: usize) -> impl Iterator<Item = &str> {
    let texts: Option<&StringChunked> = frame.columns().get(column).and_then(|c| c.str().ok());
    texts.into_iter().flat_map(|t| t.iter()).map(|cell| cell.map_or("", str::trim))
}

/// The name without line breaks and other control characters: no flag could spell them, and a terminal obeys them.
pub(crate) fn shown_name(name: &str) -> Cow<'_, str> {
    if !name.contains(char::is_control) {
        return Cow::Borrowed(name);
    }
    let spaced = name.replace(['\n', '\r', '\t'], " ").replace(char::is_control, "");
    Cow::Owned(spaced.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn names(file: &str, frame: &DataFrame, width: usize) -> Result<Vec<String>, Error> {
    if width < 2 {
        let only = cells(frame, 0).next().unwrap_or("");
        return Err(Error::data(
            file,
            format!("has one column, `{}`", super::number::excerpt(only)),
            "separate cells by commas; a date, an outcome and a spend column are needed",
        ));
    }
    let mut names: Vec<String> = Vec::with_capacity(width);
    let mut known: HashMap<String, usize> = HashMap::with_capacity(width);
    let mut problems = Problems::new("column names are used twice");
    for column in 0..width {
        let name = match cells(frame, column).next() {
            None | Some("") => format!("(column {})", column + 1),
            Some(name) => shown_name(name).into_owned(),
        };
        let first = *known.entry(name.clone()).or_insert(column);
        if first != column {
            problems.push_with(|| {
                format!("duplicate header: columns {} and {} are both `{name}`", first + 1, column + 1)
            });
        }
        names.push(name);
    }
    if !problems.is_empty() {
        let hint = Some("rename or remove one of the two".to_owned());
        return Err(Error::Data { file: file.to_owned(), problems, hint });
    }
    if names.iter().all(|n| n.parse::<f64>().is_ok()) {
        let named = names[..names.len().min(3)].join(",");
        return Err(Error::data(
            file,
            format!("row 1: `{named}…` is not a header, only numbers"),
            "put the column names into the first row",
        ));
    }
    Ok(names)
}
