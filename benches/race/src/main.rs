//! This sampler beside nuts-rs (diagonal metric, its default, and low-rank) on the same posterior densities.
//!
//! `cargo run --release [GEOS×WEEKS×CHANNELS]` in this folder. Each sampler runs its chains one after the other on
//! one thread, from starting points of the same kind, with its own defaults but for the lengths and the target
//! acceptance, which are ours. The effective sample size is the smallest bulk ESS of any unconstrained
//! coordinate; gradients are those of the warm-up and of the draws, each evaluation counted.

#[path = "../../common/mod.rs"]
mod common;
mod other;

use std::sync::atomic::{AtomicU64, Ordering};

use common::{SHAPES, market};
use mmm::config::FitConfig;
use mmm::diagnostics::ParameterDiagnostics;
use mmm::model::{Density, State};
use mmm::sampler::{self, DensityError, Length, LogDensity, Settings};
use rustix::time::{ClockId, clock_gettime};

/// What one sampler made of one density.
pub struct Outcome {
    /// Chain by chain, draws × d, row-major.
    draws: Vec<Vec<f64>>,
    gradients: u64,
    divergences: usize,
    cpu_seconds: f64,
}

/// Lengths of every chain, and the acceptance aimed at.
pub struct Task {
    chains: usize,
    warmup: usize,
    draws: usize,
    target_accept: f64,
}

fn main() {
    let only = std::env::args().nth(1);
    println!(
        "{:>12} {:>20} {:>9} {:>8} {:>8} {:>6} {:>4} {:>14} {:>10}",
        "geo×week×ch",
        "sampler",
        "gradients",
        "min ESS",
        "tail ESS",
        "R-hat",
        "div",
        "gradients/ESS",
        "ESS/CPU s"
    );
    for shape in SHAPES {
        let name = shape.map(|n| n.to_string()).join("×");
        if only.as_ref().is_none_or(|only| *only == name) {
            race(&name, shape);
        }
    }
}

fn race(name: &str, shape: [usize; 3]) {
    let density = density(shape);
    let config = FitConfig::default();
    let target_accept = config.sampler.acceptance(shape[0], density.design.media.lockstep);
    let task = Task { chains: 4, warmup: 400, draws: 1000, target_accept };
    tell(name, "mmm", density.dim(), &ours(&density, &task));
    tell(name, "nuts-rs diagonal", density.dim(), &other::diagonal(&density, &task));
    tell(name, "nuts-rs low rank", density.dim(), &other::low_rank(&density, &task));
}

/// The density that a fit samples: that of a panel has its coordinates from a pilot chain.
fn density(shape: [usize; 3]) -> Density {
    let data = market(shape);
    let config =
        mmm::data::settle(FitConfig::default(), &data, &Default::default()).expect("the defaults suit it");
    mmm::fit(&data, &config, &()).expect("a simulated market can be fitted").density
}

/// Counts the evaluations of a density.
struct Counted<'a>(&'a Density, AtomicU64);

impl LogDensity for Counted<'_> {
    type Workspace = State;

    fn dim(&self) -> usize {
        LogDensity::dim(self.0)
    }

    fn dense_block(&self) -> usize {
        self.0.dense_block()
    }

    fn workspace(&self) -> State {
        self.0.workspace()
    }

    fn value_and_gradient(
        &self,
        q: &[f64],
        grad: &mut [f64],
        state: &mut State,
    ) -> Result<f64, DensityError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        LogDensity::value_and_gradient(self.0, q, grad, state)
    }
}

fn ours(density: &Density, task: &Task) -> Outcome {
    let counted = Counted(density, AtomicU64::new(0));
    let settings = Settings {
        chains: task.chains,
        warmup: Length::Fixed(task.warmup),
        draws: Length::Fixed(task.draws),
        target_accept: task.target_accept,
        ..Settings::default()
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let begun = cpu_seconds();
    let run = one.install(|| sampler::sample(&counted, |_, rng| density.start(rng), &settings, &()));
    let cpu_seconds = cpu_seconds() - begun;
    let chains = run.expect("a simulated market can be sampled").chains;
    Outcome {
        divergences: chains.iter().flat_map(|c| &c.divergent).filter(|d| **d).count(),
        draws: chains.into_iter().map(|c| c.positions).collect(),
        gradients: counted.1.into_inner(),
        cpu_seconds,
    }
}

/// Processor time of this process so far, which others on the machine do not change.
pub fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

fn tell(name: &str, sampler: &str, dim: usize, outcome: &Outcome) {
    let column = |i: usize| -> Vec<f64> {
        outcome.draws.iter().flat_map(|chain| chain.iter().skip(i).step_by(dim).copied()).collect()
    };
    let columns: Vec<Vec<f64>> = (0..dim).map(column).collect();
    let named: Vec<(&str, &[f64])> = columns.iter().map(|c| ("", c.as_slice())).collect();
    let all = ParameterDiagnostics::of_all(&named, outcome.draws[0].len() / dim);
    let least = |of: fn(&ParameterDiagnostics) -> Option<f64>| {
        all.iter().filter_map(of).fold(f64::INFINITY, f64::min)
    };
    let (bulk, tail) = (least(|p| p.ess_bulk), least(|p| p.ess_tail));
    let rhat = all.iter().filter_map(|p| p.rhat).fold(1.0, f64::max);
    println!(
        "{name:>12} {sampler:>20} {:>9} {bulk:>8.0} {tail:>8.0} {rhat:>6.3} {:>4} {:>14.1} {:>10.1}",
        outcome.gradients,
        outcome.divergences,
        outcome.gradients as f64 / bulk,
        bulk / outcome.cpu_seconds
    );
}
