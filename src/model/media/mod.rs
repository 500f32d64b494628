//! Media: exposure → adstock → saturation → contribution, forward and in reverse.

mod cotangents;
mod counterfactual;
mod response;
mod reverse;
mod sweep;
mod values;

pub use cotangents::{ChannelCotangents, Cotangents};
pub use counterfactual::{Counterfactual, OtherExposure};
pub use values::{Media, Split};
