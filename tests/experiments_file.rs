//! The file of lift tests through the real binary: what is listed, kept and refused.

mod common;

use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use common::{Folder, Run};

/// 104 weeks from 2021-01-04 in three geos; search pauses in the last ten weeks of `west`.
fn panel() -> String {
    let mut text = "date,geo,revenue,tv_spend,search_spend,newsletter\n".to_owned();
    let monday = NaiveDate::from_ymd_opt(2021, 1, 4).unwrap();
    for (g, geo) in ["north", "south", "west"].iter().enumerate() {
        for t in 0..104_u64 {
            let wave = |k: u64| (t * k * 7919 % 101) as f64;
            let dark = g == 2 && t >= 94;
            let search = if dark { 0.0 } else { 10.0 + wave(11) };
            let date = monday + Days::new(7 * t);
            let (revenue, tv) = (1000.0 + wave(3 + 2 * g as u64) + 50.0 * g as f64, wave(5) * 2.5);
            let _ = writeln!(text, "{date},{geo},{revenue},{tv},{search},{}", t % 4);
        }
    }
    text
}

const HEADER: &str = "id,channel,start,end,readout_end,geos,multiplier,spend_change,usual_spend,lift,roi,se,low,high,level,population_share,method\n";

fn folder(rows: &str) -> Folder {
    Folder::new().file("data.csv", panel()).file("tests.csv", format!("{HEADER}{rows}"))
}

fn check(rows: &str) -> Run {
    folder(rows).mmm(&["check", "data.csv", "--organic", "newsletter", "--experiments", "tests.csv"])
}

/// One row with the given cells, the others those of a sound test of television.
fn row(cells: &[(&str, &str)]) -> String {
    let sound = [
        ("channel", "tv"),
        ("start", "2021-06-07"),
        ("end", "2021-07-04"),
        ("readout_end", "2021-08-01"),
        ("lift", "90"),
        ("se", "30"),
    ];
    let names = HEADER.trim().split(',');
    let value = |name: &str| {
        let own = cells.iter().rfind(|(n, _)| *n == name);
        own.or_else(|| sound.iter().find(|(n, _)| *n == name)).map_or("", |(_, v)| v)
    };
    names.map(value).collect::<Vec<_>>().join(",") + "\n"
}

