//! Response curves of the paid channels as draws on a grid of spend multipliers.

use ndarray::{Array2, ArrayView1, Axis, s};

use super::bounds::Bounds;
use super::interpolate::{Hermite, Piece, interval, monotone_slopes, slope_at};
use crate::planning::error::PlanningError;
use crate::posterior::quantiles;

/// How one channel's incremental value depends on its spend, all cells scaled together: S draws at
/// each of M multipliers of today's spend. Between the multipliers each draw is a monotone cubic
/// (PCHIP), exact at the nodes; there is nothing beyond the last one.
#[derive(Debug, Clone)]
pub struct ChannelCurve {
    name: String,
    spend: f64,
    multipliers: Vec<f64>,
    outcome: Array2<f64>,
    observed_max_multiplier: f64,
    held: bool,
    doubted: bool,
    mean: Hermite,
}

impl ChannelCurve {
    /// Checks and keeps the curve of one channel.
    ///
    /// `spend` is today's spend over the window, currency; `multipliers` ascend from ≥ 0 and contain
    /// 1; `outcome` is S × M, value per draw and multiplier; above `observed_max_multiplier` the
    /// curve is extrapolation.
    ///
    /// # Errors
    /// [`PlanningError::BadCurve`] when a number is not finite, the grid does not ascend or lacks 1,
    /// or the shapes differ.
    pub fn new(
        name: &str,
        spend: f64,
        multipliers: &[f64],
        outcome: Array2<f64>,
        observed_max_multiplier: f64,
    ) -> Result<ChannelCurve, PlanningError> {
        let bad = |reason: String| Err(PlanningError::BadCurve { channel: name.into(), reason });
        let (s, m) = outcome.dim();
        if !(spend.is_finite() && spend >= 0.0) {
            return bad(format!("spend {spend} is not a number ≥ 0"));
        }
        if m != multipliers.len() || m < 2 || s == 0 {
            return bad(format!("{s} draws × {m} values for {} multipliers", multipliers.len()));
        }
        if !multipliers.iter().all(|x| x.is_finite() && *x >= 0.0)
            || multipliers.windows(2).any(|w| w[0] >= w[1])
        {
            return bad("the multipliers do not ascend from 0".into());
        }
        if !multipliers.contains(&1.0) {
            return bad("the multipliers lack 1, today's spend".into());
        }
        if outcome.iter().any(|v| !v.is_finite()) {
            return bad("a value is not a finite number".into());
        }
        let outcome = outcome.as_standard_layout().into_owned();
        let mean = mean_curve(multipliers, &outcome);
        Ok(ChannelCurve {
            name: name.into(),
            spend,
            multipliers: multipliers.to_vec(),
            outcome,
            observed_max_multiplier,
            held: false,
            doubted: false,
            mean,
        })
    }

    /// The same curve over a horizon `factor` times as long: spend and value grow alike, as if every
    /// period of the window came that many times.
    pub fn scaled(mut self, factor: f64) -> ChannelCurve {
        self.spend *= factor;
        self.outcome *= factor;
        self.mean = self.mean.scaled(factor);
        self
    }

    /// The same channel, to which plans give no more than today unless they are told to: a return far above what was
    /// expected is oftener an unseen driver's than its own.
    pub fn holding(self, held: bool) -> ChannelCurve {
        ChannelCurve { held, ..self }
    }

    /// The same channel, whose effect by correlation is in doubt, and which no experiment has settled.
    pub fn doubting(self, doubted: bool) -> ChannelCurve {
        ChannelCurve { doubted, ..self }
    }

    /// See [`ChannelCurve::doubting`].
    pub fn is_doubted(&self) -> bool {
        self.doubted
    }

    /// See [`ChannelCurve::holding`].
    pub fn is_held(&self) -> bool {
        self.held
    }

    /// Where plans may go that stay within ± `share` of today's spend.
    pub(crate) fn around_today(&self, share: f64) -> Bounds {
        Bounds { lo: 1.0 - share, hi: if self.held { 1.0 } else { 1.0 + share } }
    }

