//! Unconstrained coordinates ↔ parameters: transforms, their Jacobians and the prior density.

use super::coordinates::{Bend, EFFECT, SHARE, half_normal, half_normal_slope, ln_1p_exp, logistic};
use super::design::{Design, ShapePrior};
use super::layout::{Layout, SigmaLayout};
use super::level::{LevelScales, LevelTerms};
use super::returns::Returns;
use super::theta::{LikelihoodGradient, Theta};

/// Half-normal scales.
pub(super) const GEO_SPREAD: f64 = 0.3;
pub(super) const TREND: f64 = 0.03;
pub(super) const SEASON: f64 = 0.1;
/// Geo deviations of trend increments, season, controls.
pub(super) const GEO_SCALE: [f64; 3] = [0.02, 0.05, 0.1];
pub(super) const SIGMA: f64 = 0.3;
/// ln σ_g ~ N(μ_σ, τ_σ²), μ_σ ~ N(ln 0.15, 1), τ_σ one of a few nodes.
pub(crate) const LN_SIGMA_MEAN: (f64, f64) = (-1.897_119_984_885_881, 1.0);
/// Beta(a, b) prior of the autocorrelation φ.
pub(super) const PHI: (f64, f64) = (1.0, 2.0);
/// σ_u² = s² + `LEAST_WEEKLY`², ln s ~ N(mean, sd²): kept away from zero, where the level would be a funnel.
const LN_WEEKLY: (f64, f64) = (-2.995_732_273_553_991, 1.0);
/// A shock of every week too small to be seen.
const LEAST_WEEKLY: f64 = 0.003;

/// σ_u at its standard normal coordinate, and d ln σ_u / dq.
pub(super) fn weekly_scale(q: f64) -> (f64, f64) {
    let free = (LN_WEEKLY.0 + LN_WEEKLY.1 * q).exp();
    let scale = free.hypot(LEAST_WEEKLY);
    (scale, LN_WEEKLY.1 * (free / scale).powi(2))
}

impl Theta {
    /// Fills in the parameters at an unconstrained point.
    pub fn decode(&mut self, q: &[f64], design: &Design, layout: &Layout) {
        let n_geos = design.n_geos;
        for (c, (at, channel)) in layout.channels.iter().zip(&design.media.channels).enumerate() {
            self.retention[c] = at.retention.map_or(0.0, |i| share(q[i]));
            let (at_k, shape) = (q[at.half_saturation], channel.shape);
            (self.slope[c], self.ln_half_saturation[c]) = match at.slope {
                Some(i) => {
                    let slope = (shape.ln_slope.0 + shape.ln_slope.1 * q[i]).exp();
                    (slope, shape.ln_half_saturation.0 + at_k / shape.stiffness(slope))
                }
                None => (
                    channel.fixed_slope.unwrap_or(1.0),
                    shape.ln_half_saturation.0 + shape.ln_half_saturation.1 * at_k,
                ),
            };
            self.ln_effect[c] = match channel.prior {
                Some((mean, sd)) => mean + sd * q[at.effect],
                None => design.media.pool.centre() + EFFECT.bent(q[at.effect]).0,
            };
            if let Some((spread, first)) = at.geo {
                self.geo_spread[c] = half_normal(q[spread], GEO_SPREAD);
                let own = c * n_geos..(c + 1) * n_geos;
                let deviates = &mut self.geo_deviate[own.clone()];
                layout.learnt.factors[c].decode(&q[first..first + n_geos], self.geo_spread[c], deviates);
                for (factor, z) in self.geo_factor[own].iter_mut().zip(deviates) {
                    *factor = (self.geo_spread[c] * *z).exp();
                }
            }
        }
        let scale = |at: Option<usize>, scale| at.map_or(0.0, |i| half_normal(q[i], scale));
        self.trend_scale = scale(layout.trend_scale, TREND);
        self.season_scale = scale(layout.season_scale, SEASON);
        self.geo_scale = std::array::from_fn(|k| scale(layout.geo_scale[k], GEO_SCALE[k]));
        match layout.sigma {
            SigmaLayout::Single(i) => self.sigma[0] = half_normal(q[i], SIGMA),
            SigmaLayout::Pooled { first } => {
                for (sigma, q) in self.sigma.iter_mut().zip(&q[first..]) {
                    *sigma = (LN_SIGMA_MEAN.0 + q).exp();
                }
            }
        }
        self.phi = layout.phi.map_or(0.0, |i| share(q[i]));
        if let (Some(at), Some(level)) = (layout.weekly, &layout.learnt.level) {
            self.weekly_scale = weekly_scale(q[at.ln_scale]).0;
            let scales = self.level_scales();
            level.decode(&q[at.span..at.span + at.rank], &q[at.rest..], scales, &mut self.weekly);
        }
    }

