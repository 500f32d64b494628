//! One cell of the decomposition.

use chrono::NaiveDate;

/// One geo × period of the decomposition, outcome units, posterior means unless said otherwise.
/// fitted mean = baseline + Σ channels + carried; baseline = trend + seasonality + Σ controls +
/// captured demand.
#[derive(Debug, Clone)]
pub struct Cell {
    /// First day of the period.
    pub date: NaiveDate,
    /// Index into the data set's geos.
    pub geo: usize,
    /// `None` when blank in the file.
    pub outcome: Option<f64>,
    /// Whether the cell was kept out of the fit.
    pub held_out: bool,
    /// Mean of the fit.
    pub fitted_mean: f64,
    /// 5 % quantile of the posterior predictive.
    pub fitted_q05: f64,
    /// 95 % quantile of the posterior predictive.
    pub fitted_q95: f64,
    /// Continuous ranked probability score of the posterior predictive, where the outcome is known.
    pub crps: Option<f64>,
    /// What autocorrelated noise carries on from the last fitted period; 0 where fitted.
    pub carried: f64,
    /// Everything but media.
    pub baseline: f64,
    /// Intercept and trend.
    pub trend: f64,
    /// Yearly seasonality.
    pub seasonality: f64,
    /// One per control, against the control's mean.
    pub controls: Vec<f64>,
    /// What moves with the channels and is not caused by them; a part of the baseline.
    pub demand_captured: f64,
    /// One per channel.
    pub channels: Vec<f64>,
}
