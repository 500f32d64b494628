//! The baseline given everything else: exact draws of its coefficients, and leave-one-out precision.

use rand_distr::{Distribution, StandardNormal};

use super::super::design::{BaselineDesign, ColumnGroup};
use super::super::theta::Theta;
use super::baseline::Baseline;
use super::crossproducts::Crossproducts;
use crate::transform::simd::{axpy, axpy4, dot, mul_add};

/// Coefficients drawn exactly from their posterior at one point, scaled outcome units.
#[derive(Debug, Clone)]
pub struct BaselineDraw {
    /// γ, length k.
    pub shared: Vec<f64>,
    /// γ + δ_g, G × k.
    pub coefficients: Vec<f64>,
    /// Weekly effects uₜ, length T; empty when off.
    pub weekly: Vec<f64>,
}

impl Baseline {
    /// The first part of [`Baseline::collapse`], after which the coefficients can be drawn.
    #[inline(always)]
    pub fn condition<const FMA: bool>(&mut self, design: &BaselineDesign, x: &Crossproducts, theta: &Theta) {
        if x.lanes == 1 {
            self.condition_lanes::<FMA, 1>(design, x, theta);
        } else {
            self.condition_lanes::<FMA, 8>(design, x, theta);
        }
    }

    /// Returns Σ ln|Ã| + ln|C̃|; the residual becomes r.
    #[inline(always)]
    pub(super) fn condition_lanes<const FMA: bool, const L: usize>(
        &mut self,
        design: &BaselineDesign,
        x: &Crossproducts,
        theta: &Theta,
    ) -> f64 {
        self.set_scales(design, x, theta);
        // r = ỹ − media − m on the fitted cells; its own square is what the shrinkage works against.
        for (r, fitted) in self.residual.iter_mut().zip(&design.fitted) {
            *r -= design.intercept_mean * fitted;
        }
        self.right_hand_sides::<FMA, L>(design, x, theta);
        let mut log_determinant = self.eliminate_geos::<FMA, L>(design, x, theta);
        if L > 1 {
            log_determinant += self.solve_shared::<FMA, L>(x);
        }
        log_determinant
    }

    /// Draws γ and every γ + δ_g, after [`Baseline::condition`] at the same point.
    pub fn draw<R: rand::Rng>(
        &self,
        design: &BaselineDesign,
        x: &Crossproducts,
        rng: &mut R,
    ) -> BaselineDraw {
        let (k, stride, lanes) = (x.k, x.stride, x.lanes);
        let mut normals = |n: usize| -> Vec<f64> { (0..n).map(|_| StandardNormal.sample(rng)).collect() };
        let prior_mean =
            |i: usize| if design.columns[i] == ColumnGroup::Intercept { design.intercept_mean } else { 0.0 };
        // γ̃; with one geo there is only its own block.
        let mut shared = vec![0.0; k];
        if lanes > 1 {
            let noise = normals(k);
            for (i, gamma) in shared.iter_mut().enumerate() {
                let step: f64 = (i..k).map(|j| self.shared_factor[j * x.shared_stride + i] * noise[j]).sum();
                *gamma = self.shared_mean[i] + step;
            }
        }
        let common: Vec<f64> = (0..k)
            .map(|i| prior_mean(i) + if lanes > 1 { self.sd_shared[i] * shared[i] } else { 0.0 })
            .collect();
        let mut coefficients = vec![0.0; design.n_geos * k];
        for g in 0..design.n_geos {
            let noise = normals(k);
            let (b, l) = (g / lanes, g % lanes);
            let at = |i: usize, j: usize| ((b * stride + i) * stride + j) * lanes + l;
            for (i, common) in common.iter().enumerate() {
                let mean = self.solved[(b * k + i) * lanes + l];
                let step: f64 = (i..k).map(|j| self.factor[at(j, i)] * noise[j]).sum();
                // J R γ̃: what the shared coefficients already explain; zero with one geo.
                let explained = |(j, gamma): (usize, &f64)| {
                    let identity = if i == j { 1.0 } else { 0.0 };
                    (identity - self.inverse[at(i, j)]) * self.ratio[j] * gamma
                };
                let explained: f64 = shared.iter().enumerate().map(explained).sum();
                coefficients[g * k + i] = common + self.sd_geo[i] * (mean + step - explained);
            }
        }
        let shared = if lanes > 1 { common } else { coefficients.clone() };
        BaselineDraw { shared, coefficients, weekly: Vec::new() }
    }

