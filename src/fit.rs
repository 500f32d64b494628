//! One call from a checked data set to a posterior, and one from there to the report.

mod divergences;
mod enough;
mod ledger;
mod pilot;
mod sampling;
mod warnings;

use std::time::Instant;

use crate::config::FitConfig;
use crate::data::{Dataset, Experiments};
use crate::diagnostics::{Diagnostics, ParameterDiagnostics, RunCounts, ebfmi};
use crate::model::{self, Calibration, Density, Design, State, experiment_terms};
use crate::planning::{self, channel_curves};
use crate::posterior::{self, Posterior};
use crate::report;
use crate::report::{ExperimentReport, FitInputs, FittedWindow};
use crate::sampler::{self, Chain, DensityError, LogDensity, Progress, Run};
use crate::{Error, Warning};

use ledger::Told;
pub use ledger::leave_one_test_out;
pub use sampling::Cost;
pub(crate) use sampling::sample_density;
pub(crate) use warnings::convergence_hint;

/// A finished fit.
#[derive(Debug)]
pub struct Fit {
    /// The density that was sampled.
    pub density: Density,
    /// The sampler's draws and statistics, one entry per chain.
    pub chains: Vec<Chain>,
    /// The draws in the user's units.
    pub posterior: Posterior,
    /// Convergence of the whole run.
    pub diagnostics: Diagnostics,
    /// Convergence of each sampled parameter.
    pub convergence: Vec<ParameterDiagnostics>,
    /// What each lift test told, in their order.
    pub tests: Vec<ExperimentReport>,
    /// Warm-up iterations of each chain.
    pub warmup: usize,
    /// What it took.
    pub cost: Cost,
}

impl Fit {
    /// Everything `fit.json` says: results in original units, the default scenarios, and `warnings`
    /// (those of loading and checking) followed by those of the fit itself.
    ///
    /// `data` and `config` are the ones that were fitted.
    ///
    /// # Errors
    /// Response curves that are not numbers.
    pub fn report(
        &self,
        data: &Dataset,
        config: &FitConfig,
        warnings: Vec<Warning>,
    ) -> Result<report::Fit, Error> {
        let curves = channel_curves(posterior::curve_draws(&self.posterior))?;
        let horizon = FittedWindow::of(data, data.held_out(&config.model)).map_or(0.0, |fitted| fitted.weeks);
        let (scenarios, next_tests) = rayon::join(
            || planning::default_scenarios(&curves, horizon),
            || planning::default_test_values(&curves),
        );
        let mut report = report::build(FitInputs {
            dataset: data,
            config,
            warmup: self.warmup,
            posterior: &self.posterior,
            diagnostics: &self.diagnostics,
            convergence: &self.convergence,
            scenarios: scenarios?,
            next_tests: next_tests?,
            warnings,
        });
        for channel in &mut report.channels {
            channel.note_tests(&self.tests);
        }
        report.experiments = self.tests.clone();
        let fitted_cells = self.density.design.outcome.fitted.iter().filter(|f| **f > 0.0).count();
        let own = warnings::warnings(&report, fitted_cells);
        report.run.warnings.extend(own);
        report.run.warnings.extend(self.changed_reliabilities(data, config));
        Ok(report)
    }
}

/// Distance between the reliability asked for and the one used from which the difference is told.
const CHANGED: f64 = 0.005;

impl Fit {
    /// Controls whose reliability is not the one that was given or assumed: where the other columns predict
    /// more of them than that allows, or the outcome contradicts the assumption.
    fn changed_reliabilities(&self, data: &Dataset, config: &FitConfig) -> Vec<Warning> {
        let changed = self.density.design.baseline.calibrations.iter().filter(|c| c.used > c.asked + CHANGED);
        let warning = |c: &Calibration| {
            let name = &data.controls[c.control].name;
            warnings::changed_reliability(name, c, config.controls[name].assumed)
        };
        changed.map(warning).collect()
    }
}

/// Fits the model on the present rayon pool.
///
/// # Errors
/// A geo without a positive outcome, no usable starting point, or `progress` asking to stop.
pub fn fit(data: &Dataset, config: &FitConfig, progress: &dyn Progress) -> Result<Fit, Error> {
    fit_with_tests(data, config, &Experiments::default(), progress)
}

/// The same with what experiments tell.
///
/// # Errors
/// As [`fit()`].
pub fn fit_with_tests(
    data: &Dataset,
    config: &FitConfig,
    tests: &Experiments,
    progress: &dyn Progress,
) -> Result<Fit, Error> {
    let mut fit = sampled(data, config, tests, progress)?;
    let summaries = Instant::now();
    let told = Told { density: &fit.density, data, tests: &tests.tests, sampler: &config.sampler };
    fit.tests = told.ledger(&fit.chains, progress)?;
    fit.cost.summaries += summaries.elapsed();
    Ok(fit)
}

/// The same without a word on each test.
pub(crate) fn sampled(
    data: &Dataset,
    config: &FitConfig,
    tests: &Experiments,
    progress: &dyn Progress,
) -> Result<Fit, Error> {
    let design = Design::with_tests(data, config, &tests.tests)?;
    let terms = experiment_terms(&tests.tests, &design, data);
    let mut density = Density::new(design).with_terms(terms);
    let (Run { chains, warmup, .. }, mut cost) = sample_density(&mut density, &config.sampler, progress)?;
    let summaries = Instant::now();
    progress.stage("summaries");
    let posterior = posterior::compute(&density, data, &chains, config.sampler.seed);
    let convergence = convergence(&posterior);
    let diagnostics = Diagnostics::judge(&convergence, &run_counts(&chains));
    cost.summaries = summaries.elapsed();
    Ok(Fit { density, chains, posterior, diagnostics, convergence, tests: Vec::new(), warmup, cost })
}

/// Diagnostics of every sampled parameter, in the order of [`Posterior::parameters`].
fn convergence(posterior: &Posterior) -> Vec<ParameterDiagnostics> {
    let sampled = posterior.parameters.iter().filter(|p| p.sampled);
    let draws: Vec<(&str, &[f64])> = sampled.map(|p| (p.name.as_str(), p.draws.as_slice())).collect();
    ParameterDiagnostics::of_all(&draws, posterior.n_draws)
}

fn run_counts(chains: &[Chain]) -> RunCounts {
    RunCounts {
        n_chains: chains.len(),
        n_transitions: chains.iter().map(|c| c.energy.len()).sum(),
        divergences: chains.iter().flat_map(|c| &c.divergent).filter(|d| **d).count(),
        max_depth_hits: chains.iter().map(|c| c.depth_hits).sum(),
        ebfmi: chains.iter().map(|c| ebfmi(&c.energy)).collect(),
    }
}

impl LogDensity for Density {
    type Workspace = State;

    fn dim(&self) -> usize {
        self.layout.dim
    }

    fn dense_block(&self) -> usize {
        self.layout.n_global
    }

    fn workspace(&self) -> State {
        self.state()
    }

    fn value_and_gradient(
        &self,
        q: &[f64],
        grad: &mut [f64],
        state: &mut State,
    ) -> Result<f64, DensityError> {
        Ok(Density::value_and_gradient(self, q, grad, state)?)
    }
}

impl From<model::NotFinite> for DensityError {
    fn from(wrong: model::NotFinite) -> DensityError {
        DensityError::NotFinite(match wrong {
            model::NotFinite::Value(value) => sampler::NotFinite::Value { value },
            model::NotFinite::Gradient(coordinate, value) => {
                sampler::NotFinite::Gradient { coordinate, value }
            }
        })
    }
}
