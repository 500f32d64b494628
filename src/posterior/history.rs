//! What the paid channels spent and ran, cell by cell: all that a dated plan needs beside the draws.

use chrono::NaiveDate;

use crate::data::{Activity, Dataset, Interval};
use crate::model::Design;

/// Spend and exposure of the paid channels. Series are G × T, `[g·T + t]`.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaHistory {
    /// First day of each period, length T.
    pub dates: Vec<NaiveDate>,
    /// Spacing of the periods.
    pub interval: Interval,
    /// Geo names, length G.
    pub geos: Vec<String>,
    /// Outcome units per unit of coefficient and geo, length G.
    pub outcome_scale: Vec<f64>,
    /// Currency per outcome unit; 1 where the outcome is revenue or no worth is known, the geo's nearest where it has
    /// no row.
    pub value_per_outcome: Vec<f64>,
    /// Whether the cell was fitted.
    pub fitted: Vec<bool>,
    /// How often each geo's fitted periods come in a plan as long as the fitted window, length G: 0 for a geo that
    /// has ended.
    pub pace: Vec<f64>,
    /// One entry per paid channel.
    pub channels: Vec<ChannelMedia>,
}

/// One paid channel.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelMedia {
    /// Channel name.
    pub name: String,
    /// Spend column.
    pub spend_column: String,
    /// Whether it has ended: today's plan has nothing of it.
    pub ended: bool,
    /// Currency.
    pub spend: Vec<f64>,
    /// In the unit of the channel's half-saturation K, so that a cell's effect is that of adstocked
    /// exposure over K: exposure per head with populations, else as given but with every geo's typical
    /// period made equal to the mean one's.
    pub exposure: Vec<f64>,
}

impl MediaHistory {
    /// Reads a data set through the scales of its design.
    pub(crate) fn of(design: &Design, data: &Dataset) -> MediaHistory {
        let (n_geos, n) = (design.n_geos, design.n_periods);
        let series = n_geos * n;
        let channels = data.channels.iter().enumerate().filter_map(|(c, channel)| {
            let unit = design.media.channels[c].exposure_scale.mean;
            Some(ChannelMedia {
                name: channel.name.clone(),
                spend_column: channel.spend_column.clone()?,
                ended: Activity::of(data, channel).ended().is_some(),
                spend: channel.spend.iter().copied().collect(),
                exposure: design.media.exposure[c * series..(c + 1) * series]
                    .iter()
                    .map(|x| x * unit)
                    .collect(),
            })
        });
        MediaHistory {
            dates: data.dates.clone(),
            interval: data.interval,
            geos: data.geos.clone(),
            outcome_scale: design.outcome.scale.clone(),
            value_per_outcome: worth(data),
            fitted: design.outcome.fitted.iter().map(|f| *f > 0.0).collect(),
            pace: design.outcome.pace.clone(),
            channels: channels.collect(),
        }
    }

    /// Number of periods T.
    pub fn n_periods(&self) -> usize {
        self.dates.len()
    }

    /// Exposure of channel `c` in geo `g` up to the last fitted period of any geo: what the fit has seen.
    pub(crate) fn observed(&self, c: usize, g: usize) -> &[f64] {
        let n = self.n_periods();
        let last = |fitted: &[bool]| fitted.iter().rposition(|f| *f).map_or(0, |last| last + 1);
        let seen = self.fitted.chunks_exact(n.max(1)).map(last).max().unwrap_or(0);
        &self.channels[c].exposure[g * n..g * n + seen]
    }

    /// Number of geos G.
    pub fn n_geos(&self) -> usize {
        self.geos.len()
    }
}

/// Currency per outcome unit, G × T. A plan may repeat periods in which a geo had not begun: its outcomes are worth
/// then what they are worth nearest to it.
fn worth(data: &Dataset) -> Vec<f64> {
    let n = data.n_periods();
    let mut worth: Vec<f64> = (0..data.n_geos() * n).map(|i| data.value_per_outcome(i / n, i % n)).collect();
    for (worth, present) in worth.chunks_exact_mut(n).zip(data.present.rows()) {
        let known: Vec<usize> = (0..n).filter(|t| present[*t]).collect();
        for t in (0..n).filter(|t| !present[*t]) {
            let nearest = known.iter().min_by_key(|k| k.abs_diff(t));
            worth[t] = nearest.map_or(worth[t], |k| worth[*k]);
        }
    }
    worth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    #[test]
    fn where_a_geo_has_no_row_its_outcomes_are_worth_what_they_are_next_to_it() {
        let mut data = testdata::dataset();
        let shape = (testdata::GEOS, testdata::WEEKS);
        data.outcome.revenue_per_outcome =
            Some(ndarray::Array2::from_shape_fn(shape, |(g, t)| 100.0 * g as f64 + t as f64 + 1.0));
        for t in [0, 1, 10] {
            data.present[[1, t]] = false;
        }
        let worth = worth(&data);
        assert_eq!(worth[..3], [1.0, 2.0, 3.0]);
        assert_eq!(worth[testdata::WEEKS..testdata::WEEKS + 3], [103.0, 103.0, 103.0]);
        let gap = worth[testdata::WEEKS + 10];
        assert!(gap == 110.0 || gap == 112.0, "either neighbour: {gap}");
    }
}
