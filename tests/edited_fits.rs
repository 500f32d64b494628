//! A `fit.json` that somebody changed: refused by every command that reads one, or taken as told, and its
//! settings checked in either case.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use common::Folder;
use serde_json::{Value, json};

/// A small market, its file and its fit.
fn original() -> &'static Path {
    static FIT: OnceLock<Folder> = OnceLock::new();
    let folder = FIT.get_or_init(|| {
        let folder = Folder::new().file("data.csv", csv());
        let short = ["--warmup", "30", "--draws", "8", "--chains", "2", "--adstock", "geometric:8"];
        let prior = ["--prior", "tv:roi=0.5..3", "--reliability", "price=0.9"];
        folder
            .mmm(&[&["fit", "data.csv", "--quiet", "--out", "fit"], &short[..], &prior].concat())
            .finishes();
        folder
    });
    folder.path()
}

fn csv() -> String {
    let mut text = "week,revenue,tv_spend,mail_spend,price\n".to_owned();
    for t in 0..70_u64 {
        let date = chrono::NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date") + chrono::Days::new(7 * t);
        let wave = |k: u64| t * k * 7919 % 101;
        let price = 100.0 + wave(11) as f64 / 7.0;
        text += &format!("{date},{}.5,{},{},{price}\n", 900 + wave(3), wave(5), wave(7));
    }
    text
}

/// The same market with families of carry-over and saturation, beliefs of each kind, a causal gap and a test.
fn with_families() -> &'static Path {
    static FIT: OnceLock<Folder> = OnceLock::new();
    let settings = "[channels.tv]\nspend = 'tv_spend'\nsaturation = 'michaelis_menten'\n\
                    adstock = { kind = 'pascal', r = 2 }\nprior.roi = { low = 0.5, high = 3.0 }\n\
                    curve_prior.half_saturation = { low = 10, high = 200 }\n\
                    curve_prior.retention = { mean = 0.5, sd = 0.15 }\n\
                    [channels.mail]\nspend = 'mail_spend'\nsaturation = 'root:0.5'\nadstock = { kind = 'dual' }\n\
                    causal_gap = { mean = -0.3, sd = 0.4 }\n";
    let folder = FIT.get_or_init(|| {
        let folder = Folder::new().file("data.csv", csv()).file("mmm.toml", settings).file(
            "tests.csv",
            "channel,start,end,lift,se,spend_change\ntv,2021-06-07,2021-07-04,60,40,150\n",
        );
        let short = ["--warmup", "30", "--draws", "8", "--chains", "2", "--quiet", "--out", "fit"];
        let told = ["fit", "data.csv", "--config", "mmm.toml", "--experiments", "tests.csv"];
        folder.mmm(&[&told[..], &short].concat()).finishes();
        folder
    });
    folder.path()
}

/// A copy of everything, its `fit.json` changed.
fn changed(change: impl FnOnce(&mut Value)) -> Folder {
    changed_of(original(), change)
}

fn changed_of(original: &Path, change: impl FnOnce(&mut Value)) -> Folder {
    let folder = Folder::new().file("data.csv", csv());
    for name in ["fit", "whole"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
        for entry in fs::read_dir(original.join("fit")).expect("a folder").flatten() {
            fs::copy(entry.path(), folder.path().join(name).join(entry.file_name())).expect("copied");
        }
    }
    let path = folder.path().join("fit/fit.json");
    let mut fit: Value = serde_json::from_slice(&fs::read(&path).expect("fit.json")).expect("JSON");
    change(&mut fit);
    fs::write(&path, serde_json::to_string_pretty(&fit).expect("JSON")).expect("written");
    folder
}

fn set(pointer: &str, value: Value) -> impl FnOnce(&mut Value) {
    let (above, key) = pointer.rsplit_once('/').expect("a pointer");
    let (above, key) = (above.to_owned(), key.to_owned());
    move |fit| match fit.pointer_mut(&above).expect("it is there") {
        Value::Array(list) => list[key.parse::<usize>().expect("a place")] = value,
        table => table[key] = value,
    }
}

