//! Chains: warm-up, kept draws, and all chains of a run in parallel.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::density::LogDensity;
use super::hamiltonian::Hamiltonian;
use super::metric::Metric;
use super::nuts::{End, Nuts};
use super::settings::{Progress, SamplerError, Settings, Tick};
use super::step_size::{DualAveraging, first_guess};
use super::warmup::{Warmup, first_metric};

/// Starting points offered to a chain before it gives up.
const START_TRIES: usize = 100;

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
    fn with_capacity(dim: usize, settings: &Settings) -> Chain {
        let (draws, transitions) = (settings.draws, settings.draws * settings.thin);
        Chain {
            dim,
            positions: Vec::with_capacity(dim * draws),
            log_density: Vec::with_capacity(draws),
            energy: Vec::with_capacity(transitions),
            depth: Vec::with_capacity(transitions),
            accept: Vec::with_capacity(transitions),
            divergent: Vec::with_capacity(transitions),
            depth_hits: 0,
            step_size: 0.0,
            leapfrogs_warmup: 0,
            leapfrogs: 0,
        }
    }
}

/// Samples `density` with independent chains on the present rayon pool.
///
/// `start` gives the starting point of a chain from the chain's index and own random stream; it is
/// called again, up to 100 times, when the density is not finite there. A chain's draws depend on the
/// seed and its index alone, not on the number of threads or of other chains.
///
/// # Errors
/// [`SamplerError::NoStart`] of the first chain without a usable start;
/// [`SamplerError::Cancelled`] when `progress` asks for it.
pub fn sample<D, S>(
    density: &D,
    start: S,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Vec<Chain>, SamplerError>
where
    D: LogDensity,
    S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64> + Sync,
{
    let outcomes: Vec<Result<Chain, SamplerError>> = (0..settings.chains)
        .into_par_iter()
        .map(|chain| {
            let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
            rng.set_stream(chain as u64);
            let run = Run { chain, settings, progress, rng, divergences: 0 };
            run.run(density, &start)
        })
        .collect();
    outcomes.into_iter().collect()
}

/// One chain under way.
struct Run<'a> {
    chain: usize,
    settings: &'a Settings,
    progress: &'a dyn Progress,
    rng: ChaCha8Rng,
    divergences: usize,
}

impl Run<'_> {
    fn run<D, S>(mut self, density: &D, start: &S) -> Result<Chain, SamplerError>
    where
        D: LogDensity,
        S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64>,
    {
        let dim = density.dim();
        let order = density.dense_block().min(dim);
        let metric = Metric::diagonal(&vec![1.0; dim], order);
        let mut nuts = Nuts::new(Hamiltonian::new(density, metric), self.settings.max_depth);
        self.find_start(&mut nuts, start)?;
        nuts.hamiltonian.metric = first_metric(&nuts.current().gradient, order);
        let mut chain = Chain::with_capacity(dim, self.settings);
        self.warm_up(&mut nuts, &mut chain)?;
        self.draw(&mut nuts, &mut chain)?;
        Ok(chain)
    }

    fn find_start<D, S>(&mut self, nuts: &mut Nuts<'_, D>, start: &S) -> Result<(), SamplerError>
    where
        D: LogDensity,
        S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64>,
    {
        for _ in 0..START_TRIES {
            let q = start(self.chain, &mut self.rng);
            if nuts.set_position(&q).is_ok() {
                return Ok(());
            }
        }
        Err(SamplerError::NoStart { chain: self.chain, tries: START_TRIES })
    }

    fn warm_up<D: LogDensity>(
        &mut self,
        nuts: &mut Nuts<'_, D>,
        chain: &mut Chain,
    ) -> Result<(), SamplerError> {
        let averaging = DualAveraging::new(first_guess(nuts, &mut self.rng), self.settings.target_accept);
        let mut warmup = Warmup::new(chain.dim, self.settings.warmup, averaging);
        for iteration in 0..self.settings.warmup {
            self.check_cancelled()?;
            let step = warmup.averaging.step();
            let transition = nuts.transition(&mut self.rng, step);
            warmup.learn(nuts, &transition);
            chain.leapfrogs_warmup += u64::from(transition.leapfrogs);
            self.tick(iteration, step, transition.end);
        }
        chain.step_size = warmup.averaging.averaged();
        self.divergences = 0;
        Ok(())
    }

    fn draw<D: LogDensity>(&mut self, nuts: &mut Nuts<'_, D>, chain: &mut Chain) -> Result<(), SamplerError> {
        for iteration in 0..self.settings.draws * self.settings.thin {
            self.check_cancelled()?;
            let transition = nuts.transition(&mut self.rng, chain.step_size);
            let point = nuts.current();
            if (iteration + 1).is_multiple_of(self.settings.thin) {
                chain.positions.extend_from_slice(&point.q);
                chain.log_density.push(point.log_density);
            }
            chain.energy.push(point.energy);
            chain.depth.push(transition.depth);
            chain.accept.push(transition.accept);
            chain.divergent.push(transition.end == End::Diverged);
            chain.depth_hits += usize::from(transition.end == End::MaxDepth);
            chain.leapfrogs += u64::from(transition.leapfrogs);
            self.tick(self.settings.warmup + iteration, chain.step_size, transition.end);
        }
        Ok(())
    }

    fn check_cancelled(&self) -> Result<(), SamplerError> {
        if self.progress.cancelled() { Err(SamplerError::Cancelled) } else { Ok(()) }
    }

    fn tick(&mut self, iteration: usize, step_size: f64, end: End) {
        self.divergences += usize::from(end == End::Diverged);
        self.progress.advance(Tick {
            chain: self.chain,
            iteration: iteration + 1,
            warmup: iteration < self.settings.warmup,
            step_size,
            divergences: self.divergences,
        });
    }
}
