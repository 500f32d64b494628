//! `mmm fit` on data that are unusual but sound.

mod common;
#[path = "common/outputs.rs"]
mod outputs;

use chrono::{Days, Months, NaiveDate};
use common::{Folder, Run};
use serde_json::Value;

/// Column name and what it holds in period `t` of geo `g`.
type Column<'a> = (&'a str, &'a dyn Fn(usize, usize) -> String);

/// A number in [0, 1) that looks random.
fn noise(t: usize, k: usize) -> f64 {
    ((t * 7919 + k * 104_729 + 13) as f64 * 0.618_033_988_75).fract()
}

fn spend(t: usize, k: usize) -> f64 {
    let flight = noise(t / 3, k);
    if flight < 0.3 { 0.0 } else { (100.0 * flight + 30.0 * noise(t, k + 50)).round() }
}

/// Weekly outcome with an effect of the two channels below.
fn outcome(g: usize, t: usize) -> f64 {
    let media = spend(t, 1 + g).sqrt() * 8.0 + spend(t, 11 + g) * 0.5;
    (1000.0 + media + 60.0 * (t as f64 / 8.3).sin() + 80.0 * noise(t, 90 + g)).round()
}

fn monday(t: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date") + Days::new(7 * t as u64)
}

/// A table of the dates × geos and the columns; `geos` is empty for a national one.
fn table(dates: &[NaiveDate], geos: &[&str], columns: &[Column]) -> String {
    let quote = |name: &str| if name.contains(',') { format!("\"{name}\"") } else { name.to_owned() };
    let mut header = vec!["date".to_owned()];
    header.extend((!geos.is_empty()).then(|| "geo".to_owned()));
    header.extend(columns.iter().map(|(name, _)| quote(name)));
    let mut text = header.join(",") + "\n";
    for g in 0..geos.len().max(1) {
        for (t, date) in dates.iter().enumerate() {
            let mut row = vec![date.to_string()];
            row.extend(geos.get(g).map(|geo| quote(geo)));
            row.extend(columns.iter().map(|(_, value)| value(g, t)));
            text += &(row.join(",") + "\n");
        }
    }
    text
}

fn weeks(n: usize) -> Vec<NaiveDate> {
    (0..n).map(monday).collect()
}

const REVENUE: Column = ("revenue", &|g, t| outcome(g, t).to_string());
const TV: Column = ("tv_spend", &|g, t| spend(t, 1 + g).to_string());
const SEARCH: Column = ("search_spend", &|g, t| spend(t, 11 + g).to_string());

/// Fits with few draws, checks the whole output, and gives fit.json with the weekly table.
fn fit(text: String, flags: &[&str]) -> (Value, outputs::Weekly, Run) {
    let folder = Folder::new().file("data.csv", text);
    let short = ["--warmup", "200", "--draws", "100", "--chains", "2"];
    let run = folder.mmm(&[&["fit", "data.csv", "--out", "Ergebnis für März"], &short[..], flags].concat());
    let run = run.finishes();
    let out = folder.path().join("Ergebnis für März");
    let schema = serde_json::from_str(&folder.mmm(&["schema"]).stdout()).expect("the schema is JSON");
    outputs::check(&out, &schema);
    (outputs::fit_json(&out), outputs::Weekly::read(&out), run)
}

#[test]
fn names_with_spaces_commas_and_letters_beyond_ascii() {
    let columns: [Column; 4] = [
        REVENUE,
        ("Fernsehen für Kinder_spend", TV.1),
        ("radio, AM_spend", SEARCH.1),
        ("promo été", &|_, t| u8::from(t % 9 == 0).to_string()),
    ];
    let text = table(&weeks(110), &["Île-de-France", "北京", "south, deep"], &columns);
    let (json, weekly, run) = fit(text, &["--controls", "promo été"]);
    assert_eq!(json["channels"][0]["name"], "Fernsehen für Kinder");
    assert_eq!(json["channels"][1]["spend_column"], "radio, AM_spend");
    assert_eq!(json["run"]["data"]["geo_names"][1], "北京");
    assert_eq!(weekly.text("geo").iter().filter(|g| **g == "south, deep").count(), 110);
    assert_eq!(weekly.numbers("control:promo été").len(), 330);
    run.says(&["Fernsehen für Kinder", "radio, AM", "3 geos × 110 weeks"]);
}

#[test]
fn daily_data() {
    let first = monday(0);
    let dates: Vec<NaiveDate> = (0..250).map(|t| first + Days::new(t)).collect();
    let (json, weekly, run) = fit(table(&dates, &[], &[REVENUE, TV, SEARCH]), &[]);
    assert_eq!((json["run"]["data"]["interval_days"].as_f64(), weekly.len()), (Some(1.0), 250));
    run.says(&["250 days"]);
}

