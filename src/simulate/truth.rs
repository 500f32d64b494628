//! `truth.json`: what a perfect fit would say about a simulated data set.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::roster::Role;
use super::world::{SpendRule, World};

/// A JSON object whose keys keep their order.
#[derive(Debug, Clone)]
pub struct Ordered<T>(pub(super) Vec<(String, T)>);

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// The truth about a data set; money and outcome in the units of `data.csv`.
#[derive(Debug, Clone, Serialize)]
pub struct Truth {
    pub(super) simulator: String,
    pub(super) world: World,
    pub(super) seed: u64,
    pub(super) outcome: &'static str,
    pub(super) outcome_is_revenue: bool,
    pub(super) geos: usize,
    pub(super) weeks: usize,
    pub(super) rows: usize,
    pub(super) n_channels: usize,
    pub(super) total_outcome: f64,
    pub(super) total_spend: f64,
    pub(super) total_media_incremental_outcome: f64,
    /// Share of the observed outcome that media caused.
    pub media_share_of_outcome: f64,
    pub(super) total_media_roi: f64,
    pub(super) definitions: Ordered<&'static str>,
    pub(super) channels: Ordered<ChannelTruth>,
    pub(super) baseline: BaselineTruth,
    pub(super) controls: Ordered<ControlTruth>,
    pub(super) noise: NoiseTruth,
    pub(super) optimal_allocation: Ordered<AllocationTruth>,
    pub(super) diagnostics: Diagnostics,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tau_per_week: Option<f64>,
    #[serde(flatten)]
    pub(super) panel: Option<PanelTruth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) geo_test: Option<GeoTestTruth>,
}

impl Truth {
    /// Name and truth of each channel, in the order of the columns.
    pub fn channels(&self) -> impl Iterator<Item = (&str, &ChannelTruth)> {
        self.channels.0.iter().map(|(name, truth)| (name.as_str(), truth))
    }

    /// The truth of the channel of that name.
    pub fn channel(&self, name: &str) -> Option<&ChannelTruth> {
        self.channels().find(|(own, _)| *own == name).map(|(_, truth)| truth)
    }

    /// The test inside the panel, where there is one.
    pub fn geo_test(&self) -> Option<&GeoTestTruth> {
        self.geo_test.as_ref()
    }

    /// Channel and lift test of each channel with a row in `experiments.csv`.
    pub(super) fn experiments(&self) -> impl Iterator<Item = (&str, &ExperimentTruth)> {
        self.channels().filter_map(|(name, channel)| Some((name, channel.experiment.as_ref()?)))
    }

    /// Channel and lift test of each channel with a row in `tests.csv`.
    pub(super) fn tests(&self) -> impl Iterator<Item = (&str, &ExperimentTruth)> {
        self.channels().filter_map(|(name, channel)| Some((name, channel.test.as_ref()?)))
    }
}

/// The truth about one channel.
#[derive(Debug, Clone, Serialize)]
pub struct ChannelTruth {
    pub(super) role: Role,
    /// Column of `data.csv`.
    pub spend_column: String,
    /// Whether spending on it does nothing.
    pub zero_effect: bool,
    /// Whether something unseen drives both its spend and the outcome: latent demand, a driver that is no
    /// column, or the sales of which the budget is a share.
    pub confounded_by_demand: bool,
    /// What unseen demand adds to a regression.
    pub(super) unseen_demand: UnseenTruth,
    /// What the channel is called when names tell something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usual_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) spend_rule: Option<SpendRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) collinear_with: Option<String>,
    pub(super) first_active_week: String,
    pub(super) weeks_active: usize,
    /// Total spend, money.
    pub spend: f64,
    /// Total outcome caused, outcome units.
    pub incremental_outcome: f64,
    pub(super) share_of_outcome: f64,
    /// Incremental outcome per money spent.
    pub roi: f64,
    /// Its derivative at today's spend.
    pub mroi: f64,
    pub(super) adstock: AdstockTruth,
    pub(super) saturation: SaturationTruth,
    pub(super) beta: f64,
    /// Effect in the last week over that in the first, a straight line in its log; β is that of the middle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) drift: Option<f64>,
    pub(super) response_curve: Vec<[f64; 2]>,
    #[serde(flatten)]
    pub(super) geo: Option<GeoTruth>,
    pub(super) weekly_incremental_outcome: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) experiment: Option<ExperimentTruth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) test: Option<ExperimentTruth>,
}

impl ChannelTruth {
    /// Whether a model without the unseen demand can be right about the channel: it has an effect, and nothing else
    /// drives both its spend and the outcome.
    pub fn is_identifiable(&self) -> bool {
        !self.zero_effect && !self.confounded_by_demand
    }

