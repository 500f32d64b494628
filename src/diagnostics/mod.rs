//! Convergence and fit diagnostics on plain draws.

mod loo;

pub use loo::Loo;
