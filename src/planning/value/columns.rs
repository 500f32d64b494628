//! Response curves of all draws laid out by node, so that one spend is valued for every draw at once.

use super::curve::ChannelCurve;
use super::interpolate::{interval, slope_at};

/// One channel: M nodes of spend and, node by node, the S draws' values and slopes.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// Spend at the nodes, currency.
    nodes: Vec<f64>,
    /// M × S, node-major.
    values: Vec<f64>,
    /// M × S, node-major, per unit of spend.
    slopes: Vec<f64>,
    n_draws: usize,
}

impl Columns {
    /// A channel with every `stride`-th draw; nodes further out than the spends `reach` are left out.
    pub(crate) fn of(curve: &ChannelCurve, reach: (f64, f64), stride: usize) -> Columns {
        let all: Vec<f64> = curve.multipliers().iter().map(|m| m * curve.spend()).collect();
        let (first, last) = (interval(&all, reach.0), interval(&all, reach.1) + 1);
        let nodes = all[first..=last].to_vec();
        let draws: Vec<usize> = (0..curve.n_draws()).step_by(stride).collect();
        let (m, n_draws) = (nodes.len(), draws.len());
        let (mut values, mut slopes) = (vec![0.0; m * n_draws], vec![0.0; m * n_draws]);
        let mut row = vec![0.0; all.len()];
        for (to, &s) in draws.iter().enumerate() {
            row.iter_mut().zip(curve.draw(s)).for_each(|(value, draw)| *value = *draw);
            for k in 0..m {
                values[k * n_draws + to] = row[first + k];
                slopes[k * n_draws + to] = slope_at(&all, &row, first + k);
            }
        }
        Columns { nodes, values, slopes, n_draws }
    }

    /// Number of draws S.
    pub(crate) fn n_draws(&self) -> usize {
        self.n_draws
    }

    /// Spend at the nodes, currency.
    pub(crate) fn nodes(&self) -> &[f64] {
        &self.nodes
    }

    /// Values, M × S.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// Slopes per unit of spend, M × S.
    pub(crate) fn slopes(&self) -> &[f64] {
        &self.slopes
    }

    /// The S values, then slopes, at node `k`.
    fn node(&self, k: usize) -> (&[f64], &[f64]) {
        let at = k * self.n_draws..(k + 1) * self.n_draws;
        (&self.values[at.clone()], &self.slopes[at])
    }

    /// Adds `sign` times every draw's value at a spend to `total`.
    pub(crate) fn add_values(&self, x: f64, sign: f64, total: &mut [f64]) {
        let (k, width, t) = self.locate(x);
        // The cubic Hermite basis: value and slope at the left node, then at the right one.
        let (t2, t3) = (t * t, t * t * t);
        let basis = [2.0 * t3 - 3.0 * t2 + 1.0, width * (t3 - 2.0 * t2 + t)];
        let right = [3.0 * t2 - 2.0 * t3, width * (t3 - t2)];
        self.add(k, [basis[0], basis[1], right[0], right[1]].map(|b| sign * b), total);
    }

    /// Mean slope at a spend over the draws listed.
    pub(crate) fn mean_slope(&self, x: f64, draws: &[usize]) -> f64 {
        let (k, width, t) = self.locate(x);
        let t2 = t * t;
        let basis = [
            (6.0 * t2 - 6.0 * t) / width,
            3.0 * t2 - 4.0 * t + 1.0,
            (6.0 * t - 6.0 * t2) / width,
            3.0 * t2 - 2.0 * t,
        ];
        let ((v0, d0), (v1, d1)) = (self.node(k), self.node(k + 1));
        let slope = |&s: &usize| basis[0] * v0[s] + basis[1] * d0[s] + basis[2] * v1[s] + basis[3] * d1[s];
        draws.iter().map(slope).sum::<f64>() / draws.len().max(1) as f64
    }

    fn locate(&self, x: f64) -> (usize, f64, f64) {
        let x = x.clamp(self.nodes[0], self.nodes[self.nodes.len() - 1]);
        let k = interval(&self.nodes, x);
        let width = self.nodes[k + 1] - self.nodes[k];
        (k, width, (x - self.nodes[k]) / width)
    }

    fn add(&self, k: usize, b: [f64; 4], total: &mut [f64]) {
        let ((v0, d0), (v1, d1)) = (self.node(k), self.node(k + 1));
        for (s, sum) in total.iter_mut().enumerate() {
            *sum += b[0] * v0[s] + b[1] * d0[s] + b[2] * v1[s] + b[3] * d1[s];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn values_and_slopes_are_those_of_the_curves() {
        let grid = [0.0, 0.2, 0.5, 0.8, 1.0, 1.3, 2.0];
        let draws = array![[0.0, 0.1, 1.0, 1.4, 1.5, 1.55, 1.6], [0.0, 0.0, 0.1, 0.9, 2.0, 3.0, 5.0]];
        let curves = [ChannelCurve::new("tv", 10.0, &grid, draws, 2.0).unwrap()];
        let columns = Columns::of(&curves[0], (7.0, 13.0), 1);
        assert_eq!(columns.nodes(), [5.0, 8.0, 10.0, 13.0, 20.0]);
        for m in [0.7, 0.8, 0.95, 1.0, 1.2, 1.3] {
            let (mut want, mut got) = (vec![0.0; 2], vec![0.0; 2]);
            curves[0].add_draws(m, 1.0, &mut want).unwrap();
            columns.add_values(10.0 * m, 1.0, &mut got);
            assert!(want.iter().zip(&got).all(|(a, b)| (a - b).abs() < 1e-12), "{m}: {want:?} {got:?}");
            let slope = curves[0].marginal_roi_at(m).unwrap().unwrap();
            assert!((columns.mean_slope(10.0 * m, &[0, 1]) - slope).abs() < 1e-12, "{m}");
        }
    }
}
