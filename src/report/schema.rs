//! The JSON Schema of `fit.json`, and how that of every document is made.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::report::fit::{FIT_SCHEMA, Fit};

/// JSON Schema (draft 2020-12) that every `fit.json` of this version meets.
pub fn fit_schema() -> Value {
    schema_of::<Fit>(FIT_SCHEMA)
}

/// JSON Schema (draft 2020-12) of the documents that are written from `T`, whose `schema` is `name`, such as
/// `mmm.fit/1`; its `$id` is then `urn:mmm:schema:fit:1`.
pub fn schema_of<T: JsonSchema>(name: &str) -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    let id = name.strip_prefix("mmm.").unwrap_or(name).replace('/', ":");
    schema.insert("$id".to_owned(), format!("urn:mmm:schema:{id}").into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;

    fn errors(fit: &Value) -> Vec<String> {
        let validator = jsonschema::validator_for(&fit_schema()).unwrap();
        validator.iter_errors(fit).map(|e| format!("{}: {e}", e.instance_path())).collect()
    }

    fn json() -> Value {
        serde_json::from_slice(&testdata::fit().to_json().unwrap()).unwrap()
    }

    #[test]
    fn an_example_meets_the_schema() {
        assert_eq!(errors(&json()), Vec::<String>::new());
    }

    #[test]
    fn violations_are_found() {
        for (pointer, bad) in [
            ("/schema", Value::from("mmm.fit/2")),
            ("/channels/0/evidence/verdict", Value::from("certain")),
            ("/channels/0/roi/mean", Value::Null),
            ("/run/data/first", Value::from(3)),
        ] {
            let mut fit = json();
            *fit.pointer_mut(pointer).unwrap() = bad;
            assert!(!errors(&fit).is_empty(), "{pointer} accepted");
        }
        let mut fit = json();
        fit.as_object_mut().unwrap().remove("diagnostics");
        assert!(!errors(&fit).is_empty(), "a missing key accepted");
    }
}
