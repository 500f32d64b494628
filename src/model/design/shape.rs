//! Prior of the shape of one channel's response.

use crate::config::{BetaPrior, CurvePrior, LogNormalPrior};
use crate::data::Interval;

/// Beta(a, b) prior of the retention α, what a period carries over to the next: the shorter, the more.
const fn retention(interval: Interval) -> (f64, f64) {
    match interval {
        Interval::Daily => (2.5, 1.5),
        Interval::Weekly => (1.5, 3.0),
        Interval::Monthly => (1.0, 6.0),
    }
}
/// Beta(a, b) prior of the retention of a slow part: half-lives of 3 to 26 weeks in its middle 90 %.
const fn slow_retention(interval: Interval) -> (f64, f64) {
    match interval {
        Interval::Daily => (84.0, 1.3),
        Interval::Weekly => (12.0, 1.3),
        Interval::Monthly => (3.0, 1.5),
    }
}
/// Beta(a, b) prior of the share of a slow part: none is likeliest.
const SLOW_SHARE: (f64, f64) = (1.0, 4.0);
/// ln K ~ N(mean, sd²): K in units of a typical active period.
const LN_HALF_SATURATION: (f64, f64) = (0.45, LN_HALF_SATURATION_SD);
/// Prior sd of ln K.
const LN_HALF_SATURATION_SD: f64 = 0.5;
/// ln S ~ N(mean, sd²).
const LN_SLOPE: (f64, f64) = (0.2, 0.3);

/// Prior of the shape of one channel's response.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShapePrior {
    /// α ~ Beta(a, b).
    pub retention: (f64, f64),
    /// α of a slow part ~ Beta(a, b).
    pub slow_retention: (f64, f64),
    /// Its share of the effect ~ Beta(a, b).
    pub slow_share: (f64, f64),
    /// ln K ~ N(mean, sd²), K in scaled exposure units.
    pub ln_half_saturation: (f64, f64),
    /// ln S ~ N(mean, sd²).
    pub ln_slope: (f64, f64),
}

impl ShapePrior {
    /// The default with `own` in its place, part by part; `mean_scale` is the mean over geos of the exposure
    /// units in a scaled unit.
    pub fn new(own: CurvePrior, interval: Interval, mean_scale: f64) -> ShapePrior {
        let scaled = |(mean, sd): (f64, f64)| (mean - mean_scale.ln(), sd);
        ShapePrior {
            retention: own.retention.map_or_else(|| retention(interval), BetaPrior::shape),
            slow_retention: slow_retention(interval),
            slow_share: SLOW_SHARE,
            ln_half_saturation: own.half_saturation.map_or(LN_HALF_SATURATION, |p| scaled(p.log_mean_sd())),
            ln_slope: own.slope.map_or(LN_SLOPE, LogNormalPrior::log_mean_sd),
        }
    }

    /// √(S² + S̃²), the weight of ln K in its coordinate; S̃ is the median of S.
    ///
    /// The data know S ln K, from the share that is saturated at typical exposure. Where S is small and they
    /// know nothing, that coordinate would be as narrow as S: a funnel, which S̃ closes.
    pub(crate) fn stiffness(&self, slope: f64) -> f64 {
        slope.hypot(self.ln_slope.0.exp())
    }

    /// A retention that lasts longer than most: mean and a standard deviation of its prior.
    pub fn long_retention(&self) -> f64 {
        let (a, b) = self.retention;
        a / (a + b) + self.retention_sd()
    }

    /// Standard deviation of α: √(ab / (a+b+1)) / (a+b).
    pub fn retention_sd(&self) -> f64 {
        let (a, b) = self.retention;
        (a * b / (a + b + 1.0)).sqrt() / (a + b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_period_carries_more_over() {
        let mean = |interval| {
            let (a, b) = ShapePrior::new(CurvePrior::default(), interval, 1.0).retention;
            a / (a + b)
        };
        assert!(mean(Interval::Daily) > mean(Interval::Weekly));
        assert!(mean(Interval::Weekly) > mean(Interval::Monthly));
        let half_life_days = |interval: Interval| interval.days() * 0.5_f64.ln() / f64::ln(mean(interval));
        let days = [Interval::Daily, Interval::Weekly, Interval::Monthly].map(half_life_days);
        assert!(days.is_sorted() && days[2] < 11.0 * days[0], "{days:?}");
    }
}
