//! Exact draws from the prior: parents first, then what depends on them.

use rand_distr::{Distribution, Gamma, StandardNormal};

use super::coordinates::{EFFECT, SHARE, half_normal};
use super::design::{ColumnGroup, Design, PRIOR_MEDIA_SHARE};
use super::layout::{Layout, SigmaLayout};
use super::level::LevelScales;
use super::observation::{BaselineDraw, CONTROL_SD, GEO_INTERCEPT_SD, INTERCEPT_SD};
use super::prior::{GEO_SCALE, GEO_SPREAD, PHI, SEASON, SIGMA, TREND, weekly_scale};

/// One draw of everything that the prior says something about.
#[derive(Debug, Clone)]
pub struct PriorDraw {
    /// The nonlinear parameters, in the coordinates of the density; length [`Layout::dim`].
    pub unconstrained: Vec<f64>,
    /// The linear baseline: γ, γ + δ_g and uₜ.
    pub baseline: BaselineDraw,
}

/// Draws θ and the baseline from the prior that [`super::Density`] has, by ancestral sampling: locations and
/// spreads before the values they pool, scales before coefficients, γ and uₜ before the shared level.
pub fn prior_draw<R: rand::Rng>(design: &Design, layout: &Layout, rng: &mut R) -> PriorDraw {
    let mut draw = Draw { q: vec![0.0; layout.dim], rng };
    draw.channels(design, layout);
    let trend = draw.half_normal(layout.trend_scale, TREND);
    let season = draw.half_normal(layout.season_scale, SEASON);
    let mut geo = [0.0; 3];
    for ((to, at), scale) in geo.iter_mut().zip(layout.geo_scale).zip(GEO_SCALE) {
        *to = draw.half_normal(at, scale);
    }
    match layout.sigma {
        SigmaLayout::Single(i) => {
            draw.half_normal(Some(i), SIGMA);
        }
        SigmaLayout::Pooled { first } => {
            let values = layout.sigma_pool.draw(draw.rng);
            draw.q[first..first + design.n_geos].copy_from_slice(&values);
        }
    }
    draw.beta(layout.phi, PHI);
    let shared = draw.shared(design, trend, season);
    let coefficients = draw.coefficients(design, &shared, geo);
    let weekly = draw.level(design, layout, &shared, [trend, season]);
    PriorDraw { unconstrained: draw.q, baseline: BaselineDraw { shared, coefficients, weekly } }
}

/// A draw under way.
struct Draw<'a, R> {
    q: Vec<f64>,
    rng: &'a mut R,
}

