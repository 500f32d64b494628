//! CSV → [`Dataset`]: reading, column roles, checks.

mod dataset;

pub use dataset::*;
