//! The usual spend of treated geos where nobody tells it: what untreated geos spent, times the ratio before the test.

use std::ops::Range;

use crate::data::{Dataset, Experiment};

/// Weeks before the test over which the ratio is taken: as long as plans are usually kept.
const RATIO_WEEKS: usize = 26;

/// Stretches before the test, as long as it, on which the guess is tried.
const TRIED: usize = 6;

/// A guess, and how it was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Guess {
    /// Spend over the treatment, currency.
    pub(super) usual: f64,
    /// Periods over which the ratio was taken.
    pub(super) periods: usize,
    /// Root mean square of (spent − guessed) / guessed on stretches before the test; `None` without any.
    pub(super) off: Option<f64>,
}

/// Guesses the usual spend of a test's geos from those outside `treated`; `None` where these spent nothing before, or
/// there are none.
pub(super) fn guess(data: &Dataset, test: &Experiment, treated: &[usize]) -> Option<Guess> {
    let untreated: Vec<usize> = (0..data.n_geos()).filter(|g| !treated.contains(g)).collect();
    let sum = |geos: &[usize], span: Range<usize>| -> f64 {
        let of = |c: &usize| {
            let spend = &data.channels[*c].spend;
            geos.iter().map(|g| spend.row(*g).slice(ndarray::s![span.clone()]).sum()).sum::<f64>()
        };
        test.channels.iter().map(of).sum()
    };
    let most = data.interval.periods_in(RATIO_WEEKS);
    let of = |span: Range<usize>| {
        let before = span.start - most.min(span.start)..span.start;
        let others = sum(&untreated, before.clone());
        let usual = sum(&test.geos, before) / others * sum(&untreated, span);
        (others > 0.0 && usual.is_finite()).then_some(usual)
    };
    let (start, length) = (test.treated.start, test.treated.len());
    let errors: Vec<f64> = (1..=TRIED)
        .map_while(|k| start.checked_sub(k * length).filter(|start| *start >= most))
        .filter_map(|start| {
            let guessed = of(start..start + length).filter(|guessed| *guessed > 0.0)?;
            Some((sum(&test.geos, start..start + length) / guessed - 1.0).powi(2))
        })
        .collect();
    let off = (!errors.is_empty()).then(|| (errors.iter().sum::<f64>() / errors.len() as f64).sqrt());
    Some(Guess { usual: of(test.treated.clone())?, periods: most.min(start), off })
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::data::testdata;

    #[test]
    fn the_usual_spend_keeps_the_proportion_to_the_other_geos() {
        let mut data = testdata::dataset();
        // South spends three times what north does, which doubled when the test began; south stopped.
        let spend = |g: usize, t: usize| match (g, t < 16) {
            (0, true) => 10.0,
            (0, false) => 20.0,
            (_, true) => 30.0,
            _ => 0.0,
        };
        data.channels[0].spend = Array2::from_shape_fn((2, testdata::WEEKS), |(g, t)| spend(g, t));
        let day = data.dates[16];
        let shape = Array2::zeros((1, testdata::WEEKS));
        let test = Experiment {
            label: "tv".into(),
            row: 2,
            channels: vec![0],
            geos: vec![1],
            start: day,
            end: day,
            readout_end: day,
            treated: 16..20,
            counted: 16..20,
            cells: Vec::new(),
            kind: crate::data::ExperimentKind::Contrast,
            alike: Vec::new(),
            counterfactual: vec![shape.clone()],
            counterfactual_spend: vec![shape],
            spend_change: 0.0,
            population_share: None,
            in_data: true,
            other: Vec::new(),
        };
        let guess = guess(&data, &test, &[1]).unwrap();
        assert_eq!(guess.usual, 240.0, "four weeks of three times 20");
    }
}
