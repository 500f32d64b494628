//! Which test to run next: channel × kind × geos × dose × weeks, by what its reading is worth less what it costs.
//!
//! The reading's standard error comes from the user's own history: what a fitted model leaves unexplained in the geos
//! that would be treated, less the same in the others, predicted over windows in which nothing was tested.

mod candidates;
mod constraints;
mod estimator;
mod geos;
mod history;
mod judge;
mod refuse;
mod report;
mod search;
mod steps;
mod write;

pub use constraints::Constraints;
pub use refuse::refuse_other;
pub use report::{
    DESIGN_SCHEMA, Design, DesignReport, GeoRole, Instructions, Kind, PlanCell, PowerPoint, design_schema,
};
pub use search::design;
pub use write::write_design;
