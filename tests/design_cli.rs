//! `mmm design` on a small panel and on one market: designs that can be run, and refusals by name.

mod common;

use std::sync::OnceLock;

use common::{Folder, Run};
use serde_json::Value;

const SHORT: [&str; 7] = ["--warmup", "150", "--draws", "100", "--chains", "2", "--quiet"];

/// A folder with `data.csv` of so many geos and `fit`, a short fit of it.
fn fitted(geos: &str, weeks: &str) -> Folder {
    let folder = Folder::new();
    let world =
        ["simulate", "--geos", geos, "--weeks", weeks, "--channels", "3", "--seed", "5", "--out", "world"];
    folder.mmm(&world).exits(0);
    let controls = ["--controls", "price_index,promo,holiday,query_index"];
    folder.mmm(&[&["fit", "world/data.csv", "--out", "fit"], &controls[..], &SHORT].concat()).finishes();
    folder
}

fn panel() -> &'static Folder {
    static PANEL: OnceLock<Folder> = OnceLock::new();
    PANEL.get_or_init(|| fitted("12", "104"))
}

fn market() -> &'static Folder {
    static MARKET: OnceLock<Folder> = OnceLock::new();
    MARKET.get_or_init(|| fitted("1", "130"))
}

fn design(folder: &Folder, flags: &[&str]) -> Run {
    folder.mmm(&[&["design", "fit", "world/data.csv"], flags].concat())
}

fn json(run: Run) -> Value {
    serde_json::from_str(&run.exits(0).stdout()).expect("stdout is JSON")
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("no number {key} in {value}"))
}

#[test]
fn a_fit_that_did_not_converge_is_told_first() {
    let folder = Folder::new();
    folder.mmm(&["simulate", "--weeks", "104", "--channels", "2", "--out", "world"]).exits(0);
    folder
        .mmm(&["fit", "world/data.csv", "--out", "fit", "--warmup", "20", "--draws", "20", "--quiet"])
        .exits(3);
    let said = design(&folder, &[]).exits(0).stdout();
    assert!(said.starts_with("WARNING: the fit did not converge: do not act on these designs."), "{said}");
    let page = std::fs::read_to_string(folder.path().join("mmm-design/design.html")).expect("the page");
    assert!(page.contains("did not converge"), "the page warns too");
    let report = json(design(&folder, &["--json", "--out", "again"]));
    assert_eq!(report["warnings"][0]["code"], "not_converged");
}

#[test]
fn a_design_of_a_panel_can_be_run_and_read() {
    let folder = panel();
    let report = json(design(folder, &["--out", "one", "--json"]));
    let schema = folder.mmm(&["schema", "design"]).exits(0).stdout();
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let problems: Vec<String> = jsonschema::validator_for(&schema)
        .expect("a schema")
        .iter_errors(&report)
        .map(|e| e.to_string())
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");

    let designs = report["designs"].as_array().expect("designs");
    let nets: Vec<f64> = designs.iter().map(|d| number(d, "net")).collect();
    assert!(nets.len() > 3 && nets.windows(2).all(|n| n[0] >= n[1]), "{nets:?}");
    for d in designs {
        let (se, mde, found) = (number(d, "se"), number(d, "mde"), number(d, "assurance"));
        assert!(se > 0.0 && mde > 2.0 * se && mde < 4.0 * se && (0.0..=1.0).contains(&found), "{d}");
        assert!(number(d, "value") >= -1e-6 && number(d, "cost") >= 0.0, "{d}");
        let net = number(d, "value") - number(d, "net_cost");
        assert!(
            (net - number(d, "net")).abs() < 1e-6 * net.abs().max(1.0) && number(d, "net_cost") >= 0.0,
            "{d}"
        );
        // What a hold-out saves works elsewhere: it costs less than the outcome that it forgoes.
        assert!(d["kind"] != "hold_out" || number(d, "net_cost") < number(d, "cost"), "{d}");
        let treated = d["geos"].as_array().map_or(0, Vec::len);
        assert!((1..=3).contains(&treated), "30 % of 12 geos: {d}");
        let lift = number(&d["lift"], "mean");
        assert_eq!(lift > 0.0, number(d, "spend_change") > 0.0, "{d}");
    }
    let best = &designs[0];
    assert_eq!(best["start"], "2023-01-02", "the day after the data");
    let row = std::fs::read_to_string(folder.path().join("one/experiments.csv")).expect("experiments.csv");
    let channel = best["channel"].as_str().expect("a name");
    assert!(
        row.lines().nth(1).is_some_and(|row| row.starts_with(&format!("{channel},2023-01-02,"))),
        "{row}"
    );

    // The plan is what `mmm scenario` values: the change of spend is the design's, as is the lift, nearly.
    let answer = folder.mmm(&["scenario", "fit", "--plan", "one/plan.csv", "--json"]).finishes();
    let answer: Value = serde_json::from_str(&answer.stdout()).expect("stdout is JSON");
    let scenario = &answer["scenarios"][0];
    let moved = |key: &str| -> f64 {
        scenario["allocation"].as_array().expect("channels").iter().map(|c| number(c, key)).sum()
    };
    let change = moved("proposed") - moved("current");
    assert!((change / number(best, "spend_change") - 1.0).abs() < 0.02, "{change} {best}");
    let geos = std::fs::read_to_string(folder.path().join("one/geos.csv")).expect("geos.csv");
    let treated = geos.lines().filter(|line| line.contains(",treated,")).count();
    assert_eq!((geos.lines().count(), treated), (13, best["geos"].as_array().map_or(0, Vec::len)));
    let page = std::fs::read_to_string(folder.path().join("one/design.html")).expect("design.html");
    assert!(page.contains("What can it find?") && page.contains("G012") && !page.contains("<script"));

    let again = json(design(folder, &["--out", "two", "--json"]));
    assert_eq!(again, report, "the same seed");
    let other = json(design(folder, &["--out", "two", "--json", "--seed", "2"]));
    let geos = |r: &Value| {
        r["designs"].as_array().expect("designs").iter().map(|d| d["geos"].clone()).collect::<Vec<_>>()
    };
    assert_ne!(geos(&other), geos(&report), "another seed draws other geos");
    let text = design(folder, &["--out", "two"]).exits(0).stdout();
    let long = text.lines().filter(|line| line.chars().count() > 100 && !line.starts_with("  mmm ")).count();
    assert!(long == 0 && text.contains("  mmm readout DATA.csv --since-last fit --channel"), "{text}");
}

