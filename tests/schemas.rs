//! Every document has a schema with an address of its own, and what the program really writes meets it. The documents
//! of `compare`, `readout` and `design`, which take longer fits, are held against theirs in `compare_cli`, `readout_cli`
//! and `design_cli`.

#[allow(dead_code, reason = "of what the tests share this one uses a part")]
mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{Folder, Run};
use serde_json::Value;

const SHORT: [&str; 7] = ["--chains", "2", "--warmup", "30", "--draws", "30", "--quiet"];

/// Names that `mmm schema` takes, as its help lists them.
fn names(folder: &Folder) -> Vec<String> {
    let help = folder.mmm(&["schema", "nothing"]).exits(2).stderr();
    let (_, listed) = help.split_once("[possible values: ").expect("the names");
    let (listed, _) = listed.split_once(']').expect("their end");
    listed.split(',').map(|name| name.trim().to_owned()).collect()
}

fn schema(folder: &Folder, name: &str) -> Value {
    serde_json::from_str(&folder.mmm(&["schema", name]).exits(0).stdout()).expect("a schema is JSON")
}

/// Holds a document against the schema that it names.
fn meets(folder: &Folder, name: &str, text: &str) {
    let document: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}: {e} in {text}"));
    assert_eq!(document["schema"], format!("mmm.{name}/1"));
    let validator = jsonschema::validator_for(&schema(folder, name)).expect("a valid schema");
    let problems: Vec<String> =
        validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(problems.is_empty(), "{name}: {problems:#?}");
    // A schema that asks for nothing would be met by anything.
    let strange = serde_json::json!({"schema": document["schema"]});
    assert!(!validator.is_valid(&strange), "{name} asks for no key");
}

#[test]
fn every_schema_has_an_address_and_names_its_document() {
    let folder = Folder::new();
    let names = names(&folder);
    assert!(names.len() >= 14, "{names:?}");
    let mut ids = BTreeSet::new();
    for name in &names {
        let schema = schema(&folder, name);
        assert_eq!(schema["$id"], format!("urn:mmm:schema:{name}:1"));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["properties"]["schema"]["const"], format!("mmm.{name}/1"), "{name}");
        assert!(ids.insert(schema["$id"].to_string()), "{name} shares its address");
    }
    let page =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).expect("docs/json.md");
    for name in &names {
        assert!(page.contains(&format!("`mmm schema {name}`")), "docs/json.md does not tell of {name}");
    }
}

#[test]
fn what_is_written_meets_its_schema() {
    let folder = Folder::new();
    let says = |name: &str, args: &[&str]| {
        let run: Run = folder.mmm(args).finishes();
        meets(&folder, name, &run.stdout());
    };
    let size = ["--geos", "6", "--weeks", "104", "--channels", "3", "--seed", "5", "--out", "m"];
    says("simulate", &[&["simulate", "--json"], &size[..]].concat());
    says("check", &["check", "m/data.csv", "--experiments", "m/experiments.csv", "--json"]);
    says("init", &["init", "m/data.csv", "--json"]);
    says("prior", &[&["fit", "m/data.csv", "--prior-only", "--json", "--out", "p"], &SHORT[..]].concat());
    let fit = [&["fit", "m/data.csv", "--experiments", "m/experiments.csv", "--json"], &SHORT[..]].concat();
    says("fit", &[&fit[..], &["--out", "before", "--holdout-weeks", "4"]].concat());
    says("fit", &[&fit[..], &["--out", "after", "--seed", "2"]].concat());
    // Here 1 says that something differs.
    meets(&folder, "diff", &folder.mmm(&["diff", "before", "after", "--json"]).stdout());
    for (name, file) in [("fit", "before/fit.json"), ("log", "before/log.json"), ("prior", "p/prior.json")] {
        let text = fs::read_to_string(folder.path().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        meets(&folder, name, &text);
    }
    says("report", &["report", "before", "--json"]);
    says("scenario", &["scenario", "before", "--budget", "+10%", "--by-geo", "--json"]);
    says("export", &["export", "before", "tables", "--format", "csv", "--json"]);
    let folds = ["validate", "m/data.csv", "--folds", "1", "--horizon", "4", "--json"];
    says("validate", &[&folds[..], &SHORT[..]].concat());
}
