//! A page from a stored fit, and from what stands beside it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answers::answers;
use super::cautions::cautions;
use super::document::{Frontier, PAGE_SCHEMA, PageReport};
use super::money::Currency;
use super::span::Span;
use super::totals::{channels, columns, totals};
use crate::ask::{Questions, ask_of};
use crate::diagnostics::Verdict;
use crate::diff::{DIFF_SCHEMA, DiffReport, Settings, Side, diff};
use crate::error::Error;
use crate::report::{Fit, Tool, VALIDATE_SCHEMA, ValidateReport};
use crate::store::{CURVES_FILE, DIFF_JSON, Draws, VALIDATE_JSON, beside, read_draws_of};
use crate::words::numbers::clean;

/// Budgets to choose from: every 5 % of today's within ± 30 %.
const BUDGETS: usize = 13;

/// How a page is to be made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageOptions {
    /// Title, else one that names the outcome.
    pub title: Option<String>,
    /// What stands before amounts of money.
    pub currency: Currency,
    /// Profit per unit of the outcome's value, above 0 and at most 1: break-even is then a return of 1 / margin.
    pub margin: Option<f64>,
    /// What `mmm validate --json` printed; else `validate.json` beside the fit, when it is of the same data.
    pub backtest: Option<PathBuf>,
    /// An earlier fit to compare with; else `diff.json` beside the fit.
    pub since: Option<PathBuf>,
}

/// What a page says of the `fit` that was read from `path`.
///
/// # Errors
/// A file beside it that cannot be read or is another's, or an earlier fit that cannot be read.
pub fn page(path: &Path, fit: &Fit, options: &PageOptions) -> Result<PageReport, Error> {
    let draws = read_draws_of(path, fit, columns(fit))?;
    let mut page = page_of(fit, draws.as_ref(), options);
    page.frontier = frontier(path, fit, &page.span)?;
    page.backtest = backtest(path, fit, options.backtest.as_deref())?;
    page.changes = changes(path, fit, options.since.as_deref())?;
    if page.verdict != Verdict::Fail {
        page.answers = answers(fit, &page);
    }
    Ok(page)
}

/// What the fit says by itself.
pub(super) fn page_of(fit: &Fit, draws: Option<&Draws>, options: &PageOptions) -> PageReport {
    let span = Span::of(&fit.run.data.fitted());
    let title = options.title.clone().unwrap_or_else(|| format!("What media brought: {}", fit.outcome.name));
    let mut page = PageReport {
        schema: PAGE_SCHEMA.into(),
        tool: Tool { name: "mmm".into(), version: env!("CARGO_PKG_VERSION").into() },
        title: clean(&title),
        currency: options.currency.clone(),
        margin: options.margin,
        verdict: fit.diagnostics.verdict,
        first: Vec::new(),
        answers: Vec::new(),
        totals: totals(fit, &span, draws, options.margin),
        channels: channels(fit, &span),
        frontier: None,
        backtest: None,
        changes: None,
        span,
    };
    page.first = cautions(fit, &page);
    if page.verdict != Verdict::Fail {
        page.answers = answers(fit, &page);
    }
    page
}

/// The best plans of other budgets; none of a fit that did not converge.
fn frontier(path: &Path, fit: &Fit, span: &Span) -> Result<Option<Frontier>, Error> {
    let is_planned = fit.planned_channels().next().is_some() && !fit.scenarios.is_empty();
    if !is_planned || fit.diagnostics.verdict == Verdict::Fail || !beside(path, CURVES_FILE).exists() {
        return Ok(None);
    }
    let questions = Questions { weeks: Some(span.weeks), frontier: Some(BUDGETS), ..Questions::default() };
    let answer = ask_of((path, fit), &questions)?;
    let weeks = fit.scenarios.first().map_or(span.weeks, |s| s.horizon_weeks);
    let current = |channel: &String| {
        let plan = fit.scenarios.iter().flat_map(|s| &s.allocation).find(|plan| plan.channel == *channel);
        plan.map_or(0.0, |plan| plan.current * span.weeks / weeks)
    };
    let today = answer.frontier_channels.iter().map(current).collect();
    Ok(Some(Frontier { channels: answer.frontier_channels, today, plans: answer.frontier }))
}

fn backtest(path: &Path, fit: &Fit, named: Option<&Path>) -> Result<Option<ValidateReport>, Error> {
    if let Some(file) = named {
        return Ok(Some(read(file, VALIDATE_SCHEMA)?));
    }
    let file = beside(path, VALIDATE_JSON);
    if !file.exists() {
        return Ok(None);
    }
    let found: ValidateReport = read(&file, VALIDATE_SCHEMA)?;
    Ok(Some(found).filter(|found| found.data.sha256 == fit.run.data.sha256))
}

fn changes(path: &Path, fit: &Fit, since: Option<&Path>) -> Result<Option<DiffReport>, Error> {
    if let Some(old) = since {
        let (old, new) = (Side::read(old)?, Side::read(path)?);
        return Ok(Some(diff(&old, &new, Settings::default())));
    }
    let file = beside(path, DIFF_JSON);
    if !file.exists() {
        return Ok(None);
    }
    let found: DiffReport = read(&file, DIFF_SCHEMA)?;
    // A comparison that was left beside another fit says nothing of this one.
    let is_of = found.new.seed == fit.run.seed && found.new.outcome_total == fit.outcome.total;
    Ok(Some(found).filter(|_| is_of))
}

/// A document of a schema.
fn read<T: DeserializeOwned>(path: &Path, schema: &'static str) -> Result<T, Error> {
    let bytes = fs::read(path).map_err(|source| Error::Io {
        action: "cannot read",
        path: path.to_path_buf(),
        source,
    })?;
    let refused = |problem: String| Error::Config {
        file: Some(path.display().to_string()),
        line: None,
        problem,
        hint: Some(format!("give what mmm printed with --json, schema {schema}, unchanged")),
    };
    let value: Value = serde_json::from_slice(&bytes).map_err(|e| refused(format!("is no JSON: {e}")))?;
    match value.get("schema").and_then(Value::as_str) {
        Some(found) if found == schema => {}
        found => {
            let found = clean(found.unwrap_or("missing"));
            return Err(refused(format!("schema is {found}, this needs {schema}")));
        }
    }
    serde_json::from_value(value).map_err(|e| refused(format!("lacks what its schema has: {e}")))
}
