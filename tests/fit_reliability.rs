//! Controls that are measured with error, sensitivity to them, and what the priors alone imply.

mod common;
#[path = "common/outputs.rs"]
mod outputs;

use std::fs;
use std::path::Path;

use common::{Folder, Run};
use outputs::number;
use serde_json::Value;

const SHORT: [&str; 6] = ["--warmup", "200", "--draws", "150", "--chains", "2"];
const CONTROLS: [&str; 2] = ["--controls", "price_index,promo,holiday,query_index"];

fn national() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/national/data.csv");
    path.to_str().expect("the path is UTF-8").to_owned()
}

fn fit(folder: &Folder, data: &str, flags: &[&str]) -> Run {
    folder.mmm(&[&["fit", data], &CONTROLS[..], &SHORT, flags].concat())
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).expect("the file is there")).expect("JSON")
}

fn channel<'a>(fit: &'a Value, name: &str) -> &'a Value {
    let channels = fit["channels"].as_array().expect("channels");
    channels.iter().find(|c| c["name"] == name).expect("the channel is there")
}

fn codes(fit: &Value) -> Vec<&str> {
    let warnings = fit["run"]["warnings"].as_array().expect("a list");
    warnings.iter().filter_map(|w| w["code"].as_str()).collect()
}

#[test]
fn controls_that_spend_follows_are_imperfect_proxies_by_default() {
    let folder = Folder::new();
    fit(&folder, &national(), &["--quiet", "--out", "plain"]).finishes();
    // Nothing follows the promotions, and to be without error is their default.
    fit(&folder, &national(), &["--quiet", "--out", "promo", "--reliability", "promo=1"]).finishes();
    for file in ["draws.parquet", "curves.parquet", "weekly.csv"] {
        let bytes = |out: &str| fs::read(folder.path().join(out).join(file)).expect("the file is there");
        assert!(bytes("plain") == bytes("promo"), "{file} differs");
    }
    fit(&folder, &national(), &["--quiet", "--out", "exact", "--reliability", "query_index=1"]).finishes();
    let controls =
        |out: &str| outputs::fit_json(&folder.path().join(out))["run"]["config"]["controls"].clone();
    let assumed = serde_json::json!({ "reliability": 0.8, "assumed": true });
    assert_eq!(controls("plain"), serde_json::json!({ "price_index": assumed, "query_index": assumed }));
    assert_eq!(controls("exact")["query_index"], serde_json::json!({ "reliability": 1.0 }));
    let fit_json = outputs::fit_json(&folder.path().join("plain"));
    assert!(codes(&fit_json).contains(&"spend_follows_control"));
    assert!(codes(&fit_json).contains(&"spend_moves_with_control"));
    for kept in ["plain", "exact"] {
        let refresh = ["fit", &national(), "--since-last", kept, "--out", "again", "--quiet"];
        folder.mmm(&refresh).finishes();
        assert_eq!(controls("again"), controls(kept));
    }
    let dropped =
        ["fit", &national(), "--since-last", "plain", "--exclude", "query_index", "--out", "without"];
    folder.mmm(&dropped).finishes();
    assert_eq!(controls("without"), serde_json::json!({ "price_index": assumed }));
}

#[test]
fn a_confounded_channel_moves_to_its_truth() {
    let file = "[data]\ncontrols = ['price_index', 'promo', 'holiday', 'query_index']\n\
                [controls.query_index]\nreliability = 0.66\n";
    let folder = Folder::new().file("mmm.toml", file);
    // Demand drives search and sales, and a third of query_index's variance is noise.
    let world = ["--seed", "14", "--proxy-reliability", "0.7", "--confounding", "1", "--out", "market"];
    folder.mmm(&[&["simulate"], &world[..]].concat()).exits(0);
    let exact = ["--quiet", "--out", "naive", "--reliability", "query_index=1", "--causal-gap", "none"];
    fit(&folder, "market/data.csv", &exact).finishes();
    let told = [
        "fit",
        "market/data.csv",
        "--config",
        "mmm.toml",
        "--quiet",
        "--out",
        "told",
        "--causal-gap",
        "none",
    ];
    folder.mmm(&[&told[..], &SHORT].concat()).finishes();
    let truth = number(&json(&folder.path().join("market/truth.json"))["channels"]["search"]["roi"]);
    let roi = |out: &str| {
        let fit = outputs::fit_json(&folder.path().join(out));
        let roi = &channel(&fit, "search")["roi"];
        ["mean", "q05", "q95"].map(|key| number(&roi[key]))
    };
    let ([naive, low, _], [mean, q05, q95]) = (roi("naive"), roi("told"));
    assert!(low > truth, "taken at its word, the control leaves search at {low} or more, not {truth}");
    assert!((q05..q95).contains(&truth), "{truth} is not in {q05} to {q95}");
    assert!((mean - truth).abs() < 0.25 * (naive - truth), "{naive} → {mean}, truth {truth}");
    let fit = outputs::fit_json(&folder.path().join("told"));
    assert_eq!(fit["run"]["config"]["controls"]["query_index"]["reliability"], 0.66);
}

