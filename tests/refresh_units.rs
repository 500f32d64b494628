//! `mmm fit --since-last`, `--verify` and `mmm diff` where columns, units or periods are not the usual ones.

mod common;

use std::fs;

use chrono::{Days, Months, NaiveDate};
use common::{Folder, Run};
use serde_json::Value;

/// Too few draws for a verdict.
const SHORT: [&str; 6] = ["--warmup", "150", "--draws", "60", "--chains", "2"];
const FILES: [&str; 5] = ["fit.json", "draws.parquet", "curves.parquet", "media.parquet", "weekly.csv"];

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn weeks(n: u64) -> Vec<NaiveDate> {
    (0..n).map(|t| day("2021-01-04") + Days::new(7 * t)).collect()
}

/// Months dated by their last day.
fn month_ends(n: u32) -> Vec<NaiveDate> {
    (1..=n).map(|t| day("2018-01-01") + Months::new(t) - Days::new(1)).collect()
}

/// Two channels, one of which has an exposure column; the last row's orders times `last`.
fn table(dates: &[NaiveDate], last: f64) -> String {
    let mut text = "date,orders,value,tv_spend,tv_weight,search_spend\n".to_owned();
    for (t, date) in dates.iter().enumerate() {
        let wave = |period: usize, phase: usize| ((t * phase) % period) as f64;
        let (tv, search) = (100.0 * wave(7, 3), 50.0 + 20.0 * wave(5, 2));
        let orders = 400.0 + 0.3 * tv + 0.5 * search + 12.0 * wave(11, 4);
        let orders = if t + 1 == dates.len() { orders * last } else { orders };
        text += &format!("{date},{orders:.1},25,{tv},{:.2},{search}\n", tv.sqrt() + wave(3, 1));
    }
    text
}

fn fit(folder: &Folder, file: &str, out: &str, flags: &[&str]) -> Run {
    folder.mmm(&[&["fit", file, "--out", out, "--quiet"], &SHORT[..], flags].concat())
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout()).expect("stdout is JSON")
}

fn read(folder: &Folder, path: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.path().join(path)).expect("the file is there")).expect("JSON")
}

fn rois(fit: &Value) -> Vec<f64> {
    let channels = fit["channels"].as_array().expect("channels");
    channels.iter().map(|c| c["roi"]["mean"].as_f64().expect("a mean")).collect()
}

#[test]
fn a_channel_with_an_exposure_column_can_be_fitted_again() {
    let folder =
        Folder::new().file("old.csv", table(&weeks(110), 1.0)).file("new.csv", table(&weeks(120), 2.0));
    // The same pair twice is one pair.
    let pair = ["--exposure", "tv_spend=tv_weight,tv_spend=tv_weight"];
    fit(&folder, "old.csv", "old", &pair).finishes();
    let verified = folder.mmm(&["fit", "--verify", "old"]).exits(0);
    verified.says(&["old: identical"]).says(&FILES);
    let settings = ["--since-last", "old", "--noise", "white"];
    fit(&folder, "new.csv", "new", &settings).finishes();
    assert_eq!(read(&folder, "new/fit.json")["run"]["roles"]["exposure"]["tv_spend"], "tv_weight");
    let data = ["--old-data", "old.csv", "--new-data", "new.csv", "--tolerance", "1000%", "--json"];
    let explained = json(&folder.mmm(&[&["diff", "old", "new"], &data[..]].concat()).exits(0));
    assert_eq!(explained["explanation"]["channels"][0]["roi"].as_array().map(Vec::len), Some(3));
    let two = ["--exposure", "tv_spend=tv_weight,tv_spend=value"];
    fit(&folder, "old.csv", "two", &two)
        .exits(1)
        .complains(&["two exposure columns: `tv_weight` and `value`"]);
}

