//! The marginal log posterior of the nonlinear parameters with its gradient.

use std::sync::Arc;

use super::blocks::Layout;
use super::design::{Design, PRIOR_MEDIA_SHARE};
use super::gap::{GapPart, gap_given_effect};
use super::media::{Media, Split};
use super::observation::{Baseline, BaselineDraw, Calendar, CalendarState, Crossproducts};
use super::returns::Returns;
use super::terms::{At, Term, Terms, TermsState};
use super::theta::{LikelihoodGradient, Theta};
use crate::transform::simd::{InstructionSet, Kernel, dispatch};

/// ln p(θ | y) up to a constant, linear baseline integrated out.
#[derive(Debug, Clone)]
pub struct Density {
    /// The scaled data.
    pub design: Design,
    /// Which coordinate is which.
    pub layout: Layout,
    crossproducts: Crossproducts,
    calendar: Option<Calendar>,
    split: Split,
    terms: Terms,
}

/// Scratch space and everything computed at the last point.
#[derive(Debug, Clone)]
pub struct State {
    /// Parameters on natural scales.
    pub theta: Theta,
    /// Media effects and coefficients.
    pub media: Media,
    /// Collapsed baseline.
    pub baseline: Baseline,
    calendar: Option<CalendarState>,
    by: LikelihoodGradient,
    returns: Returns,
    terms: TermsState,
}

impl State {
    /// Derivative of the log likelihood by each ln geo factor at the last point; C × G.
    pub fn by_ln_geo_factor(&self) -> &[f64] {
        &self.by.ln_geo_factor
    }
}

/// What is not a finite number at a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NotFinite {
    /// The log density.
    Value(f64),
    /// The first entry of its gradient that is not: the coordinate's index and the entry.
    Gradient(usize, f64),
}

impl Density {
    /// Prepares a design for sampling on the widest instruction set of the machine.
    pub fn new(design: Design) -> Density {
        Density::with_instructions(design, InstructionSet::detect())
    }

    /// The same on a chosen instruction set.
    pub fn with_instructions(design: Design, instructions: InstructionSet) -> Density {
        let layout = Layout::new(&design);
        let crossproducts = Crossproducts::new(&design.baseline);
        let calendar =
            design.baseline.weekly_effect.then(|| Calendar::new(&design.baseline, 1.0 - PRIOR_MEDIA_SHARE));
        let split = Split { threads: 1, instructions };
        Density { design, layout, crossproducts, calendar, split, terms: Terms::default() }
    }

    /// The same with other terms beside the observation. Holds for states made from now on.
    pub fn with_terms(self, terms: Vec<Arc<dyn Term>>) -> Density {
        Density { terms: Terms(terms), ..self }
    }

    /// Spreads every gradient over so many threads of the present rayon pool, or fewer when it is too small for
    /// that; the result is the same. Holds for states made from now on.
    pub fn spread(&mut self, threads: usize) {
        self.split.threads = threads;
    }

    /// Fresh scratch space.
    pub fn state(&self) -> State {
        State {
            theta: Theta::new(&self.design),
            media: Media::new(&self.design, self.split),
            baseline: Baseline::new(&self.design.baseline, &self.crossproducts),
            calendar: self.calendar.as_ref().map(Calendar::state),
            by: LikelihoodGradient::new(&self.design),
            returns: self.design.media.pool.state(),
            terms: self.terms.state(&self.design),
        }
    }

    /// Log density at `q`, gradient into `grad`; both of length [`Layout::dim`].
    ///
    /// # Errors
    /// [`NotFinite`] where either is not a finite number.
    pub fn value_and_gradient(
        &self,
        q: &[f64],
        grad: &mut [f64],
        state: &mut State,
    ) -> Result<f64, NotFinite> {
        let evaluate = Evaluate { density: self, q, grad: &mut *grad, state: &mut *state };
        let value = dispatch(self.split.instructions, evaluate);
        let wrong = match grad.iter().position(|g| !g.is_finite()) {
            _ if !value.is_finite() => NotFinite::Value(value),
            Some(i) => NotFinite::Gradient(i, grad[i]),
            None => return Ok(value),
        };
        // The zeros that factorisations rely on may have become NaN, which would stay.
        *state = self.state();
        Err(wrong)
    }

