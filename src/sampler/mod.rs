//! No-U-Turn sampling of any [`LogDensity`], chains in parallel.

mod density;
mod settings;

mod metric;

mod divergence;
mod hamiltonian;
mod nuts;
mod pool;

mod estimate;
mod step_size;
mod warmup;

mod sink;

mod chain;
mod run;

#[cfg(test)]
mod invariance;
#[cfg(test)]
mod targets;

pub use chain::Chain;
pub use density::{DensityError, LogDensity, NotFinite};
pub use divergence::Divergence;
pub use nuts::End;
pub use run::{sample, sample_into};
pub use settings::{Progress, SamplerError, Settings, Tick};
pub use sink::{Adapted, Record, Sink};
