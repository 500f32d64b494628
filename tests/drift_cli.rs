//! `--drift`: the gradient with tests told, and on the real binary a return that falls is found, plans use its last
//! value, and what cannot be is refused.

mod common;

use common::{Folder, Run};
use mmm::config::{Drift, FitConfig, LoadOptions};
use mmm::data::{load, read_experiments, resolve_experiments, settle};
use mmm::model::{Density, Design, experiment_terms};
use serde_json::Value;

const SHORT: [&str; 6] = ["--warmup", "200", "--draws", "150", "--chains", "2"];

/// A clean panel whose television loses two thirds of its return while search keeps its own.
fn panel(folder: &Folder, weeks: &str, drift: &str) {
    let world = [
        "simulate",
        "--geos",
        "6",
        "--weeks",
        weeks,
        "--channels",
        "3",
        "--confounding",
        "0",
        "--noise",
        "0.03",
    ];
    folder.mmm(&[&world[..], &["--roi", "tv=3", "--drift", drift, "--out", "world"]].concat()).exits(0);
}

fn fit(folder: &Folder, flags: &[&str]) -> Run {
    let data = ["fit", "world/data.csv", "--controls", "price_index,promo,holiday,query_index"];
    folder.mmm(&[&data[..], &SHORT, flags].concat())
}

fn channel(folder: &Folder, out: &str, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.path().join(out).join("fit.json")).expect("the fit");
    let fit: Value = serde_json::from_str(&text).expect("JSON");
    fit["channels"]
        .as_array()
        .expect("channels")
        .iter()
        .find(|c| c["name"] == name)
        .expect("the channel")
        .clone()
}

#[test]
fn a_return_that_falls_is_found_and_plans_use_its_last_value() {
    let folder = Folder::new();
    panel(&folder, "157", "tv=0.33");
    let said =
        fit(&folder, &["--drift", "yearly", "--drift", "social=none", "--out", "out"]).finishes().stdout();
    let (tv, social) = (channel(&folder, "out", "tv"), channel(&folder, "out", "social"));
    let drift = &tv["drift"];
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!(number(&drift["probability_of_change"]) >= 0.9, "{drift}");
    assert!((number(&drift["prior_probability_of_change"]) - 0.39).abs() < 0.01, "{drift}");
    assert!(number(&drift["ratio"]["q95"]) < 0.8 && number(&drift["ratio"]["q05"]) < 0.33, "{drift}");
    assert!(number(&drift["roi_at_end"]["mean"]) < 0.9 * number(&tv["roi"]["mean"]), "{tv}");
    assert!(social["drift"].is_null());
    assert!(said.contains("Change of the effects") && said.contains("tv: the effect has changed"), "{said}");

    let fit = std::fs::read_to_string(folder.path().join("out/fit.json")).expect("the fit");
    let schema = folder.mmm(&["schema", "fit"]).exits(0).stdout();
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(validator.is_valid(&serde_json::from_str(&fit).expect("JSON")));
}

#[test]
fn without_the_option_nothing_is_said() {
    let folder = Folder::new();
    panel(&folder, "110", "tv=0.5");
    let said = fit(&folder, &["--out", "out"]).finishes().stdout();
    assert!(
        channel(&folder, "out", "tv")["drift"].is_null() && !said.contains("Change of the effects"),
        "{said}"
    );
}

#[test]
fn what_cannot_drift_is_refused_with_the_remedy() {
    let folder = Folder::new();
    panel(&folder, "80", "tv=0.5");
    let refused = |flags: &[&str], words: &[&str]| {
        let run = fit(&folder, flags);
        assert_ne!(run.code(), Some(0), "{flags:?}");
        let said = run.stderr();
        assert!(words.iter().all(|w| said.contains(w)), "{said}");
    };
    refused(&["--drift", "tv=yearl"], &["`yearl` is no drift", "did you mean `yearly`?"]);
    refused(&["--drift", "tv=yearly", "--drift", "tv=none"], &["channel `tv` is given two kinds of drift"]);
    refused(
        &["--drift", "tv=yearly"],
        &["yearly drift of channel `tv` needs 104 weeks", "80 periods", "hint:", "--drift tv=half_yearly"],
    );
    refused(&["--drift", "tvv=half_yearly"], &["tvv"]);
}

/// The gradient against central differences, where readings speak of channels that drift.
#[test]
fn the_gradient_is_that_of_the_density_with_tests_told_too() {
    let folder = Folder::new();
    panel(&folder, "110", "tv=0.5");
    let load_options = LoadOptions::default();
    let (data, _) = load(&folder.path().join("world/data.csv"), &load_options).expect("data");
    let config = FitConfig::default().with(|c| c.model.drift = Drift::Yearly).expect("a setting");
    let config = settle(config, &data, &load_options).expect("settled");
    let file = read_experiments(&folder.path().join("world/tests.csv")).expect("tests");
    let tests = resolve_experiments(&file, &data, &config).expect("tests of the data").0.tests;
    assert!(!tests.is_empty());
    let design = Design::with_tests(&data, &config, &tests).expect("a design");
    let terms = experiment_terms(&tests, &design, &data);
    let density = Density::new(design).with_terms(terms);
    let (mut state, dim) = (density.state(), density.layout.dim);
    let (mut gradient, mut unused) = (vec![0.0; dim], vec![0.0; dim]);
    let mut q: Vec<f64> = (0..dim).map(|i| 0.6 * (7.3 * i as f64 + 1.0).sin()).collect();
    density.value_and_gradient(&q, &mut gradient, &mut state).expect("finite");
    for i in 0..density.layout.n_global {
        let (x, step) = (q[i], 1e-4);
        let mut at = |by: f64| {
            q[i] = x + by;
            density.value_and_gradient(&q, &mut unused, &mut state).expect("finite")
        };
        let near = at(step) - at(-step);
        let far = at(2.0 * step) - at(-2.0 * step);
        let slope = (8.0 * near - far) / (12.0 * step);
        q[i] = x;
        assert!((gradient[i] - slope).abs() < 1e-4 * (1.0 + slope.abs()), "{i}: {} or {slope}", gradient[i]);
    }
}
