//! What must hold of every output directory, whatever was fitted.

use std::fs::{self, File};
use std::path::Path;

use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use serde_json::Value;

/// Largest relative difference that summing in another order explains.
const ROUNDING: f64 = 1e-9;

/// `weekly.csv` by column; no name in the tests holds a line feed.
pub struct Weekly {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Weekly {
    pub fn read(folder: &Path) -> Weekly {
        let text = fs::read_to_string(folder.join("weekly.csv")).expect("weekly.csv");
        let mut rows = text.lines().map(cells);
        Weekly { header: rows.next().expect("a header"), rows: rows.collect() }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// A column as text.
    pub fn text(&self, name: &str) -> Vec<&str> {
        let at = self.header.iter().position(|h| h == name);
        let at = at.unwrap_or_else(|| panic!("no column {name} in {:?}", self.header));
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// A column of finite numbers.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let number = |text: &str| text.parse::<f64>().ok().filter(|x| x.is_finite());
        let cells = self.text(name).into_iter();
        cells.map(|t| number(t).unwrap_or_else(|| panic!("{name}: {t:?} is not finite"))).collect()
    }

    /// Whether each row is in the fit.
    pub fn fitted(&self) -> Vec<bool> {
        let held_out = self.header.iter().any(|h| h == "held_out").then(|| self.text("held_out"));
        let known = self.text("outcome").into_iter().enumerate();
        known.map(|(i, y)| !y.is_empty() && held_out.as_ref().is_none_or(|h| h[i] == "0")).collect()
    }
}

/// Cells of a CSV line; a quotation mark inside quotes is doubled.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().expect("there is one from the start").push(c),
        }
    }
    cells
}

pub fn fit_json(folder: &Path) -> Value {
    let bytes = fs::read(folder.join("fit.json")).expect("fit.json");
    serde_json::from_slice(&bytes).expect("fit.json is JSON")
}

fn close(a: f64, b: f64, scale: f64, what: &str) {
    assert!((a - b).abs() <= ROUNDING * scale.abs().max(a.abs()), "{what}: {a} is not {b}");
}

fn list<'v>(value: &'v Value, key: &str) -> &'v Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is a list"))
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is a number"))
}

/// Checks everything below on one folder; `schema` is what `mmm schema` prints.
pub fn check(folder: &Path, schema: &Value) {
    let fit = fit_json(folder);
    let problems: Vec<String> = jsonschema::validator_for(schema)
        .expect("a schema")
        .iter_errors(&fit)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(problems.is_empty(), "fit.json does not match its schema: {problems:#?}");
    weekly_adds_up(folder, &fit);
    curves_meet_today(&fit);
    budgets_are_spent(&fit);
    draws_are_finite(folder, &fit);
    assert!(folder.join("log.json").is_file());
}

/// trend + seasonality + controls + channels (+ captured demand, + carried residual) = fitted mean, and each channel's column sums to its
/// contribution over the fitted rows.
fn weekly_adds_up(folder: &Path, fit: &Value) {
    let weekly = Weekly::read(folder);
    let is_part = |h: &&String| {
        h.starts_with("control:")
            || h.starts_with("channel:")
            || ["trend", "seasonality", "demand_captured", "carried_residual"].contains(&h.as_str())
    };
    let parts: Vec<Vec<f64>> = weekly.header.iter().filter(is_part).map(|h| weekly.numbers(h)).collect();
    let (low, high) = (weekly.numbers("fitted_q05"), weekly.numbers("fitted_q95"));
    for (i, mean) in weekly.numbers("fitted_mean").into_iter().enumerate() {
        let largest = parts.iter().map(|p| p[i].abs()).fold(0.0, f64::max);
        close(parts.iter().map(|p| p[i]).sum(), mean, largest, "parts of the fitted mean");
        assert!(low[i] < high[i], "row {i}");
    }
    for channel in list(fit, "channels") {
        let name = channel["name"].as_str().expect("a name");
        let column = weekly.numbers(&format!("channel:{name}"));
        assert!(column.iter().all(|x| *x >= 0.0), "{name} is never negative");
        let fitted = column.iter().zip(weekly.fitted()).filter(|(_, fitted)| *fitted);
        let total: f64 = fitted.map(|(x, _)| x).sum();
        close(total, number(&channel["contribution"]["mean"]), total, name);
    }
}

/// The response curve at multiplier 1 is the contribution and, for revenue, ROI × spend.
fn curves_meet_today(fit: &Value) {
    for (curve, channel) in list(fit, "response_curves").iter().zip(list(fit, "channels")) {
        let multipliers = list(curve, "spend_multiplier");
        let one = multipliers.iter().position(|m| *m == 1.0).expect("the curve holds today");
        let today = number(&curve["incremental_outcome"]["mean"][one]);
        close(today, number(&channel["contribution"]["mean"]), today, "curve at today's spend");
        let spends = number(&channel["spend"]) > 0.0;
        assert!(
            spends != channel["roi"].is_null() && (spends || channel["roi_reason"].is_string()),
            "{channel}"
        );
        if spends && fit["outcome"]["kind"] == "revenue" {
            let bought = number(&channel["roi"]["mean"]) * number(&channel["spend"]);
            close(today, bought, today, "ROI × spend");
        }
        assert_eq!(number(&curve["incremental_outcome"]["mean"][0]), 0.0, "no spend, no effect");
    }
}

/// Allocations sum to their budgets and stay inside their bounds.
fn budgets_are_spent(fit: &Value) {
    assert!(list(fit, "scenarios").len() >= 3);
    for scenario in list(fit, "scenarios") {
        let allocation = list(scenario, "allocation");
        let sum = |key: &str| allocation.iter().map(|p| number(&p[key])).sum::<f64>();
        let budget = number(&scenario["budget"]);
        close(sum("proposed"), budget, budget, "allocation");
        let share = match scenario["kind"].as_str() {
            Some("optimal_budget_plus_10") => 1.1,
            Some("optimal_budget_minus_10") => 0.9,
            _ => 1.0,
        };
        assert!((sum("current") * share / budget - 1.0).abs() < 1e-6, "{scenario}");
        for plan in allocation.iter().filter(|p| number(&p["current"]) > 0.0) {
            let multiplier = number(&plan["proposed"]) / number(&plan["current"]);
            let bounds = [number(&plan["bounds"][0]), number(&plan["bounds"][1])];
            assert!(bounds[0] - 1e-6 <= multiplier && multiplier <= bounds[1] + 1e-6, "{plan}");
        }
    }
}

fn draws_are_finite(folder: &Path, fit: &Value) {
    let draws = number(&fit["run"]["draws"]) * number(&fit["run"]["chains"]);
    for name in ["draws.parquet", "curves.parquet"] {
        let file = File::open(folder.join(name)).expect("the file is there");
        let frame = ParquetReader::new(file).finish().expect("the file is parquet");
        assert_eq!(frame.height() as f64, draws, "{name}");
        for column in frame.columns() {
            let Ok(values) = column.f64() else { continue };
            assert!(values.iter().all(|x| x.is_some_and(f64::is_finite)), "{name}: {}", column.name());
        }
    }
}
