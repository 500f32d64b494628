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
