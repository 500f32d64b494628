//! The pages of a test's design and of its readout: self-contained, without scripts, readable in light and dark.

mod charts;
mod design;
mod escape;
mod page;
mod readout;
mod readout_charts;

pub use design::design_page;
pub use readout::readout_page;
