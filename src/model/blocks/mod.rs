//! The parameters, a group a file: each block owns its coordinates, how they decode, the prior with its chain
//! rule, a draw from it, where chains start, and names and values for the files.

mod accumulator;
mod baseline_scales;
mod carry_over;
mod coordinates;
mod drawing;
mod effect;
mod gap;
mod geo_factors;
mod label;
mod layout;
mod learnt;
mod level;
mod noise;
mod numbering;
mod pool;
mod saturation;

pub use carry_over::{retention_column, slow_columns};
pub(crate) use coordinates::half_normal as half_normal_value;
pub use coordinates::{FactorCoordinates, FactorInformation};
pub(crate) use drawing::Drawing;
pub use gap::{gap_column, gap_label};
pub use geo_factors::factor_column;
pub use label::Label;
pub use layout::Layout;
pub use learnt::Learnt;
pub use saturation::{half_saturation, half_saturation_column, reference_label, slope_column};

/// The coordinate of a share with a given logit.
#[cfg(test)]
pub(crate) fn share_coordinate(logit: f64) -> f64 {
    coordinates::SHARE.unbent(logit)
}
