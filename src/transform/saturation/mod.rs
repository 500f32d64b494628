//! Saturation: the share h of its ceiling that adstocked exposure reaches, 0 at 0, one file a family.
//!
//! All families with a ceiling share K, the exposure at which half of it is reached, so that priors and reports mean
//! the same; without one h is 1 at a reference exposure. What a caller may ask of a family is asked of [`Saturation`].

mod curve;
mod elementwise;
mod exponential;
mod hill;
mod logistic;
mod michaelis_menten;
mod power;
mod response;
mod shape;
mod sums;

pub use curve::Multiples;
pub use exponential::Exponential;
pub use hill::{Hill, HillForward, odds, odds_within, of_odds};
pub use logistic::Logistic;
pub use michaelis_menten::MichaelisMenten;
pub use power::Power;
pub use response::{Response, ShapeGradient};
pub use shape::Saturation;
pub use sums::{Cotangent, Responded, ShapeSums};

#[cfg(test)]
mod tests;
