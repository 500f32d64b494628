//! Whether the effects of channels changed over the data, in words.

use crate::report::{ChannelReport, DriftReport, Fit};
use crate::words::numbers::{clean, percent};

/// A probability from which a change is called one: of false alarms there are then at most as many as it leaves.
const FOUND: f64 = 0.9;
/// One up to which there is no sign of any.
const NO_SIGN: f64 = 0.5;

/// A sentence for each channel whose effect may have changed, the surest first.
pub(crate) fn drifts(fit: &Fit) -> Vec<String> {
    let mut of: Vec<(&ChannelReport, &DriftReport)> =
        fit.channels.iter().filter_map(|c| Some((c, c.drift.as_ref()?))).collect();
    of.sort_by(|a, b| b.1.probability_of_change.total_cmp(&a.1.probability_of_change));
    of.into_iter().map(|(channel, drift)| sentence(&clean(&channel.name), drift)).collect()
}

fn sentence(name: &str, drift: &DriftReport) -> String {
    let probability = drift.probability_of_change;
    let says = if probability >= FOUND {
        "the effect has changed"
    } else if probability > NO_SIGN {
        "the effect may have changed"
    } else {
        "no sign of a change"
    };
    let of = format!(
        "probability {} of more than a fifth, {} before the data",
        percent(probability),
        percent(drift.prior_probability_of_change)
    );
    let ratio = &drift.ratio;
    let at_end = match &drift.roi_at_end {
        Some(roi) => {
            format!("; ROI at the end {:.2} ({:.2} to {:.2}), which plans use", roi.q50, roi.q05, roi.q95)
        }
        None => String::new(),
    };
    format!(
        "{name}: {says} ({of}): at the end {:.2} times ({:.2} to {:.2}) that at the start{at_end}",
        ratio.q50, ratio.q05, ratio.q95
    )
}
