//! The tools: which command each runs, and what of its answer an agent gets.

use std::path::Path;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::{document, not_converged, refused};
use super::child::Finished;
use super::fault::Fault;
use super::inputs::{
    CheckInput, DesignInput, DiffInput, FitInput, ReportInput, ScenarioInput, ValidateInput,
};
use super::root::Root;
use crate::commands::NOT_CONVERGED;

/// A command as a tool.
pub struct Served {
    /// Its name, that of the command.
    pub name: &'static str,
    about: &'static str,
    schema: fn() -> JsonObject,
    checked: fn(Value) -> Result<JsonObject, Fault>,
    /// Arguments that are files or folders to be read, and come first, in this order.
    positional: &'static [&'static str],
    /// Flags that name files to be read.
    files: &'static [&'static str],
    fixed: &'static [&'static str],
    read_only: bool,
    answer: fn(&Finished, &JsonObject) -> Result<Value, Fault>,
}

/// All of them.
pub static TOOLS: [Served; 7] = [
    Served {
        name: "check",
        about: "Read and judge a marketing data file without fitting: which column plays which role, gaps, outliers, \
                collinearity, too little history. Call it before fit.",
        schema: schema::<CheckInput>,
        checked: checked::<CheckInput>,
        positional: &["data"],
        files: &["config", "experiments"],
        fixed: &["--json"],
        read_only: true,
        answer: |run, _| document(run),
    },
    Served {
        name: "fit",
        about: "Fit a Bayesian media mix model: what each channel returned (ROI, marginal ROI, 90 % intervals, how much \
                of it is data and how much assumption), what to test, which move of the budget is recommended. \
                Results are written to `out`; a fit that did not converge is an error and answers nothing else.",
        schema: schema::<FitInput>,
        checked: checked::<FitInput>,
        positional: &["data"],
        files: &["config", "experiments"],
        fixed: &["--json"],
        read_only: false,
        answer: fitted,
    },
    Served {
        name: "report",
        about: "Write report.html into the folder of a fit: one page for people, without scripts. Answers where it is.",
        schema: schema::<ReportInput>,
        checked: checked::<ReportInput>,
        positional: &["fit"],
        files: &[],
        fixed: &[],
        read_only: false,
        answer: reported,
    },
    Served {
        name: "scenario",
        about: "Ask a fit where the next unit of budget goes: judge a plan, or find the best one within limits. A fit \
                that did not converge answers no plan.",
        schema: schema::<ScenarioInput>,
        checked: checked::<ScenarioInput>,
        positional: &["fit"],
        files: &[],
        fixed: &["--json"],
        read_only: true,
        answer: |run, _| judged(run, "the fit did not converge, so it answers no plan"),
    },
    Served {
        name: "design",
        about: "Find the lift test that is worth most beyond its price: channel, geos, dose, dates, the error to expect, and \
                the commands that read it. Results are written to `out`.",
        schema: schema::<DesignInput>,
        checked: checked::<DesignInput>,
        positional: &["fit", "data"],
        files: &[],
        fixed: &["--json"],
        read_only: false,
        answer: |run, _| judged(run, "the fit did not converge, so no design rests on it"),
    },
    Served {
        name: "validate",
        about: "Forecast the last periods from what was known before them, several times over, and compare with simple \
                forecasts. Takes several fits.",
        schema: schema::<ValidateInput>,
        checked: checked::<ValidateInput>,
        positional: &["data"],
        files: &["config"],
        fixed: &["--json"],
        read_only: true,
        answer: |run, _| document(run),
    },
    Served {
        name: "diff",
        about: "Compare two fits: what changed, which of it is material, and whether data, settings or time explain it.",
        schema: schema::<DiffInput>,
        checked: checked::<DiffInput>,
        positional: &["before", "after"],
        files: &["old_data", "new_data"],
        fixed: &["--json"],
        read_only: true,
        answer: |run, _| document(run),
    },
];

