//! What the draws say in the user's units: contributions, ROI, response curves, decomposition.

mod summary;
mod types;

pub use summary::{Summary, quantile_sorted};
pub use types::*;
