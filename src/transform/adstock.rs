//! Carry-over: exposure of earlier periods that still works, and its derivative by the retention.
//!
//! Every kernel has one parameter α in (0, 1) and weights that sum to one, so that adstocked exposure
//! keeps the unit and the long-run level of the exposure itself.

use super::simd::{axpy, mul_add};
use crate::config::Adstock;

/// Series that the untruncated recurrence advances together: one alone waits for each multiply-add.
pub const LANES: usize = 4;

/// aₜ = (1 − α) xₜ + α aₜ₋₁ and dₜ = ∂aₜ/∂α for [`LANES`] series with a retention each.
///
/// `exposure`, `adstocked` and `tangent` hold the series one after the other, equally long.
#[inline(always)]
pub fn geometric<const FMA: bool>(
    retention: [f64; LANES],
    exposure: &[f64],
    adstocked: &mut [f64],
    tangent: &mut [f64],
) {
    let n = exposure.len() / LANES;
    let (x0, x) = exposure.split_at(n);
    let (x1, x) = x.split_at(n);
    let (x2, x3) = x.split_at(n);
    let (a0, a) = adstocked[..LANES * n].split_at_mut(n);
    let (a1, a) = a.split_at_mut(n);
    let (a2, a3) = a.split_at_mut(n);
    let (d0, d) = tangent[..LANES * n].split_at_mut(n);
    let (d1, d) = d.split_at_mut(n);
    let (d2, d3) = d.split_at_mut(n);
    let (mut a_last, mut d_last) = ([0.0; LANES], [0.0; LANES]);
    for t in 0..n {
        let x = [x0[t], x1[t], x2[t], x3[t]];
        for l in 0..LANES {
            let gap = a_last[l] - x[l];
            d_last[l] = mul_add::<FMA>(retention[l], d_last[l], gap);
            a_last[l] = mul_add::<FMA>(retention[l], gap, x[l]);
        }
        [a0[t], a1[t], a2[t], a3[t]] = a_last;
        [d0[t], d1[t], d2[t], d3[t]] = d_last;
    }
}

/// Weights of a truncated kernel, lag 0 first, and their derivatives by α.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    /// wₗ, summing to one.
    pub value: Vec<f64>,
    /// ∂wₗ/∂α, summing to zero.
    pub derivative: Vec<f64>,
}

/// Number of lags (0 included) of a truncated kernel; `None` for the untruncated recurrence.
pub fn n_lags(kind: Adstock) -> Option<usize> {
    match kind {
        Adstock::Geometric { max_lag: None } => None,
        Adstock::Geometric { max_lag: Some(lag) } => Some(lag + 1),
        Adstock::Delayed { max_lag, .. } | Adstock::Binomial { max_lag } => Some(max_lag + 1),
        Adstock::None => Some(1),
    }
}

impl Weights {
    /// Room for a kernel.
    pub fn with_lags(n: usize) -> Weights {
        Weights { value: vec![0.0; n], derivative: vec![0.0; n] }
    }

    /// Fills in the weights of a truncated kernel at retention α.
    ///
    /// # Source
    /// geometric and delayed: Jin et al. (2017), eq. 1–3; binomial: Google Meridian's
    /// (1 − l/(L+1))^(1/α − 1).
    pub fn fill(&mut self, kind: Adstock, retention: f64) {
        let ln_retention = retention.ln();
        let n = self.value.len() as f64;
        for (l, (w, d)) in self.value.iter_mut().zip(&mut self.derivative).enumerate() {
            let lag = l as f64;
            // Logarithm of the unscaled weight and its derivative by α.
            let (log_weight, slope) = match kind {
                Adstock::Geometric { .. } => (lag * ln_retention, lag / retention),
                Adstock::Delayed { peak, .. } => {
                    let power = (lag - peak).powi(2);
                    (power * ln_retention, power / retention)
                }
                Adstock::Binomial { .. } => {
                    let base = (-lag / n).ln_1p();
                    ((1.0 / retention - 1.0) * base, -base / (retention * retention))
                }
                Adstock::None => (0.0, 0.0),
            };
            *w = log_weight.exp();
            *d = *w * slope;
        }
        let total: f64 = self.value.iter().sum();
        let slope = self.derivative.iter().sum::<f64>() / total;
        for (w, d) in self.value.iter_mut().zip(&mut self.derivative) {
            *w /= total;
            *d = *d / total - *w * slope;
        }
    }

    /// Adstocked exposure and its derivative by α of one series.
    #[inline(always)]
    pub fn apply<const FMA: bool>(&self, exposure: &[f64], adstocked: &mut [f64], tangent: &mut [f64]) {
        let n = exposure.len();
        adstocked.fill(0.0);
        tangent.fill(0.0);
        for (l, (&w, &d)) in self.value.iter().zip(&self.derivative).enumerate().take(n) {
            axpy::<FMA>(w, &exposure[..n - l], &mut adstocked[l..]);
            axpy::<FMA>(d, &exposure[..n - l], &mut tangent[l..]);
        }
    }
}

/// Share of the effect that comes after the first period: 1 − w₀.
pub fn carryover_share(kind: Adstock, retention: f64) -> f64 {
    match n_lags(kind) {
        None => retention,
        Some(n) => {
            let mut weights = Weights::with_lags(n);
            weights.fill(kind, retention);
            1.0 - weights.value[0]
        }
    }
}

