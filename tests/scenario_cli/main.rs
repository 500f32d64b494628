//! `mmm scenario` and `mmm report` as people run them, on one small fit.

#[path = "../common/answer.rs"]
mod answer;
mod answers;
mod budgets;
mod changes;
#[path = "../common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use answer::number;
use common::{Folder, Run};
use serde_json::Value;

/// A fit of 80 simulated weeks of four channels with 400 draws; whether it converged is not the point here.
fn fit() -> &'static Path {
    static FIT: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    let (_, path) = FIT.get_or_init(|| {
        let folder = Folder::new();
        folder.mmm(&["simulate", "--out", "sim", "--weeks", "80", "--channels", "4", "--seed", "5"]).exits(0);
        let data = "sim/data.csv";
        let short = ["--chains", "2", "--warmup", "200", "--draws", "200", "--quiet", "--out", "fit"];
        let controls = ["--controls", "price_index,promo,holiday,query_index", "--seed", "3"];
        folder.mmm(&[&["fit", data][..], &short, &controls].concat());
        let path = folder.path().join("fit");
        assert!(path.join("fit.json").is_file(), "the fit is there");
        (folder, path)
    });
    path
}

/// A text without its line breaks.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn scenario(args: &[&str]) -> Run {
    Folder::new().mmm(&[&["scenario", fit().to_str().unwrap()][..], args].concat())
}

/// The answer as JSON, checked against its schema.
fn json(args: &[&str]) -> Value {
    answer::scenario(&scenario(&[args, &["--json"]].concat()).exits(0).stdout())
}

fn plan<'a>(answer: &'a Value, index: usize, channel: &str) -> &'a Value {
    let plans = answer["scenarios"][index]["allocation"].as_array().unwrap();
    plans.iter().find(|p| p["channel"] == channel).unwrap()
}

fn proposed(answer: &Value, index: usize, channel: &str) -> f64 {
    number(&plan(answer, index, channel)["proposed"])
}

fn current(answer: &Value, channel: &str) -> f64 {
    number(&plan(answer, 0, channel)["current"])
}

fn spent(scenario: &Value) -> f64 {
    scenario["allocation"].as_array().unwrap().iter().map(|p| number(&p["proposed"])).sum()
}
