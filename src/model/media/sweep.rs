//! Media forward, exposure → adstock → saturation → contribution, and in reverse.

use rayon::prelude::*;

use super::super::design::Design;
use super::super::theta::{LikelihoodGradient, Theta};
use super::cotangents::Cotangents;
use super::response::{Point, Response};
use super::reverse::Reverse;
use super::values::Media;
use crate::transform::adstock::LANES;
use crate::transform::simd::{Kernel, axpy4, dispatch};

impl Media {
    /// Fills in everything but `residual`, from which the media contributions are subtracted.
    #[inline(always)]
    pub fn forward<const FMA: bool>(&mut self, design: &Design, theta: &Theta, residual: &mut [f64]) {
        let (n_geos, n) = (design.n_geos, design.n_periods);
        for (c, carry) in self.carries.iter_mut().enumerate() {
            carry.set(theta.carry(c));
        }
        self.respond::<FMA>(design, theta);
        for (c, channel) in design.media.channels.iter().enumerate() {
            let effect = theta.ln_effect[c].exp() * channel.numeraire;
            self.set_coefficients(c, effect, &theta.geo_factor[c * n_geos..(c + 1) * n_geos]);
        }
        for (g, residual) in residual.chunks_exact_mut(n).enumerate() {
            for first in (0..design.n_channels()).step_by(4) {
                let last = design.n_channels() - 1;
                let series = |j: usize| (first + j).min(last) * n_geos + g;
                let effects = std::array::from_fn(|j| &self.effect[series(j) * n..(series(j) + 1) * n]);
                let beta = |j: usize| if first + j <= last { -self.beta[series(j)] } else { 0.0 };
                axpy4::<FMA>(std::array::from_fn(beta), effects, residual);
            }
        }
    }

    /// Fills in effects and reaches.
    #[inline(always)]
    fn respond<const FMA: bool>(&mut self, design: &Design, theta: &Theta) {
        let n = design.n_periods;
        let Media { effect, logit, by_retention, reach, start, carries, adstocked, tangent, .. } = self;
        let at = Point { design, theta, start, carries };
        let Some(split) = self.split else {
            Response { at, first: 0, effect, logit, by_retention, reach, adstocked, tangent }.run::<FMA>();
            return;
        };
        let series = reach.len().div_ceil(split.threads).next_multiple_of(LANES);
        effect
            .par_chunks_mut(series * n)
            .zip(logit.par_chunks_mut(series * n))
            .zip(by_retention.par_chunks_mut(series * n))
            .zip(reach.par_chunks_mut(series))
            .zip(adstocked.par_chunks_mut(LANES * n).zip(tangent.par_chunks_mut(LANES * n)))
            .enumerate()
            .for_each(|(i, ((((effect, logit), by_retention), reach), (adstocked, tangent)))| {
                let first = i * series;
                let response = Response { at, first, effect, logit, by_retention, reach, adstocked, tangent };
                dispatch(split.instructions, response);
            });
    }

    /// Gradient by the media parameters from `by_media` = ∂L/∂(media contribution) per cell (G × T), and what other terms
    /// add of each channel.
    #[inline(always)]
    pub fn reverse<const FMA: bool>(
        &mut self,
        design: &Design,
        theta: &Theta,
        (by_media, others): (&[f64], &Cotangents),
        by: &mut LikelihoodGradient,
    ) {
        let n_geos = design.n_geos;
        let mut by_channel = std::mem::take(&mut self.by_channel);
        let media = &*self;
        match self.split {
            None => {
                let factors = by.ln_geo_factor.chunks_exact_mut(n_geos);
                let into = factors.zip(&mut by.ln_drift);
                for (c, (of, (factors, drift))) in by_channel.iter_mut().zip(into).enumerate() {
                    let others = others.of(c);
                    *of = Reverse { media, design, theta, by_media, others, c, factors, drift }.run::<FMA>();
                }
            }
            Some(split) => by_channel
                .par_iter_mut()
                .zip(by.ln_geo_factor.par_chunks_exact_mut(n_geos).zip(&mut by.ln_drift))
                .enumerate()
                .with_min_len(design.n_channels().div_ceil(split.threads))
                .for_each(|(c, (of, (factors, drift)))| {
                    let others = others.of(c);
                    let reverse = Reverse { media, design, theta, by_media, others, c, factors, drift };
                    *of = dispatch(split.instructions, reverse);
                }),
        }
        for (c, of) in by_channel.iter().enumerate() {
            by.retention[c] = of.shape.retention;
            by.slow[c] = of.shape.slow;
            by.ln_half_saturation[c] = of.shape.ln_half_saturation;
            by.ln_slope[c] = of.shape.ln_slope;
            by.ln_effect[c] = of.ln_effect;
        }
        self.by_channel = by_channel;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::config::FitConfig;
    use crate::model::density::{Density, tests::data};

    #[test]
    fn a_gradient_spread_over_threads_is_the_same_to_the_last_bit() {
        let mut density = Density::new(Design::new(&data(33, 260), &FitConfig::default()).unwrap());
        let q = density.start(&mut ChaCha8Rng::seed_from_u64(1));
        let gradient = |density: &Density| {
            let (mut state, mut gradient) = (density.state(), vec![0.0; q.len()]);
            let value = density.value_and_gradient(&q, &mut gradient, &mut state).unwrap();
            (state.media.split.map(|s| s.threads), value, gradient)
        };
        let one = gradient(&density);
        density.spread(2);
        let spread = gradient(&density);
        assert_eq!((one.0, spread.0), (None, Some(2)), "the data are large enough to be spread");
        assert_eq!((one.1, one.2), (spread.1, spread.2));
    }
}
