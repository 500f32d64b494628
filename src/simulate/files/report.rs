//! What `mmm simulate --json` says of a market: the truth in brief.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Simulation;
use crate::report::schema_of;
use crate::simulate::truth::ChannelTruth;
use crate::simulate::world::World;

/// Schema name of the report. Within it keys are only ever added.
pub const SIMULATE_SCHEMA: &str = "mmm.simulate/1";

/// A simulated market.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "mmm.simulate/1")]
pub struct MarketReport {
    /// `mmm.simulate/1`.
    #[schemars(extend("const" = SIMULATE_SCHEMA))]
    pub schema: String,
    /// The folder that was written; truth.json in it tells all.
    pub out: String,
    /// Seed of every random number.
    pub seed: u64,
    /// Regions.
    pub geos: usize,
    /// Weeks.
    pub weeks: usize,
    /// Share of the outcome that media caused.
    pub media_share_of_outcome: f64,
    /// The truth about each channel.
    pub channels: Vec<MarketChannel>,
    /// Columns to be told as controls.
    pub controls: Vec<String>,
}

/// The truth about a simulated channel.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarketChannel {
    /// Its name.
    pub name: String,
    /// Column of data.csv.
    pub spend_column: String,
    /// Currency.
    pub spend: f64,
    /// Incremental outcome per unit of spend.
    pub roi: f64,
    /// Of the next unit of spend.
    pub marginal_roi: f64,
}

impl MarketReport {
    /// Of a market that was written to `out`.
    pub fn of(world: &World, simulation: &Simulation, out: String) -> MarketReport {
        let truth = simulation.truth();
        let channel = |(name, truth): (&str, &ChannelTruth)| MarketChannel {
            name: name.to_owned(),
            spend_column: truth.spend_column.clone(),
            spend: truth.spend,
            roi: truth.roi,
            marginal_roi: truth.mroi,
        };
        MarketReport {
            schema: SIMULATE_SCHEMA.into(),
            out,
            seed: world.seed,
            geos: world.geos,
            weeks: world.weeks,
            media_share_of_outcome: truth.media_share_of_outcome,
            channels: truth.channels().map(channel).collect(),
            controls: simulation.controls().iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

/// JSON Schema (draft 2020-12) of [`MarketReport`].
pub fn simulate_schema() -> Value {
    schema_of::<MarketReport>(SIMULATE_SCHEMA)
}
