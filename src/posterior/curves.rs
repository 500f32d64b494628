//! Response curves of the channels, draw by draw: what plans are made from, and their slopes.

use ndarray::{Array2, ArrayView1};

use super::types::{ChannelPosterior, Posterior, SURPRISING};

/// The response curve of one paid channel, draw by draw.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveDraws {
    /// Channel name.
    pub channel: String,
    /// Spend of today's plan over the fitted window, currency.
    pub spend: f64,
    /// Multiples of today's spend, M values from 0.
    pub multipliers: Vec<f64>,
    /// Beyond this multiplier the curve is extrapolation.
    pub observed_max_multiplier: f64,
    /// Whether plans hold it at today's spend: the data put its return above what was expected, or show that
    /// something else moves both its spend and the outcome.
    pub held: bool,
    /// Whether its effect by correlation is in doubt.
    pub doubted: bool,
    /// S × M value of the incremental outcome: currency where an outcome's worth is known, else
    /// outcome units.
    pub value: Array2<f64>,
}

/// The curves of the paid channels.
pub fn curve_draws(posterior: &Posterior) -> Vec<CurveDraws> {
    let paid = posterior.channels.iter().filter(|c| c.roi.is_some() && c.plan_spend > 0.0);
    paid.map(|c| CurveDraws {
        channel: c.name.clone(),
        spend: c.plan_spend,
        multipliers: posterior.multipliers.clone(),
        observed_max_multiplier: c.observed_max_multiplier,
        held: (c.expected.shift > SURPRISING || c.gap.reason.is_found()) && !c.gap.tested,
        doubted: c.gap.is_doubted(),
        value: c.plan_curve.as_ref().unwrap_or(&c.value_curve).clone(),
    })
    .collect()
}

impl ChannelPosterior {
    /// Whether today's plan spends nothing on it although it did.
    pub(crate) fn has_ended(&self) -> bool {
        self.spend > 0.0 && self.plan_spend == 0.0
    }

    /// S × M marginal ROI at multiples of today's spend: slope of the value curve, and the model's own derivative at
    /// multiplier 1. `None` for an organic channel.
    pub(crate) fn marginal_curve(&self, multipliers: &[f64]) -> Option<Array2<f64>> {
        let at_one = self.marginal_roi.as_ref()?;
        let curve = &self.value_curve;
        Some(Array2::from_shape_fn(curve.raw_dim(), |(s, m)| match multipliers[m] {
            1.0 => at_one[s],
            _ => slope(multipliers, curve.row(s), m) / self.spend,
        }))
    }
}

/// Derivative at point `i` of the parabola through it and its neighbours (the nearest three at an end).
///
/// # Source
/// Lagrange interpolation on uneven points; exact for quadratics.
fn slope(x: &[f64], y: ArrayView1<f64>, i: usize) -> f64 {
    if x.len() < 3 {
        return if x.len() < 2 { 0.0 } else { (y[1] - y[0]) / (x[1] - x[0]) };
    }
    let j = i.clamp(1, x.len() - 2);
    let (a, b, c) = (x[j - 1], x[j], x[j + 1]);
    let t = x[i];
    y[j - 1] * (2.0 * t - b - c) / ((a - b) * (a - c))
        + y[j] * (2.0 * t - a - c) / ((b - a) * (b - c))
        + y[j + 1] * (2.0 * t - a - b) / ((c - a) * (c - b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slope_is_exact_for_a_quadratic_on_uneven_points() {
        let x = [0.0, 0.1, 0.5, 1.0, 2.0];
        let y: Vec<f64> = x.iter().map(|t| 3.0 * t * t - 2.0 * t + 1.0).collect();
        for i in 0..x.len() {
            let got = slope(&x, ArrayView1::from(&y), i);
            assert!((got - (6.0 * x[i] - 2.0)).abs() < 1e-12, "{i}: {got}");
        }
    }
}
