//! The panel's shared level fₜ: what every geo has in common in a period, weekly effect included.
//!
//! fₜ = Zₜ γ + uₜ over the calendar columns (intercept, trend, seasonality), uₜ ~ N(0, σ_u²). NUTS samples
//! f and γ is integrated out of its prior: given f the geos are independent, and many of them pin f down
//! period by period, whereas u beside an integrated γ is known along the columns of Z only through its
//! prior and mixes slowly. The prior of f is the collapsed regression of one geo whose outcome is f.

use super::super::design::BaselineDesign;
use super::super::theta::LikelihoodGradient;
use super::super::theta::Theta;
use super::baseline::Baseline;
use super::conditional::BaselineDraw;
use super::crossproducts::Crossproducts;

/// The regression of f on the calendar.
#[derive(Debug, Clone)]
pub struct Calendar {
    design: BaselineDesign,
    crossproducts: Crossproducts,
}

/// Scratch space of the regression.
#[derive(Debug, Clone)]
pub struct CalendarState {
    baseline: Baseline,
    theta: Theta,
    by: LikelihoodGradient,
}

impl CalendarState {
    /// The regression's scales, and f as its outcome.
    fn set(&mut self, theta: &Theta) {
        self.theta.sigma[0] = theta.weekly_scale;
        self.theta.trend_scale = theta.trend_scale;
        self.theta.season_scale = theta.season_scale;
        self.baseline.residual.copy_from_slice(&theta.weekly);
    }
}

impl Calendar {
    /// The calendar columns of a panel as a design of their own, with prior mean `intercept_mean` of f.
    pub fn new(panel: &BaselineDesign, intercept_mean: f64) -> Calendar {
        let design = panel.of_calendar(intercept_mean);
        Calendar { crossproducts: Crossproducts::new(&design), design }
    }

    /// Room for the regression.
    pub fn state(&self) -> CalendarState {
        CalendarState {
            baseline: Baseline::new(&self.design, &self.crossproducts),
            theta: Theta { sigma: vec![0.0], ..Theta::default() },
            by: LikelihoodGradient { ln_sigma: vec![0.0], ..LikelihoodGradient::default() },
        }
    }

    /// ln p(f | σ_u, σ_trend, σ_season); adds its gradient to `by`.
    #[inline(always)]
    pub fn density<const FMA: bool>(
        &self,
        theta: &Theta,
        state: &mut CalendarState,
        by: &mut LikelihoodGradient,
    ) -> f64 {
        state.set(theta);
        let x = &self.crossproducts;
        let value = state.baseline.collapse::<FMA>(&self.design, x, &state.theta, &mut state.by);
        for (by, e) in by.weekly.iter_mut().zip(&state.baseline.by_mean) {
            *by -= e;
        }
        by.ln_trend += state.by.ln_trend;
        by.ln_season += state.by.ln_season;
        by.ln_weekly_scale = state.by.ln_sigma[0];
        value
    }

    /// The posterior of γ given f alone: all that [`Calendar::draw`] needs.
    #[inline(always)]
    pub fn condition<const FMA: bool>(&self, theta: &Theta, state: &mut CalendarState) {
        state.set(theta);
        state.baseline.condition::<FMA>(&self.design, &self.crossproducts, &state.theta);
    }

    /// Draws γ at the point of the last evaluation, adds it to `draw` and leaves there uₜ = fₜ − Zₜ γ.
    pub fn draw<R: rand::Rng>(
        &self,
        level: &[f64],
        state: &CalendarState,
        draw: &mut BaselineDraw,
        rng: &mut R,
    ) {
        let gamma = state.baseline.draw(&self.design, &self.crossproducts, rng).shared;
        let (n, k) = (self.design.n_periods, draw.shared.len());
        draw.weekly = level.to_vec();
        for (j, gamma) in gamma.iter().enumerate() {
            draw.shared[j] += gamma;
            draw.coefficients.iter_mut().skip(j).step_by(k).for_each(|b| *b += gamma);
            let column = &self.design.fitted_columns[j * n..(j + 1) * n];
            draw.weekly.iter_mut().zip(column).for_each(|(u, z)| *u -= gamma * z);
        }
    }
}
