//! What the draws say in the user's units: contributions, ROI, response curves, decomposition.

mod compute;
mod decomposition;
mod draw;
mod parameters;
mod summary;
mod types;

pub use compute::{compute, compute_prior};
pub use summary::{Summary, quantile_sorted};
pub use types::*;
