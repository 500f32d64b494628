//! Small dense factorisations on L matrices at once: element (i, j) is an array of L lanes.
//!
//! L = 8 works on eight geos together and vectorises over them; L = 1 is the same code for one matrix
//! and vectorises over columns. Matrices are k × k, row-major.

use crate::transform::simd::mul_add;

/// Upper Cholesky factor U of a symmetric positive matrix, A = UᵀU; reads and overwrites the upper triangle.
/// Returns ln|A|; not a number where A is not positive.
#[inline(always)]
pub fn cholesky<const FMA: bool, const L: usize>(a: &mut [[f64; L]], k: usize) -> [f64; L] {
    let mut log_determinant = [0.0; L];
    // Pivots are multiplied eight at a time before the logarithm, which then costs an eighth.
    let mut product = [1.0; L];
    for j in 0..k {
        let (top, below) = a.split_at_mut((j + 1) * k);
        let row = &mut top[j * k..];
        let pivot = row[j];
        let mut inverse = [0.0; L];
        for l in 0..L {
            product[l] *= pivot[l];
            inverse[l] = 1.0 / pivot[l].sqrt();
        }
        if j % 8 == 7 || j + 1 == k {
            for l in 0..L {
                log_determinant[l] += product[l].ln();
                product[l] = 1.0;
            }
        }
        for x in &mut row[j..k] {
            for l in 0..L {
                x[l] *= inverse[l];
            }
        }
        for i in j + 1..k {
            let factor = row[i];
            let target = &mut below[(i - j - 1) * k + i..(i - j) * k];
            for (y, x) in target.iter_mut().zip(&row[i..k]) {
                for l in 0..L {
                    y[l] = mul_add::<FMA>(-factor[l], x[l], y[l]);
                }
            }
        }
    }
    log_determinant
}

/// T = U⁻¹ of an upper triangular U; writes the upper triangle of `t`.
#[inline(always)]
pub fn invert_upper<const FMA: bool, const L: usize>(u: &[[f64; L]], t: &mut [[f64; L]], k: usize) {
    for i in (0..k).rev() {
        let (above, below) = t.split_at_mut((i + 1) * k);
        let row = &mut above[i * k..];
        row[i..].fill([0.0; L]);
        for m in i + 1..k {
            let factor = u[i * k + m];
            let source = &below[(m - i - 1) * k + m..(m - i) * k];
            for (y, x) in row[m..].iter_mut().zip(source) {
                for l in 0..L {
                    y[l] = mul_add::<FMA>(-factor[l], x[l], y[l]);
                }
            }
        }
        let mut inverse = [0.0; L];
        for l in 0..L {
            inverse[l] = 1.0 / u[i * k + i][l];
        }
        for y in &mut row[i + 1..] {
            for l in 0..L {
                y[l] *= inverse[l];
            }
        }
        row[i] = inverse;
    }
}

/// A⁻¹ = T Tᵀ for an upper triangular T; writes the whole of `inverse`.
#[inline(always)]
pub fn inverse_from_factor<const FMA: bool, const L: usize>(
    t: &[[f64; L]],
    inverse: &mut [[f64; L]],
    k: usize,
) {
    for i in 0..k {
        for j in i..k {
            let mut sum = [0.0; L];
            for (x, y) in t[i * k + j..(i + 1) * k].iter().zip(&t[j * k + j..(j + 1) * k]) {
                for l in 0..L {
                    sum[l] = mul_add::<FMA>(x[l], y[l], sum[l]);
                }
            }
            inverse[i * k + j] = sum;
            inverse[j * k + i] = sum;
        }
    }
}

/// y = A x for a full k × k matrix.
#[inline(always)]
pub fn multiply<const FMA: bool, const L: usize>(a: &[[f64; L]], x: &[[f64; L]], y: &mut [[f64; L]]) {
    for (y, row) in y.iter_mut().zip(a.chunks_exact(x.len())) {
        let mut sum = [0.0; L];
        for (a, x) in row.iter().zip(x) {
            for l in 0..L {
                sum[l] = mul_add::<FMA>(a[l], x[l], sum[l]);
            }
        }
        *y = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_and_inverse_by_hand() {
        // A = [[4, 2], [2, 5]]: U = [[2, 1], [0, 2]], |A| = 16, A⁻¹ = [[5, −2], [−2, 4]] / 16.
        let mut a = [[4.0, 1.0], [2.0, 0.0], [2.0, 0.0], [5.0, 9.0]];
        let ln = cholesky::<false, 2>(&mut a, 2);
        assert!((ln[0] - 16f64.ln()).abs() < 1e-14 && (ln[1] - 9f64.ln()).abs() < 1e-14);
        assert_eq!((a[0], a[1][0], a[3]), ([2.0, 1.0], 1.0, [2.0, 3.0]));
        let (mut t, mut inverse) = ([[0.0; 2]; 4], [[0.0; 2]; 4]);
        invert_upper::<false, 2>(&a, &mut t, 2);
        inverse_from_factor::<false, 2>(&t, &mut inverse, 2);
        for (got, want) in inverse.iter().zip([5.0, -2.0, -2.0, 4.0]) {
            assert!((got[0] - want / 16.0).abs() < 1e-15);
        }
        let mut y = [[0.0; 2]; 2];
        multiply::<false, 2>(&inverse, &[[4.0, 1.0], [2.0, 0.0]], &mut y);
        assert!((y[0][0] - 1.0).abs() < 1e-15 && y[1][0].abs() < 1e-15);
    }

    #[test]
    fn a_large_matrix_times_its_inverse_is_the_identity() {
        let k = 23;
        let a: Vec<[f64; 1]> =
            (0..k * k).map(|i| [((i / k) as f64 - (i % k) as f64).abs().mul_add(-0.3, 0.0).exp()]).collect();
        let (mut u, mut t, mut inverse) = (a.clone(), vec![[0.0]; k * k], vec![[0.0]; k * k]);
        cholesky::<true, 1>(&mut u, k);
        invert_upper::<true, 1>(&u, &mut t, k);
        inverse_from_factor::<true, 1>(&t, &mut inverse, k);
        for i in 0..k {
            for j in 0..k {
                let sum: f64 = (0..k).map(|m| a[i * k + m][0] * inverse[m * k + j][0]).sum();
                assert!((sum - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
    }
}
