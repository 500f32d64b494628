//! Whether spend follows what drives the outcome, or the outcome itself.

mod calendar;
mod credit;
mod following;
mod left_out;
mod projection;
mod proxies;
mod suspects;
mod suspicion;

pub use following::{Follower, followers};
pub(super) use proxies::proxies;
pub(super) use suspects::findings;
pub use suspects::suspects;
pub use suspicion::{Suspect, Suspicion};
