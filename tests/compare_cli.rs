//! `mmm compare` on the example: sound scores and weights, a schema, a file of models, and what is refused.

mod common;

use common::{Folder, Run};
use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/national/data.csv");
const SHORT: [&str; 7] = ["--warmup", "150", "--draws", "100", "--chains", "2", "--quiet"];

fn compare(folder: &Folder, flags: &[&str]) -> Run {
    let controls = ["--controls", "price_index,promo,holiday,query_index"];
    folder.mmm(&[&["compare", DATA], &controls[..], &SHORT, flags].concat())
}

fn numbers(list: &Value, pointer: &str) -> Vec<f64> {
    let number = |entry: &Value| entry.pointer(pointer).and_then(Value::as_f64).expect("a number");
    list.as_array().expect("a list").iter().map(number).collect()
}

#[test]
fn the_usual_models_are_scored_weighed_and_asked_for_the_plan() {
    let folder = Folder::new();
    let text = compare(&folder, &["--json", "--out", "kept.json"]).finishes().stdout();
    let report: Value = serde_json::from_str(&text).expect("stdout is JSON");
    assert_eq!(std::fs::read_to_string(folder.path().join("kept.json")).expect("the file"), text);

    let schema = folder.mmm(&["schema", "compare"]).exits(0).stdout();
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let problems: Vec<String> =
        validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:#?}");

    let models = &report["models"];
    let n = models.as_array().map_or(0, Vec::len);
    assert_eq!((n, &models[0]["name"]), (7, &"geometric, hill".into()));
    let differences = numbers(models, "/leave_one_out/difference");
    assert_eq!(differences.iter().filter(|d| **d == 0.0).count(), 1, "{differences:?}");
    assert!(differences.iter().all(|d| (-40.0..=0.0).contains(d)), "{differences:?}");
    let weights = numbers(models, "/weight");
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9 && weights.iter().all(|w| *w >= 0.05));

    // The plan's judgement is that of its models.
    let plan = &report["plan"];
    let gaining = plan["by_model"].as_array().expect("models").iter().filter(|m| m["gains"] == true).count();
    assert_eq!(plan["gains_in"], gaining);
    let said = report["verdict"]["sentence"].as_str().expect("a sentence");
    assert!(said.ends_with(&format!("gains in {gaining} of {n} models")), "{said}");
    assert_eq!(report["test"].is_null(), gaining == 0 || gaining == n);
    let mixed: f64 = numbers(&plan["by_model"], "/p_gain").iter().zip(&weights).map(|(p, w)| p * w).sum();
    assert!((plan["p_gain"].as_f64().expect("a number") - mixed).abs() < 1e-9);
    // Five channels, each pair in its better direction.
    assert_eq!(report["shifts"].as_array().map(Vec::len), Some(10));
}

#[test]
fn a_file_of_models_is_told_in_a_table_and_equal_models_are_equal() {
    let models =
        "[again.model]\nadstock = { kind = 'geometric' }\n[straight.channels.tv]\nsaturation = 'linear'\n";
    let folder = Folder::new().file("models.toml", models);
    let text = compare(&folder, &["--models", "models.toml"]).finishes().stdout();
    let line =
        |name: &str| text.lines().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
    let cells = |name: &str| line(name).strip_prefix(name).expect("a prefix").trim().to_owned();
    assert_eq!(cells("as told"), cells("again"));
    assert_ne!(cells("as told"), cells("straight"));
    let tables = text.lines().skip(1).take_while(|l| !l.starts_with("The plan of"));
    assert!(tables.clone().count() > 10 && tables.clone().all(|l| l.chars().count() <= 80), "{text}");
    assert!(text.contains("of 3 models"), "{text}");
}

#[test]
fn what_no_model_can_be_is_refused_by_name() {
    let folder = Folder::new()
        .file("typo.toml", "[late.model]\nsaturation = 'logistc'\n")
        .file("key.toml", "[late.model]\nadstok = 1\n")
        .file("data.toml", "[late.data]\noutcome = 'x'\n")
        .file("empty.toml", "");
    let says = |file: &str, texts: &[&str]| {
        compare(&folder, &["--models", file]).exits(1).complains(texts);
    };
    says("typo.toml", &["model `late`", "`logistc` is no saturation; did you mean `logistic`?"]);
    says("key.toml", &["unknown key `adstok` in [late.model]", "did you mean `adstock`?"]);
    says("data.toml", &["model `late` speaks of data", "all models share them"]);
    says("empty.toml", &["it holds no model"]);
    compare(&folder, &["--saturation", "root:2"]).exits(2).complains(&["above 0 and below 1"]);
    compare(&folder, &["--saturation", "tv=exponentil"]).exits(2).complains(&["did you mean `exponential`?"]);
}
