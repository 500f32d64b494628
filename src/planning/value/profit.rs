//! What a plan leaves after it is paid for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outcome::{losses, mean_loss, share_above};
use crate::posterior::Summary;

/// Margin · outcome − spend over the horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Profit {
    /// Profit on a unit of the outcome's value.
    pub margin: f64,
    /// Of today's plan.
    pub current: Summary,
    /// Of the plan.
    pub proposed: Summary,
    /// Their difference, draw by draw.
    pub gain: Summary,
    /// Probability that the difference is positive.
    pub p_gain: f64,
    /// Mean over the posterior of min(difference, 0): the loss weighted by its probability, never above 0.
    pub expected_loss_if_wrong: f64,
    /// Mean of the difference over the draws in which it is below 0; null without any.
    #[serde(default)]
    pub mean_loss: Option<f64>,
}

/// Profit from draws of today's value and of a plan's gain; spends of today's plan and of the plan.
pub(crate) fn profit_of(now: &[f64], more: &[f64], margin: f64, (today, spend): (f64, f64)) -> Profit {
    let current: Vec<f64> = now.iter().map(|outcome| margin * outcome - today).collect();
    let gain: Vec<f64> = more.iter().map(|gain| margin * gain - (spend - today)).collect();
    let proposed: Vec<f64> = current.iter().zip(&gain).map(|(now, more)| now + more).collect();
    Profit {
        margin,
        current: Summary::of(&current),
        proposed: Summary::of(&proposed),
        p_gain: share_above(&gain, 0.0),
        expected_loss_if_wrong: losses(&gain).sum::<f64>() / gain.len() as f64,
        mean_loss: mean_loss(&gain),
        gain: Summary::of(&gain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profit_pays_for_the_spend_and_its_gain_for_what_is_added() {
        // A half of 100 less 20 is 30; 10 more for 6 more spend loses 1.
        let profit = profit_of(&[100.0, 100.0], &[10.0, 20.0], 0.5, (20.0, 26.0));
        assert_eq!((profit.current.mean, profit.gain.mean, profit.proposed.mean), (30.0, 1.5, 31.5));
        assert_eq!((profit.p_gain, profit.mean_loss, profit.expected_loss_if_wrong), (0.5, Some(-1.0), -0.5));
    }
}
