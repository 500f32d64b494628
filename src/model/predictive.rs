//! The outcome that a point of the posterior implies: means, replicates, simulations and forecasts.

use rand_distr::{Distribution, StandardNormal};

use super::baseline::BaselineDraw;
use super::density::{Density, State};

/// A draw of every cell given the fitted outcomes, scaled outcome units; both G × T.
#[derive(Debug, Clone)]
pub struct PredictiveDraw {
    /// A replicate on the fitted cells, a forecast on the others.
    pub outcome: Vec<f64>,
    /// What the last residual before an unfitted cell is expected to leave there; 0 on fitted cells.
    pub carried: Vec<f64>,
}

impl Density {
    /// Mean of every cell, fitted or not, at the point of the last evaluation in `state` and with the
    /// given baseline; scaled outcome units, G × T.
    pub fn mean(&self, state: &State, draw: &BaselineDraw) -> Vec<f64> {
        let (d, media) = (&self.design, &state.media);
        let (n, k, n_geos) = (d.n_periods, d.n_columns(), d.n_geos);
        let mut all = vec![0.0; n_geos * n];
        for (g, mean) in all.chunks_exact_mut(n).enumerate() {
            mean.iter_mut().zip(&draw.weekly).for_each(|(m, u)| *m += u);
            for j in 0..k {
                let z = &d.baseline_all[(g * k + j) * n..(g * k + j + 1) * n];
                mean.iter_mut().zip(z).for_each(|(m, z)| *m += draw.coefficients[g * k + j] * z);
            }
            for c in 0..d.n_channels() {
                let i = c * n_geos + g;
                let h = &media.effect[i * n..(i + 1) * n];
                mean.iter_mut().zip(h).for_each(|(m, h)| *m += media.beta[i] * h);
            }
        }
        all
    }

    /// Draws the outcome of the fitted cells from the model, as the likelihood has it: each run of fitted
    /// cells starts at the stationary variance of the noise. 0 where not fitted; G × T.
    pub fn simulate<R: rand::Rng>(&self, state: &State, mean: &[f64], rng: &mut R) -> Vec<f64> {
        let (d, theta) = (&self.design, &state.theta);
        let mut outcome = vec![0.0; mean.len()];
        for g in 0..d.n_geos {
            let mut before = None;
            for i in g * d.n_periods..(g + 1) * d.n_periods {
                let noise: f64 = StandardNormal.sample(rng);
                before = (d.fitted[i] > 0.0).then(|| match before {
                    Some(e) => theta.phi * e + theta.sigma[g] * noise,
                    None => theta.sigma[g] * noise / (1.0 - theta.phi * theta.phi).sqrt(),
                });
                if let Some(e) = before {
                    outcome[i] = mean[i] + e;
                }
            }
        }
        outcome
    }

    /// Draws every cell given the fitted ones. An unfitted cell continues the noise of the geo's last
    /// fitted cell before it, φ eₜ₋₁ + ε; before the first one, and on fitted cells, where the draw
    /// replicates what was seen, the noise is stationary.
    pub fn predict<R: rand::Rng>(&self, state: &State, mean: &[f64], rng: &mut R) -> PredictiveDraw {
        let (d, theta) = (&self.design, &state.theta);
        let mut draw = PredictiveDraw { outcome: mean.to_vec(), carried: vec![0.0; mean.len()] };
        for g in 0..d.n_geos {
            let (sigma, phi) = (theta.sigma[g], theta.phi);
            let stationary = sigma / (1.0 - phi * phi).sqrt();
            // The drawn noise of the cell before, and its expectation.
            let mut before: Option<(f64, f64)> = None;
            for (i, mean) in mean.iter().enumerate().skip(g * d.n_periods).take(d.n_periods) {
                let noise: f64 = StandardNormal.sample(rng);
                if d.fitted[i] > 0.0 {
                    draw.outcome[i] += stationary * noise;
                    let residual = d.outcome[i] - mean;
                    before = Some((residual, residual));
                } else if let Some((e, expected)) = &mut before {
                    *e = phi * *e + sigma * noise;
                    *expected *= phi;
                    draw.outcome[i] += *e;
                    draw.carried[i] = *expected;
                } else {
                    draw.outcome[i] += stationary * noise;
                }
            }
        }
        draw
    }
}
