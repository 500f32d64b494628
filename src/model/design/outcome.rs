//! The outcome on the scale of the model, in which a typical period is 1: the first stage of a design.

use crate::Error;
use crate::config::ModelConfig;
use crate::data::{Dataset, FittedOutcome, Measure, fitted_outcome, paces};

/// Spread over size below which it is rounding.
const ROUNDING: f64 = 1e-12;

/// The outcome and which cells of it count. Series are G × T, `[g·T + t]`.
#[derive(Debug, Clone)]
pub struct ScaledOutcome {
    /// G.
    pub n_geos: usize,
    /// T.
    pub n_periods: usize,
    /// Outcome less `offset` over `scale`, about 1 on average; 0 where not fitted.
    pub scaled: Vec<f64>,
    /// 1 where the cell is in the likelihood, else 0.
    pub fitted: Vec<f64>,
    /// 1 where the cell counts in what is reported, else 0: observed and not held out.
    pub reported: Vec<f64>,
    /// Outcome units per scaled unit and geo: about the mean outcome of a period, or what would be usual for its
    /// spread where its sign changes.
    pub scale: Vec<f64>,
    /// What the outcome of each geo is measured from, outcome units: 0, but where its sign changes.
    pub offset: Vec<f64>,
    /// Currency per scaled outcome unit where reported, else 0: vₜ ȳ.
    pub value: Vec<f64>,
    /// Outcome units per scaled outcome unit where reported, else 0: ȳ.
    pub units: Vec<f64>,
    /// Currency per outcome unit, where it is the same in all reported cells.
    pub worth: Option<f64>,
    /// How often the reported periods of each geo come in a plan as long as the reported window; length G.
    pub pace: Vec<f64>,
    /// Observed outcome over the reported cells, outcome units.
    pub total: f64,
    /// What shares are of, outcome units: the total, or the levels of the reported cells where the sign changes.
    pub whole: f64,
    /// What it is measured by.
    pub measure: Measure,
}

impl ScaledOutcome {
    /// Scales the outcome of a data set: by each geo's own mean outcome, or its population times the mean outcome
    /// per head, so that one coefficient means the same per head everywhere.
    ///
    /// # Errors
    /// A geo without fitted cells, or with a mean outcome that is not positive; where the sign changes, one without
    /// spread.
    pub fn new(data: &Dataset, model: &ModelConfig) -> Result<ScaledOutcome, Error> {
        let (n_geos, n) = (data.n_geos(), data.n_periods());
        let heads = data.heads(model);
        let last_fitted = n.saturating_sub(data.held_out(model));
        let measure = Measure::of(data, last_fitted);
        let (mut reported, mut scale, mut total) = (vec![0.0; n_geos * n], Vec::with_capacity(n_geos), 0.0);
        let (mut whole, mut offset) = (0.0, Vec::with_capacity(n_geos));
        for g in 0..n_geos {
            let of_geo = fitted_outcome(data, g, (last_fitted, measure))?;
            let FittedOutcome { periods, total: of_geo, mean, level } = of_geo;
            total += of_geo;
            whole += if measure == Measure::Mean { of_geo } else { level * periods.len() as f64 };
            scale.push(heads.map_or(level, |heads| heads[g]));
            offset.push(mean);
            for t in periods {
                reported[g * n + t] = 1.0;
            }
        }
        if heads.is_some() {
            let cells = reported.chunks_exact(n).zip(&scale);
            let heads: f64 = cells.map(|(cells, heads)| heads * cells.iter().sum::<f64>()).sum();
            let per_head = whole / heads;
            scale.iter_mut().for_each(|heads| *heads *= per_head);
        }
        // From there a typical period is 1, as that of any other outcome.
        for (offset, scale) in offset.iter_mut().zip(&scale) {
            *offset = if measure == Measure::Mean { 0.0 } else { *offset - scale };
        }
        let zeros = || vec![0.0; n_geos * n];
        let (mut scaled, mut units, mut value) = (zeros(), zeros(), zeros());
        for i in (0..n_geos * n).filter(|i| reported[*i] > 0.0) {
            let (g, t) = (i / n, i % n);
            scaled[i] = (data.outcome.values[[g, t]] - offset[g]) / scale[g];
            units[i] = scale[g];
            value[i] = scale[g] * data.value_per_outcome(g, t);
        }
        let counts: Vec<bool> = reported.iter().map(|r| *r > 0.0).collect();
        Ok(ScaledOutcome {
            n_geos,
            n_periods: n,
            scaled,
            fitted: reported.clone(),
            worth: common_worth(&value, &units),
            pace: paces(&counts, n, data.interval),
            reported,
            scale,
            value,
            units,
            total,
            whole,
            offset,
            measure,
        })
    }

