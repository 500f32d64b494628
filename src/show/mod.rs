//! What is shown: terminal, Markdown and HTML, made from reports; nothing is computed here.

mod advice;
mod causes;
mod compare;
mod diff;
mod html;
mod lift_tests;
mod markdown;
mod plan;
mod prior;
mod scenario;
mod sensitivity;
mod sensitivity_table;
mod shorten;
pub(crate) mod table;
mod terminal;
mod validate;

pub use compare::compare_text;
pub use diff::{Format, diff_text};
pub use html::{design_page, readout_page, report};
pub use lift_tests::{design_text, readout_text};
pub use prior::prior_text;
pub use scenario::scenario_text;
pub use terminal::{Style, summary};
pub use validate::validate_text;
