//! No input makes a reader panic: edited CSV files, settings, fit.json, draws and plans.
//!
//! A few hundred cases of each run with the other tests. The long run is asked for by
//! `MMM_FUZZ_MINUTES=10 cargo test --release --test hostile_input -- --ignored --nocapture`.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use common::Folder;
use mmm::config::{FitConfig, RawConfig};
use mmm::data::{self, LoadOptions};
use mmm::diff::{self, Settings, Side};
use mmm::page::{PageOptions, page};
use mmm::report::Fit;
use mmm::show::{self, Detail, Format, Style};
use mmm::store::{self, Edited};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// What inputs are made of, and what breaks readers.
const TOKENS: [&str; 48] = [
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    "'",
    "=",
    "[",
    "]",
    "{",
    "}",
    ":",
    ".",
    "-",
    "0",
    "-1",
    "1e308",
    "-1e308",
    "1e-320",
    "0.0",
    "99999999999999999999",
    "18446744073709551615",
    "NaN",
    "inf",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "2021-01-04",
    "9999-12-31",
    "0000-00-00",
    "12/31/2020",
    "262142-12-31",
    "\u{feff}",
    "\u{0}",
    "é",
    "\u{1F600}",
    "revenue",
    "tv_spend",
    "geo",
    "mass = 2",
    "prior.roi",
    "spend",
    "#",
    "\\",
];

/// Numbers that a format takes and a computation may not.
const NUMBERS: [&str; 12] =
    ["0", "1", "2", "7", "-1", "0.5", "1e-9", "1e9", "1e300", "1e-300", "4294967296", "0.999999999"];

/// One change of a text; the place is a share of its length.
#[derive(Debug, Clone)]
enum Edit {
    Flip(f64, u8),
    Delete(f64, usize),
    Insert(f64, usize),
    Replace(f64, usize),
    /// The next number after the place becomes another: mostly still well-formed.
    Number(f64, usize),
    Repeat(f64, usize, u8),
    Cut(f64),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let at = || 0.0..1.0_f64;
    let one = prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(p, b)| Edit::Flip(p, b)),
        3 => (at(), 1..40_usize).prop_map(|(p, n)| Edit::Delete(p, n)),
        4 => (at(), 0..TOKENS.len()).prop_map(|(p, t)| Edit::Insert(p, t)),
        4 => (at(), 0..TOKENS.len()).prop_map(|(p, t)| Edit::Replace(p, t)),
        16 => (at(), 0..NUMBERS.len()).prop_map(|(p, n)| Edit::Number(p, n)),
        2 => (at(), 1..200_usize, 1..6_u8).prop_map(|(p, n, k)| Edit::Repeat(p, n, k)),
        1 => at().prop_map(Edit::Cut),
    ];
    prop::collection::vec(one, 1..5)
}

/// End of the word that begins at `start`: a replacement mostly hits one value.
fn word_end(bytes: &[u8], start: usize) -> usize {
    let inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+');
    start + bytes[start..].iter().take_while(|b| inside(b)).count().max(1)
}

fn apply(original: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for edit in edits {
        if bytes.is_empty() {
            break;
        }
        let at = |share: f64| ((share * bytes.len() as f64) as usize).min(bytes.len() - 1);
        match *edit {
            Edit::Flip(p, b) => {
                let i = at(p);
                bytes[i] ^= b;
            }
            Edit::Delete(p, n) => {
                let (i, end) = (at(p), (at(p) + n).min(bytes.len()));
                bytes.drain(i..end);
            }
            Edit::Insert(p, t) => {
                let i = at(p);
                bytes.splice(i..i, TOKENS[t].bytes());
            }
            Edit::Replace(p, t) => {
                let mut i = at(p);
                while i > 0 && word_end(&bytes, i - 1) > i {
                    i -= 1;
                }
                let end = word_end(&bytes, i);
                bytes.splice(i..end, TOKENS[t].bytes());
            }
            Edit::Number(p, n) => {
                let Some(i) = (at(p)..bytes.len()).find(|i| bytes[*i].is_ascii_digit()) else { continue };
                let end = word_end(&bytes, i);
                bytes.splice(i..end, NUMBERS[n].bytes());
            }
            Edit::Repeat(p, n, k) => {
                let (i, end) = (at(p), (at(p) + n).min(bytes.len()));
                let part = bytes[i..end].repeat(k.into());
                bytes.splice(i..i, part);
            }
            Edit::Cut(p) => bytes.truncate(at(p)),
        }
    }
    bytes
}

