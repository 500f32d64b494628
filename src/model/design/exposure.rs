//! From the exposure units of the file to those of the model, in which a typical active period is 1.

use ndarray::ArrayView2;

/// Exposure units per scaled unit.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureScale {
    /// One per geo (per head when scaled by population).
    pub of_geo: Vec<f64>,
    /// The mean over the geos in which the channel ran.
    pub mean: f64,
}

impl ExposureScale {
    /// The mean positive exposure per head over all geos, or, without a population, the mean positive exposure
    /// of the geo itself. A geo in which the channel never ran has what its mean outcome, `size`, would have the
    /// others expect; 1 where it ran nowhere.
    pub(super) fn new(exposure: ArrayView2<f64>, population: Option<&[f64]>, size: &[f64]) -> ExposureScale {
        let mean = |values: &mut dyn Iterator<Item = f64>| {
            let (n, sum) = values.filter(|x| *x > 0.0).fold((0.0, 0.0), |(n, sum), x| (n + 1.0, sum + x));
            (n > 0.0).then(|| sum / n)
        };
        let rows = exposure.rows();
        if let Some(heads) = population {
            let mut per_head =
                rows.into_iter().zip(heads).flat_map(|(row, n)| row.into_iter().map(move |x| x / n));
            let mean = mean(&mut per_head).unwrap_or(1.0);
            return ExposureScale { of_geo: vec![mean; heads.len()], mean };
        }
        let own: Vec<Option<f64>> = rows.into_iter().map(|row| mean(&mut row.iter().copied())).collect();
        let of_size = mean(&mut own.iter().zip(size).filter_map(|(own, size)| Some((*own)? / size)));
        let expected = |size: &f64| of_size.map_or(1.0, |per| per * size);
        ExposureScale {
            of_geo: own.iter().zip(size).map(|(own, size)| own.unwrap_or_else(|| expected(size))).collect(),
            mean: mean(&mut own.iter().copied().flatten()).unwrap_or(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_geo_without_a_channel_is_scaled_by_those_that_have_it() {
        let exposure = ndarray::array![[0.0, 60.0, 20.0], [0.0; 3], [0.0, 0.0, 10.0]];
        let scale = ExposureScale::new(exposure.view(), None, &[100.0, 50.0, 20.0]);
        // 0.4 and 0.5 of the outcome.
        assert_eq!(scale, ExposureScale { of_geo: vec![40.0, 22.5, 10.0], mean: 25.0 });
        let nowhere = ExposureScale::new(ndarray::Array2::zeros((2, 3)).view(), None, &[100.0, 50.0]);
        assert_eq!(nowhere, ExposureScale { of_geo: vec![1.0, 1.0], mean: 1.0 });
        let per_head = ExposureScale::new(exposure.view(), Some(&[10.0, 5.0, 1.0]), &[100.0, 50.0, 20.0]);
        assert_eq!(per_head, ExposureScale { of_geo: vec![6.0; 3], mean: 6.0 });
    }
}
