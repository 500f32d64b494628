//! `mmm fit --since-last`, `--carry-forward`, `--verify` and `mmm diff` as a pipeline meets them.

mod common;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use common::{Folder, Run};
use serde_json::Value;

/// A third of a second; too few draws for a verdict.
const SHORT: [&str; 6] = ["--warmup", "150", "--draws", "60", "--chains", "2"];
const CONTROLS: [&str; 4] =
    ["--controls", "price_index,promo,holiday,query_index", "--exclude", "tiktok_spend"];

/// The national example, its first `weeks` weeks; `edit` sees each line with its number.
fn data(weeks: usize, edit: impl Fn(usize, &str) -> String) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/national/data.csv");
    let text = fs::read_to_string(path).expect("the example");
    text.lines().take(weeks + 1).enumerate().map(|(i, line)| edit(i, line) + "\n").collect()
}

fn plain(weeks: usize) -> String {
    data(weeks, |_, line| line.to_owned())
}

/// The named column's cell of some lines with another value.
fn restate(text: &str, column: &str, lines: std::ops::Range<usize>, factor: f64) -> String {
    let at = text.lines().next().expect("a header").split(',').position(|h| h == column).expect("a column");
    let line = |(i, line): (usize, &str)| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if lines.contains(&i) {
            let value: f64 = cells[at].parse().expect("a number");
            cells[at] = format!("{:?}", value * factor);
        }
        cells.join(",") + "\n"
    };
    text.lines().enumerate().map(line).collect()
}

/// A fit of 130 weeks in `q1`, with `q1.csv`, `q2.csv` (13 weeks more) and its refresh in `q2`.
fn quarter() -> &'static Folder {
    static FOLDER: OnceLock<Folder> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Folder::new().file("q1.csv", plain(130)).file("q2.csv", plain(143));
        folder
            .mmm(&[&["fit", "q1.csv", "--out", "q1", "--quiet"], &CONTROLS[..], &SHORT].concat())
            .finishes();
        folder.mmm(&["fit", "q2.csv", "--since-last", "q1", "--out", "q2", "--quiet"]).finishes();
        folder
    })
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout()).expect("stdout is JSON")
}

fn read(folder: &Folder, path: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.path().join(path)).expect("the file is there")).expect("JSON")
}

/// A folder of its own with a copy of the first fit.
fn copy_of_q1() -> Folder {
    let folder = Folder::new().file("q1.csv", plain(130));
    fs::create_dir(folder.path().join("q1")).expect("a folder");
    for entry in fs::read_dir(quarter().path().join("q1")).expect("a fit").flatten() {
        fs::copy(entry.path(), folder.path().join("q1").join(entry.file_name())).expect("copied");
    }
    folder
}

#[test]
fn a_refresh_keeps_settings_and_roles_and_writes_the_comparison() {
    let folder = quarter();
    let (old, new) = (read(folder, "q1/fit.json"), read(folder, "q2/fit.json"));
    for key in ["config", "roles", "seed", "draws"] {
        assert_eq!(old["run"][key], new["run"][key], "{key}");
    }
    assert_eq!(new["run"]["data"]["periods"], 143);
    let diff = read(folder, "q2/diff.json");
    assert_eq!(diff["inputs"]["data"]["periods_added"], 13);
    assert_eq!(diff["inputs"]["data"]["restated"]["periods"], 0);
    let markdown = fs::read_to_string(folder.path().join("q2/diff.md")).expect("diff.md");
    assert!(markdown.starts_with("### ") && markdown.contains("| tv |"), "{markdown}");
    let schema = json(&folder.mmm(&["schema", "diff"]).exits(0));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let problems: Vec<String> = validator.iter_errors(&diff).map(|e| e.to_string()).collect();
    assert_eq!(problems, [""; 0]);
}

