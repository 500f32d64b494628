//! The draws of one chain in memory.

use std::io;

use super::settings::Settings;
use super::sink::{Adapted, Record, Sink};
use super::trajectory::Divergence;
use super::trajectory::End;

/// Divergences of a chain that are kept whole: enough to see where they cluster.
const WHOLE_DIVERGENCES: usize = 16;

/// The kept draws of one chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// Dimension d of a draw.
    pub dim: usize,
    /// Draws × d, row-major.
    pub positions: Vec<f64>,
    /// Log density at each draw.
    pub log_density: Vec<f64>,
    /// Hamiltonian after each transition, kept as a draw or not, with the momentum the trajectory reached the
    /// point with.
    pub energy: Vec<f64>,
    /// Doublings of each transition's trajectory.
    pub depth: Vec<u8>,
    /// Acceptance statistic of each transition's trajectory.
    pub accept: Vec<f64>,
    /// Whether each transition's trajectory diverged.
    pub divergent: Vec<bool>,
    /// The first 16 divergences, each with the index of its transition.
    pub divergences: Vec<(usize, Divergence)>,
    /// Trajectories that reached the maximal depth without a turn.
    pub depth_hits: usize,
    /// Step size of the kept draws.
    pub step_size: f64,
    /// Gradients of the warm-up.
    pub leapfrogs_warmup: u64,
    /// Gradients of the kept draws.
    pub leapfrogs: u64,
}

impl Chain {
    /// Room for the draws of a run of `dim` dimensions, or for the fewest that it may have.
    pub fn with_capacity(dim: usize, settings: &Settings) -> Chain {
        let draws = settings.draws.draws()[0];
        let transitions = draws * settings.thin;
        Chain {
            dim,
            positions: Vec::with_capacity(dim * draws),
            log_density: Vec::with_capacity(draws),
            energy: Vec::with_capacity(transitions),
            depth: Vec::with_capacity(transitions),
            accept: Vec::with_capacity(transitions),
            divergent: Vec::with_capacity(transitions),
            divergences: Vec::new(),
            depth_hits: 0,
            step_size: 0.0,
            leapfrogs_warmup: 0,
            leapfrogs: 0,
        }
    }
}

impl Sink for Chain {
    type Kept = Chain;

    fn record(&mut self, record: Record<'_>) -> io::Result<()> {
        if record.kept {
            self.positions.extend_from_slice(record.position);
            self.log_density.push(record.log_density);
        }
        let transition = self.energy.len();
        self.energy.push(record.energy);
        self.depth.push(record.depth);
        self.accept.push(record.accept);
        self.divergent.push(record.end.is_divergence());
        self.leapfrogs += u64::from(record.leapfrogs);
        match record.end {
            End::Turned => {}
            End::MaxDepth => self.depth_hits += 1,
            End::Diverged(divergence) => {
                if self.divergences.len() < WHOLE_DIVERGENCES {
                    self.divergences.push((transition, divergence));
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(self, adapted: Adapted) -> io::Result<Chain> {
        Ok(Chain { step_size: adapted.step_size, leapfrogs_warmup: adapted.leapfrogs, ..self })
    }
}
