//! No-U-Turn sampling of any [`LogDensity`], chains in parallel.

mod density;
mod settings;

mod metric;

mod hamiltonian;
mod nuts;
mod pool;

mod estimate;
mod step_size;
mod warmup;

mod chain;

#[cfg(test)]
mod invariance;
#[cfg(test)]
mod targets;

pub use chain::{Chain, sample};
pub use density::{DensityError, LogDensity};
pub use settings::{Progress, SamplerError, Settings, Tick};