fn schema<T: JsonSchema>() -> JsonObject {
    match schemars::schema_for!(T).to_value() {
        Value::Object(schema) => schema,
        _ => JsonObject::new(),
    }
}

/// The arguments, once they are what the tool takes.
fn checked<T: DeserializeOwned + Serialize>(given: Value) -> Result<JsonObject, Fault> {
    let bad = |error: serde_json::Error| {
        Fault::new("bad_arguments", error.to_string()).hint("the tool's inputSchema says what it takes")
    };
    match serde_json::to_value(serde_json::from_value::<T>(given).map_err(bad)?).map_err(bad)? {
        Value::Object(arguments) => Ok(arguments),
        _ => Ok(JsonObject::new()),
    }
}

impl Served {
    /// As the protocol describes a tool.
    pub fn tool(&self) -> Tool {
        let hints = ToolAnnotations::new().read_only(self.read_only).open_world(false);
        Tool::new(self.name, self.about, (self.schema)()).with_annotations(hints)
    }

    /// The command line for the arguments of a call, and the arguments as they are.
    ///
    /// # Errors
    /// Arguments that the tool does not take, and paths outside the root.
    pub fn command(&self, given: Value, root: &Root) -> Result<(Vec<String>, JsonObject), Fault> {
        let arguments = (self.checked)(given)?;
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        let mut line = vec![self.name.to_owned()];
        for name in self.positional {
            line.push(shown(&root.existing(text(name).unwrap_or_default())?)?);
        }
        for (name, value) in &arguments {
            if self.positional.contains(&name.as_str()) {
                continue;
            }
            let flag = format!("--{}", name.replace('_', "-"));
            match value {
                Value::Null | Value::Bool(false) => {}
                Value::Bool(true) => line.push(flag),
                // One word each, so that no value is read as another flag.
                Value::Array(items) => {
                    line.extend(items.iter().filter_map(Value::as_str).map(|item| format!("{flag}={item}")));
                }
                Value::String(path) if name == "out" => {
                    line.push(format!("{flag}={}", shown(&root.target(path)?)?));
                }
                Value::String(path) if self.files.contains(&name.as_str()) => {
                    let path = root.existing(path)?;
                    if name == "config" {
                        stays_inside(&path, root)?;
                    }
                    line.push(format!("{flag}={}", shown(&path)?));
                }
                Value::String(text) => line.push(format!("{flag}={text}")),
                other => line.push(format!("{flag}={other}")),
            }
        }
        line.extend(self.fixed.iter().map(|flag| (*flag).to_owned()));
        Ok((line, arguments))
    }

    /// What the agent gets of a run.
    ///
    /// # Errors
    /// What the command refused, and what rests on a fit that did not converge.
    pub fn answer(&self, run: &Finished, arguments: &JsonObject) -> Result<Value, Fault> {
        (self.answer)(run, arguments)
    }
}

fn shown(path: &Path) -> Result<String, Fault> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Fault::new("bad_arguments", "a path that is no UTF-8 text cannot be served"))
}

/// A settings file may name a file of tests, which must lie inside too.
fn stays_inside(config: &Path, root: &Root) -> Result<(), Fault> {
    // A file that is no settings file is refused by the command, in its own words.
    let Ok(settings) = mmm::config::read(config) else { return Ok(()) };
    match settings.experiments.file {
        Some(file) => root.existing(&shown(&file)?).map(|_| ()),
        None => Ok(()),
    }
}

/// What of fit.json an agent needs at once; the rest is in the file.
fn fitted(run: &Finished, arguments: &JsonObject) -> Result<Value, Fault> {
    let mut fit = document(run)?;
    let out = arguments.get("out").cloned().unwrap_or_default();
    if run.code == Some(i32::from(NOT_CONVERGED)) {
        let what = "the fit did not converge: none of its numbers can be used";
        return Err(not_converged(&fit["diagnostics"], &fit["run"]["warnings"], what));
    }
    if let Some(keys) = fit.as_object_mut() {
        for large in ["parameters", "response_curves", "files"] {
            keys.remove(large);
        }
    }
    if let Some(run) = fit["run"].as_object_mut() {
        run.remove("config");
    }
    if let Some(data) = fit.pointer_mut("/run/data").and_then(Value::as_object_mut) {
        data.remove("period_digests");
    }
    Ok(json!({ "out": out, "left_out": ["parameters", "response_curves", "run.config"], "fit": fit }))
}