    /// The same channel with one draw: at each multiplier the draws' quantile at `level`, 0 to 1.
    pub(crate) fn at_quantile(&self, level: f64) -> ChannelCurve {
        let quantile = |column: ArrayView1<f64>| quantiles(&column.to_vec(), [level])[0];
        let values: Vec<f64> = self.outcome.columns().into_iter().map(quantile).collect();
        let outcome = Array2::from_shape_fn((1, values.len()), |(_, m)| values[m]);
        ChannelCurve {
            name: self.name.clone(),
            spend: self.spend,
            multipliers: self.multipliers.clone(),
            observed_max_multiplier: self.observed_max_multiplier,
            held: self.held,
            doubted: self.doubted,
            mean: mean_curve(&self.multipliers, &outcome),
            outcome,
        }
    }

    /// Every `stride`-th draw.
    pub fn thinned(self, stride: usize) -> ChannelCurve {
        let outcome = self.outcome.slice(s![..;stride.max(1), ..]).to_owned();
        ChannelCurve { mean: mean_curve(&self.multipliers, &outcome), outcome, ..self }
    }

    /// Channel name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Today's spend over the window, currency.
    pub fn spend(&self) -> f64 {
        self.spend
    }

    /// Smallest and largest multiplier of the curve.
    pub fn range(&self) -> (f64, f64) {
        (self.multipliers[0], self.multipliers[self.multipliers.len() - 1])
    }

    /// Largest multiplier at which no more than 5 % of the spend lies above the largest period in the data.
    pub fn observed_max_multiplier(&self) -> f64 {
        self.observed_max_multiplier
    }

    /// Number of draws S.
    pub fn n_draws(&self) -> usize {
        self.outcome.nrows()
    }

    /// Posterior-mean value at a multiplier.
    ///
    /// # Errors
    /// [`PlanningError::OutsideCurve`] beyond the grid.
    pub fn mean_at(&self, multiplier: f64) -> Result<f64, PlanningError> {
        self.check(multiplier).map(|()| self.mean.value(multiplier))
    }

    /// Posterior-mean marginal ROI at a multiplier: d value / d spend; `None` without spend today.
    ///
    /// # Errors
    /// [`PlanningError::OutsideCurve`] beyond the grid.
    pub fn marginal_roi_at(&self, multiplier: f64) -> Result<Option<f64>, PlanningError> {
        self.check(multiplier)?;
        Ok((self.spend > 0.0).then(|| self.mean.slope(multiplier) / self.spend))
    }

    /// Adds every draw's value at a multiplier, times `sign`, to `total` (length S).
    ///
    /// # Errors
    /// [`PlanningError::OutsideCurve`] beyond the grid, [`PlanningError::Length`] for another S.
    pub(crate) fn add_draws(
        &self,
        multiplier: f64,
        sign: f64,
        total: &mut [f64],
    ) -> Result<(), PlanningError> {
        self.check(multiplier)?;
        if total.len() != self.n_draws() {
            return Err(PlanningError::Length {
                what: "draws of the response curves",
                expected: total.len(),
                found: self.n_draws(),
            });
        }
        let k = interval(&self.multipliers, multiplier);
        let width = self.multipliers[k + 1] - self.multipliers[k];
        let t = (multiplier - self.multipliers[k]) / width;
        for (sum, row) in total.iter_mut().zip(self.outcome.rows()) {
            *sum += sign * self.draw_value(row, k, width, t);
        }
        Ok(())
    }

    fn draw_value(&self, row: ArrayView1<f64>, k: usize, width: f64, t: f64) -> f64 {
        // A node's value needs no slopes, and a plan that moves nothing sits on one.
        if t == 0.0 {
            return row[k];
        }
        if t == 1.0 {
            return row[k + 1];
        }
        let row = row.to_slice().expect("rows of a standard-layout matrix are contiguous");
        let slopes = [slope_at(&self.multipliers, row, k), slope_at(&self.multipliers, row, k + 1)];
        Piece::new(width, [row[k], row[k + 1]], slopes).value(t)
    }

