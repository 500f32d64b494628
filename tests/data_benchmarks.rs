//! Every benchmark data set loads by its stated roles, and by none says what is needed.
//!
//! The sets are not part of the crate; where they are absent the tests say so and pass.

use std::path::{Path, PathBuf};

use mmm::data::{LoadOptions, load};
use serde_json::Value;

/// The folders below `../shared/data` that hold a data set.
fn data_sets() -> Vec<PathBuf> {
    let root = std::env::var_os("MMM_BENCHMARK_DATA").map(PathBuf::from);
    let root = root.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|e| e.path()).filter(|p| p.is_dir()).collect()
    };
    let mut sets: Vec<PathBuf> = folders(&root).iter().flat_map(|group| folders(group)).collect();
    sets.retain(|set| set.join("roles.json").exists());
    sets.sort();
    if sets.is_empty() {
        println!("skipped: no benchmark data at {}", root.display());
    }
    sets
}

fn roles(set: &Path) -> Value {
    let text = std::fs::read_to_string(set.join("roles.json")).expect("roles.json is readable");
    serde_json::from_str(&text).expect("roles.json is JSON")
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn options(roles: &Value) -> LoadOptions {
    let text = |key: &str| roles[key].as_str().map(str::to_owned);
    let mut options = LoadOptions {
        date: text("date"),
        outcome: text("outcome"),
        geo: text("geo"),
        population: text("population"),
        revenue_per_outcome: text("revenue_per_kpi"),
        organic: strings(&roles["organic"]),
        controls: [strings(&roles["controls"]), strings(&roles["non_media"])].concat(),
        ..LoadOptions::default()
    };
    for channel in roles["channels"].as_object().expect("channels").values() {
        match (channel["spend"].as_str(), channel["media"].as_str()) {
            (Some(spend), media) => {
                options.channels.push(spend.to_owned());
                if let Some(media) = media.filter(|m| *m != spend) {
                    options.exposure.push((spend.to_owned(), media.to_owned()));
                }
            }
            (None, Some(media)) => options.organic.push(media.to_owned()),
            (None, None) => {}
        }
    }
    options
}

#[test]
fn stated_roles_load_every_set() {
    for set in data_sets() {
        let roles = roles(&set);
        let options = options(&roles);
        let (data, _) = load(&set.join("data.csv"), &options)
            .unwrap_or_else(|e| panic!("{}: {e}\nhint: {:?}", set.display(), e.hint()));
        assert_eq!(data.outcome.name, roles["outcome"].as_str().expect("outcome"), "{}", set.display());
        assert_eq!(data.n_channels(), options.channels.len() + options.organic.len(), "{}", set.display());
        assert_eq!(data.present.iter().filter(|p| **p).count(), data.source.rows, "{}", set.display());
        println!(
            "{}: {} geos × {} periods, {} controls, {:?}",
            set.display(),
            data.n_geos(),
            data.n_periods(),
            data.controls.len(),
            data.outcome.kind
        );
    }
}

#[test]
fn inferred_roles_agree_or_the_error_says_what_to_name() {
    for set in data_sets() {
        let outcome = roles(&set)["outcome"].as_str().expect("outcome").to_owned();
        match load(&set.join("data.csv"), &LoadOptions::default()) {
            Ok((data, warnings)) => {
                assert_eq!(data.outcome.name, outcome, "{}", set.display());
                println!("{}: {:?}\n  {warnings:?}", set.display(), data.roles);
            }
            Err(error) => {
                let hint = error.hint().expect("an error of roles has a hint");
                assert!(hint.contains("--"), "{}: {error}\n{hint}", set.display());
                println!("{}: {error}\n  {hint}", set.display());
            }
        }
    }
}
