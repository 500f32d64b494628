//! Least squares on the fitted cells: what a set of regressors leaves of a vector.

use super::outcome::ScaledOutcome;
use crate::data::Dataset;

/// Share of a column's length below which what the columns before it leave counts as rounding.
const DEPENDENT: f64 = 1e-6;
/// Rounds of taking out week and geo means in turns; one is exact where every geo is fitted in every week.
const ROUNDS: usize = 8;

/// An orthogonal basis of regressors over the fitted cells, less what the geos' levels and, in a panel
/// with a weekly effect, the weeks take. Vectors are G × T and follow along where a cell is not fitted.
#[derive(Clone)]
pub struct Basis<'a> {
    outcome: &'a ScaledOutcome,
    weekly_effect: bool,
    /// What counts in the mean of a week: its fitted cells; where it has none, those present.
    weight: Vec<f64>,
    columns: Vec<(Vec<f64>, f64)>,
}

impl<'a> Basis<'a> {
    /// The levels of an outcome, no more; with a `weekly_effect` its weeks too.
    pub fn new(outcome: &'a ScaledOutcome, data: &Dataset, weekly_effect: bool) -> Basis<'a> {
        let n = outcome.n_periods;
        let is_fitted = |t: usize| (0..outcome.n_geos).any(|g| outcome.fitted[g * n + t] > 0.0);
        let fitted_weeks: Vec<bool> = (0..n).map(is_fitted).collect();
        let present = data.present.iter().map(|p| f64::from(u8::from(*p)));
        let weight = present.zip(&outcome.fitted).enumerate();
        let weight = weight.map(|(i, (present, f))| if fitted_weeks[i % n] { *f } else { present }).collect();
        Basis { outcome, weekly_effect, weight, columns: Vec::new() }
    }

    /// Adds a regressor unless it depends on those before it.
    pub fn add(&mut self, column: &[f64]) {
        let residual = self.residual(column);
        let (square, whole) = (self.dot(&residual, &residual), self.dot(column, column));
        if square > DEPENDENT * DEPENDENT * whole {
            self.columns.push((residual, square));
        }
    }

    /// Regressors in the basis, levels and weeks aside.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// What the basis does not explain of a vector.
    pub fn residual(&self, vector: &[f64]) -> Vec<f64> {
        let mut rest = self.centred(vector);
        // Twice is enough: the second pass takes what rounding left of the first (Parlett).
        for _ in 0..2 {
            for (column, square) in &self.columns {
                let factor = self.dot(&rest, column) / square;
                rest.iter_mut().zip(column).for_each(|(r, c)| *r -= factor * c);
            }
        }
        rest
    }

    /// Σ aᵢ bᵢ over the fitted cells.
    pub fn dot(&self, a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).zip(&self.outcome.fitted).map(|((a, b), f)| f * a * b).sum()
    }

    /// Fitted cells less what the basis fits.
    pub fn degrees_of_freedom(&self) -> f64 {
        let outcome = self.outcome;
        let n = outcome.n_periods;
        let weeks = (0..n).filter(|t| (0..outcome.n_geos).any(|g| outcome.fitted[g * n + t] > 0.0)).count();
        let levels = if self.weekly_effect { outcome.n_geos + weeks - 1 } else { outcome.n_geos };
        outcome.fitted.iter().sum::<f64>() - (levels + self.columns.len()) as f64
    }

    /// Variance of Σ aᵢ eᵢ over the fitted cells where the errors, of which `rest` are the residuals, may last
    /// for some periods.
    ///
    /// # Source
    /// Newey & West (1987); lags by Stock & Watson (2019), Introduction to Econometrics, eq. 16.17.
    pub fn lasting_variance(&self, a: &[f64], rest: &[f64]) -> f64 {
        let n = self.outcome.n_periods;
        let lags = (0.75 * (n as f64).cbrt()).floor() as usize;
        let cells = a.iter().zip(rest).zip(&self.outcome.fitted);
        let products: Vec<f64> = cells.map(|((a, e), f)| f * a * e).collect();
        let lagged = |lag: usize| -> f64 {
            products.chunks_exact(n).flat_map(|u| u.iter().zip(u.iter().skip(lag))).map(|(u, v)| u * v).sum()
        };
        let weight = |lag: usize| 2.0 * (1.0 - lag as f64 / (lags + 1) as f64);
        let sum = lagged(0) + (1..=lags).map(|lag| weight(lag) * lagged(lag)).sum::<f64>();
        sum * self.outcome.fitted.iter().sum::<f64>() / self.degrees_of_freedom().max(1.0)
    }

    /// Variance over time within the geos.
    pub fn variance_within(&self, vector: &[f64]) -> f64 {
        let mut rest = vector.to_vec();
        self.subtract_geo_means(&mut rest);
        self.dot(&rest, &rest) / self.outcome.fitted.iter().sum::<f64>()
    }

    /// Less the mean of the week, where weeks have effects, and the geo's own.
    fn centred(&self, vector: &[f64]) -> Vec<f64> {
        let (n, n_geos) = (self.outcome.n_periods, self.outcome.n_geos);
        let mut rest = vector.to_vec();
        // The two means commute where every cell is fitted; else they are taken in turns until both are out.
        let rounds = if self.weekly_effect { ROUNDS } else { 1 };
        for _ in 0..rounds {
            if self.weekly_effect {
                for t in 0..n {
                    let cells = || (0..n_geos).map(|g| g * n + t);
                    let count: f64 = cells().map(|i| self.weight[i]).sum();
                    let mean = cells().map(|i| rest[i] * self.weight[i]).sum::<f64>() / count.max(1.0);
                    cells().for_each(|i| rest[i] -= mean);
                }
            }
            self.subtract_geo_means(&mut rest);
        }
        rest
    }

    fn subtract_geo_means(&self, values: &mut [f64]) {
        let n = self.outcome.n_periods;
        for (values, fitted) in values.chunks_exact_mut(n).zip(self.outcome.fitted.chunks_exact(n)) {
            let count: f64 = fitted.iter().sum();
            let mean = values.iter().zip(fitted).map(|(x, f)| x * f).sum::<f64>() / count.max(1.0);
            values.iter_mut().for_each(|x| *x -= mean);
        }
    }
}
