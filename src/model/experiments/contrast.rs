//! A contrast: a randomised change of spend whose cells are in the data, told by the mean of those cells.
//!
//! E[y] = baseline + β h(a(x⁰)) + e^δ β [h(a(x)) − h(a(x⁰))] from the first treated period on: the usual spend keeps
//! the coefficient of the regression, with whatever demand it captures; only the change is causal. Beside the media's
//! β h that is (e^δ − 1) β [h − h⁰].
//!
//! Where x⁰ is a guess after an untreated geo, h⁰ is the mean over several of them. One geo's own ups and downs would be
//! an error in the variable that 1 − e^δ multiplies, and draw that towards nothing: where the regression credits a
//! channel with several times what it causes, the causal return came out half too high. The mean over geos errs as the
//! treated geo does about it, which draws nothing (Carroll et al. 2006, § 1.4, Berkson's error).

use super::super::design::Design;
use super::super::media::{Counterfactual, OtherExposure};
use super::super::terms::{At, Derivatives, Term};
use super::exposures::without_by_guess;
use crate::data::Experiment;

/// All contrasts of a fit.
#[derive(Debug)]
pub struct Contrasts {
    exposures: Vec<OtherExposure>,
    /// Of each in the mean over the guesses of its geo's course.
    weights: Vec<f64>,
}

/// The contrasts among `tests`, if any.
pub(super) fn contrasts(tests: &[Experiment], design: &Design) -> Option<Contrasts> {
    let contrasts = tests.iter().filter(|test| test.reading().is_none());
    let (mut exposures, mut weights) = (Vec::new(), Vec::new());
    for test in contrasts {
        let guesses = without_by_guess(test, design, test.treated.start..design.n_periods);
        let weight = 1.0 / guesses.len() as f64;
        exposures.extend(guesses.into_iter().flatten());
        weights.resize(exposures.len(), weight);
    }
    (!exposures.is_empty()).then_some(Contrasts { exposures, weights })
}

impl Contrasts {
    /// For each exposure its series, its weight and e^δ − 1.
    fn each<'a>(&'a self, at: At<'a>) -> impl Iterator<Item = (usize, &'a OtherExposure, f64, f64)> {
        let of = move |(of, weight): (&'a OtherExposure, &f64)| {
            (of.channel * at.design.n_geos + of.geo, of, *weight, at.theta.gap[of.channel].exp_m1())
        };
        self.exposures.iter().zip(&self.weights).map(of)
    }
}

impl Term for Contrasts {
    fn exposures(&self) -> &[OtherExposure] {
        &self.exposures
    }

    fn predict(&self, at: At, counterfactuals: &[Counterfactual], residual: &mut [f64]) {
        let n = at.design.n_periods;
        for ((series, of, weight, gap), counterfactual) in self.each(at).zip(counterfactuals) {
            let factor = weight * gap;
            let effect = &at.media.effect[series * n..][of.window.clone()];
            let cells = residual[of.geo * n..][of.window.clone()].iter_mut();
            for (r, (h, h0)) in cells.zip(effect.iter().zip(counterfactual.effect())) {
                *r -= factor * at.media.beta[series] * (h - h0);
            }
        }
    }

    fn density(&self, at: At, by_mean: &[f64], into: Derivatives) -> f64 {
        let n = at.design.n_periods;
        for ((series, of, weight, gap), counterfactual) in self.each(at).zip(into.counterfactuals) {
            let factor = weight * gap;
            let beta = at.media.beta[series];
            let effect = &at.media.effect[series * n..][of.window.clone()];
            let by_mean = &by_mean[of.geo * n..][of.window.clone()];
            let differences = effect.iter().zip(counterfactual.effect()).map(|(h, h0)| h - h0);
            let by_difference: f64 = by_mean.iter().zip(differences).map(|(by, d)| by * d).sum();
            for (to, by) in counterfactual.by_effect_mut().iter_mut().zip(by_mean) {
                *to -= factor * beta * by;
            }
            into.parameters.gap[of.channel] += weight * (gap + 1.0) * beta * by_difference;
            let Some(media) = into.media.of_mut(of.channel) else { continue };
            media.by_beta[of.geo] += factor * by_difference;
            for (to, by) in media.by_effect_mut(of.geo)[of.window.clone()].iter_mut().zip(by_mean) {
                *to += factor * beta * by;
            }
        }
        0.0
    }
}