#[test]
fn the_last_month_counts_though_it_is_dated_by_its_end() {
    let folder = Folder::new()
        .file("old.csv", table(&month_ends(60), 1.0))
        .file("new.csv", table(&month_ends(60), 1.5));
    fit(&folder, "old.csv", "old", &[]).finishes();
    fit(&folder, "new.csv", "new", &["--since-last", "old", "--noise", "white"]).finishes();
    // What the step of restated history has to be: the new numbers under the old settings.
    fit(&folder, "new.csv", "step", &["--since-last", "old"]).finishes();
    let args =
        ["diff", "old", "new", "--old-data", "old.csv", "--new-data", "new.csv", "--tolerance", "1000%"];
    let diff = json(&folder.mmm(&[&args[..], &["--json"]].concat()).exits(0));
    let (before, after) = (rois(&read(&folder, "old/fit.json")), rois(&read(&folder, "step/fit.json")));
    for (i, parts) in diff["explanation"]["channels"].as_array().expect("channels").iter().enumerate() {
        let history = parts["roi"][0].as_f64().expect("a part");
        assert!((history - (after[i] - before[i])).abs() < 1e-12, "{parts}: {before:?} {after:?}");
    }
    assert_eq!(diff["inputs"]["data"]["restated"]["columns"][0]["cells"], 1);
}

#[test]
fn weeks_are_not_compared_with_months() {
    let folder = Folder::new()
        .file("weeks.csv", table(&weeks(110), 1.0))
        .file("months.csv", table(&month_ends(60), 1.0));
    fit(&folder, "weeks.csv", "weeks", &[]).finishes();
    let repeat = ["--since-last", "weeks"];
    let carried = fit(&folder, "months.csv", "carried", &[&repeat[..], &["--carry-forward", "0.5"]].concat());
    carried.exits(1).complains(&[
        "months.csv: the periods were weeks and are months now",
        "half-saturation and retention cannot be carried forward",
        "hint: leave --carry-forward out",
    ]);
    assert!(!folder.path().join("carried").exists());
    fit(&folder, "months.csv", "months", &repeat).finishes();
    let warnings = read(&folder, "months/fit.json")["run"]["warnings"].clone();
    let codes: Vec<&Value> = warnings.as_array().expect("warnings").iter().map(|w| &w["code"]).collect();
    assert!(codes.contains(&&"other_periods".into()), "{codes:?}");

    let run = folder.mmm(&["diff", "weeks", "months", "--json", "--tolerance", "1000%"]).exits(0);
    let diff = json(&run);
    for channel in diff["channels"].as_array().expect("channels") {
        assert_eq!([&channel["half_saturation"], &channel["retention"]], [&Value::Null; 2]);
        assert!(channel["half_life_weeks"].is_object() && channel["roi"].is_object(), "{channel}");
    }
    let data = &diff["inputs"]["data"];
    assert_eq!([&data["periods_added"], &data["periods_dropped"]], [&Value::Null; 2]);
    assert_eq!((&data["restated"]["periods"], &data["interval_days"][1]), (&Value::Null, &30.4375.into()));
    let schema = json(&folder.mmm(&["schema", "diff"]).exits(0));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert_eq!(validator.iter_errors(&diff).map(|e| e.to_string()).collect::<Vec<_>>(), [""; 0]);
    let text = folder.mmm(&["diff", "weeks", "months", "--tolerance", "1000%"]).exits(0);
    let text = text.says(&[
        "Nothing material changed in what can be compared.",
        "not compared: half saturation and retention, as the periods were weeks and are months now",
    ]);
    assert!(!text.stdout().contains("periods dropped"), "{}", text.stdout());
    let explained = folder.mmm(&["diff", "weeks", "months", "--new-data", "months.csv"]).exits(2);
    explained.complains(&["the periods were weeks and are months now", "hint: compare without --new-data"]);
}

