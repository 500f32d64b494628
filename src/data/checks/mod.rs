//! What in the data will weaken a fit or make it impossible.

mod centring;
mod check;
mod collinearity;
mod demand;
mod finding;
mod fitted;
mod geos;
mod half_saturation;
mod history;
mod outcome;
mod parameters;
mod patterns;
mod running;
mod twins;
mod units;
mod vet;

pub(crate) use check::COLLINEAR_PAIR;
pub use check::check;
pub use collinearity::in_lockstep;
pub(crate) use collinearity::{Collinearity, collinearity};
pub use demand::{Follower, Suspect, Suspicion, followers, suspects};
pub use finding::{Finding, Severity};
pub use fitted::Measure;
pub(crate) use fitted::{FittedOutcome, fitted_outcome, paces};
pub(crate) use history::{Activity, weeks};
pub use history::{ChannelHistory, history};
pub use parameters::{enough_rows, knot_weeks};
pub(crate) use parameters::{fourier_pairs, trend_segments};
pub use vet::vet;
