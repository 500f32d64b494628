//! Whether a warm-up has done its work, asked of all chains together.

use super::warmup::Warmup;

/// Fewest draws of half a chain to judge by.
const FEWEST: usize = 20;
/// Largest split R-hat of a coordinate over the draws that the metrics are estimated from: chains that are
/// still on their way, or apart, show several times more; well-mixed ones of a hundred draws 1.05 by chance.
const APART: f64 = 1.1;
/// Largest ratio of two chains' step sizes, which differ by chance too.
const STEPS_APART: f64 = 1.5;

/// Whether the chains have forgotten their starts, see the same region, and have come to the same step size, so
/// that each has a metric that will do.
pub(crate) fn settled(chains: &[&Warmup]) -> bool {
    let steps = || chains.iter().map(|chain| chain.averaging.averaged());
    let (shortest, longest) = (steps().fold(f64::INFINITY, f64::min), steps().fold(0.0, f64::max));
    let latest: Vec<&[f64]> = chains.iter().map(|chain| chain.latest()).collect();
    let dim = chains.first().map_or(0, |chain| chain.dim());
    longest <= STEPS_APART * shortest && largest_rhat(&latest, dim).is_some_and(|rhat| rhat <= APART)
}

/// Largest split R-hat of any coordinate over the last rows of each chain; `None` for too few of them. NaN of a
/// coordinate that never moved counts as largest.
///
/// # Source
/// Gelman et al., Bayesian Data Analysis (2013), § 11.4.
fn largest_rhat(chains: &[&[f64]], dim: usize) -> Option<f64> {
    let half = chains.iter().map(|rows| rows.len() / dim.max(1)).min()? / 2;
    if half < FEWEST {
        return None;
    }
    let halves: Vec<&[f64]> =
        chains.iter().flat_map(|rows| rows[rows.len() - 2 * half * dim..].chunks_exact(half * dim)).collect();
    let n = half as f64;
    let rhat = |i: usize| {
        let column = |rows: &&[f64]| moments(rows.iter().skip(i).step_by(dim).copied());
        let (means, variances): (Vec<f64>, Vec<f64>) = halves.iter().map(column).unzip();
        let within = variances.iter().sum::<f64>() / variances.len() as f64;
        let (_, between) = moments(means.into_iter());
        ((n - 1.0) / n + between / within).sqrt()
    };
    (0..dim).map(rhat).max_by(|a, b| a.total_cmp(b))
}

/// Mean and sample variance.
fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (mean, values.map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rhat_by_hand() {
        // Two chains of one coordinate; halves of means 0, 0, 1, 1 and variance 20/19 each: B/W = (1/3)/(20/19).
        let zeros: Vec<f64> = (0..40).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let ones: Vec<f64> = zeros.iter().map(|x| x + 1.0).collect();
        let want = (19.0 / 20.0 + 19.0 / 60.0f64).sqrt();
        let got = largest_rhat(&[&zeros, &ones], 1).expect("enough");
        assert!((got - want).abs() < 1e-12, "{got} {want}");
        // The start of a longer chain does not count.
        let longer: Vec<f64> = [vec![50.0; 7], ones].concat();
        assert_eq!(largest_rhat(&[&zeros, &longer], 1), Some(got));
        assert_eq!(largest_rhat(&[&zeros[..39], &longer], 1), None);
        let still = [0.0; 40];
        assert!(!largest_rhat(&[&still, &still], 1).is_some_and(|rhat| rhat <= APART));
    }
}