/// An answer of a fit, unless that did not converge.
fn judged(run: &Finished, otherwise: &str) -> Result<Value, Fault> {
    let answer = document(run)?;
    let warnings = answer["warnings"].as_array().into_iter().flatten();
    let warned = warnings.into_iter().any(|warning| warning["code"] == "not_converged");
    if warned || run.code == Some(i32::from(NOT_CONVERGED)) {
        return Err(not_converged(&json!({}), &answer["warnings"], otherwise));
    }
    Ok(answer)
}

fn reported(run: &Finished, _: &JsonObject) -> Result<Value, Fault> {
    match (run.code, run.output.trim()) {
        (Some(0), page) if !page.is_empty() => Ok(json!({ "report": page })),
        _ => Err(refused(run)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn served(name: &str) -> &'static Served {
        TOOLS.iter().find(|tool| tool.name == name).unwrap()
    }

    #[test]
    fn arguments_become_flags_and_paths_stay_inside() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        fs::write(base.join("data.csv"), "x").unwrap();
        let root = Root::new(&base).unwrap();
        let given = json!({"data": "data.csv", "out": "new", "controls": ["a,b", "--quiet"], "seed": 3});
        let (line, _) = served("fit").command(given, &root).unwrap();
        let own = |name: &str| base.join(name).display().to_string();
        assert_eq!(line[..2], ["fit".to_owned(), own("data.csv")]);
        for flag in
            [format!("--out={}", own("new")), "--controls=--quiet".into(), "--seed=3".into(), "--json".into()]
        {
            assert!(line.contains(&flag), "{line:?} lacks {flag}");
        }
        for (given, code) in [
            (json!({"data": "../x.csv", "out": "new"}), "outside_root"),
            (json!({"data": "data.csv", "out": "/tmp/new"}), "outside_root"),
            (json!({"data": "data.csv"}), "bad_arguments"),
            (json!({"data": "data.csv", "out": "new", "flag": 1}), "bad_arguments"),
        ] {
            assert_eq!(served("fit").command(given.clone(), &root).unwrap_err().code, code, "{given}");
        }
    }

    #[test]
    fn a_settings_file_cannot_lead_outside() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        fs::create_dir(base.join("root")).unwrap();
        fs::write(base.join("tests.csv"), "x").unwrap();
        fs::write(base.join("root/data.csv"), "x").unwrap();
        fs::write(base.join("root/mmm.toml"), "[experiments]\nfile = \"../tests.csv\"\n").unwrap();
        let root = Root::new(&base.join("root")).unwrap();
        let given = json!({"data": "data.csv", "config": "mmm.toml"});
        assert_eq!(served("check").command(given, &root).unwrap_err().code, "outside_root");
    }

    #[test]
    fn a_fit_that_did_not_converge_answers_nothing_else() {
        let output = json!({
            "diagnostics": {"reasons": ["R-hat 1.4"]},
            "run": {"warnings": [{"code": "not_converged", "message": "m", "hint": "more draws"}]},
            "scenarios": [1],
        });
        let run = Finished { code: Some(3), output: output.to_string(), errors: Vec::new() };
        for tool in ["fit", "scenario"] {
            let fault = served(tool).answer(&run, &JsonObject::new()).unwrap_err();
            assert_eq!(fault.code, "not_converged", "{tool}");
        }
        let fault = served("fit").answer(&run, &JsonObject::new()).unwrap_err();
        assert!(fault.message.contains("R-hat 1.4"), "{fault:?}");
        assert_eq!(fault.hints, ["more draws"]);
    }
}
