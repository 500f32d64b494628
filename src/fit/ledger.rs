//! The ledger of lift tests: what the model would have said of each without it.
//!
//! From the draws of the fit where importance weights can tell; else by a short chain without the test, in one market
//! at once, in a panel, where that takes as long as the fit itself, only when asked for: then by a whole fit.

use rayon::prelude::*;

use super::sampling::{MAX_DEPTH, sample_density};
use crate::Error;
use crate::config::{FitConfig, SamplerConfig};
use crate::data::{Dataset, Experiment, Experiments};
use crate::diagnostics::{ess_bulk, ess_tail};
use crate::model::{Density, Design, experiment_terms};
use crate::posterior::{LeftOutBy, TestDraws, TestLedger, ledger, test_draws};
use crate::report::ExperimentReport;
use crate::sampler::{self, Chain, Collector, Length, Progress, Settings};

/// Warm-up of the chain that tells what is said without a test. It starts from draws of the fit, which differ by one test.
const WARMUP: usize = 60;
/// Draws of the fit that its first metric is made of.
const KNOWN: usize = 100;
/// Effective draws of the lift that are wanted of it: its mean is then known to a tenth of its uncertainty.
const WANTED: f64 = 100.0;

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
        let tests = (self.data, self.tests);
        let mut entries = ledger(self.density, |e| self.without(e), tests, chains);
        if self.density.design.n_geos == 1 {
            let untold = entries.par_iter_mut().enumerate().filter(|(_, entry)| entry.untold.is_none());
            untold.try_for_each(|(e, entry)| {
                let without = self.without(e);
                let chains = self.short_chain(e, &without, chains, progress)?;
                self.enter(e, entry, &without, &chains);
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

    /// A chain without test `e`, from draws of the fit on, as long as its lift needs.
    fn short_chain(
        &self,
        e: usize,
        without: &Density,
        chains: &[Chain],
        progress: &dyn Progress,
    ) -> Result<Vec<Chain>, Error> {
        let settings = Settings {
            seed: self.sampler.seed,
            chains: 1,
            warmup: Length::Fixed(WARMUP),
            draws: Length::AsNeeded,
            thin: 1,
            target_accept: self.sampler.acceptance(1, without.design.media.lockstep),
            max_depth: MAX_DEPTH,
        };
        let points: Vec<&[f64]> = chains.iter().flat_map(|c| c.positions.chunks_exact(c.dim)).collect();
        let known: Vec<f64> =
            points.iter().step_by((points.len() / KNOWN).max(1)).copied().flatten().copied().collect();
        let lift = LiftKnown { told: self, e, without, settings: &settings };
        Ok(sampler::sample_from(without, &known, &settings, &lift, &Quiet(progress))?.chains)
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

/// Draws without a test, until they know what it would have brought.
struct LiftKnown<'a> {
    told: &'a Told<'a>,
    e: usize,
    without: &'a Density,
    settings: &'a Settings,
}

impl Collector for LiftKnown<'_> {
    type Sink = Chain;

    fn sink(&self, _: usize) -> Chain {
        Chain::with_capacity(self.without.layout.dim, self.settings)
    }

    fn is_enough(&self, chains: &[&Chain]) -> bool {
        let draws = test_draws(self.without, (self.told.data, self.told.tests), chains);
        let lift = [draws[self.e].lift.as_slice()];
        let reached = |ess: Option<f64>| ess.is_none_or(|ess| ess >= WANTED);
        reached(ess_bulk(&lift)) && reached(ess_tail(&lift))
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
