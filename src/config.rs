//! What a fit is asked to do, fully resolved: raw TOML and flags become the checked [`FitConfig`].
//!
//! What a value may be stands in one table, [`SETTINGS`].

mod checked;
mod curve_prior;
mod families;
mod faults;
mod keys;
mod load;
mod models;
mod range;
mod ranges;
mod raw;
mod resolve;
mod saturation;
mod stored;
mod table;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use checked::{FitConfig, UncheckedConfig};
pub use curve_prior::{BetaPrior, CurvePrior};
pub use families::{Adstock, Drift};
pub use load::{DecimalSign, LoadOptions, NamedChannel, OutcomeKind, Reading, ZeroWeeks};
pub use models::parse_models;
pub use range::Range;
pub use raw::{
    Day, RawChannel, RawConfig, RawControl, RawCurvePrior, RawData, RawExperiments, RawLogNormal, RawModel,
    RawPrior, RawSampler, parse, read,
};
pub use resolve::Resolved;
pub use saturation::SaturationFamily;
pub(crate) use stored::stored_faults;
pub use table::{MOST_DRAWS, SETTINGS, Section, Setting, markdown};

/// Options of the regression that hold for all channels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ModelConfig {
    /// Last weeks kept out of the fit and predicted, in whole periods of the data.
    pub holdout_weeks: usize,
    /// Exactly so many periods instead, for the folds of a backtest; no setting.
    #[serde(skip)]
    pub holdout_periods: Option<usize>,
    /// Adstock of channels that name none.
    pub adstock: Adstock,
    /// Saturation of channels that name none.
    #[serde(skip_serializing_if = "is_default")]
    pub saturation: SaturationFamily,
    /// Whether the effects of channels that say nothing may change over the data.
    #[serde(skip_serializing_if = "is_default")]
    pub drift: Drift,
    /// Error process of the outcome around its mean.
    pub noise: Noise,
    /// An effect per period shared by all geos; a single market has none whatever is set.
    pub weekly_effect: bool,
    /// Whether exposure is scaled per head (`population`) or by each geo's own typical period.
    pub scaling: Scaling,
    /// Weeks between trend knots; null for 13, with monthly data 52.
    pub trend_knot_weeks: Option<f64>,
    /// Pairs of yearly Fourier terms.
    pub seasonality_pairs: usize,
    /// Whether what a channel causes may be less than how the outcome moves with it.
    pub causal_gap: CausalGap,
}

impl Default for ModelConfig {
    fn default() -> Self {
        ModelConfig {
            holdout_weeks: 0,
            holdout_periods: None,
            adstock: Adstock::default(),
            saturation: SaturationFamily::default(),
            drift: Drift::None,
            noise: Noise::Ar1,
            weekly_effect: true,
            scaling: Scaling::Auto,
            trend_knot_weeks: None,
            seasonality_pairs: 3,
            causal_gap: CausalGap::Auto,
        }
    }
}

/// Whether a setting is as it is when nobody says anything.
fn is_default<T: Default + PartialEq>(setting: &T) -> bool {
    *setting == T::default()
}

/// Error process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Noise {
    /// Independent between periods.
    White,
    /// First-order autoregressive, one coefficient for all geos.
    Ar1,
}

/// What is believed of the gap between correlation and cause where a channel says nothing of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CausalGap {
    /// By what the channel is and how its spend moves.
    Auto,
    /// None: correlation is taken for cause.
    None,
}

/// A belief about δ, the logarithm of the causal effect over the effect by correlation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GapBelief {
    /// Logarithm of E e^δ: −0.3 for a quarter of the effect that is not caused.
    pub mean: f64,
    /// Standard deviation of δ.
    pub sd: f64,
}

/// What one unit of scaled exposure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Population when the data has it, else geo.
    Auto,
    /// Exposure per head over the mean active exposure per head.
    Population,
    /// Exposure over the geo's own mean active exposure.
    Geo,
}

impl Scaling {
    /// Whether exposure is counted per head where the population is known.
    pub fn is_per_head(self) -> bool {
        self != Scaling::Geo
    }
}

