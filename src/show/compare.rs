//! The tables printed after a comparison of models.

use crate::compare::{CompareReport, ModelMove, ModelReport, MoveReport, Score, TellingTest, WeightsBy};
use crate::diagnostics::Verdict;
use crate::show::table::{layout, wrap};
use crate::show::terminal::{Style, warnings};
use crate::words::numbers::{amount, clean, percent, ratio, signed};

/// Shifts that are shown; all are in the JSON.
const SHOWN: usize = 5;
/// Distance of two expectations, in standard deviations, below which a test would not tell them apart.
const APART: f64 = 1.0;
/// Pareto shape above which a leave-one-out score is not reliable.
const UNRELIABLE: f64 = 0.7;

/// The result in words and tables, ending in a line feed.
pub fn compare_text(report: &CompareReport) -> String {
    let blocks = [
        header(report),
        models(report),
        channels(report),
        shifts(report),
        verdict(report),
        notes(report),
        warnings(&report.warnings, Style::Plain),
    ];
    let text: Vec<String> =
        blocks.into_iter().filter(|b| !b.is_empty()).map(|lines| lines.join("\n") + "\n").collect();
    text.join("\n")
}

fn header(report: &CompareReport) -> Vec<String> {
    let n = report.models.len();
    let text =
        format!("{}: {n} models of the same data, the first as settings tell it", clean(&report.data.file));
    wrap("", 0, &text)
}

fn models(report: &CompareReport) -> Vec<String> {
    let by_future = report.weights_by == WeightsBy::LeaveFutureOut;
    let score = if by_future { "Forecast" } else { "Left out" };
    let header = ["Model", "Chains", score, "±", "Weight", "Plan gains", "P"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for (k, model) in report.models.iter().enumerate() {
        let own = if by_future { model.leave_future_out } else { model.leave_one_out };
        let told = |of: fn(Score) -> f64| own.map_or("–".to_owned(), |s| format!("{:.1}", of(s)));
        let plan = report.plan.as_ref().map(|plan| plan.by_model[k]);
        let of_plan = |of: fn(ModelMove) -> String| plan.map_or("–".to_owned(), of);
        rows.push(vec![
            clean(&model.name),
            chains(model).to_owned(),
            told(|s| s.difference),
            told(|s| s.se_difference),
            percent(model.weight),
            of_plan(|m| signed(m.gain)),
            of_plan(|m| percent(m.p_gain)),
        ]);
    }
    layout(&rows)
}

fn chains(model: &ModelReport) -> &'static str {
    match model.convergence {
        Verdict::Ok => "ok",
        Verdict::Warn => "doubtful",
        Verdict::Fail => "FAILED",
    }
}

fn channels(report: &CompareReport) -> Vec<String> {
    let header = ["Channel", "ROI", "Within", "Between", "Lowest", "Highest"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for channel in &report.channels {
        let means = || channel.by_model.iter().map(|m| m.roi.mean);
        rows.push(vec![
            clean(&channel.channel),
            ratio(channel.roi),
            format!("± {}", ratio(channel.sd_within)),
            format!("± {}", ratio(channel.sd_between)),
            ratio(means().fold(f64::INFINITY, f64::min)),
            ratio(means().fold(f64::NEG_INFINITY, f64::max)),
        ]);
    }
    layout(&rows)
}

fn shifts(report: &CompareReport) -> Vec<String> {
    if report.shifts.is_empty() {
        return Vec::new();
    }
    let n = report.models.len();
    let header = ["Shift", "Amount", "Gains in", "Gain", "P"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for shift in report.shifts.iter().take(SHOWN) {
        rows.push(vec![
            format!("{} to {}", clean(&shift.from), clean(&shift.to)),
            amount(shift.amount),
            format!("{} of {n}", shift.gains_in),
            signed(shift.gain),
            percent(shift.p_gain),
        ]);
    }
    layout(&rows)
}

fn verdict(report: &CompareReport) -> Vec<String> {
    let first = report.models.first().map_or("", |m| m.name.as_str());
    let text = match &report.plan {
        None => format!("{first} proposes to move nothing."),
        Some(plan) => format!(
            "The plan of {} with the same budget: {}; over models by weight it gains {} with probability {}.",
            clean(first),
            report.verdict.sentence,
            signed(plan.gain),
            percent(plan.p_gain)
        ),
    };
    let mut lines = wrap("", 0, &text);
    if let (Some(test), Some(plan)) = (&report.test, &report.plan) {
        lines.extend(wrap("", 0, &telling(test, plan, report.models.len())));
    }
    lines
}

fn telling(test: &TellingTest, plan: &MoveReport, n: usize) -> String {
    let dose = match test.dose {
        0.0 => format!("Stopping {}", clean(&test.channel)),
        dose => format!("A test of {} at {dose} times its spend", clean(&test.channel)),
    };
    let (gaining, other) = (plan.gains_in, n - plan.gains_in);
    let expected = format!(
        "the {gaining} in which the plan gains expect {} of it, the other {other} {}",
        signed(test.where_it_gains),
        signed(test.where_not)
    );
    if test.apart < APART {
        format!(
            "No test of one channel would tell these models apart well. {dose} comes nearest: {expected}, {:.1} standard \
             deviations apart with a reading to ±15 %.",
            test.apart
        )
    } else {
        format!(
            "{dose} would tell the models apart: {expected}, {:.1} standard deviations apart with a reading to ±15 %.",
            test.apart
        )
    }
}

fn notes(report: &CompareReport) -> Vec<String> {
    let scores = match report.weights_by {
        WeightsBy::LeaveOneOut => {
            "Left out is the score of each outcome given all others, less that of the best model: larger is better, a \
             difference within twice its ± is none."
        }
        WeightsBy::LeaveFutureOut => {
            "Forecast is the score of the last periods from what was known before them, less that of the best model: \
             larger is better, a difference within twice its ± is none."
        }
        WeightsBy::Nothing => "Weights are equal, as a score is missing.",
    };
    let text = format!(
        "{scores} Weights say which mixture predicts best, not which model is causal: each has at least a twentieth. \
         Within is what a model leaves open about an ROI, Between how far models differ."
    );
    let mut lines = wrap("", 0, &text);
    let shaky = report.models.iter().filter(|m| m.max_pareto_k.is_some_and(|k| k > UNRELIABLE)).count();
    if shaky > 0 && report.weights_by == WeightsBy::LeaveOneOut {
        let text = format!(
            "In {shaky} of {} models some outcome decides so much that its score is not reliable (Pareto k above 0.7): \
             see --future.",
            report.models.len()
        );
        lines.extend(wrap("", 0, &text));
    }
    lines
}
