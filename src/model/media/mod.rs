//! Media: exposure → adstock → saturation → contribution, forward and in reverse.

mod cotangents;
mod counterfactual;
mod drifted;
mod response;
mod reverse;
mod sweep;
mod values;

pub use cotangents::{ChannelCotangents, Cotangents};
pub use counterfactual::{Counterfactual, OtherExposure};
pub(crate) use drifted::{times as times_drift, without as without_drift};
pub use values::{Media, Split};
