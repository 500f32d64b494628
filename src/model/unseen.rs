//! The outcome that cells would have been predicted to have, had they not been seen: a Gaussian at one point of the
//! posterior, without another fit.
//!
//! Given the nonlinear parameters everything is Gaussian: y_g = media_g + H_g s + Z_g D δ̃_g + e_g with what geos share,
//! s (the level fₜ and the coefficients of controls), their own deviations δ̃_g ~ N(0, I), and autocorrelated e_g. Each
//! geo is eliminated on its own, as in the collapsed likelihood:
//!
//! ```text
//! A_g = I + D Zᵀ Ω Z D / σ²,   X_g = D Zᵀ Ω H / σ²,   c_g = D Zᵀ Ω r / σ²
//! P  = P₀ + Σ_g (Hᵀ Ω H / σ² − X_gᵀ A_g⁻¹ X_g),   b = b₀ + Σ_g (Hᵀ Ω r / σ² − X_gᵀ A_g⁻¹ c_g)
//! ```
//! Hiding cells of some geos changes their terms of the sums alone.

use std::ops::Range;

use super::bridge::{Gap, gaps};
use super::density::{Density, State};
use super::design::{BaselineDesign, ColumnGroup, PRIOR_MEDIA_SHARE};
use super::observation::{CONTROL_SD, GEO_INTERCEPT_SD, INTERCEPT_SD};
use super::theta::Theta;
use crate::linalg::symmetric::{Cholesky, axpy, dot};

/// A sum of hidden cells: what was seen there, and what is predicted of it; outcome units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HiddenSum {
    /// Σ of the outcomes that were seen.
    pub observed: f64,
    /// Expectation from all other cells.
    pub mean: f64,
    /// Its variance, noise included.
    pub variance: f64,
}

/// One point of the posterior, ready to predict cells.
#[derive(Debug)]
pub struct Unseen<'a> {
    density: &'a Density,
    theta: Theta,
    /// Outcome less media and the intercept's prior mean where it is the geo's own; scaled, G × T.
    rest: Vec<f64>,
    sd_geo: Vec<f64>,
    first_shared: usize,
    /// P and b with every fitted cell seen.
    all: Shared,
    /// Each geo's terms in them.
    of_geo: Vec<Eliminated>,
}

/// Precision and right-hand side of what geos share, m × m and m.
#[derive(Debug, Clone)]
struct Shared {
    precision: Vec<f64>,
    rhs: Vec<f64>,
}

impl Shared {
    fn add(&mut self, sign: f64, geo: &Eliminated) {
        axpy(sign, &geo.shared.precision, &mut self.precision);
        axpy(sign, &geo.shared.rhs, &mut self.rhs);
    }
}

/// One geo with its own deviations taken out.
#[derive(Debug)]
struct Eliminated {
    factor: Cholesky,
    /// L⁻¹ X: a column of k for each of the m.
    cross: Vec<f64>,
    /// L⁻¹ c.
    own: Vec<f64>,
    shared: Shared,
}

impl<'a> Unseen<'a> {
    /// Prepares the point that `state` was last evaluated or located at; `None` where the algebra breaks down.
    pub fn at(density: &'a Density, state: &State) -> Option<Unseen<'a>> {
        let (design, theta) = (&density.design, state.theta.clone());
        let baseline = &design.baseline;
        let mut media = vec![0.0; design.outcome.scaled.len()];
        density.add_media(state, &mut media);
        let rest = design.outcome.scaled.iter().zip(&media).map(|(y, m)| y - m - baseline.intercept_mean);
        let first_shared = match (baseline.n_geos, baseline.weekly_effect) {
            (1, _) => baseline.n_columns(),
            (_, true) => baseline.n_calendar_columns(),
            (_, false) => 0,
        };
        let sd = |group: &ColumnGroup| match group {
            _ if baseline.n_geos == 1 => shared_sd(group, &theta),
            ColumnGroup::Intercept => GEO_INTERCEPT_SD,
            ColumnGroup::Trend => theta.geo_scale[0],
            ColumnGroup::Season => theta.geo_scale[1],
            ColumnGroup::Control(_) => theta.geo_scale[2],
        };
        let sd_geo = baseline.columns.iter().map(sd).collect();
        let all = prior(baseline, &theta, first_shared)?;
        let mut unseen =
            Unseen { density, rest: rest.collect(), sd_geo, first_shared, all, of_geo: Vec::new(), theta };
        for g in 0..design.n_geos {
            let geo = unseen.eliminate(g, unseen.fitted(g))?;
            unseen.all.add(1.0, &geo);
            unseen.of_geo.push(geo);
        }
        Some(unseen)
    }

    fn fitted(&self, g: usize) -> &'a [f64] {
        let n = self.density.design.n_periods;
        &self.density.design.outcome.fitted[g * n..(g + 1) * n]
    }

