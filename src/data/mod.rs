//! CSV → [`Dataset`]: reading, column roles, checks.

mod cells;
mod checks;
mod collinearity;
mod csv;
mod dataset;
mod dates;
mod digest;
mod following;
mod history;
mod infer;
mod interval;
mod layout;
mod load;
mod number;
mod panel;
mod patterns;
mod reported;
mod roles;
mod settings;
mod spikes;
mod suggest;
mod vet;
mod window;

pub use crate::config::{LoadOptions, NamedChannel, OutcomeKind};
pub use checks::{Finding, Severity, check, enough_rows};
pub(crate) use collinearity::collinearity;
pub use dataset::*;
pub use digest::period_digests;
pub use following::{Follower, followers};
pub use history::{ChannelHistory, history};
pub use infer::unasked_role;
pub use load::{column_names, load};
pub use reported::{Reported, read_reported};
pub use settings::settle;
pub use suggest::suggested_flags;
pub use vet::vet;
