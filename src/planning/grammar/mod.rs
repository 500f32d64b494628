//! The words of a plan: what people type, parsed and checked.

pub(super) mod cells;
pub(super) mod file;
pub(super) mod question;
pub(super) mod request;
pub(super) mod request_error;
pub(super) mod target;