/// Every command that reads a fit, and its exit code when there is trouble.
const READERS: [(&[&str], i32); 6] = [
    (&["scenario", "fit", "--set", "tv=+20%"], 1),
    (&["scenario", "fit", "--set", "tv@2021-02-01..=+20%"], 1),
    (&["report", "fit", "--out", "-"], 1),
    (&["diff", "whole", "fit"], 2),
    (&["fit", "--verify", "fit", "data.csv"], 2),
    (&["fit", "data.csv", "--since-last", "fit", "--carry-forward", "0.5", "--out", "new", "--quiet"], 1),
];

#[test]
fn settings_out_of_range_are_refused_by_every_reader_whatever_is_allowed() {
    let cases = [
        ("sampler/draws", json!(0), "sampler.draws is 0; it must be a whole number from 4 to 100000"),
        ("sampler/chains", json!(0), "sampler.chains is 0; it must be a whole number from 1 to 128"),
        ("sampler/thin", json!(0), "sampler.thin is 0; it must be a whole number from 1 to 100"),
        ("sampler/warmup", json!(0), "sampler.warmup is 0; it must be a whole number from 20 to 100000"),
        ("sampler/target_accept", json!(5), "sampler.target_accept is 5; it must be between 0.5 and 0.999"),
        (
            "model/adstock",
            json!({"kind": "binomial", "max_lag": 100_000_000_000_u64}),
            "model.adstock.max_lag is 100000000000; it must be a whole number from 1 to 5000",
        ),
        ("model/noise", json!("pink"), "model.noise is \"pink\"; it must be white, ar1"),
    ];
    for (key, value, words) in cases {
        let folder = changed(set(&format!("/run/config/{key}"), value));
        for (command, trouble) in READERS {
            for allowed in [&[][..], &["--allow-edited"]] {
                let run = folder.mmm(&[command, allowed].concat()).exits(trouble);
                run.complains(&[&format!("fit.json: run.config.{words}"), "hint: "]);
            }
        }
        assert!(!folder.path().join("new").exists());
    }
}

#[test]
fn an_edited_value_is_refused_or_said() {
    let folder = changed(set("/channels/0/roi/mean", json!(99.0)));
    for (command, trouble) in READERS {
        let run = folder.mmm(command).exits(trouble);
        run.complains(&[
            "error: fit/fit.json: its values are not those that `mmm fit` wrote",
            "--allow-edited",
        ]);
        let run = folder.mmm(&[command, &["--allow-edited"]].concat());
        assert!(matches!(run.code(), Some(0 | 1 | 3)), "{command:?}: {}", run.stderr());
        run.complains(&["warning: fit/fit.json: its values are not those that `mmm fit` wrote", "hint: "]);
    }
    let run = folder.mmm(&["fit", "--verify", "fit", "data.csv", "--allow-edited"]).exits(1);
    run.says(&["differs: channels[0].roi.mean: 99.0 before, now"]);
}

#[test]
fn another_indentation_is_no_edit() {
    let folder = changed(|_| ());
    for (command, _) in &READERS[..4] {
        let run = folder.mmm(command);
        assert!(matches!(run.code(), Some(0 | 3)), "{command:?}: {}", run.stderr());
        assert!(!run.stderr().contains("its values"), "{}", run.stderr());
    }
}

#[test]
fn to_remove_a_hash_switches_no_check_off() {
    let folder = changed(|fit| {
        fit.as_object_mut().expect("a table").remove("values_sha256");
    });
    folder.mmm(&["report", "fit", "--out", "-"]).exits(1).complains(&["its values are not those"]);
    let folder = changed(set("/files", json!([])));
    folder.mmm(&["diff", "whole", "fit"]).exits(2).complains(&["its values are not those"]);
    let run = folder.mmm(&["diff", "whole", "fit", "--allow-edited"]).exits(2);
    run.complains(&["draws.parquet: not a readable draws file: fit.json has no hash of it", "hint: "]);
    let run = folder.mmm(&["scenario", "fit", "--set", "tv=+20%", "--allow-edited"]).exits(1);
    run.complains(&["curves.parquet: not a readable draws file: fit.json has no hash of it"]);
}

