//! Draws of single parameters from their priors, into the coordinates of the density.

use rand_distr::{Distribution, Gamma, StandardNormal};

use super::coordinates::{SHARE, half_normal};

/// A draw under way.
#[derive(Debug)]
pub struct Drawing<'a, R> {
    /// Coordinates.
    pub q: Vec<f64>,
    /// Source of randomness.
    pub rng: &'a mut R,
}

impl<R: rand::Rng> Drawing<'_, R> {
    /// z ~ N(0, 1).
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(self.rng)
    }

    /// x ~ HalfNormal(scale) at a standardised coordinate; 0 where there is none.
    pub fn half_normal(&mut self, at: Option<usize>, scale: f64) -> f64 {
        at.map_or(0.0, |i| {
            self.q[i] = self.normal();
            half_normal(self.q[i], scale)
        })
    }

    /// x ~ Beta(a, b) at the coordinate of a share; logit x is the ln of the ratio of two gamma draws.
    pub fn beta(&mut self, at: Option<usize>, (a, b): (f64, f64)) {
        if let Some(i) = at {
            let mut ln_gamma = |shape| {
                let gamma = Gamma::new(shape, 1.0).expect("the priors' shapes are positive");
                f64::ln(gamma.sample(self.rng))
            };
            self.q[i] = SHARE.unbent(ln_gamma(a) - ln_gamma(b));
        }
    }
}