    /// The same with the cells that are marked in `left_out` (G × T) kept from the likelihood: reports still count
    /// them.
    pub fn leaving_out(mut self, left_out: &[bool]) -> ScaledOutcome {
        for i in (0..left_out.len()).filter(|i| left_out[*i]) {
            (self.fitted[i], self.scaled[i]) = (0.0, 0.0);
        }
        self
    }

    /// Periods up to the last one that any geo has in the reported window.
    pub fn periods_until_last_fitted(&self) -> usize {
        let last = |cells: &[f64]| cells.iter().rposition(|f| *f > 0.0).map_or(0, |t| t + 1);
        self.reported.chunks_exact(self.n_periods).map(last).max().unwrap_or(0)
    }

    /// Whether some geo's pace is not that of the reported window.
    pub fn is_ragged(&self) -> bool {
        self.pace.iter().any(|pace| *pace != 1.0)
    }
}

/// Value per unit where all cells have the same.
fn common_worth(value: &[f64], units: &[f64]) -> Option<f64> {
    let cells = value.iter().zip(units).filter(|(_, unit)| **unit > 0.0);
    let mut worths = cells.map(|(value, unit)| value / unit);
    let first = worths.next();
    first.filter(|first| worths.all(|worth| (worth - first).abs() <= ROUNDING * first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    #[test]
    fn a_cell_that_is_left_out_of_the_likelihood_is_reported_as_before() {
        let data = testdata::dataset();
        let whole = ScaledOutcome::new(&data, &ModelConfig::default()).unwrap();
        let left_out: Vec<bool> = (0..whole.fitted.len()).map(|i| i == 3).collect();
        let less = whole.clone().leaving_out(&left_out);
        assert_eq!((less.fitted[3], less.scaled[3], less.reported[3]), (0.0, 0.0, 1.0));
        assert_eq!((less.total, &less.value, &less.units), (whole.total, &whole.value, &whole.units));
        assert!(less.fitted.iter().zip(&whole.fitted).enumerate().all(|(i, (a, b))| i == 3 || a == b));
    }

    #[test]
    fn a_constant_taken_from_an_outcome_that_changes_its_sign_changes_nothing_of_it() {
        let of = |shift: f64| {
            let mut data = testdata::dataset();
            let n = data.n_periods();
            let wave = |g: usize, t: usize| (g + 1) as f64 * 20.0 * (1.3 * t as f64).sin();
            data.outcome.values =
                ndarray::Array2::from_shape_fn((data.n_geos(), n), |(g, t)| wave(g, t) - shift);
            let found = ScaledOutcome::new(&data, &ModelConfig::default()).unwrap();
            let again: Vec<f64> = (0..found.scaled.len())
                .map(|i| found.scaled[i] * found.scale[i / n] + found.offset[i / n] * found.reported[i])
                .collect();
            for (i, y) in data.outcome.values.iter().enumerate().filter(|(i, _)| found.reported[*i] > 0.0) {
                assert!((again[i] - y).abs() < 1e-9, "{i}: {} {y}", again[i]);
            }
            found
        };
        let (near, far) = (of(0.0), of(13.0));
        assert_eq!((near.measure, far.measure), (Measure::Spread, Measure::Spread));
        assert!(near.scaled.iter().zip(&far.scaled).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(near.scale.iter().zip(&far.scale).all(|(a, b)| (a / b - 1.0).abs() < 1e-12));
        assert!((near.whole / far.whole - 1.0).abs() < 1e-12 && near.whole > 0.0, "{}", near.whole);
        // A typical period is 1 whatever its size.
        let mean = |s: &ScaledOutcome| s.scaled.iter().sum::<f64>() / s.reported.iter().sum::<f64>();
        assert!((mean(&far) - 1.0).abs() < 1e-12, "{}", mean(&far));
    }
}
