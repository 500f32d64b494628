//! What is seen of the predicted outcome: a Gaussian with the linear baseline integrated out.

mod autoregression;
mod baseline;
mod calendar;
mod conditional;
mod crossproducts;

pub use baseline::Baseline;
pub(crate) use baseline::{CONTROL_SD, GEO_INTERCEPT_SD, INTERCEPT_SD};
pub use calendar::{Calendar, CalendarState};
pub use conditional::BaselineDraw;
pub use crossproducts::Crossproducts;