    /// One draw's values at the multipliers, length M.
    pub(crate) fn draw(&self, s: usize) -> ArrayView1<'_, f64> {
        self.outcome.row(s)
    }

    /// The multipliers, ascending.
    pub(crate) fn multipliers(&self) -> &[f64] {
        &self.multipliers
    }

    /// The posterior-mean curve over the multiplier.
    pub(crate) fn mean(&self) -> &Hermite {
        &self.mean
    }

    /// Refuses a multiplier beyond the grid.
    pub(crate) fn check(&self, multiplier: f64) -> Result<(), PlanningError> {
        let (first, last) = self.range();
        if (first..=last).contains(&multiplier) {
            return Ok(());
        }
        Err(PlanningError::OutsideCurve { channel: self.name.clone(), multiplier, first, last })
    }
}

/// Mean of the draws' interpolants: mean values with mean slopes.
fn mean_curve(multipliers: &[f64], outcome: &Array2<f64>) -> Hermite {
    let (n_draws, m) = outcome.dim();
    let (mut mean_slopes, mut slopes) = (vec![0.0; m], vec![0.0; m]);
    let mut values = vec![0.0; m];
    for row in outcome.axis_iter(Axis(0)) {
        let row = row.to_slice().expect("rows of a standard-layout matrix are contiguous");
        monotone_slopes(multipliers, row, &mut slopes);
        for k in 0..m {
            values[k] += row[k] / n_draws as f64;
            mean_slopes[k] += slopes[k] / n_draws as f64;
        }
    }
    Hermite::new(multipliers.to_vec(), values, mean_slopes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_mean_curve_is_the_mean_of_the_draws() {
        let grid = [0.0, 0.5, 1.0, 2.0];
        let draws = array![[0.0, 1.0, 1.5, 1.6], [0.0, 0.1, 2.0, 5.0], [0.0, 0.0, 0.0, 0.0]];
        let c = ChannelCurve::new("tv", 10.0, &grid, draws, 1.5).unwrap();
        for m in [0.0, 0.2, 0.5, 0.77, 1.0, 1.3, 2.0] {
            let mut total = vec![0.0; 3];
            c.add_draws(m, 1.0, &mut total).unwrap();
            let mean = total.iter().sum::<f64>() / 3.0;
            assert!((c.mean_at(m).unwrap() - mean).abs() < 1e-12, "{m}");
        }
        let h = 1e-6;
        let rise = c.mean_at(1.2 + h).unwrap() - c.mean_at(1.2 - h).unwrap();
        let marginal = c.marginal_roi_at(1.2).unwrap().unwrap();
        assert!((marginal - rise / (2.0 * h) / 10.0).abs() < 1e-8);
    }

    #[test]
    fn unusable_curves_are_refused() {
        let values = array![[0.0, 1.0, 2.0]];
        let reason = |spend: f64, grid: &[f64], v: &Array2<f64>| {
            ChannelCurve::new("tv", spend, grid, v.clone(), 2.0).unwrap_err().to_string()
        };
        assert!(reason(-1.0, &[0.0, 1.0, 2.0], &values).contains("spend -1"));
        assert!(reason(1.0, &[0.0, 2.0, 1.0], &values).contains("ascend"));
        assert!(reason(1.0, &[0.0, 1.5, 2.0], &values).contains("lack 1"));
        assert!(reason(1.0, &[0.0, 1.0], &values).contains("1 draws × 3 values for 2"));
        assert!(reason(1.0, &[0.0, 1.0, 2.0], &array![[0.0, f64::NAN, 2.0]]).contains("finite"));
    }

    #[test]
    fn beyond_the_grid_there_is_nothing() {
        let c = ChannelCurve::new("tv", 1.0, &[0.0, 1.0], array![[0.0, 1.0]], 2.0).unwrap();
        let error = c.mean_at(1.01).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`tv` at 1.01 times today's spend lies outside its response curve (0 to 1)"
        );
        assert!(error.hint().is_some());
    }
}
