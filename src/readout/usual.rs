//! The usual spend of treated geos where nobody tells it: what untreated geos spent, times the ratio before the test.

use crate::data::{Dataset, Experiment};

/// Weeks before the test over which the ratio is taken: as long as plans are usually kept.
const RATIO_WEEKS: usize = 26;

/// A guess, and over how many periods its ratio was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Guess {
    /// Spend over the treatment, currency.
    pub(super) usual: f64,
    /// Periods before the test.
    pub(super) periods: usize,
}

/// Guesses the usual spend of a test's geos from those outside `treated`; `None` where these spent nothing before, or
/// there are none.
pub(super) fn guess(data: &Dataset, test: &Experiment, treated: &[usize]) -> Option<Guess> {
    let periods = data.interval.periods_in(RATIO_WEEKS).min(test.treated.start);
    let before = test.treated.start - periods..test.treated.start;
    let untreated: Vec<usize> = (0..data.n_geos()).filter(|g| !treated.contains(g)).collect();
    let sum = |geos: &[usize], span: std::ops::Range<usize>| -> f64 {
        let of = |c: &usize| {
            let spend = &data.channels[*c].spend;
            geos.iter().map(|g| spend.row(*g).slice(ndarray::s![span.clone()]).sum()).sum::<f64>()
        };
        test.channels.iter().map(of).sum()
    };
    let others = sum(&untreated, before.clone());
    let ratio = sum(&test.geos, before) / others;
    let usual = ratio * sum(&untreated, test.treated.clone());
    (others > 0.0 && usual.is_finite()).then_some(Guess { usual, periods })
}
