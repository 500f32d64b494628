//! What is said of a fit: the structs of `fit.json` and its companions, and how they are built from a posterior.

mod build;
mod channel;
mod curve;
mod evidence;
mod experiments;
mod finite;
mod fit;
mod held_out;
mod planned;
mod prior;
mod readout;
mod scenario;
mod schema;
mod sensitivity;
mod validate;
mod window;

#[cfg(test)]
pub(crate) mod testdata;

pub use build::prior::build_prior;
pub use build::{FitInputs, build};
pub(crate) use build::{data_report, tool};
pub use channel::{
    AdstockReport, ChannelKind, ChannelReport, DriftReport, EvidenceReport, GapReasonKind, GapReport,
    GeoReport, SaturationReport, SlowReport,
};
pub use curve::{Band, ResponseCurve};
pub(crate) use evidence::contradiction;
pub use experiments::*;
pub use finite::first_non_finite;
pub use fit::*;
pub use held_out::HeldOut;
pub use prior::{PRIOR_SCHEMA, PriorReport, prior_schema};
pub(crate) use readout::sources as readout_sources;
pub use readout::{
    CellReading, PeriodReading, Phase, PlaceboReport, PlaceboWindow, READOUT_SCHEMA, ReadoutReport,
    SecondOpinion, SpendSource, TestRow, TestRows, readout_schema,
};
pub use scenario::{EffectUsed, FitSource, Horizon, SCENARIO_SCHEMA, ScenarioReport, scenario_schema};
pub use schema::{fit_schema, schema_of};
pub use sensitivity::*;
pub use validate::*;
pub use window::FittedWindow;
