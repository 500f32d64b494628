//! Data set and configuration → the scaled arrays that the density reads.

use super::super::expectation::Expectation;
use super::super::reach::{Seen, reach};
use super::baseline::BaselineDesign;
use super::media::MediaDesign;
use super::outcome::ScaledOutcome;
use crate::Error;
use crate::config::FitConfig;
use crate::data::{Dataset, Experiment};

/// Everything fixed before sampling, in stages, each made whole from those before it. Series are
/// time-contiguous: `[g·T + t]`, media `[(c·G + g)·T + t]`.
#[derive(Debug, Clone)]
pub struct Design {
    /// G.
    pub n_geos: usize,
    /// T.
    pub n_periods: usize,
    /// Weeks in a period.
    pub period_weeks: f64,
    /// The outcome, and which cells count.
    pub outcome: ScaledOutcome,
    /// The channels.
    pub media: MediaDesign,
    /// The linear baseline.
    pub baseline: BaselineDesign,
}

impl Design {
    /// Scales a data set for a configuration.
    ///
    /// # Errors
    /// A geo without fitted cells, or with a mean outcome that is not positive.
    pub fn new(data: &Dataset, config: &FitConfig) -> Result<Design, Error> {
        Design::with_tests(data, config, &[])
    }

    /// The same for a fit to which `tests` are told. Cells that a reading of cells in the data speaks of are kept from
    /// the likelihood, though not from reports, until the carry-over of the test is gone: their information counts
    /// once.
    ///
    /// # Errors
    /// As [`Design::new`].
    pub fn with_tests(data: &Dataset, config: &FitConfig, tests: &[Experiment]) -> Result<Design, Error> {
        let whole = ScaledOutcome::new(data, &config.model)?;
        let media = MediaDesign::new(data, config, tests, &whole);
        let left_out = told_by_readings(data, &media, tests);
        let outcome = if left_out.contains(&true) { whole.leaving_out(&left_out) } else { whole };
        let baseline = BaselineDesign::new(data, config, &outcome);
        Ok(Design {
            n_geos: outcome.n_geos,
            n_periods: outcome.n_periods,
            period_weeks: data.interval.days() / 7.0,
            outcome,
            media,
            baseline,
        })
    }

    /// Number of channels C.
    pub fn n_channels(&self) -> usize {
        self.media.channels.len()
    }

    /// The prior of channel `c`'s ln effect, the others unknown.
    pub fn expectation(&self, c: usize) -> Expectation<'_> {
        match self.media.channels[c].prior {
            Some((mean, sd)) => Expectation::Normal { mean, sd },
            None => Expectation::Shared(&self.media.pool),
        }
    }

    /// The multiple of channel `c`'s spend of which 5 % lies above each geo's largest period up to the last fitted
    /// one: how far the data reach.
    pub fn observed_max_multiplier(&self, c: usize) -> f64 {
        let (n, seen) = (self.n_periods, self.outcome.periods_until_last_fitted());
        let all = self.media.exposure[c * self.n_geos * n..(c + 1) * self.n_geos * n].chunks_exact(n);
        let geos = all.zip(&self.media.channels[c].spend).map(|(x, spend)| Seen::of_data(&x[..seen], *spend));
        reach(&geos.collect::<Vec<_>>()).unwrap_or(1.0)
    }
}

/// Marks the cells (G × T) that leave the likelihood for readings of cells that are in the data.
fn told_by_readings(data: &Dataset, media: &MediaDesign, tests: &[Experiment]) -> Vec<bool> {
    let n = data.n_periods();
    let mut left_out = vec![false; data.n_geos() * n];
    for test in tests.iter().filter(|test| test.in_data && test.reading().is_some()) {
        let lags = test.channels.iter().map(|c| media.channels[*c].carry_over_periods()).max().unwrap_or(0);
        for g in &test.geos {
            left_out[g * n..][test.leaving(lags)].fill(true);
        }
    }
    left_out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    #[test]
    fn what_is_held_out_does_not_stretch_what_was_observed() {
        let mut data = testdata::dataset();
        let mut config = FitConfig::default();
        config = config.with(|c| c.model.holdout_weeks = 1).unwrap();
        let reach = |data: &Dataset| Design::new(data, &config).unwrap().observed_max_multiplier(0);
        let before = reach(&data);
        let n = data.n_periods();
        data.channels[0].exposure.slice_mut(ndarray::s![.., n - 1..]).fill(1e6);
        assert_eq!(reach(&data), before);
        // Twice the largest: a period so far beyond the rest that it is most of the spend stretches nothing.
        data.channels[0].exposure.slice_mut(ndarray::s![.., n - 2..]).fill(200.0);
        assert!(reach(&data) > 1.1 * before, "{} {before}", reach(&data));
    }
}
