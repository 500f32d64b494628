//! Carry-over: exposure of earlier periods that still works, and its derivative by the retention.
//!
//! Every kernel has a parameter α in (0, 1), a dual one two more, and weights that sum to one, so that adstocked exposure
//! keeps the unit and the long-run level of the exposure itself.

mod carry;
mod dual;
mod geometric;
mod pascal;
mod shape;
mod truncated;
mod weibull;

pub use carry::{Carry, carry_over_periods, carryover_share, half_life, lag_weights};
pub use geometric::{LANES, geometric};
pub use shape::{CarryShape, SlowPart};

#[cfg(test)]
mod tests;
