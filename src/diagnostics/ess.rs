//! Effective sample size: how many independent draws the chains are worth.

use super::chains::{map, mean, quantile_sorted, sorted, split, usable, variance, views};
use super::ranked::{Ranked, Scores};
use crate::transform::simd::dot;

/// ESS of the rank-normalised draws: precision of the location.
///
/// # Source
/// Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), § 4.
pub fn ess_bulk(chains: &[&[f64]]) -> Option<f64> {
    usable(chains).then(|| Ranked::of(chains)).and_then(|ranked| {
        let scores = ranked.scores(&Scores::of(chains));
        ess(&ranked.views(&scores))
    })
}

/// The smaller of the ESS of the 5 % and the 95 % quantile.
///
/// # Source
/// Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), § 4.3.
pub fn ess_tail(chains: &[&[f64]]) -> Option<f64> {
    usable(chains).then(|| sorted(chains)).and_then(|sorted| ess_tail_of_sorted(chains, &sorted))
}

/// The same where all the draws are sorted already.
pub(super) fn ess_tail_of_sorted(chains: &[&[f64]], sorted: &[f64]) -> Option<f64> {
    match (ess_below(chains, quantile_sorted(sorted, 0.05)), ess_below(chains, quantile_sorted(sorted, 0.95)))
    {
        (Some(low), Some(high)) => Some(low.min(high)),
        (low, high) => low.or(high),
    }
}

/// ESS of the indicator x ≤ q_p; `None` also where ties make it constant.
pub fn ess_quantile(chains: &[&[f64]], p: f64) -> Option<f64> {
    usable(chains).then(|| quantile_sorted(&sorted(chains), p)).and_then(|cut| ess_below(chains, cut))
}

fn ess_below(chains: &[&[f64]], cut: f64) -> Option<f64> {
    let below = map(chains, |x| if x <= cut { 1.0 } else { 0.0 });
    ess(&split(&views(&below)))
}

/// ESS of the draws as they are: what the error of the plain mean needs.
pub fn ess_mean(chains: &[&[f64]]) -> Option<f64> {
    usable(chains).then(|| split(chains)).and_then(|halves| ess(&halves))
}

/// ESS from the autocorrelation, cut off by Geyer's initial monotone sequence.
///
/// Lags are computed as they are asked for: a well-mixed chain needs a handful, and no transform.
///
/// # Source
/// Geyer (1992); Vehtari et al. (2021), eq. 10–13; the details (the last even lag, the bound
/// S log₁₀ S on antithetic chains) as in Stan, R's posterior and ArviZ.
pub(super) fn ess(chains: &[&[f64]]) -> Option<f64> {
    if !usable(chains) {
        return None;
    }
    let length = chains[0].len();
    let n = length as f64;
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let centred: Vec<Vec<f64>> =
        chains.iter().zip(&means).map(|(chain, m)| chain.iter().map(|x| x - m).collect()).collect();
    let within = autocovariance(&centred, 0) * n / (n - 1.0);
    let between = if chains.len() > 1 { variance(&means) } else { 0.0 };
    let total = within * (n - 1.0) / n + between;
    let correlation = |lag: usize| 1.0 - (within - autocovariance(&centred, lag)) / total;
    let draws = (chains.len() * length) as f64;
    let time = integrated_time(correlation, length).max(1.0 / draws.log10());
    Some(draws / time)
}

/// 1 + 2 Σ ρ_t over the initial monotone sequence of pairs ρ_2k + ρ_2k+1.
fn integrated_time(correlation: impl Fn(usize) -> f64, length: usize) -> f64 {
    let (mut even, mut odd) = (1.0, correlation(1));
    // Sums of the pairs kept, each at most the one before.
    let mut pairs = vec![even + odd];
    let mut lag = 2;
    while lag < length - 2 && even + odd > 0.0 {
        (even, odd) = (correlation(lag), correlation(lag + 1));
        if even + odd >= 0.0 {
            let last = pairs[pairs.len() - 1];
            pairs.push((even + odd).min(last));
        }
        lag += 2;
    }
    if even + odd >= 0.0 {
        // Out of lags before the sequence turned negative: the last pair counts by its even lag alone.
        pairs.pop();
    }
    let sum: f64 = pairs.iter().sum();
    -1.0 + 2.0 * sum + even.max(0.0)
}

/// Mean over the chains of the autocovariance at a lag, divided by n at every lag.
fn autocovariance(centred: &[Vec<f64>], lag: usize) -> f64 {
    let per_chain = centred.iter().map(|chain| dot::<false>(&chain[lag..], chain) / chain.len() as f64);
    per_chain.sum::<f64>() / centred.len() as f64
}
