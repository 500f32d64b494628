//! One symmetric positive definite matrix: Cholesky factor, inverse, geometric mean.
//!
//! Matrices are square, column-major, both triangles filled unless said otherwise. Every inner loop
//! runs down a column, so that the compiler can vectorise it.

/// Sum of products, in eight lanes so that it vectorises.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (x, y) in a8.iter().zip(b8) {
        for k in 0..8 {
            lanes[k] += x[k] * y[k];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    lanes.iter().sum::<f64>() + rest
}

/// `y += alpha x`
pub(crate) fn axpy(alpha: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += alpha * x;
    }
}

/// `out = A x`, four columns at a time so that `out` is read and written a quarter as often.
pub(crate) fn multiply(a: &[f64], x: &[f64], out: &mut [f64]) {
    let d = x.len();
    out.fill(0.0);
    let blocked = d - d % 4;
    for j in (0..blocked).step_by(4) {
        let (c0, rest) = a[j * d..(j + 4) * d].split_at(d);
        let (c1, rest) = rest.split_at(d);
        let (c2, c3) = rest.split_at(d);
        let [x0, x1, x2, x3] = [x[j], x[j + 1], x[j + 2], x[j + 3]];
        for ((((o, a0), a1), a2), a3) in out.iter_mut().zip(c0).zip(c1).zip(c2).zip(c3) {
            *o += (a0 * x0 + a1 * x1) + (a2 * x2 + a3 * x3);
        }
    }
    for j in blocked..d {
        axpy(x[j], &a[j * d..(j + 1) * d], out);
    }
}

/// The matrix is not positive definite in floating point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotPositiveDefinite;

/// Lower triangular L with A = L Lᵀ; the upper triangle of the storage is zero.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky {
    d: usize,
    l: Vec<f64>,
}

impl Cholesky {
    /// Factors `a` (d × d), of which only the lower triangle is read.
    pub(crate) fn new(a: &[f64], d: usize) -> Result<Cholesky, NotPositiveDefinite> {
        let mut l = a.to_vec();
        for j in 0..d {
            l[j * d..j * d + j].fill(0.0);
            let (done, rest) = l.split_at_mut((j + 1) * d);
            let column = &mut done[j * d + j..];
            let pivot = column[0];
            if !(pivot > 0.0 && pivot.is_finite()) {
                return Err(NotPositiveDefinite);
            }
            let scale = pivot.sqrt().recip();
            column.iter_mut().for_each(|x| *x *= scale);
            for k in j + 1..d {
                let target = &mut rest[(k - j - 1) * d + k..(k - j) * d];
                axpy(-column[k - j], &column[k - j..], target);
            }
        }
        Ok(Cholesky { d, l })
    }

    fn column(&self, j: usize) -> &[f64] {
        &self.l[j * self.d + j..(j + 1) * self.d]
    }

    /// `out = L x`
    pub(crate) fn multiply(&self, x: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (j, &x) in x.iter().enumerate() {
            axpy(x, self.column(j), &mut out[j..]);
        }
    }

    /// Replaces x by the solution u of L u = x.
    pub(crate) fn solve(&self, x: &mut [f64]) {
        for j in 0..self.d {
            let column = self.column(j);
            x[j] /= column[0];
            let known = x[j];
            axpy(-known, &column[1..], &mut x[j + 1..]);
        }
    }

    /// Replaces x by the solution u of Lᵀ u = x.
    pub(crate) fn solve_transposed(&self, x: &mut [f64]) {
        for j in (0..self.d).rev() {
            let column = self.column(j);
            x[j] = (x[j] - dot(&column[1..], &x[j + 1..])) / column[0];
        }
    }

    /// ln |A|
    pub(crate) fn ln_det(&self) -> f64 {
        2.0 * (0..self.d).map(|j| self.column(j)[0].ln()).sum::<f64>()
    }

    /// A⁻¹
    pub(crate) fn inverse(&self) -> Vec<f64> {
        let d = self.d;
        let mut w = vec![0.0; d * d];
        for j in 0..d {
            let x = &mut w[j * d..(j + 1) * d];
            x[j] = 1.0;
            for i in j..d {
                let (head, tail) = x.split_at_mut(i + 1);
                head[i] /= self.column(i)[0];
                axpy(-head[i], &self.column(i)[1..], tail);
            }
        }
        let mut inverse = vec![0.0; d * d];
        for j in 0..d {
            for i in j..d {
                let entry = dot(&w[i * d + i..(i + 1) * d], &w[j * d + i..(j + 1) * d]);
                inverse[j * d + i] = entry;
                inverse[i * d + j] = entry;
            }
        }
        inverse
    }
}