#[test]
fn a_reliability_has_to_make_sense() {
    let folder = Folder::new();
    let told = |flag: &str| fit(&folder, &national(), &["--reliability", flag]);
    let refused = |flag: &str, words: &[&str]| {
        told(flag).exits(1).complains(words);
    };
    told("query_index=1.2").exits(2).complains(&["controls.query_index.reliability is 1.2"]);
    refused("querry_index=0.9", &["there is no control `querry_index`", "did you mean `query_index`?"]);
    refused("holiday=0.9", &["[controls.holiday]: control `holiday` is 0/1 and has no reliability"]);
    fit(&folder, &national(), &["--reliability", "query_index"]).exits(2).complains(&["CONTROL=SHARE"]);
    fit(&folder, &national(), &["--quiet", "--reliability", "query_index=0.3"]).finishes();
    assert!(codes(&outputs::fit_json(&folder.path().join("mmm-out"))).contains(&"reliability_too_low"));
}

/// A refit without the tests would put down to the control what the tests tell.
#[test]
fn refits_are_told_the_tests_of_the_fit() {
    let folder =
        Folder::new().file("tests.csv", "channel,start,end,roi,se\ntv,2022-03-07,2022-05-29,3.0,0.05\n");
    let flags = ["--experiments", "tests.csv", "--sensitivity=price_index", "--out", "told"];
    fit(&folder, &national(), &flags).finishes();
    let fit = json(&folder.path().join("told/fit.json"));
    let levels = fit["sensitivity"]["reliability"][0]["levels"].as_array().expect("levels");
    for level in levels {
        let tv = level["channels"].as_array().and_then(|all| all.iter().find(|c| c["name"] == "tv"));
        let roi = number(&tv.expect("tv")["roi"]["mean"]);
        assert!(roi > 2.2, "{level}");
    }
}

