//! How long and how often each channel was active.

use chrono::NaiveDate;
use ndarray::Array2;
use serde::Serialize;

use super::dataset::Dataset;

/// Activity of one channel, geos taken together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChannelHistory {
    /// Channel name.
    pub name: String,
    /// Spend column; `None` for an organic channel.
    pub spend_column: Option<String>,
    /// Column that drives the response.
    pub exposure_column: String,
    /// Currency over all rows; 0 for an organic channel.
    pub spend: f64,
    /// First period with exposure.
    pub first_active: Option<NaiveDate>,
    /// Periods with exposure in any geo.
    pub active_periods: usize,
    /// Rows without exposure as a share of all rows.
    pub zero_share: f64,
}

/// The history of every channel, in the data set's order.
pub fn history(data: &Dataset) -> Vec<ChannelHistory> {
    data.channels
        .iter()
        .map(|channel| {
            let active: Vec<usize> = (0..data.n_periods())
                .filter(|t| channel.exposure.column(*t).iter().any(|x| *x > 0.0))
                .collect();
            ChannelHistory {
                name: channel.name.clone(),
                spend_column: channel.spend_column.clone(),
                exposure_column: channel.exposure_column.clone(),
                spend: channel.spend.sum(),
                first_active: active.first().map(|t| data.dates[*t]),
                active_periods: active.len(),
                zero_share: zero_share(&channel.exposure, &data.present),
            }
        })
        .collect()
}

fn zero_share(values: &Array2<f64>, present: &Array2<bool>) -> f64 {
    let rows = present.iter().filter(|p| **p).count();
    let zeros = values.iter().zip(present).filter(|(x, p)| **p && **x == 0.0).count();
    zeros as f64 / rows.max(1) as f64
}