    /// Diagonal of Σ⁻¹ of geo `g`: Ω/σ² − Ω Z Cov(γ + δ_g) Zᵀ Ω/σ⁴; `out` has length T.
    #[inline(always)]
    pub(crate) fn precision_diagonal<const FMA: bool>(
        &self,
        design: &BaselineDesign,
        x: &Crossproducts,
        theta: &Theta,
        g: usize,
        out: &mut [f64],
    ) {
        let (n, k) = (design.n_periods, x.k);
        let precision = theta.sigma[g].powi(-2);
        let covariance = self.covariance::<FMA>(x, g);
        let mut whitened = vec![0.0; k * n];
        for (j, column) in whitened.chunks_exact_mut(n).enumerate() {
            let z = &design.fitted_columns[(g * k + j) * n..(g * k + j + 1) * n];
            x.whiten(design, g, theta.phi, z, column);
        }
        let link = &x.link[g * n..(g + 1) * n];
        for (t, p) in out.iter_mut().enumerate() {
            let next = if t + 1 < n { link[t + 1] } else { 0.0 };
            *p = precision * (1.0 + theta.phi.powi(2) * (link[t] + next - 1.0));
        }
        let column = |j: usize| &whitened[j * n..(j + 1) * n];
        let mut sum = vec![0.0; n];
        for i in 0..k {
            // Σ over j ≥ i of what column j adds to the products with column i.
            sum.fill(0.0);
            for first in (i..k).step_by(4) {
                let factor = |j: usize| match j {
                    _ if j >= k => 0.0,
                    _ if j == i => -precision * precision * covariance[i * k + j],
                    _ => -2.0 * precision * precision * covariance[i * k + j],
                };
                let columns = std::array::from_fn(|j| column((first + j).min(k - 1)));
                axpy4::<FMA>(std::array::from_fn(|j| factor(first + j)), columns, &mut sum);
            }
            for ((p, s), z) in out.iter_mut().zip(&sum).zip(column(i)) {
                *p = mul_add::<FMA>(*s, *z, *p);
            }
        }
    }

    /// Cov(γ + δ_g) = D½ (Ã⁻¹ + N Nᵀ) D½ with N = Ã⁻¹ R C̃^{-½}; the upper triangle of k × k.
    #[inline(always)]
    fn covariance<const FMA: bool>(&self, x: &Crossproducts, g: usize) -> Vec<f64> {
        let (k, stride, lanes) = (x.k, x.stride, x.lanes);
        let (b, l) = (g / lanes, g % lanes);
        let of_geo = |i, j| self.inverse[((b * stride + i) * stride + j) * lanes + l];
        let inverse: Vec<f64> = (0..k * k).map(|at| of_geo(at / k, at % k)).collect();
        let mut spread = vec![0.0; k * k];
        if lanes > 1 {
            for (row, inverse) in spread.chunks_exact_mut(k).zip(inverse.chunks_exact(k)) {
                for (m, inverse) in inverse.iter().enumerate() {
                    let scaled = &self.shared_scaled[m * x.shared_stride..][m..k];
                    axpy::<FMA>(*inverse, scaled, &mut row[m..]);
                }
            }
        }
        let row = |i: usize| &spread[i * k..(i + 1) * k];
        let mut covariance = vec![0.0; k * k];
        for i in 0..k {
            for j in i..k {
                let shared = dot::<FMA>(row(i), row(j));
                covariance[i * k + j] = self.sd_geo[i] * self.sd_geo[j] * (inverse[i * k + j] + shared);
            }
        }
        covariance
    }
}
