//! `mmm export` on the real binary: what is written, what is refused, and that a fit which did not converge says so.

#[allow(dead_code, reason = "of what the tests share this one uses a part")]
mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::Folder;
use serde_json::Value;

/// A short fit of one market; it does not converge.
fn fitted() -> Folder {
    let folder = Folder::new();
    let run =
        folder.mmm(&["simulate", "--weeks", "104", "--channels", "2", "--seed", "4", "--out", "market"]);
    assert_eq!(run.code(), Some(0));
    let run = folder.mmm(&[
        "fit",
        "market/data.csv",
        "--chains",
        "2",
        "--warmup",
        "20",
        "--draws",
        "20",
        "--quiet",
        "--out",
        "fit",
    ]);
    assert_eq!(run.code(), Some(3), "{}", run.stderr());
    folder
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

#[test]
fn every_format_is_written_marked_and_the_same_twice() {
    let folder = fitted();
    let schema = folder.mmm(&["schema", "export"]);
    let schema: Value = serde_json::from_str(&schema.stdout()).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let formats = ["csv", "parquet"].into_iter();
    let built = [("xlsx", cfg!(feature = "xlsx")), ("netcdf", cfg!(feature = "netcdf"))];
    for format in formats.chain(built.into_iter().filter_map(|(format, built)| built.then_some(format))) {
        let run = folder.mmm(&["export", "fit", format, "--format", format]);
        assert_eq!(run.code(), Some(3), "{}", run.stderr());
        assert!(run.stderr().contains("did not converge"), "{}", run.stderr());
        let manifest = json(&folder.path().join(format).join("export.json"));
        assert!(validator.is_valid(&manifest), "{manifest}");
        assert_eq!(manifest["verdict"], "fail");
        let listed: BTreeSet<String> = manifest["files"]
            .as_array()
            .expect("files")
            .iter()
            .filter_map(|file| Some(file["name"].as_str()?.to_owned()))
            .chain(["export.json".to_owned()])
            .collect();
        assert_eq!(listed, names(&folder.path().join(format)));
        let again = folder.mmm(&["export", "fit", "again", "--format", format, "--force"]);
        assert_eq!(again.code(), Some(3), "{}", again.stderr());
        for name in listed {
            let read = |at: &str| fs::read(folder.path().join(at).join(&name)).expect("an exported file");
            assert_eq!(read(format), read("again"), "{format} {name}");
        }
    }
    let weekly = fs::read_to_string(folder.path().join("csv/weekly.csv")).expect("weekly.csv");
    let mut lines = weekly.lines();
    assert_eq!(lines.next(), Some("date,series,name,value,converged"));
    assert!(lines.all(|line| line.ends_with(",false")), "{weekly}");
}

/// A workbook as its files.
#[cfg(feature = "xlsx")]
struct Book(zip::ZipArchive<fs::File>);

#[cfg(feature = "xlsx")]
impl Book {
    fn open(path: &Path) -> Book {
        Book(zip::ZipArchive::new(fs::File::open(path).expect("a workbook")).expect("a zip archive"))
    }

    fn text(&mut self, name: &str) -> String {
        let mut file = self.0.by_name(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        std::io::read_to_string(&mut file).expect("text")
    }

    /// What stands between each `open` and the next `close`.
    fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
        text.split(open).skip(1).filter_map(|rest| Some(rest.split_once(close)?.0)).collect()
    }

    fn sheets(&mut self) -> Vec<String> {
        let book = self.text("xl/workbook.xml");
        Book::between(&book, "<sheet name=\"", "\"").into_iter().map(str::to_owned).collect()
    }

    /// Rows of a sheet; a cell that is not there is empty.
    fn rows(&mut self, name: &str) -> Vec<Vec<String>> {
        let at = self.sheets().iter().position(|sheet| sheet == name).expect("the sheet") + 1;
        let shared = self.text("xl/sharedStrings.xml");
        let strings: Vec<&str> = Book::between(&shared, "<si>", "</si>")
            .into_iter()
            .map(|item| item.split_once('>').and_then(|(_, t)| t.split_once('<')).map_or("", |(t, _)| t))
            .collect();
        let sheet = self.text(&format!("xl/worksheets/sheet{at}.xml"));
        let cell = |cell: &str| {
            let letters = cell.bytes().take_while(u8::is_ascii_uppercase);
            let column = letters.fold(0, |n, letter| 26 * n + usize::from(letter - b'A') + 1);
            let value = Book::between(cell, "<v>", "</v>").first().map_or("", |v| *v).to_owned();
            let text = || strings[value.parse::<usize>().expect("a string's number")].to_owned();
            (column - 1, if cell.contains(" t=\"s\"") { text() } else { value.clone() })
        };
        let row = |row: &str| {
            let cells = Book::between(row, "<c r=\"", "</c>").into_iter().map(cell);
            let mut values = Vec::new();
            for (column, value) in cells {
                values.resize(column, String::new());
                values.push(value);
            }
            values
        };
        Book::between(&sheet, "<row ", "</row>").into_iter().map(row).collect()
    }
}

/// Each number of the sheet of channels under its own name, as fit.json has it; days as days; charts on their sheets.
#[cfg(feature = "xlsx")]
#[test]
fn the_workbook_says_what_the_fit_says() {
    let folder = fitted();
    assert_eq!(folder.mmm(&["export", "fit", "board", "--format", "xlsx"]).code(), Some(3));
    let fit = json(&folder.path().join("fit/fit.json"));
    let mut book = Book::open(&folder.path().join("board/fit.xlsx"));
    let sheets = book.sheets();
    for sheet in ["summary", "channels", "curves", "plans", "weekly"] {
        assert!(sheets.iter().any(|name| name == sheet), "no {sheet} in {sheets:?}");
    }
    let rows = book.rows("channels");
    let column = |name: &str| {
        rows[0].iter().position(|head| head == name).unwrap_or_else(|| panic!("no {name} in {:?}", rows[0]))
    };
    let channels = fit["channels"].as_array().expect("channels");
    assert_eq!(rows.len(), channels.len() + 1);
    for (row, channel) in rows[1..].iter().zip(channels) {
        assert_eq!(row[column("channel")], channel["name"].as_str().expect("a name"));
        for (name, pointer) in [
            ("spend", "/spend"),
            ("contribution", "/contribution/mean"),
            ("contribution_q05", "/contribution/q05"),
            ("contribution_q95", "/contribution/q95"),
            ("roi", "/roi/mean"),
            ("roi_q05", "/roi/q05"),
            ("roi_q95", "/roi/q95"),
            ("marginal_roi", "/marginal_roi/mean"),
            ("marginal_roi_q05", "/marginal_roi/q05"),
            ("marginal_roi_q95", "/marginal_roi/q95"),
        ] {
            let told = channel.pointer(pointer).and_then(Value::as_f64).expect("a number");
            let shown: f64 = row[column(name)].parse().expect("a number");
            assert!((shown - told).abs() <= 1e-12 * told.abs(), "{name}: {shown} is not {told}");
        }
    }
    assert!(book.rows("summary")[1][4].starts_with("NOT CONVERGED"));
    // Days since 1899-12-30, in a cell with the format of days.
    let first = fit.pointer("/run/data/first").and_then(Value::as_str).expect("a day");
    let day = |text: &str| text.parse::<chrono::NaiveDate>().expect("a day");
    let serial = (day(first) - day("1899-12-30")).num_days().to_string();
    let weekly = book.rows("weekly");
    let at = weekly[0].iter().position(|head| head == "date").expect("a column of days");
    assert_eq!(weekly[1][at], serial);
    assert!(book.text("xl/styles.xml").contains("formatCode=\"yyyy-mm-dd\""));
    let names = book.0.file_names().filter_map(Result::ok);
    let charts = names.filter(|name| name.starts_with("xl/charts/chart")).count();
    assert!(charts >= 3, "{charts} charts");
}

/// With its data a fit has all groups; without them the manifest says which are left out, and why.
#[cfg(feature = "netcdf")]
#[test]
fn what_arviz_opens_is_whole_with_the_data() {
    let folder = fitted();
    let export = |out: &str, more: &[&str]| {
        let run = folder.mmm(&[&["export", "fit", out, "--format", "netcdf", "--quiet"], more].concat());
        assert_eq!(run.code(), Some(3), "{}", run.stderr());
        let left_out = json(&folder.path().join(out).join("export.json"))["left_out"].clone();
        let bytes = fs::read(folder.path().join(out).join("fit.nc")).expect("fit.nc");
        assert_eq!(&bytes[..8], b"\x89HDF\r\n\x1a\n");
        let holds = |name: &str| bytes.windows(name.len()).any(|part| part == name.as_bytes());
        let groups = ["sample_stats", "log_likelihood", "posterior_predictive"].map(holds);
        assert!(holds("posterior") && holds("observed_data") && holds("half_saturation"));
        (left_out.as_array().map_or(0, Vec::len), groups)
    };
    assert_eq!(export("plain", &[]), (3, [false; 3]));
    assert_eq!(export("whole", &["--data", "market/data.csv"]), (0, [true; 3]));
    let other = folder.path().join("other.csv");
    fs::write(&other, "week,revenue,tv_spend\n2024-01-01,5,1\n2024-01-08,5,1\n").expect("a file");
    let run = folder.mmm(&["export", "fit", "none", "--format", "netcdf", "--data", "other.csv", "--quiet"]);
    assert!(run.code() == Some(1) && run.stderr().contains("hint: "), "{}", run.stderr());
    assert!(!folder.path().join("none").exists());
}

#[test]
fn nothing_is_replaced_but_an_export_and_that_only_when_told() {
    let folder = fitted();
    assert_eq!(folder.mmm(&["export", "fit", "out", "--format", "csv"]).code(), Some(3));
    let refused = folder.mmm(&["export", "fit", "out", "--format", "parquet"]);
    assert_eq!(refused.code(), Some(1));
    assert!(
        refused.stderr().contains("hint: ") && refused.stderr().contains("--force"),
        "{}",
        refused.stderr()
    );
    // Replaced as a whole: no file of the other format stays.
    assert_eq!(folder.mmm(&["export", "fit", "out", "--format", "parquet", "--force"]).code(), Some(3));
    let files = names(&folder.path().join("out"));
    assert!(files.iter().all(|name| name.ends_with(".parquet") || name == "export.json"), "{files:?}");
    fs::write(folder.path().join("out/notes.txt"), "mine").expect("a file");
    let before = names(&folder.path().join("out"));
    for target in ["out", "fit", "market"] {
        let refused = folder.mmm(&["export", "fit", target, "--format", "csv", "--force"]);
        assert_eq!(refused.code(), Some(1), "{target}: {}", refused.stderr());
    }
    assert_eq!(names(&folder.path().join("out")), before);
    let none = folder.mmm(&["export", "market", "new", "--format", "csv"]);
    assert_eq!(none.code(), Some(1));
    assert!(!folder.path().join("new").exists());
    // Nothing half-made is left.
    assert!(names(folder.path()).iter().all(|name| !name.starts_with('.')), "{:?}", names(folder.path()));
}
