//! `mmm validate` on the example: no leak, sound numbers, a schema.

mod common;

use common::{Folder, Run};
use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/national/data.csv");
const SHORT: [&str; 8] = ["--warmup", "150", "--draws", "100", "--chains", "2", "--folds", "2"];

fn validate(folder: &Folder, data: &str, flags: &[&str]) -> Run {
    let controls = ["--controls", "price_index,promo,holiday,query_index"];
    folder.mmm(&[&["validate", data], &controls[..], &SHORT, flags].concat())
}

fn json(run: Run) -> Value {
    serde_json::from_str(&run.finishes().stdout()).expect("stdout is JSON")
}

fn forecaster<'v>(list: &'v Value, key: &str, name: &str) -> &'v Value {
    let found = list.as_array().and_then(|l| l.iter().find(|m| m[key] == name));
    found.unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[test]
fn the_media_mix_model_beats_the_naive_forecasts_of_its_own_market() {
    let folder = Folder::new();
    let report = json(validate(&folder, DATA, &["--horizon", "8", "--json", "--quiet"]));
    let schema = folder.mmm(&["schema", "validate"]).exits(0).stdout();
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let problems: Vec<String> = jsonschema::validator_for(&schema)
        .expect("a schema")
        .iter_errors(&report)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");

    let own = forecaster(&report["models"], "model", "media_mix");
    assert_eq!((&own["cells"], &own["folds"]), (&16.into(), &2.into()));
    assert!(own["wmape"].as_f64().expect("a number") < 0.1, "{own}");
    for benchmark in ["seasonal_naive", "last_value", "no_media"] {
        let skill = forecaster(&report["comparisons"], "benchmark", benchmark)["skill"].as_f64();
        assert!(skill.is_some_and(|s| s > 0.0), "{benchmark}: {skill:?}");
    }
    let folds = report["folds"].as_array().expect("folds");
    let trained: Vec<&Value> = folds.iter().map(|f| &f["trained_periods"]).collect();
    assert_eq!(trained, [140, 148]);
    assert_eq!((&folds[0]["trained_to"], &folds[0]["first"]), (&"2023-09-04".into(), &"2023-09-11".into()));
    assert_eq!(report["forecasts"].as_array().map(Vec::len), Some(16));
}

/// Everything that comes after a fold's forecast, and the outcomes in it, may change without a trace.
#[test]
fn forecasts_do_not_see_the_future() {
    let text = std::fs::read_to_string(DATA).expect("the example");
    let outcome = text.lines().next().expect("a header").split(',').position(|h| h == "revenue");
    let outcome = outcome.expect("the example has revenue");
    let spoiled: String = text
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let cells = line.split(',').enumerate().map(|(c, cell)| match (i, c) {
                // Rows 141 to 148 are the first fold's forecast; those after it are the second's.
                (141.., c) if c == outcome => "1".to_owned(),
                (149.., c) if c > 0 => format!("{}.5", i % 7 + c),
                _ => cell.to_owned(),
            });
            cells.collect::<Vec<_>>().join(",") + "\n"
        })
        .collect();
    let folder = Folder::new().file("spoiled.csv", spoiled);
    let flags = ["--horizon", "8", "--json", "--quiet"];
    let (sound, spoiled) =
        (json(validate(&folder, DATA, &flags)), json(validate(&folder, "spoiled.csv", &flags)));
    let first = |report: &Value| -> Vec<[f64; 3]> {
        let forecasts = report["forecasts"].as_array().expect("forecasts").iter().filter(|f| f["fold"] == 0);
        forecasts.map(|f| ["mean", "q05", "q95"].map(|k| f[k].as_f64().expect("a number"))).collect()
    };
    assert_eq!(first(&sound).len(), 8);
    assert_eq!(first(&sound), first(&spoiled));
}

