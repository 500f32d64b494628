//! What a tool answers: the JSON of a command, or a fault with its code and hints.

use serde_json::Value;

use super::child::Finished;
use super::fault::Fault;
use crate::commands::{BadUsage, Interrupted, NOT_CONVERGED};

/// What a command said on stderr, as `error:`, `because:` and `hint:` lines.
pub fn refused(finished: &Finished) -> Fault {
    let code = match finished.code {
        Some(code) if code == i32::from(BadUsage::EXIT_CODE) => "bad_usage",
        Some(code) if code == i32::from(Interrupted::EXIT_CODE) => "interrupted",
        Some(_) => "bad_input",
        None => "ended",
    };
    let (mut said, mut hints, mut hinting) = (Vec::new(), Vec::new(), false);
    for line in finished.errors.iter().map(|line| line.trim_end()) {
        if let Some(hint) = line.strip_prefix("hint: ") {
            hints.push(hint.to_owned());
            hinting = true;
        } else if let Some(error) = line.strip_prefix("error: ") {
            said.push(error.to_owned());
            hinting = false;
        } else if !hinting && !said.is_empty() && !line.is_empty() {
            said.push(line.trim_start().to_owned());
        }
    }
    if said.is_empty() {
        said.push(
            finished.errors.last().cloned().unwrap_or_else(|| "the command ended without a word".into()),
        );
    }
    Fault { code: code.into(), message: said.join("\n"), hints, exit_code: finished.code }
}

/// What a command printed, as JSON; a fault where it printed none.
pub fn document(finished: &Finished) -> Result<Value, Fault> {
    serde_json::from_str(&finished.output).map_err(|_| refused(finished))
}

/// The fault of a fit that did not converge: why, and what to try. `document` is a fit or an answer from one.
pub fn not_converged(diagnostics: &Value, warnings: &Value, what: &str) -> Fault {
    let texts = |list: &Value, key: Option<&str>| -> Vec<String> {
        let items = list.as_array().into_iter().flatten();
        let text = |item: &Value| key.map_or(item.clone(), |key| item[key].clone());
        items.filter_map(|item| Some(text(item).as_str()?.to_owned())).collect()
    };
    let reasons = texts(&diagnostics["reasons"], None);
    let about = warnings.as_array().into_iter().flatten();
    let about: Vec<Value> =
        about.filter(|w| w["code"].as_str().is_some_and(|c| c.contains("converge"))).cloned().collect();
    let because = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    let mut fault = Fault::new("not_converged", format!("{what}{because}"));
    fault.hints = texts(&Value::Array(about), Some("hint"));
    if fault.hints.is_empty() {
        fault.hints.push("run `mmm check` on the data, then fit with more warm-up and draws".into());
    }
    fault.exit_code = Some(i32::from(NOT_CONVERGED));
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(code: i32, errors: &[&str]) -> Finished {
        let errors = errors.iter().map(|line| (*line).to_owned()).collect();
        Finished { code: Some(code), output: String::new(), errors }
    }

    #[test]
    fn errors_keep_their_causes_and_hints() {
        let run = finished(
            1,
            &[
                "sampling 10 %: 5 of 50",
                "error: data.csv: no column `tv`",
                "  because: it is not there",
                "hint: a",
                "hint: b",
            ],
        );
        let fault = refused(&run);
        assert_eq!(fault.code, "bad_input");
        assert_eq!(fault.message, "data.csv: no column `tv`\nbecause: it is not there");
        assert_eq!(fault.hints, ["a", "b"]);
        assert_eq!(refused(&finished(2, &["error: bad flag"])).code, "bad_usage");
        assert!(!refused(&finished(1, &[])).message.is_empty());
    }
}