#[test]
fn half_saturation_per_head_is_not_one_of_a_geo() {
    let header = "date,geo,people,orders,value,tv_spend,tv_weight,search_spend\n";
    let rows = table(&weeks(110), 1.0);
    let panel: String = rows
        .lines()
        .skip(1)
        .flat_map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            let orders: f64 = cells[1].parse().expect("a number");
            let of = |geo: &str, times: f64| {
                format!("{},{geo},{:.1},{}\n", cells[0], orders * times, cells[2..].join(","))
            };
            let day = cells[0].bytes().map(usize::from).sum::<usize>();
            [of("north,1000", 1.0), of("south,3000", 2.0 + (day % 7) as f64 / 50.0)]
        })
        .collect();
    let folder = Folder::new().file("panel.csv", header.to_owned() + &panel);
    fit(&folder, "panel.csv", "heads", &["--population", "people"]).finishes();
    let carry = ["--since-last", "heads", "--carry-forward", "1", "--scaling", "geo"];
    fit(&folder, "panel.csv", "geos", &carry).finishes();
    let carried = read(&folder, "geos/fit.json");
    for own in carried["run"]["config"]["channels"].as_object().expect("channels").values() {
        assert!(own["curve_prior"]["slope"].is_object(), "{own}");
        assert_eq!(own["curve_prior"]["half_saturation"], Value::Null, "{own}");
    }
    let warnings = carried["run"]["warnings"].to_string();
    assert!(warnings.contains("half-saturation is not carried forward"), "{warnings}");
    let text = folder.mmm(&["diff", "heads", "geos", "--tolerance", "1000%"]).exits(0);
    text.says(&["not compared: half saturation, as exposure was counted per head and is not now"]);
}

#[test]
fn a_repetition_goes_to_the_end_of_the_data() {
    let folder = Folder::new().file("data.csv", table(&weeks(120), 1.0));
    fit(&folder, "data.csv", "old", &["--from", "2021-02-01", "--to", "2022-12-26"]).finishes();
    fit(&folder, "data.csv", "new", &["--since-last", "old"]).finishes();
    let data = read(&folder, "new/fit.json")["run"]["data"].clone();
    assert_eq!([&data["first"], &data["last"]], ["2021-02-01", "2023-04-17"]);
    fit(&folder, "data.csv", "cut", &["--since-last", "old", "--to", "2023-01-02"]).finishes();
    assert_eq!(read(&folder, "cut/fit.json")["run"]["data"]["last"], "2023-01-02");
}

#[test]
fn orders_are_not_compared_with_money() {
    let folder = Folder::new().file("data.csv", table(&weeks(110), 1.0));
    fit(&folder, "data.csv", "orders", &[]).finishes();
    let money = ["--since-last", "orders", "--revenue-per-outcome", "value"];
    let carried = fit(&folder, "data.csv", "carried", &[&money[..], &["--carry-forward", "1"]].concat());
    carried.exits(1).complains(&["what was learnt of ROI cannot be carried forward"]);
    fit(&folder, "data.csv", "money", &money).finishes();
    // Returns are 25 times what they were, for the unit alone.
    let compare = ["diff", "orders", "money", "--fail-on", "roi"];
    let diff = json(&folder.mmm(&[&compare[..], &["--json"]].concat()).exits(0));
    for channel in diff["channels"].as_array().expect("channels") {
        assert_eq!(["roi", "marginal_roi", "rank"].map(|key| &channel[key]), [&Value::Null; 3]);
        assert!(channel["outcome_share"].is_object() && channel["retention"].is_object(), "{channel}");
    }
    assert_eq!(diff["not_compared"][0]["quantities"], serde_json::json!(["roi", "marginal_roi"]));
    let reason =
        "an ROI was `orders` per unit of spend and is outcomes worth `value` each per unit of spend now";
    assert_eq!(diff["not_compared"][0]["reason"], reason);
    folder.mmm(&compare).exits(0).says(&["not compared: roi and marginal roi"]);
    let data = ["--new-data", "data.csv", "--json"];
    let explained = json(&folder.mmm(&[&compare[..], &data].concat()).exits(0));
    assert_eq!(explained["explanation"]["channels"][0]["roi"], Value::Null);
}
