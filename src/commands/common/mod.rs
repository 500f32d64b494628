//! What several commands share: flags, stored fits, tests, progress and signals.

pub mod args;
pub mod documents;
pub mod edited;
pub mod experiments;
pub mod progress;
pub mod signals;
