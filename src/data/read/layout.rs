//! The shape of a CSV file before its cells are read: separator, records, their lines and widths.
//!
//! Polars pads short records, says no line numbers and trusts the quoting; this pass over the bytes
//! finds what it would hide, and makes sure that it only ever sees well-formed records.

use std::borrow::Cow;

use crate::error::{Error, Problems};

/// Where the records of a file are.
#[derive(Debug)]
pub(crate) struct Layout<'a> {
    /// The text without byte order mark, blank lines and carriage returns, ending in a line feed.
    pub(crate) text: Cow<'a, str>,
    /// What stands between two cells.
    pub(crate) separator: u8,
    /// Cells in each record.
    pub(crate) width: usize,
    /// Line in the file, from 1, of each record; the header is the first.
    pub(crate) lines: Vec<u32>,
    /// Rows of empty cells at the end, which a spreadsheet leaves where cells were cleared; left out.
    pub(crate) empty_tail: usize,
}

/// Separators that are recognised, likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// More columns are no table of media: most likely dates or geos run along the header.
const MAX_COLUMNS: usize = 10_000;

/// Finds the records of `bytes`.
///
/// # Errors
/// When the file is empty, not UTF-8, has records of different widths or broken quotes.
pub(crate) fn scan<'a>(file: &str, bytes: &'a [u8]) -> Result<Layout<'a>, Error> {
    if let Some((what, remedy)) = other_format(bytes) {
        return Err(Error::data(file, format!("is {what}, not a CSV file"), remedy));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| not_utf8(file, bytes, e.valid_up_to()))?;
    if text.trim().is_empty() {
        return Err(Error::data(file, "the file is empty", "export the data again, with a header row"));
    }
    if let Some(at) = text.find('\0') {
        let line = line_of(text.as_bytes(), at);
        return Err(Error::data(
            file,
            format!("row {line}: holds a zero byte, which no text file does"),
            "save the file as CSV (UTF-8)",
        ));
    }
    // Old Macintosh files end lines with a lone carriage return.
    let text = match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(text),
    };
    let (told, text) = told_separator(text);
    let separator = told.unwrap_or_else(|| separator(&text));
    let mut records = records(file, &text, separator)?;
    let empty_tail = drop_empty_tail(&text, &mut records);
    let width = records[0].width;
    if width > MAX_COLUMNS {
        let problem = format!("has {width} columns; at most {MAX_COLUMNS} are read");
        return Err(Error::data(
            file,
            problem,
            "export only the columns that play a role, one row a date (and geo)",
        ));
    }
    if text[records[0].start..].starts_with('#') {
        check_widths(file, &records, width, "remove the comment above the header")?;
    }
    let hint = match separator {
        _ if is_below(&records, width) => "delete the notes below the table",
        _ if is_above(&records) => "delete what stands above the header: it must be the first row",
        b',' => {
            "give every row the header's number of cells; quote cells that hold a comma, and numbers need no thousands separators"
        }
        _ => "give every row the header's number of cells; quote cells that hold the separator",
    };
    check_widths(file, &records, width, hint)?;
    Ok(Layout {
        lines: records.iter().map(|r| r.line).collect(),
        text: without_blank_lines(text, &records),
        separator,
        width,
        empty_tail,
    })
}

/// Whether the only records of another width are the last ones, of one cell each, as notes are.
fn is_below(records: &[Record], width: usize) -> bool {
    let table = records.iter().take_while(|r| r.width == width).count();
    width > 1 && table > 1 && records[table..].iter().all(|r| r.width == 1)
}

/// Whether the first record has one cell and all from some row on have several: a title above a table.
fn is_above(records: &[Record]) -> bool {
    let width = records.last().map_or(1, |r| r.width);
    records[0].width == 1
        && width > 1
        && records.iter().skip_while(|r| r.width == 1).all(|r| r.width == width)
}

/// The separator that a first line like `sep=;` tells, as spreadsheets write it, and the text with that line blank.
fn told_separator(text: Cow<'_, str>) -> (Option<u8>, Cow<'_, str>) {
    let first = text.split('\n').next().unwrap_or_default();
    let told = first.trim().strip_prefix("sep=").or_else(|| first.trim().strip_prefix("SEP="));
    match told.map(str::as_bytes) {
        Some([one]) if SEPARATORS.contains(one) => (Some(*one), Cow::Owned(text[first.len()..].to_owned())),
        _ => (None, text),
    }
}

