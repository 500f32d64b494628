//! The exposures that there would have been without an experiment, on the scale of the model.

use std::ops::Range;

use ndarray::Array2;

use super::super::design::Design;
use super::super::media::OtherExposure;
use crate::data::Experiment;

/// One for each tested channel and treated geo, whose effects are wanted in `window`.
pub(super) fn without(test: &Experiment, design: &Design, window: Range<usize>) -> Vec<OtherExposure> {
    scaled(test, &test.counterfactual, design, window)
}

/// The same by every guess of what is usual, one guess after the other.
pub(super) fn without_by_guess(
    test: &Experiment,
    design: &Design,
    window: Range<usize>,
) -> Vec<Vec<OtherExposure>> {
    let guesses = std::iter::once(&test.counterfactual).chain(&test.alike);
    guesses.map(|guess| scaled(test, guess, design, window.clone())).collect()
}

fn scaled(
    test: &Experiment,
    counterfactual: &[Array2<f64>],
    design: &Design,
    window: Range<usize>,
) -> Vec<OtherExposure> {
    let (n_geos, n) = (design.n_geos, design.n_periods);
    let mut all = Vec::with_capacity(test.channels.len() * test.geos.len());
    for (channel, exposure) in test.channels.iter().zip(counterfactual) {
        for (geo, row) in test.geos.iter().zip(exposure.rows()) {
            let scale = design.media.channels[*channel].exposure_units[*geo];
            let own = &design.media.exposure[(channel * n_geos + geo) * n..][..n];
            // Outside the treatment the exposure is the data's to the last bit.
            let scaled = row
                .iter()
                .zip(own)
                .enumerate()
                .map(|(t, (x, own))| if test.treated.contains(&t) { x / scale } else { *own });
            all.push(OtherExposure {
                channel: *channel,
                geo: *geo,
                exposure: scaled.collect(),
                window: window.clone(),
            });
        }
    }
    all
}
