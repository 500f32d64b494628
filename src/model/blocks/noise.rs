//! The noise: its scale in every geo, and its autocorrelation.

use super::accumulator::{Accumulator, share};
use super::coordinates::{SHARE, half_normal};
use super::drawing::Drawing;
use super::label::{Label, Visit};
use super::numbering::Numbering;
use super::pool::PooledPrior;
use crate::config::Noise;
use crate::model::design::BaselineDesign;
use crate::model::theta::{LikelihoodGradient, Theta};

/// Half-normal scale of the σ of a single geo.
const SIGMA: f64 = 0.3;
/// ln σ_g ~ N(μ_σ, τ_σ²), μ_σ ~ N(ln 0.15, 1), τ_σ one of a few nodes.
const LN_SIGMA_MEAN: f64 = -1.897_119_984_885_881;
/// ln σ_g about its centre: sd of the location, and scale of the spread between geos, which is not below
/// what T = 156 periods resolve.
const SIGMA_LOCATION: f64 = 1.0;
const SIGMA_SPREAD: f64 = 0.5;
const LEAST_SIGMA_SPREAD: f64 = 0.05;
/// Beta(a, b) prior of the autocorrelation φ.
const PHI: (f64, f64) = (1.0, 2.0);

/// Coordinates of σ and φ.
#[derive(Debug, Clone)]
pub struct NoiseBlock {
    sigma: Sigma,
    /// logit φ, bent.
    pub(crate) phi: Option<usize>,
}

#[derive(Debug, Clone)]
enum Sigma {
    /// Standardised σ.
    Single(usize),
    /// First of G values ln σ_g, less the prior's centre.
    Pooled { first: usize, prior: PooledPrior },
}

impl NoiseBlock {
    /// What all geos share; σ_g of a panel comes after that.
    pub(super) fn number(baseline: &BaselineDesign, next: &mut Numbering) -> NoiseBlock {
        let sigma = match baseline.n_geos {
            1 => Sigma::Single(next.take(1)),
            n => {
                let prior = PooledPrior::new(n, SIGMA_LOCATION, SIGMA_SPREAD, LEAST_SIGMA_SPREAD);
                Sigma::Pooled { first: 0, prior }
            }
        };
        NoiseBlock { sigma, phi: next.take_if(baseline.noise == Noise::Ar1) }
    }

    pub(super) fn number_geos(&mut self, n_geos: usize, next: &mut Numbering) {
        if let Sigma::Pooled { first, .. } = &mut self.sigma {
            *first = next.take(n_geos);
        }
    }

    pub(super) fn decode(&self, q: &[f64], theta: &mut Theta) {
        match &self.sigma {
            Sigma::Single(i) => theta.sigma[0] = half_normal(q[*i], SIGMA),
            Sigma::Pooled { first, .. } => {
                for (sigma, q) in theta.sigma.iter_mut().zip(&q[*first..]) {
                    *sigma = (LN_SIGMA_MEAN + q).exp();
                }
            }
        }
        theta.phi = self.phi.map_or(0.0, |i| share(q[i]));
    }

    pub(super) fn prior(&self, p: &mut Accumulator, theta: &Theta, by: &LikelihoodGradient) {
        match &self.sigma {
            Sigma::Single(i) => p.half_normal(*i, theta.sigma[0], SIGMA, by.ln_sigma[0]),
            Sigma::Pooled { first, prior } => {
                let own = *first..first + theta.sigma.len();
                let deviations = &p.q[own.clone()];
                p.grad[own.clone()].copy_from_slice(&by.ln_sigma);
                p.log_density += prior.density(deviations, &mut p.grad[own]);
            }
        }
        if let Some(i) = self.phi {
            p.beta(i, theta.phi, PHI, by.phi);
        }
    }

    pub(super) fn draw<R: rand::Rng>(&self, draw: &mut Drawing<R>) {
        match &self.sigma {
            Sigma::Single(i) => {
                draw.half_normal(Some(*i), SIGMA);
            }
            Sigma::Pooled { first, prior } => {
                let values = prior.draw(draw.rng);
                draw.q[*first..first + values.len()].copy_from_slice(&values);
            }
        }
        draw.beta(self.phi, PHI);
    }

    /// Moves a jittered starting point: too much noise, rather than too little, for a start.
    pub(super) fn start(&self, q: &mut [f64]) {
        if let Some(i) = self.phi {
            q[i] += SHARE.unbent(-1.0);
        }
        if let Sigma::Single(i) = self.sigma {
            q[i] += 0.5;
        }
    }

    pub(super) fn visit<'a>(&self, theta: &Theta, visit: &mut impl Visit<'a>) {
        match self.sigma {
            Sigma::Single(_) => visit(Label::One("sigma"), theta.sigma[0]),
            Sigma::Pooled { .. } => {
                theta.sigma.iter().enumerate().for_each(|(g, s)| visit(Label::OfGeo("sigma", g), *s));
            }
        }
        if self.phi.is_some() {
            visit(Label::One("autocorrelation"), theta.phi);
        }
    }
}
