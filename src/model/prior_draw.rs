//! Draws from the prior of the shipped model, exactly: ancestors first, then what depends on them.

use rand::Rng;
use rand_distr::{Beta, Distribution, StandardNormal};

use super::baseline::{BaselineDraw, CONTROL_SD, INTERCEPT_SD};
use super::density::Density;
use super::design::{ColumnGroup, PRIOR_MEDIA_SHARE};
use super::layout::SigmaLayout;
use super::prior::{GEO_SCALE, GEO_SPREAD, PHI, RETENTION, SEASON, SIGMA, TREND};

/// One draw from the prior.
#[derive(Debug, Clone)]
pub struct PriorDraw {
    /// Unconstrained coordinates, as the sampler has them.
    pub position: Vec<f64>,
    /// Coefficients of the baseline.
    pub baseline: BaselineDraw,
}

/// ln of a half-normal variate.
fn ln_half_normal<R: Rng>(scale: f64, rng: &mut R) -> f64 {
    let normal: f64 = StandardNormal.sample(rng);
    (scale * normal.abs()).max(f64::MIN_POSITIVE).ln()
}

/// logit of a beta variate; (a, b) are constants of the model, so a failure cannot come from data.
fn logit_beta<R: Rng>((a, b): (f64, f64), rng: &mut R) -> f64 {
    let x: f64 = Beta::new(a, b).expect("the model's beta priors are proper").sample(rng);
    let x = x.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    (x / (1.0 - x)).ln()
}

impl Density {
    /// Draws every parameter from the prior. The outcome enters through the scale that parameters are
    /// measured on, and through the centre of the pooled ROI prior, nowhere else.
    pub fn draw_prior<R: Rng>(&self, rng: &mut R) -> PriorDraw {
        let (design, layout) = (&self.design, &self.layout);
        // Standard deviates are what most coordinates are; the others are replaced below.
        let mut q: Vec<f64> = (0..layout.dim).map(|_| StandardNormal.sample(rng)).collect();
        let n_pooled = layout.channels.iter().filter(|c| c.effect_sd.is_none()).count();
        let mut pooled = design.pool.draw(n_pooled, rng).into_iter();
        for channel in &layout.channels {
            if let Some(i) = channel.retention {
                q[i] = logit_beta(RETENTION, rng);
            }
            if channel.effect_sd.is_none() {
                q[channel.effect] = pooled.next().unwrap_or(design.pooled_mean) - design.pooled_mean;
            }
            if let Some((ln_spread, _)) = channel.geo {
                q[ln_spread] = ln_half_normal(GEO_SPREAD, rng);
            }
        }
        for (i, scale) in [(layout.ln_trend, TREND), (layout.ln_season, SEASON)]
            .into_iter()
            .chain(layout.ln_geo.into_iter().zip(GEO_SCALE))
        {
            if let Some(i) = i {
                q[i] = ln_half_normal(scale, rng);
            }
        }
        match layout.sigma {
            SigmaLayout::Single(i) => q[i] = ln_half_normal(SIGMA, rng),
            SigmaLayout::Pooled { first } => {
                let own = design.sigma_pool.draw(design.n_geos, rng);
                q[first..first + design.n_geos].copy_from_slice(&own);
            }
        }
        if let Some(i) = layout.phi {
            q[i] = logit_beta(PHI, rng);
        }
        let baseline = self.draw_baseline_prior(&mut q, rng);
        PriorDraw { position: q, baseline }
    }

    /// Draws the baseline's coefficients given the scales in `q`, and puts the shared level into `q`.
    fn draw_baseline_prior<R: Rng>(&self, q: &mut [f64], rng: &mut R) -> BaselineDraw {
        let (design, layout) = (&self.design, &self.layout);
        let (n, n_geos) = (design.n_periods, design.n_geos);
        let mut theta = super::layout::Theta::new(design);
        theta.decode(q, design, layout);
        let mut normal = |sd: f64| {
            let z: f64 = StandardNormal.sample(rng);
            sd * z
        };
        let scales = |group: &ColumnGroup| match group {
            ColumnGroup::Intercept => (INTERCEPT_SD, theta.geo_scale[0]),
            ColumnGroup::Trend => (theta.trend_scale, theta.geo_scale[1]),
            ColumnGroup::Season => (theta.season_scale, theta.geo_scale[2]),
            ColumnGroup::Control(_) => (CONTROL_SD, theta.geo_scale[3]),
        };
        let centre = |group: &ColumnGroup| match group {
            ColumnGroup::Intercept => 1.0 - PRIOR_MEDIA_SHARE,
            _ => 0.0,
        };
        let shared: Vec<f64> = design.columns.iter().map(|c| centre(c) + normal(scales(c).0)).collect();
        let mut coefficients = Vec::with_capacity(n_geos * shared.len());
        for _ in 0..n_geos {
            for (column, gamma) in design.columns.iter().zip(&shared) {
                coefficients.push(gamma + if n_geos > 1 { normal(scales(column).1) } else { 0.0 });
            }
        }
        let mut weekly = Vec::new();
        if let (Some(at), Some(rotation)) = (layout.weekly, &design.rotation) {
            weekly = (0..n).map(|_| normal(theta.weekly_scale)).collect();
            let mut level = weekly.clone();
            for (j, gamma) in shared.iter().enumerate() {
                if !matches!(design.columns[j], ColumnGroup::Control(_)) {
                    let column = &design.baseline_all[j * n..(j + 1) * n];
                    level.iter_mut().zip(column).for_each(|(f, z)| *f += gamma * z);
                }
            }
            rotation.transpose(&mut level);
            let scale = theta.weekly_scale.powf(1.0 - design.level_centring);
            q[at.span..at.span + at.rank].copy_from_slice(&level[..at.rank]);
            let rest = q[at.rest..].iter_mut().zip(&level[at.rank..]);
            rest.for_each(|(q, f)| *q = f / scale);
        }
        BaselineDraw { shared, coefficients, weekly }
    }
}