/// Drops the last records that hold no cell with anything in it; the header stays.
fn drop_empty_tail(text: &str, records: &mut Vec<Record>) -> usize {
    let is_empty =
        |r: &Record| text[r.start..r.end].bytes().all(|b| b == b' ' || b == b'"' || SEPARATORS.contains(&b));
    let full = records.iter().rposition(|r| !is_empty(r)).map_or(1, |last| last + 1).max(1);
    let dropped = records.len().saturating_sub(full);
    records.truncate(full);
    dropped
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|b| **b == b'\n').count()
}

/// A format that is known by its first bytes, and how to make a CSV file of it.
fn other_format(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let excel = "in Excel: Save As → CSV UTF-8 (comma delimited)";
    match bytes {
        [0x1f, 0x8b, ..] => {
            Some(("compressed with gzip", "unpack it first: gzip -dc DATA.csv.gz > data.csv"))
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Some(("compressed with Zstandard", "unpack it first: zstd -dc DATA.csv.zst > data.csv"))
        }
        [b'P', b'A', b'R', b'1', ..] => Some((
            "Parquet",
            "write it as CSV first, such as with duckdb -c \"COPY 'data.parquet' TO 'data.csv' (HEADER)\"",
        )),
        [b'P', b'K', 3, 4, ..] if holds(b"xl/") => Some(("an Excel workbook (xlsx)", excel)),
        [b'P', b'K', 3, 4, ..] => Some((
            "a spreadsheet or zip archive",
            "save a spreadsheet as CSV UTF-8; of an archive, unpack the CSV file inside",
        )),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Some(("an old Excel workbook (xls)", excel)),
        _ => None,
    }
}

fn not_utf8(file: &str, bytes: &[u8], at: usize) -> Error {
    let hint = "save the file as CSV UTF-8; in Excel: Save As → CSV UTF-8 (comma delimited)";
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Error::data(file, "is not UTF-8 but UTF-16", hint);
    }
    let line = line_of(bytes, at);
    Error::data(file, format!("row {line}: is not UTF-8 (byte 0x{:02x} at offset {at})", bytes[at]), hint)
}

/// The separator of the first line that has one, where a title may stand above the header.
fn separator(text: &str) -> u8 {
    /// Titles are no longer.
    const LINES: usize = 10;
    let lines = text.trim_start().split_inclusive('\n').take(LINES);
    let mut rest = text.trim_start();
    for line in lines {
        if line.contains(|c: char| SEPARATORS.iter().any(|s| char::from(*s) == c)) {
            return commonest_separator(rest);
        }
        rest = &rest[line.len()..];
    }
    SEPARATORS[0]
}

/// The separator that occurs most often in the first line outside quotes; a comma when none does.
fn commonest_separator(text: &str) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if !quoted => {
                if let Some(i) = SEPARATORS.iter().position(|s| *s == byte) {
                    counts[i] += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    SEPARATORS[counts.iter().position(|c| *c == most).unwrap_or(0)]
}

/// One record: its bytes, first line and number of cells.
struct Record {
    start: usize,
    end: usize,
    line: u32,
    width: usize,
}

/// Where the scan is within a record.
#[derive(Clone, Copy, PartialEq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

/// All records but blank lines. Quotes are held to RFC 4180: a quoted cell is quoted as a whole and
/// a quote inside it is doubled.
fn records(file: &str, text: &str, separator: u8) -> Result<Vec<Record>, Error> {
    let mut records = Vec::new();
    let (mut line, mut record_line, mut start, mut width) = (1_u32, 1_u32, 0, 1);
    let mut state = State::CellStart;
    let mut quotes = Problems::new("rows have broken quotes");
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        state = match (state, byte) {
            (State::Quoted, b'"') => State::QuoteInQuoted,
            (State::Quoted, b'\n') => {
                line += 1;
                State::Quoted
            }
            (State::Quoted, _) | (State::QuoteInQuoted, b'"') => State::Quoted,
            (_, b'\n') => {
                records.push(Record { start, end: at, line: record_line, width });
                line += 1;
                (record_line, start, width) = (line, at + 1, 1);
                State::CellStart
            }
            (_, b) if b == separator => {
                width += 1;
                State::CellStart
            }
            (State::CellStart, b'"') => State::Quoted,
            (State::Plain, b'"') | (State::QuoteInQuoted, _) => {
                quotes.push_with(|| format!("row {line}: a quotation mark in the middle of a cell"));
                State::Plain
            }
            _ => State::Plain,
        };
    }
    if state == State::Quoted {
        quotes.push_with(|| format!("row {record_line}: a quotation mark is opened and never closed"));
    }
    if !quotes.is_empty() {
        let hint = "quote the whole cell and double the quotation marks inside it: \"5\"\" tube\"";
        return Err(Error::Data { file: file.to_owned(), problems: quotes, hint: Some(hint.to_owned()) });
    }
    if start < text.len() {
        records.push(Record { start, end: text.len(), line: record_line, width });
    }
    records.retain(|r| !text[r.start..r.end].trim_matches(' ').is_empty());
    Ok(records)
}

