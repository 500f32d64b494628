//! Channels and controls that go together in time: switched together, or one following the other.

use ndarray::Array2;

use crate::data::dataset::Dataset;
use crate::data::roles::words::is_on_the_way;

/// Correlation of on/off patterns above which two columns are never seen apart.
const SWITCHED: f64 = 0.9;
/// Correlation of a control with the past of a channel that counts as following it, and by how much it
/// must exceed that with the channel's future: what drives both is as close to one as to the other. Two
/// standard errors of a difference of correlations over a hundred weeks are 0.28 at most.
const FOLLOWS: f64 = 0.5;
const FOLLOWS_MORE: f64 = 0.28;
/// Weight of each week against the one after it in a channel's past or future.
const FADING: f64 = 0.5;
/// Fewer rows say nothing about what follows what.
const FEWEST_ROWS: usize = 52;
/// A channel and a 0/1 control that are on together, or never together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Switched {
    pub(super) channel: String,
    pub(super) control: String,
    /// Of the channel being on with the control.
    pub(super) correlation: f64,
}

/// A control that may be an effect of media.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mediator {
    pub(super) control: String,
    /// The channel that it follows in time, and its correlation with that channel's past.
    pub(super) follows: Option<(String, f64)>,
}

/// Pairs whose on/off patterns cannot be told apart.
pub(super) fn switched_together(data: &Dataset) -> Vec<Switched> {
    let mut found = Vec::new();
    for channel in &data.channels {
        let on = channel.exposure.mapv(|x| f64::from(u8::from(x > 0.0)));
        for control in data.controls.iter().filter(|c| c.binary) {
            let r = correlation(&known(&on, data), &known(&control.values, data));
            if r.abs() > SWITCHED {
                let (channel, control) = (channel.name.clone(), control.name.clone());
                found.push(Switched { channel, control, correlation: r });
            }
        }
    }
    found
}

/// Controls named like a step on the way to a sale, or that follow a channel more than they lead it.
pub(super) fn mediators(data: &Dataset) -> Vec<Mediator> {
    let mut found = Vec::new();
    for control in &data.controls {
        let values = within_geos(&control.values, data);
        // Media move no calendar: a 0/1 control that comes after a campaign is what it was booked for.
        let enough = values.len() >= FEWEST_ROWS && !control.binary;
        let follows = data
            .channels
            .iter()
            .filter_map(|channel| {
                let past = correlation(&values, &within_geos(&faded(&channel.exposure, false), data));
                let future = correlation(&values, &within_geos(&faded(&channel.exposure, true), data));
                let after = enough && past > FOLLOWS && past - future.abs() > FOLLOWS_MORE;
                after.then(|| (channel.name.clone(), past))
            })
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if follows.is_some() || is_on_the_way(&control.name) {
            found.push(Mediator { control: control.name.clone(), follows });
        }
    }
    found
}

/// Σ_{k ≥ 1} FADINGᵏ x of the k-th period before, or after, each period.
fn faded(values: &Array2<f64>, future: bool) -> Array2<f64> {
    let mut out = Array2::zeros(values.dim());
    let n = values.ncols();
    for (x, mut y) in values.rows().into_iter().zip(out.rows_mut()) {
        let mut sum = 0.0;
        for i in 0..n {
            let t = if future { n - 1 - i } else { i };
            y[t] = sum;
            sum = FADING * (sum + x[t]);
        }
    }
    out
}

fn known(values: &Array2<f64>, data: &Dataset) -> Vec<f64> {
    values.iter().zip(&data.outcome.observed).filter(|(_, p)| **p).map(|(x, _)| *x).collect()
}

/// The known values less their geo's mean.
fn within_geos(values: &Array2<f64>, data: &Dataset) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    for (row, here) in values.rows().into_iter().zip(data.outcome.observed.rows()) {
        let of_geo = || row.iter().zip(here).filter(|(_, p)| **p).map(|(x, _)| *x);
        let mean = of_geo().sum::<f64>() / of_geo().count().max(1) as f64;
        out.extend(of_geo().map(|x| x - mean));
    }
    out
}

/// Pearson correlation; 0 when either is constant.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - ma) * (y - mb);
        aa += (x - ma).powi(2);
        bb += (y - mb).powi(2);
    }
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}
