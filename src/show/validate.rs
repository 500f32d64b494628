//! The table printed after a backtest.

mod recovery;

use crate::report::{Comparison, Forecaster, ModelScore, ValidateReport};
use crate::show::causes;
use crate::show::table::{layout, wrap};
use crate::show::terminal::{Style, warnings};
use crate::words::numbers::{amount, clean, percent};

/// Skill below which two forecasts are called equal: less than the accuracy of a few dozen periods.
const EQUAL: f64 = 0.02;

/// The result in words and tables, ending in a line feed.
pub fn validate_text(report: &ValidateReport) -> String {
    let tests = causes::tests(&report.experiments);
    let mut blocks = vec![tests.map_or(vec![], |text| wrap("Tests, each left out: ", 2, &text))];
    if !report.folds.is_empty() {
        blocks.extend([header(report), overall(report), by_fold(report), verdict(report)]);
    }
    if let Some(found) = &report.recovery {
        blocks.extend(recovery::blocks(found, &report.data));
    }
    blocks.push(warnings(&report.warnings, Style::Plain));
    let text: Vec<String> =
        blocks.into_iter().filter(|b| !b.is_empty()).map(|lines| lines.join("\n") + "\n").collect();
    text.join("\n")
}

fn header(report: &ValidateReport) -> Vec<String> {
    let data = &report.data;
    let folds = report.folds.len();
    let periods = data.interval().count(report.horizon);
    let forecasts = match folds {
        1 => format!("1 forecast of {periods}, from a model that saw"),
        _ => format!("{folds} forecasts of {periods} each, from models that saw"),
    };
    let text = format!(
        "{}: {forecasts} nothing later; spend and controls of the forecast periods are given",
        clean(&data.file),
    );
    wrap("", 0, &text)
}

fn cells(score: &ModelScore) -> Vec<String> {
    let share = |x: Option<f64>| x.map_or("–".into(), percent);
    let a = &score.agreement;
    vec![
        score.model.name().into(),
        a.crps.map_or("–".into(), amount),
        share(a.wmape),
        share(a.mape),
        a.r2.map_or("–".into(), |r| format!("{r:.2}")),
        share(score.bias),
        share(a.interval_coverage_90),
        score.cells.to_string(),
    ]
}

fn overall(report: &ValidateReport) -> Vec<String> {
    let header = ["Forecast", "CRPS", "Mean error", "MAPE", "R²", "Bias", "In 90 % interval", "Cells"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(report.models.iter().map(cells));
    layout(&rows)
}

fn by_fold(report: &ValidateReport) -> Vec<String> {
    let mut rows = vec![vec!["CRPS of the periods".to_owned()]];
    rows[0].extend(report.models.iter().map(|m| m.model.name().to_owned()));
    for fold in &report.folds {
        let mut row = vec![format!("{} to {}", fold.first, fold.last)];
        row.extend(report.models.iter().map(|m| {
            let score = fold.models.iter().find(|s| s.model == m.model);
            score.and_then(|s| s.agreement.crps).map_or("–".into(), amount)
        }));
        rows.push(row);
    }
    layout(&rows)
}

fn verdict(report: &ValidateReport) -> Vec<String> {
    let mut lines: Vec<String> = report.comparisons.iter().filter_map(sentence).collect();
    let skill = |benchmark| {
        let found = report.comparisons.iter().find(|c: &&Comparison| c.benchmark == benchmark);
        found.and_then(|c| c.skill)
    };
    if [Forecaster::SeasonalNaive, Forecaster::LastValue]
        .into_iter()
        .any(|b| skill(b).is_some_and(|s| s < 0.0))
    {
        lines.push(
            "A rule without a model forecasts better: something that drives the outcome is missing, and the \
             channels' returns are not to be relied on."
                .into(),
        );
    } else if skill(Forecaster::NoMedia).is_some_and(|s| s < EQUAL) {
        lines.push(
            "Media do not improve the forecast visibly. Where they are a small share of the outcome that is \
             usual, and no proof against them; the returns then rest on experiments and priors."
                .into(),
        );
    }
    lines.iter().flat_map(|line| wrap("- ", 2, line)).collect()
}

fn sentence(comparison: &Comparison) -> Option<String> {
    let skill = comparison.skill?;
    let (name, n) = (comparison.benchmark.name(), comparison.folds);
    let relation = match skill {
        s if s.abs() < EQUAL => "about the same as".to_owned(),
        s if s > 0.0 => format!("{} less than", percent(s)),
        s => format!("{} more than", percent(-s)),
    };
    Some(format!(
        "The media mix model's error (CRPS) is {relation} that of \"{name}\", and smaller in {} of {n} folds.",
        comparison.better
    ))
}
