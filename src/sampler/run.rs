//! A run: warm-up and draws of every chain, all chains in parallel.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::chain::Chain;
use super::density::{DensityError, LogDensity};
use super::hamiltonian::Hamiltonian;
use super::metric::Metric;
use super::nuts::{End, Nuts};
use super::settings::{Progress, SamplerError, Settings, Tick};
use super::sink::{Adapted, Record, Sink};
use super::step_size::{DualAveraging, first_guess};
use super::warmup::{Warmup, first_metric};

/// Starting points offered to a chain before it gives up.
const START_TRIES: usize = 100;

/// Samples `density` with independent chains on the present rayon pool, and keeps the draws in memory.
///
/// # Errors
/// Those of [`sample_into`].
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
    let sink = |_| Chain::with_capacity(density.dim(), settings);
    sample_into(density, start, settings, sink, progress)
}

/// Samples `density` with independent chains on the present rayon pool, each into a sink of its own.
///
/// `start` gives the starting point of a chain from the chain's index and own random stream; it is
/// called again, up to 100 times, when the density is not finite there. A chain's draws depend on the
/// seed and its index alone, not on the number of threads or of other chains.
///
/// # Errors
/// Of the first chain that has one: [`SamplerError::NoStart`] without a usable start,
/// [`SamplerError::Cancelled`] when `progress` asks for it, [`SamplerError::Density`] when the density cannot be
/// evaluated, [`SamplerError::Sink`] when the sink cannot take a draw.
pub fn sample_into<D, S, K>(
    density: &D,
    start: S,
    settings: &Settings,
    sink: impl Fn(usize) -> K + Sync,
    progress: &dyn Progress,
) -> Result<Vec<K::Kept>, SamplerError>
where
    D: LogDensity,
    S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64> + Sync,
    K: Sink,
{
    let outcomes: Vec<Result<K::Kept, SamplerError>> = (0..settings.chains)
        .into_par_iter()
        .map(|chain| {
            let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
            rng.set_stream(chain as u64);
            let run = Run { chain, settings, progress, rng, divergences: 0 };
            run.run(density, &start, sink(chain))
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
    fn run<D, S, K>(mut self, density: &D, start: &S, mut sink: K) -> Result<K::Kept, SamplerError>
    where
        D: LogDensity,
        S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64>,
        K: Sink,
    {
        let dim = density.dim();
        let order = density.dense_block().min(dim);
        let metric = Metric::diagonal(&vec![1.0; dim], order);
        let mut nuts = Nuts::new(Hamiltonian::new(density, metric), self.settings.max_depth);
        self.find_start(&mut nuts, start)?;
        nuts.hamiltonian.metric = first_metric(&nuts.current().gradient, order);
        let adapted = self.warm_up(&mut nuts)?;
        self.draw(&mut nuts, adapted.step_size, &mut sink)?;
        let unwritten = |source| SamplerError::Sink { chain: self.chain, source };
        sink.flush().map_err(unwritten)?;
        sink.finish(adapted).map_err(unwritten)
    }

    fn find_start<D, S>(&mut self, nuts: &mut Nuts<'_, D>, start: &S) -> Result<(), SamplerError>
    where
        D: LogDensity,
        S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64>,
    {
        for _ in 0..START_TRIES {
            let q = start(self.chain, &mut self.rng);
            match nuts.set_position(&q).map_err(DensityError::recover) {
                Ok(()) => return Ok(()),
                Err(Ok(_)) => {}
                Err(Err(failed)) => return Err(self.broken(failed)),
            }
        }
        Err(SamplerError::NoStart { chain: self.chain, tries: START_TRIES })
    }

    fn warm_up<D: LogDensity>(&mut self, nuts: &mut Nuts<'_, D>) -> Result<Adapted, SamplerError> {
        let first = first_guess(nuts, &mut self.rng).map_err(|failed| self.broken(failed))?;
        let averaging = DualAveraging::new(first, self.settings.target_accept);
        let mut warmup = Warmup::new(nuts.hamiltonian.dim(), self.settings.warmup, averaging);
        let mut leapfrogs = 0;
        for iteration in 0..self.settings.warmup {
            self.check_cancelled()?;
            let step = warmup.averaging.step();
            let transition = nuts.transition(&mut self.rng, step).map_err(|failed| self.broken(failed))?;
            warmup.learn(nuts, &transition);
            leapfrogs += u64::from(transition.leapfrogs);
            self.tick(iteration, step, &transition.end);
        }
        self.divergences = 0;
        Ok(Adapted { step_size: warmup.averaging.averaged(), leapfrogs })
    }

    fn draw<D: LogDensity>(
        &mut self,
        nuts: &mut Nuts<'_, D>,
        step: f64,
        sink: &mut impl Sink,
    ) -> Result<(), SamplerError> {
        for iteration in 0..self.settings.draws * self.settings.thin {
            self.check_cancelled()?;
            let transition = nuts.transition(&mut self.rng, step).map_err(|failed| self.broken(failed))?;
            self.tick(self.settings.warmup + iteration, step, &transition.end);
            let point = nuts.current();
            let record = Record {
                kept: (iteration + 1).is_multiple_of(self.settings.thin),
                position: &point.q,
                log_density: point.log_density,
                energy: point.energy,
                depth: transition.depth,
                accept: transition.accept,
                leapfrogs: transition.leapfrogs,
                end: transition.end,
            };
            sink.record(record).map_err(|source| SamplerError::Sink { chain: self.chain, source })?;
        }
        Ok(())
    }

    fn broken(&self, source: DensityError) -> SamplerError {
        SamplerError::Density { chain: self.chain, source }
    }

    fn check_cancelled(&self) -> Result<(), SamplerError> {
        if self.progress.cancelled() { Err(SamplerError::Cancelled) } else { Ok(()) }
    }

    fn tick(&mut self, iteration: usize, step_size: f64, end: &End) {
        self.divergences += usize::from(end.is_divergence());
        self.progress.advance(Tick {
            chain: self.chain,
            iteration: iteration + 1,
            warmup: iteration < self.settings.warmup,
            step_size,
            divergences: self.divergences,
        });
    }
}
