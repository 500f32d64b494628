//! An orthogonal change of coordinates that puts the span of given columns first.

use crate::transform::simd::{axpy, dot};

/// Q = H₁ H₂ … H_k, the Householder reflections of a QR factorisation of n × k columns: the first k
/// columns of Q span theirs.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// Unit normals of the reflections; a column that depends on those before it leaves none.
    normals: Vec<Vec<f64>>,
}

/// Share of a column's length below which the rest of it counts as rounding.
const DEPENDENT: f64 = 1e-9;

impl Rotation {
    /// From columns of equal length, at most as many as rows.
    pub fn new<'a>(columns: impl Iterator<Item = &'a [f64]>) -> Rotation {
        let mut rotation = Rotation { normals: Vec::new() };
        for column in columns {
            let mut x = column.to_vec();
            rotation.transpose(&mut x);
            let done = rotation.normals.len();
            let length = x[done..].iter().map(|v| v * v).sum::<f64>().sqrt();
            if length <= DEPENDENT * column.iter().map(|v| v * v).sum::<f64>().sqrt() {
                continue;
            }
            // The normal that sends what is left of the column to a multiple of the next unit vector.
            x[..done].fill(0.0);
            x[done] += length.copysign(x[done]);
            let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt();
            x.iter_mut().for_each(|v| *v /= norm);
            rotation.normals.push(x);
        }
        rotation
    }

    /// Dimension of the span.
    pub fn rank(&self) -> usize {
        self.normals.len()
    }

    /// x ← Q x.
    pub fn apply(&self, x: &mut [f64]) {
        self.normals.iter().rev().for_each(|v| reflect(v, x));
    }

    /// x ← Qᵀ x.
    pub fn transpose(&self, x: &mut [f64]) {
        self.normals.iter().for_each(|v| reflect(v, x));
    }
}

/// x ← x − 2 v (vᵀ x).
fn reflect(v: &[f64], x: &mut [f64]) {
    axpy::<false>(-2.0 * dot::<false>(v, x), v, x);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_comes_first_and_lengths_stay() {
        let n = 12;
        let ones = vec![1.0; n];
        let ramp: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let both: Vec<f64> = ramp.iter().map(|r| 3.0 - 2.0 * r).collect();
        let wave: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
        let columns = [&ones[..], &ramp, &both, &wave];
        let rotation = Rotation::new(columns.into_iter());
        assert_eq!(rotation.rank(), 3);
        for column in columns {
            let mut q = column.to_vec();
            rotation.transpose(&mut q);
            assert!(q[3..].iter().all(|v| v.abs() < 1e-12), "{q:?}");
            rotation.apply(&mut q);
            assert!(q.iter().zip(column).all(|(a, b)| (a - b).abs() < 1e-12));
        }
        let mut x: Vec<f64> = (0..n).map(|i| (i as f64 * 1.7).cos()).collect();
        let before: f64 = x.iter().map(|v| v * v).sum();
        rotation.apply(&mut x);
        assert!((x.iter().map(|v| v * v).sum::<f64>() - before).abs() < 1e-12);
    }
}
