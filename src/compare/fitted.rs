//! One model, fitted: what the comparison needs of it.

use super::candidates::Candidate;
use crate::config::FitConfig;
use crate::data::{Dataset, Experiments};
use crate::diagnostics::{Loo, Verdict};
use crate::error::Error;
use crate::fit::fit_with_tests;
use crate::planning::{ChannelCurve, channel_curves};
use crate::posterior::{Prediction, curve_draws};
use crate::report::Forecaster;
use crate::sampler::Progress;
use crate::validation::{Plan, folds};

/// Standard deviations between the 5 % and the 95 % quantile of a normal.
const NINETY: f64 = 2.0 * 1.644_853_626_951_472_7;

/// Forecasts of a model from earlier origins.
#[derive(Debug, Clone, PartialEq)]
pub struct Future {
    /// ln density of every forecast cell, of a normal with the forecast's mean and 90 % interval.
    pub points: Vec<f64>,
    /// Folds whose chains converged.
    pub converged: usize,
    /// Folds.
    pub folds: usize,
}

/// A fitted model.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// Its name.
    pub name: String,
    /// Its settings.
    pub config: FitConfig,
    /// How its chains went.
    pub verdict: Verdict,
    /// Leave-one-out accuracy; `None` where it cannot be told.
    pub loo: Option<Loo>,
    /// ln density of every fitted cell given all others.
    pub points: Vec<f64>,
    /// ROI of each paid channel, draw by draw.
    pub roi: Vec<(String, Vec<f64>)>,
    /// Response curves of the paid channels.
    pub curves: Vec<ChannelCurve>,
    /// Forecasts, where they were asked for.
    pub future: Option<Future>,
}

impl Candidate {
    /// Fits the model on the present rayon pool.
    ///
    /// # Errors
    /// As [`crate::fit()`].
    pub fn fit(&self, data: &Dataset, tests: &Experiments, progress: &dyn Progress) -> Result<Fitted, Error> {
        let fit = fit_with_tests(data, &self.config, tests, progress)?;
        let curves = channel_curves(curve_draws(&fit.posterior))?;
        let paid = fit.posterior.channels.into_iter().filter_map(|c| Some((c.name, c.roi?)));
        Ok(Fitted {
            name: self.name.clone(),
            config: self.config.clone(),
            verdict: fit.diagnostics.verdict,
            loo: fit.posterior.fit.loo,
            points: fit.posterior.leave_one_out,
            roi: paid.collect(),
            curves,
            future: None,
        })
    }

    /// Forecasts the last periods from what was known before them.
    ///
    /// # Errors
    /// As [`folds`] and [`crate::fit()`].
    pub fn forecast(&self, data: &Dataset, plan: Plan, progress: &dyn Progress) -> Result<Future, Error> {
        let mut future = Future { points: Vec::new(), converged: 0, folds: 0 };
        for fold in folds(data, &self.config, plan)? {
            let Some(forecasts) = fold.forecast(Forecaster::MediaMix, progress)? else { continue };
            future.points.extend(forecasts.predictions().map(|p| ln_density(&p)));
            future.converged += usize::from(forecasts.converged());
            future.folds += 1;
        }
        Ok(future)
    }
}

fn ln_density(p: &Prediction) -> f64 {
    let sd = (p.q95 - p.q05) / NINETY;
    let z = (p.outcome - p.mean) / sd;
    -0.5 * (z * z + std::f64::consts::TAU.ln()) - sd.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forecast_is_scored_as_the_normal_of_its_interval() {
        // sd 2, one sd above: ln φ(1) − ln 2.
        let p = Prediction {
            group: 0,
            outcome: 12.0,
            mean: 10.0,
            q05: 10.0 - NINETY,
            q95: 10.0 + NINETY,
            crps: 0.0,
        };
        let want = (-0.5f64).exp() / (2.0 * std::f64::consts::TAU.sqrt());
        assert!((ln_density(&p) - want.ln()).abs() < 1e-12);
    }
}