#[test]
fn every_fault_is_told_with_row_column_value_and_remedy() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let cases: &[Case] = &[
        (&[("channel", "tvv")], "column `channel`: `tvv` is no channel", "did you mean `tv`?"),
        (&[("channel", "tv+serch")], "names `serch`, which is no channel", "did you mean `search`?"),
        (&[("channel", "tv+tv")], "names `tv` twice", "once"),
        (&[("channel", "")], "column `channel`: the cell is blank", "fill in"),
        (&[("start", "")], "column `start`: the cell is blank", "fill in"),
        (&[("start", "7/6/2021")], "column `start`: `7/6/2021` is not a date yyyy-mm-dd", "yyyy-mm-dd"),
        (&[("start", "2020-12-28")], "`2020-12-28` is before the data, which begin on 2021-01-04", "--from"),
        (
            &[("end", "2023-01-08")],
            "column `end`: `2023-01-08` is after the data, which end on 2023-01-01",
            "--to",
        ),
        (&[("readout_end", "2023-01-08")], "column `readout_end`: `2023-01-08` is after the data", "--to"),
        (
            &[("end", "2021-06-01")],
            "column `end`: `2021-06-01` is before the start (2021-06-07)",
            "first day",
        ),
        (
            &[("readout_end", "2021-07-03")],
            "`2021-07-03` is before the end of the treatment (2021-07-04)",
            "readout_end",
        ),
        (&[("geos", "nort")], "column `geos`: `nort` is no geo", "did you mean `north`?"),
        (&[("geos", "north|north")], "names `north` twice", "once"),
        (&[("geos", "north|")], "has no name between two `|`", "A|B"),
        (&[("multiplier", "-1")], "column `multiplier`: `-1` is negative", "0 or more"),
        (
            &[("multiplier", "1")],
            "column `multiplier`: `1` means that nothing was changed",
            "counterfactual over actual",
        ),
        (&[("multiplier", "50%")], "`50%` has a percent sign", "bare number"),
        (
            &[("spend_change", "0")],
            "column `spend_change`: `0` means that nothing was changed",
            "negative for a hold-out",
        ),
        (&[("usual_spend", "-5")], "column `usual_spend`: `-5` is negative", "0 or more"),
        (
            &[("multiplier", "0"), ("usual_spend", "5")],
            "column `usual_spend`: `5` stands beside `multiplier`",
            "keep one",
        ),
        (
            &[("geos", "north"), ("spend_change", "99999999")],
            "column `spend_change`: `99999999` is more than the",
            "at most what was spent",
        ),
        (
            &[("geos", "north"), ("spend_change", "-500"), ("se", "20")],
            "column `lift`: `90` has the sign against the change: less was spent (-500)",
            "sign of the change",
        ),
        (
            &[("lift", ""), ("roi", "-5"), ("se", "1")],
            "column `roi`: `-5` is negative beyond any error",
            "per unit of spend changed",
        ),
        (&[("roi", "1")], "column `roi`: `1` stands beside `lift`", "keep one"),
        (&[("se", "0")], "column `se`: `0` must be above 0", "standard error"),
        (&[("se", "-1")], "column `se`: `-1` must be above 0", "standard error"),
        (&[("se", "")], "column `lift`: `90` has no error", "add `se`"),
        (&[("lift", "")], "column `se`: `30` is the error of an estimate that is not given", "contrast"),
        (&[("low", "60"), ("high", "120")], "column `low`: `60` stands beside `se`", "keep `se`"),
        (&[("se", ""), ("low", "60")], "column `high`: the cell is blank", "two ends"),
        (
            &[("se", ""), ("low", "120"), ("high", "60")],
            "column `high`: `60` is not above `low` (120)",
            "lower end",
        ),
        (
            &[("se", ""), ("low", "10"), ("high", "60")],
            "column `high`: `60` leaves the estimate (90) outside",
            "own interval",
        ),
        (
            &[("se", ""), ("low", "60"), ("high", "120"), ("level", "90")],
            "column `level`: `90` must lie between 0 and 1",
            "0.9 for 90 %",
        ),
        (&[("level", "0.9")], "column `level`: `0.9` is that of an interval", "drop it"),
        (
            &[("population_share", "30")],
            "column `population_share`: `30` must be above 0 and at most 1",
            "0.3 for 30 %",
        ),
        (
            &[("channel", "newsletter"), ("lift", ""), ("roi", "1"), ("se", "0.5")],
            "column `roi`: `1` is a return on spend, and `newsletter` has no spend",
            "`lift`",
        ),
        (
            &[("channel", "newsletter"), ("spend_change", "5")],
            "column `spend_change`: `5` is a spend, and `newsletter` has none",
            "`multiplier`",
        ),
        (
            &[
                ("channel", "search"),
                ("geos", "west"),
                ("start", "2022-11-07"),
                ("end", "2022-12-04"),
                ("readout_end", "2022-12-04"),
            ],
            "column `start`: `2022-11-07` is of a time in which nothing was spent",
            "`spend_change`",
        ),
        (
            &[("method", "Pre/Post")],
            "column `method`: `Pre/Post` all geos were treated at once",
            "treated geos",
        ),
        (
            &[("multiplier", "2"), ("lift", "-90")],
            "column `multiplier`: `2` all geos were treated at once",
            "treated geos",
        ),
        (
            &[("multiplier", "2"), ("lift", ""), ("se", "")],
            "column `geos`: a contrast of all geos",
            "name the treated geos",
        ),
    ];
    for (cells, problem, hint) in cases {
        let run = check(&row(cells)).exits(1);
        let run = run.complains(&["error: tests.csv", "row 2", problem, "hint: "]);
        let stderr = run.stderr();
        let hints = stderr.split_once("hint: ").unwrap().1;
        assert!(hints.contains(hint), "{hint:?} is no hint in\n{stderr}");
        assert_eq!(run.stdout(), "");
    }
}

