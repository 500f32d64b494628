//! The posterior in the user's units. S = chains × draws; every draw vector is chain-major.

use ndarray::Array2;

use super::cell::Cell;

use crate::data::Measure;
use crate::model::{EffectScale, GapPrior, GapReason};

/// Everything the outputs are made from. "Fitted window" is the cells with an observed outcome
/// that were not held out.
#[derive(Debug, Clone)]
pub struct Posterior {
    /// Number of chains.
    pub n_chains: usize,
    /// Kept draws per chain.
    pub n_draws: usize,
    /// One entry per channel of the data set, same order.
    pub channels: Vec<ChannelPosterior>,
    /// Observed outcome over the fitted window, outcome units.
    pub outcome_total: f64,
    /// What shares are of: that total, or where the sign changes what it would be at a level usual for its spread.
    pub share_of: f64,
    /// What the outcome was measured by.
    pub measure: Measure,
    /// Baseline over the fitted window per draw, outcome units.
    pub baseline_total: Vec<f64>,
    /// Spend multipliers of the response curves, ascending from 0, containing 1.
    pub multipliers: Vec<f64>,
    /// Draws of every model parameter on its natural scale, for `parameters` and `draws.parquet`.
    pub parameters: Vec<Parameter>,
    /// Posterior means and intervals per cell, for `weekly.csv`.
    pub cells: Vec<Cell>,
    /// The cells of all geos together, period by period.
    pub periods: Vec<super::Period>,
    /// Names of the controls in [`Cell::controls`].
    pub control_names: Vec<String>,
    /// How well the model describes the fitted window.
    pub fit: FitQuality,
    /// ln density of each fitted cell given all others, geo by geo; empty where it cannot be told.
    pub leave_one_out: Vec<f64>,
    /// The same on the held-out periods.
    pub holdout: Option<FitQuality>,
    /// Spend and exposure of the paid channels, from which dated plans are valued.
    pub history: super::MediaHistory,
}

/// One named quantity with its S draws.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Such as `roi[tv]`, `retention[tv]`, `sigma[north]`.
    pub name: String,
    /// S values.
    pub draws: Vec<f64>,
    /// Whether it is a free parameter of the sampler (and so counts in the convergence verdict)
    /// rather than computed from others.
    pub sampled: bool,
}

/// Draws of one channel's outcomes of interest; each vector has S entries.
#[derive(Debug, Clone)]
pub struct ChannelPosterior {
    /// Channel name.
    pub name: String,
    /// Spend over the fitted window, currency; 0 for an organic channel.
    pub spend: f64,
    /// Incremental outcome over the fitted window, outcome units: what is caused, as are all effects below.
    pub contribution: Vec<f64>,
    /// Value of the contribution by spend; `None` for an organic channel.
    pub roi: Option<Vec<f64>>,
    /// d value / d spend at today's spend, all cells scaled together; `None` for an organic channel.
    pub marginal_roi: Option<Vec<f64>>,
    /// Adstock retention α in [0, 1); empty without carry-over.
    pub retention: Vec<f64>,
    /// Periods until half of the effect has come, converted to weeks; empty without carry-over.
    pub half_life_weeks: Vec<f64>,
    /// Share of the effect that comes after the first period.
    pub carryover_share: Vec<f64>,
    /// Weeks until half of the effect of a slow part has come; empty without.
    pub slow_half_life_weeks: Vec<f64>,
    /// Share of the effect that a slow part has; empty without.
    pub slow_share: Vec<f64>,
    /// How the effect changed over the data, where it may.
    pub drift: Option<DriftPosterior>,
    /// Half-saturation K in exposure units per period (per head when scaled by population).
    pub half_saturation: Vec<f64>,
    /// Hill slope S.
    pub slope: Vec<f64>,
    /// Effect as a share of the most it could be: Σ β h / Σ β over the active cells.
    pub saturation: Vec<f64>,
    /// S × G contributions; one column when G = 1.
    pub geo_contribution: Array2<f64>,
    /// Spend per geo over the fitted window.
    pub geo_spend: Vec<f64>,
    /// S × M incremental outcome over the fitted window at each multiplier of [`Posterior::multipliers`].
    pub curve: Array2<f64>,
    /// The same in currency; in outcome units where their worth is not known.
    pub value_curve: Array2<f64>,
    /// S × M derivatives of the value by the multiplier; NaN at 0.
    pub value_slope: Array2<f64>,
    /// The value curve with today's plan, in which every geo spends its own average period; `None` where that
    /// is the fitted window.
    pub plan_curve: Option<Array2<f64>>,
    /// Spend of today's plan over as many periods as were fitted.
    pub plan_spend: f64,
    /// The multiple of the spend of which 5 % lies above the largest period of its geo: how far the data reach.
    pub observed_max_multiplier: f64,
    /// What is caused of the effect by correlation.
    pub gap: Gap,
    /// How much the data moved the prior: 1 − sd(posterior) / sd(prior) on the log scale.
    pub roi_contraction: f64,
    /// What the prior said of it.
    pub expected: Expected,
    /// The same for ln K; `None` without a maximum.
    pub saturation_contraction: Option<f64>,
    /// The same for the retention α; `None` without carry-over.
    pub carryover_contraction: Option<f64>,
}

/// The causal gap of a channel.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Why it is believed to be what it is.
    pub reason: GapReason,
    /// The belief.
    pub prior: GapPrior,
    /// Whether an experiment speaks of the channel.
    pub tested: bool,
    /// δ: ln of the causal effect over that by correlation; S entries.
    pub draws: Vec<f64>,
}

impl Gap {
    /// Whether the effect by correlation is in doubt, and no experiment settles it.
    pub fn is_doubted(&self) -> bool {
        self.reason.is_doubt() && !self.tested
    }
}

/// What the prior says of a channel's effect before the data.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// What it is about.
    pub of: EffectScale,
    /// Its 5, 50 and 95 % quantiles.
    pub quantiles: [f64; 3],
    /// Where the posterior lies in it, given what the other channels return: the median of the standard normal
    /// deviates with as much below them.
    pub shift: f64,
}

/// Standard normal deviate beyond which a posterior contradicts its prior: it lies outside of the central 97 %, and
/// the verdict is `data` by its distance alone.
pub const SURPRISING: f64 = 2.24;

/// Agreement between outcome and posterior predictive over a set of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct FitQuality {
    /// 1 − residual sum of squares / total sum of squares about the mean, on totals per cell.
    pub r2: f64,
    /// Mean |error| / |outcome| over cells with a non-zero outcome.
    pub mape: f64,
    /// Σ |error| / Σ |outcome|.
    pub wmape: f64,
    /// Share of the cells inside their 90 % predictive interval.
    pub interval_coverage_90: f64,
    /// Mean continuous ranked probability score, outcome units: the error of the whole distribution.
    pub crps: f64,
    /// Lag-1 autocorrelation of the residuals, averaged over geos.
    pub residual_lag1_autocorrelation: f64,
    /// Leave-one-out predictive accuracy; `None` on held-out cells.
    pub loo: Option<crate::diagnostics::Loo>,
}

/// How a channel's effect changed over the data.
#[derive(Debug, Clone)]
pub struct DriftPosterior {
    /// Logarithm of the effect at the end over that at the start; S draws.
    pub ln_ratio: Vec<f64>,
    /// Prior probability of a change, as [`crate::model::has_changed`] counts one.
    pub prior_of_change: f64,
}
