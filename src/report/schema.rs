//! The JSON Schema of `fit.json`.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::report::fit::Fit;

/// JSON Schema (draft 2020-12) that every `fit.json` of this version meets.
pub fn fit_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.into_root_schema_for::<Fit>().to_value()
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
