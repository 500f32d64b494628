//! The linear baseline, integrated out exactly: ỹ = media + Z (γ + δ_g) + e is Gaussian in (γ, δ).
//!
//! With r = ỹ − media − Z m, prior covariances V of γ and D of δ_g (both diagonal) and noise σ_g² Ω⁻¹,
//! write S_g = Z_gᵀ Ω Z_g / σ_g². The precision of (γ, δ) is block-arrow, so each geo is eliminated on
//! its own and the shared block is k × k. In scaled coordinates γ = m + V½ γ̃, δ_g = D½ δ̃_g:
//!
//! ```text
//! Ã_g = I + D½ S_g D½,   J_g = I − Ã_g⁻¹,   R = (V/D)½
//! C̃  = I + Σ_g R J_g R,  ln|Σ| = Σ_g N_g ln σ_g² − ln|Ω| + Σ_g ln|Ã_g| + ln|C̃|
//! γ̃  = C̃⁻¹ Σ_g R Ã_g⁻¹ c_g,  δ̃_g = Ã_g⁻¹ c_g − J_g R γ̃,  c_g = D½ Z_gᵀ Ω r_g / σ_g²
//! ```
//! One geo has no shared block: δ̃ stands for γ̃, and D for V.

use super::super::design::{BaselineDesign, ColumnGroup};
use super::super::theta::LikelihoodGradient;
use super::super::theta::Theta;
use super::crossproducts::Crossproducts;
use crate::config::Noise;
use crate::linalg::lanes::{cholesky, identity, inverse_from_factor, invert_factor, multiply};
use crate::transform::simd::{axpy4, dot, dot4, mul_add};

/// Prior sd of the intercept and of a control's coefficient, scaled outcome units.
pub(crate) const INTERCEPT_SD: f64 = 1.0;
/// Prior sd of a geo's own intercept: wide enough to leave it to the data. A learned scale is drawn to the
/// many geos that are alike, and then a geo that stands out is explained by its media.
pub(crate) const GEO_INTERCEPT_SD: f64 = 0.5;
pub(crate) const CONTROL_SD: f64 = 0.3;

/// Scratch space and results at one point.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// r̂ = r − Z(γ̂ + δ̂_g), scaled outcome units. G × T.
    pub residual: Vec<f64>,
    /// Ω r, then Ω r̂ / σ²: the derivative of the log likelihood by the mean. G × T.
    pub by_mean: Vec<f64>,
    /// D½, V½ and R by column.
    pub(super) sd_geo: Vec<f64>,
    pub(super) sd_shared: Vec<f64>,
    pub(super) ratio: Vec<f64>,
    /// Ã⁻¹ per block.
    pub(super) inverse: Vec<f64>,
    /// U⁻ᵀ of Ã = UᵀU per block, kept for exact draws.
    pub(super) factor: Vec<f64>,
    /// c̃, then Ã⁻¹ c̃, per block.
    pub(super) solved: Vec<f64>,
    /// δ̃ per block.
    pub(super) deviation: Vec<f64>,
    pub(super) scratch: Vec<f64>,
    pub(super) product: Vec<f64>,
    /// C̃, its U⁻ᵀ, and R U⁻¹.
    pub(super) shared: Vec<f64>,
    pub(super) shared_factor: Vec<f64>,
    pub(super) shared_scaled: Vec<f64>,
    /// The same repeated in every lane: products of lanes with a scalar vectorise over the wrong loop.
    pub(super) shared_lanes: Vec<f64>,
    pub(super) shared_rhs: Vec<f64>,
    /// γ̃.
    pub(super) shared_mean: Vec<f64>,
    pub(super) coefficients: Vec<f64>,
    /// tr(S_g Cov(γ + δ_g)), padded to whole blocks.
    pub(super) trace: Vec<f64>,
}

