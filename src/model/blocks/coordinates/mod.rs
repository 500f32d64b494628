//! Maps between coordinates that suit the sampler and parameters on their natural scales.

mod factors;
mod level;
mod rotation;
mod transform;

pub use factors::{FactorCoordinates, FactorInformation};
pub use level::{LevelCoordinates, LevelScales, LevelTerms};
pub(crate) use transform::{Bend, EFFECT, SHARE, half_normal, half_normal_slope, ln_1p_exp, logistic};