/// The geometric mean A # B⁻¹: the symmetric positive definite M with M B M = A.
///
/// The averages (P + Q⁻¹)/2 and (Q + P⁻¹)/2, begun at P = A and Q = B, converge quadratically to M and
/// M⁻¹. Scaling both by |P Q|^(−1/2d) at each step leaves the limit as it is and takes away the slow
/// start when A B is far from I.
///
/// # Source
/// Matrix arithmetic-harmonic mean: Bhatia, Positive Definite Matrices (2007), § 4.1; scaling:
/// Higham, Functions of Matrices (2008), § 5.5 and § 6.5.
pub(crate) fn geometric_mean(a: &[f64], b: &[f64], d: usize) -> Result<Vec<f64>, NotPositiveDefinite> {
    // Convergence is quadratic: a step this small leaves an error of the order of its square.
    const TOLERANCE: f64 = 1e-5;
    const MAX_STEPS: usize = 50;
    let mut p = a.to_vec();
    let mut q = b.to_vec();
    for _ in 0..MAX_STEPS {
        let p_factor = Cholesky::new(&p, d)?;
        let q_factor = Cholesky::new(&q, d)?;
        let scale = (-(p_factor.ln_det() + q_factor.ln_det()) / (2 * d) as f64).exp();
        let mut change: f64 = 0.0;
        let mut size: f64 = 0.0;
        for (p, q_inverse) in p.iter_mut().zip(q_factor.inverse()) {
            let next = 0.5 * (scale * *p + q_inverse / scale);
            change = change.max((next - *p).abs());
            size = size.max(next.abs());
            *p = next;
        }
        for (q, p_inverse) in q.iter_mut().zip(p_factor.inverse()) {
            *q = 0.5 * (scale * *q + p_inverse / scale);
        }
        if change <= TOLERANCE * size {
            break;
        }
    }
    Ok(p)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I·diagonal + rank-one terms: positive definite, and far from diagonal.
    fn example(d: usize, phase: f64) -> Vec<f64> {
        let mut a = vec![0.0; d * d];
        for j in 0..d {
            for i in 0..d {
                let u = |k: usize| (phase + 1.7 * k as f64).sin();
                let v = |k: usize| (phase * 2.0 + 0.9 * k as f64).cos();
                a[j * d + i] = 3.0 * u(i) * u(j) + 0.5 * v(i) * v(j);
            }
            a[j * d + j] += 0.2 + 0.1 * j as f64;
        }
        a
    }

    fn product(a: &[f64], b: &[f64], d: usize) -> Vec<f64> {
        let mut out = vec![0.0; d * d];
        for j in 0..d {
            multiply(a, &b[j * d..(j + 1) * d], &mut out[j * d..(j + 1) * d]);
        }
        out
    }

    fn assert_close(a: &[f64], b: &[f64], tolerance: f64) {
        for (x, y) in a.iter().zip(b) {
            assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{x} against {y}");
        }
    }

    #[test]
    fn products_equal_the_definition_at_odd_sizes() {
        for d in [1, 2, 3, 4, 5, 7, 8, 17, 33] {
            let a = example(d, 0.3);
            let x: Vec<f64> = (0..d).map(|i| (i as f64 * 0.37).cos()).collect();
            let mut got = vec![f64::NAN; d];
            multiply(&a, &x, &mut got);
            let want: Vec<f64> = (0..d).map(|i| (0..d).map(|j| a[j * d + i] * x[j]).sum()).collect();
            assert_close(&got, &want, 1e-14);
            let plain: f64 = x.iter().zip(&want).map(|(x, y)| x * y).sum();
            assert_close(&[dot(&x, &want)], &[plain], 1e-14);
        }
    }

    #[test]
    fn factor_and_inverse_reproduce_the_matrix() {
        for d in [1, 2, 9, 31] {
            let a = example(d, 1.1);
            let factor = Cholesky::new(&a, d).expect("positive definite");
            let mut identity = vec![0.0; d * d];
            (0..d).for_each(|i| identity[i * d + i] = 1.0);
            assert_close(&product(&a, &factor.inverse(), d), &identity, 1e-11);
            // L Lᵀ x = a x, by L and the solve with Lᵀ: u = L⁻ᵀ x, then L Lᵀ u = L x.
            let x: Vec<f64> = (0..d).map(|i| 1.0 + i as f64).collect();
            let mut u = x.clone();
            factor.solve_transposed(&mut u);
            let (mut left, mut right) = (vec![0.0; d], vec![0.0; d]);
            multiply(&a, &u, &mut left);
            factor.multiply(&x, &mut right);
            assert_close(&left, &right, 1e-11);
        }
        // |diag(2, 8)| = 16
        let factor = Cholesky::new(&[2.0, 0.0, 0.0, 8.0], 2).expect("positive definite");
        assert!((factor.ln_det() - 16f64.ln()).abs() < 1e-14);
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        assert!(Cholesky::new(&[1.0, 2.0, 2.0, 1.0], 2).is_err());
        assert!(Cholesky::new(&[f64::NAN], 1).is_err());
    }

    #[test]
    fn geometric_mean_solves_its_equation() {
        for (d, ratio) in [(1, 1.0), (3, 1.0), (12, 1.0), (12, 1e6), (40, 1e-4)] {
            let a: Vec<f64> = example(d, 0.2).iter().map(|x| x * ratio).collect();
            let b = example(d, 2.0);
            let m = geometric_mean(&a, &b, d).expect("positive definite");
            let got = product(&product(&m, &b, d), &m, d);
            let scaled: Vec<f64> = got.iter().map(|x| x / ratio).collect();
            assert_close(&scaled, &example(d, 0.2), 1e-7);
        }
    }
}
