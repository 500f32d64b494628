//! Data set and configuration → the scaled arrays that the density reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::columns::{seasonality, trend};
use super::expectation::Expectation;
use super::factors::FactorCoordinates;
use super::level::LevelCoordinates;
use super::pool::PooledPrior;
use super::prior::ShapePrior;
use super::reach::{Seen, reach};
use super::reliability::{Calibration, calibrate};
use super::returns::{Belief, ReturnsPrior};
use super::scaling::ExposureScale;
use crate::Error;
use crate::config::{Adstock, ChannelConfig, EffectPrior, FitConfig, Noise};
use crate::data::{Dataset, OutcomeKind, in_lockstep, knot_weeks, paces, trend_segments};

/// Everything fixed before sampling. Series are time-contiguous: `[g·T + t]`, media `[(c·G + g)·T + t]`.
#[derive(Debug, Clone)]
pub struct Design {
    /// G.
    pub n_geos: usize,
    /// T.
    pub n_periods: usize,
    /// Outcome over `outcome_scale`, about 1 on average; 0 where not fitted. G × T.
    pub outcome: Vec<f64>,
    /// 1 where the cell is in the likelihood, else 0. G × T.
    pub fitted: Vec<f64>,
    /// Outcome units per scaled unit and geo: about the mean outcome of a period.
    pub outcome_scale: Vec<f64>,
    /// Currency per scaled outcome unit where fitted, else 0: vₜ ȳ. G × T.
    pub value: Vec<f64>,
    /// Outcome units per scaled outcome unit where fitted, else 0: ȳ. G × T.
    pub units: Vec<f64>,
    /// Currency per outcome unit, where it is the same in all fitted cells.
    pub worth: Option<f64>,
    /// How often the fitted periods of each geo come in a plan as long as the fitted window; length G.
    pub pace: Vec<f64>,
    /// Observed outcome over the fitted cells, outcome units.
    pub outcome_total: f64,
    /// Media channels.
    pub channels: Vec<ChannelDesign>,
    /// Scaled exposure. C × G × T.
    pub exposure: Vec<f64>,
    /// Columns of the linear baseline, k per geo. `[(g·k + j)·T + t]`; 0 where not fitted.
    pub baseline: Vec<f64>,
    /// The same where not fitted too, for predictions.
    pub baseline_all: Vec<f64>,
    /// What each of the k columns is.
    pub columns: Vec<ColumnGroup>,
    /// What became of the controls with a reliability below 1.
    pub calibrations: Vec<Calibration>,
    /// Σ over the fitted cells of column times outcome units; G × k.
    pub column_units: Vec<f64>,
    /// Weeks in a period.
    pub period_weeks: f64,
    /// Prior mean of the intercept, in scaled outcome units; 0 when a shared level holds it.
    pub intercept_mean: f64,
    /// Error process.
    pub noise: Noise,
    /// Whether each period has an effect shared by all geos.
    pub weekly_effect: bool,
    /// Coordinates of each channel's geo factors.
    pub factors: Vec<FactorCoordinates>,
    /// Coordinates of the shared level, when there is one.
    pub level: Option<LevelCoordinates>,
    /// Whether two channels are bought in lockstep.
    pub lockstep: bool,
    /// Prior shared by the channels that have none of their own.
    pub pool: ReturnsPrior,
    /// Prior of ln σ_g, less its centre, over the geos of a panel.
    pub sigma_pool: PooledPrior,
}

/// Role of a baseline column; columns of one group share a prior scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnGroup {
    /// Constant 1.
    Intercept,
    /// Ramp from 0 to 1 between two trend knots.
    Trend,
    /// Fourier term of the calendar date.
    Season,
    /// Control with this index.
    Control(usize),
}

