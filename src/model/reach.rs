//! How far the data reach: where spend, all periods scaled alike, is beyond what was seen.

/// Share of the spend above the largest period in the data from which a plan is extrapolation.
///
/// A plan that scales every period is beyond the largest one as soon as it grows at all, yet a peak that is 10 %
/// higher is next to nothing of a year. So what counts is how much of the money lies where nothing has been
/// seen: a twentieth is what a channel that always spends the same has with 5 % more; usual flighting, with its
/// few high weeks, comes to it between 1.5 and 2 times its spend.
pub(crate) const EXTRAPOLATED: f64 = 0.05;

/// Share of a series that lies above `largest`, 0 to 1; 0 of nothing.
pub(crate) fn share_above(series: &[f64], largest: f64) -> f64 {
    let total: f64 = series.iter().sum();
    let above: f64 = series.iter().map(|x| (x - largest).max(0.0)).sum();
    if total > 0.0 { above / total } else { 0.0 }
}

/// The multiple of a series of which [`EXTRAPOLATED`] lies above its own largest value; `None` where it is 0
/// throughout.
pub(crate) fn reach(series: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = series.iter().copied().filter(|x| *x > 0.0).collect();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let largest = *sorted.first()?;
    let spare = EXTRAPOLATED * sorted.iter().sum::<f64>();
    // Times m, what lies above the largest is m Σ (x − largest/m)₊: the level largest/m leaves `spare` above it.
    let mut above = 0.0;
    let level = sorted.iter().enumerate().find_map(|(k, x)| {
        above += x;
        let level = (above - spare) / (k + 1) as f64;
        (level >= sorted.get(k + 1).copied().unwrap_or(0.0)).then_some(level)
    });
    level.map(|level| largest / level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_above_by_hand() {
        assert_eq!(share_above(&[1.0, 3.0, 6.0], 4.0), 0.2);
        assert_eq!((share_above(&[1.0, 3.0], 3.0), share_above(&[0.0], 0.0)), (0.0, 0.0));
        // Always the same: 5 % of 1 / 0.95 is above 1.
        assert!((reach(&[2.0; 7]).unwrap() - 1.0 / 0.95).abs() < 1e-12);
        // Of 100, 5 lie above 45 (the first alone), so at 50 / 45.
        assert!((reach(&[50.0, 30.0, 0.0, 20.0]).unwrap() - 50.0 / 45.0).abs() < 1e-12);
        assert_eq!(reach(&[0.0; 3]), None);
    }

    #[test]
    fn at_its_reach_a_series_has_a_twentieth_above_its_largest() {
        let series: Vec<f64> = (0..50).map(|t| (1.0 + (t as f64).sin()).max(0.3).powi(3)).collect();
        let largest = series.iter().copied().fold(0.0, f64::max);
        let m = reach(&series).unwrap();
        let scaled: Vec<f64> = series.iter().map(|x| m * x).collect();
        assert!((share_above(&scaled, largest) - EXTRAPOLATED).abs() < 1e-12 && m > 1.19);
    }
}