/// What the edits start from.
struct Corpus {
    folder: Folder,
    files: BTreeMap<&'static str, Vec<u8>>,
}

const SETTINGS: &str = "[data]\ndate = \"week\"\noutcome = \"revenue\"\nchannels = [\"tv_spend\", \"mail_*\"]\n\
controls = [\"price\"]\nfrom = 2021-01-04\nto = \"2022-01-04\"\n[channels.tv]\nspend = \"tv_spend\"\n\
adstock = { kind = \"geometric\", max_lag = 8 }\nslope = 1\nprior.roi = { low = 0.8, high = 3.0, mass = 0.9 }\n\
curve_prior.retention = { mean = 0.3, sd = 0.1 }\n[model]\nnoise = \"white\"\ntrend_knot_weeks = 13\n\
[sampler]\nseed = 1\nchains = 4\nthreads = 2\n";
const PLANS: &str = "[more-tv]\nset = [\"tv=+20%\"]\n[cautious]\noptimise = true\nrisk = \"q25\"\nbudget = \"+10%\"\n\
bound = [\"tv=0.5..1.5\"]\nmax_step = \"15%\"\n[down]\nshift = [\"tv:mail:10%\"]\npause = [\"mail\"]\nmargin = 0.4\n";

fn csv() -> String {
    let mut text = "week,geo,revenue,tv_spend,mail_spend,mail_clicks,price,event\n".to_owned();
    for t in 0..60_u64 {
        let date = chrono::NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date") + chrono::Days::new(7 * t);
        for (g, geo) in ["north", "south"].iter().enumerate() {
            let wave = |k: u64| (t + 31 * g as u64) * k * 7919 % 101;
            let (y, tv, mail, price) = (900 + wave(3), wave(5), wave(7), 100 + wave(11) % 10);
            let event = ["na", "sale"][(t % 2) as usize];
            text += &format!("{date},{geo},{y}.5,{tv},{mail},{},{price},{event}\n", mail * 9);
        }
    }
    text
}

fn corpus() -> &'static Corpus {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    CORPUS.get_or_init(|| {
        let folder = Folder::new().file("data.csv", csv());
        let short = ["--warmup", "30", "--draws", "8", "--chains", "2", "--weekly-effect=false"];
        folder.mmm(&[&["fit", "data.csv", "--quiet"], &short[..]].concat()).finishes();
        let read = |name: &str| fs::read(folder.path().join("mmm-out").join(name)).expect("an output");
        let mut files: BTreeMap<_, _> =
            ["fit.json", "draws.parquet", "curves.parquet"].map(|name| (name, read(name))).into();
        files.insert("data.csv", csv().into_bytes());
        files.insert("mmm.toml", SETTINGS.into());
        files.insert("plans.toml", PLANS.into());
        Corpus { folder, files }
    })
}

const TARGETS: [&str; 6] =
    ["data.csv", "mmm.toml", "fit.json", "draws.parquet", "curves.parquet", "plans.toml"];

/// Reads the edited file with everything that reads such files; whether it was accepted.
fn feed(target: &str, edits: &[Edit], scratch: &Path) -> bool {
    let corpus = corpus();
    let bytes = apply(&corpus.files[target], edits);
    let path = scratch.join(target);
    let write =
        |name: &str, bytes: &[u8]| fs::write(scratch.join(name), bytes).expect("a file can be written");
    write(target, &bytes);
    match target {
        "data.csv" => read_data(&path),
        "mmm.toml" => match mmm::config::read(&path).and_then(|raw| raw.resolve(RawConfig::default())) {
            Ok(resolved) => {
                let data = corpus.folder.path().join("data.csv");
                if let Ok((dataset, _)) = data::load(&data, &resolved.load) {
                    let _ = data::settle(resolved.fit, &dataset, &resolved.load);
                }
                true
            }
            Err(error) => say(&error),
        },
        "fit.json" => {
            for name in ["draws.parquet", "curves.parquet"] {
                write(name, &corpus.files[name]);
            }
            read_fit(scratch)
        }
        "draws.parquet" | "curves.parquet" => {
            write("fit.json", &corpus.files["fit.json"]);
            let fit = Fit::read(scratch).expect("this one is whole");
            match target {
                "draws.parquet" => Side::read(scratch).is_ok_and(|side| compare(&side)),
                _ => match store::read_curves(scratch, &fit).map(mmm::planning::channel_curves) {
                    Ok(Ok(curves)) => {
                        let _ = mmm::planning::default_scenarios(&curves, 60.0);
                        true
                    }
                    _ => false,
                },
            }
        }
        _ => mmm::planning::read_questions(&path).is_ok(),
    }
}

