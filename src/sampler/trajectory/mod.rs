//! One trajectory: the metric it goes by, its steps, its tree, and where it diverges.

pub(super) mod metric;

mod divergence;
pub(super) mod hamiltonian;
pub(super) mod nuts;
mod pool;

pub use divergence::Divergence;
pub use nuts::End;
