//! A run: warm-up and draws of all chains in parallel, as long as was asked for or as it needs.

use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::adaptation::settled::settled;
use super::chain::Chain;
use super::density::LogDensity;
use super::length::metric_iterations;
use super::settings::{Progress, SamplerError, Settings};
use super::sink::Sink;
use super::walker::Walker;

/// Where the draws of a run go, and how many are enough.
pub trait Collector: Sync {
    /// Takes the draws of one chain.
    type Sink: Sink;

    /// The sink of a chain, by its index.
    fn sink(&self, chain: usize) -> Self::Sink;

    /// Whether the draws so far will do; asked where their number is [`super::Length::AsNeeded`].
    fn is_enough(&self, _: &[&Self::Sink]) -> bool {
        true
    }
}

/// What is left of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run<K> {
    /// What each chain's sink kept.
    pub chains: Vec<K>,
    /// Warm-up iterations of each chain.
    pub warmup: usize,
    /// Kept draws of each chain.
    pub draws: usize,
    /// Wall time of the warm-up.
    pub warmup_time: Duration,
    /// Wall time of the draws.
    pub draws_time: Duration,
}

/// Keeps the draws in memory, and is content with the first that come.
struct InMemory<'a>(usize, &'a Settings);

impl Collector for InMemory<'_> {
    type Sink = Chain;

    fn sink(&self, _: usize) -> Chain {
        Chain::with_capacity(self.0, self.1)
    }
}

/// Samples `density` with independent chains on the present rayon pool, and keeps the draws in memory.
///
/// # Errors
/// Those of [`sample_into`].
pub fn sample<D, S>(
    density: &D,
    start: S,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Run<Chain>, SamplerError>
where
    D: LogDensity,
    S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64> + Sync,
{
    sample_into(density, start, settings, &InMemory(density.dim(), settings), progress)
}

/// Samples `density` from draws of one that differs little, row-major: chains start at the last of them, and their first
/// metric is that of all, so that a short warm-up will do.
///
/// # Errors
/// Those of [`sample_into`].
pub fn sample_from<D: LogDensity, C: Collector>(
    density: &D,
    known: &[f64],
    settings: &Settings,
    collector: &C,
    progress: &dyn Progress,
) -> Result<Run<<C::Sink as Sink>::Kept>, SamplerError> {
    let last = |_, _: &mut ChaCha8Rng| known[known.len() - density.dim()..].to_vec();
    run(density, (&last, known), settings, collector, progress)
}

/// Samples `density` with independent chains on the present rayon pool, each into a sink of its own.
///
/// `start` gives the starting point of a chain from the chain's index and own random stream; it is
/// called again, up to 100 times, when the density is not finite there. A chain's draws depend on the
/// seed, its index and the lengths of the run alone, not on the number of threads or, where these lengths are
/// fixed, on other chains: a run that chose its lengths is the same as one that was given them.
///
/// # Errors
/// Of the first chain that has one: [`SamplerError::NoStart`] without a usable start,
/// [`SamplerError::Cancelled`] when `progress` asks for it, [`SamplerError::Density`] when the density cannot be
/// evaluated, [`SamplerError::Sink`] when the sink cannot take a draw.
pub fn sample_into<D, S, C>(
    density: &D,
    start: S,
    settings: &Settings,
    collector: &C,
    progress: &dyn Progress,
) -> Result<Run<<C::Sink as Sink>::Kept>, SamplerError>
where
    D: LogDensity,
    S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64> + Sync,
    C: Collector,
{
    run(density, (&start, &[]), settings, collector, progress)
}

/// See [`sample_into`]; with what is known of the density before the warm-up.
fn run<D, S, C>(
    density: &D,
    (start, known): (&S, &[f64]),
    settings: &Settings,
    collector: &C,
    progress: &dyn Progress,
) -> Result<Run<<C::Sink as Sink>::Kept>, SamplerError>
where
    D: LogDensity,
    S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64> + Sync,
    C: Collector,
{
    let begun = Instant::now();
    let (shortest, fewest) = (settings.warmup.warmups()[0], settings.draws.draws()[0] * settings.thin);
    progress.expect(shortest + fewest);
    let start =
        |chain| Walker::start((chain, collector.sink(chain)), density, (start, known), settings, progress);
    let mut walkers = first_error((0..settings.chains).into_par_iter().map(start).collect())?;
    let warmup = warm_up(&mut walkers, settings, |warmup| progress.expect(warmup + fewest))?;
    let warm = Instant::now();
    let lengths = settings.draws.draws();
    let mut draws = 0;
    for length in lengths {
        draws = *length;
        progress.expect(warmup + draws * settings.thin);
        each(&mut walkers, |walker| walker.draw_to(draws))?;
        if lengths.len() > 1 && collector.is_enough(&walkers.iter().map(|w| &w.sink).collect::<Vec<_>>()) {
            break;
        }
    }
    let (warmup_time, draws_time) = (warm - begun, warm.elapsed());
    let chains = first_error(walkers.into_iter().map(Walker::finish).collect())?;
    Ok(Run { chains, warmup, draws, warmup_time, draws_time })
}

/// Warms all chains up, and returns the iterations that it took.
fn warm_up<D: LogDensity, K: Sink>(
    walkers: &mut [Walker<'_, D, K>],
    settings: &Settings,
    expect: impl Fn(usize),
) -> Result<usize, SamplerError> {
    let lengths = settings.warmup.warmups();
    let mut warmup = 0;
    for length in lengths {
        warmup = *length;
        expect(warmup);
        each(walkers, |walker| walker.warm_to(metric_iterations(warmup)))?;
        if lengths.len() > 1 && settled(&walkers.iter().map(|w| &w.warmup).collect::<Vec<_>>()) {
            break;
        }
    }
    each(walkers, |walker| {
        walker.fix_metric();
        walker.warm_to(warmup)?;
        walker.fix_step();
        Ok(())
    })?;
    Ok(warmup)
}

/// Moves every chain on, in parallel.
fn each<W: Send>(
    walkers: &mut [W],
    on: impl Fn(&mut W) -> Result<(), SamplerError> + Sync + Send,
) -> Result<(), SamplerError> {
    first_error(walkers.par_iter_mut().map(on).collect()).map(|_| ())
}

/// The results in the order of the chains, or the error of the first that has one.
fn first_error<T>(outcomes: Vec<Result<T, SamplerError>>) -> Result<Vec<T>, SamplerError> {
    outcomes.into_iter().collect()
}