/// One channel as the density sees it.
#[derive(Debug, Clone)]
pub struct ChannelDesign {
    /// Name.
    pub name: String,
    /// Carry-over kernel.
    pub adstock: Adstock,
    /// Hill slope when fixed.
    pub fixed_slope: Option<f64>,
    /// What the sampled effect measures.
    pub scale: EffectScale,
    /// Total that the effect multiplies: spend over the fitted cells, or the outcome total for shares.
    pub numeraire: f64,
    /// Own prior of ln effect (mean, sd); `None` for the pooled one.
    pub prior: Option<(f64, f64)>,
    /// Prior of the response's shape.
    pub shape: ShapePrior,
    /// From exposure to scaled units.
    pub exposure_scale: ExposureScale,
    /// Spend over the fitted cells per geo.
    pub spend: Vec<f64>,
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

/// Media share of the outcome at the prior median: where the unit-free part of the pooled ROI prior sits.
pub(crate) const PRIOR_MEDIA_SHARE: f64 = 0.15;
/// sd of the logarithm about it.
const MEDIA_SHARE_SD: f64 = 0.7;
/// Median ROI of media that somebody keeps paying for, and the sd of the logarithm of the level between
/// markets.
const PRIOR_ROI: (f64, f64) = (1.3, 0.3);
/// Spread of ln ROI about the level between channels that do something.
const MONEY_SPREADS: [(f64, f64); 1] = [(0.35, 1.0)];
/// Weight of the prior in absolute ROI against the one in shares, where money is compared with money.
const PRIOR_ROI_WEIGHT: f64 = 0.95;
/// Spend by value of the outcome outside of which the two are not in the same unit: nobody spends more
/// than he sells, and below one part in 300 an ROI of 1.3 could not be seen at all.
const SAME_UNIT: std::ops::RangeInclusive<f64> = 0.003..=1.0;
/// Spreads τ of ln ROI between channels about a level known from the media share alone, and their prior
/// weights.
const ROI_SPREADS: [(f64, f64); 3] = [(0.3, 0.40), (0.6, 0.35), (1.2, 0.25)];
/// ln σ_g about its centre: sd of the location, and scale of the spread between geos, which is not below
/// what T = 156 periods resolve.
const SIGMA_LOCATION: f64 = 1.0;
const SIGMA_SPREAD: f64 = 0.5;
const LEAST_SIGMA_SPREAD: f64 = 0.05;
/// Prior of an organic channel's share of the outcome: ln share ~ N(ln 0.02, 1).
const ORGANIC_SHARE: (f64, f64) = (-3.912_023_005_428_146, 1.0);

impl Design {
    /// Scales a data set for a configuration.
    ///
    /// # Errors
    /// A geo without fitted cells, or with a mean outcome that is not positive.
    pub fn new(data: &Dataset, config: &FitConfig) -> Result<Design, Error> {
        let (n_geos, n_periods) = (data.n_geos(), data.n_periods());
        let population = data.heads(&config.model);
        let last_fitted = n_periods.saturating_sub(data.held_out(&config.model));
        let mut design = Design {
            n_geos,
            n_periods,
            outcome: vec![0.0; n_geos * n_periods],
            fitted: vec![0.0; n_geos * n_periods],
            outcome_scale: vec![0.0; n_geos],
            value: vec![0.0; n_geos * n_periods],
            units: vec![0.0; n_geos * n_periods],
            worth: None,
            pace: Vec::new(),
            outcome_total: 0.0,
            channels: Vec::new(),
            exposure: Vec::new(),
            baseline: Vec::new(),
            baseline_all: Vec::new(),
            columns: Vec::new(),
            calibrations: Vec::new(),
            column_units: Vec::new(),
            period_weeks: data.interval.days() / 7.0,
            intercept_mean: 1.0 - PRIOR_MEDIA_SHARE,
            noise: config.model.noise,
            weekly_effect: config.model.weekly_effect && n_geos > 1,
            factors: Vec::new(),
            sigma_pool: PooledPrior::new(n_geos, SIGMA_LOCATION, SIGMA_SPREAD, LEAST_SIGMA_SPREAD),
            level: None,
            lockstep: in_lockstep(data),
            pool: ReturnsPrior::default(),
        };
        for g in 0..n_geos {
            design.scale_outcome(data, g, last_fitted, population)?;
        }
        design.apply_outcome_scale(data, population.is_some());
        let fitted: Vec<bool> = design.fitted.iter().map(|f| *f > 0.0).collect();
        design.pace = paces(&fitted, n_periods, data.interval);
        design.add_channels(data, config, population, last_fitted);
        design.factors = vec![FactorCoordinates::unknown(n_geos); design.n_channels()];
        design.add_baseline(data, config);
        if design.weekly_effect {
            design.intercept_mean = 0.0;
            let calendar = &design.columns[..design.n_calendar_columns()];
            let columns = &design.baseline_all[..calendar.len() * n_periods];
            design.level = Some(LevelCoordinates::new(columns, calendar, n_periods));
        }
        Ok(design)
    }

