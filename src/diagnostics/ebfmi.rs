//! E-BFMI: does a fresh momentum reach the whole range of energies?

use super::chains::{usable, variance};

/// Energy Bayesian fraction of missing information of one chain; below 0.3 the tails are explored slowly.
///
/// # Source
/// Betancourt, arXiv:1604.00695, eq. 1, with the sample variance as in ArviZ.
pub fn ebfmi(energy: &[f64]) -> Option<f64> {
    if !usable(&[energy]) {
        return None;
    }
    let steps: f64 = energy.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    Some(steps / (energy.len() as f64 - 1.0) / variance(energy))
}
