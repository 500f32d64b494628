//! A short chain that tells how the coordinates of a panel should be centred.

use crate::Error;
use crate::model::{Density, FactorCoordinates, FactorInformation};
use crate::sampler::{self, Length, Progress, Settings};

/// Warm-up iterations and draws: 2 % of a default run.
const ITERATIONS: (usize, usize) = (120, 40);

/// Sets how the shared level is centred, and what to expect of the geo factors, from a chain of its own:
/// too short to report, long enough to tell whether the data or the prior say more of them. Returns the gradients
/// that it took.
///
/// # Errors
/// No usable starting point, or `progress` asking to stop.
///
/// # Source
/// Papaspiliopoulos, Roberts & Sköld (2007), § 2, for the centring.
pub(super) fn prepare(
    density: &mut Density,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<u64, Error> {
    struct Quiet<'a>(&'a dyn Progress);
    impl Progress for Quiet<'_> {
        fn cancelled(&self) -> bool {
            self.0.cancelled()
        }
    }
    let settings = Settings {
        chains: 1,
        warmup: Length::Fixed(ITERATIONS.0),
        draws: Length::Fixed(ITERATIONS.1),
        thin: 1,
        ..*settings
    };
    let chains = sampler::sample(&*density, |_, rng| density.start(rng), &settings, &Quiet(progress))?.chains;
    let Some(chain) = chains.first() else { return Ok(0) };
    let (mut state, mut grad) = (density.state(), vec![0.0; density.layout.dim]);
    let (n_geos, n_channels) = (density.design.n_geos, density.design.n_channels());
    let mut factors = vec![Regression::default(); n_channels * n_geos];
    let mut spreads = vec![0.0; n_channels];
    let mut level = vec![0.0; density.layout.learnt.level.as_ref().map_or(0, |level| level.rank() + 1)];
    let mut n = 0.0;
    for q in chain.positions.chunks_exact(chain.dim) {
        if density.value_and_gradient(q, &mut grad, &mut state).is_ok() {
            let theta = &state.theta;
            let deviates = theta.geo_deviate.chunks_exact(n_geos);
            let by = state.by_ln_geo_factor().chunks_exact(n_geos);
            for (c, ((of, z), by)) in factors.chunks_exact_mut(n_geos).zip(deviates).zip(by).enumerate() {
                // The likelihood does not know what is common to all.
                let common = z.iter().sum::<f64>() / n_geos as f64;
                for ((of, z), by) in of.iter_mut().zip(z).zip(by) {
                    of.add(theta.geo_spread[c] * (z - common), *by);
                }
                spreads[c] += theta.geo_spread[c];
            }
            if let Some(coordinates) = &density.layout.learnt.level {
                let suitable = coordinates.suitable_centring(theta);
                level.iter_mut().zip(suitable).for_each(|(sum, w)| *sum += w);
            }
            n += 1.0;
        }
    }
    if n > 0.0 {
        if let Some(coordinates) = &mut density.layout.learnt.level {
            coordinates.set_centring(level.iter().map(|sum| sum / n).collect());
        }
        let channels = factors.chunks_exact(n_geos).zip(&spreads);
        density.layout.learnt.factors = channels
            .map(|(of, spread)| {
                FactorCoordinates::learnt(of.iter().map(Regression::information).collect(), spread / n)
            })
            .collect();
    }
    Ok(chain.leapfrogs_warmup + chain.leapfrogs + n as u64)
}

/// Sums over the draws of x and of the log likelihood's derivative g by it.
#[derive(Debug, Clone, Copy, Default)]
struct Regression {
    n: f64,
    x: f64,
    g: f64,
    xx: f64,
    xg: f64,
}

impl Regression {
    fn add(&mut self, x: f64, g: f64) {
        self.n += 1.0;
        self.x += x;
        self.g += g;
        self.xx += x * x;
        self.xg += x * g;
    }

    /// Of the line g = I b̂ − I x through the draws; a slope of the wrong sign says nothing.
    fn information(&self) -> FactorInformation {
        let (x, g) = (self.x / self.n, self.g / self.n);
        let slope = (self.xg / self.n - x * g) / (self.xx / self.n - x * x);
        if slope < 0.0 && slope.is_finite() {
            FactorInformation { information: -slope, pull: g - slope * x }
        } else {
            FactorInformation::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normal_likelihood_is_recovered() {
        let mut regression = Regression::default();
        // ln L = −4 (x − 0.5)² / 2
        [0.1, 0.3, -0.2, 0.7].iter().for_each(|x| regression.add(*x, -4.0 * (x - 0.5)));
        let got = regression.information();
        assert!((got.information - 4.0).abs() < 1e-12 && (got.pull - 2.0).abs() < 1e-12, "{got:?}");
        let mut rising = Regression::default();
        [0.1, 0.3].iter().for_each(|x| rising.add(*x, *x));
        assert_eq!(rising.information(), FactorInformation::default());
    }
}
