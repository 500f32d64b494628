//! One chain under way.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::adaptation::estimate::WarmupDraws;
use super::adaptation::step_size::{DualAveraging, first_guess};
use super::adaptation::warmup::{Warmup, first_metric};
use super::density::{DensityError, LogDensity};
use super::settings::{Progress, SamplerError, Settings, Tick};
use super::sink::{Adapted, Record, Sink};
use super::trajectory::hamiltonian::Hamiltonian;
use super::trajectory::metric::Metric;
use super::trajectory::nuts::{End, Nuts, Transition};

/// Starting points offered to a chain before it gives up.
const START_TRIES: usize = 100;

/// A chain, which can be moved on by any number of iterations at a time.
pub(crate) struct Walker<'a, D: LogDensity, K> {
    chain: usize,
    settings: &'a Settings,
    progress: &'a dyn Progress,
    rng: ChaCha8Rng,
    nuts: Nuts<'a, D>,
    pub(crate) warmup: Warmup,
    pub(crate) sink: K,
    /// Warm-up iterations done.
    warmed: usize,
    /// Transitions since the warm-up.
    drawn: usize,
    adapted: Adapted,
    divergences: usize,
}

impl<'a, D: LogDensity, K: Sink> Walker<'a, D, K> {
    /// A chain at its start, with a stream of random numbers of its own. `known` are points, row-major, that tell the
    /// first metric, if any.
    pub(crate) fn start<S>(
        (chain, sink): (usize, K),
        density: &'a D,
        (start, known): (&S, &[f64]),
        settings: &'a Settings,
        progress: &'a dyn Progress,
    ) -> Result<Self, SamplerError>
    where
        S: Fn(usize, &mut ChaCha8Rng) -> Vec<f64>,
    {
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        rng.set_stream(chain as u64);
        let dim = density.dim();
        let order = density.dense_block().min(dim);
        let metric = Metric::diagonal(&vec![1.0; dim], order);
        let mut nuts = Nuts::new(Hamiltonian::new(density, metric), settings.max_depth);
        let broken = |source| SamplerError::Density { chain, source };
        let mut tries = 0;
        loop {
            match nuts.set_position(&start(chain, &mut rng)).map_err(DensityError::recover) {
                Ok(()) => break,
                Err(Err(failed)) => return Err(broken(failed)),
                Err(Ok(_)) => tries += 1,
            }
            if tries == START_TRIES {
                return Err(SamplerError::NoStart { chain, tries });
            }
        }
        let shortest = settings.warmup.warmups()[0];
        let known = WarmupDraws::at(density, known, shortest).map_err(broken)?;
        nuts.hamiltonian.metric = if known.len() > 0 {
            known.estimate(0, order)
        } else {
            first_metric(&nuts.current().gradient, order)
        };
        let first = first_guess(&mut nuts, &mut rng).map_err(broken)?;
        Ok(Walker {
            chain,
            settings,
            progress,
            rng,
            warmup: Warmup::new(known, shortest, DualAveraging::new(first, settings.target_accept)),
            nuts,
            sink,
            warmed: 0,
            drawn: 0,
            adapted: Adapted { step_size: first, leapfrogs: 0 },
            divergences: 0,
        })
    }

    /// Warms up until so many iterations are done.
    pub(crate) fn warm_to(&mut self, iterations: usize) -> Result<(), SamplerError> {
        while self.warmed < iterations {
            let step = self.warmup.averaging.step();
            let transition = self.transition(step)?;
            self.warmup.learn(&mut self.nuts, &transition);
            self.warmed += 1;
            self.adapted.leapfrogs += u64::from(transition.leapfrogs);
            self.tick(self.warmed, step, &transition.end);
        }
        Ok(())
    }

    /// Leaves the metric as the draws so far suggest it.
    pub(crate) fn fix_metric(&mut self) {
        self.warmup.fix_metric(&mut self.nuts);
    }

    /// Ends the warm-up.
    pub(crate) fn fix_step(&mut self) {
        self.adapted.step_size = self.warmup.averaging.averaged();
        self.divergences = 0;
    }

    /// Goes on until so many draws are kept.
    pub(crate) fn draw_to(&mut self, draws: usize) -> Result<(), SamplerError> {
        let step = self.adapted.step_size;
        while self.drawn < draws * self.settings.thin {
            let transition = self.transition(step)?;
            self.drawn += 1;
            self.tick(self.warmed + self.drawn, step, &transition.end);
            let point = self.nuts.current();
            let record = Record {
                kept: self.drawn.is_multiple_of(self.settings.thin),
                position: &point.q,
                log_density: point.log_density,
                energy: point.energy,
                depth: transition.depth,
                accept: transition.accept,
                leapfrogs: transition.leapfrogs,
                end: transition.end,
            };
            self.sink.record(record).map_err(|source| self.unwritten(source))?;
        }
        self.sink.flush().map_err(|source| self.unwritten(source))
    }

    /// Closes the sink.
    pub(crate) fn finish(self) -> Result<K::Kept, SamplerError> {
        let chain = self.chain;
        self.sink.finish(self.adapted).map_err(|source| SamplerError::Sink { chain, source })
    }

    fn transition(&mut self, step: f64) -> Result<Transition, SamplerError> {
        if self.progress.cancelled() {
            return Err(SamplerError::Cancelled);
        }
        let chain = self.chain;
        self.nuts.transition(&mut self.rng, step).map_err(|source| SamplerError::Density { chain, source })
    }

    fn unwritten(&self, source: std::io::Error) -> SamplerError {
        SamplerError::Sink { chain: self.chain, source }
    }

    fn tick(&mut self, iteration: usize, step_size: f64, end: &End) {
        self.divergences += usize::from(end.is_divergence());
        self.progress.advance(Tick {
            chain: self.chain,
            iteration,
            warmup: self.drawn == 0,
            step_size,
            divergences: self.divergences,
        });
    }
}
