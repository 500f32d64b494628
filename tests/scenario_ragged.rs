//! `mmm scenario` of a panel whose geos do not all run throughout, and whose outcomes are not all worth the same.

#[path = "common/answer.rs"]
mod answer;
mod common;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use answer::number;
use chrono::{Days, NaiveDate};
use common::{Folder, Run};
use serde_json::Value;

/// First and last week of each geo: `new` opened 20 weeks before the end, `gone` closed 44 weeks before it.
const GEOS: [(&str, u64, u64); 4] = [("north", 0, 104), ("south", 0, 104), ("new", 84, 104), ("gone", 0, 60)];

fn spend(geo: usize, week: u64) -> f64 {
    let wave = ((3 + geo as u64) * week % 7) as f64;
    if week % 5 == geo as u64 { 0.0 } else { 300.0 + 150.0 * wave }
}

/// Orders of a shop in four geos; an order is worth twice as much in the north, and thrice in winter.
fn data() -> String {
    let mut csv = String::from("date,geo,orders,worth,tv_spend,search_spend\n");
    let first = NaiveDate::from_ymd_opt(2022, 1, 3).unwrap();
    for (g, (name, from, to)) in GEOS.into_iter().enumerate() {
        for week in from..to {
            let tv = spend(g, week);
            let search = 200.0 + 80.0 * ((week * 5 + g as u64) % 4) as f64;
            let worth = if g == 0 { 100.0 } else { 50.0 } * if week % 52 < 10 { 3.0 } else { 1.0 };
            let noise = ((week * 37 + 11 * g as u64) % 23) as f64 - 11.0;
            let orders = 500.0 + 3.0 * noise + 40.0 * tv / (tv + 600.0) + 0.02 * search;
            let date = first + Days::new(7 * week);
            writeln!(csv, "{date},{name},{orders:.1},{worth},{tv},{search}").unwrap();
        }
    }
    csv
}

fn fit() -> &'static Path {
    static FIT: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    let (_, path) = FIT.get_or_init(|| {
        let folder = Folder::new().file("data.csv", data());
        let short = ["--chains", "2", "--warmup", "150", "--draws", "100", "--quiet", "--seed", "3"];
        let roles = ["--outcome", "orders", "--revenue-per-outcome", "worth"];
        folder.mmm(&[&["fit", "data.csv"][..], &short, &roles].concat()).finishes();
        let path = folder.path().join("mmm-out");
        (folder, path)
    });
    path
}

fn fit_json() -> Value {
    serde_json::from_slice(&std::fs::read(fit().join("fit.json")).unwrap()).unwrap()
}

fn scenario(args: &[&str]) -> Run {
    Folder::new().mmm(&[&["scenario", fit().to_str().unwrap()][..], args].concat())
}

fn json(args: &[&str]) -> Value {
    answer::scenario(&scenario(&[args, &["--json"]].concat()).finishes().stdout())
}

fn gain(answer: &Value) -> f64 {
    number(&answer["scenarios"][0]["gain"]["mean"])
}

fn plan<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let plans = answer["scenarios"][0]["allocation"].as_array().unwrap();
    plans.iter().find(|p| p["channel"] == name).unwrap_or_else(|| panic!("no {name} in {plans:?}"))
}

/// Average weekly TV spend of a geo while it runs.
fn pace(geo: usize) -> f64 {
    let (_, from, to) = GEOS[geo];
    (from..to).map(|week| spend(geo, week)).sum::<f64>() / (to - from) as f64
}

#[test]
fn geos_add_up_though_orders_are_not_worth_the_same() {
    let whole = gain(&json(&["--set", "tv=+30%"]));
    let sets = ["north", "south", "new"].map(|geo| format!("tv@{geo}=+30%"));
    let args: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let parts = gain(&json(&args));
    assert!((parts / whole - 1.0).abs() < 1e-5, "{parts} {whole}");
}

#[test]
fn the_marginal_return_is_smooth_where_it_is_known_exactly() {
    let fit = fit_json();
    let curve = &fit["response_curves"][0];
    let at = |m: f64| {
        let points = curve["spend_multiplier"].as_array().unwrap();
        let i = points.iter().position(|p| number(p) == m).unwrap();
        number(&curve["marginal_roi"]["mean"][i])
    };
    let between = 0.5 * (at(0.9) + at(1.1));
    assert!((at(1.0) / between - 1.0).abs() < 0.01, "{} {between}", at(1.0));
}

