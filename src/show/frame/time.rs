//! What charts over time share: dates below, and values where the pointer rests.

use chrono::NaiveDate;
use maud::{Markup, html};

use super::svg::{Axis, line, n, text};

/// Periods that are told one by one; of more, every other one and so on.
const TOLD: usize = 200;
/// Days of which months are marked; of more, years.
const SHORT: i64 = 550;

/// A mark where each year begins, or each month of less than a year and a half; `x` maps the place of a period.
pub(in crate::show) fn dates(
    dates: &[NaiveDate],
    x: &Axis,
    (left, right): (f64, f64),
    bottom: f64,
) -> Markup {
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return html! {} };
    let short = (*last - *first).num_days() < SHORT;
    let unit = |i: usize| dates[i].format(if short { "%Y-%m" } else { "%Y" }).to_string();
    let starts: Vec<usize> = (1..dates.len()).filter(|i| unit(*i) != unit(i - 1)).collect();
    let every = starts.len().div_ceil(6).max(1);
    html! {
        (line("axis", (left, bottom), (right, bottom)))
        @for (k, i) in starts.into_iter().enumerate() {
            @if k % every == 0 {
                (line("notch", (x.at(i as f64), bottom), (x.at(i as f64), bottom + 5.0)))
                @if x.at(i as f64) < right - 18.0 {
                    (text("tick", (x.at(i as f64), bottom + 18.0), "middle", &unit(i)))
                }
            }
        }
    }
}

/// Strips that tell the values of a period where the pointer rests.
pub(in crate::show) fn hover(
    periods: usize,
    x: &Axis,
    (top, bottom): (f64, f64),
    says: &dyn Fn(usize) -> String,
) -> Markup {
    let step = periods.div_ceil(TOLD).max(1);
    let width = x.at(step as f64) - x.at(0.0);
    html! {
        g.hover { @for i in (0..periods).step_by(step) {
            rect x=(n(x.at(i as f64) - 0.5 * width)) y=(n(top)) width=(n(width)) height=(n(bottom - top)) {
                title { (says(i)) }
            }
        } }
    }
}
