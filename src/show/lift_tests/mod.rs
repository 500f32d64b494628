//! Lift tests in the terminal: which to run, and what one brought.

mod design;
mod readout;

pub use design::design_text;
pub(super) use design::{TITLES, cells};
pub use readout::readout_text;
pub(super) use readout::{estimates, heading, sentences};