    fn add_channels(
        &mut self,
        data: &Dataset,
        config: &FitConfig,
        by_population: Option<&[f64]>,
        last_fitted: usize,
    ) {
        let default = ChannelConfig::default();
        let n_cells = self.n_geos * self.n_periods;
        for channel in &data.channels {
            // Held-out periods enter no scale.
            let seen = channel.exposure.slice(ndarray::s![.., ..last_fitted]);
            let scale = ExposureScale::new(seen, by_population, &self.outcome_scale);
            for (g, row) in channel.exposure.rows().into_iter().enumerate() {
                let per_head = by_population.map_or(1.0, |n| n[g]);
                self.exposure.extend(row.iter().map(|x| x / (per_head * scale.of_geo[g])));
            }
            let spend: Vec<f64> = (0..self.n_geos)
                .map(|g| {
                    (0..self.n_periods)
                        .map(|t| self.fitted[g * self.n_periods + t] * channel.spend[[g, t]])
                        .sum()
                })
                .collect();
            let options = config.channels.get(&channel.name).unwrap_or(&default);
            let total_spend: f64 = spend.iter().sum();
            let (effect, prior) = match options.prior {
                Some(EffectPrior::Roi(p)) => (EffectScale::Roi, Some(p.log_mean_sd())),
                Some(EffectPrior::MarginalRoi(p)) => (EffectScale::MarginalRoi, Some(p.log_mean_sd())),
                Some(EffectPrior::Share(p)) => (EffectScale::Share, Some(p.log_mean_sd())),
                None if total_spend > 0.0 => (EffectScale::Roi, None),
                None => (EffectScale::Share, Some(ORGANIC_SHARE)),
            };
            self.channels.push(ChannelDesign {
                shape: ShapePrior::new(options.curve_prior.unwrap_or_default(), data.interval, scale.mean),
                name: channel.name.clone(),
                adstock: options.adstock.unwrap_or(config.model.adstock),
                fixed_slope: options.slope,
                scale: effect,
                numeraire: if effect == EffectScale::Share { self.outcome_total } else { total_spend },
                prior,
                exposure_scale: scale,
                spend,
            });
        }
        debug_assert_eq!(self.exposure.len(), self.channels.len() * n_cells);
        let spend: f64 = self.channels.iter().flat_map(|c| &c.spend).sum();
        let value: f64 = self.outcome.iter().zip(&self.value).map(|(y, v)| y * v).sum();
        let money = data.outcome.kind == OutcomeKind::Revenue || data.outcome.revenue_per_outcome.is_some();
        let beliefs = if spend > 0.0 && value > 0.0 { roi_beliefs(spend / value, money) } else { Vec::new() };
        self.pool = ReturnsPrior::new(&beliefs);
    }

