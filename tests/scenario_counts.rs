//! `mmm scenario` where outcomes are counts, with and without a known worth; and flags beside a file of plans.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use common::{Folder, Run};
use serde_json::Value;

/// Two fits of 40 weeks of orders, as small as a fit can be: `counts`, and `worth` with 50 for an order.
fn fits() -> &'static Path {
    static FITS: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    let (_, path) = FITS.get_or_init(|| {
        let folder = Folder::new();
        folder.mmm(&["simulate", "--out", "sim", "--weeks", "40", "--channels", "3", "--seed", "8"]).exits(0);
        let data = fs::read_to_string(folder.path().join("sim/data.csv")).unwrap();
        let (header, rows) = data.split_once('\n').unwrap();
        let mut orders = header.replace("revenue", "orders") + ",worth,mail\n";
        for (t, row) in rows.lines().enumerate() {
            orders.push_str(&format!("{row},50,{}\n", 100 * (t % 3)));
        }
        fs::write(folder.path().join("orders.csv"), orders).unwrap();
        let short = ["--chains", "1", "--warmup", "100", "--draws", "40", "--seed", "3"];
        let roles = ["--controls", "price_index,promo,query_index", "--organic", "mail"];
        let fit = |out: &[&str]| folder.mmm(&[&["fit", "orders.csv"][..], &short, &roles, out].concat());
        fit(&["--out", "counts"]).finishes().says(&["Cost per order, median and 90 % interval: "]);
        let worth = fit(&["--out", "worth", "--revenue-per-outcome", "worth"]).finishes().stdout();
        assert!(!worth.contains("in in") && worth.contains("Cost per order"), "{worth}");
        let path = folder.path().to_owned();
        (folder, path)
    });
    path
}

fn scenario(fit: &str, args: &[&str]) -> Run {
    let fit = fits().join(fit);
    Folder::new().mmm(&[&["scenario", fit.to_str().unwrap()][..], args].concat())
}

fn words(run: Run) -> String {
    run.finishes().stdout().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_percentage_of_an_unknown_worth_is_refused() {
    scenario("counts", &["--margin", "35%"]).exits(2).complains(&[
        "--margin 35%: what one order is worth is not known",
        "hint: give the margin of one order as a number",
        "--revenue-per-outcome",
    ]);
    let text = words(scenario("counts", &["--margin", "12.5"]));
    assert!(text.contains("Profit at a margin of 12.5 per order: "), "{text}");
    let text = words(scenario("worth", &["--margin", "35%"]));
    assert!(text.contains("Profit at a margin of 0.35: "), "{text}");
}

#[test]
fn a_sentence_has_one_unit_and_says_which_media() {
    let text = words(scenario("worth", &["--budget", "+10%", "--risk", "mean"]));
    assert!(text.contains(" revenue instead of ") && text.contains("paid media bring"), "{text}");
    assert!(!text.contains("orders") && !text.contains("in value"), "{text}");
    let text = words(scenario("counts", &["--budget", "+10%", "--risk", "mean"]));
    assert!(text.contains(" orders instead of "), "{text}");
}

#[test]
fn the_outcome_asked_for_is_named_with_its_unit() {
    for (fit, unit) in [("counts", "orders"), ("worth", "revenue")] {
        let text = words(scenario(fit, &["--min-outcome", "5"]));
        let told =
            format!("the smallest budget that brings 5 {unit}; the lowest budget that the limits allow");
        assert!(text.contains(&told), "{text}");
        let run = scenario(fit, &["--min-outcome", "+2%", "--json"]).finishes();
        let answer: Value = serde_json::from_str(&run.stdout()).unwrap();
        let (answer, target) = (&answer["scenarios"][0], &answer["scenarios"][0]["outcome_target"]);
        let now = answer["current_outcome"]["mean"].as_f64().unwrap();
        assert!((target["outcome"].as_f64().unwrap() / now - 1.02).abs() < 1e-9, "{target}");
        assert_eq!(target["at_least_budget"], false);
        let text = words(scenario(fit, &["--min-outcome", "+2%"]));
        assert!(!text.contains("the lowest budget"), "{text}");
    }
}

#[test]
fn flags_beside_a_file_hold_for_its_plans_or_are_refused() {
    let fit = fits().join("worth");
    let fit = fit.to_str().unwrap();
    let plans = "[more]\nset = ['tv=+20%']\n[own]\nset = ['tv=+10%']\nmargin = 0.9\n\
                 [best]\nmax_step = '10%'\n[later]\ndated = true\n";
    let folder = Folder::new().file("plans.toml", plans);
    let run = |args: &[&str]| folder.mmm(&[&["scenario", fit, "--file", "plans.toml"], args].concat());
    let answer = |args: &[&str]| -> Value {
        let printed = run(&[args, &["--json"]].concat()).finishes().stdout();
        serde_json::from_str::<Value>(&printed).unwrap()["scenarios"].clone()
    };
    let with_margin = answer(&["--margin", "35%", "--risk", "q25"]);
    let margins: Vec<f64> = (0..4).map(|i| with_margin[i]["profit"]["margin"].as_f64().unwrap()).collect();
    assert_eq!(margins, [0.35, 0.9, 0.35, 0.35]);
    assert_eq!(with_margin.as_array().unwrap().len(), 4, "no plan is added");
    assert_eq!(with_margin[2]["objective"]["kind"], "quantile");
    for (flag, value) in [
        ("--budget", "+10%"),
        ("--set", "tv=+5%"),
        ("--min-outcome", "+1%"),
        ("--target-roi", "2"),
        ("--pause", "tv"),
    ] {
        run(&[flag, value]).exits(2).complains(&[&format!("{flag} and --file cannot"), "into its table"]);
    }
    run(&["--optimise"]).exits(2).complains(&["--optimise and --file cannot"]);
    run(&["--budget", "+1%", "--test-value"]).finishes();
    run(&["--lock", "tv", "--frontier", "3"]).finishes();
}

#[test]
fn a_usage_that_no_fit_makes_good_exits_as_bad_usage() {
    for args in [
        ["--margin", "0"],
        ["--budget", "nan"],
        ["--set", "tv=50%"],
        ["--risk", "q80"],
        ["--max-step", "x"],
        ["--target-roi", "-1"],
    ] {
        scenario("counts", &[&format!("{}={}", args[0], args[1])]).exits(2);
    }
    scenario("counts", &["--set", "radio=+10%"]).exits(1);
    let folder = Folder::new().file("plans.toml", "[a]\nset = ['tv=50%']\n");
    let fit = fits().join("counts");
    folder.mmm(&["scenario", fit.to_str().unwrap(), "--file", "plans.toml"]).exits(1);
}