#[test]
fn summary_and_draws_alone_can_be_compared() {
    let folder = changed(|_| ());
    for name in ["curves.parquet", "media.parquet", "weekly.csv", "log.json"] {
        for fit in ["fit", "whole"] {
            fs::remove_file(folder.path().join(fit).join(name)).expect("it was there");
        }
    }
    folder.mmm(&["diff", "whole/fit.json", "fit/fit.json"]).exits(0).says(&["identical"]);
}

#[test]
fn an_older_fit_is_read_with_a_note() {
    let folder = changed(|fit| {
        fit["tool"]["version"] = json!("0.1.0");
        fit.as_object_mut().expect("a table").remove("values_sha256");
    });
    let run = folder.mmm(&["report", "fit", "--out", "-"]).exits(0);
    run.complains(&["warning: fit/fit.json: an earlier version wrote it, which kept no hash of its values"]);
}

/// Every key below a table, tables and lists too.
fn keys(value: &Value, path: &str, found: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(table) => table.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in inside {
        let path = format!("{path}/{key}");
        found.push(path.clone());
        keys(value, &path, found);
    }
}

/// Runs in two threads and at most 1 GB of addresses; tells the exit code and stderr.
fn bounded(folder: &Folder, args: &[&str]) -> (Option<i32>, String) {
    let script = "ulimit -v 1048576; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_mmm")]).args(args).current_dir(folder.path());
    for threads in ["RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "MALLOC_ARENA_MAX"] {
        command.env(threads, "2");
    }
    let output = command.output().expect("sh starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Whatever stands at whatever key of the settings: an answer or an error, no panic, no abort, no flood of memory.
#[cfg(target_os = "linux")]
#[test]
fn no_value_of_any_setting_breaks_a_reader() {
    no_value_breaks(original(), &["/run/config"], &["/run/config/model/causal_gap"]);
}

#[cfg(target_os = "linux")]
#[test]
fn no_value_of_a_family_a_belief_or_a_test_breaks_a_reader() {
    let tables = ["/run/config/channels", "/run/experiments"];
    let present = [
        "/run/config/channels/tv/saturation",
        "/run/config/channels/tv/adstock/r",
        "/run/config/channels/mail/causal_gap/mean",
        "/run/experiments/rows/0/cells/lift",
    ];
    no_value_breaks(with_families(), &tables, &present);
}

/// Puts values of every sort at the keys of tables, of which some must be `present`.
#[cfg(target_os = "linux")]
fn no_value_breaks(original: &Path, tables: &[&str], present: &[&str]) {
    let whole = changed_of(original, |_| ());
    let fit: Value = serde_json::from_slice(&fs::read(whole.path().join("fit/fit.json")).expect("fit.json"))
        .expect("JSON");
    let mut all = Vec::new();
    tables.iter().for_each(|table| keys(fit.pointer(table).expect("it is there"), table, &mut all));
    assert!(all.len() > 20 && present.iter().all(|key| all.contains(&key.to_string())), "{all:?}");
    let values = [
        json!(null),
        json!("x"),
        json!([1]),
        json!({"a": {"b": 1}}),
        json!(true),
        json!(-1),
        json!(0),
        json!(0.5),
        json!(7),
        json!(100_000_000_000_u64),
        json!(1e300),
    ];
    let commands: [&[&str]; 3] = [
        &["scenario", "fit", "--set", "tv@2021-02-01..=+20%", "--allow-edited"],
        &["diff", "whole", "fit", "--allow-edited"],
        &["fit", "--verify", "fit", "data.csv", "--allow-edited"],
    ];
    let path = whole.path().join("fit/fit.json");
    for (i, key) in all.iter().enumerate() {
        for (j, value) in values.iter().enumerate() {
            let mut edited = fit.clone();
            set(key, value.clone())(&mut edited);
            fs::write(&path, edited.to_string()).expect("written");
            // Each value with one command, each key with all of them.
            let command = commands[(i + j) % commands.len()];
            let (code, said) = bounded(&whole, command);
            let is_said = matches!(code, Some(0..=3)) && !said.contains("panicked");
            assert!(is_said, "{key} = {value}: {command:?}: {code:?}: {said}");
            if matches!(code, Some(2)) || said.contains("error:") {
                assert!(said.contains("error: ") && !said.contains("memory"), "{key} = {value}: {said}");
            }
        }
    }
}
