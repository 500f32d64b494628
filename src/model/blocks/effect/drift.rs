//! Drift of one channel's effect: the sd of a year's step, and the steps of the path.

use super::super::accumulator::Accumulator;
use super::super::coordinates::half_normal;
use super::super::drawing::Drawing;
use super::super::label::{Label, Visit};
use super::super::numbering::Numbering;
use crate::model::design::ChannelDesign;
use crate::model::drift::STEP_SCALE;
use crate::model::theta::{LikelihoodGradient, Theta};

/// Standardised spread and steps; nothing without drift.
#[derive(Debug, Clone, Copy)]
pub struct DriftBlock {
    spread: Option<usize>,
    /// The first of the steps, each over its sd given the spread.
    first: usize,
}

impl DriftBlock {
    pub(in crate::model::blocks) fn number(channel: &ChannelDesign, next: &mut Numbering) -> DriftBlock {
        let spread = next.take_if(channel.drift.is_some());
        DriftBlock { spread, first: next.take(channel.drift.as_ref().map_or(0, |path| path.n_steps())) }
    }

    pub(in crate::model::blocks) fn decode(
        self,
        q: &[f64],
        (c, channel): (usize, &ChannelDesign),
        theta: &mut Theta,
    ) {
        let (Some(i), Some(path)) = (self.spread, &channel.drift) else { return };
        let drift = &mut theta.drift[c];
        drift.spread = half_normal(q[i], STEP_SCALE);
        let sd = path.step_sd(drift.spread);
        drift.steps.iter_mut().zip(&q[self.first..]).for_each(|(step, z)| *step = sd * z);
        path.relative(&drift.steps, &mut drift.relative);
    }

    pub(in crate::model::blocks) fn prior(
        self,
        p: &mut Accumulator,
        (c, channel): (usize, &ChannelDesign),
        theta: &Theta,
        by: &LikelihoodGradient,
    ) {
        let (Some(i), Some(path)) = (self.spread, &channel.drift) else { return };
        let drift = &theta.drift[c];
        let (sd, mut by_ln_spread) = (path.step_sd(drift.spread), 0.0);
        for (j, step) in drift.steps.iter().enumerate() {
            let by_step = path.by_step(j, &by.ln_drift[c]);
            by_ln_spread += by_step * step;
            p.normal(self.first + j, sd * by_step);
        }
        p.half_normal(i, drift.spread, STEP_SCALE, by_ln_spread);
    }

    pub(in crate::model::blocks) fn draw<R: rand::Rng>(self, channel: &ChannelDesign, draw: &mut Drawing<R>) {
        let Some(path) = &channel.drift else { return };
        draw.half_normal(self.spread, STEP_SCALE);
        for j in 0..path.n_steps() {
            draw.q[self.first + j] = draw.normal();
        }
    }

    pub(in crate::model::blocks) fn visit<'a>(
        self,
        name: &'a str,
        c: usize,
        theta: &Theta,
        visit: &mut impl Visit<'a>,
    ) {
        if self.spread.is_some() {
            visit(Label::OfChannel("drift_spread", name), theta.drift[c].spread);
            for (j, step) in theta.drift[c].steps.iter().enumerate() {
                visit(Label::OfChannelNumbered("drift_step", name, j + 1), *step);
            }
        }
    }
}
