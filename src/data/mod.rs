//! CSV → [`Dataset`]: reading, column roles, checks.

mod cells;
mod csv;
mod dataset;
mod dates;
mod infer;
mod interval;
mod layout;
mod load;
mod number;
mod panel;
mod reported;
mod roles;
mod suggest;

pub use crate::config::{LoadOptions, NamedChannel, OutcomeKind};
pub use dataset::*;
pub use load::load;
pub use reported::{Reported, read_reported};
pub use suggest::suggested_flags;
