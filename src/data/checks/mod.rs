//! What in the data will weaken a fit or make it impossible.

mod centring;
mod check;
mod collinearity;
mod finding;
mod fitted;
mod following;
mod half_saturation;
mod history;
mod parameters;
mod patterns;
mod proxies;
mod spikes;
mod vet;

pub(crate) use check::COLLINEAR_PAIR;
pub use check::check;
pub use collinearity::in_lockstep;
pub(crate) use collinearity::{Collinearity, collinearity};
pub use finding::{Finding, Severity};
pub(crate) use fitted::{FittedOutcome, fitted_outcome, paces};
pub use following::{Follower, followers};
pub(crate) use history::{Activity, weeks};
pub use history::{ChannelHistory, history};
pub use parameters::{enough_rows, knot_weeks};
pub(crate) use parameters::{fourier_pairs, trend_segments};
pub use vet::vet;
