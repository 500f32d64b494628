//! `mmm readout` on a small simulated panel: the reading and its files, rows appended, bad input by name.

mod common;

use common::{Folder, Run};
use serde_json::Value;

const SHORT: [&str; 7] = ["--chains", "2", "--warmup", "120", "--draws", "100", "--quiet"];
const CONTROLS: [&str; 2] = ["--controls", "price_index,promo,holiday,query_index"];

/// A panel of 10 geos × 104 weeks in which television was off in three for eight weeks.
struct Market {
    folder: Folder,
    truth: Value,
}

impl Market {
    fn new(test: &str) -> Market {
        let folder = Folder::new();
        let size = ["--geos", "10", "--weeks", "104", "--channels", "3", "--seed", "11"];
        let args = [&["simulate", "--out", "."], &size[..], &["--geo-test", test]].concat();
        folder.mmm(&args).exits(0);
        let text = std::fs::read_to_string(folder.path().join("truth.json")).expect("a truth");
        let truth: Value = serde_json::from_str(&text).expect("JSON");
        Market { folder, truth: truth["geo_test"].clone() }
    }

    fn told(&self, key: &str) -> String {
        match &self.truth[key] {
            Value::String(text) => text.clone(),
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        }
    }

    /// Reads the test as it was, but for `changed` flags and values; an empty value drops the flag.
    fn readout(&self, changed: &[(&str, &str)], more: &[&str]) -> Run {
        let mut flags = vec![
            ("--channel", self.told("channel")),
            ("--geos", self.told("geos")),
            ("--start", self.told("start")),
            ("--end", self.told("end")),
            ("--spend-change", self.told("spend_change")),
        ];
        for (name, value) in changed {
            flags.retain(|(flag, _)| flag != name);
            flags.push((*name, (*value).to_owned()));
        }
        let given = flags.iter().filter(|(_, value)| !value.is_empty());
        let given: Vec<&str> = given.flat_map(|(flag, value)| [*flag, value.as_str()]).collect();
        self.folder.mmm(&[&["readout", "data.csv"], &given[..], &CONTROLS, &SHORT, more].concat())
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

#[test]
fn a_test_is_read_written_and_appended_once() {
    let market = Market::new("tv:0:3:84:8");
    let run = market.readout(&[], &["--json", "--append", "experiments.csv.new"]).finishes();
    let report: Value = serde_json::from_str(&run.stdout()).expect("stdout is JSON");
    assert_eq!(market.read("mmm-readout/readout.json"), run.stdout());
    let schema = market.folder.mmm(&["schema", "readout"]).exits(0).stdout();
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let problems: Vec<String> =
        validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:#?}");

    let number = |pointer: &str| report.pointer(pointer).and_then(Value::as_f64).expect("a number");
    let truth = market.truth["lift_to_end"].as_f64().expect("a true lift");
    assert!((number("/lift/mean") - truth).abs() < 3.5 * number("/lift/sd"), "{} {truth}", report["lift"]);
    assert!(number("/second_opinion/se") > 0.0 && number("/placebo/spread") > 0.0);
    let (change, told) = (number("/spend_change"), market.truth["spend_change"].as_f64().expect("a change"));
    assert!((change / told - 1.0).abs() < 1e-6, "{change} {told}");
    let phases = |phase: &str| {
        report["periods"].as_array().expect("periods").iter().filter(|p| p["phase"] == phase).count()
    };
    assert_eq!((phases("before"), phases("during")), (84, 8));

    // The lift as a share of what would have come; what was spent less the change; the error of the row.
    let would = number("/observed") - number("/lift/mean");
    assert!((number("/lift_share/mean") / (number("/lift/mean") / would) - 1.0).abs() < 0.02);
    assert!((number("/usual_spend") - (number("/spend") - change)).abs() < 1e-6 * change.abs());
    assert!((number("/row/reading/se") / number("/lift/sd") - 1.0).abs() < 1e-5);
    let carried = report["periods"].as_array().expect("periods").iter().rfind(|p| p["phase"] == "carried");
    let carried = carried.and_then(|p| p["date"].as_str()).expect("what is carried over counts");
    let day = |text: &str| text.parse::<chrono::NaiveDate>().expect("a date");
    let last = report["readout_end"].as_str().expect("a date");
    assert_eq!(day(carried) + chrono::Days::new(6), day(last));
    let is_told =
        |code: &str| report["warnings"].as_array().is_some_and(|all| all.iter().any(|w| w["code"] == code));
    assert_eq!(is_told("placebo_failed"), report["placebo"]["passed"] == false);

    let page = market.read("mmm-readout/readout.html");
    assert!(page.contains("<title>What the test of tv brought</title>") && !page.contains("<script"));
    let untitled = page.split("<svg ").skip(1).filter(|svg| !svg.contains("\"><title>")).count();
    assert_eq!((page.contains("<svg "), untitled), (true, 0), "every picture has a title");

    // The row is one that the fit understands, and a second time it is refused before anything is fitted.
    let rows = market.read("experiments.csv.new");
    assert_eq!(rows.lines().next(), Some("channel,start,end,geos,spend_change"));
    let check = ["check", "data.csv", "--experiments", "experiments.csv.new"];
    market.folder.mmm(&[&check[..], &CONTROLS].concat()).exits(0).says(&["contrast of its cells"]);
    market
        .readout(&[], &["--append", "experiments.csv.new", "--row", "reading"])
        .exits(1)
        .complains(&["row 2 already holds a test of tv", "hint: "]);
    assert_eq!(market.read("experiments.csv.new"), rows);
}

#[test]
fn cells_are_read_from_one_fit_and_the_usual_spend_is_guessed() {
    let market = Market::new("search:2:4:84:6");
    let geos = market.told("geos");
    let rows: String =
        geos.split(',').enumerate().map(|(i, g)| format!("{g},{}\n", ["a", "b"][i / 2])).collect();
    std::fs::write(market.folder.path().join("cells.csv"), format!("geo,cell\n{rows}")).expect("written");
    // Every outcome is worth 2.5.
    let text = market
        .read("data.csv")
        .lines()
        .enumerate()
        .map(|(i, l)| format!("{l},{}\n", if i == 0 { "aov" } else { "2.5" }))
        .collect::<String>();
    std::fs::write(market.folder.path().join("data.csv"), text).expect("written");
    let changed = [("--geos", ""), ("--spend-change", ""), ("--cells", "cells.csv")];
    let worth = ["--outcome-kind", "count", "--revenue-per-outcome", "aov"];
    let run =
        market.readout(&changed, &[&["--json", "--append", "tests.new.csv"][..], &worth].concat()).finishes();
    let report: Value = serde_json::from_str(&run.stdout()).expect("stdout is JSON");
    let cells = report["cells"].as_array().expect("cells");
    assert_eq!(cells.iter().map(|c| &c["cell"]).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(report["usual_spend_source"], "guessed");
    let sum: f64 = cells.iter().map(|c| c["lift"]["mean"].as_f64().expect("a number")).sum();
    let whole = report["lift"]["mean"].as_f64().expect("a number");
    assert!((sum / whole - 1.0).abs() < 1e-9, "the whole is the sum of its cells: {sum} {whole}");
    let roi = report["roi"]["mean"].as_f64().expect("a return");
    let change = report["spend_change"].as_f64().expect("a change");
    assert!((roi / (2.5 * whole / change) - 1.0).abs() < 1e-6, "{roi} {whole} {change}");
    assert!(report["row"].is_null());
    assert_eq!(market.read("tests.new.csv").lines().count(), 3, "a row a cell");
    let guess = report["usual_spend"].as_f64().expect("a guess");
    let (spent, change) =
        (report["spend"].as_f64().expect("spend"), market.truth["spend_change"].as_f64().expect("a change"));
    assert!((guess / (spent - change) - 1.0).abs() < 0.3, "guessed {guess}, truly {}", spent - change);
}

#[test]
fn what_cannot_be_read_is_refused_by_name_and_nothing_is_left() {
    let market = Market::new("tv:0:3:84:8");
    std::fs::write(market.folder.path().join("twice.csv"), "geo,cell\nG001,a\nG001,b\n").expect("written");
    let everywhere: Vec<String> = (1..=8).map(|i| format!("G{i:03}")).collect();
    for (changed, says) in [
        (
            vec![("--geos", "G099,G001")],
            vec!["the test: geos: ", "names `G099`, which is no geo of the data"],
        ),
        (vec![("--channel", "tvv")], vec!["channel: `tvv` is no channel of the data", "did you mean `tv`?"]),
        (vec![("--end", "2031-01-01")], vec!["end: `2031-01-01` is after the data"]),
        (vec![("--geos", &everywhere.join(","))], vec!["leaves 2 untreated", "at least 3"]),
        (vec![("--geos", "")], vec!["geos: none are named", "hint: name the treated geos with --geos"]),
        (
            vec![("--start", "2021-03-01"), ("--end", "2021-04-25")],
            vec!["only 8 weeks of data lie before the test", "at least 26 weeks"],
        ),
        (
            vec![("--channel", "search"), ("--spend-change", "-1")],
            vec!["did not change their spend on search", "hint: "],
        ),
        (vec![("--spend-change", "1e12")], vec!["spend-change: ", "is more than the"]),
        (
            vec![("--spend-change", ""), ("--usual-spend", "plan")],
            vec!["usual-spend: `plan` is no number and no column"],
        ),
        (vec![("--start", "soon")], vec!["--start"]),
        (vec![("--start", "2022-12-31")], vec!["end: ", "is before the start (2022-12-31)"]),
        (
            vec![("--readout-end", "2022-08-20")],
            vec!["readout-end: `2022-08-20` is before the end of the treatment"],
        ),
        (
            vec![("--readout-end", "2031-01-01")],
            vec!["readout-end: `2031-01-01` is after the data, which end on"],
        ),
        (vec![("--append", "nowhere/new.csv")], vec!["cannot append a row to nowhere/new.csv"]),
        (
            vec![("--cells", "twice.csv"), ("--geos", ""), ("--spend-change", "")],
            vec!["twice.csv, row 3", "`G001`"],
        ),
    ] {
        let row: &[&str] = if changed[0].0 == "--append" { &[] } else { &["--append", "new.csv"] };
        let run = market.readout(&changed, row);
        assert!(matches!(run.code(), Some(1 | 2)), "{changed:?}");
        run.complains(&says);
    }
    assert!(
        !market.folder.path().join("mmm-readout").exists() && !market.folder.path().join("new.csv").exists()
    );
    // Geos that nobody treated: 10 % more than guessed is nothing where guesses are 18 % off.
    let changed = [("--channel", "search"), ("--geos", "G003,G006"), ("--spend-change", "")];
    let run = market.readout(&changed, &["--json"]).finishes();
    let report: Value = serde_json::from_str(&run.stdout()).expect("stdout is JSON");
    let codes = report["warnings"].as_array().expect("warnings").iter().map(|w| w["code"].as_str());
    assert!(codes.flatten().any(|code| code == "change_of_spend_doubtful"), "{}", report["warnings"]);
}

/// Twelve weeks in which the treated geos sold 15 % more, long before the test, for a reason that no column tells.
#[test]
fn a_past_that_the_model_does_not_foretell_marks_the_reading() {
    let market = Market::new("tv:0:3:84:8");
    let geos = market.told("geos");
    let text = market.read("data.csv");
    let mut lines = text.lines();
    let header = lines.next().expect("a header");
    let at = |name: &str| header.split(',').position(|column| column == name).expect("a column");
    let (week, geo, revenue) = (at("week"), at("geo"), at("revenue"));
    let mut rows = vec![header.to_owned()];
    for line in lines {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let in_event = ("2022-03-28"..="2022-06-13").contains(&cells[week].as_str());
        if in_event && geos.split(',').any(|treated| treated == cells[geo]) {
            let usual: f64 = cells[revenue].parse().expect("a number");
            cells[revenue] = (1.15 * usual).round().to_string();
        }
        rows.push(cells.join(","));
    }
    std::fs::write(market.folder.path().join("data.csv"), rows.join("\n") + "\n").expect("written");
    let run = market.readout(&[], &["--json"]).finishes();
    let report: Value = serde_json::from_str(&run.stdout()).expect("stdout is JSON");
    let spread = report["placebo"]["spread"].as_f64().expect("windows");
    assert!(report["placebo"]["passed"] == false && spread > 1.5, "{}", report["placebo"]);
    let warnings = report["warnings"].as_array().expect("warnings");
    let told = warnings.iter().find(|w| w["code"] == "placebo_failed").expect("marked");
    let message = told["message"].as_str().expect("a message");
    assert!(message.contains(&format!("{spread:.1} times")), "{message}");
    assert!(told["hint"].as_str().is_some_and(|hint| hint.contains("larger by that factor")), "{told}");
    let page = market.read("mmm-readout/readout.html");
    assert!(page.contains("was off by more than it says"), "the page marks it too");
}
