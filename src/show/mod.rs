//! What is shown: terminal, Markdown and HTML, made from reports; nothing is computed here.

mod advice;
mod causes;
mod check;
mod compare;
mod diff;
mod frame;
mod lift_tests;
mod markdown;
mod page;
mod plan;
mod prior;
mod scenario;
mod sensitivity;
mod shorten;
mod summary;
pub(crate) mod table;
mod terminal;
mod validate;

pub use check::check_text;
pub use compare::compare_text;
pub use diff::{Format, diff_text};
pub use lift_tests::{design_page, design_text, readout_page, readout_text};
pub use page::{GENERATOR, report};
pub use prior::prior_text;
pub use scenario::scenario_text;
pub use summary::{Detail, summary};
pub use table::fit_width;
pub use terminal::Style;
pub use validate::validate_text;
