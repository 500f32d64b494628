//! The seal of a `fit.json`: the hash of its values, by which an edit is noticed however the file is indented.

use serde_json::{Map, Number, Value};

use crate::sha256;

/// Key of the hash in the file.
pub(crate) const SEAL_KEY: &str = "values_sha256";
/// The first version whose fits all have one.
const SEALED_SINCE: (u64, u64) = (0, 2);

/// What to do with a fit whose values are not those that were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Edited {
    /// An error.
    #[default]
    Refuse,
    /// A note; its settings are checked all the same.
    Allow,
}

/// What a seal says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    /// The values are those that were written.
    Whole,
    /// They are not, or the hash was taken out.
    Broken,
    /// A version wrote the file that kept no hash.
    Absent,
}

impl Seal {
    pub(crate) fn of(stored: &Value) -> Seal {
        match stored.get(SEAL_KEY) {
            Some(seal) if seal.as_str() == Some(&digest(stored)) => Seal::Whole,
            None if !is_due(version(stored)) => Seal::Absent,
            _ => Seal::Broken,
        }
    }
}

fn version(stored: &Value) -> &str {
    stored.pointer("/tool/version").and_then(Value::as_str).unwrap_or_default()
}

/// Whether every fit of this version has hashes of its values and of the files beside it. What is no version is
/// no older one.
pub(crate) fn is_due(version: &str) -> bool {
    let mut parts = version.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= SEALED_SINCE,
        _ => true,
    }
}

/// SHA-256 of everything in the file but the seal: keys in order, no blanks, numbers by their value.
pub(crate) fn digest(stored: &Value) -> String {
    let mut text = String::new();
    match stored {
        Value::Object(all) => object(all, Some(SEAL_KEY), &mut text),
        other => canonical(other, &mut text),
    }
    sha256::of(text.as_bytes())
}

fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(all) => object(all, None, text),
        Value::Array(all) => {
            text.push('[');
            for (i, value) in all.iter().enumerate() {
                text.push_str(if i > 0 { "," } else { "" });
                canonical(value, text);
            }
            text.push(']');
        }
        Value::Number(number) => text.push_str(&by_value(number)),
        other => text.push_str(&other.to_string()),
    }
}

fn object(all: &Map<String, Value>, but: Option<&str>, text: &mut String) {
    let mut entries: Vec<(&String, &Value)> =
        all.iter().filter(|(key, _)| Some(key.as_str()) != but).collect();
    entries.sort_by_key(|(key, _)| *key);
    text.push('{');
    for (i, (key, value)) in entries.into_iter().enumerate() {
        text.push_str(if i > 0 { "," } else { "" });
        text.push_str(&Value::from(key.as_str()).to_string());
        text.push(':');
        canonical(value, text);
    }
    text.push('}');
}

/// One spelling for 1, 1.0 and 1e0: other tools write numbers in ways of their own.
fn by_value(number: &Number) -> String {
    const WHOLE: f64 = 18_446_744_073_709_551_616.0;
    match number.as_f64() {
        Some(x) if number.is_f64() && x.fract() == 0.0 && x.abs() < WHOLE => (x as i128).to_string(),
        Some(x) if number.is_f64() => format!("{x:e}"),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        digest(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn spelling_is_no_edit_and_a_value_is() {
        let text = r#"{"a": 1.0, "b": [0.1, 1e300, -0.0], "c": {"x": "é", "y": null}, "values_sha256": "0"}"#;
        let respelled = "{\"c\":{\"y\":null,\"x\":\"\\u00e9\"},\n\"b\":[1e-1,1.0e+300,0],\"a\":1}";
        assert_eq!(of(text), of(respelled));
        for (from, to) in [
            ("1.0", "1.0000000000000002"),
            ("null", "0"),
            ("\"x\"", "\"z\""),
            ("[0.1, 1e300, -0.0]", "[1e300, 0.1, -0.0]"),
            ("{\"a\": 1.0", "{\"d\": 1, \"a\": 1.0"),
        ] {
            assert_ne!(of(text), of(&text.replace(from, to)), "{from}");
        }
        // A large number with all its digits, and beside it the next.
        assert_eq!(of("[10000000000000000]"), of("[1e16]"));
        assert_ne!(of("[18446744073709551615]"), of("[18446744073709551614]"));
    }

    #[test]
    fn a_seal_may_be_missing_from_older_fits_alone() {
        let seal = |text: &str| Seal::of(&serde_json::from_str(text).unwrap());
        assert_eq!(seal(r#"{"tool": {"version": "0.1.9"}}"#), Seal::Absent);
        for text in ["{}", r#"{"tool": {"version": "0.2.0"}}"#, r#"{"tool": {"version": "x"}}"#, "3"] {
            assert_eq!(seal(text), Seal::Broken, "{text}");
        }
        let version = r#"{"tool": {"version": "0.2.0"}"#;
        let digest = of(&format!("{version}}}"));
        assert_eq!(seal(&format!("{version}, \"values_sha256\": \"{digest}\"}}")), Seal::Whole);
        assert_eq!(seal(&format!("{version}, \"values_sha256\": \"{digest}\", \"a\": 1}}")), Seal::Broken);
        // A wrong one is wrong in whatever version.
        assert_eq!(seal(r#"{"tool": {"version": "0.1.0"}, "values_sha256": "0"}"#), Seal::Broken);
    }
}
