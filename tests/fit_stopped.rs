//! `mmm fit` cut short: interrupted, killed, its reader gone, its place not writable.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use common::Folder;

const SHORT: [&str; 7] = ["--warmup", "200", "--draws", "100", "--chains", "2", "--quiet"];

fn folder() -> Folder {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/national/data.csv");
    Folder::new().file("data.csv", fs::read(data).expect("the example"))
}

fn start(folder: &Folder, flags: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmm"));
    command.arg("fit").arg("data.csv").args(flags).current_dir(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the binary starts")
}

fn entries(folder: &Folder) -> Vec<String> {
    let names = fs::read_dir(folder.path()).expect("a folder").flatten().map(|e| e.file_name());
    let mut names: Vec<String> = names.map(|n| n.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn ctrl_c_leaves_nothing_and_exits_130() {
    for signal in ["INT", "TERM"] {
        let folder = folder();
        let mut child = start(&folder, &["--draws", "20000", "--out", "new/deep/out"]);
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let mut said = String::new();
        while !said.contains("sampling") {
            assert!(stderr.read_line(&mut said).expect("text") > 0, "ended before sampling: {said}");
        }
        let kill = format!("kill -{signal} {}", child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("sh runs").success());
        let mut line = String::new();
        while stderr.read_line(&mut line).expect("text") > 0 {}
        assert_eq!(child.wait().expect("it ends").code(), Some(130), "{said}{line}");
        assert!(line.contains("error: interrupted; nothing was written"), "{line}");
        assert_eq!(entries(&folder), ["data.csv"]);
    }
}

#[test]
fn a_killed_fit_leaves_the_old_output_complete() {
    let folder = folder();
    let old = [&["--seed", "1"], &SHORT[..]].concat();
    start(&folder, &old).wait().expect("it ends");
    let files = ["fit.json", "draws.parquet", "curves.parquet", "weekly.csv", "log.json"];
    let read = || files.map(|f| fs::read(folder.path().join("mmm-out").join(f)).expect("a whole output"));
    let before = read();
    let new = [&["--seed", "2"], &SHORT[..]].concat();
    for milliseconds in [0, 5, 30, 120, 300] {
        let mut child = start(&folder, &new);
        sleep(Duration::from_millis(milliseconds));
        // Already over when the machine is fast; then there is nothing to kill.
        let _ = child.kill();
        let finished = child.wait().expect("it ends").code().is_some();
        let after = read();
        let swapped = after[0] != before[0];
        assert!(finished || !swapped || after[1] != before[1], "files of two fits are mixed");
        assert!(swapped || after[1..4] == before[1..4], "files of two fits are mixed");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    for flags in [&["--json"][..], &[]] {
        let folder = folder();
        let mut child = start(&folder, &[&SHORT[..6], flags].concat());
        drop(child.stdout.take());
        drop(child.stderr.take());
        // 0 also without convergence: the reader did not stay to be told.
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{flags:?}");
        assert_eq!(entries(&folder), ["data.csv", "mmm-out"]);
    }
}

#[test]
fn places_that_cannot_be_written_are_refused_before_the_fit() {
    let folder = folder().file("taken", "a file").file("notes.txt", "mine");
    fs::create_dir(folder.path().join("mine")).expect("a folder can be made");
    fs::write(folder.path().join("mine/thesis.txt"), "years of work").expect("the file can be written");
    let before = entries(&folder);
    let cases = [
        ("taken", "cannot write results to"),
        ("taken/out", "taken"),
        ("mine", "holds other files and no fit.json"),
        (".", "current folder"),
        ("/proc/mmm", "/proc"),
    ];
    for (out, text) in cases {
        // So many draws that a fit which began would not end in time.
        let run = folder.mmm(&["fit", "data.csv", "--draws", "1000000", "--out", out]).exits(1);
        run.complains(&["error: ", text]);
    }
    assert_eq!(entries(&folder), before);
    assert!(folder.path().join("mine/thesis.txt").exists());
}
