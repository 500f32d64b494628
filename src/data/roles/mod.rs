//! Which column plays which role.

mod assignment;
mod inference;
pub(crate) mod suggest;
pub(crate) mod words;

pub(crate) use assignment::{Assignment, Media, assign};
pub use suggest::suggested_flags;
pub use words::unasked_role;
