//! Plans of a fit in which one channel ran for a year and then no more.

mod common;

use common::Folder;
use serde_json::Value;

/// 104 weeks of three channels, of which radio ran in the first 52.
fn data() -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2022, 1, 3).unwrap();
    let mut text = "date,revenue,tv_spend,search_spend,radio_spend\n".to_owned();
    for t in 0..104_u64 {
        let wave = |k: u64| 1.0 + ((t * (2 * k + 7)) % (11 + k)) as f64 / 10.0;
        let (tv, search) = (1000.0 * wave(1), 600.0 * wave(2));
        let radio = if t < 52 { 500.0 * wave(3) } else { 0.0 };
        let revenue = 20_000.0 + 30.0 * t as f64 + tv + 0.8 * search + radio + 400.0 * wave(5);
        text +=
            &format!("{},{revenue:.2},{tv:.2},{search:.2},{radio:.2}\n", first + chrono::Days::new(7 * t));
    }
    text
}

#[test]
fn a_channel_that_has_ended_is_named_and_planned_at_nothing_unless_asked() {
    let folder = Folder::new().file("data.csv", data());
    folder.mmm(&["check", "data.csv"]).says(&["channel `radio` has ended: it last ran on 2022-12-26"]);
    let short = ["--chains", "2", "--warmup", "150", "--draws", "100", "--seed", "3", "--out", "fit"];
    folder.mmm(&[&["fit", "data.csv"][..], &short].concat()).finishes();
    let fit: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("fit/fit.json")).unwrap()).unwrap();
    let warnings = fit["run"]["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|w| w["code"] == "channel_ended"), "{warnings:?}");
    for scenario in fit["scenarios"].as_array().unwrap() {
        let plans = scenario["allocation"].as_array().unwrap();
        assert!(plans.iter().all(|plan| plan["channel"] != "radio"), "{scenario}");
    }
    let curves = fit["response_curves"].as_array().unwrap();
    let radio = curves.iter().find(|c| c["channel"] == "radio").unwrap();
    assert!(radio["current_spend"].as_f64().unwrap() > 0.0 && radio["planned_spend"] == 0.0, "{radio}");

    let ask = |args: &[&str]| folder.mmm(&[&["scenario", "fit"][..], args].concat());
    ask(&[]).finishes().says(&["`radio` ran no more at the end of the data"]);
    ask(&["--set", "radio=+30%"])
        .exits(1)
        .complains(&["`radio` has no spend today", "--dated --set radio=500/week"]);
    let asked = ask(&["--dated", "--set", "radio=500/week", "--weeks", "26", "--json"]).finishes().stdout();
    let asked: Value = serde_json::from_str(&asked).unwrap();
    let plans = asked["scenarios"][0]["allocation"].as_array().unwrap();
    let radio = plans.iter().find(|plan| plan["channel"] == "radio").unwrap();
    assert_eq!(radio["current"], 0.0);
    assert!((radio["proposed"].as_f64().unwrap() - 26.0 * 500.0).abs() < 1e-6, "{radio}");
    assert!(asked["scenarios"][0]["gain"]["mean"].as_f64().unwrap() > 0.0);

    // Two years repeat the year in which it ran.
    let asked = ask(&["--dated", "--weeks", "104", "--set", "tv=+10%", "--json"]).finishes().stdout();
    let asked: Value = serde_json::from_str(&asked).unwrap();
    let plans = asked["scenarios"][0]["allocation"].as_array().unwrap();
    let radio = plans.iter().find(|plan| plan["channel"] == "radio").unwrap();
    assert_eq!((&radio["current"], &radio["proposed"]), (&0.0.into(), &0.0.into()));
    ask(&["--set", "radio@2024-01-01..2024-03-31=+20%"]).exits(1).complains(&[
        "today's plan spends nothing on `radio` there, and a multiple of nothing is nothing",
        "--set radio@2024-01-01..2024-03-31=500/week",
    ]);
}
