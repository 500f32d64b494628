//! Columns that never fall: running totals where each period's own amount is meant.

use ndarray::Array2;

use super::finding::Findings;
use crate::data::dataset::Dataset;

/// Fewer periods of growth are luck.
const FEWEST: usize = 26;
/// Share of the periods in which a running total grows; a budget that is raised now and then grows seldom.
const GROWS: f64 = 0.8;

/// The outcome and the media columns that never fall.
pub(super) fn running(data: &Dataset, findings: &mut Findings) {
    let mut columns = vec![(&data.outcome.name, &data.outcome.values)];
    for channel in &data.channels {
        columns.push((channel.spend_column.as_ref().unwrap_or(&channel.exposure_column), &channel.spend));
        if channel.spend_column.as_ref() != Some(&channel.exposure_column) {
            columns.push((&channel.exposure_column, &channel.exposure));
        }
    }
    for (column, _) in columns.into_iter().filter(|(_, values)| never_falls(data, values)) {
        findings.warn(
            "running_total",
            format!("`{column}` never falls from one period to the next: is it a running total?"),
            "give what each period adds: the difference of its row and the one before",
        );
    }
}

fn never_falls(data: &Dataset, values: &Array2<f64>) -> bool {
    values.rows().into_iter().enumerate().all(|(g, row)| {
        let known: Vec<f64> =
            (0..row.len()).filter(|t| data.outcome.observed[[g, *t]]).map(|t| row[t]).collect();
        let grows = known.windows(2).filter(|pair| pair[1] > pair[0]).count();
        let falls = known.windows(2).any(|pair| pair[1] < pair[0]);
        known.len() >= FEWEST && !falls && grows as f64 >= GROWS * (known.len() - 1) as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    fn told(outcome: impl Fn(usize) -> f64) -> usize {
        let mut data = testdata::dataset();
        let n = 40;
        data.outcome.values = Array2::from_shape_fn((2, n), |(_, t)| outcome(t));
        data.outcome.observed = Array2::from_elem((2, n), true);
        data.channels.clear();
        let mut findings = Findings::default();
        running(&data, &mut findings);
        findings.0.len()
    }

    #[test]
    fn what_grows_in_nearly_every_period_is_asked_about() {
        assert_eq!(told(|t| 100.0 * t as f64 + (t * 31 % 50) as f64), 1);
        assert_eq!(told(|t| 100.0 * t as f64 + (t * 31 % 350) as f64), 0, "it falls at times");
        assert_eq!(told(|t| 100.0 * (t / 10) as f64), 0, "raised now and then");
    }
}
