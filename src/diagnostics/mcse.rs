//! Monte Carlo standard errors: how far a posterior mean, sd or quantile is from its exact value.

use statrs::distribution::{Beta, ContinuousCDF};

use super::chains::{map, mean, sorted, usable, variance, views};
use super::ess::{ess_mean, ess_quantile};

/// Standard error of the mean, sd/√ESS, in the unit of the draws.
///
/// # Source
/// Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), eq. 9.
pub fn mcse_mean(chains: &[&[f64]]) -> Option<f64> {
    let ess = ess_mean(chains)?;
    Some((variance(&chains.concat()) / ess).sqrt())
}

/// Standard error of the standard deviation, by the delta method on the variance.
///
/// # Source
/// Kenney & Keeping (1951), p. 141, as in R's posterior.
pub fn mcse_sd(chains: &[&[f64]]) -> Option<f64> {
    if !usable(chains) {
        return None;
    }
    let centre = mean(&chains.concat());
    let squares = map(chains, |x| (x - centre).powi(2));
    let ess = ess_mean(&views(&squares))?;
    let all = squares.concat();
    let second = mean(&all);
    let fourth = all.iter().map(|x| x * x).sum::<f64>() / all.len() as f64;
    Some(((fourth - second * second) / ess / second / 4.0).sqrt())
}

/// Standard error of the p-quantile: half the width of its central 68.27 % interval.
///
/// # Source
/// Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), § 4.4.
pub fn mcse_quantile(chains: &[&[f64]], p: f64) -> Option<f64> {
    let ess = ess_quantile(chains, p)?;
    let beta = Beta::new(ess * p + 1.0, ess * (1.0 - p) + 1.0).ok()?;
    let sorted = sorted(chains);
    let last = sorted.len() as f64 - 1.0;
    // Φ(∓1)
    let low = (beta.inverse_cdf(0.158_655_3) * sorted.len() as f64 - 1.0).floor().clamp(0.0, last);
    let high = (beta.inverse_cdf(0.841_344_7) * sorted.len() as f64 - 1.0).ceil().clamp(0.0, last);
    Some((sorted[high as usize] - sorted[low as usize]) / 2.0)
}
