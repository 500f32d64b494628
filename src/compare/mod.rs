//! More than one model of the same data: which of them fits, and what of the answer survives.
//!
//! The weight of a model is that of its predictions, not of its causes: two models that fit alike and move money in
//! different directions are a reason for a test, which is named, and not for a choice by fit.

mod build;
mod candidates;
mod channels;
mod fitted;
mod moves;
mod report;
mod score;
mod stacking;
mod telling;

pub use build::compare_report;
pub use candidates::{Candidate, default_candidates, read_candidates};
pub use fitted::{Fitted, Future};
pub use report::{
    COMPARE_SCHEMA, ChannelSpread, CompareReport, ModelMove, ModelReport, ModelRoi, MoveReport, Score,
    TellingTest, Verdict, WeightsBy, compare_schema,
};
