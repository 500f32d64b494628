//! What `mmm scenario --json` prints, checked.

use std::sync::OnceLock;

use serde_json::Value;

use super::common::Folder;

/// An answer, which must be of the schema that `mmm schema scenario` prints.
pub fn scenario(text: &str) -> Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| {
        serde_json::from_str(&Folder::new().mmm(&["schema", "scenario"]).exits(0).stdout()).unwrap()
    });
    let answer: Value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&answer).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    answer
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}
