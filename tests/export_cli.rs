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
    let all = ["csv", "parquet", "xlsx"];
    let formats = if cfg!(feature = "xlsx") { &all[..] } else { &all[..2] };
    for format in formats.iter().copied() {
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