    /// Multiples of today's spend and the outcome that each causes.
    pub fn curve(&self) -> impl Iterator<Item = (f64, f64)> {
        self.response_curve.iter().map(|[multiplier, outcome]| (*multiplier, *outcome))
    }
}

/// The causal gap: by how much the log of the causal ROI differs from that of a regression which knows
/// everything but the unseen.
#[derive(Debug, Clone, Serialize)]
pub(super) struct UnseenTruth {
    #[serde(flatten)]
    pub(super) without_proxy: GapTruth,
    /// The same with `query_index` as one more regressor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) with_query_index: Option<GapTruth>,
}

/// A regression's ROI and the gap to the causal one.
#[derive(Debug, Clone, Serialize)]
pub(super) struct GapTruth {
    /// Absent where the channel's response cannot be told from the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) roi_by_regression: Option<f64>,
    /// ln(roi / roi_by_regression); absent where one of them is not positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) causal_gap: Option<f64>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct AdstockTruth {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) retention: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) peak_lag: Option<f64>,
    /// How often a Pascal lag applies the geometric one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<usize>,
    /// The memory of a dual carry-over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) slow: Option<SlowTruth>,
    pub(super) normalised: bool,
    pub(super) max_lag: Option<usize>,
    pub(super) initial_state: f64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct SlowTruth {
    pub(super) retention: f64,
    /// Part of the effect that it holds.
    pub(super) share: f64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct SaturationTruth {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) slope: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rate: Option<f64>,
    /// Of `power`, (a / half_saturation)^power, which has no maximum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) power: Option<f64>,
    pub(super) half_saturation: f64,
    pub(super) unit: &'static str,
    pub(super) half_saturation_over_median_active_adstock: f64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct GeoTruth {
    pub(super) geo_beta: Vec<f64>,
    pub(super) geo_incremental_outcome: Vec<f64>,
    pub(super) geo_spend: Vec<f64>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct ExperimentTruth {
    pub(super) start: String,
    pub(super) end: String,
    pub(super) readout_end: String,
    pub(super) multiplier: f64,
    pub(super) true_roi: f64,
    pub(super) roi: f64,
    pub(super) se: f64,
    pub(super) definition: &'static str,
}

/// A test inside the panel.
#[derive(Debug, Clone, Serialize)]
pub struct GeoTestTruth {
    /// Tested channel.
    pub channel: String,
    /// Treated geos.
    pub geos: Vec<String>,
    /// First day of the treatment, yyyy-mm-dd.
    pub start: String,
    /// Last day of it.
    pub end: String,
    /// Last day that `lift` counts.
    pub readout_end: String,
    /// Actual over usual spend.
    pub dose: f64,
    /// Actual less usual spend.
    pub spend_change: f64,
    /// True lift over the treatment, outcome units.
    pub lift_in_window: f64,
    /// The same until the readout ends.
    pub lift_to_readout_end: f64,
    /// The same until the data end.
    pub lift_to_end: f64,
    /// What a reading with an error says.
    pub lift: f64,
    /// Its standard error.
    pub se: f64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct BaselineTruth {
    pub(super) total: f64,
    pub(super) share_of_outcome: f64,
    pub(super) components_total: Ordered<f64>,
    pub(super) weekly: Vec<f64>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct ControlTruth {
    pub(super) effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) b: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reliability_for_demand: Option<f64>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct NoiseTruth {
    pub(super) sigma_relative_to_tau: f64,
    pub(super) autocorrelation: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) r2_target: Option<f64>,
    pub(super) r2_realised_within_geo: f64,
    pub(super) latent_demand_sd: f64,
    pub(super) note: &'static str,
    pub(super) outliers: Vec<OutlierTruth>,
    pub(super) weekly: Vec<f64>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct OutlierTruth {
    pub(super) week: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) geo: Option<String>,
    pub(super) amount: f64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct AllocationTruth {
    pub(super) spend: Ordered<f64>,
    pub(super) incremental_outcome: f64,
    pub(super) incremental_outcome_now: f64,
    pub(super) gain: f64,
    pub(super) budget_used: f64,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Diagnostics {
    pub(super) spend_correlation: SpendCorrelation,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct SpendCorrelation {
    pub(super) names: Vec<String>,
    pub(super) weekly_national: Vec<Vec<f64>>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct PanelTruth {
    pub(super) geo_names: Vec<String>,
    pub(super) population: Vec<f64>,
    pub(super) tau_per_person: Vec<f64>,
}