impl<R: rand::Rng> Draw<'_, R> {
    fn normal(&mut self) -> f64 {
        StandardNormal.sample(self.rng)
    }

    /// x ~ HalfNormal(scale) at a standardised coordinate; 0 where there is none.
    fn half_normal(&mut self, at: Option<usize>, scale: f64) -> f64 {
        at.map_or(0.0, |i| {
            self.q[i] = self.normal();
            half_normal(self.q[i], scale)
        })
    }

    /// x ~ Beta(a, b) at the coordinate of a share; logit x is the ln of the ratio of two gamma draws.
    fn beta(&mut self, at: Option<usize>, (a, b): (f64, f64)) {
        if let Some(i) = at {
            let mut ln_gamma = |shape| {
                let gamma = Gamma::new(shape, 1.0).expect("the priors' shapes are positive");
                f64::ln(gamma.sample(self.rng))
            };
            self.q[i] = SHARE.unbent(ln_gamma(a) - ln_gamma(b));
        }
    }

    fn channels(&mut self, design: &Design, layout: &Layout) {
        let n_pooled = layout.channels.iter().filter(|c| c.effect_sd.is_none()).count();
        let mut pooled = design.media.pool.draw(n_pooled, self.rng).into_iter();
        for (c, (at, channel)) in layout.channels.iter().zip(&design.media.channels).enumerate() {
            let shape = channel.shape;
            self.beta(at.retention, shape.retention);
            self.q[at.half_saturation] = self.normal();
            if let Some(i) = at.slope {
                self.q[i] = self.normal();
                let slope = (shape.ln_slope.0 + shape.ln_slope.1 * self.q[i]).exp();
                self.q[at.half_saturation] *= shape.ln_half_saturation.1 * shape.stiffness(slope);
            }
            self.q[at.effect] = match at.effect_sd {
                Some(_) => self.normal(),
                None => pooled
                    .next()
                    .map_or(0.0, |ln_effect| EFFECT.unbent(ln_effect - design.media.pool.centre())),
            };
            if let Some((at_spread, first)) = at.geo {
                let spread = self.half_normal(Some(at_spread), GEO_SPREAD);
                let own = first..first + design.n_geos;
                for i in own.clone() {
                    self.q[i] = self.normal();
                }
                layout.learnt.factors[c].encode(spread, &mut self.q[own]);
            }
        }
    }

    /// γ.
    fn shared(&mut self, design: &Design, trend: f64, season: f64) -> Vec<f64> {
        let mean = if design.baseline.weekly_effect {
            1.0 - PRIOR_MEDIA_SHARE
        } else {
            design.baseline.intercept_mean
        };
        let of = |group: &ColumnGroup| match group {
            ColumnGroup::Intercept => mean + INTERCEPT_SD * self.normal(),
            ColumnGroup::Trend => trend * self.normal(),
            ColumnGroup::Season => season * self.normal(),
            ColumnGroup::Control(_) => CONTROL_SD * self.normal(),
        };
        design.baseline.columns.iter().map(of).collect()
    }

    /// γ + δ_g; one geo has no deviations.
    fn coefficients(&mut self, design: &Design, shared: &[f64], geo: [f64; 3]) -> Vec<f64> {
        let mut all = Vec::with_capacity(design.n_geos * shared.len());
        for _ in 0..design.n_geos {
            for (gamma, group) in shared.iter().zip(&design.baseline.columns) {
                let scale = match group {
                    ColumnGroup::Intercept => GEO_INTERCEPT_SD,
                    ColumnGroup::Trend => geo[0],
                    ColumnGroup::Season => geo[1],
                    ColumnGroup::Control(_) => geo[2],
                };
                all.push(if design.n_geos > 1 { gamma + scale * self.normal() } else { *gamma });
            }
        }
        all
    }

    /// uₜ, and the coordinates of the shared level fₜ = Zₜ γ + uₜ, γ with the scales of `calendar`; empty without
    /// a weekly effect.
    fn level(&mut self, design: &Design, layout: &Layout, shared: &[f64], calendar: [f64; 2]) -> Vec<f64> {
        let (Some(at), Some(coordinates)) = (layout.weekly, &layout.learnt.level) else { return Vec::new() };
        let n = design.n_periods;
        let deviate = self.normal();
        self.q[at.ln_scale] = deviate;
        let scale = weekly_scale(deviate).0;
        let weekly: Vec<f64> = (0..n).map(|_| scale * self.normal()).collect();
        let mut level = weekly.clone();
        for ((column, gamma), group) in
            design.baseline.all_columns.chunks_exact(n).zip(shared).zip(&design.baseline.columns)
        {
            if !matches!(group, ColumnGroup::Control(_)) {
                level.iter_mut().zip(column).for_each(|(f, z)| *f += gamma * z);
            }
        }
        coordinates.encode(LevelScales { weekly: scale, calendar }, &mut level);
        let (along, across) = level.split_at(at.rank);
        self.q[at.span..at.span + at.rank].copy_from_slice(along);
        self.q[at.rest..at.rest + across.len()].copy_from_slice(across);
        weekly
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::density::Density;
    use super::super::density::tests::{centre_unevenly, configs, data};
    use super::super::factors::{FactorCoordinates, FactorInformation};
    use super::*;

    /// Where (q, y) are drawn from prior and model, the score ∂ᵢ ln p(q, y) has mean 0 and qᵢ ∂ᵢ ln p has
    /// mean −1: integration by parts. A term of the density that the draws do not have, or the reverse,
    /// shows in one of the two for the coordinate it belongs to.
    #[test]
    fn draws_satisfy_the_score_identities_of_the_density() {
        const DRAWS: usize = 3000;
        for n_geos in [1, 3] {
            for (name, config) in configs() {
                let mut density = Density::new(Design::new(&data(n_geos, 24), &config).unwrap());
                centre_unevenly(&mut density.layout);
                for factors in &mut density.layout.learnt.factors {
                    let known = |g| FactorInformation { information: 8.0 + g as f64, pull: 3.0 };
                    *factors = FactorCoordinates::learnt((0..n_geos).map(known).collect(), 0.2);
                }
                let (mut state, dim) = (density.state(), density.layout.dim);
                let mut grad = vec![0.0; dim];
                let mut rng = ChaCha8Rng::seed_from_u64(3);
                // Per coordinate: sums and squares of both identities.
                let mut sums = vec![[0.0; 4]; dim];
                for _ in 0..DRAWS {
                    let draw = prior_draw(&density.design, &density.layout, &mut rng);
                    density.value_and_gradient(&draw.unconstrained, &mut grad, &mut state).unwrap();
                    let mean = density.mean(&state, &draw.baseline);
                    density.design.outcome.scaled = density.simulate(&state, &mean, &mut rng);
                    density.value_and_gradient(&draw.unconstrained, &mut grad, &mut state).unwrap();
                    for ((sum, q), g) in sums.iter_mut().zip(&draw.unconstrained).zip(&grad) {
                        let (score, product) = (*g, q * g + 1.0);
                        for (s, x) in sum.iter_mut().zip([score, score * score, product, product * product]) {
                            *s += x;
                        }
                    }
                }
                for (i, s) in sums.iter().enumerate() {
                    let n = DRAWS as f64;
                    for (sum, squares, what) in [(s[0], s[1], "score"), (s[2], s[3], "product")] {
                        let error = (squares / n).sqrt() / n.sqrt();
                        // 5 standard errors: some 1000 coordinates are looked at.
                        assert!(
                            (sum / n).abs() < 5.0 * error,
                            "{name}, {n_geos} geos, coordinate {i}, {what}: {} ± {error}",
                            sum / n
                        );
                    }
                }
            }
        }
    }
}
