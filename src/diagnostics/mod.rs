//! Convergence and fit diagnostics on plain draws.
//!
//! A quantity comes as one slice of draws per chain, all of one length. Where a diagnostic has no
//! value (a constant quantity, a draw that is not finite, fewer than four draws) the answer is `None`.

mod chains;
mod ebfmi;
mod ess;
mod loo;
mod mcse;
mod odd_chain;
mod parameter;
mod pareto;
mod ranked;
#[cfg(test)]
mod reference;
mod rhat;
mod verdict;

pub use chains::quantile_sorted;
pub use ebfmi::ebfmi;
pub use ess::{ess_bulk, ess_mean, ess_quantile, ess_tail};
pub use loo::{Loo, psis_loo, psis_points};
pub use mcse::{mcse_mean, mcse_quantile, mcse_sd};
pub use odd_chain::odd_chain;
pub use parameter::ParameterDiagnostics;
pub use pareto::{Smoothed, smooth};
pub use rhat::rhat;
pub use verdict::{Diagnostics, RunCounts, Verdict, WorstParameter};
