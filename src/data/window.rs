//! Parts of a data set: its first periods, some of its geos, or no media.

use ndarray::{Array2, Axis, Slice};

use super::dataset::Dataset;

impl Dataset {
    /// What is fitted when the last `holdout` periods are not.
    pub fn without_last(&self, holdout: usize) -> Dataset {
        let n = self.n_periods().saturating_sub(holdout);
        self.as_of(n, n)
    }

    /// The data as they were after `n_periods` periods, for a fit on the first `n_fitted` of them: geos
    /// without an outcome by then are left out, as nothing would be known about them.
    pub fn as_of(&self, n_periods: usize, n_fitted: usize) -> Dataset {
        let known = |g: &usize| self.outcome.observed.row(*g).iter().take(n_fitted).any(|o| *o);
        let geos: Vec<usize> = (0..self.n_geos()).filter(known).collect();
        let mut part = self.clone();
        part.dates.truncate(n_periods);
        part.geos = geos.iter().map(|g| self.geos[*g].clone()).collect();
        part.population = self.population.as_ref().map(|n| geos.iter().map(|g| n[*g]).collect());
        cut(&mut part.outcome.values, n_periods, &geos);
        cut(&mut part.outcome.observed, n_periods, &geos);
        cut(&mut part.present, n_periods, &geos);
        if let Some(values) = &mut part.outcome.revenue_per_outcome {
            cut(values, n_periods, &geos);
        }
        for channel in &mut part.channels {
            cut(&mut channel.spend, n_periods, &geos);
            cut(&mut channel.exposure, n_periods, &geos);
        }
        for control in &mut part.controls {
            cut(&mut control.values, n_periods, &geos);
            // Whether a later value is neither 0 nor 1 is not known yet.
            control.binary = control.values.iter().all(|x| *x == 0.0 || *x == 1.0);
        }
        part
    }

    /// The data without any media channel.
    pub fn without_media(&self) -> Dataset {
        Dataset { channels: Vec::new(), ..self.clone() }
    }
}

/// Keeps the first periods of some geos of a G × T matrix.
fn cut<T: Clone>(matrix: &mut Array2<T>, n_periods: usize, geos: &[usize]) {
    *matrix = matrix.slice_axis(Axis(1), Slice::from(..n_periods)).select(Axis(0), geos);
}

#[cfg(test)]
mod tests {
    use crate::data::testdata;

    #[test]
    fn nothing_later_and_no_unknown_geo_is_left() {
        let mut data = testdata::dataset();
        data.outcome.observed.row_mut(0).iter_mut().take(8).for_each(|o| *o = false);
        let part = data.as_of(10, 8);
        assert_eq!((part.n_geos(), part.n_periods(), part.geos[0].as_str()), (1, 10, data.geos[1].as_str()));
        assert_eq!(part.outcome.values[[0, 9]], data.outcome.values[[1, 9]]);
        for channel in &part.channels {
            assert_eq!((channel.exposure.dim(), channel.spend.dim()), ((1, 10), (1, 10)));
        }
        assert_eq!(data.as_of(10, 9).n_geos(), 2);
        assert!(part.without_media().channels.is_empty());
    }
}
