//! The least squares of weights that are not negative and sum to 1.

use crate::linalg::symmetric::{dot, multiply};

/// Steps beyond which no precision is gained.
const MOST_STEPS: usize = 20_000;

/// ½ xᵀ Q x − cᵀ x over the simplex.
#[derive(Debug, Clone)]
pub(super) struct Quadratic {
    /// Q, n × n.
    q: Vec<f64>,
    /// c.
    c: Vec<f64>,
}

impl Quadratic {
    /// The mean over rows of (x₀ + Σ x_j column_j − target)² + ridge² |x|², the intercept x₀ taken out.
    pub(super) fn least_squares(mut columns: Vec<Vec<f64>>, mut target: Vec<f64>, ridge: f64) -> Quadratic {
        columns.iter_mut().for_each(|column| centre(column));
        centre(&mut target);
        let (n, rows) = (columns.len(), target.len() as f64);
        let mut q = vec![0.0; n * n];
        for i in 0..n {
            for j in i..n {
                let ridge = if i == j { ridge * ridge } else { 0.0 };
                let entry = 2.0 * (dot(&columns[i], &columns[j]) / rows + ridge);
                (q[i * n + j], q[j * n + i]) = (entry, entry);
            }
        }
        let c = columns.iter().map(|column| 2.0 * dot(column, &target) / rows).collect();
        Quadratic { q, c }
    }

    /// Qx − c.
    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        multiply(&self.q, x, out);
        out.iter_mut().zip(&self.c).for_each(|(g, c)| *g -= c);
    }

    /// A bound of the largest eigenvalue: power iterations with a margin, at most the trace.
    fn curvature(&self) -> f64 {
        const MARGIN: f64 = 1.05;
        let n = self.c.len();
        let trace: f64 = (0..n).map(|i| self.q[i * n + i]).sum();
        // A start that is no eigenvector of any usual Q.
        let mut x: Vec<f64> = (0..n).map(|i| 1.0 + ((i * 7 + 3) % 11) as f64 / 11.0).collect();
        let (mut y, mut largest) = (vec![0.0; n], 0.0);
        for _ in 0..50 {
            multiply(&self.q, &x, &mut y);
            let norm = dot(&y, &y).sqrt();
            if norm == 0.0 {
                break;
            }
            largest = norm / dot(&x, &x).sqrt();
            x.iter_mut().zip(&y).for_each(|(x, y)| *x = y / norm);
        }
        (MARGIN * largest).min(trace)
    }
}

fn centre(values: &mut [f64]) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|v| *v -= mean);
}

/// The minimum, to within `tolerance` of its value: accelerated projected gradient steps that begin anew where they
/// turn, until the duality gap max over vertices of g·(x − e_i), which bounds the suboptimality, is small enough.
///
/// # Source
/// Beck & Teboulle (2009), A fast iterative shrinkage-thresholding algorithm; O'Donoghue & Candès (2015), adaptive
/// restart; the gap is that of Frank & Wolfe (Jaggi 2013).
pub(super) fn minimise(f: &Quadratic, tolerance: f64, start: Option<&[f64]>) -> Vec<f64> {
    let n = f.c.len();
    let step = f.curvature().recip();
    let mut x = start.map_or_else(|| vec![1.0 / n as f64; n], <[f64]>::to_vec);
    project(&mut x);
    let (mut ahead, mut gradient, mut momentum) = (x.clone(), vec![0.0; n], 1.0_f64);
    if !step.is_finite() {
        return x;
    }
    for _ in 0..MOST_STEPS {
        f.gradient(&ahead, &mut gradient);
        let gap = dot(&gradient, &ahead) - gradient.iter().copied().fold(f64::INFINITY, f64::min);
        if gap <= tolerance && ahead.iter().all(|w| *w >= 0.0) {
            return ahead;
        }
        let mut next: Vec<f64> = ahead.iter().zip(&gradient).map(|(a, g)| a - step * g).collect();
        project(&mut next);
        let turns: f64 = ahead.iter().zip(&next).zip(&x).map(|((a, n), x)| (a - n) * (n - x)).sum();
        if turns > 0.0 {
            momentum = 1.0;
        }
        let later = (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt()) / 2.0;
        let push = if turns > 0.0 { 0.0 } else { (momentum - 1.0) / later };
        momentum = later;
        ahead = next.iter().zip(&x).map(|(n, x)| n + push * (n - x)).collect();
        x = next;
    }
    x
}

/// The nearest point of the simplex.
///
/// # Source
/// Duchi, Shalev-Shwartz, Singer & Chandra (2008), Efficient projections onto the ℓ₁-ball.
fn project(x: &mut [f64]) {
    let mut sorted = x.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut sum, mut shift) = (0.0, 0.0);
    for (j, value) in sorted.iter().enumerate() {
        sum += value;
        let candidate = (sum - 1.0) / (j + 1) as f64;
        if *value > candidate {
            shift = candidate;
        }
    }
    x.iter_mut().for_each(|v| *v = (*v - shift).max(0.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projections_by_hand() {
        for (from, to) in [
            ([0.2, 0.3, 0.5], [0.2, 0.3, 0.5]),
            ([1.0, 1.0, 1.0], [1.0 / 3.0; 3]),
            ([2.0, 0.0, 0.0], [1.0, 0.0, 0.0]),
            ([0.9, 0.5, -1.0], [0.7, 0.3, 0.0]),
        ] {
            let mut x = from;
            project(&mut x);
            assert!(x.iter().zip(&to).all(|(a, b)| (a - b).abs() < 1e-12), "{from:?}: {x:?}");
        }
    }

    /// Two columns and a target between them: the weight is that of the regression; outside, a vertex.
    #[test]
    fn weights_are_those_of_a_regression_or_a_vertex() {
        let (a, b) = (vec![1.0, -1.0, 2.0, 0.5], vec![0.0, 3.0, -1.0, 1.0]);
        for (share, want) in [(0.3, 0.3), (1.0, 1.0), (1.6, 1.0), (-0.2, 0.0)] {
            let target = a.iter().zip(&b).map(|(a, b)| 4.0 + share * a + (1.0 - share) * b).collect();
            let f = Quadratic::least_squares(vec![a.clone(), b.clone()], target, 0.0);
            let found = minimise(&f, 1e-14, None);
            assert!((found[0] - want).abs() < 1e-6 && (found[1] - 1.0 + want).abs() < 1e-6, "{found:?}");
        }
    }

    /// With orthogonal columns and a large ridge, all weights are alike.
    #[test]
    fn a_ridge_spreads_the_weights() {
        let column = |j: usize| (0..6).map(|t| if t == j { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
        let f = Quadratic::least_squares((0..6).map(column).collect(), column(0), 100.0);
        assert!(minimise(&f, 1e-12, None).iter().all(|w| (w - 1.0 / 6.0).abs() < 1e-3));
    }
}
