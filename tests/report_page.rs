//! The page in a real browser: nothing overflows or overlaps on a phone or a desktop, and it prints on a few sheets.
//! Without a browser the test says so and passes: `apt-get install chromium` brings one, `MMM_BROWSER` names another.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::Folder;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// What keeps a browser from looking for its maker, and lets it run as root.
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
];
const MOST_SHEETS: usize = 6;
const MEASURE: &str = include_str!("measure_page.js");

fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("MMM_BROWSER") {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    BROWSERS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

/// What the browser prints.
fn browse(browser: &Path, folder: &Folder, flags: &[&str]) -> String {
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let mut command = Command::new(browser);
    command.args(FLAGS).arg(profile).args(flags).current_dir(folder.path());
    let output = command.output().expect("the browser starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn example(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    file.to_str().expect("the path is UTF-8").to_owned()
}

/// Pages of the national example: one that converged, one that could not.
fn pages(folder: &Folder) -> [String; 2] {
    let (data, tests) = (example("national/data.csv"), example("national/experiments.csv"));
    let controls = ["fit", &data, "--controls", "price_index,promo,holiday,query_index", "--quiet"];
    let fit =
        |out: &str, flags: &[&str]| folder.mmm(&[&controls, flags, &["--out", out]].concat()).finishes();
    fit("good", &["--warmup", "400", "--draws", "250", "--experiments", &tests]).exits(0);
    fit("bad", &["--warmup", "20", "--draws", "30", "--chains", "2"]).exits(3);
    ["good", "bad"].map(|name| {
        let flags = ["--title", "Media & money <2026>", "--currency", "EUR", "--margin", "40%"];
        folder.mmm(&[&["report", name], &flags[..]].concat()).exits(0);
        fs::read_to_string(folder.path().join(name).join("report.html")).expect("a page")
    })
}

/// A frame of a width that holds a page.
fn frame(id: &str, width: usize, page: &str) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<iframe id=\"{id}\" width=\"{width}\" height=\"900\" style=\"border:0\" srcdoc=\"{page}\"></iframe>\n"
    )
}

fn sheets(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    text.matches("/Type /Page").count() - text.matches("/Type /Pages").count()
}

#[test]
fn nothing_overflows_overlaps_or_takes_too_many_sheets() {
    let Some(browser) = browser() else {
        println!("skipped: no browser; apt-get install chromium, or name one in MMM_BROWSER");
        return;
    };
    let folder = Folder::new();
    let [good, bad] = pages(&folder);
    for page in [&good, &bad] {
        assert!(page.contains("<title>Media &amp; money &lt;2026&gt;</title>"), "the title is escaped");
        assert!(!page.contains("<script"), "nothing runs");
    }
    let frames = [
        ("phone", 400, &good),
        ("desktop", 1280, &good),
        ("phone, failed", 400, &bad),
        ("failed", 1280, &bad),
    ];
    let frames: String = frames.iter().map(|(id, width, page)| frame(id, *width, page)).collect();
    let wrapper =
        format!("<!doctype html><meta charset=\"utf-8\"><body>{frames}<script>{MEASURE}</script></body>");
    fs::write(folder.path().join("wrapper.html"), wrapper).expect("it can be written");
    let dom = browse(&browser, &folder, &["--window-size=1400,1000", "--dump-dom", "wrapper.html"]);
    let found = dom.split("<pre id=\"found\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    assert_eq!(found.map(str::trim), Some("measured 4 frames"));

    let pdf = folder.path().join("page.pdf");
    let to = format!("--print-to-pdf={}", pdf.display());
    browse(&browser, &folder, &[&to, "--no-pdf-header-footer", "good/report.html"]);
    let n = sheets(&fs::read(&pdf).expect("a PDF"));
    assert!((2..=MOST_SHEETS).contains(&n), "{n} sheets");
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