#[test]
fn todays_plan_gives_each_open_geo_its_own_average() {
    let answer = json(&["--by-geo", "--weeks", "52", "--set", "tv=+10%"]);
    for (geo, (name, ..)) in GEOS.iter().enumerate().take(3) {
        let current = number(&plan(&answer, &format!("tv@{name}"))["current"]);
        assert!((current / (52.0 * pace(geo)) - 1.0).abs() < 1e-9, "{name}: {current}");
    }
    let whole = number(&plan(&json(&["--weeks", "52", "--set", "tv=+10%"]), "tv")["current"]);
    let open: f64 = (0..3).map(|geo| 52.0 * pace(geo)).sum();
    assert!((whole / open - 1.0).abs() < 1e-9, "{whole} {open}");
    let fit = fit_json();
    let curve = &fit["response_curves"][0];
    assert!((number(&curve["planned_spend"]) / (2.0 * open) - 1.0).abs() < 1e-9);
    assert!(
        number(&curve["current_spend"]) < number(&curve["planned_spend"]),
        "what was spent stays as it was"
    );
}

#[test]
fn a_geo_that_has_ended_is_named_and_left_out() {
    let fit = fit_json();
    let warnings = fit["run"]["warnings"].as_array().unwrap();
    let ended = warnings.iter().find(|w| w["code"] == "ended_geos").unwrap_or_else(|| panic!("{warnings:?}"));
    assert!(ended["message"].as_str().unwrap().contains("gone"));
    assert_eq!(number(&plan(&json(&["--by-geo", "--set", "tv=+10%"]), "tv@gone")["proposed"]), 0.0);
    for args in [["--dated", "--set", "tv@gone=500/week"], ["--dated", "--set", "search@gone=500/week"]] {
        scenario(&args).exits(1).complains(&["`gone`", "has ended"]);
    }
    // Weeks that repeat those in which it still ran.
    let dated = json(&["--dated", "--weeks", "80", "--set", "tv=+10%"]);
    let open: f64 = (0..3)
        .map(|geo| (24..104).map(|w| if w >= GEOS[geo].1 { spend(geo, w) } else { 0.0 }).sum::<f64>())
        .sum();
    assert!((number(&plan(&dated, "tv")["current"]) / open - 1.0).abs() < 1e-9);
}

/// In the first of 52 weeks the plan repeats weeks in which the geo had not opened.
#[test]
fn a_new_geo_brings_something_in_weeks_that_repeat_those_before_it_opened() {
    let answer = json(&["--weeks", "52", "--set", "tv@new@2024-01-01..2024-02-25=800/week"]);
    assert!(gain(&answer) > 0.0, "{}", gain(&answer));
    assert!(number(&plan(&answer, "tv")["proposed"]) > number(&plan(&answer, "tv")["current"]));
}

/// `weekly.csv` has the mean of what each channel brought in each geo and week.
#[test]
fn a_report_is_set_against_what_came_in_its_own_weeks_and_geos() {
    let weekly = std::fs::read_to_string(fit().join("weekly.csv")).unwrap();
    let mut lines = weekly.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let at = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let (date, geo, tv, outcome) = (at("date"), at("geo"), at("channel:tv"), at("outcome"));
    let rows: Vec<Vec<&str>> = lines.collect();
    let compare = |counts: &dyn Fn(&[&str]) -> bool| {
        // Cells without an outcome were not fitted.
        let kept = || rows.iter().filter(|row| counts(row) && !row[outcome].is_empty());
        let report: String =
            kept().map(|row| format!("{},{},tv,{}\n", row[date], row[geo], row[tv])).collect();
        let path = fit().with_file_name("report.csv");
        std::fs::write(&path, "date,geo,channel,reported\n".to_owned() + &report).unwrap();
        let answer = json(&["--reported", path.to_str().unwrap()]);
        let credit = answer["reported"][0].clone();
        let sum: f64 = kept().map(|row| row[tv].parse::<f64>().unwrap()).sum();
        let mean = number(&credit["modelled"]["mean"]);
        assert!((mean / sum - 1.0).abs() < 1e-9, "{mean} {sum}");
        assert_eq!(credit["verdict"], "consistent");
        credit["compared"].clone()
    };
    let all = compare(&|_| true);
    assert_eq!((&all["whole_window"], &all["periods"]), (&true.into(), &104.into()));
    let part = compare(&|row| row[date] >= "2023-10-02" && row[geo] != "south");
    assert_eq!((&part["whole_window"], &part["first"]), (&false.into(), &"2023-10-02".into()));
    assert_eq!(part["geos"], serde_json::json!(["north", "new"]));
}
