//! Rows of draws turned into columns.

use rayon::prelude::*;

/// Columns that are copied together: a row's part of them is one line of the cache.
const TOGETHER: usize = 8;

/// The transpose of rows of `n` values, column after column.
pub(super) fn columns(rows: &[&[f64]], n: usize) -> Vec<f64> {
    let mut out = vec![0.0; rows.len() * n];
    out.par_chunks_mut((TOGETHER * rows.len()).max(1)).enumerate().for_each(|(block, columns)| {
        for (s, row) in rows.iter().enumerate() {
            let values = &row[block * TOGETHER..];
            columns.iter_mut().skip(s).step_by(rows.len()).zip(values).for_each(|(to, x)| *to = *x);
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_any_number_come_out_in_order() {
        for n in [0, 1, 8, 19] {
            let rows: Vec<Vec<f64>> =
                (0..5).map(|s| (0..n).map(|i| f64::from(100 * s + i)).collect()).collect();
            let views: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
            let want: Vec<f64> = (0..n).flat_map(|i| (0..5).map(move |s| f64::from(100 * s + i))).collect();
            assert_eq!(columns(&views, n as usize), want);
        }
        assert!(columns(&[], 3).is_empty());
    }
}