    /// Coordinates of what geos share.
    fn n_shared(&self) -> usize {
        self.all.rhs.len()
    }

    fn eliminate(&self, g: usize, seen: &[f64]) -> Option<Eliminated> {
        let baseline = &self.density.design.baseline;
        let (n, k, m) = (baseline.n_periods, baseline.n_columns(), self.n_shared());
        let precision = self.theta.sigma[g].powi(-2);
        let whitened: Vec<Vec<f64>> =
            (0..k).map(|j| whiten(baseline.column(g, j), seen, self.theta.phi, precision)).collect();
        let r = whiten(&self.rest[g * n..(g + 1) * n], seen, self.theta.phi, precision);
        let square: Vec<f64> =
            (0..k * k).map(|at| dot(&whitened[at / k], baseline.column(g, at % k))).collect();
        let sd = &self.sd_geo;
        let a: Vec<f64> = (0..k * k)
            .map(|at| {
                let (i, j) = (at / k, at % k);
                sd[i] * sd[j] * square[at] + if i == j { 1.0 } else { 0.0 }
            })
            .collect();
        let factor = Cholesky::new(&a, k).ok()?;
        let levels = m - (k - self.first_shared).min(m);
        let mut cross = vec![0.0; k * m];
        for (s, column) in cross.chunks_exact_mut(k).enumerate() {
            for (i, x) in column.iter_mut().enumerate() {
                let product =
                    if s < levels { whitened[i][s] } else { square[i * k + self.first_shared + s - levels] };
                *x = sd[i] * product;
            }
            factor.solve(column);
        }
        let mut own: Vec<f64> = (0..k).map(|i| sd[i] * dot(&r, baseline.column(g, i))).collect();
        factor.solve(&mut own);
        let mut shared = self.seen_directly(g, seen, (&whitened, &square, &r), levels);
        for (i, x) in cross.chunks_exact(k).enumerate() {
            shared.rhs[i] -= dot(x, &own);
            for (j, y) in cross.chunks_exact(k).enumerate().skip(i) {
                let product = dot(x, y);
                shared.precision[i * m + j] -= product;
                if i != j {
                    shared.precision[j * m + i] -= product;
                }
            }
        }
        Some(Eliminated { factor, cross, own, shared })
    }

    /// Hᵀ Ω H / σ² and Hᵀ Ω r / σ².
    fn seen_directly(
        &self,
        g: usize,
        seen: &[f64],
        (whitened, square, r): (&[Vec<f64>], &[f64], &[f64]),
        levels: usize,
    ) -> Shared {
        let baseline = &self.density.design.baseline;
        let (m, k, first) = (self.n_shared(), baseline.n_columns(), self.first_shared);
        let mut precision = vec![0.0; m * m];
        let mut rhs = vec![0.0; m];
        for t in 0..levels {
            let mut unit = vec![0.0; levels];
            unit[t] = 1.0;
            let column = whiten(&unit, seen, self.theta.phi, self.theta.sigma[g].powi(-2));
            for u in t.saturating_sub(1)..(t + 2).min(levels) {
                precision[t * m + u] = column[u];
            }
            rhs[t] = r[t];
        }
        for s in levels..m {
            let i = first + s - levels;
            for t in 0..levels {
                precision[s * m + t] = whitened[i][t];
                precision[t * m + s] = whitened[i][t];
            }
            for other in levels..m {
                precision[s * m + other] = square[i * k + first + other - levels];
            }
            rhs[s] = dot(r, baseline.column(g, i));
        }
        Shared { precision, rhs }
    }

