//! The ledger of lift tests: what the model would have said of each without it.
//!
//! From the draws of the fit where importance weights can tell; else by a short chain without the test, in one market
//! at once, in a panel, where that takes as long as the fit itself, only when asked for: then by a whole fit.

use rayon::prelude::*;

use super::sampling::{MAX_DEPTH, sample_density};
use crate::Error;
use crate::config::{FitConfig, SamplerConfig};
use crate::data::{Dataset, Experiment, Experiments};
use crate::model::{Density, Design, experiment_terms};
use crate::posterior::{LeftOutBy, TestDraws, TestLedger, ledger, test_draws};
use crate::report::ExperimentReport;
use crate::sampler::{self, Chain, Length, Progress, Settings};

/// Warm-up and draws of the chain that tells what is said without a test. It starts at a draw of the fit, which differs
/// by one test, and 800 draws know the mean to a tenth of its uncertainty or better.
const SHORT: (usize, usize) = (200, 800);

/// A density that is told tests.
pub(super) struct Told<'a> {
    pub(super) density: &'a Density,
    pub(super) data: &'a Dataset,
    pub(super) tests: &'a [Experiment],
    pub(super) sampler: &'a SamplerConfig,
}

impl Told<'_> {
    /// What each test says, from draws of the density.
    pub(super) fn ledger(
        &self,
        chains: &[Chain],
        progress: &dyn Progress,
    ) -> Result<Vec<ExperimentReport>, Error> {
        if self.tests.is_empty() {
            return Ok(Vec::new());
        }
        let without: Vec<Density> = (0..self.tests.len()).map(|e| self.without(e)).collect();
        let mut entries = ledger(self.density, &without, (self.data, self.tests), chains);
        if self.density.design.n_geos == 1 {
            let untold = entries.par_iter_mut().enumerate().filter(|(_, entry)| entry.untold.is_none());
            untold.try_for_each(|(e, entry)| {
                let chains = self.short_chain(&without[e], chains, progress)?;
                self.enter(e, entry, &without[e], &chains);
                Ok::<(), Error>(())
            })?;
        }
        Ok(self.reported(&entries))
    }

    /// The same density, told all tests but one: the cells that left for it stay out, and its gap a parameter.
    fn without(&self, e: usize) -> Density {
        let others: Vec<Experiment> =
            self.tests.iter().enumerate().filter(|(i, _)| *i != e).map(|(_, test)| test.clone()).collect();
        let terms = experiment_terms(&others, &self.density.design, self.data);
        self.density.clone().with_terms(terms)
    }

    /// A chain without a test, from the last draw of the fit on.
    fn short_chain(
        &self,
        without: &Density,
        chains: &[Chain],
        progress: &dyn Progress,
    ) -> Result<Vec<Chain>, Error> {
        let settings = Settings {
            seed: self.sampler.seed,
            chains: 1,
            warmup: Length::Fixed(SHORT.0),
            draws: Length::Fixed(SHORT.1),
            thin: 1,
            target_accept: self.sampler.acceptance(1, without.design.media.lockstep),
            max_depth: MAX_DEPTH,
        };
        let last = chains.first().and_then(|chain| chain.positions.chunks_exact(chain.dim).next_back());
        let start = |_, rng: &mut _| last.map_or_else(|| without.start(rng), <[f64]>::to_vec);
        Ok(sampler::sample(without, start, &settings, &Quiet(progress))?.chains)
    }

    /// What the model says without test `e`, by a fit.
    fn refit(&self, e: usize, entry: &mut TestLedger, progress: &dyn Progress) -> Result<(), Error> {
        let mut without = self.without(e);
        let (run, _) = sample_density(&mut without, self.sampler, &Quiet(progress))?;
        self.enter(e, entry, &without, &run.chains);
        Ok(())
    }

    /// Enters the draws of a density that was not told test `e`.
    fn enter(&self, e: usize, entry: &mut TestLedger, without: &Density, chains: &[Chain]) {
        let mut draws = test_draws(without, (self.data, self.tests), chains);
        entry.untold = Some(draws.swap_remove(e));
        entry.by = LeftOutBy::Refit;
    }

    fn reported(&self, entries: &[TestLedger]) -> Vec<ExperimentReport> {
        let of = |(test, entry)| ExperimentReport::of(test, entry, self.data);
        self.tests.iter().zip(entries).map(of).collect()
    }
}

/// Ends a fit when it is told to, but does not count its iterations: those of the main fit are done.
struct Quiet<'a>(&'a dyn Progress);

impl Progress for Quiet<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// What each test says, and what the model says in a fit without it: as many fits as there are tests, and one.
///
/// # Errors
/// As [`fit_with_tests`](crate::fit_with_tests).
pub fn leave_one_test_out(
    data: &Dataset,
    config: &FitConfig,
    tests: &Experiments,
    progress: &dyn Progress,
) -> Result<Vec<ExperimentReport>, Error> {
    let design = Design::with_tests(data, config, &tests.tests)?;
    let terms = experiment_terms(&tests.tests, &design, data);
    let mut density = Density::new(design).with_terms(terms);
    let (run, _) = sample_density(&mut density, &config.sampler, progress)?;
    let told = Told { density: &density, data, tests: &tests.tests, sampler: &config.sampler };
    let entry = |told: TestDraws| TestLedger { told, untold: None, by: LeftOutBy::Refit };
    let mut entries: Vec<TestLedger> =
        test_draws(&density, (data, &tests.tests), &run.chains).into_iter().map(entry).collect();
    for (e, entry) in entries.iter_mut().enumerate() {
        told.refit(e, entry, progress)?;
    }
    Ok(told.reported(&entries))
}