#[test]
fn a_fit_that_did_not_converge_is_named_with_its_reason() {
    let folder = Folder::new();
    // Chains of ten draws cannot be told to agree.
    let flags = ["--horizon", "8", "--json", "--quiet", "--warmup", "20", "--draws", "10"];
    let controls = ["--controls", "price_index,promo,holiday,query_index", "--chains", "2", "--folds", "2"];
    let run = folder.mmm(&[&["validate", DATA], &controls[..], &flags].concat()).exits(3);
    let report: Value = serde_json::from_str(&run.stdout()).expect("stdout is JSON");
    let warnings = report["warnings"].as_array().expect("warnings");
    let warning = warnings.iter().find(|w| w["code"] == "not_converged").expect("the warning");
    let message = warning["message"].as_str().expect("words");
    assert!(message.contains("in 2 of 2 folds"), "{message}");
    for fold in report["folds"].as_array().expect("folds") {
        assert_eq!(fold["converged"], false);
        let models: Vec<&Value> =
            fold["fits"].as_array().expect("fits").iter().map(|f| &f["model"]).collect();
        assert_eq!(models, ["media_mix", "no_media"]);
        let diagnostics = &fold["fits"][0]["diagnostics"];
        assert_eq!(diagnostics["verdict"], "fail");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        for part in [
            format!("{} to {}, media mix model: ", text(&fold["first"]), text(&fold["last"])),
            text(&diagnostics["reasons"][0]),
            format!("slowest is `{}`", text(&diagnostics["worst"][0]["parameter"])),
        ] {
            assert!(message.contains(&part), "no {part:?} in {message}");
        }
    }
    let hint = warning["hint"].as_str().expect("words");
    assert!(hint.contains("--warmup 1000") && hint.contains("fewer --folds"), "{hint}");
}

#[test]
fn tables_name_every_forecast_and_bad_plans_are_refused() {
    let folder = Folder::new();
    let run = validate(&folder, DATA, &["--horizon", "6", "--holdout-weeks", "4"]).finishes();
    run.says(&["media mix model", "same period last year", "last value", "CRPS", "[holdout_ignored]"])
        .complains(&["fold 1 of 2: media mix model", "fold 2 of 2: the same without media"]);
    let one = [&["validate", DATA, "--folds", "1", "--horizon", "6"], &SHORT[..6]].concat();
    folder.mmm(&one).finishes().says(&["1 forecast of 6 weeks, from a model that saw nothing"]);
    validate(&folder, DATA, &["--horizon", "80"]).exits(1).complains(&["2 folds of 80 periods", "--horizon"]);
    validate(&folder, DATA, &["--horizon", "0"]).exits(2).complains(&["--horizon", "at least 1"]);
    let refused = validate(&folder, DATA, &["--horizon", "65"]).exits(1);
    refused.complains(&["fewer rows than parameters", "hint: --folds 1 --horizon 65 leave enough to fit"]);
}

/// Truths drawn from the fit lie in the intervals of the refits about as often as they should, a test tells more of the
/// channel tested, and no forecast is made that was not asked for.
#[test]
fn a_recovery_holds_truths_drawn_from_the_fit_against_refits() {
    const FLAGS: [&str; 10] = [
        "--recovery",
        "12",
        "--what-if",
        "--warmup",
        "200",
        "--draws",
        "150",
        "--json",
        "--quiet",
        "--threads",
    ];
    let folder = Folder::new();
    let run = |threads: &str| {
        let controls = ["--controls", "price_index,promo,holiday,query_index"];
        json(folder.mmm(&[&["validate", DATA], &controls[..], &FLAGS, &[threads]].concat()))
    };
    let report = run("2");
    assert!(report["folds"].as_array().is_some_and(Vec::is_empty), "{report}");
    let found = &report["recovery"];
    let channels = found["channels"].as_array().expect("channels");
    let covered: u64 = channels.iter().map(|c| c["covered"].as_u64().expect("a count")).sum();
    // 90 % of 60, less three standard errors of 60 that are not independent.
    assert!((channels.len(), found["worlds"].as_u64()) == (5, Some(12)) && covered >= 44, "{found}");
    for channel in channels {
        let [truth, error, told] = ["truth", "error", "told"].map(|k| channel[k].as_f64().expect("a number"));
        assert!(truth > 0.3 && error > 0.05 && (0.0..1.0).contains(&told), "{channel}");
    }
    let what_ifs = found["what_ifs"].as_array().expect("what-ifs");
    let kinds: Vec<&str> = what_ifs.iter().filter_map(|w| w["kind"].as_str()).collect();
    assert_eq!(kinds, ["two_more_years", "one_test"], "one market has no geos to double");
    let tested = &what_ifs[1]["channel"];
    let of = |list: &Value| list.as_array().and_then(|l| l.iter().find(|c| c["channel"] == *tested).cloned());
    let [before, after] =
        [&found["channels"], &what_ifs[1]["channels"]].map(|list| of(list).expect("the channel"));
    let told = |c: &Value| c["told"].as_f64().expect("a number");
    assert!(told(&after) > told(&before) + 0.2, "{before} {after}");
    assert!(after["error"].as_f64() < before["error"].as_f64(), "{before} {after}");
    assert_eq!(run("1")["recovery"], *found, "the same on one thread");
}