#[test]
fn what_a_test_must_respect_is_respected() {
    let folder = panel();
    let flags = ["--channels", "tv", "--treat", "G003", "--spare", "G001,G002", "--max-weeks", "4"];
    let block = ["--block", "2023-01-01..2023-02-12", "--json", "--out", "held"];
    let report = json(design(folder, &[&flags[..], &block].concat()));
    for d in report["designs"].as_array().expect("designs") {
        let geos: Vec<&str> = d["geos"].as_array().expect("geos").iter().filter_map(Value::as_str).collect();
        assert!(geos.contains(&"G003") && !geos.contains(&"G001") && !geos.contains(&"G002"), "{d}");
        assert!(d["channel"] == "tv" && d["dose"].as_array().map_or(0, Vec::len) <= 4, "{d}");
        assert_eq!(d["start"], "2023-02-13");
    }
    let cheap = report["designs"]
        .as_array()
        .expect("designs")
        .iter()
        .map(|d| number(d, "cost"))
        .fold(f64::MAX, f64::min);
    let budget = format!("{:.0}", cheap * 1.5);
    let held = json(design(folder, &["--budget", &budget, "--json", "--out", "held"]));
    let most =
        held["designs"].as_array().expect("designs").iter().map(|d| number(d, "cost")).fold(0.0, f64::max);
    assert!(most <= cheap * 1.5 + 1.0, "{most} {cheap}");
    // More spend puts no outcome at risk.
    let safe = json(design(folder, &["--max-risk", "0.00001%", "--json", "--out", "held"]));
    let safe = safe["designs"].as_array().expect("designs");
    assert!(!safe.is_empty() && safe.iter().all(|d| d["kind"] == "heavy_up"), "{safe:?}");
}

#[test]
fn what_cannot_be_is_refused_by_name_and_leaves_nothing() {
    let folder = panel();
    let refused: [(&[&str], &[&str]); 7] = [
        (&["--channels", "radio"], &["the fit has no channel radio", "it has tv"]),
        (&["--treat", "Z9"], &["the fit has no geo Z9", "G001"]),
        (&["--treat", "G001", "--spare", "G001"], &["geo G001 must be treated and must not be"]),
        (&["--treat", "G001,G002,G003,G004,G005"], &["5 geos must be treated", "--max-treated"]),
        (&["--budget", "1"], &["no test costs", "raise --budget to"]),
        (&["--max-treated", "5%"], &["no test can be judged", "--max-treated"]),
        (&["--block", "2022-01-01..2030-01-01"], &["no test can be judged", "block fewer days"]),
    ];
    for (flags, said) in refused {
        design(folder, &[flags, &["--out", "none"]].concat()).exits(1).complains(said);
        assert!(!folder.path().join("none").exists(), "{flags:?}");
    }
    let other = folder.path().join("other.csv");
    std::fs::write(&other, "week,revenue\n2024-01-01,5\n").expect("a file");
    let run = folder.mmm(&["design", "fit", "other.csv", "--out", "none"]);
    run.exits(1).complains(&["is not the file that was fitted", "mmm fit"]);
    design(folder, &["--out", "world"]).exits(1).complains(&["no design.json"]);
    design(folder, &["--alpha", "2"]).exits(2);
}

#[test]
fn one_market_can_be_pulsed_and_is_told_how_weak_that_is() {
    let folder = market();
    let report = json(design(folder, &["--out", "d", "--json"]));
    let designs = report["designs"].as_array().expect("designs");
    let pulses = designs.iter().find(|d| d["kind"] == "pulses").expect("pulses");
    let change = number(pulses, "spend_change");
    assert!(change.abs() < number(pulses, "usual_spend"), "{pulses}");
    let doses: Vec<f64> =
        pulses["dose"].as_array().expect("doses").iter().filter_map(Value::as_f64).collect();
    assert!(doses[0] == 0.0 && doses.contains(&2.0), "{doses:?}");
    let text = design(folder, &["--out", "d"]).exits(0).stdout();
    assert!(text.contains("One market has nothing to be held against"), "{text}");
}
