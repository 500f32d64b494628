//! Whether spend follows what drives the outcome, or the outcome itself.

mod calendar;
mod following;
mod proxies;
mod suspicion;

pub use following::{Follower, followers};
pub(super) use proxies::proxies;
pub(super) use suspicion::findings;
pub use suspicion::{Suspect, Suspicion, suspects};