    /// Predicts the sum of the fitted cells of `of` in the periods `counted`, as if no cell of `geos` in the periods
    /// `hidden`, which hold those, had been seen; `None` where nothing is counted or the algebra breaks down.
    pub fn sum(
        &self,
        (geos, of): (&[usize], &[usize]),
        hidden: Range<usize>,
        counted: Range<usize>,
    ) -> Option<HiddenSum> {
        let design = &self.density.design;
        let (n, m) = (design.n_periods, self.n_shared());
        let mut shared = self.all.clone();
        let mut weights = vec![0.0; m];
        let mut found = HiddenSum { observed: 0.0, mean: 0.0, variance: 0.0 };
        let mut cells = 0;
        for &g in geos {
            let fitted = self.fitted(g);
            let mut seen = fitted.to_vec();
            seen[hidden.clone()].fill(0.0);
            let counts = |t: usize| of.contains(&g) && counted.contains(&t);
            let wanted: Vec<f64> = (0..n).map(|t| if counts(t) { fitted[t] } else { 0.0 }).collect();
            cells += wanted.iter().filter(|w| **w > 0.0).count();
            let scale = design.outcome.scale[g];
            found.observed += scale * dot(&wanted, &design.outcome.scaled[g * n..(g + 1) * n]);
            let geo = self.eliminate(g, &seen)?;
            shared.add(-1.0, &self.of_geo[g]);
            shared.add(1.0, &geo);
            self.add_geo(g, (&seen, &wanted), &geo, (&mut weights, &mut found));
        }
        if m > 0 {
            let factor = Cholesky::new(&shared.precision, m).ok()?;
            factor.solve(&mut weights);
            found.variance += dot(&weights, &weights);
            factor.solve(&mut shared.rhs);
            found.mean += dot(&weights, &shared.rhs);
        }
        (cells > 0).then_some(found)
    }

    /// One geo's part of the sum: what does not depend on the shared, and its weights on that.
    fn add_geo(
        &self,
        g: usize,
        (seen, wanted): (&[f64], &[f64]),
        geo: &Eliminated,
        (weights, found): (&mut [f64], &mut HiddenSum),
    ) {
        let baseline = &self.density.design.baseline;
        let (n, k, m) = (baseline.n_periods, baseline.n_columns(), weights.len());
        let scale = self.density.design.outcome.scale[g];
        let rest = &self.rest[g * n..(g + 1) * n];
        // The sum of the means with weights a, plus what bridged residuals carry into the gap.
        let mut a = wanted.to_vec();
        let mut noise = 0.0;
        for gap in gaps(seen).into_iter().filter(|gap| wanted[gap.clone()].iter().any(|w| *w > 0.0)) {
            let (before, behind) = (gap.start > 0, gap.end < n);
            let mut carried = wanted[gap.clone()].to_vec();
            Gap::new(gap.len(), self.theta.phi, before, behind).solve(&mut carried);
            noise += dot(&carried, &wanted[gap.clone()]);
            if before {
                let share = self.theta.phi * carried[0];
                a[gap.start - 1] -= share;
                found.mean += scale * share * rest[gap.start - 1];
            }
            if behind {
                let share = self.theta.phi * carried[gap.len() - 1];
                a[gap.end] -= share;
                found.mean += scale * share * rest[gap.end];
            }
        }
        found.variance += (scale * self.theta.sigma[g]).powi(2) * noise;
        // Media and the intercept's prior mean are known: outcome − rest in every cell.
        let scaled = &self.density.design.outcome.scaled[g * n..(g + 1) * n];
        for (t, wanted) in wanted.iter().enumerate() {
            found.mean += scale * wanted * (scaled[t] - rest[t]);
        }
        let by_column: Vec<f64> = (0..k).map(|j| dot(&a, baseline.column(g, j))).collect();
        let mut d: Vec<f64> = by_column.iter().zip(&self.sd_geo).map(|(x, sd)| scale * sd * x).collect();
        geo.factor.solve(&mut d);
        found.mean += dot(&d, &geo.own);
        found.variance += dot(&d, &d);
        let levels = m - (k - self.first_shared).min(m);
        for (s, (weight, cross)) in weights.iter_mut().zip(geo.cross.chunks_exact(k)).enumerate() {
            let own = if s < levels { a[s] } else { by_column[self.first_shared + s - levels] };
            *weight += scale * own - dot(cross, &d);
        }
    }
}

