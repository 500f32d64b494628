//! Response curves of `fit.json`: outcome and marginal ROI against the spend multiplier.

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::posterior::{ChannelPosterior, quantiles};
use crate::report::finite::finite;

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
    /// Value of the next unit of spend, M values each: the derivative, but at 0, where it may be infinite, what the first
    /// step returns; null for an organic channel.
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
    let marginal_roi = channel.marginal_curve(multipliers).map(|m| Band::of(&m));
    let observed = finite(channel.observed_max_multiplier);
    ResponseCurve {
        channel: channel.name.clone(),
        spend_multiplier: multipliers.to_vec(),
        spend: multipliers.iter().map(|m| m * channel.spend).collect(),
        incremental_outcome: Band::of(&channel.curve),
        marginal_roi_reason: marginal_roi.is_none().then(|| "the channel has no spend".into()),
        marginal_roi,
        current_spend: channel.spend,
        planned_spend: (channel.plan_curve.is_some() || channel.has_ended()).then_some(channel.plan_spend),
        observed_max_multiplier: observed,
        observed_max_multiplier_reason: observed.is_none().then(|| "the channel was never active".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testdata;

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
    fn organic_channels_have_no_marginal_roi_and_say_why() {
        let posterior = testdata::posterior();
        let email = posterior.channels.iter().find(|c| c.roi.is_none()).unwrap();
        let curve = response_curve(email, &posterior.multipliers);
        assert_eq!((curve.marginal_roi, curve.marginal_roi_reason.is_some()), (None, true));
    }
}
