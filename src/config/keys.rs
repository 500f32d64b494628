//! Keys of `mmm.toml` that do not exist, told by line with the key that was probably meant.

use toml::de::{DeTable, DeValue};

use super::Adstock;
use crate::error::Error;

/// What a table of the file may hold.
enum Shape {
    /// The keys by name.
    Table(&'static [(&'static str, Shape)]),
    /// Values with these keys.
    Values(&'static [&'static str]),
    /// Any name; all entries alike.
    Named(&'static Shape),
    /// A value, judged when it is read.
    Value,
}

use Shape::{Named, Table, Value, Values};

const LOG_NORMAL: Shape =
    Table(&[("median", Value), ("sd_log", Value), ("low", Value), ("high", Value), ("mass", Value)]);
const ADSTOCK: Shape = Values(Adstock::KEYS);
const CHANNEL: Shape = Table(&[
    ("spend", Value),
    ("exposure", Value),
    ("adstock", ADSTOCK),
    ("saturation", Value),
    ("drift", Value),
    ("slope", Value),
    ("prior", Table(&[("roi", LOG_NORMAL), ("share", LOG_NORMAL), ("marginal_roi", LOG_NORMAL)])),
    (
        "curve_prior",
        Table(&[
            ("half_saturation", LOG_NORMAL),
            ("slope", LOG_NORMAL),
            ("retention", Table(&[("mean", Value), ("sd", Value)])),
        ]),
    ),
    ("causal_gap", Table(&[("mean", Value), ("sd", Value)])),
    ("captures_demand", Value),
]);
const CONTROL: Shape = Table(&[("reliability", Value)]);
/// The same keys as [`super::RawConfig`]; a test holds the two together.
const CONFIG: &[(&str, Shape)] = &[
    (
        "data",
        Table(&[
            ("date", Value),
            ("outcome", Value),
            ("outcome_kind", Value),
            ("geo", Value),
            ("population", Value),
            ("revenue_per_outcome", Value),
            ("channels", Value),
            ("exposure", Value),
            ("organic", Value),
            ("controls", Value),
            ("exclude", Value),
            ("from", Value),
            ("to", Value),
            ("zero_weeks", Value),
            ("decimal", Value),
            ("national", Value),
        ]),
    ),
    ("channels", Named(&CHANNEL)),
    ("controls", Named(&CONTROL)),
    ("experiments", Table(&[("file", Value)])),
    (
        "model",
        Table(&[
            ("holdout_weeks", Value),
            ("adstock", ADSTOCK),
            ("saturation", Value),
            ("drift", Value),
            ("noise", Value),
            ("weekly_effect", Value),
            ("scaling", Value),
            ("trend_knot_weeks", Value),
            ("seasonality_pairs", Value),
            ("causal_gap", Value),
        ]),
    ),
    (
        "sampler",
        Table(&[
            ("seed", Value),
            ("chains", Value),
            ("warmup", Value),
            ("draws", Value),
            ("thin", Value),
            ("target_accept", Value),
            ("threads", Value),
        ]),
    ),
];

/// Refuses the first key that does not exist.
pub(super) fn check(file: &str, text: &str) -> Result<(), Error> {
    let document = DeTable::parse(text).map_err(|error| located(file, text, &error))?;
    check_table(file, text, document.get_ref(), CONFIG, "")
}

/// The same of a file with such settings in every table; refuses what is no table.
pub(super) fn check_named(file: &str, text: &str) -> Result<(), Error> {
    let document = DeTable::parse(text).map_err(|error| located(file, text, &error))?;
    document.get_ref().iter().try_for_each(|(name, value)| match value.get_ref() {
        DeValue::Table(table) => check_table(file, text, table, CONFIG, name.get_ref()),
        _ => Err(Error::Config {
            file: Some(file.to_owned()),
            line: Some(line_of(text, name.span().start)),
            problem: format!("`{}` is no table", name.get_ref()),
            hint: Some(
                "each model is a table of settings, such as [late.model] with `noise = \"white\"`".into(),
            ),
        }),
    })
}

fn check_table(
    file: &str,
    text: &str,
    table: &DeTable<'_>,
    known: &[(&str, Shape)],
    path: &str,
) -> Result<(), Error> {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let Some((_, shape)) = known.iter().find(|(k, _)| *k == name) else {
            let place = if path.is_empty() { String::new() } else { format!(" in [{path}]") };
            return Err(Error::Config {
                file: Some(file.to_owned()),
                line: Some(line_of(text, key.span().start)),
                problem: format!("unknown key `{name}`{place}"),
                hint: Some(meant(name, known)),
            });
        };
        check_value(file, text, value.get_ref(), shape, &join(path, name))?;
    }
    Ok(())
}