/// Prior sd of a coefficient that geos share.
fn shared_sd(group: &ColumnGroup, theta: &Theta) -> f64 {
    match group {
        ColumnGroup::Intercept => INTERCEPT_SD,
        ColumnGroup::Trend => theta.trend_scale,
        ColumnGroup::Season => theta.season_scale,
        ColumnGroup::Control(_) => CONTROL_SD,
    }
}

/// P₀ and b₀: the level of all periods around its calendar, and the shared coefficients.
fn prior(baseline: &BaselineDesign, theta: &Theta, first_shared: usize) -> Option<Shared> {
    let n = baseline.n_periods;
    let levels = if baseline.weekly_effect { n } else { 0 };
    let own = baseline.n_columns() - first_shared;
    let m = levels + own;
    let mut shared = Shared { precision: vec![0.0; m * m], rhs: vec![0.0; m] };
    if levels > 0 {
        let mut covariance = vec![0.0; n * n];
        for (j, group) in baseline.columns[..first_shared].iter().enumerate() {
            let (z, sd) = (baseline.column(0, j), shared_sd(group, theta));
            for (t, row) in covariance.chunks_exact_mut(n).enumerate() {
                axpy(sd * sd * z[t], z, row);
            }
        }
        (0..n).for_each(|t| covariance[t * n + t] += theta.weekly_scale.powi(2));
        let precision = Cholesky::new(&covariance, n).ok()?.inverse();
        for (t, row) in precision.chunks_exact(n).enumerate() {
            shared.precision[t * m..t * m + n].copy_from_slice(row);
            shared.rhs[t] = (1.0 - PRIOR_MEDIA_SHARE) * row.iter().sum::<f64>();
        }
    }
    for s in levels..m {
        let sd = shared_sd(&baseline.columns[first_shared + s - levels], theta);
        shared.precision[s * m + s] += sd.powi(-2);
    }
    Some(shared)
}