/// Periods until half of the effect has come, between periods by linear interpolation
/// (exactly ln ½ / ln α for the untruncated geometric kernel).
pub fn half_life(kind: Adstock, retention: f64) -> f64 {
    let Some(n) = n_lags(kind) else {
        return if retention > 0.0 { 0.5f64.ln() / retention.ln() } else { 0.0 };
    };
    let mut weights = Weights::with_lags(n);
    weights.fill(kind, retention);
    let mut before = 0.0;
    for (l, w) in weights.value.iter().enumerate() {
        if before + w >= 0.5 {
            return l as f64 + (0.5 - before) / w;
        }
        before += w;
    }
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(kind: Adstock, alpha: f64, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (mut a, mut d) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        match n_lags(kind) {
            None => {
                let mut block = [x; LANES].concat();
                let (mut aa, mut dd) = (block.clone(), block.clone());
                block.truncate(LANES * x.len());
                geometric::<false>([alpha; LANES], &block, &mut aa, &mut dd);
                a.copy_from_slice(&aa[2 * x.len()..3 * x.len()]);
                d.copy_from_slice(&dd[2 * x.len()..3 * x.len()]);
            }
            Some(n) => {
                let mut w = Weights::with_lags(n);
                w.fill(kind, alpha);
                w.apply::<false>(x, &mut a, &mut d);
            }
        }
        (a, d)
    }

    #[test]
    fn geometric_by_hand() {
        // α = ½: 8 → 4; 0 → 2; 4 → 2 + 1 = 3.
        assert_eq!(apply(Adstock::Geometric { max_lag: None }, 0.5, &[8.0, 0.0, 4.0]).0, [4.0, 2.0, 3.0]);
        // Two lags, weights 1 and ½ over 1.5: 6 → 4; then 2.
        let (a, _) = apply(Adstock::Geometric { max_lag: Some(1) }, 0.5, &[6.0, 0.0, 0.0]);
        assert!((a[0] - 4.0).abs() < 1e-14 && (a[1] - 2.0).abs() < 1e-14 && a[2] == 0.0);
    }

    #[test]
    fn delayed_and_binomial_by_hand() {
        // peak 1, α = ½: weights ½, 1, ½ over 2.
        let (a, _) = apply(Adstock::Delayed { peak: 1.0, max_lag: 2 }, 0.5, &[4.0, 0.0, 0.0]);
        assert!([1.0, 2.0, 1.0].iter().zip(&a).all(|(w, g)| (w - g).abs() < 1e-14), "{a:?}");
        // α = ½: weights 1, ⅔, ⅓ over 2.
        let (a, _) = apply(Adstock::Binomial { max_lag: 2 }, 0.5, &[6.0, 0.0, 0.0]);
        assert!([3.0, 2.0, 1.0].iter().zip(&a).all(|(w, g)| (w - g).abs() < 1e-13), "{a:?}");
        assert_eq!(apply(Adstock::None, 0.5, &[3.0, 1.0]).0, [3.0, 1.0]);
    }

    #[test]
    fn silence_stays_exactly_zero() {
        let kinds = [Adstock::Geometric { max_lag: None }, Adstock::Geometric { max_lag: Some(3) }];
        for kind in kinds {
            let (a, d) = apply(kind, 0.7, &[0.0, 0.0, 0.0]);
            assert!(a.iter().chain(&d).all(|v| *v == 0.0));
        }
        // After a burst the truncated kernel is exactly off again.
        let (a, _) = apply(kinds[1], 0.7, &[5.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(a[4] > 0.0 && a[5] == 0.0 && a[6] == 0.0);
    }

    #[test]
    fn derivatives_match_central_differences() {
        let x = [3.0, 0.0, 1.0, 7.0, 0.0, 0.0, 2.0, 5.0];
        for kind in [
            Adstock::Geometric { max_lag: None },
            Adstock::Geometric { max_lag: Some(4) },
            Adstock::Delayed { peak: 1.5, max_lag: 5 },
            Adstock::Binomial { max_lag: 5 },
        ] {
            for alpha in [0.05, 0.4, 0.93] {
                let h = 1e-6;
                let (_, d) = apply(kind, alpha, &x);
                let (up, down) = (apply(kind, alpha + h, &x).0, apply(kind, alpha - h, &x).0);
                for t in 0..x.len() {
                    let numeric = (up[t] - down[t]) / (2.0 * h);
                    assert!((d[t] - numeric).abs() < 1e-7, "{kind:?} {alpha} {t}: {} {numeric}", d[t]);
                }
            }
        }
    }

    #[test]
    fn half_life_and_carryover_by_hand() {
        let kind = Adstock::Geometric { max_lag: None };
        assert!((half_life(kind, 0.5) - 1.0).abs() < 1e-15);
        assert_eq!(carryover_share(kind, 0.3), 0.3);
        // Weights ⅔, ⅓: half has come after three quarters of the first period.
        assert!((half_life(Adstock::Geometric { max_lag: Some(1) }, 0.5) - 0.75).abs() < 1e-14);
        assert!((carryover_share(Adstock::Geometric { max_lag: Some(1) }, 0.5) - 1.0 / 3.0).abs() < 1e-14);
    }
}
