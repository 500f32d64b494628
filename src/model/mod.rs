//! The regression: scaling, parameters, priors and the marginal density with its gradient.
//!
//! Given the parameters sampled by NUTS, everything linear (intercept, trend, seasonality, controls
//! and their deviations by geo) is Gaussian and integrated out exactly.

mod baseline;
mod basis;
mod calendar;
mod columns;
mod coordinates;
mod density;
mod design;
mod error_variance;
mod expectation;
mod factors;
mod hausman;
mod layout;
mod level;
mod media;
mod pool;
mod predictive;
mod prior;
mod prior_draw;
mod reach;
mod reliability;
mod returns;
mod rotation;
mod scaling;
mod start;

pub use baseline::BaselineDraw;
pub use basis::Basis;
pub use density::{Density, NotFinite, State};
pub use design::{ChannelDesign, ColumnGroup, Design, EffectScale};
pub use expectation::{Expectation, deviates};
pub use factors::{FactorCoordinates, FactorInformation};
pub use layout::{Layout, Theta};
pub use predictive::PredictiveDraw;
pub use prior::ShapePrior;
pub use prior_draw::{PriorDraw, prior_draw};
pub(crate) use reach::{EXTRAPOLATED, Seen, beyond, reach, spend_beyond};
pub use reliability::Calibration;
pub(crate) use returns::MIDDLE_HALF;
pub use scaling::ExposureScale;
