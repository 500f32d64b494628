//! Derivative of the collapsed likelihood by the autocorrelation φ.

use super::super::design::BaselineDesign;
use super::super::theta::Theta;
use super::baseline::Baseline;
use super::crossproducts::Crossproducts;
use crate::transform::simd::{dot3, mul_add};

impl Baseline {
    /// Σ_g tr(∂S_g/∂φ Cov(γ + δ_g)) of one block, from Cov = D½ (Ã⁻¹ + N Nᵀ) D½, N = Ã⁻¹ R C̃^{-½}.
    #[inline(always)]
    pub(super) fn covariance_phi_trace<const FMA: bool, const L: usize>(
        &self,
        x: &Crossproducts,
        theta: &Theta,
        b: usize,
    ) -> f64 {
        let (k, stride) = (x.k, x.stride);
        let matrix = b * stride * stride * L..(b + 1) * stride * stride * L;
        let inverse = self.inverse[matrix.clone()].as_chunks::<L>().0;
        let inner = x.inner[matrix.clone()].as_chunks::<L>().0;
        let cross = x.cross[matrix].as_chunks::<L>().0;
        let spread = self.product.as_chunks::<L>().0;
        let row = |i: usize| &spread[i * stride + x.first_shared..i * stride + k];
        let mut sums = [0.0; L];
        for i in 0..k {
            for j in i..k {
                let mut covariance = inverse[i * stride + j];
                if L > 1 {
                    for (u, v) in row(i).iter().zip(row(j)) {
                        for l in 0..L {
                            covariance[l] = mul_add::<FMA>(u[l], v[l], covariance[l]);
                        }
                    }
                }
                let weight = self.sd_geo[i] * self.sd_geo[j] * if i == j { 1.0 } else { 2.0 };
                for l in 0..L {
                    let by_phi = 2.0 * theta.phi * inner[i * stride + j][l] - cross[i * stride + j][l];
                    sums[l] = mul_add::<FMA>(weight * by_phi, covariance[l], sums[l]);
                }
            }
        }
        (0..L).map(|l| theta.sigma.get(b * L + l).map_or(0.0, |s| sums[l] / (s * s))).sum()
    }

    /// Derivative by φ of ½ ln|Ω| − ½ Σ r̂ᵀ Ω r̂ / σ².
    #[inline(always)]
    pub(super) fn residual_phi_gradient<const FMA: bool>(
        &self,
        design: &BaselineDesign,
        x: &Crossproducts,
        theta: &Theta,
    ) -> f64 {
        let (n, phi) = (design.n_periods, theta.phi);
        let mut sum = -x.n_runs.iter().sum::<f64>() * phi / (1.0 - phi * phi);
        for g in 0..design.n_geos {
            let cells = g * n..(g + 1) * n;
            let (r, inside) = (&self.residual[cells.clone()], &x.inside[cells.clone()]);
            let squares = dot3::<FMA>(inside, r, r);
            let products = dot3::<FMA>(&x.link[cells][1..], &r[1..], &r[..n - 1]);
            sum -= (phi * squares - products) / theta.sigma[g].powi(2);
        }
        sum
    }
}
