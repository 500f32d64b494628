//! What the real binary prints in a terminal of 80 columns: no line is longer, no words are cut, names stay apart.

mod common;

use std::fs;

use common::{Folder, Run};

const COLUMNS: usize = 80;
const SHORT: [&str; 7] = ["--chains", "2", "--warmup", "40", "--draws", "40", "--quiet"];
const LOUD: [&str; 6] = ["--chains", "2", "--warmup", "40", "--draws", "40"];
const CONTROLS: [&str; 2] = ["--controls", "price_index,promo,holiday,query_index"];
/// They differ in the middle only.
const NAMES: [(&str, &str); 2] = [
    ("tv_spend", "paid_social_prospecting_video_feed_and_stories_spend"),
    ("social_spend", "paid_social_retargeting_video_feed_and_stories_spend"),
];
const COMMANDS: [&str; 15] = [
    "fit",
    "check",
    "init",
    "simulate",
    "scenario",
    "diff",
    "report",
    "schema",
    "completions",
    "man",
    "validate",
    "compare",
    "readout",
    "design",
    "mcp",
];

/// A panel whose channels have long names.
fn panel() -> Folder {
    let folder = Folder::new();
    let size = ["--geos", "10", "--weeks", "104", "--channels", "3", "--seed", "11"];
    folder.mmm(&[&["simulate", "--out", "."], &size[..], &["--geo-test", "tv:0:3:84:8"]].concat()).exits(0);
    let file = folder.path().join("data.csv");
    let mut text = fs::read_to_string(&file).expect("data");
    for (short, long) in NAMES {
        text = text.replacen(short, long, 1);
    }
    fs::write(file, text).expect("data");
    folder
}

/// Expects what was printed to fit, and names of channels that can be told apart.
fn fits(what: &str, run: &Run) {
    let text = run.stdout();
    assert!(text.lines().count() > 3, "{what} prints little: {text}{}", run.stderr());
    // A path or the row of a file has no place to be broken.
    let is_breakable = |line: &&str| line.trim().contains(' ');
    let long: Vec<&str> =
        text.lines().filter(is_breakable).filter(|line| line.chars().count() > COLUMNS).collect();
    assert!(long.is_empty(), "{what}: {long:#?}\n{text}");
    // Within a table a shortened name stands at the start of one row only.
    for table in text.split("\n\n") {
        let cut =
            |line: &str| line.split_whitespace().next().filter(|name| name.contains('…')).map(str::to_owned);
        let mut names: Vec<String> = table.lines().filter_map(cut).collect();
        let rows = names.len();
        names.sort();
        names.dedup();
        assert!(rows == 0 || names.len() > 1, "{what}: two channels under one name in\n{table}");
    }
}

#[test]
fn tables_of_a_panel_with_long_names_fit() {
    let folder = panel();
    let run = |args: &[&[&str]]| folder.mmm_within(COLUMNS, &args.concat());
    folder.mmm(&[&["fit", "data.csv", "--out", "fit"], &CONTROLS[..], &SHORT].concat()).finishes();
    let channel = NAMES[0].1.trim_end_matches("_spend");
    let test =
        ["--channel", channel, "--geos", "G001,G007,G009", "--start", "2022-08-15", "--end", "2022-10-09"];
    for (what, args) in [
        ("check", vec![&["check", "data.csv"], &CONTROLS[..]]),
        ("design", vec![&["design", "fit", "data.csv"]]),
        ("readout", vec![&["readout", "data.csv", "--spend-change", "-160000"], &test[..], &CONTROLS, &LOUD]),
        ("validate", vec![&["validate", "data.csv", "--folds", "2"], &CONTROLS[..], &LOUD]),
        ("recovery", vec![&["validate", "data.csv", "--recovery", "2"], &CONTROLS[..], &LOUD]),
        ("scenario", vec![&["scenario", "fit", "--budget", "+10%", "--frontier", "4"]]),
        ("test value", vec![&["scenario", "fit", "--test-value"]]),
        ("diff", vec![&["diff", "fit", "fit"]]),
    ] {
        let run = run(&args).finishes();
        fits(what, &run);
        if what == "validate" {
            run.says(&["the same without media ", "same period last year "]);
        }
    }
}

#[test]
fn comparisons_of_models_and_left_out_tests_fit() {
    let folder = Folder::new();
    let example = |name: &str| format!("{}/data/national/{name}", env!("CARGO_MANIFEST_DIR"));
    let (data, tests) = (example("data.csv"), example("experiments.csv"));
    let run = |args: &[&[&str]]| folder.mmm_within(COLUMNS, &args.concat()).finishes();
    let compared = run(&[&["compare", &data], &CONTROLS, &LOUD]);
    fits("compare", &compared);
    compared.says(&["geometric, hill, calm trend "]);
    let left_out = ["validate", &data, "--experiments", &tests, "--leave-one-test-out"];
    fits("left-out tests", &run(&[&left_out, &CONTROLS, &LOUD]));
}

#[test]
fn help_fits() {
    let folder = Folder::new();
    for command in COMMANDS {
        let text = folder.mmm_within(COLUMNS, &[command, "--help"]).exits(0).stdout();
        // Examples are commands to copy.
        let told = text.split("Examples:").next().unwrap_or_default();
        let long: Vec<&str> = told.lines().filter(|line| line.chars().count() > COLUMNS).collect();
        assert!(long.is_empty(), "{command}: {long:#?}");
    }
}