impl Baseline {
    /// Room for a design.
    pub fn new(design: &BaselineDesign, x: &Crossproducts) -> Baseline {
        let k = x.k;
        let (matrix, vector) = (x.stride * x.stride * x.lanes, k * x.lanes);
        let shared = x.shared_stride * x.shared_stride;
        let cells = design.n_geos * design.n_periods;
        Baseline {
            residual: vec![0.0; cells],
            by_mean: vec![0.0; cells],
            sd_geo: vec![0.0; k],
            sd_shared: vec![0.0; k],
            ratio: vec![0.0; k],
            inverse: vec![0.0; x.n_blocks * matrix],
            factor: vec![0.0; x.n_blocks * matrix],
            solved: vec![0.0; x.n_blocks * vector],
            deviation: vec![0.0; x.n_blocks * vector],
            scratch: identity(x.stride, x.lanes),
            product: vec![0.0; matrix],
            shared: identity(x.shared_stride, 1),
            shared_factor: vec![0.0; shared],
            shared_scaled: vec![0.0; shared],
            shared_lanes: vec![0.0; shared * x.lanes],
            shared_rhs: vec![0.0; k],
            shared_mean: vec![0.0; k],
            coefficients: vec![0.0; design.n_geos * k],
            trace: vec![0.0; x.n_blocks * x.lanes],
        }
    }

    /// ln p(ỹ | θ) without its constant from `self.residual` = ỹ − media on the fitted cells, which
    /// becomes r̂; the gradient by scales, noise and φ goes to `by`, that by the mean to `by_mean`.
    #[inline(always)]
    pub fn collapse<const FMA: bool>(
        &mut self,
        design: &BaselineDesign,
        x: &Crossproducts,
        theta: &Theta,
        by: &mut LikelihoodGradient,
    ) -> f64 {
        if x.lanes == 1 {
            self.collapse_lanes::<FMA, 1>(design, x, theta, by)
        } else {
            self.collapse_lanes::<FMA, 8>(design, x, theta, by)
        }
    }

    #[inline(always)]
    fn collapse_lanes<const FMA: bool, const L: usize>(
        &mut self,
        design: &BaselineDesign,
        x: &Crossproducts,
        theta: &Theta,
        by: &mut LikelihoodGradient,
    ) -> f64 {
        let n = design.n_periods;
        let mut quadratic = 0.0;
        let mut log_determinant = self.condition_lanes::<FMA, L>(design, x, theta);
        by.phi = 0.0;
        self.deviations::<FMA, L>(design, x, theta, by);
        self.subtract_baseline::<FMA>(design);
        for g in 0..design.n_geos {
            let cells = g * n..(g + 1) * n;
            let precision = theta.sigma[g].powi(-2);
            let residual = &self.residual[cells.clone()];
            let by_mean = &mut self.by_mean[cells];
            // rᵀ Ω r̂, while this still is Ω r.
            quadratic += precision * dot::<FMA>(by_mean, residual);
            x.whiten(design, g, theta.phi, residual, by_mean);
            by_mean.iter_mut().for_each(|e| *e *= precision);
            by.ln_sigma[g] = dot::<FMA>(by_mean, residual) + self.trace[g] - x.n_fitted[g];
            log_determinant += 2.0 * x.n_fitted[g] * theta.sigma[g].ln();
        }
        if design.noise == Noise::Ar1 {
            log_determinant -= x.n_runs.iter().sum::<f64>() * (-theta.phi * theta.phi).ln_1p();
            by.phi += self.residual_phi_gradient::<FMA>(design, x, theta);
        }
        -0.5 * (log_determinant + quadratic)
    }

    pub(super) fn set_scales(&mut self, design: &BaselineDesign, x: &Crossproducts, theta: &Theta) {
        for (j, group) in design.columns.iter().enumerate() {
            let (shared, geo) = match group {
                ColumnGroup::Intercept => (INTERCEPT_SD, GEO_INTERCEPT_SD),
                ColumnGroup::Trend => (theta.trend_scale, theta.geo_scale[0]),
                ColumnGroup::Season => (theta.season_scale, theta.geo_scale[1]),
                ColumnGroup::Control(_) => (CONTROL_SD, theta.geo_scale[2]),
            };
            let shared = if j < x.first_shared { 0.0 } else { shared };
            self.sd_shared[j] = shared;
            self.sd_geo[j] = if design.n_geos > 1 { geo } else { shared };
            self.ratio[j] = shared / self.sd_geo[j];
        }
    }

