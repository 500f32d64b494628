//! The pages of a design and of a reading in a real browser.

mod common;

#[path = "common/browser.rs"]
mod browser;

use std::fs;

use browser::Browser;
use common::Folder;

const SHORT: [&str; 5] = ["--warmup", "200", "--draws", "150", "--quiet"];
const CONTROLS: [&str; 2] = ["--controls", "price_index,promo,holiday,query_index"];
const TEST: [&str; 8] =
    ["--channel", "tv", "--start", "2022-08-15", "--end", "2022-10-09", "--spend-change", "-160000"];

/// A panel with a test, read twice: once well enough, once by chains that are too short.
fn read(folder: &Folder) -> [String; 2] {
    let size = ["--geos", "12", "--weeks", "104", "--channels", "3", "--seed", "11"];
    folder.mmm(&[&["simulate", "--out", "."], &size[..], &["--geo-test", "tv:0:3:84:8"]].concat()).exits(0);
    let truth = fs::read_to_string(folder.path().join("truth.json")).expect("a truth");
    let truth: serde_json::Value = serde_json::from_str(&truth).expect("JSON");
    let geos = truth["geo_test"]["geos"].as_array().expect("geos").iter().filter_map(|geo| geo.as_str());
    let geos = geos.collect::<Vec<_>>().join(",");
    let readout = |out: &str, flags: &[&str]| {
        let args = [&["readout", "data.csv", "--geos", &geos, "--out", out], &TEST[..], &CONTROLS, flags];
        let run = folder.mmm(&args.concat()).finishes();
        (run.code(), fs::read_to_string(folder.path().join(out).join("readout.html")).expect("a page"))
    };
    let (code, good) = readout("good", &SHORT);
    assert_eq!(code, Some(0), "it converges");
    let (code, bad) = readout("bad", &["--warmup", "20", "--draws", "20", "--chains", "2", "--quiet"]);
    assert_eq!(code, Some(3), "it does not");
    [good, bad]
}

#[test]
fn what_a_test_brought_can_be_read_anywhere() {
    let folder = Folder::new();
    let [good, bad] = read(&folder);
    for said in ["What did it bring?", "class=\"treated\"", "Rows for a file of experiments", "the test:"] {
        assert!(good.contains(said), "{said}");
        assert!(said == "class=\"treated\"" || !bad.contains(said), "{said} of what did not converge");
    }
    assert!(bad.contains("It tells nothing."), "{bad}");
    let Some(browser) = Browser::find(folder.path()) else { return };
    browser.accepts(&[("converged", &good), ("not converged", &bad)]);
    browser.prints("good/readout.html");
}

#[test]
fn what_to_test_can_be_read_anywhere() {
    let folder = Folder::new();
    let page = |geos: &str| {
        let world = format!("world{geos}");
        let data = format!("{world}/data.csv");
        let size = ["--weeks", "104", "--channels", "3", "--seed", "5", "--out", &world, "--geos", geos];
        folder.mmm(&[&["simulate"], &size[..]].concat()).exits(0);
        folder.mmm(&[&["fit", &data, "--out", "fit"], &CONTROLS[..], &SHORT].concat()).finishes();
        folder.mmm(&["design", "fit", &data, "--out", &format!("design{geos}")]).exits(0);
        let file = folder.path().join(format!("design{geos}")).join("design.html");
        fs::read_to_string(file).expect("a page")
    };
    let (panel, market) = (page("12"), page("1"));
    for said in
        ["What can it find?", "Which tests are worth their price?", "Treated geos", "mmm readout DATA.csv"]
    {
        assert!(panel.contains(said), "{said}");
    }
    assert!(market.contains("One market has nothing to be held against") && !market.contains("Treated geos"));
    let Some(browser) = Browser::find(folder.path()) else { return };
    browser.accepts(&[("panel", &panel), ("one market", &market)]);
    browser.prints("design12/design.html");
}