#[test]
fn all_faults_of_a_file_are_told_in_one_run() {
    let rows = row(&[("channel", "tvv"), ("se", "0")]) + &row(&[("geos", "nort")]) + &row(&[]) + &row(&[]);
    check(&rows).exits(1).complains(&[
        "error: tests.csv: 4 faults",
        "row 2, column `channel`",
        "row 2, column `se`",
        "row 3, column `geos`",
        "row 5 repeats row 4 (duplicate)",
    ]);
    let old = "channel,start_week,end_week,roi_estimate,roi_se\ntv,2021-06-07,2021-07-04,1,0.2\n";
    let run = Folder::new().file("data.csv", panel()).file("old.csv", old);
    run.mmm(&["check", "data.csv", "--experiments", "old.csv"]).exits(1).complains(&[
        "column `start_week` is not known; it is called `start` here",
        "column `end_week` is not known; it is called `end` here",
        "column `roi_estimate` is not known; it is called `roi` here",
        "column `roi_se` is not known; it is called `se` here",
        "hint: rename `start_week` to `start`",
    ]);
    let missing = folder("").mmm(&["check", "data.csv", "--experiments", "none.csv"]).exits(1);
    missing.complains(&["cannot read none.csv"]);
}

#[test]
fn check_lists_the_tests_and_what_to_know_of_them() {
    let rows = row(&[("id", "a"), ("readout_end", "")])
        + ",,,,,,,,,,,,,,,,\n"
        + &row(&[
            ("channel", "search"),
            ("geos", "west"),
            ("lift", ""),
            ("se", ""),
            ("start", "2022-11-07"),
            ("end", "2022-12-04"),
            ("readout_end", ""),
            ("usual_spend", "240"),
        ]);
    check(&rows).exits(0).says(&[
        "2021-06-07 to 2021-07-04   all",
        "lift 90 ± 30.0000 until 2021-07-04",
        "2022-11-07 to 2022-12-04     1           -240               contrast of its cells",
        "test a: outcomes are taken to be counted until the treatment ended",
        "spread as in untreated geos in the same time",
    ]);
    let args = ["check", "data.csv", "--json", "--experiments", "tests.csv"];
    let report = folder(&row(&[])).mmm(&args).exits(0).stdout();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let test = &report["experiments"]["tests"][0];
    assert_eq!((test["lift"].as_f64(), test["se"].as_f64()), (Some(90.0), Some(30.0)));
    assert_eq!(test["geos"].as_array().unwrap().len(), 3);
    let report = folder(&row(&[("se", "0")])).mmm(&args).exits(1).stdout();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["findings"][0]["code"], "unusable_experiments");
}

#[test]
fn tests_are_named_by_flag_or_settings_and_never_ignored() {
    let here = folder(&row(&[]));
    here.mmm(&["init", "data.csv", "--experiments", "tests.csv"]).exits(0);
    let settings = std::fs::read_to_string(here.path().join("mmm.toml")).unwrap();
    assert!(settings.contains("[experiments]") && settings.contains("file = \"tests.csv\""), "{settings}");
    here.mmm(&["check", "data.csv", "--config", "mmm.toml"]).exits(0).says(&["lift 90"]);
    // The file stands beside the settings, wherever they are.
    let below = here.path().join("below");
    std::fs::create_dir(&below).unwrap();
    std::fs::rename(here.path().join("tests.csv"), below.join("tests.csv")).unwrap();
    std::fs::rename(here.path().join("mmm.toml"), below.join("mmm.toml")).unwrap();
    here.mmm(&["check", "data.csv", "--config", "below/mmm.toml"]).exits(0).says(&["lift 90"]);
    here.mmm(&["fit", "--verify", "mmm-out", "--experiments", "tests.csv"])
        .complains(&["leave the other flags out"]);
}

#[test]
fn a_fit_with_tests_is_repeated_with_them() {
    let here = folder(&row(&[]));
    let short = ["--warmup", "60", "--draws", "60", "--chains", "2", "--quiet"];
    let with = ["fit", "data.csv", "--organic", "newsletter", "--experiments", "tests.csv"];
    here.mmm(&[&with[..], &short[..]].concat()).finishes();
    let fit = |folder: &str| -> serde_json::Value {
        let text = std::fs::read_to_string(here.path().join(folder).join("fit.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let told = fit("mmm-out");
    assert_eq!(told["run"]["experiments"]["file"], "tests.csv");
    assert_eq!(told["channels"][0]["causal_gap"]["tested"], true);
    assert!(told["parameters"].as_array().unwrap().iter().any(|p| p["name"] == "causal_gap[tv]"));
    // Its rows are in the fit: without them the draws would be others.
    here.mmm(&["fit", "--verify", "mmm-out", "--quiet"]).exits(0);
    let again = ["fit", "data.csv", "--since-last", "mmm-out", "--out", "again", "--quiet"];
    here.mmm(&again).finishes();
    assert_eq!(fit("again")["channels"], told["channels"]);
}
