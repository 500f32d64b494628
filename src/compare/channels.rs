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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::moves::models;

    #[test]
    fn what_models_differ_by_is_told_from_what_each_leaves_open() {
        // Means 2 and 6 with weights of 3 to 1; each model's two draws lie 1 from its mean.
        let spread = &spreads(&models(&[2.0, 6.0]), &[0.75, 0.25])[0];
        let own = Summary::of(&[1.0, 3.0]).sd;
        assert!((spread.roi - 3.0).abs() < 1e-12 && (spread.sd_within - own).abs() < 1e-12, "{spread:?}");
        assert!((spread.sd_between - 3.0_f64.sqrt()).abs() < 1e-12, "{spread:?}");
    }
}