/// Options of one channel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelConfig {
    /// Overrides the model's adstock.
    pub adstock: Option<Adstock>,
    /// Overrides the model's saturation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saturation: Option<SaturationFamily>,
    /// Overrides the model's drift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// Fixes the Hill slope.
    pub slope: Option<f64>,
    /// Belief about the effect; the hierarchical default when empty.
    pub prior: Option<EffectPrior>,
    /// Belief about the shape of the response; the general one where empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve_prior: Option<CurvePrior>,
    /// Belief about the causal gap; by what the channel is when empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causal_gap: Option<GapBelief>,
    /// Whether the channel captures demand that would have come anyway; found out when empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captures_demand: Option<bool>,
}

/// Options of one control.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ControlConfig {
    /// Share of the control's variance over time (within a geo) that is what it stands for, the rest
    /// being error of measurement; 1 for a control without error.
    pub reliability: f64,
    /// Whether that is a default, as nobody told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
}

impl ControlConfig {
    /// A control of which somebody tells how well it is measured.
    pub fn told(reliability: f64) -> ControlConfig {
        ControlConfig { reliability, assumed: false }
    }
}

impl Default for ControlConfig {
    fn default() -> Self {
        ControlConfig::told(1.0)
    }
}

/// Log-normal belief about a channel's effect, on one of three scales.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectPrior {
    /// Return on spend over the fitted window.
    Roi(LogNormalPrior),
    /// Share of the total outcome, for channels without spend too.
    Share(LogNormalPrior),
    /// Derivative of incremental value by spend at today's spend.
    MarginalRoi(LogNormalPrior),
}

/// A log-normal by its median, or by an interval and its mass.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LogNormalPrior {
    /// `{ median = 1.8, sd_log = 0.4 }`
    Median {
        /// 50 % quantile.
        median: f64,
        /// Standard deviation of the logarithm.
        sd_log: f64,
    },
    /// `{ low = 1.1, high = 2.9, mass = 0.9 }`
    Interval {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// Central probability between them.
        mass: f64,
    },
}

impl LogNormalPrior {
    /// Mean and standard deviation of the logarithm.
    pub fn log_mean_sd(self) -> (f64, f64) {
        use statrs::distribution::{ContinuousCDF, Normal};
        match self {
            LogNormalPrior::Median { median, sd_log } => (median.ln(), sd_log),
            LogNormalPrior::Interval { low, high, mass } => {
                let z = Normal::standard().inverse_cdf(0.5 + mass / 2.0);
                (0.5 * (low.ln() + high.ln()), (high.ln() - low.ln()) / (2.0 * z))
            }
        }
    }
}

/// Length and seed of the sampling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SamplerConfig {
    /// Seed of every random stream.
    pub seed: u64,
    /// Independent chains.
    pub chains: usize,
    /// Adaptation iterations per chain, discarded; by default as many as it takes.
    pub warmup: Option<usize>,
    /// Kept draws per chain; by default as many as it takes.
    pub draws: Option<usize>,
    /// Transitions from one kept draw to the next; by default what suits the data, [`SamplerConfig::thinning`].
    pub thin: Option<usize>,
    /// Mean acceptance statistic that the step size aims at; by default what suits the data,
    /// [`SamplerConfig::acceptance`].
    pub target_accept: Option<f64>,
}

impl SamplerConfig {
    /// Transitions from one kept draw to the next: two on one geo, where a step costs no more than what is
    /// computed from a draw, one on panels.
    pub fn thinning(&self, n_geos: usize) -> usize {
        self.thin.unwrap_or(if n_geos == 1 { 2 } else { 1 })
    }

    /// Mean acceptance statistic that the step size aims at: 0.8 on panels, whose cost is the number of
    /// steps; 0.85 on one geo, where a return that may be nothing has a tail to be followed; 0.9 on a few,
    /// where scales of geos and weeks can be next to nothing. Two channels of one geo that are bought in `lockstep`
    /// are known as a sum, whose corners, where either is nothing, take smaller steps: 0.95.
    pub fn acceptance(&self, n_geos: usize, lockstep: bool) -> f64 {
        self.target_accept.unwrap_or(match n_geos {
            1 if lockstep => 0.95,
            1 => 0.85,
            2..10 => 0.9,
            _ => 0.8,
        })
    }
}

impl Default for SamplerConfig {
    fn default() -> Self {
        SamplerConfig { seed: 1, chains: 4, warmup: None, draws: None, thin: None, target_accept: None }
    }
}
