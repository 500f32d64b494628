//! What the draws say in the user's units: contributions, ROI, response curves, decomposition.

mod compute;
mod decomposition;
mod draw;
mod history;
mod parameters;
mod summary;
mod types;

pub use compute::compute;
pub use history::{ChannelMedia, MediaHistory};
pub use summary::{Summary, quantile_sorted};
pub use types::*;
