//! What the draws say in the user's units: contributions, ROI, response curves, decomposition.

mod cell;
mod columns;
mod compute;
mod curves;
mod decomposition;
mod draw;
mod evidence;
mod history;
mod ledger;
mod parameters;
mod period;
mod pointwise;
mod quality;
mod summary;
mod types;

pub use crate::diagnostics::quantile_sorted;
pub use cell::Cell;
pub use compute::{compute, compute_prior};
pub use curves::{CurveDraws, curve_draws};
pub(crate) use draw::channels as channel_draws;
pub use evidence::{ActivePeriods, Cause, Evidence, EvidenceVerdict, ExpectedEffect, Partner, evidence};
pub(crate) use evidence::{PRIOR as LITTLE_WEIGHT, data_weight};
pub use history::{ChannelMedia, MediaHistory};
pub use ledger::{LeftOutBy, TestDraws, TestLedger, ledger, test_draws};
pub(crate) use parameters::{
    coefficient_column, names as parameter_names, sampled_values, values as parameter_values,
};
pub use period::Period;
pub use pointwise::{Pointwise, pointwise};
pub use quality::{Prediction, crps};
pub use summary::Summary;
pub(crate) use summary::{bulk_sd, mean_sd, quantiles};
pub use types::*;
