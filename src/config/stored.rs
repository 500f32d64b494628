//! The settings in a stored `fit.json`, looked at key by key: what serde says of a wrong type names no key.

use serde_json::Value;

use super::table::{self, Section};

/// What of `settings`, found at `place` of a file, is of another kind than the table says, or out of range.
pub(crate) fn stored_faults(place: &str, settings: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    walk(place, &mut Vec::new(), settings, &mut faults);
    faults
}

fn walk<'v>(place: &str, path: &mut Vec<&'v str>, value: &'v Value, faults: &mut Vec<String>) {
    if let Some((key, above)) = path.split_last()
        && let Some(setting) = Section::at(above).and_then(|section| table::find(section, key))
    {
        let is_unset = setting.optional && value.is_null();
        if !is_unset && !setting.range.holds_json(value) {
            let (path, shown, range) = (path.join("."), shown(value), setting.range);
            faults.push(format!("{place}.{path} is {shown}; it must be {range}"));
        }
        return;
    }
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                path.push(key);
                walk(place, path, value, faults);
                path.pop();
            }
        }
        _ if path.is_empty() => faults.push(format!("{place} is {}; it must be a table", shown(value))),
        Value::Null if may_be_absent(path) => {}
        _ if is_table(path) => {
            faults.push(format!("{place}.{} is {}; it must be a table", path.join("."), shown(value)));
        }
        // A key that there is not; serde names it.
        _ => {}
    }
}

/// Whether keys stand below `path`.
fn is_table(path: &[&str]) -> bool {
    let parents = matches!(path, ["channels" | "controls"] | ["channels", _, "prior" | "curve_prior"]);
    parents || Section::at(path).is_some()
}

/// Whether a fit may have null in place of this table.
fn may_be_absent(path: &[&str]) -> bool {
    matches!(path, ["channels", _, _] | ["channels", _, "curve_prior", _])
}

/// The beginning of a value.
fn shown(value: &Value) -> String {
    const SHOWN: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FitConfig;
    use serde_json::json;

    #[test]
    fn the_defaults_have_no_fault() {
        assert_eq!(stored_faults("run.config", &json!(FitConfig::default())), [""; 0]);
        let own = json!({"channels": {"tv": {"adstock": null, "slope": null, "prior": null}}});
        assert_eq!(stored_faults("run.config", &own), [""; 0]);
    }

    #[test]
    fn key_value_and_range_are_named() {
        let cases = [
            (
                json!({"sampler": {"draws": -5}}),
                "c.sampler.draws is -5; it must be a whole number from 4 to 100000",
            ),
            (
                json!({"sampler": {"chains": "4"}}),
                "c.sampler.chains is \"4\"; it must be a whole number from 1 to 128",
            ),
            (json!({"sampler": {"chains": null}}), "c.sampler.chains is null; it must be a whole number"),
            (json!({"sampler": 3}), "c.sampler is 3; it must be a table"),
            (json!([]), "c is []; it must be a table"),
            (json!({"model": {"noise": "pink"}}), "c.model.noise is \"pink\"; it must be white, ar1"),
            (
                json!({"model": {"adstock": {"kind": "binomial", "max_lag": 1e11}}}),
                "c.model.adstock.max_lag is 100000000000.0",
            ),
            (
                json!({"channels": {"a.b": {"slope": true}}}),
                "c.channels.a.b.slope is true; it must be between",
            ),
            (
                json!({"channels": {"tv": {"prior": {"roi": {"sd_log": []}}}}}),
                "c.channels.tv.prior.roi.sd_log is []",
            ),
            (
                json!({"controls": {"q": {"reliability": 7}}}),
                "c.controls.q.reliability is 7; it must be above 0 and at most 1",
            ),
        ];
        for (settings, expected) in cases {
            let faults = stored_faults("c", &settings);
            assert!(faults.len() == 1 && faults[0].starts_with(expected), "{settings}: {faults:?}");
        }
    }
}
