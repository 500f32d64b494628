//! Linear algebra on small symmetric positive definite matrices: one at a time, or one in every lane.

pub(crate) mod lanes;
pub(crate) mod symmetric;
