//! From the units of the file to those of the model, in three stages: the outcome, the media, the baseline.

mod baseline;
mod basis;
mod beliefs;
mod causal;
mod channel;
mod columns;
mod control;
mod error_variance;
mod exposure;
mod hausman;
mod media;
mod outcome;
mod reliability;
mod shape;
mod whole;

pub use baseline::BaselineDesign;
pub use basis::Basis;
pub(crate) use beliefs::PRIOR_MEDIA_SHARE;
pub use causal::GapReason;
pub use channel::{ChannelDesign, EffectScale};
pub use columns::ColumnGroup;
pub use exposure::ExposureScale;
pub use media::MediaDesign;
pub use outcome::ScaledOutcome;
pub use reliability::Calibration;
pub use shape::ShapePrior;
pub use whole::Design;
