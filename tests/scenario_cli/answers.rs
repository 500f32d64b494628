//! What else is asked of a fit: tests, files of plans, reports; and what cannot be answered.

use super::*;

#[test]
fn the_fit_ranks_tests_as_the_command_does() {
    let fit_json: Value = serde_json::from_slice(&std::fs::read(fit().join("fit.json")).unwrap()).unwrap();
    let answer = json(&["--test-value", "--weeks", "80"]);
    let names = |tests: &Value| -> Vec<String> {
        tests.as_array().unwrap().iter().map(|t| t["channel"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&fit_json["next_tests"]), names(&answer["test_values"]));
    let best = |tests: &Value| number(&tests[0]["expected_gain"]);
    assert!((best(&fit_json["next_tests"]) / best(&answer["test_values"]) - 1.0).abs() < 1e-6);
}

#[test]
fn tests_are_ranked_by_what_they_are_worth() {
    let answer = json(&["--test-value"]);
    let tests = answer["test_values"].as_array().unwrap();
    assert_eq!(tests.len(), 4);
    assert!(tests.windows(2).all(|w| number(&w[0]["expected_gain"]) >= number(&w[1]["expected_gain"])));
    assert!(tests.iter().all(|t| number(&t["expected_gain"]) >= 0.0));
    assert!(tests.iter().all(|t| number(&t["roi_sd_after"]) < number(&t["roi"]["sd"])));
    let sharper = json(&["--test-value=1%"]);
    let best = |a: &Value| number(&a["test_values"][0]["expected_gain"]);
    assert!(best(&sharper) > best(&answer));
    scenario(&["--test-value=0"]).exits(2).complains(&["15% or 0.15"]);
}

#[test]
fn a_file_of_plans_is_compared_in_its_order() {
    let folder = Folder::new()
        .file("plans.toml", "[more-tv]\nset = ['tv=+20%']\n[careful]\nrisk = 'q25'\nmax_step = '10%'\n")
        .file("wrong.toml", "[more-tv]\nsett = ['tv=+20%']\n")
        .file("nobody.toml", "[more-radio]\nset = ['serch=+20%']\n");
    let fit = fit().to_str().unwrap();
    let run = |file: &str| folder.mmm(&["scenario", fit, "--file", file]);
    run("plans.toml").exits(0).says(&["more-tv", "careful", "today", "P(gain)", "P(pays)", "Net", "+20 %"]);
    let printed = folder.mmm(&["scenario", fit, "--file", "plans.toml", "--json"]).exits(0).stdout();
    let answer: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        (&answer["scenarios"][0]["name"], &answer["scenarios"][1]["name"]),
        (&"more-tv".into(), &"careful".into())
    );
    run("wrong.toml")
        .exits(1)
        .complains(&["wrong.toml: unknown key `sett` in [more-tv]", "hint: did you mean `set`?"]);
    run("nobody.toml").exits(1).complains(&[
        "[more-radio]",
        "no paid channel `serch`",
        "hint: did you mean `search`?",
    ]);
    run("none.toml").exits(1).complains(&["none.toml"]);
}

#[test]
fn reports_are_set_against_what_the_model_found() {
    let fit_json: Value = serde_json::from_slice(&std::fs::read(fit().join("fit.json")).unwrap()).unwrap();
    let caused = |c: usize, q: &str| number(&fit_json["channels"][c]["contribution"][q]);
    let name = |c: usize| fit_json["channels"][c]["name"].as_str().unwrap();
    let csv = format!(
        "channel,reported\n{},{}\n{},{}\n{},{}\n",
        name(0),
        2.0 * caused(0, "q95"),
        name(1),
        0.5 * caused(1, "q05"),
        fit_json["channels"][2]["spend_column"].as_str().unwrap(),
        caused(2, "q50")
    );
    let folder = Folder::new().file("a.csv", csv).file("b.csv", "channel,reported\nserch,1\ntv,2\n");
    let fit = fit().to_str().unwrap();
    let printed = folder.mmm(&["scenario", fit, "--reported", "a.csv", "--json"]).exits(0).stdout();
    let answer: Value = serde_json::from_str(&printed).unwrap();
    let verdicts: Vec<&str> =
        answer["reported"].as_array().unwrap().iter().map(|r| r["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["over_credited", "under_credited", "consistent"]);
    assert!((number(&answer["reported"][2]["ratio"]["q50"]) - 1.0).abs() < 1e-12);
    folder.mmm(&["scenario", fit, "--reported", "b.csv"]).exits(1).complains(&[
        "b.csv",
        "no channel `serch`",
        "hint: did you mean `search`?",
    ]);
}

#[test]
fn what_cannot_be_answered_says_why() {
    scenario(&["--set", "serach=+10%"]).exits(1).complains(&["`serach`", "hint: did you mean `search`?"]);
    scenario(&["--set", "tv@north=+10%"]).exits(1).complains(&["no geo `north`", "one market"]);
    scenario(&["--set", "tv=50%", "--pause", "radio"]).exits(2).complains(&[
        "could be a change or a level",
        "no paid channel `radio`",
        "the channels are",
    ]);
    scenario(&["--set", "tv=3x"]).exits(1).complains(&["outside its response curve (0 to 2)"]);
    scenario(&["--budget", "+90%"]).exits(1).complains(&["cannot be spent within the bounds", "--max-step"]);
    scenario(&["--target-roi", "99"]).exits(1).complains(&["reaches a total ROI of 99", "hint:"]);
    scenario(&["--set", "tv=+10%", "--budget", "+10%"]).exits(2).complains(&["--optimise answers both"]);
    scenario(&["--budget", "+10%", "--target-roi", "2"])
        .exits(2)
        .complains(&["each of them sets the budget"]);
    scenario(&["--risk", "q80"]).exits(2).complains(&["between 1 and 50"]);
    scenario(&["--target-mroi", "99"]).exits(1).complains(&["reaches a marginal ROI of 99", "hint:"]);
    scenario(&["--margin", "-1"]).exits(2);
    scenario(&["--margin", "35"]).exits(2).complains(&["--margin 35: profit cannot be more than", "35 %"]);
    let file = Folder::new().file("plans.toml", "[a]\nmargin = 35\n");
    let run = file.mmm(&["scenario", fit().to_str().unwrap(), "--file", "plans.toml"]);
    run.exits(1).complains(&["[a]", "--margin 35"]);
    scenario(&["--group", "x:tv,tv=0..1"]).exits(1).complains(&["already in group `x`"]);
    Folder::new().mmm(&["scenario", "nowhere"]).exits(1).complains(&["nowhere", "hint:"]);
}

#[test]
fn the_report_is_written_where_it_belongs() {
    let folder = Folder::new();
    let fit = fit().to_str().unwrap();
    folder.mmm(&["report", fit, "--out", "q1.html"]).exits(0).says(&["q1.html"]);
    let page = std::fs::read_to_string(folder.path().join("q1.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("search"));
    assert_eq!(folder.mmm(&["report", &format!("{fit}/fit.json"), "--out", "-"]).exits(0).stdout(), page);
    folder.mmm(&["report", fit, "--out", "no/such/q1.html"]).exits(1).complains(&["q1.html"]);
    folder.mmm(&["report", "nowhere"]).exits(1).complains(&["nowhere"]);
}
