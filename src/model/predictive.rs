//! The outcome that a point of the posterior implies: means, replicates, simulations and forecasts.

use rand_distr::{Distribution, StandardNormal};

use super::density::{Density, State};
use super::observation::BaselineDraw;

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
        let d = &self.design;
        let (n, k, n_geos) = (d.n_periods, d.baseline.n_columns(), d.n_geos);
        let mut all = vec![0.0; n_geos * n];
        for (g, mean) in all.chunks_exact_mut(n).enumerate() {
            mean.iter_mut().zip(&draw.weekly).for_each(|(m, u)| *m += u);
            for j in 0..k {
                let z = &d.baseline.all_columns[(g * k + j) * n..(g * k + j + 1) * n];
                mean.iter_mut().zip(z).for_each(|(m, z)| *m += draw.coefficients[g * k + j] * z);
            }
        }
        self.add_media(state, &mut all);
        all
    }

    /// Adds what the model has of the media in every cell: Σ β h, and what experiments change of it; G × T.
    pub fn add_media(&self, state: &State, all: &mut [f64]) {
        let (n, n_geos) = (self.design.n_periods, self.design.n_geos);
        for (g, mean) in all.chunks_exact_mut(n).enumerate() {
            for c in 0..self.design.n_channels() {
                state.media.add_contribution(c * n_geos + g, mean);
            }
        }
        self.add_terms(state, all);
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
                before = (d.outcome.fitted[i] > 0.0).then(|| match before {
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
                if d.outcome.fitted[i] > 0.0 {
                    draw.outcome[i] += stationary * noise;
                    let residual = d.outcome.scaled[i] - mean;
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

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::density::tests::data;
    use super::super::design::Design;
    use super::super::prior_draw::prior_draw;
    use super::*;
    use crate::config::FitConfig;

    /// h periods after the last residual r: mean φʰ r, variance σ² (1 − φ²ʰ) / (1 − φ²), whatever the mean;
    /// on fitted cells the stationary variance, and what is simulated has the model's autocovariance.
    #[test]
    fn forecasts_condition_on_the_last_residual() {
        const DRAWS: usize = 20_000;
        let mut config = FitConfig::default();
        config = config.with(|c| c.model.holdout_weeks = 4).unwrap();
        let density = Density::new(Design::new(&data(1, 24), &config).unwrap());
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let mut q = prior_draw(&density.design, &density.layout, &mut rng).unconstrained;
        q[density.layout.noise.phi.unwrap()] = crate::model::blocks::share_coordinate(4f64.ln());
        let mut state = density.state();
        density.value_and_gradient(&q, &mut vec![0.0; density.layout.dim], &mut state).unwrap();
        let (sigma, phi) = (state.theta.sigma[0], state.theta.phi);
        assert!((phi - 0.8).abs() < 1e-12, "{phi}");
        let mean: Vec<f64> = density.design.outcome.scaled.iter().map(|y| y - 3.0 * sigma).collect();
        let stationary = sigma * sigma / (1.0 - phi * phi);
        let (mut sums, mut squares) = (vec![0.0; 24], vec![0.0; 24]);
        let mut lagged = 0.0;
        for _ in 0..DRAWS {
            let draw = density.predict(&state, &mean, &mut rng);
            for t in 0..24 {
                let e = draw.outcome[t] - mean[t];
                sums[t] += e / DRAWS as f64;
                squares[t] += e * e / DRAWS as f64;
            }
            assert!(draw.carried[..20].iter().skip(8).all(|c| *c == 0.0));
            assert!((draw.carried[22] - phi.powi(3) * 3.0 * sigma).abs() < 1e-12);
            let y = density.simulate(&state, &mean, &mut rng);
            lagged += (y[18] - mean[18]) * (y[17] - mean[17]) / DRAWS as f64;
        }
        let error = stationary / (DRAWS as f64).sqrt();
        for h in 1..=4 {
            let want = phi.powi(h as i32) * 3.0 * sigma;
            let variance = stationary * (1.0 - phi.powi(2 * h as i32));
            let (m, v) = (sums[19 + h], squares[19 + h] - sums[19 + h].powi(2));
            assert!((m - want).abs() < 5.0 * stationary.sqrt() / (DRAWS as f64).sqrt(), "{h}: {m} {want}");
            assert!((v - variance).abs() < 8.0 * error, "{h}: {v} {variance}");
        }
        assert!((squares[15] - stationary).abs() < 8.0 * error);
        assert!((lagged - phi * stationary).abs() < 8.0 * error, "{lagged} {}", phi * stationary);
    }
}
