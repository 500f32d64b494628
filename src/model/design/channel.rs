//! One channel as the density sees it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::causal::GapReason;
use super::exposure::ExposureScale;
use super::outcome::ScaledOutcome;
use super::shape::ShapePrior;
use crate::config::{Adstock, SaturationFamily};
use crate::model::drift::DriftPath;
use crate::model::gap::GapPrior;
use crate::transform::adstock::carry_over_periods;

/// sd of a ln effect that is held.
const HELD: f64 = 0.01;

/// One channel as the density sees it.
#[derive(Debug, Clone)]
pub struct ChannelDesign {
    /// Name.
    pub name: String,
    /// Carry-over kernel.
    pub adstock: Adstock,
    /// Family of saturation.
    pub saturation: SaturationFamily,
    /// How its effect may change over the data.
    pub drift: Option<DriftPath>,
    /// Slope when fixed.
    pub fixed_slope: Option<f64>,
    /// What the sampled effect measures.
    pub scale: EffectScale,
    /// Total that the effect multiplies: spend over the fitted cells, or what shares are of.
    pub numeraire: f64,
    /// Own prior of the causal ln effect (mean, sd); `None` for the pooled one.
    pub prior: Option<(f64, f64)>,
    /// Prior of δ, causal less the regression's ln effect.
    pub gap: GapPrior,
    /// Why it is what it is.
    pub gap_reason: GapReason,
    /// Whether an experiment speaks of the channel.
    pub tested: bool,
    /// Whether the regression's effect stands where it is believed: what is caused differs from it by δ alone.
    pub held: bool,
    /// Prior of the response's shape.
    pub shape: ShapePrior,
    /// From exposure to scaled units.
    pub exposure_scale: ExposureScale,
    /// Exposure units per scaled unit of each geo as a whole.
    pub exposure_units: Vec<f64>,
    /// Spend over the fitted cells per geo.
    pub spend: Vec<f64>,
}

impl ChannelDesign {
    /// Whether δ is a parameter: an experiment speaks of the channel, and the gap is not known.
    pub fn samples_gap(&self) -> bool {
        self.tested && self.gap.parts().iter().all(|part| part.sd > 0.0)
    }

    /// Periods after an exposure until less than 5 % of its effect is left to come, should it last longer than most.
    pub(crate) fn carry_over_periods(&self) -> usize {
        carry_over_periods(self.adstock, self.shape.long_retention())
    }

    /// Mean and sd of the own prior of the regression's ln effect: that of the causal one without δ, or held.
    pub(crate) fn own_effect(&self) -> Option<(f64, f64)> {
        let (gap, spread) = self.gap.moments();
        self.prior.map(|(mean, sd)| (mean - gap, if self.held { HELD } else { sd.hypot(spread) }))
    }
}

/// What a channel's sampled effect measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectScale {
    /// Value of the contribution by spend.
    Roi,
    /// d value / d spend at today's spend.
    MarginalRoi,
    /// Contribution by total outcome.
    Share,
}

impl EffectScale {
    /// Weight of a reported cell in the total that the effect is measured on.
    pub(crate) fn weights(self, outcome: &ScaledOutcome) -> &[f64] {
        match self {
            EffectScale::Roi | EffectScale::MarginalRoi => &outcome.value,
            EffectScale::Share => &outcome.units,
        }
    }
}