#[test]
fn diff_has_the_exit_codes_of_diff() {
    let folder = quarter();
    folder.mmm(&["diff", "q1", "q1"]).exits(0).says(&["The two fits are identical"]);
    let all = folder.mmm(&["diff", "q1", "q2", "--tolerance", "0", "--probability", "0.01"]).exits(1);
    all.says(&["material changes:", "the ROI of tv", "Return on spend", "13 periods added"]);
    folder.mmm(&["diff", "q1", "q2", "--tolerance", "1000%"]).exits(0).says(&["Nothing material"]);
    let quiet = ["diff", "q1", "q2", "--tolerance", "0", "--probability", "0.01", "--quiet"];
    assert_eq!(folder.mmm(&quiet).exits(1).stdout(), "");
    folder.mmm(&[&quiet[..], &["--fail-on", "verdict"]].concat()).exits(0);
    folder.mmm(&["diff", "q1", "nowhere"]).exits(2).complains(&["error: cannot read nowhere", "hint: "]);
    let usage = folder.mmm(&["diff", "q1", "q2", "--fail-on", "alocation"]).exits(2);
    usage.complains(&["a similar value exists: 'allocation'"]);
    folder.mmm(&["diff", "q1", "q2", "--probability", "2"]).exits(2).complains(&["probability"]);
}

#[test]
fn numbers_of_a_comparison_are_those_of_the_fits() {
    let folder = quarter();
    let diff = json(&folder.mmm(&["diff", "q1", "q2", "--json", "--tolerance", "1000%"]).exits(0));
    let (old, new) = (read(folder, "q1/fit.json"), read(folder, "q2/fit.json"));
    for (i, channel) in diff["channels"].as_array().expect("channels").iter().enumerate() {
        let roi = &channel["roi"];
        assert_eq!(roi["old"], old["channels"][i]["roi"]);
        assert_eq!(roi["new"], new["channels"][i]["roi"]);
        let number = |v: &Value| v.as_f64().expect("a number");
        let means = number(&roi["new"]["mean"]) - number(&roi["old"]["mean"]);
        // Every draw is used equally often to within one in 160.
        assert!((number(&roi["difference"]["mean"]) - means).abs() < 0.02 * number(&roi["old"]["mean"]));
        let spread = number(&roi["old"]["sd"]).hypot(number(&roi["new"]["sd"]));
        assert!((number(&roi["difference"]["sd"]) / spread - 1.0).abs() < 0.05, "independent posteriors");
        assert!(channel["allocation"]["weekly"][1].is_number());
    }
}

#[test]
fn without_draws_the_summaries_stand_in() {
    let folder = copy_of_q1();
    fs::remove_file(folder.path().join("q1/draws.parquet")).expect("it was there");
    let new = quarter().path().join("q2");
    let new = new.to_str().expect("UTF-8");
    let run = folder.mmm(&["diff", "q1", new, "--json", "--tolerance", "1000%"]).exits(0);
    let approximate = json(&run);
    assert_eq!(approximate["old"]["draws"], "approximated");
    let exact = json(&quarter().mmm(&["diff", "q1", "q2", "--json", "--tolerance", "1000%"]).exits(0));
    let sd = |d: &Value| d["channels"][0]["roi"]["difference"]["sd"].as_f64().expect("a number");
    let (a, b) = (sd(&approximate), sd(&exact));
    assert!((a / b - 1.0).abs() < 0.3, "{a} {b}");
}

