//! Kernels that end: weights of the lags, and their derivatives by the retention.

use super::super::simd::axpy;
use super::weibull;
use crate::config::Adstock;

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
    if kind == Adstock::None {
        return Some(1);
    }
    kind.max_lag().map(|lag| lag + 1)
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
    /// (1 − l/(L+1))^(1/α − 1); Weibull: Robyn, its scale continuous.
    pub fn fill(&mut self, kind: Adstock, retention: f64) {
        let ln_retention = retention.ln();
        let n = self.value.len() as f64;
        let mut cumulated = (0.0, 0.0);
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
                Adstock::WeibullPdf { shape, max_lag } => weibull::density(lag, shape, retention, max_lag),
                Adstock::WeibullCdf { shape, max_lag } => {
                    let lost = weibull::survival(lag, shape, retention, max_lag);
                    cumulated = (cumulated.0 + lost.0, cumulated.1 + lost.1);
                    cumulated
                }
                _ => (0.0, 0.0),
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
