//! What a test read and how well: the cells `lift`, `roi`, `se`, `low`, `high` and `level`.

use statrs::distribution::{ContinuousCDF, Normal};

use super::experiment::{Estimand, ExperimentKind, Reading};
use super::row::RowReader;

/// Central probability of an interval that does not say its own.
const DEFAULT_LEVEL: f64 = 0.9;

/// Reading or contrast; `None` when it is at fault.
pub(super) fn kind(reader: &mut RowReader) -> Option<ExperimentKind> {
    let estimates = reader.filled(&["lift", "roi"]);
    let errors = reader.filled(&["se", "low", "high", "level"]);
    match (&estimates[..], errors.first()) {
        ([], None) => Some(ExperimentKind::Contrast),
        ([], Some(column)) => {
            let remedy = "give what was read as `lift` or `roi`; a contrast has neither estimate nor error";
            reader.fault(column, "is the error of an estimate that is not given", remedy);
            None
        }
        ([first, second, ..], _) => {
            let what = format!("stands beside `{first}`: one estimate would count twice");
            reader.fault(second, what, "keep one of `lift` and `roi`");
            None
        }
        ([column], _) => {
            let what = if *column == "lift" { Estimand::Lift } else { Estimand::Roi };
            let estimate = reader.number(column);
            let se = standard_error(reader, column, estimate);
            Some(ExperimentKind::Reading(Reading { what, estimate: estimate?, se: se? }))
        }
    }
}

/// The standard error: as given, or that of a normal with the interval's width.
fn standard_error(reader: &mut RowReader, of: &str, estimate: Option<f64>) -> Option<f64> {
    let interval = reader.filled(&["low", "high"]);
    match (reader.has("se"), &interval[..]) {
        (true, []) => {
            if reader.has("level") {
                reader.fault(
                    "level",
                    "is that of an interval that is not given",
                    "drop it, or give `low` and `high` instead of `se`",
                );
            }
            let positive = (
                "must be above 0",
                "give the standard error of the estimate; nothing is measured without one",
            );
            reader.number_that("se", |se| se > 0.0, positive)
        }
        (true, [column, ..]) => {
            reader.fault(column, "stands beside `se`: both tell the error", "keep `se`, or `low` and `high`");
            None
        }
        (false, []) => {
            reader.fault(
                of,
                "has no error",
                "add `se`, or `low` and `high` (with `level`, 0.9 when left out)",
            );
            None
        }
        (false, [only]) => {
            let other = if *only == "low" { "high" } else { "low" };
            reader.fault(
                other,
                "the cell is blank",
                "an interval has two ends: give `low` and `high`, or `se`",
            );
            None
        }
        (false, _) => of_interval(reader, estimate),
    }
}

fn of_interval(reader: &mut RowReader, estimate: Option<f64>) -> Option<f64> {
    let (low, high) = (reader.number("low"), reader.number("high"));
    let level = match reader.has("level") {
        false => Some(DEFAULT_LEVEL),
        true => reader.number_that(
            "level",
            |level| level > 0.0 && level < 1.0,
            (
                "must lie between 0 and 1",
                "write the probability between `low` and `high` as a share: 0.9 for 90 %",
            ),
        ),
    };
    let (low, high) = (low?, high?);
    if low >= high {
        reader.fault(
            "high",
            format!("is not above `low` ({low})"),
            "give the lower end as `low`, the upper one as `high`",
        );
        return None;
    }
    if let Some(estimate) = estimate.filter(|e| *e < low || *e > high) {
        let column = if estimate < low { "low" } else { "high" };
        let what = format!("leaves the estimate ({estimate}) outside {low} … {high}");
        reader.fault(column, what, "an estimate lies within its own interval: check the signs and the units");
        return None;
    }
    let z = Normal::standard().inverse_cdf(0.5 + level? / 2.0);
    Some((high - low) / (2.0 * z))
}
