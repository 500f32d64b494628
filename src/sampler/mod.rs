//! No-U-Turn sampling of any [`LogDensity`], chains in parallel.

mod density;
mod length;
mod settings;

mod trajectory;

mod adaptation;

mod sink;

mod chain;
mod walker;

mod run;

#[cfg(test)]
mod invariance;
#[cfg(test)]
mod targets;

pub use chain::Chain;
pub use density::{DensityError, LogDensity, NotFinite};
pub use length::{LONGEST_RUN, Length};
pub use run::{Collector, Run, sample, sample_from, sample_into};
pub use settings::{Progress, SamplerError, Settings, Tick};
pub use sink::{Adapted, Record, Sink};
pub use trajectory::{Divergence, End};