    /// Fills in the parameters, the media and the posterior of the baseline at `q`, which is all that
    /// contributions, curves and [`Density::draw_baseline`] need, in half the time of the gradient.
    pub fn locate(&self, q: &[f64], state: &mut State) {
        dispatch(self.split.instructions, Locate { density: self, q, state });
    }

    /// A starting point near the middle of the prior.
    pub fn start<R: rand::Rng>(&self, rng: &mut R) -> Vec<f64> {
        self.layout.start(&self.design, rng)
    }

    /// Instruction set in use.
    pub fn instructions(&self) -> InstructionSet {
        self.split.instructions
    }

    /// Log predictive density of each fitted cell of geo `g` given all other cells, at the point of
    /// the last evaluation in `state`; outcome units, 0 where not fitted. `out` has length T.
    ///
    /// # Source
    /// Gaussian leave-one-out: y − μ₋ᵢ = [Σ⁻¹r]ᵢ / Σ⁻¹ᵢᵢ with variance 1 / Σ⁻¹ᵢᵢ.
    pub fn leave_one_out(&self, state: &State, g: usize, out: &mut [f64]) {
        dispatch(self.split.instructions, LeaveOneOut { density: self, state, g, out });
    }

    /// Adds what the terms beside the observation change of the predicted outcome, at the point of the last evaluation
    /// in `state`; G × T.
    pub(super) fn add_terms(&self, state: &State, mean: &mut [f64]) {
        if self.terms.0.is_empty() {
            return;
        }
        let at = At { design: &self.design, theta: &state.theta, media: &state.media };
        // A residual loses what the prediction gains.
        mean.iter_mut().for_each(|m| *m = -*m);
        self.terms.predict(at, &state.terms, mean);
        mean.iter_mut().for_each(|m| *m = -*m);
    }

    /// δ of every channel at the point of the last evaluation in `state`: the parameter where an experiment speaks of
    /// the channel, else drawn exactly given the regression's effects.
    pub fn draw_gaps<R: rand::Rng>(&self, state: &State, rng: &mut R) -> Vec<f64> {
        let (media, theta) = (&self.design.media, &state.theta);
        let mut gaps = theta.gap.clone();
        let pooled: Vec<usize> = self.layout.pooled().collect();
        let effects: Vec<f64> = pooled.iter().map(|c| theta.ln_effect[*c] + theta.gap[*c]).collect();
        for (c, gap) in pooled.iter().zip(media.pool.draw_gaps(&effects, rng)) {
            gaps[*c] += gap;
        }
        for (c, channel) in media.channels.iter().enumerate() {
            if channel.samples_gap() {
                continue;
            }
            if channel.held {
                gaps[c] = channel.gap.draw(rng);
            } else if let Some(causal) = channel.prior {
                let (mean, sd) = channel.gap.moments();
                let part = GapPart { weight: 1.0, mean, sd };
                gaps[c] = gap_given_effect(theta.ln_effect[c], causal, part, rng);
            }
        }
        gaps
    }

    /// Draws the baseline coefficients exactly, at the point of the last evaluation in `state`.
    pub fn draw_baseline<R: rand::Rng>(&self, state: &State, rng: &mut R) -> BaselineDraw {
        let mut draw = state.baseline.draw(&self.design.baseline, &self.crossproducts, rng);
        if let (Some(calendar), Some(of)) = (&self.calendar, &state.calendar) {
            calendar.draw(&state.theta.weekly, of, &mut draw, rng);
        }
        draw
    }
}

struct Evaluate<'a> {
    density: &'a Density,
    q: &'a [f64],
    grad: &'a mut [f64],
    state: &'a mut State,
}

