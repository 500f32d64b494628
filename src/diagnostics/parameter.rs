//! All that is said of the convergence of one parameter, from one sort of its draws.

use rayon::prelude::*;

use super::chains::{sorted, usable};
use super::ess::{ess, ess_tail_of_sorted};
use super::mcse::mcse_mean;
use super::odd_chain::odd_chain_at;
use super::ranked::{Ranked, Scores};
use super::rhat::rhat_of_scores;

/// Convergence of one parameter. A diagnostic without a value is `None`, as for a constant.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterDiagnostics {
    /// Such as `roi[tv]`.
    pub parameter: String,
    /// Rank-normalised split R-hat.
    pub rhat: Option<f64>,
    /// Effective sample size in the bulk.
    pub ess_bulk: Option<f64>,
    /// Effective sample size in the tails.
    pub ess_tail: Option<f64>,
    /// Monte Carlo standard error of the mean, unit of the parameter.
    pub mcse_mean: Option<f64>,
    /// The chain without which the others agree.
    pub odd_chain: Option<usize>,
}

impl ParameterDiagnostics {
    /// From one slice of draws per chain.
    pub fn of(parameter: impl Into<String>, chains: &[&[f64]]) -> ParameterDiagnostics {
        let scores = Scores::of(if usable(chains) { chains } else { &[] });
        ParameterDiagnostics::with_scores(parameter.into(), chains, &scores)
    }

    /// Of many parameters of one run: names, and draws chain by chain with `n_draws` a chain.
    pub fn of_all(parameters: &[(&str, &[f64])], n_draws: usize) -> Vec<ParameterDiagnostics> {
        let scores =
            Scores::of(&parameters.first().map_or(Vec::new(), |(_, draws)| by_chain(draws, n_draws)));
        let of = |(name, draws): &(&str, &[f64])| {
            ParameterDiagnostics::with_scores((*name).to_owned(), &by_chain(draws, n_draws), &scores)
        };
        parameters.par_iter().map(of).collect()
    }

    fn with_scores(parameter: String, chains: &[&[f64]], scores: &Scores) -> ParameterDiagnostics {
        let mut found = ParameterDiagnostics {
            parameter,
            rhat: None,
            ess_bulk: None,
            ess_tail: None,
            mcse_mean: None,
            odd_chain: None,
        };
        if usable(chains) {
            let ranked = Ranked::of(chains);
            let bulk = ranked.scores(scores);
            // The halves of an odd length lack the middle draw, which the quantiles count.
            let all = if chains[0].len().is_multiple_of(2) { ranked.sorted() } else { sorted(chains) };
            found.rhat = rhat_of_scores(&ranked, &bulk, &ranked.folded_scores(scores));
            found.ess_bulk = ess(&ranked.views(&bulk));
            found.ess_tail = ess_tail_of_sorted(chains, &all);
            found.mcse_mean = mcse_mean(chains);
            found.odd_chain = found.rhat.and_then(|rhat| odd_chain_at(chains, rhat));
        }
        found
    }
}

fn by_chain(draws: &[f64], n_draws: usize) -> Vec<&[f64]> {
    draws.chunks_exact(n_draws).collect()
}

#[cfg(test)]
mod tests {
    use super::super::chains::views;
    use super::super::reference::example;
    use super::super::{ess_bulk, ess_tail, mcse_mean, rhat};
    use super::*;

    #[test]
    fn one_sort_gives_what_each_diagnostic_gives_alone() {
        for n_draws in [100, 101] {
            let draws = example(4, n_draws).concat();
            let other: Vec<f64> = draws.iter().map(|x| x.powi(3)).collect();
            let found = ParameterDiagnostics::of_all(&[("a", &draws), ("b", &other)], n_draws);
            for (found, draws) in found.iter().zip([&draws, &other]) {
                let chains = by_chain(draws, n_draws);
                assert_eq!((found.rhat, found.ess_bulk), (rhat(&chains), ess_bulk(&chains)));
                assert_eq!((found.ess_tail, found.mcse_mean), (ess_tail(&chains), mcse_mean(&chains)));
                assert_eq!(*found, ParameterDiagnostics::of(found.parameter.as_str(), &chains));
            }
        }
        let constant = ParameterDiagnostics::of("fixed", &views(&[vec![2.0; 9], vec![2.0; 9]]));
        assert_eq!((constant.rhat, constant.ess_bulk, constant.odd_chain), (None, None, None));
    }
}
