//! The page in a real browser: nothing overflows or overlaps on a phone or a desktop, and it prints on a few sheets.
//! Without a browser the test says so and passes: `apt-get install chromium` brings one, `MMM_BROWSER` names another.

mod common;

#[path = "common/browser.rs"]
mod browser;

use std::fs;
use std::path::Path;

use browser::Browser;
use common::Folder;

fn example(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    file.to_str().expect("the path is UTF-8").to_owned()
}

/// Pages of the national example: one that converged, with every part that a page can have, and one that could not.
fn pages(folder: &Folder) -> [String; 2] {
    let (data, tests) = (example("national/data.csv"), example("national/experiments.csv"));
    let controls = ["fit", &data, "--controls", "price_index,promo,holiday,query_index", "--quiet"];
    let fit =
        |out: &str, flags: &[&str]| folder.mmm(&[&controls, flags, &["--out", out]].concat()).finishes();
    let told = ["--warmup", "400", "--draws", "250", "--experiments", &tests, "--sensitivity"];
    fit("good", &told).exits(0);
    fit("earlier", &["--warmup", "100", "--draws", "60", "--chains", "2"]).finishes();
    let forecast = ["validate", &data, "--folds", "2", "--warmup", "60", "--draws", "60", "--chains", "2"];
    let forecast = folder.mmm(&[&forecast[..], &controls[2..4], &["--json", "--quiet"]].concat()).finishes();
    fs::write(folder.path().join("forecast.json"), forecast.stdout()).expect("it can be written");
    fit("bad", &["--warmup", "20", "--draws", "30", "--chains", "2"]).exits(3);
    ["good", "bad"].map(|name| {
        let flags = ["--title", "Media & money <2026>", "--currency", "EUR", "--margin", "40%"];
        let beside = ["--backtest", "forecast.json", "--since", "earlier"];
        folder.mmm(&[&["report", name], &flags[..], &beside].concat()).exits(0);
        fs::read_to_string(folder.path().join(name).join("report.html")).expect("a page")
    })
}

#[test]
fn nothing_overflows_overlaps_or_takes_too_many_sheets() {
    let folder = Folder::new();
    let Some(browser) = Browser::find(folder.path()) else { return };
    let [good, bad] = pages(&folder);
    for page in [&good, &bad] {
        assert!(page.contains("<title>Media &amp; money &lt;2026&gt;</title>"), "the title is escaped");
        assert!(!page.contains("<script"), "nothing runs");
    }
    for part in [
        "Does the model follow the outcome?",
        "What did media add, and when?",
        "Where does it come from?",
        "Does the money go where the effect is?",
        "What came back for what was spent?",
        "What would more, or less, spend bring?",
        "How long does it last?",
        "What does the plan change?",
        "What would another budget bring?",
        "Do tests and model agree?",
        "What if query_index is measured otherwise?",
        "What if something unseen drives both?",
        "What was forecast, and what came?",
        "Has the return moved?",
    ] {
        assert!(good.contains(part), "{part}");
        assert!(
            part.starts_with("Does the model follow") || !bad.contains(part),
            "{part} without convergence"
        );
    }
    browser.accepts(&[("converged", &good), ("not converged", &bad)]);
    browser.prints("good/report.html");
}

#[test]
fn json_holds_what_the_page_answers() {
    let folder = Folder::new();
    let data = example("national/data.csv");
    folder.mmm(&["fit", &data, "--quiet", "--warmup", "100", "--draws", "50", "--report"]).finishes();
    let run = folder.mmm(&["report", "mmm-out", "--json", "--currency", "EUR"]).exits(0);
    let told: serde_json::Value = serde_json::from_str(&run.stdout()).expect("JSON");
    let schema = folder.mmm(&["schema", "report"]).exits(0).stdout();
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&told).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(told["span"]["words"], "a year");
    folder.mmm(&["report", "mmm-out", "--margin", "0"]).exits(2).complains(&["it must be a share above 0 %"]);
    let folder = folder.file("other.json", "{\"schema\": \"mmm.fit/1\"}");
    let run = folder.mmm(&["report", "mmm-out", "--backtest", "other.json"]).exits(1);
    run.complains(&["other.json: schema is mmm.fit/1, this needs mmm.validate/1", "hint:"]);
}
