//! `mmm fit` as a user meets it: files, streams, exit codes and warnings of the real binary.

mod common;
#[path = "common/outputs.rs"]
mod outputs;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use common::{Folder, Run};
use serde_json::Value;

/// Half a second; too few draws for a verdict.
const SHORT: [&str; 6] = ["--warmup", "200", "--draws", "100", "--chains", "2"];
const FILES: [&str; 6] =
    ["fit.json", "draws.parquet", "curves.parquet", "media.parquet", "weekly.csv", "log.json"];

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name).join("data.csv")
}

/// `mmm fit` on the national example in a folder, with few draws.
fn fit(folder: &Folder, flags: &[&str]) -> Run {
    let data = example("national");
    let controls = ["--controls", "price_index,promo,holiday,query_index"];
    let data = ["fit", data.to_str().expect("the path is UTF-8")];
    folder.mmm(&[&data[..], &controls, &SHORT, flags].concat())
}

/// One fit that several tests read, and what it said.
fn shared() -> &'static (Folder, Run) {
    static FIT: OnceLock<(Folder, Run)> = OnceLock::new();
    FIT.get_or_init(|| {
        let folder = Folder::new();
        let run = fit(&folder, &["--out", "out"]).finishes();
        (folder, run)
    })
}

fn schema() -> Value {
    let run = Folder::new().mmm(&["schema"]).exits(0);
    serde_json::from_str(&run.stdout()).expect("the schema is JSON")
}

