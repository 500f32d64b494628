//! The commands of the documentation run: every block that is marked ```sh run, page by page, each page in a fresh
//! folder with the example data.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Fits are shortened, as it is the commands that are tried: 2 chains of 60 draws. Such a fit seldom converges, and
/// exits with 3, which counts as done.
const SHORT: &str = r#"#!/bin/sh
case "$1" in
  fit) case " $* " in *" --verify "*|*" --since-last "*) short= ;; *) short="--chains 2 --warmup 60 --draws 60" ;; esac ;;
  validate|readout) short="--chains 2 --warmup 60 --draws 60" ;;
  *) short= ;;
esac
"$MMM" "$@" $short
code=$?
[ "$code" = 3 ] && exit 0
exit "$code"
"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The marked blocks of a page, in order.
fn blocks(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "```sh run" {
            let block: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
            found.push(block.join("\n"));
        }
    }
    found
}

/// Runs all blocks of a page as one script.
fn run(page: &str) {
    let text = fs::read_to_string(root().join("docs").join(page)).expect("a page of the documentation");
    let blocks = blocks(&text);
    assert!(!blocks.is_empty(), "{page} has no commands that are run");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).expect("a folder for the program");
    fs::write(bin.join("mmm"), SHORT).expect("a program");
    fs::set_permissions(bin.join("mmm"), fs::Permissions::from_mode(0o755)).expect("it may be run");
    let work = folder.path().join("work");
    fs::create_dir(&work).expect("a folder to work in");
    std::os::unix::fs::symlink(root().join("data"), work.join("data")).expect("the example data");
    let script = format!("set -eux\n{}", blocks.join("\n"));
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let done = Command::new("sh")
        .args(["-c", &script])
        .current_dir(&work)
        .env("PATH", path)
        .env("MMM", env!("CARGO_BIN_EXE_mmm"))
        .output()
        .expect("sh starts");
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{page}: {}\n--- stdout\n{out}\n--- stderr\n{err}", done.status);
}

/// One test for each page that has commands; a page without a test fails `every_page_is_run`.
macro_rules! pages {
    ($($name:ident),*) => {
        $(#[test] fn $name() { run(concat!(stringify!($name), ".md")); })*
        const PAGES: &[&str] = &[$(concat!(stringify!($name), ".md")),*];
    };
}

pages!(data, exports, install, json, model, planning, production, tutorial);

/// Its name is no Rust name.
#[test]
fn from_doubt_to_a_test() {
    run("from-doubt-to-a-test.md");
}

#[test]
fn every_page_is_run() {
    for entry in fs::read_dir(root().join("docs")).expect("the documentation") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if name.ends_with(".md") {
            let marked = !blocks(&fs::read_to_string(&path).expect("a page")).is_empty();
            let run = PAGES.contains(&name.as_str()) || name == "from-doubt-to-a-test.md";
            assert_eq!(marked, run, "{name}");
        }
    }
}
