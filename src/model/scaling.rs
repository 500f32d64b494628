//! From the units of the file to those of the model, in which typical values are near 1.

use ndarray::ArrayView2;

use super::design::Design;
use crate::Error;
use crate::data::{Dataset, FittedOutcome, fitted_outcome};

/// Spread over size below which it is rounding.
const ROUNDING: f64 = 1e-12;

impl Design {
    /// Takes the scale of geo `g` from its fitted cells, and marks these.
    ///
    /// # Errors
    /// A geo without fitted cells, or with a mean outcome that is not positive.
    pub(super) fn scale_outcome(
        &mut self,
        data: &Dataset,
        g: usize,
        last_fitted: usize,
        population: Option<&[f64]>,
    ) -> Result<(), Error> {
        let FittedOutcome { periods, total, mean } = fitted_outcome(data, g, last_fitted)?;
        self.outcome_total += total;
        self.outcome_scale[g] = population.map_or(mean, |n| n[g]);
        for t in periods {
            self.fitted[g * self.n_periods + t] = 1.0;
        }
        Ok(())
    }

    /// Puts outcome, value and units on the geos' scales: each geo's own mean outcome, or its population
    /// times the mean outcome per head, so that one coefficient means the same per head everywhere.
    pub(super) fn apply_outcome_scale(&mut self, data: &Dataset, per_head: bool) {
        let n = self.n_periods;
        if per_head {
            let heads: f64 = self
                .fitted
                .chunks_exact(n)
                .zip(&self.outcome_scale)
                .map(|(f, n)| n * f.iter().sum::<f64>())
                .sum();
            let per_head = self.outcome_total / heads;
            self.outcome_scale.iter_mut().for_each(|n| *n *= per_head);
        }
        for (i, fitted) in self.fitted.iter().enumerate() {
            let (g, t) = (i / n, i % n);
            let scale = self.outcome_scale[g];
            if *fitted > 0.0 {
                self.outcome[i] = data.outcome.values[[g, t]] / scale;
                self.units[i] = scale;
                self.value[i] = scale * data.value_per_outcome(g, t);
            }
        }
        let cells = self.value.iter().zip(&self.units).filter(|(_, unit)| **unit > 0.0);
        let mut worths = cells.map(|(value, unit)| value / unit);
        let first = worths.next();
        self.worth = first.filter(|first| worths.all(|worth| (worth - first).abs() <= ROUNDING * first));
    }

    /// A control over all geos: z-scored on the fitted cells, a 0/1 control only centred; 0 where absent, and
    /// everywhere when it is measured on a scale and constant in the fitted cells: nothing tells its effect.
    pub(super) fn scale_control(&self, data: &Dataset, j: usize) -> Vec<f64> {
        let control = &data.controls[j];
        let cells = || control.values.iter().zip(&self.fitted).filter(|(_, f)| **f > 0.0).map(|(x, _)| *x);
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
}

/// Exposure units per scaled unit.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureScale {
    /// One per geo (per head when scaled by population).
    pub of_geo: Vec<f64>,
    /// The mean over the geos in which the channel ran.
    pub mean: f64,
}

impl ExposureScale {
    /// The mean positive exposure per head over all geos, or, without a population, the mean positive exposure
    /// of the geo itself. A geo in which the channel never ran has what its mean outcome, `size`, would have the
    /// others expect; 1 where it ran nowhere.
    pub(super) fn new(exposure: ArrayView2<f64>, population: Option<&[f64]>, size: &[f64]) -> ExposureScale {
        let mean = |values: &mut dyn Iterator<Item = f64>| {
            let (n, sum) = values.filter(|x| *x > 0.0).fold((0.0, 0.0), |(n, sum), x| (n + 1.0, sum + x));
            (n > 0.0).then(|| sum / n)
        };
        let rows = exposure.rows();
        if let Some(heads) = population {
            let mut per_head =
                rows.into_iter().zip(heads).flat_map(|(row, n)| row.into_iter().map(move |x| x / n));
            let mean = mean(&mut per_head).unwrap_or(1.0);
            return ExposureScale { of_geo: vec![mean; heads.len()], mean };
        }
        let own: Vec<Option<f64>> = rows.into_iter().map(|row| mean(&mut row.iter().copied())).collect();
        let of_size = mean(&mut own.iter().zip(size).filter_map(|(own, size)| Some((*own)? / size)));
        let expected = |size: &f64| of_size.map_or(1.0, |per| per * size);
        ExposureScale {
            of_geo: own.iter().zip(size).map(|(own, size)| own.unwrap_or_else(|| expected(size))).collect(),
            mean: mean(&mut own.iter().copied().flatten()).unwrap_or(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FitConfig;
    use crate::data::testdata;

    #[test]
    fn a_geo_without_a_channel_is_scaled_by_those_that_have_it() {
        let exposure = ndarray::array![[0.0, 60.0, 20.0], [0.0; 3], [0.0, 0.0, 10.0]];
        let scale = ExposureScale::new(exposure.view(), None, &[100.0, 50.0, 20.0]);
        // 0.4 and 0.5 of the outcome.
        assert_eq!(scale, ExposureScale { of_geo: vec![40.0, 22.5, 10.0], mean: 25.0 });
        let nowhere = ExposureScale::new(ndarray::Array2::zeros((2, 3)).view(), None, &[100.0, 50.0]);
        assert_eq!(nowhere, ExposureScale { of_geo: vec![1.0, 1.0], mean: 1.0 });
        let per_head = ExposureScale::new(exposure.view(), Some(&[10.0, 5.0, 1.0]), &[100.0, 50.0, 20.0]);
        assert_eq!(per_head, ExposureScale { of_geo: vec![6.0; 3], mean: 6.0 });
    }

    #[test]
    fn what_is_held_out_does_not_stretch_what_was_observed() {
        let mut data = testdata::dataset();
        let mut config = FitConfig::default();
        config = config.with(|c| c.model.holdout_weeks = 1).unwrap();
        let reach = |data: &Dataset| Design::new(data, &config).unwrap().observed_max_multiplier(0);
        let before = reach(&data);
        let n = data.n_periods();
        data.channels[0].exposure.slice_mut(ndarray::s![.., n - 1..]).fill(1e6);
        assert_eq!(reach(&data), before);
        // Twice the largest: a period so far beyond the rest that it is most of the spend stretches nothing.
        data.channels[0].exposure.slice_mut(ndarray::s![.., n - 2..]).fill(200.0);
        assert!(reach(&data) > 1.1 * before, "{} {before}", reach(&data));
    }

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
        let design = Design::new(&data, &config).unwrap();
        assert!(design.scale_control(&data, 0).iter().all(|x| *x == 0.0));
        config = config.with(|c| c.model.holdout_weeks = 0).unwrap();
        let design = Design::new(&data, &config).unwrap();
        assert!(design.scale_control(&data, 0).iter().any(|x| *x > 1.0));
    }
}
