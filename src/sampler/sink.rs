//! Where the draws of a chain go: a sink takes them as they come.

use std::io;

use super::trajectory::End;

/// One transition after the warm-up.
#[derive(Debug)]
pub struct Record<'a> {
    /// Whether the point reached is a draw to keep, or one between two of them.
    pub kept: bool,
    /// The point reached; length d.
    pub position: &'a [f64],
    /// Log density there.
    pub log_density: f64,
    /// Hamiltonian there, with the momentum that the trajectory reached it with.
    pub energy: f64,
    /// Doublings of the trajectory.
    pub depth: u8,
    /// Acceptance statistic of the trajectory.
    pub accept: f64,
    /// Leapfrog steps, that is gradients.
    pub leapfrogs: u32,
    /// Why the trajectory grew no further.
    pub end: End,
}

/// What a chain's warm-up came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adapted {
    /// Step size of the draws.
    pub step_size: f64,
    /// Gradients of the warm-up.
    pub leapfrogs: u64,
}

/// Takes the transitions of one chain in their order: into memory, to a file, to another process.
pub trait Sink: Send {
    /// What is left when all is recorded.
    type Kept: Send;

    /// Takes one transition.
    ///
    /// # Errors
    /// Where it cannot be written; the run ends.
    fn record(&mut self, record: Record<'_>) -> io::Result<()>;

    /// Makes sure of all that was recorded so far. Called from time to time, and before [`Sink::finish`].
    ///
    /// # Errors
    /// Where it cannot be written; the run ends.
    fn flush(&mut self) -> io::Result<()>;

    /// Closes after the last transition.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn finish(self, adapted: Adapted) -> io::Result<Self::Kept>;
}
