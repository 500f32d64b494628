//! Saturation: the share h of its ceiling that adstocked exposure reaches, 0 at 0, one file a family.
//!
//! All families share K, the exposure at which half of the ceiling is reached, so that priors and reports mean
//! the same. What a caller may ask of a family is asked of [`Saturation`].

mod curve;
mod hill;
mod michaelis_menten;
mod response;
mod shape;
mod sums;

pub use curve::{CurveSeries, odds_factors};
pub use hill::{Hill, HillForward, odds, odds_within, of_odds};
pub use michaelis_menten::MichaelisMenten;
pub use response::{Response, ShapeGradient};
pub use shape::Saturation;
pub use sums::{Cotangent, Responded, ShapeSums};
