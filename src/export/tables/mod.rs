//! The tables of an export, each tidy: one row a thing, one column a quantity.

mod channels;
mod curves;
mod experiments;
mod parameters;
mod plans;
mod summary;
mod weekly;

use crate::export::table::Table;
use crate::posterior::Summary;
use crate::report::Fit;
use crate::store::Weekly;

#[cfg(feature = "xlsx")]
pub(crate) use weekly::weekly_total;

/// Every table that `fit` fills, weekly quantities below each other.
pub(crate) fn tidy(fit: &Fit, weekly: &Weekly) -> Vec<Table> {
    let mut tables = vec![summary::summary(fit), channels::estimates(fit)];
    tables.extend(general(fit));
    tables.push(weekly::weekly_long(weekly));
    filled(tables)
}

#[cfg(feature = "xlsx")]
/// The same for people: one row a channel, one column a weekly series.
pub(crate) fn readable(fit: &Fit, weekly: &Weekly) -> Vec<Table> {
    let mut tables = vec![summary::summary(fit), channels::channels(fit)];
    tables.extend(general(fit));
    tables.push(weekly::weekly_wide(weekly));
    filled(tables)
}

fn general(fit: &Fit) -> [Table; 6] {
    [
        curves::curves(fit),
        plans::plans(fit),
        channels::geos(fit),
        experiments::experiments(fit),
        plans::next_tests(fit),
        parameters::parameters(fit),
    ]
}

fn filled(tables: Vec<Table>) -> Vec<Table> {
    tables.into_iter().filter(|table| table.height() > 0).collect()
}

/// Mean and 90 % interval.
fn mean(summary: &Option<Summary>) -> Option<f64> {
    summary.map(|s| s.mean)
}

fn low(summary: &Option<Summary>) -> Option<f64> {
    summary.map(|s| s.q05)
}

fn high(summary: &Option<Summary>) -> Option<f64> {
    summary.map(|s| s.q95)
}