fn check_widths(file: &str, records: &[Record], width: usize, hint: &str) -> Result<(), Error> {
    let mut ragged = Problems::new("rows do not have as many cells as the header");
    for record in records.iter().filter(|r| r.width != width) {
        ragged.push_with(|| {
            let cells = if record.width == 1 { "cell" } else { "cells" };
            format!("row {}: {} {cells} where the header has {width}", record.line, record.width)
        });
    }
    if ragged.is_empty() {
        return Ok(());
    }
    Err(Error::Data { file: file.to_owned(), problems: ragged, hint: Some(hint.to_owned()) })
}

/// The records alone, each ended by a line feed; copies only when there is something to drop.
fn without_blank_lines<'a>(text: Cow<'a, str>, records: &[Record]) -> Cow<'a, str> {
    let kept: usize = records.iter().map(|r| r.end - r.start + 1).sum();
    if kept == text.len() && text.ends_with('\n') {
        return text;
    }
    let mut copy = String::with_capacity(kept);
    for record in records {
        copy.push_str(&text[record.start..record.end]);
        copy.push('\n');
    }
    Cow::Owned(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_file_despite_blank_lines_and_quoted_line_feeds() {
        let layout = scan("a.csv", b"\xef\xbb\xbfa;b\r\n\r\n\"x\ny\";2\r\n3;4").expect("well formed");
        assert_eq!(layout.separator, b';');
        assert_eq!(layout.width, 2);
        assert_eq!(layout.lines, [1, 3, 5]);
        assert_eq!(layout.text, "a;b\n\"x\ny\";2\n3;4\n");
    }

    #[test]
    fn what_stands_above_and_below_a_table_is_named() {
        let told = scan("a.csv", b"sep=|\na|b,c\n1|2\n").expect("well formed");
        assert_eq!((told.separator, told.lines), (b'|', vec![2, 3]));
        let hint = |text: &str| scan("a.csv", text.as_bytes()).expect_err("ragged").hint().expect("a hint");
        assert!(hint("a,b\n1,2\n3,4\n* preliminary\n").contains("notes below the table"));
        assert!(hint("Weekly report\n\na;b\n1;2\n").contains("above the header"));
        assert!(hint("a,b\n1,2\n3\n4,5\n").contains("header's number of cells"));
    }

    #[test]
    fn ragged_rows_and_stray_quotes_name_their_lines() {
        let ragged = scan("a.csv", b"a,b\n1,2\n3\n4,5,6\n").expect_err("ragged").to_string();
        assert!(ragged.contains("row 3: 1 cell where") && ragged.contains("row 4: 3 cells"), "{ragged}");
        for text in ["a,b\n5\" tv,1\n", "a,b\n\"x\"y,1\n", "a,b\n\"x,1\n"] {
            let error = scan("a.csv", text.as_bytes()).expect_err("stray quote").to_string();
            assert!(error.starts_with("a.csv, row 2: a quotation mark"), "{error}");
        }
    }

    #[test]
    fn formats_that_are_no_text_are_named_with_their_remedy() {
        let cases: [(&[u8], &str, &str); 6] = [
            (b"\x1f\x8b\x08\x00", "compressed with gzip", "gzip -dc"),
            (b"\x28\xb5\x2f\xfd\x00", "compressed with Zstandard", "zstd -dc"),
            (b"PAR1\x15\x04", "Parquet", "write it as CSV"),
            (b"PK\x03\x04\x14\x00xl/workbook.xml", "an Excel workbook (xlsx)", "CSV UTF-8"),
            (b"PK\x03\x04\x14\x00data.csv", "a spreadsheet or zip archive", "unpack the CSV file"),
            (b"\xd0\xcf\x11\xe0\xa1", "an old Excel workbook (xls)", "CSV UTF-8"),
        ];
        for (bytes, what, remedy) in cases {
            let error = scan("data.csv", bytes).expect_err(what);
            assert_eq!(error.to_string(), format!("data.csv: is {what}, not a CSV file"));
            assert!(error.hint().is_some_and(|hint| hint.contains(remedy)), "{error:?}");
        }
    }

    #[test]
    fn a_separator_inside_quotes_does_not_count() {
        assert_eq!(separator("\"a;b;c\",d\n"), b',');
        assert_eq!(separator("a\tb\n"), b'\t');
        assert_eq!(separator("a\n"), b',');
    }
}
