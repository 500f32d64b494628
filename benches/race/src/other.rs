//! The same density under nuts-rs.

use std::collections::HashMap;

use mmm::model::{Density, NotFinite, State};
use nuts_rs::{
    Chain, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError, LowRankNutsSettings,
    Settings,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Outcome, Task, cpu_seconds};

/// Its default: a diagonal metric from draws and gradients.
pub fn diagonal(density: &Density, task: &Task) -> Outcome {
    let mut settings =
        DiagNutsSettings { num_tune: task.warmup as u64, num_draws: task.draws as u64, ..Default::default() };
    settings.adapt_options.step_size_settings.target_accept = task.target_accept;
    run(settings, density, task)
}

/// Its metric of low rank.
pub fn low_rank(density: &Density, task: &Task) -> Outcome {
    let mut settings = LowRankNutsSettings {
        num_tune: task.warmup as u64,
        num_draws: task.draws as u64,
        ..Default::default()
    };
    settings.adapt_options.step_size_settings.target_accept = task.target_accept;
    run(settings, density, task)
}

fn run(settings: impl Settings, density: &Density, task: &Task) -> Outcome {
    let begun = cpu_seconds();
    let mut outcome = Outcome { draws: Vec::new(), gradients: 0, divergences: 0, cpu_seconds: 0.0 };
    for chain in 0..task.chains as u64 {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        rng.set_stream(chain);
        let math = CpuMath::new(Posterior { density, state: density.state() });
        let mut sampler = settings.new_chain(chain, math, &mut rng).expect("valid settings");
        let started = (0..100).any(|_| sampler.set_position(&density.start(&mut rng)).is_ok());
        assert!(started, "a start with a finite density");
        let mut draws = Vec::with_capacity(density.layout.dim * task.draws);
        for _ in 0..task.warmup + task.draws {
            let (position, info) = sampler.draw().expect("recoverable");
            outcome.gradients += info.num_gradients;
            if !info.tuning {
                draws.extend_from_slice(&position);
                outcome.divergences += usize::from(info.diverging);
            }
        }
        outcome.draws.push(draws);
    }
    Outcome { cpu_seconds: cpu_seconds() - begun, ..outcome }
}

struct Posterior<'a> {
    density: &'a Density,
    state: State,
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?}")]
struct Refused(NotFinite);

impl LogpError for Refused {
    fn is_recoverable(&self) -> bool {
        true
    }
}

impl HasDims for Posterior<'_> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([("unconstrained_parameter".to_owned(), self.density.layout.dim as u64)])
    }
}

impl CpuLogpFunc for Posterior<'_> {
    type LogpError = Refused;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.density.layout.dim
    }

    fn logp(&mut self, q: &[f64], gradient: &mut [f64]) -> Result<f64, Refused> {
        self.density.value_and_gradient(q, gradient, &mut self.state).map_err(Refused)
    }

    fn expand_vector<R: Rng + ?Sized>(&mut self, _: &mut R, q: &[f64]) -> Result<Vec<f64>, CpuMathError> {
        Ok(q.to_vec())
    }
}
