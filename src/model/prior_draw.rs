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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{EffectPrior, FitConfig, LogNormalPrior};
    use crate::model::Design;
    use crate::output::testdata;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    const DRAWS: usize = 20_000;

    /// A density that knows exposures but no outcome: its gradient is that of the prior.
    fn without_outcome(panel: bool) -> Density {
        let mut data = testdata::dataset();
        if !panel {
            data.geos.truncate(1);
            let first = |x: &ndarray::Array2<f64>| x.slice(ndarray::s![..1, ..]).to_owned();
            (data.outcome.values, data.outcome.observed) =
                (first(&data.outcome.values), data.outcome.observed.slice(ndarray::s![..1, ..]).to_owned());
            data.present = data.present.slice(ndarray::s![..1, ..]).to_owned();
            data.controls[0].values = first(&data.controls[0].values);
            for channel in &mut data.channels {
                (channel.spend, channel.exposure) = (first(&channel.spend), first(&channel.exposure));
            }
        }
        let mut config = FitConfig::default();
        let belief = LogNormalPrior::Interval { low: 0.5, high: 4.0, mass: 0.8 };
        config.channels.entry("tv".into()).or_default().prior = Some(EffectPrior::Roi(belief));
        let mut design = Design::new(&data, &config).unwrap();
        for known in [&mut design.fitted, &mut design.outcome, &mut design.units, &mut design.value] {
            known.fill(0.0);
        }
        design.baseline.fill(0.0);
        Density::new(design)
    }

    /// Mean and its standard error.
    fn mean(x: &[f64]) -> (f64, f64) {
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, (variance / n).sqrt())
    }

    /// Stein: under p, ∂ᵢ ln p has mean 0 and qᵢ ∂ᵢ ln p mean −1, for every coordinate.
    #[test]
    fn the_draws_come_from_the_density_that_is_sampled() {
        for panel in [false, true] {
            let density = without_outcome(panel);
            let (mut state, mut rng) = (density.state(), ChaCha8Rng::seed_from_u64(3));
            let dim = density.layout.dim;
            let mut gradient = vec![0.0; dim];
            let (mut scores, mut products) = (vec![Vec::new(); dim], vec![Vec::new(); dim]);
            for _ in 0..DRAWS {
                let q = density.draw_prior(&mut rng).position;
                density.value_and_gradient(&q, &mut gradient, &mut state).unwrap();
                for i in 0..dim {
                    scores[i].push(gradient[i]);
                    products[i].push(gradient[i] * q[i]);
                }
            }
            for i in 0..dim {
                let ((score, e), (product, f)) = (mean(&scores[i]), mean(&products[i]));
                assert!(score.abs() < 4.5 * e, "panel {panel}, coordinate {i} of {dim}: {score} ± {e}");
                assert!((product + 1.0).abs() < 4.5 * f, "panel {panel}, coordinate {i}: {product} ± {f}");
            }
        }
    }

    #[test]
    fn moments_are_those_of_the_priors() {
        let density = without_outcome(false);
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let mut theta = crate::model::Theta::new(&density.design);
        let mut draws: [Vec<f64>; 6] = Default::default();
        let controls = density.design.columns.len() - 1;
        for _ in 0..DRAWS {
            let draw = density.draw_prior(&mut rng);
            theta.decode(&draw.position, &density.design, &density.layout);
            let values = [
                theta.retention[0],
                theta.ln_half_saturation[0],
                theta.ln_effect[0],
                theta.sigma[0],
                theta.phi,
                draw.baseline.shared[controls],
            ];
            draws.iter_mut().zip(values).for_each(|(d, v)| d.push(v));
        }
        // Beta(1.5, 3): 1/3. N(0.45, ·). The middle of ln 0.5 and ln 4. HalfNormal(0.3): 0.3 √(2/π).
        // Beta(1, 2): 1/3. N(0, ·).
        let want = [1.0 / 3.0, 0.45, 0.5 * 2.0_f64.ln(), 0.239_365_368, 1.0 / 3.0, 0.0];
        for (draws, want) in draws.iter().zip(want) {
            let (got, error) = mean(draws);
            assert!((got - want).abs() < 4.0 * error, "{got} ± {error}, not {want}");
        }
        // 80 % of ln ROI lie between ln 0.5 and ln 4.
        let inside = draws[2].iter().filter(|x| (0.5_f64.ln()..4.0_f64.ln()).contains(x)).count();
        assert!((inside as f64 / DRAWS as f64 - 0.8).abs() < 0.012, "{inside}");
    }
}
