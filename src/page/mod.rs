//! What a page says: the answers in plain words and money, gathered from a fit and the files beside it.

mod answers;
mod cautions;
mod document;
mod gather;
mod money;
mod recommend;
mod span;
#[cfg(test)]
pub(crate) mod testdata;
mod totals;

pub use document::{Answer, Basis, Frontier, PAGE_SCHEMA, PageChannel, PageReport, Totals, page_schema};
pub use gather::{PageOptions, page};
pub use money::Currency;
pub use span::Span;
