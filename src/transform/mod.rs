//! Exposure → effect: carry-over (adstock), saturation (Hill) and the vector mathematics under them.

pub mod adstock;
pub mod math;
pub mod saturation;
pub mod simd;
