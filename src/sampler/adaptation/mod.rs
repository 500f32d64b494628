//! What a chain learns before its draws count: metric and step size.

pub(super) mod estimate;
pub(super) mod step_size;
pub(super) mod warmup;

pub(super) mod settled;