    fn level_scales(&self) -> LevelScales {
        LevelScales { weekly: self.weekly_scale, calendar: [self.trend_scale, self.season_scale] }
    }

    /// Log prior at `q` with the Jacobian of the transforms, up to a constant. `grad` receives the
    /// gradient of the prior plus that of the likelihood carried through the transforms; `returns` is the
    /// shared prior at `q`.
    pub fn prior_and_chain_rule(
        &self,
        q: &[f64],
        design: &Design,
        layout: &Layout,
        by: &LikelihoodGradient,
        returns: &Returns,
        grad: &mut [f64],
    ) -> f64 {
        let mut p = Accumulator { q, grad, log_density: 0.0 };
        for (c, (at, channel)) in layout.channels.iter().zip(&design.media.channels).enumerate() {
            let shape = channel.shape;
            if let Some(i) = at.retention {
                p.beta(i, self.retention[c], shape.retention, by.retention[c]);
            }
            match at.slope {
                Some(i) => self.saturation_prior(&mut p, c, shape, (at.half_saturation, i), by),
                None => p.normal(at.half_saturation, shape.ln_half_saturation.1 * by.ln_half_saturation[c]),
            }
            match at.effect_sd {
                Some(sd) => p.normal(at.effect, sd * by.ln_effect[c]),
                None => p.grad[at.effect] = by.ln_effect[c],
            }
            if let Some((at_spread, first)) = at.geo {
                let (spread, n_geos) = (self.geo_spread[c], design.n_geos);
                let own = c * n_geos..(c + 1) * n_geos;
                let (log_density, by_ln_spread) = layout.learnt.factors[c].prior_and_chain_rule(
                    &self.geo_deviate[own.clone()],
                    spread,
                    &by.ln_geo_factor[own],
                    &mut p.grad[first..first + n_geos],
                );
                p.log_density += log_density;
                p.half_normal(at_spread, spread, GEO_SPREAD, by_ln_spread);
            }
        }
        // The shared prior is of the ln effects, at bent coordinates.
        p.log_density += returns.log_density;
        for (c, by) in layout.pooled().zip(&returns.gradient) {
            p.bent(layout.channels[c].effect, EFFECT, *by);
        }
        let [of_trend, of_season] = self.level_prior(&mut p, layout, by);
        let by_scales = [by.ln_trend + of_trend, by.ln_season + of_season].into_iter().chain(by.ln_geo);
        let at_scales = [layout.trend_scale, layout.season_scale].into_iter().chain(layout.geo_scale);
        let values = [self.trend_scale, self.season_scale].into_iter().chain(self.geo_scale);
        let priors = [TREND, SEASON].into_iter().chain(GEO_SCALE);
        for (((at, value), prior), by) in at_scales.zip(values).zip(priors).zip(by_scales) {
            if let Some(i) = at {
                p.half_normal(i, value, prior, by);
            }
        }
        self.noise_prior(&mut p, layout, by);
        p.log_density
    }

    /// Prior of ln K and ln S at the coordinates (c (ln K − mean), standardised ln S) with c the
    /// [`ShapePrior::stiffness`].
    fn saturation_prior(
        &self,
        p: &mut Accumulator,
        c: usize,
        shape: ShapePrior,
        at: (usize, usize),
        by: &LikelihoodGradient,
    ) {
        let (slope, ln_k) = (self.slope[c], self.ln_half_saturation[c]);
        let (mean, sd) = shape.ln_half_saturation;
        let stiffness = shape.stiffness(slope);
        let deviate = (ln_k - mean) / sd;
        // d ln K by its coordinate is 1 / stiffness, and d ln stiffness / d ln S:
        let by_ln_slope = (slope / stiffness).powi(2);
        p.log_density -= 0.5 * deviate * deviate + stiffness.ln();
        let by_ln_k = by.ln_half_saturation[c] - deviate / sd;
        p.grad[at.0] = by_ln_k / stiffness;
        let through_stiffness = by_ln_slope * (by_ln_k * (ln_k - mean) + 1.0);
        p.normal(at.1, shape.ln_slope.1 * (by.ln_slope[c] - through_stiffness));
    }

