//! Small dense factorisations on L matrices at once: element (i, j) is an array of L lanes.
//!
//! L = 8 works on eight geos together and vectorises over them; L = 1 is the same code for one matrix
//! and vectorises over columns. Matrices are k × k, row-major, k from [`padded`].
//!
//! All is made of panels: two rows by a few columns of Σₘ a[m][i] b[m][j] whose sums stay in registers,
//! where one row at a time would load and store each sum for every m.

use std::ops::Range;

use crate::transform::simd::mul_add;

/// Columns of a panel of one matrix.
const WIDE: usize = 8;
/// Columns of a panel of several matrices.
const NARROW: usize = 4;

/// Room for `n` rows and columns in whole panels. What is beyond `n` is to be that of the identity.
pub const fn padded(n: usize, lanes: usize) -> usize {
    n.next_multiple_of(if lanes == 1 { WIDE } else { NARROW })
}

/// The identity of `k` rows in every lane, element by element.
pub fn identity(k: usize, lanes: usize) -> Vec<f64> {
    (0..k * k * lanes).map(|at| f64::from(u8::from((at / lanes).is_multiple_of(k + 1)))).collect()
}

/// Upper Cholesky factor U of a symmetric positive matrix, A = UᵀU; reads and overwrites the upper triangle.
/// Returns ln|A|; not a number where A is not positive.
#[inline(always)]
pub fn cholesky<const FMA: bool, const L: usize>(a: &mut [[f64; L]], k: usize) -> [f64; L] {
    if L == 1 { cholesky_panels::<FMA, L, WIDE>(a, k) } else { cholesky_panels::<FMA, L, NARROW>(a, k) }
}

#[inline(always)]
fn cholesky_panels<const FMA: bool, const L: usize, const W: usize>(
    a: &mut [[f64; L]],
    k: usize,
) -> [f64; L] {
    let mut log_determinant = [0.0; L];
    // Pivots are multiplied eight at a time before the logarithm, which then costs an eighth.
    let mut product = [1.0; L];
    for i in (0..k).step_by(2) {
        let corner = panel::<FMA, L, 2>((a, a), k, (i, i), 0..i);
        let (mut first, mut second, mut between) = ([0.0; L], [0.0; L], [0.0; L]);
        for l in 0..L {
            let pivot = a[i * k + i][l] - corner[0][0][l];
            first[l] = 1.0 / pivot.sqrt();
            between[l] = (a[i * k + i + 1][l] - corner[0][1][l]) * first[l];
            let next = a[(i + 1) * k + i + 1][l] - corner[1][1][l] - between[l] * between[l];
            second[l] = 1.0 / next.sqrt();
            product[l] *= pivot * next;
        }
        if i % 8 == 6 || i + 2 == k {
            for l in 0..L {
                log_determinant[l] += product[l].ln();
                product[l] = 1.0;
            }
        }
        for j in (i / W * W..k).step_by(W) {
            let [above, below] = panel::<FMA, L, W>((a, a), k, (i, j), 0..i);
            for (w, (s, t)) in above.iter().zip(&below).enumerate() {
                // What is left of the diagonal is not of the factor.
                if j + w >= i {
                    let (upper, lower) = (i * k + j + w, (i + 1) * k + j + w);
                    for l in 0..L {
                        let x = (a[upper][l] - s[l]) * first[l];
                        a[upper][l] = x;
                        a[lower][l] = mul_add::<FMA>(-between[l], x, a[lower][l] - t[l]) * second[l];
                    }
                }
            }
        }
    }
    log_determinant
}

/// M = U⁻ᵀ of an upper triangular U, lower triangular; zeros above it stay zeros.
#[inline(always)]
pub fn invert_factor<const FMA: bool, const L: usize>(u: &[[f64; L]], m: &mut [[f64; L]], k: usize) {
    if L == 1 {
        invert_panels::<FMA, L, WIDE>(u, m, k);
    } else {
        invert_panels::<FMA, L, NARROW>(u, m, k);
    }
}

#[inline(always)]
fn invert_panels<const FMA: bool, const L: usize, const W: usize>(
    u: &[[f64; L]],
    m: &mut [[f64; L]],
    k: usize,
) {
    for i in (0..k).step_by(2) {
        let between = u[i * k + i + 1];
        let (first, second) = (u[i * k + i].map(f64::recip), u[(i + 1) * k + i + 1].map(f64::recip));
        for j in (0..i).step_by(W) {
            let [above, below] = panel::<FMA, L, W>((u, m), k, (i, j), j..i);
            for (w, (s, t)) in above.iter().zip(&below).enumerate() {
                for l in 0..L {
                    let x = -s[l] * first[l];
                    m[i * k + j + w][l] = x;
                    m[(i + 1) * k + j + w][l] = mul_add::<FMA>(between[l], x, t[l]) * -second[l];
                }
            }
        }
        let corner = (i + 1) * k + i;
        (m[i * k + i], m[corner + 1]) = (first, second);
        for l in 0..L {
            m[corner][l] = -between[l] * first[l] * second[l];
        }
    }
}

/// A⁻¹ = MᵀM of a lower triangular M; writes the whole of `inverse`.
#[inline(always)]
pub fn inverse_from_factor<const FMA: bool, const L: usize>(
    m: &[[f64; L]],
    inverse: &mut [[f64; L]],
    k: usize,
) {
    if L == 1 {
        inverse_panels::<FMA, L, WIDE>(m, inverse, k);
    } else {
        inverse_panels::<FMA, L, NARROW>(m, inverse, k);
    }
}

