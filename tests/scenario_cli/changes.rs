//! Plans of one's own: today's spend with changes.

use super::*;

#[test]
fn nothing_changed_is_today() {
    let answer = json(&["--set", "tv=+0%"]);
    let s = &answer["scenarios"][0];
    assert_eq!((number(&s["gain"]["mean"]), number(&s["gain"]["q95"])), (0.0, 0.0));
    assert_eq!(s["current_outcome"], s["proposed_outcome"]);
    assert_eq!((&s["kind"], &s["gap"]), (&Value::from("what_if"), &Value::Null));
}

#[test]
fn changes_are_made_as_said() {
    let answer = json(&["--set", "tv=+50%", "--set", "search=1000/week", "--pause", "social"]);
    assert!((proposed(&answer, 0, "tv") / current(&answer, "tv") - 1.5).abs() < 1e-12);
    assert!((proposed(&answer, 0, "search") - 52_000.0).abs() < 1e-6);
    assert_eq!(proposed(&answer, 0, "social"), 0.0);
    assert_eq!(answer["scenarios"][0]["name"], "tv=+50%, search=1000/week, pause social");
    scenario(&["--pause", "social"]).exits(0).says(&[
        "pause social",
        "-100 %",
        "80 weeks",
        "totals over these 52 weeks",
    ]);
}

#[test]
fn channels_are_locked_and_paused_by_lists() {
    let locked = json(&["--lock", "tv,search", "--lock", "social", "--risk", "mean"]);
    for channel in ["tv", "search", "social"] {
        assert_eq!(proposed(&locked, 0, channel), current(&locked, channel));
    }
    let paused = json(&["--pause", "tv, social"]);
    assert_eq!((proposed(&paused, 0, "tv"), proposed(&paused, 0, "social")), (0.0, 0.0));
    assert_eq!(proposed(&paused, 0, "search"), current(&paused, "search"));
    scenario(&["--lock", "tv,serch"]).exits(1).complains(&["no paid channel `serch`", "`search`"]);
    scenario(&["--pause", "tv,tv"]).exits(2).complains(&["`tv` is given twice"]);
}

#[test]
fn a_return_above_expectation_is_held_until_the_user_says_otherwise() {
    let folder = Folder::new();
    let market = ["--confounding", "1", "--proxy-reliability", "0", "--seed", "4"];
    folder.mmm(&[&["simulate", "--out", "sim"], &market[..]].concat()).exits(0);
    let short = [
        "--warmup",
        "200",
        "--draws",
        "200",
        "--controls",
        "price_index,promo,holiday",
        "--causal-gap",
        "none",
    ];
    let fit = folder.mmm(&[&["fit", "sim/data.csv"], &short[..]].concat()).finishes();
    let text = words(&fit.stdout());
    let told = ["[above_expectation] the data put search above what was expected", "Held at today's spend"];
    for part in told.into_iter().chain(["--bound search=0.7..1.3), the best plan would gain"]) {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    let ask = |flags: &[&str]| folder.mmm(&[&["scenario", "mmm-out", "--budget", "+0%"], flags].concat());
    ask(&[]).says(&["its spend and the outcome: search; --bound"]);
    let at = |flags: &[&str]| {
        let answer = answer::scenario(&ask(&[flags, &["--json"]].concat()).stdout());
        plan(&answer, 0, "search").clone()
    };
    let held = at(&[]);
    assert!(held["held"] == true && number(&held["proposed"]) <= number(&held["current"]), "{held}");
    let free = at(&["--bound", "search=0.7..1.3"]);
    assert!(free["held"] == false && number(&free["proposed"]) > number(&free["current"]), "{free}");
}

#[test]
fn a_shift_conserves_the_budget() {
    let answer = json(&["--shift", "tv:search:10%"]);
    let s = &answer["scenarios"][0];
    let today: f64 = ["tv", "search", "social", "display"].iter().map(|c| current(&answer, c)).sum();
    assert!((number(&s["budget"]) / today - 1.0).abs() < 1e-12 && (spent(s) / today - 1.0).abs() < 1e-12);
    assert!((proposed(&answer, 0, "tv") / current(&answer, "tv") - 0.9).abs() < 1e-12);
    assert_eq!((&s["kind"], &s["return_on_budget_change"]), (&Value::from("shift"), &Value::Null));
}

#[test]
fn the_horizon_scales_totals_and_nothing_else() {
    let (year, week) =
        (json(&["--risk", "mean", "--weeks", "52"]), json(&["--risk", "mean", "--weeks", "1"]));
    let (a, b) = (&year["scenarios"][0], &week["scenarios"][0]);
    assert!((number(&a["gain"]["mean"]) / number(&b["gain"]["mean"]) - 52.0).abs() < 1e-3);
    // The polish of a plan keeps its budget to a relative 1e-9.
    assert!((number(&a["budget"]) / number(&b["budget"]) / 52.0 - 1.0).abs() < 1e-8);
    assert_eq!(a["p_gain"], b["p_gain"]);
    assert!((number(&year["horizon"]["factor"]) - 52.0 / 80.0).abs() < 1e-12);
    scenario(&["--weeks", "1"]).exits(0).says(&["once, with that", "over this week"]);
    scenario(&["--weeks", "0"]).exits(2).complains(&["above 0"]);
}
