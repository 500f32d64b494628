//! Does the fit know what it does not know? Data sets drawn from the model's own prior, or from known
//! truths, are fitted as a user's would be, and the posteriors are compared with what made them.

mod coverage;
mod picture;
mod ranks;
mod recovery;
mod simulated;
mod uniformity;

pub use coverage::{Coverage, Hit, LEVELS, Subject, coverage, hits};
pub use picture::picture;
pub use ranks::{Fitting, RankSettings, Ranks, ranks, ranks_told};
pub use recovery::Recovery;
pub use simulated::dataset;
pub use uniformity::{Uniformity, band};