#[inline(always)]
fn inverse_panels<const FMA: bool, const L: usize, const W: usize>(
    m: &[[f64; L]],
    inverse: &mut [[f64; L]],
    k: usize,
) {
    for i in (0..k).step_by(2) {
        for j in (i / W * W..k).step_by(W) {
            let sums = panel::<FMA, L, W>((m, m), k, (i, j), i.max(j)..k);
            for r in 0..2 {
                for w in 0..W {
                    inverse[(i + r) * k + j + w] = sums[r][w];
                    inverse[(j + w) * k + i + r] = sums[r][w];
                }
            }
        }
    }
}

/// Σₘ a[m][i + r] b[m][j + w] over `rows`.
#[inline(always)]
fn panel<const FMA: bool, const L: usize, const W: usize>(
    (a, b): (&[[f64; L]], &[[f64; L]]),
    k: usize,
    (i, j): (usize, usize),
    rows: Range<usize>,
) -> [[[f64; L]; W]; 2] {
    let mut sums = [[[0.0; L]; W]; 2];
    for m in rows {
        let a = &a[m * k + i..m * k + i + 2];
        let b = &b[m * k + j..m * k + j + W];
        for r in 0..2 {
            for w in 0..W {
                for l in 0..L {
                    sums[r][w][l] = mul_add::<FMA>(a[r][l], b[w][l], sums[r][w][l]);
                }
            }
        }
    }
    sums
}

/// y = A x for the leading rows and columns of a matrix with rows of `k`.
#[inline(always)]
pub fn multiply<const FMA: bool, const L: usize>(
    a: &[[f64; L]],
    k: usize,
    x: &[[f64; L]],
    y: &mut [[f64; L]],
) {
    for (y, row) in y.iter_mut().zip(a.chunks_exact(k)) {
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

    /// Rows of `n` in a matrix of [`padded`] size that is the identity beyond.
    fn pad<const L: usize>(n: usize, entry: impl Fn(usize, usize) -> [f64; L]) -> (Vec<[f64; L]>, usize) {
        let k = padded(n, L);
        let identity = |i, j| [if i == j { 1.0 } else { 0.0 }; L];
        let all = (0..k * k).map(|at| (at / k, at % k));
        (all.map(|(i, j)| if i < n && j < n { entry(i, j) } else { identity(i, j) }).collect(), k)
    }

    #[test]
    fn factor_and_inverse_by_hand() {
        // A = [[4, 2], [2, 5]]: U = [[2, 1], [0, 2]], |A| = 16, A⁻¹ = [[5, −2], [−2, 4]] / 16.
        let second = [[1.0, 0.0], [0.0, 9.0]];
        let first = [[4.0, 2.0], [2.0, 5.0]];
        let (mut a, k) = pad(2, |i, j| [first[i][j], second[i][j]]);
        let ln = cholesky::<false, 2>(&mut a, k);
        assert!((ln[0] - 16f64.ln()).abs() < 1e-14 && (ln[1] - 9f64.ln()).abs() < 1e-14);
        assert_eq!((a[0], a[1][0], a[k + 1]), ([2.0, 1.0], 1.0, [2.0, 3.0]));
        let (mut m, mut inverse) = (vec![[0.0; 2]; k * k], vec![[0.0; 2]; k * k]);
        invert_factor::<false, 2>(&a, &mut m, k);
        inverse_from_factor::<false, 2>(&m, &mut inverse, k);
        for (at, want) in [0, 1, k, k + 1].into_iter().zip([5.0, -2.0, -2.0, 4.0]) {
            assert!((inverse[at][0] - want / 16.0).abs() < 1e-15);
        }
        let mut y = [[0.0; 2]; 2];
        multiply::<false, 2>(&inverse, k, &[[4.0, 1.0], [2.0, 0.0]], &mut y);
        assert!((y[0][0] - 1.0).abs() < 1e-15 && y[1][0].abs() < 1e-15);
    }

    fn times_its_inverse_is_the_identity<const L: usize>(n: usize) {
        let entry = |i: usize, j: usize| {
            std::array::from_fn(|l| (-0.3 * (i as f64 - j as f64).abs() * (l + 1) as f64).exp())
        };
        let (a, k) = pad::<L>(n, entry);
        let (mut u, mut m, mut inverse) = (a.clone(), vec![[0.0; L]; k * k], vec![[0.0; L]; k * k]);
        cholesky::<true, L>(&mut u, k);
        invert_factor::<true, L>(&u, &mut m, k);
        inverse_from_factor::<true, L>(&m, &mut inverse, k);
        for (i, j) in (0..k).flat_map(|i| (0..k).map(move |j| (i, j))) {
            for l in 0..L {
                let sum: f64 = (0..k).map(|m| a[i * k + m][l] * inverse[m * k + j][l]).sum();
                assert!((sum - f64::from(u8::from(i == j))).abs() < 1e-12, "{n} {L} {i} {j}: {sum}");
            }
        }
    }

    #[test]
    fn a_matrix_of_any_size_times_its_inverse_is_the_identity() {
        for n in [1, 4, 7, 8, 9, 23, 32] {
            times_its_inverse_is_the_identity::<1>(n);
            times_its_inverse_is_the_identity::<8>(n);
        }
    }
}
