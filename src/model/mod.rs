//! The regression: scaling, parameters, priors and the marginal density with its gradient.
//!
//! Given the parameters sampled by NUTS, everything linear (intercept, trend, seasonality, controls
//! and their deviations by geo) is Gaussian and integrated out exactly.

mod blocks;
mod bridge;
mod density;
mod design;
mod drift;
mod expectation;
mod experiments;
mod gap;
mod media;
mod observation;
mod predictive;
mod prior_draw;
mod reach;
mod returns;
mod terms;
mod theta;
mod unseen;

pub use blocks::{FactorCoordinates, FactorInformation, Label, Layout, Learnt};
pub(crate) use blocks::{
    factor_column, gap_column, gap_label, half_saturation, half_saturation_column, reference_label,
    retention_column, slope_column, slow_columns,
};
pub use bridge::{Gap, gaps};
pub use density::{Density, NotFinite, State};
pub use design::{
    BaselineDesign, Basis, Calibration, ChannelDesign, ColumnGroup, Design, EffectScale, ExposureScale,
    GapReason, MediaDesign, ScaledOutcome, ShapePrior,
};
pub use drift::{DriftPath, has_changed};
pub use expectation::{Expectation, deviates};
pub(crate) use experiments::ELSEWHERE;
pub use experiments::{TestLifts, experiment_terms, reading_density};
pub use gap::{GapPart, GapPrior};
pub use media::{ChannelCotangents, Cotangents, Counterfactual, Media, OtherExposure};
pub(crate) use media::{times_drift, without_drift};
pub use observation::BaselineDraw;
pub use predictive::PredictiveDraw;
pub use prior_draw::{PriorDraw, prior_draw};
pub(crate) use reach::{EXTRAPOLATED, Seen, beyond, reach, spend_beyond};
pub(crate) use returns::MIDDLE_HALF;
pub use terms::{At, Derivatives, Term};
pub use theta::{LikelihoodGradient, Theta};
pub use unseen::{HiddenSum, Unseen};
