//! Lift tests from the command line: which to run, and what one brought.

mod design;
mod readout;

pub use design::DesignArgs;
pub use readout::Readout;
