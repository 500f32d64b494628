//! What the diagnostics do to chains first: check them, split them, sort them.

/// Whether a diagnostic has a value: chains of one length of at least four finite draws, not all equal.
pub(super) fn usable(chains: &[&[f64]]) -> bool {
    let Some(first) = chains.first().and_then(|chain| chain.first()) else { return false };
    let length = chains[0].len();
    length >= 4
        && chains.iter().all(|chain| chain.len() == length && chain.iter().all(|x| x.is_finite()))
        && chains.iter().any(|chain| chain.iter().any(|x| x != first))
}

/// First and last half of every chain; the middle draw of an odd length is left out.
pub(super) fn split<'a>(chains: &[&'a [f64]]) -> Vec<&'a [f64]> {
    chains
        .iter()
        .flat_map(|chain| {
            let half = chain.len() / 2;
            [&chain[..half], &chain[chain.len() - half..]]
        })
        .collect()
}

/// Views of owned chains.
pub(super) fn views(chains: &[Vec<f64>]) -> Vec<&[f64]> {
    chains.iter().map(Vec::as_slice).collect()
}

/// Applies `f` to every draw.
pub(super) fn map(chains: &[&[f64]], f: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    chains.iter().map(|chain| chain.iter().map(|x| f(*x)).collect()).collect()
}

/// All draws of all chains, ascending.
pub(super) fn sorted(chains: &[&[f64]]) -> Vec<f64> {
    let mut all = chains.concat();
    all.sort_unstable_by(f64::total_cmp);
    all
}

/// Quantile of ascending values by linear interpolation between order statistics.
///
/// # Source
/// Hyndman & Fan (1996), type 7: the default of R and NumPy, as in R's posterior and ArviZ.
pub fn quantile_sorted(sorted: &[f64], p: f64) -> f64 {
    let h = (sorted.len() - 1) as f64 * p;
    let low = h.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (h - low as f64) * (sorted[high] - sorted[low])
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance (n − 1).
pub(super) fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_leaves_out_the_middle_draw() {
        let halves = split(&[&[1.0, 2.0, 3.0, 4.0, 5.0]]);
        assert_eq!(halves, [&[1.0, 2.0][..], &[4.0, 5.0][..]]);
    }

    #[test]
    fn constant_short_ragged_or_infinite_chains_have_no_diagnostics() {
        assert!(!usable(&[]));
        assert!(!usable(&[&[1.0; 10], &[1.0; 10]]));
        assert!(!usable(&[&[1.0, 2.0, 3.0]]));
        assert!(!usable(&[&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.0, 5.0]]));
        assert!(!usable(&[&[1.0, 2.0, f64::NAN, 4.0]]));
        assert!(usable(&[&[1.0; 4], &[2.0; 4]]));
    }
}
