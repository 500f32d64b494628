//! The families of carry-over under one name. Each call chooses the family once a series, never a period.

use super::dual;
use super::geometric::one_series;
use super::pascal;
use super::shape::CarryShape;
use super::truncated::{Weights, n_lags};
use crate::config::Adstock;

/// Carry-over of one channel at one retention.
#[derive(Debug, Clone)]
pub struct Carry {
    kind: Adstock,
    shape: CarryShape,
    weights: Option<Weights>,
}

impl Carry {
    /// Room for a family.
    pub fn new(kind: Adstock) -> Carry {
        Carry { kind, shape: CarryShape::default(), weights: n_lags(kind).map(Weights::with_lags) }
    }

    /// Sets the parameters.
    pub fn set(&mut self, shape: impl Into<CarryShape>) {
        self.shape = shape.into();
        if let Some(weights) = &mut self.weights {
            weights.fill(self.kind, self.shape.retention);
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
        self.shape.retention
    }

    /// Adstocked exposure and its derivative by α of one series; with a slow part 1 in place of the derivative, and
    /// [`Carry::derivatives`] does the rest.
    #[inline(always)]
    pub fn apply<const FMA: bool>(&self, exposure: &[f64], adstocked: &mut [f64], tangent: &mut [f64]) {
        match (&self.weights, self.kind) {
            (Some(weights), _) => weights.apply::<FMA>(exposure, adstocked, tangent),
            (None, Adstock::Pascal { r }) => {
                pascal::pascal::<FMA>((self.shape.retention, r), exposure, adstocked, tangent);
            }
            (None, Adstock::Dual) => {
                dual::dual::<FMA>(&self.shape, exposure, adstocked);
                tangent.fill(1.0);
            }
            (None, _) => one_series::<FMA>(self.shape.retention, exposure, adstocked, tangent),
        }
    }
}

impl Carry {
    /// Derivatives of Σ weight · adstocked by the parameters of a carry-over with a slow part; `None` without.
    #[inline(always)]
    pub fn derivatives<const FMA: bool>(&self, exposure: &[f64], weight: &[f64]) -> Option<CarryShape> {
        self.kind.has_slow_part().then(|| dual::derivatives::<FMA>(&self.shape, exposure, weight))
    }

    /// Whether [`Carry::derivatives`] are needed.
    pub fn has_slow_part(&self) -> bool {
        self.kind.has_slow_part()
    }
}

/// Weights of the lags, summing to one, of a family that is summed lag by lag; `None` for the recurrence.
pub fn lag_weights(kind: Adstock, shape: impl Into<CarryShape>) -> Option<Vec<f64>> {
    let shape = shape.into();
    let retention = shape.retention;
    if kind == Adstock::Dual {
        return Some(dual::weights(&shape));
    }
    if let Adstock::Pascal { r } = kind {
        return Some(pascal::weights(retention, r));
    }
    let mut weights = Weights::with_lags(n_lags(kind)?);
    weights.fill(kind, retention);
    Some(weights.value)
}

/// Share of the effect that comes after the first period: 1 − w₀.
pub fn carryover_share(kind: Adstock, shape: impl Into<CarryShape>) -> f64 {
    let shape = shape.into();
    lag_weights(kind, shape).map_or(shape.retention, |weights| 1.0 - weights[0])
}

/// Periods until half of the effect has come, between periods by linear interpolation
/// (exactly ln ½ / ln α for the untruncated geometric kernel).
pub fn half_life(kind: Adstock, shape: impl Into<CarryShape>) -> f64 {
    let shape = shape.into();
    let retention = shape.retention;
    let Some(weights) = lag_weights(kind, shape) else {
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