impl Kernel for Evaluate<'_> {
    type Output = f64;
    #[inline(always)]
    fn run<const FMA: bool>(self) -> f64 {
        let Evaluate { density, q, grad, state } = self;
        let State { theta, media, baseline, calendar, by, returns, terms } = state;
        let design = &density.design;
        forward::<FMA>(density, q, (&mut *theta, &mut *media, &mut *terms, &mut baseline.residual));
        by.gap.fill(0.0);
        let mut likelihood = baseline.collapse::<FMA>(&design.baseline, &density.crossproducts, theta, by);
        let at = At { design, theta, media };
        likelihood += density.terms.density::<FMA>(at, &baseline.by_mean, terms, by);
        media.reverse::<FMA>(design, theta, (&baseline.by_mean, terms.cotangents()), by);
        if design.baseline.weekly_effect {
            by.weekly.fill(0.0);
            for by_mean in baseline.by_mean.chunks_exact(design.n_periods) {
                for (sum, e) in by.weekly.iter_mut().zip(by_mean) {
                    *sum += e;
                }
            }
        }
        if let (Some(calendar), Some(state)) = (&density.calendar, calendar) {
            likelihood += calendar.density::<FMA>(theta, state, by);
        }
        if let Some(level) = &density.layout.learnt.level {
            level.rotate(&mut by.weekly);
        }
        for (x, c) in returns.ln_effect.iter_mut().zip(density.layout.pooled()) {
            *x = theta.ln_effect[c] + theta.gap[c];
        }
        design.media.pool.density::<FMA>(returns);
        likelihood + density.layout.prior_and_chain_rule((q, theta), design, by, returns, grad)
    }
}

/// Parameters and media at `q`; what the media leave of the outcome goes to `residual`.
#[inline(always)]
fn forward<const FMA: bool>(
    density: &Density,
    q: &[f64],
    (theta, media, terms, residual): (&mut Theta, &mut Media, &mut TermsState, &mut [f64]),
) {
    let design = &density.design;
    density.layout.decode(q, design, theta);
    residual.copy_from_slice(&design.outcome.scaled);
    if design.baseline.weekly_effect {
        let cells = residual.chunks_exact_mut(design.n_periods);
        for (residual, fitted) in cells.zip(design.outcome.fitted.chunks_exact(design.n_periods)) {
            for ((r, f), u) in residual.iter_mut().zip(fitted).zip(&theta.weekly) {
                *r -= f * u;
            }
        }
    }
    media.forward::<FMA>(design, theta, residual);
    density.terms.forward::<FMA>(At { design, theta, media }, terms, residual);
    for (r, fitted) in residual.iter_mut().zip(&design.outcome.fitted) {
        *r *= fitted;
    }
}

struct Locate<'a> {
    density: &'a Density,
    q: &'a [f64],
    state: &'a mut State,
}

impl Kernel for Locate<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Locate { density, q, state } = self;
        let State { theta, media, baseline, calendar, terms, .. } = state;
        forward::<FMA>(density, q, (&mut *theta, media, terms, &mut baseline.residual));
        baseline.condition::<FMA>(&density.design.baseline, &density.crossproducts, theta);
        if let (Some(calendar), Some(state)) = (&density.calendar, calendar) {
            calendar.condition::<FMA>(theta, state);
        }
    }
}

struct LeaveOneOut<'a> {
    density: &'a Density,
    state: &'a State,
    g: usize,
    out: &'a mut [f64],
}

impl Kernel for LeaveOneOut<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let LeaveOneOut { density, state, g, out } = self;
        let (design, n) = (&density.design, density.design.n_periods);
        state.baseline.precision_diagonal::<FMA>(
            &design.baseline,
            &density.crossproducts,
            &state.theta,
            g,
            out,
        );
        let cells = g * n..(g + 1) * n;
        let by_mean = &state.baseline.by_mean[cells.clone()];
        let unit = design.outcome.scale[g].ln() + 0.5 * std::f64::consts::TAU.ln();
        for ((p, fitted), e) in out.iter_mut().zip(&design.outcome.fitted[cells]).zip(by_mean) {
            *p = if *fitted > 0.0 { 0.5 * p.ln() - 0.5 * e * e / *p - unit } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod families;
#[cfg(test)]
pub(crate) mod tests;
