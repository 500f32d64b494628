//! Exact draws from the prior: parents first, then what depends on them.

use super::blocks::{Drawing, Layout};
use super::design::{ColumnGroup, Design, PRIOR_MEDIA_SHARE};
use super::observation::{BaselineDraw, CONTROL_SD, GEO_INTERCEPT_SD, INTERCEPT_SD};

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
    let mut draw = Drawing { q: vec![0.0; layout.dim], rng };
    let (calendar, geo) = layout.draw(design, &mut draw);
    let shared = shared(design, calendar, &mut draw);
    let coefficients = coefficients(design, &shared, geo, &mut draw);
    let weekly = layout.draw_level(design, (&shared, calendar), &mut draw);
    PriorDraw { unconstrained: draw.q, baseline: BaselineDraw { shared, coefficients, weekly } }
}

/// γ.
fn shared<R: rand::Rng>(design: &Design, [trend, season]: [f64; 2], draw: &mut Drawing<R>) -> Vec<f64> {
    let baseline = &design.baseline;
    let mean = if baseline.weekly_effect { 1.0 - PRIOR_MEDIA_SHARE } else { baseline.intercept_mean };
    let of = |group: &ColumnGroup| match group {
        ColumnGroup::Intercept => mean + INTERCEPT_SD * draw.normal(),
        ColumnGroup::Trend => trend * draw.normal(),
        ColumnGroup::Season => season * draw.normal(),
        ColumnGroup::Control(_) => CONTROL_SD * draw.normal(),
    };
    baseline.columns.iter().map(of).collect()
}

/// γ + δ_g; one geo has no deviations.
fn coefficients<R: rand::Rng>(
    design: &Design,
    shared: &[f64],
    geo: [f64; 3],
    draw: &mut Drawing<R>,
) -> Vec<f64> {
    let mut all = Vec::with_capacity(design.n_geos * shared.len());
    for _ in 0..design.n_geos {
        for (gamma, group) in shared.iter().zip(&design.baseline.columns) {
            let scale = match group {
                ColumnGroup::Intercept => GEO_INTERCEPT_SD,
                ColumnGroup::Trend => geo[0],
                ColumnGroup::Season => geo[1],
                ColumnGroup::Control(_) => geo[2],
            };
            all.push(if design.n_geos > 1 { gamma + scale * draw.normal() } else { *gamma });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::density::Density;
    use super::super::density::tests::{centre_unevenly, configs, data};
    use super::*;
    use crate::model::blocks::{FactorCoordinates, FactorInformation};

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