/// Ω v / σ² on the seen cells, 0 elsewhere: every run of seen cells starts stationary.
fn whiten(v: &[f64], seen: &[f64], phi: f64, precision: f64) -> Vec<f64> {
    let n = v.len();
    let link = |t: usize| if t > 0 && t < n { seen[t] * seen[t - 1] } else { 0.0 };
    (0..n)
        .map(|t| {
            let around = link(t) + link(t + 1);
            let own = (seen[t] + phi * phi * seen[t] * (around - 1.0)) * v[t];
            let before = if t > 0 { link(t) * v[t - 1] } else { 0.0 };
            let behind = if t + 1 < n { link(t + 1) * v[t + 1] } else { 0.0 };
            precision * (own - phi * (before + behind))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::density::tests::{configs, data};
    use super::super::design::Design;
    use super::*;

    /// Covariance of two cells under the model, autocorrelated noise carried across the gap.
    fn covariance(density: &Density, theta: &Theta, (g, t): (usize, usize), (h, u): (usize, usize)) -> f64 {
        let baseline = &density.design.baseline;
        let one = baseline.n_geos == 1;
        let mut sum = 0.0;
        for (j, group) in baseline.columns.iter().enumerate() {
            let product = baseline.column(g, j)[t] * baseline.column(h, j)[u];
            sum += shared_sd(group, theta).powi(2) * product;
            let own = match group {
                ColumnGroup::Intercept => GEO_INTERCEPT_SD,
                ColumnGroup::Trend => theta.geo_scale[0],
                ColumnGroup::Season => theta.geo_scale[1],
                ColumnGroup::Control(_) => theta.geo_scale[2],
            };
            sum += if g == h && !one { own * own * product } else { 0.0 };
        }
        sum += if baseline.weekly_effect && t == u { theta.weekly_scale.powi(2) } else { 0.0 };
        let noise = theta.sigma[g].powi(2) * theta.phi.powi(t.abs_diff(u) as i32) / (1.0 - theta.phi.powi(2));
        sum + if g == h { noise } else { 0.0 }
    }

    /// Against the conditional of the joint Gaussian of all cells.
    #[test]
    fn hidden_cells_are_predicted_as_the_joint_gaussian_does() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for n_geos in [1, 4] {
            for (name, config) in configs() {
                let mut data = data(n_geos, 45);
                // Across a gap of one cell the likelihood begins the noise anew, which no joint Gaussian does.
                data.outcome.observed.fill(true);
                let density = Density::new(Design::new(&data, &config).unwrap());
                let mut q = density.start(&mut rng);
                if let Some(phi) = density.layout.noise.phi {
                    q[phi] = -1.0;
                }
                let mut state = density.state();
                density.value_and_gradient(&q, &mut vec![0.0; q.len()], &mut state).unwrap();
                let unseen = Unseen::at(&density, &state).unwrap();
                let geos: Vec<usize> = (0..n_geos.min(2)).collect();
                let (hidden, counted) = (20..34, 20..29);
                let found = unseen.sum((&geos, &geos), hidden.clone(), counted.clone()).unwrap();

                let outcome = &density.design.outcome;
                let cells = (0..n_geos).flat_map(|g| (0..45).map(move |t| (g, t)));
                let fitted = cells.filter(|(g, t)| outcome.fitted[g * 45 + t] > 0.0);
                let is_hidden = |cell: &(usize, usize)| geos.contains(&cell.0) && hidden.contains(&cell.1);
                let (out, seen): (Vec<_>, Vec<_>) = fitted.partition(is_hidden);
                let wanted: Vec<_> = out.into_iter().filter(|(_, t)| counted.contains(t)).collect();
                let cov = |a, b| covariance(&density, &state.theta, a, b);
                let n = seen.len();
                let joint: Vec<f64> = (0..n * n).map(|i| cov(seen[i / n], seen[i % n])).collect();
                let factor = Cholesky::new(&joint, n).unwrap();
                let scale = |g: usize| outcome.scale[g];
                let mut cross: Vec<f64> =
                    seen.iter().map(|s| wanted.iter().map(|w| scale(w.0) * cov(*w, *s)).sum()).collect();
                factor.solve(&mut cross);
                let level = if density.design.baseline.weekly_effect { 1.0 - PRIOR_MEDIA_SHARE } else { 0.0 };
                let mut rest: Vec<f64> = seen.iter().map(|(g, t)| unseen.rest[g * 45 + t] - level).collect();
                factor.solve(&mut rest);
                let known = |(g, t): &(usize, usize)| {
                    scale(*g) * (outcome.scaled[g * 45 + t] - unseen.rest[g * 45 + t] + level)
                };
                let mean = wanted.iter().map(known).sum::<f64>() + dot(&cross, &rest);
                let prior: f64 = wanted
                    .iter()
                    .flat_map(|a| wanted.iter().map(move |b| (a, b)))
                    .map(|(a, b)| scale(a.0) * scale(b.0) * cov(*a, *b))
                    .sum();
                let variance = prior - dot(&cross, &cross);
                let off = (found.mean - mean).abs() / variance.sqrt();
                // What is left of the noise on the other side of the gap, which the likelihood begins anew.
                assert!(off < 1e-3, "{name}, {n_geos} geos: {} {mean}", found.mean);
                assert!(
                    (found.variance / variance - 1.0).abs() < 1e-3,
                    "{name}: {} {variance}",
                    found.variance
                );
            }
        }
    }
}