    fn add_baseline(&mut self, data: &Dataset, config: &FitConfig) {
        let mut shared = vec![(ColumnGroup::Intercept, vec![1.0; self.n_periods])];
        let segments =
            trend_segments(self.n_periods, data.interval, knot_weeks(data.interval, &config.model));
        shared.extend(trend(self.n_periods, segments).into_iter().map(|c| (ColumnGroup::Trend, c)));
        let season = seasonality(&data.dates, data.interval, config.model.seasonality_pairs).into_iter();
        shared.extend(season.map(|c| (ColumnGroup::Season, c)));
        self.columns = shared.iter().map(|(group, _)| *group).collect();
        self.columns.extend((0..data.controls.len()).map(ColumnGroup::Control));
        let mut scaled: Vec<_> = (0..data.controls.len()).map(|j| self.scale_control(data, j)).collect();
        let calendar: Vec<&[f64]> = shared.iter().map(|(_, column)| column.as_slice()).collect();
        self.calibrations = calibrate(self, data, config, &calendar, &mut scaled);
        let n = self.n_periods;
        for g in 0..self.n_geos {
            shared.iter().for_each(|(_, column)| self.baseline_all.extend(column));
            scaled.iter().for_each(|control| self.baseline_all.extend(&control[g * n..(g + 1) * n]));
        }
        let k = self.columns.len();
        self.baseline = self.baseline_all.clone();
        for (i, column) in self.baseline.chunks_exact_mut(n).enumerate() {
            let g = i / k;
            let cells = g * n..(g + 1) * n;
            column.iter_mut().zip(&self.fitted[cells.clone()]).for_each(|(z, f)| *z *= f);
            self.column_units.push(column.iter().zip(&self.units[cells]).map(|(z, unit)| z * unit).sum());
        }
    }

    /// Number of channels C.
    pub fn n_channels(&self) -> usize {
        self.channels.len()
    }

    /// The prior of channel `c`'s ln effect, the others unknown.
    pub fn expectation(&self, c: usize) -> Expectation<'_> {
        match self.channels[c].prior {
            Some((mean, sd)) => Expectation::Normal { mean, sd },
            None => Expectation::Shared(&self.pool),
        }
    }

    /// Periods up to the last one that any geo has in the likelihood.
    pub(super) fn periods_until_last_fitted(&self) -> usize {
        let last = |cells: &[f64]| cells.iter().rposition(|f| *f > 0.0).map_or(0, |t| t + 1);
        self.fitted.chunks_exact(self.n_periods).map(last).max().unwrap_or(0)
    }

    /// The multiple of channel `c`'s spend of which 5 % lies above each geo's largest period up to the last fitted
    /// one: how far the data reach.
    pub fn observed_max_multiplier(&self, c: usize) -> f64 {
        let (n, seen) = (self.n_periods, self.periods_until_last_fitted());
        let all = self.exposure[c * self.n_geos * n..(c + 1) * self.n_geos * n].chunks_exact(n);
        let geos = all.zip(&self.channels[c].spend).map(|(x, spend)| Seen::of_data(&x[..seen], *spend));
        reach(&geos.collect::<Vec<_>>()).unwrap_or(1.0)
    }

    /// Whether some geo's pace is not that of the fitted window.
    pub fn is_ragged(&self) -> bool {
        self.pace.iter().any(|pace| *pace != 1.0)
    }

    /// Number of columns that follow from the calendar alone and come first.
    pub fn n_calendar_columns(&self) -> usize {
        self.columns.iter().take_while(|group| !matches!(group, ColumnGroup::Control(_))).count()
    }

    /// Baseline column `j` of geo `g`, length T; arbitrary where not fitted. Geos share those of the calendar.
    #[inline(always)]
    pub fn column(&self, g: usize, j: usize) -> &[f64] {
        let g = if matches!(self.columns[j], ColumnGroup::Control(_)) { g } else { 0 };
        let start = (g * self.columns.len() + j) * self.n_periods;
        &self.baseline_all[start..start + self.n_periods]
    }

    /// Number of baseline columns k.
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }
}

/// Beliefs about the level of ln ROI when spend is the given share of the outcome's value. The share
/// of the outcome needs no unit; an absolute ROI only makes sense when both are `money` of one currency.
fn roi_beliefs(spend_share: f64, money: bool) -> Vec<Belief> {
    let mean = (PRIOR_MEDIA_SHARE / spend_share).ln();
    let share = Belief { weight: 1.0, mean, sd: MEDIA_SHARE_SD, spreads: &ROI_SPREADS };
    if !money || !SAME_UNIT.contains(&spend_share) {
        return vec![share];
    }
    let (mean, sd) = (PRIOR_ROI.0.ln(), PRIOR_ROI.1);
    let roi = Belief { weight: PRIOR_ROI_WEIGHT, mean, sd, spreads: &MONEY_SPREADS };
    vec![roi, Belief { weight: 1.0 - PRIOR_ROI_WEIGHT, ..share }]
}
