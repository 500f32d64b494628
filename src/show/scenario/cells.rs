//! Cells and words that the tables of a scenario share.

use crate::planning::ChannelPlan;
use crate::words::numbers::signed_percent;

/// A row of fixed words, such as a header.
pub(crate) fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// A text with a capital first.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// How a plan changes a channel.
pub(crate) fn plan_change(plan: &ChannelPlan) -> String {
    plan.change.map_or("–".into(), |c| if c.abs() < 5e-5 { "as today".into() } else { signed_percent(c) })
}