    /// c̃ = D½ Zᵀ Ω r / σ²; Ω r goes to `by_mean`.
    #[inline(always)]
    pub(super) fn right_hand_sides<const FMA: bool, const L: usize>(
        &mut self,
        design: &BaselineDesign,
        x: &Crossproducts,
        theta: &Theta,
    ) {
        let (n, k) = (design.n_periods, x.k);
        let geos = self.residual.chunks_exact(n).zip(self.by_mean.chunks_exact_mut(n));
        for (g, (residual, whitened)) in geos.enumerate() {
            x.whiten(design, g, theta.phi, residual, whitened);
        }
        // Four columns of the calendar, which geos share, stay in the cache through all geos.
        for first in (0..k).step_by(4) {
            for (g, whitened) in self.by_mean.chunks_exact(n).enumerate() {
                // Ω r is 0 off the fitted cells, so that geos can share the columns of the calendar.
                let columns = std::array::from_fn(|j| design.column(g, (first + j).min(k - 1)));
                let dots = dot4::<FMA>(columns, whitened);
                let precision = theta.sigma[g].powi(-2);
                for (j, dot) in (first..k).zip(dots) {
                    self.solved[((g / L) * k + j) * L + g % L] = self.sd_geo[j] * precision * dot;
                }
            }
        }
    }

    /// Ã⁻¹ and Ã⁻¹ c̃ of every geo, C̃ − I and its right-hand side; returns Σ ln|Ã|.
    #[inline(always)]
    pub(super) fn eliminate_geos<const FMA: bool, const L: usize>(
        &mut self,
        design: &BaselineDesign,
        x: &Crossproducts,
        theta: &Theta,
    ) -> f64 {
        let (k, stride) = (x.k, x.stride);
        for row in self.shared.chunks_exact_mut(x.shared_stride).take(k) {
            row[..k].fill(0.0);
        }
        self.shared_rhs.fill(0.0);
        let mut log_determinant = 0.0;
        let (phi, phi_square) = (theta.phi, theta.phi * theta.phi);
        for b in 0..x.n_blocks {
            let precision: [f64; L] =
                std::array::from_fn(|l| theta.sigma.get(b * L + l).map_or(0.0, |s| s.powi(-2)));
            let matrix = b * stride * stride * L..(b + 1) * stride * stride * L;
            let square = x.square[matrix.clone()].as_chunks::<L>().0;
            let a = self.scratch.as_chunks_mut::<L>().0;
            for i in 0..k {
                for j in i..k {
                    let scale = self.sd_geo[i] * self.sd_geo[j];
                    let at = i * stride + j;
                    for l in 0..L {
                        a[at][l] = scale * precision[l] * square[at][l];
                    }
                    if design.noise == Noise::Ar1 {
                        let (inner, cross) = (&x.inner[matrix.clone()], &x.cross[matrix.clone()]);
                        for l in 0..L {
                            let ar = phi_square * inner[at * L + l] - phi * cross[at * L + l];
                            a[at][l] += scale * precision[l] * ar;
                        }
                    }
                }
                for v in &mut a[i * stride + i] {
                    *v += 1.0;
                }
            }
            log_determinant += cholesky::<FMA, L>(a, stride).iter().sum::<f64>();
            let factor = self.factor[matrix.clone()].as_chunks_mut::<L>().0;
            invert_factor::<FMA, L>(a, factor, stride);
            let inverse = self.inverse[matrix].as_chunks_mut::<L>().0;
            inverse_from_factor::<FMA, L>(factor, inverse, stride);
            let rhs = self.solved[b * k * L..(b + 1) * k * L].as_chunks_mut::<L>().0;
            // The deviations are not known yet: their room holds the product while its source is overwritten.
            let product = self.deviation[b * k * L..(b + 1) * k * L].as_chunks_mut::<L>().0;
            multiply::<FMA, L>(inverse, stride, rhs, product);
            rhs.copy_from_slice(product);
            let solution = rhs;
            if L > 1 {
                for i in x.first_shared..k {
                    self.shared_rhs[i] += self.ratio[i] * solution[i].iter().sum::<f64>();
                    for j in i..k {
                        // Padding lanes have Ã = I, so they add nothing to J.
                        let sum: f64 = inverse[i * stride + j].iter().sum();
                        let identity = if i == j { L as f64 } else { 0.0 };
                        self.shared[i * x.shared_stride + j] +=
                            self.ratio[i] * self.ratio[j] * (identity - sum);
                    }
                }
            }
        }
        log_determinant
    }