fn check_value(file: &str, text: &str, value: &DeValue<'_>, shape: &Shape, path: &str) -> Result<(), Error> {
    match (shape, value) {
        (Table(known), DeValue::Table(table)) => check_table(file, text, table, known, path),
        (Values(keys), DeValue::Table(table)) => {
            let known: Vec<_> = keys.iter().map(|key| (*key, Value)).collect();
            check_table(file, text, table, &known, path)
        }
        (Named(entry), DeValue::Table(table)) => table.iter().try_for_each(|(key, value)| {
            check_value(file, text, value.get_ref(), entry, &join(path, key.get_ref()))
        }),
        _ => Ok(()),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The key that was probably meant: here, in another section, or one of those here.
fn meant(name: &str, known: &[(&str, Shape)]) -> String {
    if let Some(near) = crate::words::nearest(name, known.iter().map(|(k, _)| *k)) {
        return format!("did you mean `{near}`?");
    }
    let holds = |shape: &Shape| matches!(shape, Table(keys) if keys.iter().any(|(k, _)| *k == name));
    match CONFIG.iter().find(|(_, shape)| holds(shape)) {
        Some((section, _)) => format!("`{name}` belongs in [{section}]"),
        None => {
            format!(
                "the keys here are {}",
                known.iter().map(|(k, _)| format!("`{k}`")).collect::<Vec<_>>().join(", ")
            )
        }
    }
}

/// A TOML error with its line.
pub(super) fn located(file: &str, text: &str, error: &toml::de::Error) -> Error {
    Error::Config {
        file: Some(file.to_owned()),
        line: error.span().map(|span| line_of(text, span.start)),
        problem: error.message().trim_end().replace('\n', "; "),
        hint: None,
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|b| *b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    /// Every key with a value that its reader takes.
    const ALL: &str = r#"
[data]
date = "d"
outcome = "o"
outcome_kind = "count"
geo = "g"
population = "p"
revenue_per_outcome = "r"
channels = ["a"]
exposure = ["a=b"]
organic = ["c"]
controls = ["e"]
exclude = ["f"]
from = 2021-01-04
to = "2021-12-27"
zero_weeks = "keep"
decimal = ","
national = ["d"]
[channels.tv]
spend = "a"
exposure = "b"
adstock = { kind = "delayed", peak = 2, max_lag = 8 }
saturation = "hill"
drift = "yearly"
slope = 1.0
prior.roi = { low = 0.5, high = 2.0, mass = 0.9 }
prior.share = { median = 0.1, sd_log = 1.0 }
prior.marginal_roi = { median = 1.0, sd_log = 1 }
curve_prior.half_saturation = { median = 1000, sd_log = 0.3 }
curve_prior.slope = { low = 1, high = 2 }
curve_prior.retention = { mean = 0.4, sd = 0.1 }
[controls.e]
reliability = 0.9
[experiments]
file = "experiments.csv"
[model]
holdout_weeks = 13
adstock = { kind = "none" }
saturation = "root:0.5"
drift = "half_yearly"
noise = "ar1"
weekly_effect = true
scaling = "geo"
trend_knot_weeks = 13
seasonality_pairs = 3
[sampler]
seed = 1
chains = 4
warmup = 10
draws = 10
thin = 1
target_accept = 0.9
threads = 2
"#;

    fn n_keys(shape: &Shape) -> usize {
        match shape {
            Table(keys) => keys.iter().map(|(_, s)| n_keys(s)).sum(),
            Named(entry) => n_keys(entry),
            Values(keys) => keys.len(),
            Value => 1,
        }
    }

    #[test]
    fn the_known_keys_are_those_that_are_read() {
        parse("mmm.toml", ALL).expect("every key is read");
        // Misspelling any key must be noticed; a key missing from CONFIG would fail above.
        for line in ALL.lines().filter(|l| l.contains('=')) {
            let wrong = ALL.replace(line, &format!("x{line}"));
            let error = parse("mmm.toml", &wrong).expect_err("unknown key").to_string();
            assert!(error.contains("unknown key `x"), "{error}");
        }
        let written = ALL.lines().filter(|l| l.contains('=')).count();
        // The inline tables hold 3 + 3 + 2 + 2 + 2 + 2 + 2 + 1 keys in 8 lines; of the two carry-overs all but four keys
        // and the unused halves of the five priors (2 + 3 + 3 + 3 + 3) are not written, nor the four keys of causal gaps.
        let unwritten = 2 * Adstock::KEYS.len() - 4 + 14 + 4;
        assert_eq!(CONFIG.iter().map(|(_, s)| n_keys(s)).sum::<usize>(), written + 9 + unwritten);
    }

    #[test]
    fn an_unknown_key_is_told_by_line_with_the_one_that_was_meant() {
        let cases = [
            (
                "[data]\n\noutcom = 'y'\n",
                "mmm.toml, line 3: unknown key `outcom` in [data]",
                "did you mean `outcome`?",
            ),
            ("seed = 3\n", "mmm.toml, line 1: unknown key `seed`", "`seed` belongs in [sampler]"),
            (
                "[channels.tv]\nprior.roy = { median = 1 }\n",
                "mmm.toml, line 2: unknown key `roy` in [channels.tv.prior]",
                "did you mean `roi`?",
            ),
        ];
        for (text, problem, hint) in cases {
            let error = parse("mmm.toml", text).expect_err("unknown key");
            assert_eq!((error.to_string().as_str(), error.hint().as_deref()), (problem, Some(hint)));
        }
    }

    #[test]
    fn wrong_types_and_broken_toml_are_told_by_line() {
        for text in ["[sampler]\nseed = 'x'\n", "[data]\nfrom = 3\n", "[data]\noutcome = \n"] {
            let error = parse("mmm.toml", text).expect_err("refused").to_string();
            assert!(error.starts_with("mmm.toml, line 2: "), "{error}");
        }
    }
}
