//! Which column plays which role.

mod assignment;
mod inference;
pub(crate) mod suggest;
pub(crate) mod words;

pub(crate) use assignment::{Assignment, Media, assign};
pub use suggest::suggested_flags;
pub(crate) use words::is_driver_by_name;
pub use words::unasked_role;
