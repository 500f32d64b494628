//! Controls on the scale of the model.

use super::outcome::ScaledOutcome;
use crate::data::Dataset;

/// Spread over size below which it is rounding.
const ROUNDING: f64 = 1e-12;

/// A control over all geos: z-scored on the fitted cells, a 0/1 control only centred; 0 where absent, and
/// everywhere when it is measured on a scale and constant in the fitted cells: nothing tells its effect.
pub(super) fn scaled(outcome: &ScaledOutcome, data: &Dataset, j: usize) -> Vec<f64> {
    let control = &data.controls[j];
    let cells = || control.values.iter().zip(&outcome.fitted).filter(|(_, f)| **f > 0.0).map(|(x, _)| *x);
    let n = cells().count() as f64;
    let mean = cells().sum::<f64>() / n;
    let variance = cells().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let largest = cells().fold(0.0_f64, |m, x| m.max(x.abs()));
    let sd = match variance.sqrt() {
        _ if control.binary => 1.0,
        sd if sd <= ROUNDING * largest => f64::INFINITY,
        sd => sd,
    };
    control
        .values
        .iter()
        .zip(&data.present)
        .map(|(x, present)| if *present { (x - mean) / sd } else { 0.0 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FitConfig;
    use crate::data::testdata;

    #[test]
    fn a_control_that_is_constant_in_the_fitted_periods_has_no_part_in_forecasts() {
        let mut data = testdata::dataset();
        data.controls[0].binary = false;
        let n = data.n_periods();
        // The sum of these is rounded: their variance is not quite zero.
        data.controls[0].values.fill(9.99);
        data.controls[0].values.slice_mut(ndarray::s![.., n - 1..]).fill(10.99);
        let mut config = FitConfig::default();
        config = config.with(|c| c.model.holdout_weeks = 1).unwrap();
        let outcome = ScaledOutcome::new(&data, &config.model).unwrap();
        assert!(scaled(&outcome, &data, 0).iter().all(|x| *x == 0.0));
        config = config.with(|c| c.model.holdout_weeks = 0).unwrap();
        let outcome = ScaledOutcome::new(&data, &config.model).unwrap();
        assert!(scaled(&outcome, &data, 0).iter().any(|x| *x > 1.0));
    }
}