    fn noise_prior(&self, p: &mut Accumulator, layout: &Layout, by: &LikelihoodGradient) {
        match layout.sigma {
            SigmaLayout::Single(i) => p.half_normal(i, self.sigma[0], SIGMA, by.ln_sigma[0]),
            SigmaLayout::Pooled { first } => {
                let own = first..first + self.sigma.len();
                let deviations = &p.q[own.clone()];
                p.grad[own.clone()].copy_from_slice(&by.ln_sigma);
                p.log_density += layout.sigma_pool.density(deviations, &mut p.grad[own]);
            }
        }
        if let Some(i) = layout.phi {
            p.beta(i, self.phi, PHI, by.phi);
        }
    }

    /// The shared level at its coordinates; returns the derivatives by ln σ_trend and ln σ_season.
    fn level_prior(&self, p: &mut Accumulator, layout: &Layout, by: &LikelihoodGradient) -> [f64; 2] {
        let (Some(at), Some(level)) = (layout.weekly, &layout.learnt.level) else { return [0.0; 2] };
        let (span, rest) = by.weekly.split_at(at.rank);
        let scales = self.level_scales();
        let (on_span, on_rest) = (at.span..at.span + at.rank, at.rest..at.rest + rest.len());
        let along =
            LevelTerms::chain_rule(level.along(scales), (&p.q[on_span.clone()], span), &mut p.grad[on_span]);
        let across =
            LevelTerms::chain_rule(level.across(scales), (&p.q[on_rest.clone()], rest), &mut p.grad[on_rest]);
        p.log_density += along.log_density + across.log_density;
        let by_ln_weekly = by.ln_weekly_scale + along.by_ln_weekly + across.by_ln_weekly;
        p.normal(at.ln_scale, weekly_scale(p.q[at.ln_scale]).1 * by_ln_weekly);
        along.by_ln_calendar
    }
}

/// Adds one prior term at a time; `by` is the likelihood's derivative by the same coordinate.
struct Accumulator<'a> {
    q: &'a [f64],
    grad: &'a mut [f64],
    log_density: f64,
}

impl Accumulator<'_> {
    /// q ~ N(0, 1).
    fn normal(&mut self, i: usize, by: f64) {
        self.log_density -= 0.5 * self.q[i] * self.q[i];
        self.grad[i] = by - self.q[i];
    }

    /// x at a bent coordinate, whose prior is already in the log density; `by` its derivative by x, more of which
    /// may be in the gradient already.
    fn bent(&mut self, i: usize, bend: Bend, by: f64) {
        let (_, slope, by_ln_slope) = bend.bent(self.q[i]);
        self.log_density += slope.ln();
        self.grad[i] = (self.grad[i] + by) * slope + by_ln_slope;
    }

    /// x ~ HalfNormal(scale) at the quantile of q; `by` the derivative by ln x.
    fn half_normal(&mut self, i: usize, x: f64, scale: f64, by: f64) {
        self.normal(i, by * half_normal_slope(self.q[i], x, scale));
    }

    /// x = [`share`]`(q)` ~ Beta(a, b); `by` the derivative by x.
    fn beta(&mut self, i: usize, x: f64, (a, b): (f64, f64), by: f64) {
        // ln x and ln(1 − x) from the logit, exact when x rounds to 0 or 1.
        let logit = SHARE.bent(self.q[i]).0;
        self.log_density -= a * ln_1p_exp(-logit) + b * ln_1p_exp(logit);
        self.grad[i] = 0.0;
        self.bent(i, SHARE, by * x * (1.0 - x) + a * (1.0 - x) - b * x);
    }
}

/// The share in (0, 1) at its coordinate.
fn share(q: f64) -> f64 {
    logistic(SHARE.bent(q).0)
}