    /// C̃⁻¹ as a factor, γ̃; returns ln|C̃|.
    #[inline(always)]
    pub(super) fn solve_shared<const FMA: bool, const L: usize>(&mut self, x: &Crossproducts) -> f64 {
        let (k, stride, first) = (x.k, x.shared_stride, x.first_shared);
        for i in 0..k {
            self.shared[i * stride + i] += 1.0;
        }
        let shared = self.shared.as_chunks_mut::<1>().0;
        let factor = self.shared_factor.as_chunks_mut::<1>().0;
        let log_determinant = cholesky::<FMA, 1>(shared, stride)[0];
        invert_factor::<FMA, 1>(shared, factor, stride);
        self.shared_mean.fill(0.0);
        let lanes = self.shared_lanes.as_chunks_mut::<L>().0;
        for j in first..k {
            // γ̃ = MᵀM rhs, one row of M = U⁻ᵀ at a time.
            let row = &factor[j * stride..j * stride + k];
            let projection: f64 = (first..=j).map(|i| row[i][0] * self.shared_rhs[i]).sum();
            for i in first..=j {
                self.shared_mean[i] += row[i][0] * projection;
                let scaled = self.ratio[i] * row[i][0];
                self.shared_scaled[i * stride + j] = scaled;
                lanes[i * stride + j] = [scaled; L];
            }
        }
        log_determinant
    }

