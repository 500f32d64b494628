//! The words of a plan: what people type, parsed and checked.

pub(super) mod amount;
pub(super) mod change;
pub(super) mod file;
pub(super) mod placed;
pub(super) mod question;
pub(super) mod request;
pub(super) mod request_error;
pub(super) mod slots;
pub(super) mod target;
