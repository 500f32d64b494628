//! Every model parameter with its convergence.

use crate::export::table::Table;
use crate::report::Fit;

/// One row a parameter.
pub fn parameters(fit: &Fit) -> Table {
    Table::of("parameters", "one row a model parameter, with its convergence", &fit.parameters)
        .text("parameter", |p| Some(p.name.clone()))
        .number("mean", |p| Some(p.mean))
        .number("sd", |p| Some(p.sd))
        .number("q05", |p| Some(p.q05))
        .number("q50", |p| Some(p.q50))
        .number("q95", |p| Some(p.q95))
        .number("mcse_mean", |p| p.mcse_mean)
        .number("rhat", |p| p.rhat)
        .number("ess_bulk", |p| p.ess_bulk)
        .number("ess_tail", |p| p.ess_tail)
        .done()
}
