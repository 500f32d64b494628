//! How many draws are enough: as many as make every parameter known to a twentieth of its uncertainty.

use crate::diagnostics::ParameterDiagnostics;
use crate::model::Density;
use crate::posterior::sampled_values;
use crate::sampler::{Chain, Collector, Settings};

/// Largest R-hat, as in the verdict.
const RHAT: f64 = 1.01;
/// Least effective sample size in bulk and tail, all chains together: the error of a mean is then a twentieth
/// of the posterior's standard deviation.
const ESS: f64 = 400.0;
/// The same for each chain, as in the verdict.
const ESS_OF_CHAIN: f64 = 100.0;
/// Estimates of the effective sample size err by a tenth, and the first that is large enough is one that errs
/// upwards: so much more is wanted of it.
const MARGIN: f64 = 1.1;

/// Keeps the draws of a fit in memory until they are enough.
pub(super) struct Enough<'a> {
    pub(super) density: &'a Density,
    pub(super) settings: &'a Settings,
}

impl Collector for Enough<'_> {
    type Sink = Chain;

    fn sink(&self, _: usize) -> Chain {
        Chain::with_capacity(self.density.layout.dim, self.settings)
    }

    /// The diagnostics are those of the verdict, of the same parameters.
    fn is_enough(&self, chains: &[&Chain]) -> bool {
        let wanted = MARGIN * ESS.max(ESS_OF_CHAIN * chains.len() as f64);
        let n_draws = chains.first().map_or(0, |chain| chain.log_density.len());
        let columns = self.columns(chains);
        let draws: Vec<(&str, &[f64])> = columns.iter().map(|draws| ("", draws.as_slice())).collect();
        ParameterDiagnostics::of_all(&draws, n_draws).iter().all(|p| is_known(p, wanted))
    }
}

/// Whether a parameter is known as well as is wanted; one that is constant is.
fn is_known(parameter: &ParameterDiagnostics, wanted: f64) -> bool {
    let reached = |ess: Option<f64>| ess.is_none_or(|ess| ess >= wanted);
    parameter.rhat.is_none_or(|rhat| rhat <= RHAT)
        && reached(parameter.ess_bulk)
        && reached(parameter.ess_tail)
}

impl Enough<'_> {
    /// The draws of every sampled parameter, chain by chain.
    fn columns(&self, chains: &[&Chain]) -> Vec<Vec<f64>> {
        let (mut state, mut row) = (self.density.state(), Vec::new());
        let mut columns = Vec::new();
        for q in chains.iter().flat_map(|chain| chain.positions.chunks_exact(chain.dim)) {
            row.clear();
            sampled_values(self.density, &mut state, q, &mut row);
            columns.resize_with(row.len(), Vec::new);
            columns.iter_mut().zip(&row).for_each(|(column, value): (&mut Vec<f64>, _)| column.push(*value));
        }
        columns
    }
}
