//! Files as cells, cells as dates and numbers.

pub(crate) mod cells;
pub(crate) mod csv;
pub(crate) mod dates;
pub(crate) mod interval;
mod layout;
pub(crate) mod number;
mod plan;
mod reported;
pub(crate) mod style;
mod treated;

pub use plan::{PlanFile, PlanRow, read_plan};
pub use reported::{Reported, ReportedRow, read_reported};
pub use treated::{TreatedCell, read_treated};
