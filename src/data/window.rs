//! Parts of a data set: its first periods, some of its geos, or no media.

use std::ops::Range;

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
        self.part(0..n_periods, &geos)
    }

    /// The periods after the first `n`.
    pub fn without_first(&self, n: usize) -> Dataset {
        let geos: Vec<usize> = (0..self.n_geos()).collect();
        self.part(n.min(self.n_periods())..self.n_periods(), &geos)
    }

    fn part(&self, periods: Range<usize>, geos: &[usize]) -> Dataset {
        let mut part = self.clone();
        part.dates = self.dates[periods.clone()].to_vec();
        part.geos = geos.iter().map(|g| self.geos[*g].clone()).collect();
        part.population = self.population.as_ref().map(|n| geos.iter().map(|g| n[*g]).collect());
        cut(&mut part.outcome.values, &periods, geos);
        cut(&mut part.outcome.observed, &periods, geos);
        cut(&mut part.present, &periods, geos);
        if let Some(values) = &mut part.outcome.revenue_per_outcome {
            cut(values, &periods, geos);
        }
        for channel in &mut part.channels {
            cut(&mut channel.spend, &periods, geos);
            cut(&mut channel.exposure, &periods, geos);
        }
        for control in part.controls.iter_mut().chain(&mut part.unused) {
            cut(&mut control.values, &periods, geos);
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

/// Keeps some periods of some geos of a G × T matrix.
fn cut<T: Clone>(matrix: &mut Array2<T>, periods: &Range<usize>, geos: &[usize]) {
    *matrix = matrix.slice_axis(Axis(1), Slice::from(periods.clone())).select(Axis(0), geos);
}

#[cfg(test)]
mod tests {
    use crate::data::testdata;

    #[test]
    fn what_comes_later_keeps_every_geo() {
        let data = testdata::dataset();
        let part = data.without_first(15);
        assert_eq!((part.n_periods(), part.dates[0], part.geos.len()), (5, data.dates[15], 2));
        assert_eq!(part.channels[0].spend[[1, 0]], data.channels[0].spend[[1, 15]]);
        assert_eq!(data.without_first(99).n_periods(), 0);
    }

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
