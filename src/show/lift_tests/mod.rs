//! Lift tests, in the terminal and as a page: which to run, and what one brought.

mod design;
mod design_page;
mod of_designs;
mod of_readouts;
mod readout;
mod readout_page;

pub use design::design_text;
pub use design_page::design_page;
pub use readout::readout_text;
pub use readout_page::readout_page;
