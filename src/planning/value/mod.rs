//! What a plan brings: response curves, exposure in dated weeks, and the value of both over the draws.

pub(super) mod bounds;
pub(super) mod change;
pub(super) mod columns;
pub(super) mod credit;
pub(super) mod curve;
pub(super) mod effect;
pub(super) mod geo_curves;
pub(super) mod interpolate;
pub(super) mod media;
pub(super) mod outcome;
pub(super) mod profit;
pub(super) mod weeks;