fn say(error: &mmm::Error) -> bool {
    assert!(!error.to_string().is_empty());
    let _ = error.hint();
    false
}

fn read_data(path: &Path) -> bool {
    let options = LoadOptions::default();
    let _ = data::column_names(path);
    match data::load(path, &options) {
        Ok((dataset, _)) => {
            if let Ok(config) = data::settle(FitConfig::default(), &dataset, &options) {
                let _ = data::check(&dataset, &config);
                let _ = data::vet(&dataset, &config);
                let _ = mmm::model::Design::new(&dataset, &config);
            }
            let _ = data::period_digests(&dataset);
            true
        }
        Err(error) => say(&error),
    }
}

fn read_fit(folder: &Path) -> bool {
    // Edits are what is tried here: what their hash refuses is read all the same.
    let Ok((fit, _)) = Fit::read_with(folder, Edited::Allow) else { return false };
    let _ = show::summary(&fit, Style::Plain, Detail::Short);
    let _ = show::summary(&fit, Style::Plain, Detail::Full);
    if let Ok(page) = page(folder, &fit, &PageOptions::default()) {
        let _ = show::report(&fit, &page);
    }
    let _ = mmm::previous::raw_settings(&fit).and_then(|raw| raw.resolve(RawConfig::default()));
    if let Ok(curves) = store::read_curves(folder, &fit)
        && let Ok(curves) = mmm::planning::channel_curves(curves)
    {
        let _ = mmm::planning::default_scenarios(&curves, 60.0);
    }
    Side::read_with(folder, Edited::Allow).is_ok_and(|(side, _)| compare(&side))
}

/// The edited fit against the whole one, both ways.
fn compare(side: &Side) -> bool {
    let whole = Side::read(&corpus().folder.path().join("mmm-out")).expect("this one is whole");
    for (old, new) in [(&whole, side), (side, &whole)] {
        let report = diff::diff(old, new, Settings::default());
        let _ = show::diff_text(&report, Format::Text);
        let _ = show::diff_text(&report, Format::Markdown);
        let _ = report.to_json();
    }
    true
}

/// Runs `cases` on one target; a failure is shrunk to its smallest edits.
fn bounded(target: &str, cases: u32) {
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let run = runner.run(&edits(), |edits| {
        feed(target, &edits, scratch.path());
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{target}: {error}"));
}

#[test]
fn csv_readers_do_not_panic() {
    bounded("data.csv", 400);
}

#[test]
fn settings_and_plan_readers_do_not_panic() {
    bounded("mmm.toml", 600);
    bounded("plans.toml", 600);
}

#[test]
fn fit_readers_do_not_panic() {
    bounded("fit.json", 150);
}

#[test]
fn draws_readers_do_not_panic() {
    bounded("draws.parquet", 150);
    bounded("curves.parquet", 150);
}

#[test]
fn the_unedited_inputs_are_accepted() {
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    for target in TARGETS {
        assert!(feed(target, &[], scratch.path()), "{target}");
    }
}

#[test]
#[ignore = "runs for as many minutes as MMM_FUZZ_MINUTES says"]
fn long_run() {
    let minutes: f64 = std::env::var("MMM_FUZZ_MINUTES").ok().and_then(|m| m.parse().ok()).unwrap_or(1.0);
    let end = Instant::now() + Duration::from_secs_f64(60.0 * minutes);
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let mut runner = TestRunner::default();
    let strategy = edits();
    let mut counts: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    while Instant::now() < end {
        for target in TARGETS {
            let edits = strategy.new_tree(&mut runner).expect("nothing is filtered").current();
            let run = || feed(target, &edits, scratch.path());
            let count = counts.entry(target).or_default();
            count[0] += 1;
            match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
                Ok(accepted) => count[1] += u64::from(accepted),
                Err(_) => {
                    count[2] += 1;
                    println!("PANIC {target}: {edits:?}");
                }
            }
        }
    }
    for (target, [runs, accepted, panics]) in &counts {
        println!("{target}: {runs} executions, {accepted} accepted, {panics} panics");
    }
    assert!(counts.values().all(|[_, _, panics]| *panics == 0));
}
