//! Which channels and controls move together, geo means taken out.

use ndarray::Array2;

use super::centring::centred;
use crate::data::dataset::Dataset;

/// Correlations between channels and controls.
#[derive(Debug, Clone)]
pub(crate) struct Collinearity {
    /// Channels by exposure, then controls.
    pub(crate) names: Vec<String>,
    /// How many of them are channels.
    pub(crate) n_channels: usize,
    /// Pearson correlation within geos.
    pub(crate) correlation: Array2<f64>,
    /// Variance inflation factor; infinite for a linear combination of the others.
    pub(crate) inflation: Vec<f64>,
}

/// Measures every pair of columns that vary within some geo.
pub(crate) fn collinearity(data: &Dataset) -> Collinearity {
    let channels = data.channels.iter().map(|c| (c.name.clone(), varying(data, &c.exposure)));
    let controls = data.controls.iter().map(|c| (c.name.clone(), varying(data, &c.values)));
    let mut n_channels = 0;
    let (mut names, mut columns) = (Vec::new(), Vec::new());
    for (i, (name, column)) in channels.chain(controls).enumerate() {
        if let Some(column) = column {
            n_channels += usize::from(i < data.n_channels());
            names.push(name);
            columns.push(column);
        }
    }
    let correlation = correlations(&columns);
    let inflation = inflation(&correlation);
    Collinearity { names, n_channels, correlation, inflation }
}

/// |r| beyond which two channels are one to the data.
const LOCKSTEP: f64 = 0.98;

/// Whether two channels are bought in lockstep.
pub fn in_lockstep(data: &Dataset) -> bool {
    let columns: Vec<_> = data.channels.iter().filter_map(|c| varying(data, &c.exposure)).collect();
    correlations(&columns).indexed_iter().any(|((i, j), r)| j < i && r.abs() > LOCKSTEP)
}

/// A column at unit length without its means by geo; `None` when it varies within none.
fn varying(data: &Dataset, values: &Array2<f64>) -> Option<Array2<f64>> {
    centred(values.clone(), &data.outcome.observed, false)
}

fn correlations(columns: &[Array2<f64>]) -> Array2<f64> {
    let mut correlation = Array2::eye(columns.len());
    for i in 0..columns.len() {
        for j in 0..i {
            let r: f64 = columns[i].iter().zip(&columns[j]).map(|(a, b)| a * b).sum();
            correlation[[i, j]] = r;
            correlation[[j, i]] = r;
        }
    }
    correlation
}

/// Diagonal of the inverse correlation matrix, each by regressing a column on the others.
fn inflation(correlation: &Array2<f64>) -> Vec<f64> {
    (0..correlation.nrows()).map(|i| 1.0 / unexplained(correlation, i)).collect()
}

/// 1 − R² of column `target` on all others: its last pivot when it is eliminated last.
fn unexplained(correlation: &Array2<f64>, target: usize) -> f64 {
    /// Below this a pivot is rounding: the column is a combination of those before it.
    const NOTHING_LEFT: f64 = 1e-10;
    let mut order: Vec<usize> = (0..correlation.nrows()).filter(|i| *i != target).collect();
    order.push(target);
    let n = order.len();
    let mut lower = Array2::<f64>::zeros((n, n));
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| lower[[i, k]] * lower[[j, k]]).sum();
            let rest = correlation[[order[i], order[j]]] - dot;
            lower[[i, j]] = match (i == j, rest > NOTHING_LEFT, lower[[j, j]]) {
                (true, true, _) => rest.sqrt(),
                (true, false, _) => 0.0,
                (false, _, 0.0) => 0.0,
                (false, _, pivot) => rest / pivot,
            };
        }
    }
    lower[[n - 1, n - 1]].powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflation_of_two_columns_is_one_over_one_less_r_squared() {
        let r = ndarray::array![[1.0, 0.8], [0.8, 1.0]];
        for vif in inflation(&r) {
            assert!((vif - 1.0 / 0.36).abs() < 1e-12, "{vif}");
        }
    }

    #[test]
    fn channels_in_lockstep_are_told_from_those_that_move_together() {
        let mut data = crate::data::testdata::dataset();
        assert!(!in_lockstep(&data));
        data.channels[1].exposure = data.channels[0].exposure.mapv(|x| 3.0 * x + 1.0);
        data.channels[1].exposure[[0, 0]] += 1.0;
        assert!(in_lockstep(&data));
    }

    #[test]
    fn a_sum_of_two_others_is_infinitely_inflated() {
        let h = 0.5_f64.sqrt();
        let r = ndarray::array![[1.0, 0.0, h], [0.0, 1.0, h], [h, h, 1.0]];
        assert!(inflation(&r).iter().all(|v| v.is_infinite()));
    }
}
