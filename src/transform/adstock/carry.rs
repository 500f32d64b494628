//! The families of carry-over under one name. Each call chooses the family once a series, never a period.

use super::geometric::one_series;
use super::pascal;
use super::truncated::{Weights, n_lags};
use crate::config::Adstock;

/// Carry-over of one channel at one retention.
#[derive(Debug, Clone)]
pub struct Carry {
    kind: Adstock,
    retention: f64,
    weights: Option<Weights>,
}

impl Carry {
    /// Room for a family.
    pub fn new(kind: Adstock) -> Carry {
        Carry { kind, retention: 0.0, weights: n_lags(kind).map(Weights::with_lags) }
    }

    /// Sets the retention α.
    pub fn set(&mut self, retention: f64) {
        self.retention = retention;
        if let Some(weights) = &mut self.weights {
            weights.fill(self.kind, retention);
        }
    }

    /// Whether it is the recurrence of [`super::geometric`], which can advance several series together.
    #[inline(always)]
    pub fn is_recurrence(&self) -> bool {
        matches!(self.kind, Adstock::Geometric { max_lag: None })
    }

    /// α.
    #[inline(always)]
    pub fn retention(&self) -> f64 {
        self.retention
    }

    /// Adstocked exposure and its derivative by α of one series.
    #[inline(always)]
    pub fn apply<const FMA: bool>(&self, exposure: &[f64], adstocked: &mut [f64], tangent: &mut [f64]) {
        match (&self.weights, self.kind) {
            (Some(weights), _) => weights.apply::<FMA>(exposure, adstocked, tangent),
            (None, Adstock::Pascal { r }) => {
                pascal::pascal::<FMA>((self.retention, r), exposure, adstocked, tangent);
            }
            (None, _) => one_series::<FMA>(self.retention, exposure, adstocked, tangent),
        }
    }
}

/// Weights of the lags, summing to one, of a family that is summed lag by lag; `None` for the recurrence.
pub fn lag_weights(kind: Adstock, retention: f64) -> Option<Vec<f64>> {
    if let Adstock::Pascal { r } = kind {
        return Some(pascal::weights(retention, r));
    }
    let mut weights = Weights::with_lags(n_lags(kind)?);
    weights.fill(kind, retention);
    Some(weights.value)
}

/// Share of the effect that comes after the first period: 1 − w₀.
pub fn carryover_share(kind: Adstock, retention: f64) -> f64 {
    lag_weights(kind, retention).map_or(retention, |weights| 1.0 - weights[0])
}

/// Periods until half of the effect has come, between periods by linear interpolation
/// (exactly ln ½ / ln α for the untruncated geometric kernel).
pub fn half_life(kind: Adstock, retention: f64) -> f64 {
    let Some(weights) = lag_weights(kind, retention) else {
        return if retention > 0.0 { 0.5f64.ln() / retention.ln() } else { 0.0 };
    };
    let mut before = 0.0;
    for (l, w) in weights.iter().enumerate() {
        if before + w >= 0.5 {
            return l as f64 + (0.5 - before) / w;
        }
        before += w;
    }
    weights.len() as f64
}

/// Share of a carry-over below which it counts as gone.
const GONE: f64 = 0.05;
/// Beyond any data; a retention of 1 never ends.
const MOST_PERIODS: f64 = 1e6;

/// Periods after an exposure until less than 5 % of its effect is left to come: the smallest l with
/// 1 − Σ_{k ≤ l} w_k < 0.05.
pub fn carry_over_periods(kind: Adstock, retention: f64) -> usize {
    if let Some(weights) = lag_weights(kind, retention) {
        let mut left = 1.0;
        let gone = weights.iter().position(|w| {
            left -= w;
            left < GONE
        });
        return gone.unwrap_or(weights.len());
    }
    if retention < GONE {
        return 0;
    }
    // α^(l+1) < 0.05: the first whole number above ln 0.05 / ln α is l + 1.
    let lags = (GONE.ln() / retention.ln()).floor();
    if lags.is_finite() { lags.clamp(0.0, MOST_PERIODS) as usize } else { MOST_PERIODS as usize }
}
