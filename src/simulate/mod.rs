//! Data sets with a known truth: what a fit should find is written down beside what it is given.
//!
//! [`World`] says what kind of market, [`simulate`] draws it and [`Simulation::write`] stores it.
//! Responses are computed here on their own terms and share no code with the fitted model, so that
//! a mistake in one of them shows up as a disagreement instead of cancelling out.

mod allocation;
mod baseline;
mod channel;
mod describe;
mod experiment;
mod files;
mod gap;
mod media;
mod noise;
mod outcome;
mod random;
mod response;
mod roster;
mod truth;
mod world;

pub use files::report::{MarketChannel, MarketReport, SIMULATE_SCHEMA, simulate_schema};
pub use files::{Existing, Simulation, check_target};
pub use truth::{ChannelTruth, GeoTestTruth, Truth};
pub use world::{
    AdstockShape, BaselineShape, GeoTest, Names, NoiseLevel, Of, SaturationShape, SpendRule, World,
};

use crate::Error;

/// Draws the data set that `world` describes; the same world gives the same bytes.
///
/// # Errors
/// [`Error::InvalidOptions`] naming every option of `world` that is out of range.
pub fn simulate(world: &World) -> Result<Simulation, Error> {
    world.check()?;
    let panel = baseline::Panel::draw(world);
    let base = baseline::Baseline::draw(world, &panel);
    let channels = channel::draw_channels(world, &panel, &base);
    let outcome = outcome::Outcome::draw(world, &panel, &base, &channels);
    let tests = experiment::Tests::draw(world, &panel, &channels)?;
    let truth = describe::describe(world, &panel, &base, &channels, &outcome, &tests);
    Ok(Simulation::new(world, &panel, &base, &channels, &outcome, truth))
}
