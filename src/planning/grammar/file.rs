//! Named planning questions from a TOML file, one table each.

use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::question::RawQuestion;
use crate::error::Error;
use crate::words::nearest;

/// The keys of a table, which are the flags of `mmm scenario` with `_` for `-`.
const KEYS: [&str; 16] = [
    "set",
    "shift",
    "pause",
    "plan",
    "dated",
    "optimise",
    "budget",
    "min_outcome",
    "target_mroi",
    "target_roi",
    "margin",
    "risk",
    "bound",
    "group",
    "lock",
    "max_step",
];

/// Reads the questions in the order of the file.
///
/// # Errors
/// A file that cannot be read, is not TOML, holds no table, or has a key that does not exist.
pub fn read_questions(path: &Path) -> Result<Vec<(String, RawQuestion)>, Error> {
    let file = path.display().to_string();
    if path.is_dir() {
        return Err(wrong(
            &file,
            None,
            "is a directory, not a TOML file",
            Some("name the file inside it".into()),
        ));
    }
    let io = |source| Error::Io { action: "cannot read", path: path.to_owned(), source };
    let bytes = std::fs::read(path).map_err(io)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        wrong(&file, Some(line), "is not UTF-8 text", Some("save the file as UTF-8".into()))
    })?;
    parse(&file, &text)
}

fn wrong(file: &str, line: Option<usize>, problem: impl Into<String>, hint: Option<String>) -> Error {
    Error::Config { file: Some(file.to_owned()), line, problem: problem.into(), hint }
}

fn parse(file: &str, text: &str) -> Result<Vec<(String, RawQuestion)>, Error> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| 1 + text[..span.start].matches('\n').count());
        let at = line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default().trim();
        let problem = error.message().trim_end().replace('\n', "; ");
        let problem = if at.is_empty() { problem } else { format!("{problem} at `{}`", shorten(at)) };
        wrong(file, line, problem, Some("write a table for each plan, [name], and its keys once each".into()))
    })?;
    if table.is_empty() {
        let hint = "write a table for each plan: [more-tv] and below it set = [\"tv=+20%\"]";
        return Err(wrong(file, None, "holds no scenario", Some(hint.into())));
    }
    let mut questions = Vec::with_capacity(table.len());
    for (name, value) in table {
        if name.trim().is_empty() {
            return Err(wrong(file, None, "a table has no name", Some("name the plan: [more-tv]".into())));
        }
        let Value::Table(keys) = &value else {
            let hint = format!("write [{name}] on a line of its own, and the plan's keys below it");
            return Err(wrong(file, None, format!("`{name}` is not a table"), Some(hint)));
        };
        if let Some(unknown) = keys.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let hint = match nearest(unknown, KEYS.into_iter()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys are {}", KEYS.join(", ")),
            };
            return Err(wrong(file, None, format!("unknown key `{unknown}` in [{name}]"), Some(hint)));
        }
        let question = RawQuestion::deserialize(value.clone()).map_err(|e| {
            wrong(file, None, misfit(&name, keys).unwrap_or_else(|| e.to_string()), Some(FORMS.into()))
        })?;
        questions.push((name, question));
    }
    Ok(questions)
}

/// How the values of the keys look.
const FORMS: &str = "lists as set = [\"tv=+20%\"], texts as budget = \"+10%\", numbers as margin = 0.35, and \
                     optimise = true";

/// The key of a table whose value is of the wrong kind.
fn misfit(name: &str, keys: &Table) -> Option<String> {
    keys.iter().find_map(|(key, value)| {
        let alone = Table::from_iter([(key.clone(), value.clone())]);
        let error = RawQuestion::deserialize(Value::Table(alone)).err()?;
        Some(format!("[{name}], key `{key}`: {}", error.message().replace('\n', "; ")))
    })
}

/// The start of a line, for a message.
fn shorten(line: &str) -> String {
    let short: String = line.chars().take(40).collect();
    if short.len() < line.len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = r#"
[all]
set = ["tv=+20%"]
shift = ["a:b:10%"]
pause = ["print"]
plan = "plan.csv"
dated = true
optimise = true
budget = "+10%"
min_outcome = "+5%"
target_mroi = 1.0
target_roi = 2
margin = 0.35
risk = "q25"
bound = ["tv=0.5..1.5"]
group = ["video:tv,youtube=0.8..1.2"]
lock = ["radio"]
max_step = "20%"
[other]
"#;

    #[test]
    fn every_key_is_read_in_order() {
        let questions = parse("s.toml", ALL).unwrap();
        assert_eq!((questions[0].0.as_str(), questions[1].0.as_str()), ("all", "other"));
        assert_eq!(questions[1].1, RawQuestion::default());
        let all = &questions[0].1;
        assert_eq!((all.target_roi, all.max_step.as_deref()), (Some(2.0), Some("20%")));
        // Misspelling any key is noticed, so the list above and the reader know the same keys.
        let lines: Vec<&str> = ALL.lines().filter(|l| l.contains(" = ")).collect();
        assert_eq!(lines.len(), KEYS.len());
        for line in lines {
            let error = parse("s.toml", &ALL.replace(line, &format!("x{line}"))).unwrap_err();
            assert!(error.to_string().contains("unknown key `x"), "{error}");
            assert!(error.hint().is_some());
        }
    }

    #[test]
    fn what_is_no_scenario_file_is_refused() {
        for (text, problem) in [
            ("", "holds no scenario"),
            ("set = ['tv=1x']", "`set` is not a table"),
            ("[a]\nset = 'tv=1x'", "[a], key `set`: "),
            ("[a]\ndated = true\nbudget = 5", "[a], key `budget`: "),
            ("[a]\n[a]\n", "line 2"),
            ("['']\nset = ['tv=1x']", "no name"),
            ("[a]\nset = \n", "line 2"),
        ] {
            let error = parse("s.toml", text).unwrap_err().to_string();
            assert!(error.starts_with("s.toml") && error.contains(problem), "{error}");
        }
    }
}