#[test]
fn weeks_of_daily_data_are_held_out_by_their_days() {
    let first = monday(0);
    let dates: Vec<NaiveDate> = (0..250).map(|t| first + Days::new(t)).collect();
    let (json, weekly, run) = fit(table(&dates, &[], &[REVENUE, TV, SEARCH]), &["--holdout-weeks", "4"]);
    assert_eq!(json["run"]["data"]["fitted"]["periods"], 250 - 28);
    assert_eq!(weekly.fitted().iter().filter(|fitted| !**fitted).count(), 28);
    run.says(&["28 days held out"]);
}

#[test]
fn monthly_data() {
    let first = NaiveDate::from_ymd_opt(2018, 1, 1).expect("a date");
    let dates: Vec<NaiveDate> = (0..72).map(|t| first + Months::new(t)).collect();
    let (json, weekly, run) = fit(table(&dates, &[], &[REVENUE, TV, SEARCH]), &[]);
    assert_eq!((json["run"]["data"]["interval_days"].as_f64(), weekly.len()), (Some(30.4375), 72));
    run.says(&["72 months"]);
}

#[test]
fn three_years_of_months_are_enough_for_five_channels() {
    let first = NaiveDate::from_ymd_opt(2021, 1, 1).expect("a date");
    let dates: Vec<NaiveDate> = (0..36).map(|t| first + Months::new(t)).collect();
    let columns: [Column; 6] = [
        REVENUE,
        TV,
        SEARCH,
        ("print_spend", &|_, t| spend(t, 21).to_string()),
        ("radio_spend", &|_, t| spend(t, 31).to_string()),
        ("social_spend", &|_, t| spend(t, 41).to_string()),
    ];
    let (json, _, _) = fit(table(&dates, &[], &columns), &[]);
    assert_eq!(json["run"]["config"]["model"]["trend_knot_weeks"], 52.0);
}

#[test]
fn leading_blank_outcomes_feed_carry_over_only() {
    let blank = |g, t| if t < 8 { String::new() } else { outcome(g, t).to_string() };
    let (json, weekly, _) = fit(table(&weeks(120), &[], &[("revenue", &blank), TV, SEARCH]), &[]);
    let fitted = weekly.fitted();
    assert!(fitted[..8].iter().all(|f| !f) && fitted[8..].iter().all(|f| *f));
    let total: f64 = (8..120).map(|t| outcome(0, t)).sum();
    assert!((json["outcome"]["total"].as_f64().expect("a number") / total - 1.0).abs() < 1e-12);
    let spent: f64 = (8..120).map(|t| spend(t, 1)).sum();
    assert_eq!(json["channels"][0]["spend"].as_f64(), Some(spent), "spend of the fitted window");
}

#[test]
fn a_geo_that_starts_late() {
    let late = |line: &&str| {
        let (date, rest) = line.split_once(',').expect("cells");
        !(rest.starts_with("south") && date < monday(40).to_string().as_str())
    };
    let text = table(&weeks(110), &["north", "south"], &[REVENUE, TV, SEARCH]);
    let text: String = text.lines().filter(late).map(|l| format!("{l}\n")).collect();
    let (json, weekly, _) = fit(text, &[]);
    assert_eq!((json["run"]["data"]["rows"].as_u64(), weekly.len()), (Some(180), 180));
    assert_eq!(json["channels"][0]["by_geo"].as_array().map(Vec::len), Some(2));
}

#[test]
fn organic_exposure_and_revenue_per_outcome() {
    let columns: [Column; 6] = [
        ("orders", REVENUE.1),
        TV,
        ("tv_grps", &|g, t| (spend(t, 1 + g) * 0.7).to_string()),
        SEARCH,
        ("newsletter", &|_, t| ((t % 4) * 1000).to_string()),
        ("value", &|_, _| "25".to_owned()),
    ];
    let text = table(&weeks(120), &[], &columns);
    let flags =
        ["--organic", "newsletter", "--revenue-per-outcome", "value", "--exposure", "tv_spend=tv_grps"];
    let (json, _, _) = fit(text.clone(), &flags);
    let channels = &json["channels"];
    assert_eq!((&channels[2]["kind"], &channels[2]["roi"]), (&"organic".into(), &Value::Null));
    assert!(channels[2]["roi_reason"].is_string());
    assert_eq!(json["run"]["roles"]["exposure"]["tv_spend"], "tv_grps");
    assert_eq!(json["outcome"]["roi_unit"], "currency_per_currency");
    let number = |v: &Value| v.as_f64().expect("a number");
    let (roi, spend) = (number(&channels[0]["roi"]["mean"]), number(&channels[0]["spend"]));
    let worth = 25.0 * number(&channels[0]["contribution"]["mean"]);
    assert!((roi * spend / worth - 1.0).abs() < 1e-9, "{roi} × {spend} is not {worth}");

    let (json, _, run) = fit(text, &["--organic", "newsletter", "--exclude", "value", "--verbose"]);
    assert_eq!(json["outcome"]["roi_unit"], "outcome_per_currency");
    run.says(&["--revenue-per-outcome"]);
}
