//! Terms of the likelihood beside the observation: what else is known of the effects of media.
//!
//! A term names the other exposures that it needs the effects of. It may change the predicted outcome before that is
//! observed, and adds a log density with its derivatives: by h of a channel's own and other exposures, by β, and by
//! parameters directly. The chain from there is the media's.

use std::fmt::Debug;
use std::sync::Arc;

use super::design::Design;
use super::media::{Cotangents, Counterfactual, Media, OtherExposure};
use super::theta::{LikelihoodGradient, Theta};

/// Where a term is evaluated.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The scaled data.
    pub design: &'a Design,
    /// Parameters.
    pub theta: &'a Theta,
    /// Effects h and coefficients β of the exposures in the data.
    pub media: &'a Media,
}

/// Where a term leaves its derivatives.
#[derive(Debug)]
pub struct Derivatives<'a> {
    /// By h under each of [`Term::exposures`], in their order.
    pub counterfactuals: &'a mut [Counterfactual],
    /// By h of the data's exposures and by β, for the channels of [`Term::exposures`].
    pub media: &'a mut Cotangents,
    /// By other parameters; those of the media are overwritten later.
    pub parameters: &'a mut LikelihoodGradient,
}

/// See the module.
pub trait Term: Debug + Send + Sync {
    /// The other exposures whose effects it needs.
    fn exposures(&self) -> &[OtherExposure];

    /// Changes the predicted outcome: subtracts from `residual` (G × T, scaled outcome units) what it adds to the
    /// media's β h. The derivatives follow in [`Term::density`].
    fn predict(&self, at: At, counterfactuals: &[Counterfactual], residual: &mut [f64]) {
        let _ = (at, counterfactuals, residual);
    }

    /// Its log density. `by_mean` (G × T) is the derivative of the observation's log density by the predicted
    /// outcome, through which what [`Term::predict`] did counts.
    fn density(&self, at: At, by_mean: &[f64], into: Derivatives) -> f64;
}

/// All terms of a density.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms(pub(super) Vec<Arc<dyn Term>>);

/// Their scratch space.
#[derive(Debug, Clone, Default)]
pub(super) struct TermsState {
    counterfactuals: Vec<Vec<Counterfactual>>,
    cotangents: Cotangents,
}

impl Terms {
    pub(super) fn state(&self, design: &Design) -> TermsState {
        let adstock = |of: &OtherExposure| design.media.channels[of.channel].adstock;
        let room = |term: &Arc<dyn Term>| {
            term.exposures().iter().map(|of| Counterfactual::new(of.clone(), adstock(of))).collect()
        };
        let spoken_of: Vec<usize> =
            self.0.iter().flat_map(|t| t.exposures().iter().map(|e| e.channel)).collect();
        TermsState {
            counterfactuals: self.0.iter().map(room).collect(),
            cotangents: Cotangents::new(&spoken_of, design.n_geos, design.n_periods),
        }
    }

    /// Effects of the other exposures, and what they change of the prediction.
    #[inline(always)]
    pub(super) fn forward<const FMA: bool>(&self, at: At, state: &mut TermsState, residual: &mut [f64]) {
        for (term, counterfactuals) in self.0.iter().zip(&mut state.counterfactuals) {
            for counterfactual in counterfactuals.iter_mut() {
                counterfactual.forward::<FMA>(at.theta);
            }
            term.predict(at, counterfactuals, residual);
        }
    }

    /// What they change of the prediction at the last point, subtracted from `residual`.
    pub(super) fn predict(&self, at: At, state: &TermsState, residual: &mut [f64]) {
        for (term, counterfactuals) in self.0.iter().zip(&state.counterfactuals) {
            term.predict(at, counterfactuals, residual);
        }
    }

    /// Σ of the log densities; leaves their derivatives in the state and in `by`.
    #[inline(always)]
    pub(super) fn density<const FMA: bool>(
        &self,
        at: At,
        by_mean: &[f64],
        state: &mut TermsState,
        by: &mut LikelihoodGradient,
    ) -> f64 {
        let TermsState { counterfactuals, cotangents } = state;
        cotangents.clear();
        let mut sum = 0.0;
        for (term, counterfactuals) in self.0.iter().zip(counterfactuals) {
            let into = Derivatives { counterfactuals, media: &mut *cotangents, parameters: &mut *by };
            sum += term.density(at, by_mean, into);
            for counterfactual in counterfactuals.iter() {
                if let Some(of) = cotangents.of_mut(counterfactual.of().channel) {
                    of.shape.add(&counterfactual.reverse::<FMA>(at.theta));
                    if at.theta.drift(counterfactual.of().channel).is_some() {
                        counterfactual.add_by_ln_drift(&mut of.by_ln_drift);
                    }
                }
            }
        }
        sum
    }
}

