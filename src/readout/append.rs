//! A row put at the end of a file of experiments, whole or not at all.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::path::Path;

use chrono::NaiveDate;

use super::request::TestRequest;
use crate::Error;
use crate::data::read_experiments;
use crate::report::{TestRow, TestRows};

/// Which of the two rows of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// Without an estimate: the treated cells are in the data that are fitted.
    Contrast,
    /// With the estimate and its error.
    Reading,
}

/// Appends one row a cell to `path`, which is made when it is not there. Columns that it lacks are added.
///
/// # Errors
/// A file that is no file of experiments, that holds one of the tests already, or that cannot be written; it is then
/// as it was.
pub fn append(path: &Path, tests: &[&TestRows], kind: RowKind) -> Result<(), Error> {
    let failed = |action| move |source| Error::Io { action, path: path.to_path_buf(), source };
    let rows: Vec<&TestRow> = tests
        .iter()
        .map(|rows| if kind == RowKind::Contrast { &rows.contrast } else { &rows.reading })
        .collect();
    let text = match std::fs::read(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => None,
        Err(e) => return Err(failed("cannot read")(e)),
        Ok(bytes) => Some(String::from_utf8(bytes).map_err(|_| {
            Error::data(&path.display().to_string(), "is not UTF-8 text", "save it as CSV (UTF-8)")
        })?),
    };
    let text = match text.filter(|text| !text.trim().is_empty()) {
        None => new_file(&rows),
        Some(text) => {
            refuse(path, &rows.iter().map(|row| Told::of(row)).collect::<Vec<_>>())?;
            extended(path, text, &rows)?
        }
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".experiments-");
    // What an ordinary file gets, before the user's mask, or what the file has.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).map_or(0o666, |m| m.permissions().mode() & 0o777);
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    let mut file = builder.tempfile_in(folder).map_err(failed("cannot write beside"))?;
    file.write_all(text.as_bytes()).map_err(failed("cannot write"))?;
    file.as_file().sync_all().map_err(failed("cannot write"))?;
    file.persist(path).map_err(|error| failed("cannot write")(error.error))?;
    Ok(())
}

/// Refuses a file that no row could be appended to: its folder is not there, or it is one itself.
///
/// # Errors
/// The operating system's.
pub fn refuse_unwritable(path: &Path) -> Result<(), Error> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let kind = match (folder.is_dir(), path.is_dir()) {
        (false, _) => ErrorKind::NotFound,
        (true, true) => ErrorKind::IsADirectory,
        (true, false) => return Ok(()),
    };
    Err(Error::Io { action: "cannot append a row to", path: path.to_path_buf(), source: kind.into() })
}