#[test]
fn restated_history_new_weeks_and_settings_are_told_apart() {
    let folder = copy_of_q1().file("q3.csv", restate(&plain(143), "tv_spend", 90..110, 10.0));
    folder
        .mmm(&["fit", "q3.csv", "--since-last", "q1", "--noise", "white", "--out", "q3", "--quiet"])
        .finishes();
    let args = ["diff", "q1", "q3", "--old-data", "q1.csv", "--new-data", "q3.csv", "--tolerance", "1000%"];
    let diff = json(&folder.mmm(&[&args[..], &["--json"]].concat()).exits(0));
    let data = &diff["inputs"]["data"];
    assert!(data["restated"]["periods"].as_u64().is_some_and(|n| (5..=20).contains(&n)), "{data}");
    assert_eq!(data["restated"]["columns"][0]["column"], "spend of tv");
    assert_eq!(diff["inputs"]["config"][0]["key"], "model.noise");
    let steps = diff["explanation"]["steps"].as_array().expect("steps");
    let kinds: Vec<&str> = steps.iter().map(|s| s["kind"].as_str().expect("a kind")).collect();
    assert_eq!(kinds, ["history", "new_periods", "config"]);
    assert!(steps.iter().all(|s| s["differs"] == true));
    for (channel, parts) in diff["channels"]
        .as_array()
        .expect("channels")
        .iter()
        .zip(diff["explanation"]["channels"].as_array().expect("channels"))
    {
        let sum: f64 = parts["roi"].as_array().expect("parts").iter().map(|p| p.as_f64().expect("x")).sum();
        let mean = |side: &str| channel["roi"][side]["mean"].as_f64().expect("a mean");
        assert!((sum - (mean("new") - mean("old"))).abs() < 1e-9);
        if channel["channel"] == "tv" {
            // Ten times the spend for the same outcome: history alone lowers the ROI, by more than so few draws err.
            assert!(parts["roi"][0].as_f64().expect("x") < 0.0, "{parts}");
        }
    }
    folder.mmm(&args).exits(0).says(&["restated spend of tv", "Where the change of the ROI comes from"]);
    // The same file throughout: nothing is left to be explained by data.
    let white =
        folder.mmm(&["fit", "q1.csv", "--since-last", "q1", "--noise", "white", "--out", "w", "--quiet"]);
    white.finishes();
    let diff = json(
        &folder.mmm(&["diff", "q1", "w", "--new-data", "q1.csv", "--json", "--tolerance", "9"]).exits(0),
    );
    let differs: Vec<bool> = diff["explanation"]["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|s| s["differs"] == true)
        .collect();
    assert_eq!(differs, [false, false, true]);
}

#[test]
fn changed_column_roles_are_refused_by_name_unless_told() {
    let renamed = plain(143).replace("tv_spend", "television_spend");
    let more = data(143, |i, line| {
        format!("{line},{}", if i == 0 { "radio_spend".into() } else { (i % 7 * 10).to_string() })
    });
    let folder = copy_of_q1().file("renamed.csv", renamed).file("more.csv", more);
    let refresh = |file: &str, flags: &[&str]| {
        folder.mmm(&[&["fit", file, "--since-last", "q1", "--out", "new", "--quiet"], flags].concat())
    };
    refresh("renamed.csv", &[]).exits(1).complains(&[
        "column `tv_spend` (spend) is gone",
        "column `television_spend` is new and would be a spend column",
        "are left with --channels search_spend,social_spend,display_spend",
        "--channels search_spend,social_spend,display_spend,television_spend",
    ]);
    let run = refresh("more.csv", &[]).exits(1);
    run.complains(&[
        "more.csv: column `radio_spend` is new and would be a spend column",
        "--exclude radio_spend",
    ]);
    assert!(!folder.path().join("new").exists());
    // What the hint names can be pasted.
    let pasted = "search_spend,social_spend,display_spend,television_spend";
    refresh("renamed.csv", &["--channels", pasted]).finishes();
    assert_eq!(read(&folder, "new/diff.json")["channels_added"][0], "television");
    refresh("more.csv", &["--exclude", "radio_spend"]).finishes();
    let with = "search_spend,social_spend,tv_spend,display_spend,radio_spend";
    refresh("more.csv", &["--channels", with]).finishes();
    assert_eq!(read(&folder, "new/diff.json")["channels_added"][0], "radio");
    refresh("more.csv", &["--config", "mmm.toml"]).exits(2).complains(&["cannot be used with"]);
}

/// Settings of a channel or a control go with its column.
#[test]
fn what_was_told_of_a_column_that_is_gone_is_forgotten() {
    let grps = data(130, |i, line| {
        format!("{line},{}", if i == 0 { "tv_grps".into() } else { (10 + i % 7 * 10).to_string() })
    });
    let renamed = grps.replace("tv_spend", "television_spend").replace("query_index", "query_volume");
    let folder = Folder::new().file("old.csv", grps).file("new.csv", renamed);
    let told = ["--reliability", "query_index=0.9", "--quiet"];
    folder.mmm(&[&["fit", "old.csv", "--out", "old"], &told[..], &CONTROLS, &SHORT].concat()).finishes();
    let refresh = |flags: &[&str]| {
        folder.mmm(&[&["fit", "new.csv", "--since-last", "old", "--out", "new", "--quiet"], flags].concat())
    };
    let pasted = [
        "--channels",
        "search_spend,social_spend,display_spend,television_spend",
        "--controls",
        "price_index,promo,holiday",
    ];
    let run = refresh(&[]).exits(1);
    run.complains(&[&pasted[..2].join(" "), &pasted[2..].join(" ")]);
    refresh(&pasted).finishes();
    assert_eq!(read(&folder, "new/fit.json")["run"]["roles"]["controls"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_carried_posterior_is_the_prior_and_says_what_counts_twice() {
    let folder = copy_of_q1().file("q2.csv", plain(143));
    let args = ["fit", "q2.csv", "--since-last", "q1", "--carry-forward", "0.5", "--out", "c", "--quiet"];
    folder.mmm(&args).finishes();
    let fit = read(&folder, "c/fit.json");
    let channels = &fit["run"]["config"]["channels"];
    let before = read(&folder, "q1/fit.json");
    for channel in before["channels"].as_array().expect("channels") {
        let carried = &channels[channel["name"].as_str().expect("a name")];
        assert!(carried["curve_prior"]["retention"]["mean"].is_number(), "{carried}");
        // A return of which the data told next to nothing keeps the general prior.
        let told = channel["evidence"]["verdict"] != "prior";
        assert_eq!(carried["prior"]["roi"]["sd_log"].as_f64().is_some_and(|sd| sd > 0.0), told, "{carried}");
    }
    let warned =
        fit["run"]["warnings"].as_array().expect("warnings").iter().any(|w| w["code"] == "carried_twice");
    assert!(warned);
    // What was carried is a setting like any other: the fit can be made again from what it says.
    folder.mmm(&["fit", "--verify", "c"]).exits(0).says(&["c: identical"]);
    // As the warning advises: the new weeks alone, whose parameters are known beforehand but for the baseline's.
    let hint =
        fit["run"]["warnings"].as_array().expect("warnings").iter().find(|w| w["code"] == "carried_twice");
    assert!(hint.is_some_and(|w| w["hint"].to_string().contains("--from 2023-07-03")), "{hint:?}");
    let new = ["fit", "q2.csv", "--since-last", "q1", "--from", "2023-07-03", "--out", "n", "--quiet"];
    folder.mmm(&[&new[..], &["--carry-forward", "0.5"]].concat()).finishes();
    assert_eq!(read(&folder, "n/fit.json")["run"]["data"]["periods"], 13);
    let run = folder.mmm(&new).exits(1);
    run.complains(&["fewer rows than parameters: 13 rows", "(16 of 4 channels, 7 of the baseline)"]);
    folder.mmm(&["fit", "q2.csv", "--carry-forward", "0.5"]).exits(2).complains(&["--since-last"]);
    folder.mmm(&["fit", "q2.csv", "--since-last", "q1", "--carry-forward", "0"]).exits(2);
}

#[test]
fn verify_says_identical_or_what_differs() {
    let folder = copy_of_q1();
    folder.mmm(&["fit", "--verify", "q1"]).exits(0).says(&["q1: identical", "same bytes: draws.parquet"]);
    let path = folder.path().join("q1/fit.json");
    let text = fs::read_to_string(&path).expect("fit.json");
    let total = read(&folder, "q1/fit.json")["outcome"]["total"].to_string();
    fs::write(&path, text.replacen(&total, "1.0", 1)).expect("written");
    let run = folder.mmm(&["fit", "--verify", "q1", "--allow-edited"]).exits(1);
    run.says(&["q1: not identical", "differs: outcome.total: 1.0 before, now"]);
    fs::write(&path, text).expect("written");
    let lost = ["curves.parquet", "draws.parquet", "media.parquet", "weekly.csv"];
    for file in lost {
        let away = |from: &str, to: &str| {
            fs::rename(folder.path().join("q1").join(from), folder.path().join("q1").join(to))
                .expect("moved");
        };
        away(file, "away");
        let run = folder.mmm(&["fit", "--verify", "q1"]).exits(1);
        run.says(&["q1: not identical", "same bytes: fit.json", &format!("missing: {file}")]);
        away("away", file);
    }
    let other = plain(130).replace("tv_spend", "radio_spend");
    fs::write(folder.path().join("other.csv"), other).expect("written");
    folder.mmm(&["fit", "--verify", "q1", "other.csv"]).exits(2).complains(&[
        "other.csv: is not the file that was fitted: it has no column `tv_spend`",
        "hint: give the file that was fitted, which was q1.csv",
    ]);
    fs::write(folder.path().join("q1.csv"), restate(&plain(130), "tv_spend", 60..90, 2.0)).expect("written");
    let run = folder.mmm(&["fit", "--verify", "q1"]).exits(1);
    run.says(&["not identical", "differed beforehand: the data: SHA-256 of q1.csv"]);
    fs::remove_file(folder.path().join("q1.csv")).expect("it was there");
    folder.mmm(&["fit", "--verify", "q1"]).exits(2).complains(&["error: cannot read q1.csv"]);
    folder.mmm(&["fit", "--verify", "q1", "--seed", "3"]).exits(2).complains(&["leave the other flags out"]);
    for flags in [&["--json"][..], &["--report"], &["--out", "elsewhere"]] {
        folder.mmm(&[&["fit", "--verify", "q1"], flags].concat()).exits(2).complains(&[flags[0], "--verify"]);
    }
    let log = read(&folder, "q1/log.json");
    assert_eq!(log["schema"], "mmm.log/1");
    for key in ["fit_sha256", "data_sha256", "config_sha256"] {
        assert_eq!(log["provenance"][key].as_str().map(str::len), Some(64), "{key}");
    }
}

#[test]
fn damaged_and_newer_outputs_are_named() {
    let folder = copy_of_q1();
    let path = |name: &str| folder.path().join("q1").join(name);
    let other = quarter().path().join("q2");
    let other = other.to_str().expect("UTF-8");
    let bytes = fs::read(path("draws.parquet")).expect("draws");
    for length in [0, 10, bytes.len() / 2, bytes.len() - 1] {
        fs::write(path("draws.parquet"), &bytes[..length]).expect("written");
        let run = folder.mmm(&["diff", "q1", other]).exits(2);
        run.complains(&["draws.parquet: not a readable draws file", "hint: run `mmm fit` again"]);
        let run = folder.mmm(&["fit", "q1.csv", "--since-last", "q1", "--out", "new"]).exits(1);
        run.complains(&["draws.parquet: not a readable draws file"]);
    }
    fs::copy(Path::new(other).join("draws.parquet"), path("draws.parquet")).expect("copied");
    let text = fs::read_to_string(path("fit.json")).expect("fit.json");
    // A whole file of another fit is none of this one.
    let run = folder.mmm(&["diff", "q1", other]).exits(2);
    run.complains(&["draws.parquet: not a readable draws file: these are not the bytes"]);
    let commands: [&[&str]; 5] = [
        &["diff", other, "q1"],
        &["report", "q1"],
        &["scenario", "q1"],
        &["fit", "--verify", "q1"],
        &["fit", "q1.csv", "--since-last", "q1"],
    ];
    for (content, complaint) in [
        (
            text.replacen("mmm.fit/1", "mmm.fit/2", 1),
            "schema is mmm.fit/2, this version of mmm reads mmm.fit/1",
        ),
        (text[..text.len() / 2].to_owned(), "not a readable fit"),
        (String::new(), "not a readable fit"),
    ] {
        fs::write(path("fit.json"), content).expect("written");
        for command in commands {
            let run = folder.mmm(command);
            assert!(run.stdout().is_empty());
            run.complains(&["error: ", "fit.json", complaint, "hint: "]);
        }
    }
    assert!(!folder.path().join("new").exists() && !folder.path().join("mmm-out").exists());
}
