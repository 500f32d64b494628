//! Crossproducts of the baseline columns, computed once.

use super::super::design::BaselineDesign;
use crate::config::Noise;
use crate::linalg::lanes::padded;

/// Crossproducts of the baseline columns: all that the algebra needs of the data. Geos are stored
/// `lanes` at a time, element `[((block·stride + i)·stride + j)·lanes + lane]`, as all matrices of the baseline.
#[derive(Debug, Clone)]
pub struct Crossproducts {
    pub(super) lanes: usize,
    /// Columns.
    pub(super) k: usize,
    /// Columns and padding.
    pub(super) stride: usize,
    /// The same of the shared block, which is one matrix.
    pub(super) shared_stride: usize,
    pub(super) n_blocks: usize,
    /// First column whose γ is a coefficient of its own. With a weekly effect those of the calendar
    /// columns, which come first, live in the prior of the shared level.
    pub(super) first_shared: usize,
    /// ZᵀZ.
    pub(super) square: Vec<f64>,
    /// ZᵀΩZ = square + φ² inner − φ cross; empty for white noise.
    pub(super) inner: Vec<f64>,
    pub(super) cross: Vec<f64>,
    /// 1 where a cell and the one before it are both fitted. G × T.
    pub(super) link: Vec<f64>,
    /// Neighbours of a fitted cell that are fitted, less one: what φ² multiplies on the diagonal of Ω;
    /// 0 elsewhere. G × T.
    pub(super) inside: Vec<f64>,
    /// Fitted cells per geo.
    pub(super) n_fitted: Vec<f64>,
    /// Runs of consecutive fitted cells per geo.
    pub(super) n_runs: Vec<f64>,
}

impl Crossproducts {
    /// Computes them for a design.
    pub fn new(design: &BaselineDesign) -> Crossproducts {
        let (n_geos, n, k) = (design.n_geos, design.n_periods, design.n_columns());
        let lanes = if n_geos == 1 { 1 } else { 8 };
        let n_blocks = n_geos.div_ceil(lanes);
        let stride = padded(k, lanes);
        let size = n_blocks * stride * stride * lanes;
        let ar = design.noise == Noise::Ar1;
        let mut x = Crossproducts {
            lanes,
            k,
            stride,
            shared_stride: padded(k, 1),
            n_blocks,
            first_shared: if design.weekly_effect { design.n_calendar_columns() } else { 0 },
            square: vec![0.0; size],
            inner: vec![0.0; if ar { size } else { 0 }],
            cross: vec![0.0; if ar { size } else { 0 }],
            link: vec![0.0; n_geos * n],
            inside: vec![0.0; n_geos * n],
            n_fitted: vec![0.0; n_geos],
            n_runs: vec![0.0; n_geos],
        };
        for g in 0..n_geos {
            let fitted = &design.fitted[g * n..(g + 1) * n];
            let link = &mut x.link[g * n..(g + 1) * n];
            for t in 1..n {
                link[t] = fitted[t] * fitted[t - 1];
            }
            let inside = &mut x.inside[g * n..(g + 1) * n];
            for t in 0..n {
                let next = if t + 1 < n { link[t + 1] } else { 0.0 };
                inside[t] = fitted[t] * (link[t] + next - 1.0);
            }
            x.n_fitted[g] = fitted.iter().sum();
            x.n_runs[g] = x.n_fitted[g] - link.iter().sum::<f64>();
            let column = |j: usize| &design.fitted_columns[(g * k + j) * n..(g * k + j + 1) * n];
            for i in 0..k {
                for j in 0..k {
                    let at = (((g / lanes) * stride + i) * stride + j) * lanes + g % lanes;
                    let (zi, zj) = (column(i), column(j));
                    x.square[at] = (0..n).map(|t| zi[t] * zj[t]).sum();
                    if ar {
                        x.inner[at] = (0..n).map(|t| inside[t] * zi[t] * zj[t]).sum();
                        x.cross[at] = (1..n).map(|t| link[t] * (zi[t] * zj[t - 1] + zi[t - 1] * zj[t])).sum();
                    }
                }
            }
        }
        x
    }

    /// Ωr of one geo: first-order autoregression, every run of fitted cells starting stationary.
    #[inline(always)]
    pub(super) fn whiten(&self, design: &BaselineDesign, g: usize, phi: f64, r: &[f64], out: &mut [f64]) {
        let n = r.len();
        if phi == 0.0 {
            out.copy_from_slice(r);
            return;
        }
        let cells = g * n..(g + 1) * n;
        let (link, inside) = (&self.link[cells.clone()], &self.inside[cells.clone()]);
        let fitted = &design.fitted[cells];
        for (((out, r), fitted), inside) in out.iter_mut().zip(r).zip(fitted).zip(inside) {
            *out = (fitted + phi * phi * inside) * r;
        }
        let link = &link[1..];
        for ((out, link), before) in out[1..].iter_mut().zip(link).zip(r) {
            *out -= phi * link * before;
        }
        for ((out, link), after) in out.iter_mut().zip(link).zip(&r[1..]) {
            *out -= phi * link * after;
        }
    }
}