/// Columns that the rows fill.
fn needed(rows: &[&TestRow]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for column in rows.iter().flat_map(|row| row.columns()) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

fn new_file(rows: &[&TestRow]) -> String {
    let columns = needed(rows);
    let lines: Vec<String> = rows.iter().map(|row| row.line(&columns, ',')).collect();
    format!("{}\n{}\n", columns.join(","), lines.join("\n"))
}

/// The file with the rows at its end, under its own header and in its own style.
fn extended(path: &Path, text: String, rows: &[&TestRow]) -> Result<String, Error> {
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    while lines.last().is_some_and(|last| last.trim().is_empty()) {
        lines.pop();
    }
    let file = path.display().to_string();
    let header = |line: &String| {
        let separator = [',', ';', '\t'].into_iter().max_by_key(|c| line.matches(*c).count())?;
        let cells: Vec<String> =
            line.split(separator).map(|c| c.trim().trim_matches(['"', '\u{feff}']).to_owned()).collect();
        cells.iter().any(|c| c.eq_ignore_ascii_case("channel")).then_some((separator, cells))
    };
    let found = lines.iter().enumerate().find_map(|(i, line)| Some((i, header(line)?)));
    let Some((at, (separator, mut columns))) = found else {
        let hint = "name a file of experiments, or one that does not exist yet";
        return Err(Error::data(&file, "has no header with a column `channel`", hint));
    };
    let missing: Vec<String> = needed(rows)
        .into_iter()
        .filter(|needed| !columns.iter().any(|c| c.eq_ignore_ascii_case(needed)))
        .collect();
    if !missing.is_empty() {
        if lines.iter().any(|line| line.matches('"').count() % 2 == 1) {
            let what = format!("has no column {}, and cells that span lines", missing.join(", "));
            return Err(Error::data(&file, what, "add the columns by hand, or append to a new file"));
        }
        let blanks: String = missing.iter().map(|_| separator).collect();
        for (i, line) in lines.iter_mut().enumerate() {
            match i == at {
                true => missing.iter().for_each(|name| line.push_str(&format!("{separator}{name}"))),
                false if !line.trim().is_empty() => line.push_str(&blanks),
                false => {}
            }
        }
        columns.extend(missing);
    }
    lines.extend(rows.iter().map(|row| row.line(&columns, separator)));
    Ok(lines.join(ending) + ending)
}

/// Refuses a test that a file of experiments tells already, before anything is fitted: the same channel in some of
/// the same geos and days. A file that is not there holds none.
///
/// # Errors
/// The row that tells it.
pub fn refuse_repeated(path: &Path, request: &TestRequest) -> Result<(), Error> {
    let geos: Vec<String> = request.cells.iter().map(|cell| cell.geos.join("|")).collect();
    let tests: Vec<Told> = geos
        .iter()
        .map(|geos| Told {
            channel: &request.channel,
            days: (request.start, request.end),
            geos: (!geos.is_empty()).then_some(geos),
        })
        .collect();
    refuse(path, &tests)
}

/// What tells one test from another.
struct Told<'a> {
    channel: &'a str,
    days: (NaiveDate, NaiveDate),
    geos: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(row: &'a TestRow) -> Told<'a> {
        Told { channel: &row.channel, days: (row.start, row.end), geos: row.geos.as_deref() }
    }
}

fn refuse(path: &Path, tests: &[Told]) -> Result<(), Error> {
    // A file that is not there, or has a header alone, holds no test; what else is wrong with it is told later.
    let Ok(file) = read_experiments(path) else { return Ok(()) };
    let names = |text: &str| text.split('|').map(|g| g.trim().to_owned()).collect::<BTreeSet<_>>();
    for (test, earlier) in tests.iter().flat_map(|test| file.rows.iter().map(move |row| (test, row))) {
        let day = |column: &str| earlier.cell(column)?.parse::<NaiveDate>().ok();
        let (Some(start), Some(end)) = (day("start"), day("end")) else { continue };
        let in_place = match (test.geos, earlier.cell("geos")) {
            (Some(own), Some(other)) => !names(own).is_disjoint(&names(other)),
            _ => true,
        };
        let in_time = start <= test.days.1 && test.days.0 <= end;
        if earlier.cell("channel") == Some(test.channel) && in_place && in_time {
            let what = format!(
                "row {} already holds a test of {} in these geos from {start} to {end}; nothing was appended",
                earlier.row, test.channel
            );
            return Err(Error::data(&file.file, what, "tell one test in one row: remove the other first"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(start: &str, geos: &str) -> TestRows {
        let contrast = TestRow {
            id: None,
            channel: "tv".into(),
            start: start.parse().unwrap(),
            end: "2024-03-31".parse().unwrap(),
            readout_end: None,
            geos: Some(geos.into()),
            spend_change: -1250.5,
            lift: None,
            se: None,
        };
        let reading = TestRow {
            readout_end: Some("2024-04-28".parse().unwrap()),
            lift: Some(-300.0),
            se: Some(100.0),
            ..contrast.clone()
        };
        TestRows { contrast, reading }
    }

    #[test]
    fn a_row_is_appended_in_the_style_of_the_file_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("experiments.csv");
        let text = || std::fs::read_to_string(&path).unwrap();
        append(&path, &[&rows("2024-03-04", "A|B")], RowKind::Contrast).unwrap();
        let first = "channel,start,end,geos,spend_change\ntv,2024-03-04,2024-03-31,A|B,-1250.5\n";
        assert_eq!(text(), first);
        let again = append(&path, &[&rows("2024-03-11", "B|C")], RowKind::Reading).unwrap_err();
        assert!(again.to_string().contains("row 2 already holds a test of tv"), "{again}");
        assert_eq!(text(), first);
        append(&path, &[&rows("2024-03-04", "C,D")], RowKind::Reading).unwrap();
        assert_eq!(
            text(),
            "channel,start,end,geos,spend_change,readout_end,lift,se\ntv,2024-03-04,2024-03-31,A|B,-1250.5,,,\n\
             tv,2024-03-04,2024-03-31,\"C,D\",-1250.5,2024-04-28,-300,100\n"
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn the_separator_the_line_ends_and_a_title_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("experiments.csv");
        std::fs::write(
            &path,
            "Tests;;;;\r\nChannel;start;end;geos;spend_change\r\nsearch;2024-01-01;2024-01-28;A;-5\r\n\r\n",
        )
        .unwrap();
        append(&path, &[&rows("2024-03-04", "A")], RowKind::Contrast).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("A;-5\r\ntv;2024-03-04;2024-03-31;A;-1250.5\r\n"), "{text}");
        std::fs::write(&path, "a,b\n1,2\n").unwrap();
        assert!(append(&path, &[&rows("2024-03-04", "A")], RowKind::Contrast).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a,b\n1,2\n");
    }
}
