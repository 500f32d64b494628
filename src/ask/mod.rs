//! Questions to a stored fit, answered in a report.

mod asker;
mod curves;
mod questions;

pub use asker::{ask, ask_of};
pub use questions::Questions;
