//! How far the data reach: where spend, all periods scaled alike, is beyond what was seen.

/// Share of the spend above the largest period in the data from which a plan is extrapolation.
///
/// A plan that scales every period is beyond the largest one as soon as it grows at all, yet a peak that is 10 %
/// higher is next to nothing of a year. So what counts is how much of the money lies where nothing has been
/// seen: a twentieth is what a channel that always spends the same has with 5 % more; usual flighting, with its
/// few high weeks, comes to it between 1.5 and 2 times its spend.
pub(crate) const EXTRAPOLATED: f64 = 0.05;

/// What a channel does in one geo.
pub(crate) struct Seen<'a> {
    /// Exposure by period.
    pub series: &'a [f64],
    /// Largest exposure of a period in the data.
    pub largest: f64,
    /// Spend that the series stands for.
    pub spend: f64,
}

impl<'a> Seen<'a> {
    /// Of a series that is itself the data.
    pub(crate) fn of_data(series: &'a [f64], spend: f64) -> Seen<'a> {
        Seen { series, largest: series.iter().copied().fold(0.0, f64::max), spend }
    }
}

/// Share of a series that lies beyond `largest`, 0 to 1; 0 of nothing.
pub(crate) fn beyond(series: &[f64], largest: f64) -> f64 {
    let total: f64 = series.iter().sum();
    let above: f64 = series.iter().map(|x| (x - largest).max(0.0)).sum();
    if total > 0.0 { above / total } else { 0.0 }
}

/// Share of the spend of all geos that lies beyond what each has seen; 0 of nothing.
pub(crate) fn spend_beyond(geos: &[Seen]) -> f64 {
    scaled_beyond(geos, 1.0)
}

/// The multiple at which [`EXTRAPOLATED`] of the spend lies beyond; `None` without any spend.
pub(crate) fn reach(geos: &[Seen]) -> Option<f64> {
    if scaled_beyond(geos, f64::INFINITY) <= EXTRAPOLATED {
        return None;
    }
    // By bisection of its inverse: all of it lies beyond nothing, and none beyond the largest.
    let (mut low, mut high) = (0.0, 1.0);
    while high - low > 1e-12 {
        let middle = 0.5 * (low + high);
        if scaled_beyond(geos, 1.0 / middle) > EXTRAPOLATED { low = middle } else { high = middle }
    }
    Some(1.0 / high)
}

/// The share beyond of `times` the series.
fn scaled_beyond(geos: &[Seen], times: f64) -> f64 {
    let total: f64 = geos.iter().map(|g| g.spend).sum();
    let above: f64 = geos.iter().map(|g| g.spend * beyond(g.series, g.largest / times)).sum();
    if total > 0.0 { above / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(series: &[f64]) -> Seen<'_> {
        Seen::of_data(series, series.iter().sum())
    }

    #[test]
    fn shares_beyond_by_hand() {
        assert_eq!(beyond(&[1.0, 3.0, 6.0], 4.0), 0.2);
        assert_eq!((beyond(&[1.0, 3.0], 3.0), beyond(&[0.0], 0.0)), (0.0, 0.0));
        // A fifth of 30 and none of 10.
        let [a, b] = [(&[1.0, 3.0, 6.0], 4.0, 30.0), (&[1.0, 1.0, 1.0], 1.0, 10.0)]
            .map(|(series, largest, spend)| Seen { series, largest, spend });
        assert_eq!(spend_beyond(&[a, b]), 0.15);
        // Always the same: 5 % of 1 / 0.95 is above 1.
        assert!((reach(&[seen(&[2.0; 7])]).unwrap() - 1.0 / 0.95).abs() < 1e-9);
        // Of 100, 5 lie above 45 (the first alone), so at 50 / 45.
        assert!((reach(&[seen(&[50.0, 30.0, 0.0, 20.0])]).unwrap() - 50.0 / 45.0).abs() < 1e-9);
        assert_eq!(reach(&[seen(&[0.0; 3])]), None);
    }

    #[test]
    fn at_its_reach_a_plan_has_a_twentieth_beyond_and_a_small_geo_hardly_matters() {
        let series: Vec<f64> = (0..50).map(|t| (1.0 + (t as f64).sin()).max(0.3).powi(3)).collect();
        let alone = reach(&[seen(&series)]).unwrap();
        let scaled: Vec<f64> = series.iter().map(|x| alone * x).collect();
        let largest = seen(&series).largest;
        assert!((beyond(&scaled, largest) - EXTRAPOLATED).abs() < 1e-9 && alone > 1.19);
        let small = [1e-3; 50];
        let both = reach(&[seen(&series), seen(&small)]).unwrap();
        assert!((both / alone - 1.0).abs() < 1e-3, "{both} {alone}");
    }
}
