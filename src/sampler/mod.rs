//! No-U-Turn sampling of any [`LogDensity`], chains in parallel.

mod density;

pub use density::{DensityError, LogDensity};