fn entries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").flatten().map(|e| e.file_name());
    let mut names: Vec<String> = names.map(|n| n.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_output_is_complete_and_consistent() {
    let out = shared().0.path().join("out");
    outputs::check(&out, &schema());
    let mut files = FILES.map(String::from);
    files.sort();
    assert_eq!(entries(&out), files);
    assert_eq!(outputs::Weekly::read(&out).len(), 156);
}

#[test]
fn the_summary_says_what_a_manager_asks() {
    let (folder, run) = shared();
    let out = run.stdout();
    for text in ["156 weeks, 2021-01-04 to 2023-12-25", "largest R-hat", "Media brought", "ROI", "results in"]
    {
        assert!(out.contains(text), "no {text:?} in\n{out}");
    }
    let fit = outputs::fit_json(&folder.path().join("out"));
    for channel in fit["channels"].as_array().expect("channels") {
        assert!(out.contains(channel["name"].as_str().expect("a name")), "{out}");
    }
    assert!(run.stderr().contains("sampling 100 %: 800 of 800 iterations"), "{}", run.stderr());
    assert!(!out.contains('\u{1b}'), "no colours off a terminal");
}

#[test]
fn findings_of_the_check_are_among_the_warnings() {
    let fit = outputs::fit_json(&shared().0.path().join("out"));
    let warnings = fit["run"]["warnings"].as_array().expect("a list");
    let late = warnings.iter().find(|w| w["code"] == "late_channel").expect("tiktok came late");
    assert!(late["message"].as_str().expect("text").contains("`tiktok`"), "{late}");
    assert!(late["hint"].as_str().is_some_and(|h| !h.is_empty()));
}

#[test]
fn thread_count_and_repetition_do_not_change_a_byte() {
    let (first, _) = shared();
    let second = Folder::new();
    fit(&second, &["--out", "one", "--threads", "1"]).finishes();
    fit(&second, &["--out", "two", "--threads", "2"]).finishes();
    for name in FILES.iter().filter(|n| **n != "log.json") {
        let bytes = |folder: &Path| fs::read(folder.join(name)).expect("the file is there");
        let one = bytes(&second.path().join("one"));
        assert!(one == bytes(&second.path().join("two")), "{name} differs between 1 and 2 threads");
        assert!(one == bytes(&first.path().join("out")), "{name} differs between two runs");
    }
    let log: Value = serde_json::from_slice(&fs::read(second.path().join("one/log.json")).expect("log"))
        .expect("log.json is JSON");
    assert_eq!(log["threads"], 1);
}

#[test]
fn another_seed_gives_other_draws() {
    let folder = Folder::new();
    fit(&folder, &["--quiet", "--seed", "2"]).finishes();
    let bytes = |path: &Path| fs::read(path.join("draws.parquet")).expect("draws");
    assert!(bytes(&folder.path().join("mmm-out")) != bytes(&shared().0.path().join("out")));
}

#[test]
fn json_is_the_only_thing_on_stdout() {
    let folder = Folder::new();
    let run = fit(&folder, &["--json", "--quiet"]).finishes();
    assert_eq!(run.stderr(), "");
    let file = fs::read_to_string(folder.path().join("mmm-out/fit.json")).expect("fit.json");
    assert!(run.stdout() == file, "stdout is fit.json byte for byte");
}

#[test]
fn quiet_is_quiet_and_a_report_can_be_asked_for() {
    let folder = Folder::new();
    let run = fit(&folder, &["--quiet", "--report"]).finishes();
    assert_eq!((run.stdout(), run.stderr()), (String::new(), String::new()));
    let html = fs::read_to_string(folder.path().join("mmm-out/report.html")).expect("report.html");
    assert!(html.contains("tiktok") && html.trim_end().ends_with("</html>"));
}

#[test]
fn held_out_weeks_are_predicted_but_not_counted() {
    let folder = Folder::new();
    fit(&folder, &["--quiet", "--holdout-weeks", "13"]).finishes();
    let out = folder.path().join("mmm-out");
    outputs::check(&out, &schema());
    let weekly = outputs::Weekly::read(&out);
    assert_eq!((weekly.len(), weekly.fitted().iter().filter(|f| **f).count()), (156, 143));
    let fit = outputs::fit_json(&out);
    assert_eq!(fit["run"]["data"]["fitted"]["periods"], 143);
    assert_eq!(fit["scenarios"][0]["horizon_weeks"], 143.0, "the plan is of the weeks that the spend is of");
    let answer = folder.mmm(&["scenario", "mmm-out", "--weeks", "143", "--json"]).finishes().stdout();
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["horizon"]["factor"], 1.0);
    // TikTok spent nothing in the weeks that were fitted.
    let warnings = answer["warnings"].as_array().expect("warnings");
    assert!(warnings.iter().any(|w| w["code"] == "channel_not_fitted"), "{warnings:?}");
    let holdout = &fit["fit_quality"]["holdout"];
    let wmape = holdout["wmape"].as_f64().expect("a number");
    assert!(wmape < 0.15, "{wmape}");
    // CRPS is a share of the mean error (0.7 of it for a calibrated normal forecast), in outcome units.
    let mean = fit["outcome"]["total"].as_f64().expect("a number") / 143.0;
    let share = holdout["crps"].as_f64().expect("a number") / (wmape * mean);
    assert!((0.4..1.1).contains(&share), "{share}");
    // What the last residual leaves fades from week to week.
    let carried = weekly.numbers("carried_residual");
    assert!(carried[..143].iter().all(|c| *c == 0.0) && carried[143] != 0.0);
    assert!(carried[143].abs() > carried[146].abs(), "{carried:?}");
    // TikTok ran in the last twelve weeks alone.
    let codes: Vec<_> =
        fit["run"]["warnings"].as_array().expect("warnings").iter().map(|w| &w["code"]).collect();
    assert!(
        codes.contains(&&"channel_not_fitted".into()) && !codes.contains(&&"late_channel".into()),
        "{codes:?}"
    );
    let tiktok = fit["channels"].as_array().and_then(|c| c.iter().find(|c| c["name"] == "tiktok"));
    let sentence = tiktok.expect("tiktok")["evidence"]["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("is unknown: it never ran"), "{sentence}");
}

#[test]
fn the_first_command_of_the_readme_converges() {
    let data = example("national");
    let data = data.to_str().expect("the path is UTF-8");
    let controls = "price_index,promo,holiday,query_index";
    let folder = Folder::new();
    let run = folder.mmm(&["fit", data, "--controls", controls]).exits(0);
    run.says(&["Convergence ok", "Recommendation: ", "results in"]);
    let fit = outputs::fit_json(&folder.path().join("mmm-out"));
    assert_eq!(fit["diagnostics"]["verdict"], "ok");
}

#[test]
fn an_unconverged_fit_is_written_flagged_and_exits_3() {
    let data = example("national");
    let data = data.to_str().expect("the path is UTF-8");
    let folder = Folder::new();
    let run = folder.mmm(&["fit", data, "--warmup", "20", "--draws", "4", "--chains", "2"]).exits(3);
    run.says(&["NOT CONVERGED", "not_converged", "--warmup", "Recommendation: none"]);
    let fit = outputs::fit_json(&folder.path().join("mmm-out"));
    assert_eq!(fit["diagnostics"]["verdict"], "fail");
}

#[test]
fn bad_usage_exits_2_and_bad_input_1() {
    let folder = Folder::new();
    fit(&folder, &["--threads", "many"]).exits(2).complains(&["--threads"]);
    fit(&folder, &["--frobnicate"]).exits(2).complains(&["--frobnicate"]);
    for threads in ["0", "1025"] {
        let run = fit(&folder, &["--threads", threads]).exits(2);
        run.complains(&[&format!(
            "error: sampler.threads is {threads}; it must be a whole number from 1 to 1024"
        )]);
    }
    let data = example("national");
    let data = data.to_str().expect("the path is UTF-8");
    for (flag, value, complaint) in [
        ("--target-accept", "1.5", "target_accept is 1.5"),
        ("--chains", "0", "chains is 0; it must be a whole number from 1 to 128"),
        ("--thin", "0", "thin is 0; it must be a whole number from 1 to 100"),
        ("--seasonality-pairs", "27", "seasonality_pairs is 27"),
        ("--reliability", "promo=2", "reliability is 2"),
    ] {
        folder.mmm(&["fit", data, flag, value]).exits(2).complains(&["error: ", complaint]);
    }
    folder.mmm(&["simulate", "--weeks", "0"]).exits(2).complains(&["--weeks is 0"]);
    // The same value in a file is bad input.
    fs::write(folder.path().join("mmm.toml"), "[sampler]\nchains = 0\n").expect("the file can be written");
    folder.mmm(&["fit", data, "--config", "mmm.toml"]).exits(1).complains(&["chains is 0"]);
    fs::remove_file(folder.path().join("mmm.toml")).expect("it is there");
    fit(&folder, &["--prior", "radio:roi=1..2"]).exits(1).complains(&["there is no channel `radio`"]);
    folder.mmm(&["fit"]).exits(2).complains(&["DATA.csv"]);
    folder.mmm(&["fit", "no.csv"]).exits(1).complains(&["error: cannot read no.csv", "hint: "]);
    assert_eq!(entries(folder.path()), [""; 0], "nothing was written");
}

#[test]
fn a_flag_that_contradicts_itself_is_refused() {
    let folder = Folder::new();
    let beliefs = [("tv:roi=1..2", "tv:share=0.01..0.02"), ("tv:roi=1..2", "tv:roi=3..4")];
    for (one, other) in beliefs {
        let run = fit(&folder, &["--prior", one, "--prior", other]).exits(2);
        run.complains(&["error: --prior: channel `tv` is given two beliefs", "hint: keep one of them"]);
    }
    for flags in [
        &["--reliability", "promo=0.8,promo=0.9"][..],
        &["--reliability", "promo=1", "--reliability", "promo=1"],
    ] {
        fit(&folder, flags).exits(2).complains(&["error: --reliability: control `promo` is given two"]);
    }
    assert_eq!(entries(folder.path()), [""; 0], "nothing was written");
}

#[test]
fn blocking_findings_and_too_few_rows_stop_a_fit() {
    let text = fs::read_to_string(example("national")).expect("the example");
    let short: String = text.lines().take(20).map(|l| format!("{l}\n")).collect();
    let folder = Folder::new().file("short.csv", short);
    let run = folder.mmm(&["fit", "short.csv", "--exclude", "tiktok_spend,holiday"]).exits(1);
    run.complains(&["error: short.csv: fewer rows than parameters: 19 rows", "hint: "]);

    let tv = text.lines().next().expect("a header").split(',').position(|h| h == "tv_spend");
    let tv = tv.expect("the example has television");
    let twin = |(i, line): (usize, &str)| {
        let cell = if i == 0 { "promo_tv" } else { line.split(',').nth(tv).expect("a cell") };
        format!("{line},{cell}\n")
    };
    let twins: String = text.lines().enumerate().map(twin).collect();
    let folder = Folder::new().file("twins.csv", twins);
    let run = folder.mmm(&["fit", "twins.csv", "--controls", "promo_tv"]).exits(1);
    run.complains(&[
        "error: twins.csv",
        "`tv` moves identically with control `promo_tv`",
        "--exclude promo_tv",
    ]);
    assert_eq!(entries(folder.path()), ["twins.csv"], "nothing was written");
}
