//! Response curves of `fit.json`: outcome and marginal ROI against the spend multiplier.

use ndarray::{Array2, ArrayView1};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::posterior::{ChannelPosterior, quantiles};
use crate::report::build::finite;

/// Incremental outcome of one channel when all of its cells are scaled together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseCurve {
    /// Channel name.
    pub channel: String,
    /// Multiples of today's spend (of today's exposure for an organic channel), M values from 0.
    pub spend_multiplier: Vec<f64>,
    /// Currency, M values.
    pub spend: Vec<f64>,
    /// Outcome units, M values each.
    pub incremental_outcome: Band,
    /// Value of the next unit of spend, M values each; null for an organic channel.
    pub marginal_roi: Option<Band>,
    /// Why `marginal_roi` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marginal_roi_reason: Option<String>,
    /// Spend over the fitted window, currency.
    pub current_spend: f64,
    /// Spend of today's plan over as many periods, currency: each geo at its own average, those that have ended left
    /// out. Absent where that is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_spend: Option<f64>,
    /// Beyond this multiplier the curve is extrapolation: more than 5 % of the spend (or exposure) lies above the
    /// largest period in the data; null when not defined.
    pub observed_max_multiplier: Option<f64>,
    /// Why `observed_max_multiplier` is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_max_multiplier_reason: Option<String>,
}

/// Mean and 90 % interval along a curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Band {
    /// Posterior means.
    pub mean: Vec<f64>,
    /// 5 % quantiles.
    pub q05: Vec<f64>,
    /// 95 % quantiles.
    pub q95: Vec<f64>,
}

impl Band {
    /// Summarises an S × M matrix column by column.
    fn of(draws: &Array2<f64>) -> Band {
        let mut band = Band { mean: vec![], q05: vec![], q95: vec![] };
        for column in draws.columns() {
            let values = column.to_vec();
            band.mean.push(values.iter().sum::<f64>() / values.len() as f64);
            let [low, high] = quantiles(&values, [0.05, 0.95]);
            band.q05.push(low);
            band.q95.push(high);
        }
        band
    }
}

/// The curve of one channel.
pub(crate) fn response_curve(channel: &ChannelPosterior, multipliers: &[f64]) -> ResponseCurve {
    let marginal_roi = marginal(channel, multipliers).map(|m| Band::of(&m));
    let observed = finite(channel.observed_max_multiplier);
    ResponseCurve {
        channel: channel.name.clone(),
        spend_multiplier: multipliers.to_vec(),
        spend: multipliers.iter().map(|m| m * channel.spend).collect(),
        incremental_outcome: Band::of(&channel.curve),
        marginal_roi_reason: marginal_roi.is_none().then(|| "the channel has no spend".into()),
        marginal_roi,
        current_spend: channel.spend,
        planned_spend: channel.plan_curve.as_ref().map(|_| channel.plan_spend),
        observed_max_multiplier: observed,
        observed_max_multiplier_reason: observed.is_none().then(|| "the channel was never active".into()),
    }
}

/// S × M marginal ROI: slope of the value curve, and the model's own derivative at multiplier 1.
fn marginal(channel: &ChannelPosterior, multipliers: &[f64]) -> Option<Array2<f64>> {
    let at_one = channel.marginal_roi.as_ref()?;
    let curve = &channel.value_curve;
    Some(Array2::from_shape_fn(curve.raw_dim(), |(s, m)| match multipliers[m] {
        1.0 => at_one[s],
        _ => slope(multipliers, curve.row(s), m) / channel.spend,
    }))
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
    use crate::report::testdata;

    #[test]
    fn slope_is_exact_for_a_quadratic_on_uneven_points() {
        let x = [0.0, 0.1, 0.5, 1.0, 2.0];
        let y: Vec<f64> = x.iter().map(|t| 3.0 * t * t - 2.0 * t + 1.0).collect();
        for i in 0..x.len() {
            let got = slope(&x, ArrayView1::from(&y), i);
            assert!((got - (6.0 * x[i] - 2.0)).abs() < 1e-12, "{i}: {got}");
        }
    }

    #[test]
    fn marginal_roi_at_one_is_the_models_derivative() {
        let posterior = testdata::posterior();
        let tv = &posterior.channels[0];
        let curve = response_curve(tv, &posterior.multipliers);
        let one = posterior.multipliers.iter().position(|m| *m == 1.0).unwrap();
        let draws = tv.marginal_roi.as_ref().unwrap();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        assert!((curve.marginal_roi.unwrap().mean[one] - mean).abs() < 1e-12);
    }

    #[test]
    fn a_straight_line_returns_the_same_everywhere() {
        let mut posterior = testdata::posterior();
        let tv = &mut posterior.channels[0];
        for (s, mut row) in tv.value_curve.rows_mut().into_iter().enumerate() {
            for (v, m) in row.iter_mut().zip(&posterior.multipliers) {
                *v = m * tv.contribution[s];
            }
        }
        tv.marginal_roi = tv.roi.clone();
        let band = response_curve(tv, &posterior.multipliers).marginal_roi.unwrap();
        for m in &band.mean {
            assert!((m - band.mean[0]).abs() < 1e-9, "{:?}", band.mean);
        }
    }

    #[test]
    fn organic_channels_have_no_marginal_roi_and_say_why() {
        let posterior = testdata::posterior();
        let email = posterior.channels.iter().find(|c| c.roi.is_none()).unwrap();
        let curve = response_curve(email, &posterior.multipliers);
        assert_eq!((curve.marginal_roi, curve.marginal_roi_reason.is_some()), (None, true));
    }
}
