//! What `fit.json` says of how a channel's effect changed over the data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::Drift;
use crate::model::has_changed;
use crate::posterior::{ChannelPosterior, Summary};

/// How the effect of one channel changed over the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftReport {
    /// Knots of the path, as named in the configuration.
    pub kind: Drift,
    /// Effect of the same exposure at the end of the data over that at the start.
    pub ratio: Summary,
    /// Probability that the two differ by more than a fifth (the larger over the smaller).
    pub probability_of_change: f64,
    /// The same before the data.
    pub prior_probability_of_change: f64,
    /// ROI that today's plan has with the effect at the end of the data, which plans use; null where nothing is spent.
    #[serde(default)]
    pub roi_at_end: Option<Summary>,
}

impl DriftReport {
    /// That of a channel; `None` where its effect is the same throughout. `one` is where the multiplier of the curves
    /// is 1.
    pub(crate) fn of(kind: Drift, draws: &ChannelPosterior, one: Option<usize>) -> Option<DriftReport> {
        let drift = draws.drift.as_ref()?;
        let ratio: Vec<f64> = drift.ln_ratio.iter().map(|ln| ln.exp()).collect();
        let changed = drift.ln_ratio.iter().filter(|ln| has_changed(**ln)).count();
        let at_end = draws.plan_curve.as_ref().zip(one).filter(|_| draws.plan_spend > 0.0);
        let roi = at_end.map(|(curve, one)| curve.column(one).map(|value| value / draws.plan_spend).to_vec());
        Some(DriftReport {
            kind,
            ratio: Summary::of(&ratio),
            probability_of_change: changed as f64 / drift.ln_ratio.len().max(1) as f64,
            prior_probability_of_change: drift.prior_of_change,
            roi_at_end: roi.map(|roi| Summary::of(&roi)),
        })
    }
}
