//! Returns of the channels by every model: how much they differ between models, beside what each leaves open.

use super::fitted::Fitted;
use super::report::{ChannelSpread, ModelRoi};
use crate::posterior::Summary;

/// One entry a paid channel; `weights` are the models'.
pub(super) fn spreads(fitted: &[Fitted], weights: &[f64]) -> Vec<ChannelSpread> {
    let Some(first) = fitted.first() else { return Vec::new() };
    let channel = |c: usize| {
        let by_model: Vec<Summary> = fitted.iter().map(|model| Summary::of(&model.roi[c].1)).collect();
        let mixed =
            |of: &dyn Fn(&Summary) -> f64| by_model.iter().zip(weights).map(|(s, w)| w * of(s)).sum::<f64>();
        let mean: f64 = mixed(&|s| s.mean);
        let within: f64 = mixed(&|s| s.sd.powi(2));
        let between: f64 = mixed(&|s| (s.mean - mean).powi(2));
        ChannelSpread {
            channel: first.roi[c].0.clone(),
            roi: mean,
            sd_within: within.sqrt(),
            sd_between: between.sqrt(),
            by_model: fitted
                .iter()
                .zip(by_model)
                .map(|(m, roi)| ModelRoi { model: m.name.clone(), roi })
                .collect(),
        }
    };
    (0..first.roi.len()).map(channel).collect()
}