    /// δ̃, γ̂ + δ̂, tr(S_g Cov(γ + δ_g)) per geo, and the gradient by the prior scales.
    #[inline(always)]
    fn deviations<const FMA: bool, const L: usize>(
        &mut self,
        design: &BaselineDesign,
        x: &Crossproducts,
        theta: &Theta,
        by: &mut LikelihoodGradient,
    ) {
        let (k, stride, first) = (x.k, x.stride, x.first_shared);
        let mut by_geo = [0.0; 3];
        let (mut by_trend, mut by_season) = (0.0, 0.0);
        for b in 0..x.n_blocks {
            let inverse =
                self.inverse[b * stride * stride * L..(b + 1) * stride * stride * L].as_chunks::<L>().0;
            let solved = self.solved[b * k * L..(b + 1) * k * L].as_chunks::<L>().0;
            let deviation = self.deviation[b * k * L..(b + 1) * k * L].as_chunks_mut::<L>().0;
            let mut lane_trace = [k as f64; L];
            for i in 0..k {
                let mut mean = solved[i];
                // Cov(δ̃)_ii = Ã⁻¹_ii + ‖row i of J R C̃^{-½}‖².
                let mut variance = inverse[i * stride + i];
                if L > 1 {
                    // Row i of N = Ã⁻¹ R C̃^{-½}, and J R γ̃.
                    let row = &mut self.product.as_chunks_mut::<L>().0[i * stride..i * stride + k];
                    row[first..].fill([0.0; L]);
                    for m in first..k {
                        let identity = if m == i { 1.0 } else { 0.0 };
                        let shift = self.ratio[m] * self.shared_mean[m];
                        let inverse = inverse[i * stride + m];
                        for l in 0..L {
                            mean[l] = mul_add::<FMA>(inverse[l] - identity, shift, mean[l]);
                        }
                        let scaled = self.shared_lanes.as_chunks::<L>().0;
                        for (n, s) in row[m..].iter_mut().zip(&scaled[m * x.shared_stride..][m..k]) {
                            for l in 0..L {
                                n[l] = mul_add::<FMA>(inverse[l], s[l], n[l]);
                            }
                        }
                    }
                    let scaled = &self.shared_scaled[i * x.shared_stride..][first..k];
                    for (n, s) in row[first..].iter().zip(scaled) {
                        for l in 0..L {
                            let y = s - n[l];
                            variance[l] = mul_add::<FMA>(y, y, variance[l]);
                            lane_trace[l] = mul_add::<FMA>(y, *s, lane_trace[l]);
                        }
                    }
                }
                deviation[i] = mean;
                let mut moment = 0.0;
                for l in 0..L {
                    lane_trace[l] -= variance[l];
                    let real = if b * L + l < design.n_geos { 1.0 } else { 0.0 };
                    moment += real * (mean[l] * mean[l] + variance[l] - 1.0);
                }
                match design.columns[i] {
                    ColumnGroup::Intercept => {}
                    ColumnGroup::Trend => by_geo[0] += moment,
                    ColumnGroup::Season => by_geo[1] += moment,
                    ColumnGroup::Control(_) => by_geo[2] += moment,
                }
            }
            self.trace[b * L..(b + 1) * L].copy_from_slice(&lane_trace);
            if design.noise == Noise::Ar1 {
                by.phi -= 0.5 * self.covariance_phi_trace::<FMA, L>(x, theta, b);
            }
        }
        if L > 1 {
            for (j, group) in design.columns.iter().enumerate() {
                let column = (j..k).map(|m| self.shared_factor[m * x.shared_stride + j]);
                let variance: f64 = column.map(|t| t * t).sum();
                let moment = self.shared_mean[j].powi(2) + variance - 1.0;
                match group {
                    ColumnGroup::Trend => by_trend += moment,
                    ColumnGroup::Season => by_season += moment,
                    ColumnGroup::Intercept | ColumnGroup::Control(_) => {}
                }
            }
            by.ln_geo = by_geo;
        } else {
            (by_trend, by_season) = (by_geo[0], by_geo[1]);
        }
        (by.ln_trend, by.ln_season) = (by_trend, by_season);
        self.gather_coefficients::<L>(design);
    }

    /// γ̂ + δ̂_g without the prior mean of the intercept.
    fn gather_coefficients<const L: usize>(&mut self, design: &BaselineDesign) {
        let k = design.n_columns();
        for g in 0..design.n_geos {
            for j in 0..k {
                let deviation = self.deviation[((g / L) * k + j) * L + g % L];
                let shared = if L > 1 { self.sd_shared[j] * self.shared_mean[j] } else { 0.0 };
                self.coefficients[g * k + j] = shared + self.sd_geo[j] * deviation;
            }
        }
    }

    #[inline(always)]
    fn subtract_baseline<const FMA: bool>(&mut self, design: &BaselineDesign) {
        let (n, k) = (design.n_periods, design.n_columns());
        for first in (0..k).step_by(4) {
            let of_geos = self.coefficients.chunks_exact(k);
            for (g, (residual, of)) in self.residual.chunks_exact_mut(n).zip(of_geos).enumerate() {
                let columns = std::array::from_fn(|j| design.column(g, (first + j).min(k - 1)));
                let coefficient = |j: usize| of.get(first + j).map_or(0.0, |of| -of);
                axpy4::<FMA>(std::array::from_fn(coefficient), columns, residual);
            }
        }
        for (r, fitted) in self.residual.iter_mut().zip(&design.fitted) {
            *r *= fitted;
        }
    }
}