impl TermsState {
    /// What the terms add of each channel.
    pub(super) fn cotangents(&self) -> &Cotangents {
        &self.cotangents
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::density::{
        Density,
        tests::{configs, data},
    };
    use super::*;
    use crate::transform::simd::InstructionSet;

    /// A reading of a difference, ½ (Σ β (h − h⁰) − 1)² of one channel in two geos, which also moves the prediction
    /// by a tenth of that difference.
    #[derive(Debug)]
    struct Reading(Vec<OtherExposure>);

    const MOVED: f64 = 0.1;

    impl Reading {
        fn each(
            &self,
            at: At,
            counterfactuals: &[Counterfactual],
            mut f: impl FnMut(usize, usize, usize, f64),
        ) {
            let (n_geos, n) = (at.design.n_geos, at.design.n_periods);
            for (k, counterfactual) in counterfactuals.iter().enumerate() {
                let OtherExposure { channel, geo, window, .. } = counterfactual.of();
                let series = channel * n_geos + geo;
                for (t, h0) in window.clone().zip(counterfactual.effect()) {
                    f(k, series, t, at.media.effect[series * n + t] - h0);
                }
            }
        }
    }

    impl Term for Reading {
        fn exposures(&self) -> &[OtherExposure] {
            &self.0
        }

        fn predict(&self, at: At, counterfactuals: &[Counterfactual], residual: &mut [f64]) {
            let (n_geos, n) = (at.design.n_geos, at.design.n_periods);
            self.each(at, counterfactuals, |_, series, t, difference| {
                residual[series % n_geos * n + t] -= MOVED * at.media.beta[series] * difference;
            });
        }

        fn density(&self, at: At, by_mean: &[f64], into: Derivatives) -> f64 {
            let (n_geos, n) = (at.design.n_geos, at.design.n_periods);
            let mut lift = 0.0;
            self.each(at, into.counterfactuals, |_, series, _, d| lift += at.media.beta[series] * d);
            let mut parts = Vec::new();
            self.each(at, into.counterfactuals, |k, series, t, d| parts.push((k, series, t, d)));
            for (k, series, t, difference) in parts {
                let (c, g, beta) = (series / n_geos, series % n_geos, at.media.beta[series]);
                let by = MOVED * by_mean[g * n + t] - (lift - 1.0);
                let first = into.counterfactuals[k].of().window.start;
                into.counterfactuals[k].by_effect_mut()[t - first] -= by * beta;
                let media = into.media.of_mut(c).unwrap();
                media.by_beta[g] += by * difference;
                media.by_effect_mut(g)[t] += by * beta;
            }
            -0.5 * (lift - 1.0) * (lift - 1.0)
        }
    }

    #[test]
    fn a_term_reaches_every_parameter_through_the_media() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for n_geos in [1, 3] {
            for (name, config) in configs() {
                for channel in [0, 2] {
                    let design = Design::new(&data(n_geos, 45), &config).unwrap();
                    let other = |geo: usize| {
                        let cells = (channel * n_geos + geo) * 45..(channel * n_geos + geo + 1) * 45;
                        let mut exposure = design.media.exposure[cells].to_vec();
                        exposure[20..26].iter_mut().for_each(|x| *x *= 0.3);
                        OtherExposure { channel, geo, exposure, window: 20..31 }
                    };
                    let term = Reading((0..n_geos.min(2)).map(other).collect());
                    for set in InstructionSet::available() {
                        let density = Density::with_instructions(design.clone(), set);
                        let plain = density.clone();
                        let density = density.with_terms(vec![Arc::new(Reading(term.0.clone()))]);
                        let q = density.start(&mut rng);
                        let (mut state, mut grad) = (density.state(), vec![0.0; q.len()]);
                        let mut unused = grad.clone();
                        let value = density.value_and_gradient(&q, &mut grad, &mut state).unwrap();
                        let without = plain.value_and_gradient(&q, &mut unused, &mut plain.state()).unwrap();
                        assert!((value - without).abs() > 1e-3, "the term counts");
                        for i in 0..q.len() {
                            let mut at = |x: f64| {
                                let mut q = q.clone();
                                q[i] += x;
                                density.value_and_gradient(&q, &mut unused, &mut state).unwrap()
                            };
                            let error = [1e-2, 1e-3, 1e-4].map(|h| {
                                let near = at(h) - at(-h);
                                let far = at(2.0 * h) - at(-2.0 * h);
                                (grad[i] - (8.0 * near - far) / (12.0 * h)).abs()
                            });
                            assert!(
                                error.iter().any(|e| *e < 1e-5 * (1.0 + grad[i].abs())),
                                "{n_geos} geos, {name}, channel {channel}, {i}: {} off by {error:?}",
                                grad[i]
                            );
                        }
                    }
                }
            }
        }
    }
}
