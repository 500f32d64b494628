//! The commands of the documentation run: every block of the README and of each page that calls mmm, page by page, each
//! page in a fresh folder with the example data; and every flag that a page names is one of some command.

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
  validate|readout|compare) short="--chains 2 --warmup 60 --draws 60" ;;
  *) short= ;;
esac
# Of twenty worlds two will do.
case " $* " in *" --recovery 20 "*) set -- $(echo "$*" | sed 's/--recovery 20/--recovery 2/') ;; esac
"$MMM" "$@" $short
code=$?
[ "$code" = 3 ] && exit 0
# That two fits differ is an answer.
[ "$1" = diff ] && [ "$code" = 1 ] && exit 0
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

/// Blocks that call mmm and are not run: these formats are features of the build.
const OF_FEATURES: [&str; 2] = ["--format xlsx", "--format netcdf"];

/// Files that pages speak of, beside the example data.
fn files(text: &str, folder: &Path) {
    let models = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap_or_default();
    fs::write(folder.join("models.toml"), models).expect("a file of models");
    fs::write(folder.join("attribution.csv"), "channel,reported\ntv,20000000\nsearch,50000000\n")
        .expect("a file");
}

/// Runs all blocks of a page as one script.
fn run(page: &str) {
    let text = fs::read_to_string(root().join(page)).expect("a page of the documentation");
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
    files(&text, &work);
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

/// One test for each page that has commands; a page without a test fails `every_command_is_run`.
macro_rules! pages {
    ($($name:ident: $page:literal),*) => {
        $(#[test] fn $name() { run($page); })*
        const PAGES: &[&str] = &[$($page),*];
    };
}

pages!(
    readme: "README.md",
    data: "docs/data.md",
    design_of_tests: "docs/design-of-tests.md",
    evidence: "docs/evidence.md",
    experiments: "docs/experiments.md",
    exports: "docs/exports.md",
    families: "docs/families.md",
    faq: "docs/faq.md",
    from_doubt_to_a_test: "docs/from-doubt-to-a-test.md",
    install: "docs/install.md",
    json: "docs/json.md",
    model: "docs/model.md",
    planning: "docs/planning.md",
    production: "docs/production.md",
    readout: "docs/readout.md",
    report: "docs/report.md",
    tutorial: "docs/tutorial.md"
);

/// The README and every page, by their paths.
fn all_pages() -> Vec<(String, String)> {
    let mut paths = vec!["README.md".to_owned()];
    for entry in fs::read_dir(root().join("docs")).expect("the documentation") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        paths.extend(name.ends_with(".md").then(|| format!("docs/{name}")));
    }
    let read = |path: String| {
        let text = fs::read_to_string(root().join(&path)).expect("a page");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_command_is_run() {
    for (path, text) in all_pages() {
        assert_eq!(!blocks(&text).is_empty(), PAGES.contains(&path.as_str()), "{path}");
        for block in text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let calls = block.lines().any(|line| line.starts_with("mmm "));
            let is_feature = OF_FEATURES.iter().any(|feature| block.contains(feature));
            assert!(!calls || is_feature, "{path}: mark as `sh run`:\n{block}");
        }
    }
}

/// Flags in running text and tables, which no block runs.
#[test]
fn every_flag_that_a_page_names_exists() {
    let help = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_mmm")).args(args).output().expect("mmm starts");
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let commands = help(&["--help"]);
    let commands = commands.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let names: Vec<&str> = commands
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.contains(&"fit"), "{names:?}");
    let known: String =
        names.iter().filter(|name| **name != "help").map(|name| help(&[name, "--help"])).collect();
    for (path, text) in all_pages() {
        // What was tried may since have been renamed.
        let is_ours = |span: &&str| span.starts_with("--") || span.starts_with("mmm ");
        for span in text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(is_ours)
            .filter(|_| !path.ends_with("what-was-tried.md"))
        {
            for flag in span.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2) {
                let name =
                    flag.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default();
                let exists = [" ", "\n", "[", "="].iter().any(|end| known.contains(&format!("{name}{end}")));
                // Of cargo.
                let exists = exists || ["--profile", "--features", "--example"].contains(&name);
                assert!(exists, "{path}: no command has {name} (`{span}`)");
            }
        }
    }
}
