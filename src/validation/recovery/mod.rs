//! Can data like these tell? Outcomes drawn from the fitted model on the user's own spend and controls, refitted,
//! and what made them held against what was found.
//!
//! Every world obeys the model, so that what is found here is the least error to expect: what the model lacks
//! comes on top.

mod judge;
mod longer;
mod point;
mod refit;
mod worlds;

pub use worlds::{RecoverySettings, recovery};