#[test]
fn sensitivity_tells_what_hangs_on_the_unseen() {
    let folder = Folder::new();
    let run = fit(&folder, &national(), &["--sensitivity"]).finishes();
    run.says(&["ROI by the reliability of query_index", "unseen driver", "query_index"]);
    let out = folder.path().join("mmm-out");
    let schema = serde_json::from_str(&folder.mmm(&["schema"]).stdout()).expect("the schema is JSON");
    outputs::check(&out, &schema);
    assert_eq!(outputs::Weekly::read(&out).len(), 156, "the fit is written as ever");
    let fit_json = outputs::fit_json(&out);
    assert!(codes(&fit_json).contains(&"spend_follows_control"));
    let found = &fit_json["sensitivity"];
    let sweeps = found["reliability"].as_array().expect("a list");
    let controls: Vec<&Value> = sweeps.iter().map(|s| &s["control"]).collect();
    assert_eq!(controls, ["price_index", "query_index"]);
    let sweep = &sweeps[1];
    assert_eq!(sweep["followed_by"], serde_json::json!(["search"]));
    let levels = sweep["levels"].as_array().expect("levels");
    let told = levels.iter().filter(|l| l["is_the_fit"] == false);
    let asked: Vec<f64> = told.map(|l| number(&l["reliability"])).collect();
    assert_eq!(asked, [1.0, 0.9, 0.8, 0.7]);
    let own: Vec<&Value> = levels.iter().filter(|l| l["is_the_fit"] == true).collect();
    // Assumed is 0.8; the other columns and the outcome allow no less than is used.
    assert!(own.len() == 1 && own[0]["reliability"] == own[0]["used"] && number(&own[0]["used"]) >= 0.8);
    let search = |level: &Value| number(&level["channels"][1]["roi"]["mean"]);
    assert_eq!(search(own[0]), number(&channel(&fit_json, "search")["roi"]["mean"]));
    // What the level proposes is what the fit proposes.
    let proposed = fit_json["scenarios"][0]["allocation"].as_array().expect("channels");
    for (plan, at_level) in proposed.iter().zip(own[0]["channels"].as_array().expect("channels")) {
        assert_eq!((&plan["channel"], &plan["change"]), (&at_level["name"], &at_level["change"]));
    }
    for unseen in found["unseen"].as_array().expect("channels") {
        let mut last = number(&unseen["roi"]);
        for level in unseen["levels"].as_array().expect("levels") {
            let (low, high) = (number(&level["roi_if_overstated"]), number(&level["roi_if_understated"]));
            // What the prior says no driver moves.
            let moved = number(&unseen["data_weight"]) > 0.0;
            assert!(if moved { low <= last && high > last } else { low == last && high == last }, "{unseen}");
            last = low;
        }
    }
    folder
        .mmm(&["report", "mmm-out", "--out", "-"])
        .exits(0)
        .says(&["ROI by the reliability of query_index"]);
    folder.mmm(&["fit", &national(), "--verify", "mmm-out"]).exits(0);
    fit(&folder, &national(), &["--sensitivity=queri_index"])
        .exits(1)
        .complains(&["did you mean `query_index`?"]);
    fit(&folder, &national(), &["--sensitivity=promo,holiday"]).exits(1).complains(&["`holiday` is 0/1"]);
}

#[test]
fn the_prior_alone_is_no_fit() {
    let folder = Folder::new();
    let flags = ["--prior-only", "--draws", "2000", "--prior", "tv:roi=0.8..3"];
    let data = national();
    let all = [&["fit", data.as_str()], &CONTROLS[..], &flags].concat();
    folder.mmm(&all).exits(0).says(&["PRIOR ONLY, NOT A FIT", "tv", "mmm-prior"]);
    let out = folder.path().join("mmm-prior");
    let prior = json(&out.join("prior.json"));
    assert_eq!((&prior["schema"], &prior["run"]["prior_only"]), (&"mmm.prior/1".into(), &true.into()));
    let schema: Value = serde_json::from_str(&folder.mmm(&["schema", "prior"]).stdout()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(validator.is_valid(&prior));
    // What was put in comes out: 5 % and 95 % of the interval, in 8000 draws.
    let tv = &channel(&prior, "tv")["roi"];
    assert!(
        (number(&tv["q05"]) / 0.8 - 1.0).abs() < 0.05 && (number(&tv["q95"]) / 3.0 - 1.0).abs() < 0.05,
        "{tv}"
    );
    assert!((number(&tv["q50"]) / 2.4_f64.sqrt() - 1.0).abs() < 0.03, "{tv}");

    assert!(!out.join("fit.json").exists());
    for (command, code) in [
        (["scenario", "mmm-prior"].as_slice(), 1),
        (&["report", "mmm-prior/prior.json"], 1),
        (&["diff", "mmm-prior", "mmm-prior"], 2),
    ] {
        folder.mmm(command).exits(code).complains(&["mmm-prior", "the prior alone", "without --prior-only"]);
    }
    let first = fs::read(out.join("prior.json")).expect("prior.json");
    folder.mmm(&[&all[..], &["--threads", "1"]].concat()).exits(0);
    assert!(first == fs::read(out.join("prior.json")).expect("prior.json"), "the same seed, the same bytes");

    fit(&folder, &national(), &["--quiet"]).finishes();
    let over = [&all[..], &["--out", "mmm-out"]].concat();
    folder.mmm(&over).exits(1).complains(&["a fit is not replaced by its prior"]);
    fit(&folder, &national(), &["--quiet", "--out", "mmm-prior"]).exits(1);
}
