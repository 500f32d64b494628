//! Says how much of a channel's ROI comes from the data, and why when it is little.

use super::build::finite;
use super::channel_json::{Evidence, EvidenceVerdict};
use super::text::{clean, percent};
use crate::data::Dataset;
use crate::posterior::Posterior;

/// Contraction above which the verdict is `data`: the prior's spread more than halved.
const DATA: f64 = 0.5;
/// Contraction below which the verdict is `prior`.
const PRIOR: f64 = 0.2;
/// A quarter of a year: with fewer active periods a curve and a carry-over rest on a handful of points.
const FEW_ACTIVE: usize = 13;
/// Spread / mean of the active exposure below which a channel hardly moved.
const STEADY: f64 = 0.15;
/// Correlation of two channels above which their effects are hard to tell apart.
const TOGETHER: f64 = 0.9;
/// Share of the outcome below which an effect drowns in the noise.
const SMALL: f64 = 0.01;

/// The verdict on channel `index`.
pub(super) fn evidence(dataset: &Dataset, posterior: &Posterior, index: usize) -> Evidence {
    let draws = &posterior.channels[index];
    let roi_contraction = finite(draws.roi_contraction);
    let saturation_contraction = finite(draws.saturation_contraction);
    let verdict = match roi_contraction {
        Some(c) if c > DATA => EvidenceVerdict::Data,
        Some(c) if c >= PRIOR => EvidenceVerdict::Mixed,
        _ => EvidenceVerdict::Prior,
    };
    let undefined = roi_contraction.is_none() || saturation_contraction.is_none();
    Evidence {
        roi_contraction,
        saturation_contraction,
        contraction_reason: undefined.then(|| "the prior has no spread to compare with".into()),
        verdict,
        sentence: sentence(dataset, posterior, index, verdict),
    }
}

fn sentence(dataset: &Dataset, posterior: &Posterior, index: usize, verdict: EvidenceVerdict) -> String {
    let name = clean(&dataset.channels[index].name);
    let what = if dataset.channels[index].is_organic() { "effect" } else { "return" };
    let because = cause(dataset, posterior, index).map_or(String::new(), |c| format!(", because {c}"));
    match verdict {
        EvidenceVerdict::Data => format!("The {what} of {name} is read mostly from the data."),
        EvidenceVerdict::Mixed => {
            format!("The {what} of {name} is part data, part prior assumption{because}.")
        }
        EvidenceVerdict::Prior => format!(
            "The {what} of {name} is mostly the prior assumption{because}; an experiment would settle it."
        ),
    }
}

/// The most likely reason why the data say little, when there is a known one.
fn cause(dataset: &Dataset, posterior: &Posterior, index: usize) -> Option<String> {
    let series = scaled_exposure(dataset, index);
    let active_periods = (0..dataset.n_periods())
        .filter(|t| dataset.channels[index].exposure.column(*t).iter().any(|x| *x > 0.0))
        .count();
    if active_periods < FEW_ACTIVE {
        return Some(format!("it was active in only {active_periods} of {} periods", dataset.n_periods()));
    }
    let partner = (0..dataset.n_channels())
        .filter(|c| *c != index)
        .map(|c| (c, correlation(&series, &scaled_exposure(dataset, c))))
        .filter(|(_, r)| *r > TOGETHER)
        .max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((c, r)) = partner {
        let other = clean(&dataset.channels[c].name);
        return Some(format!("it rises and falls together with {other} (correlation {r:.2})"));
    }
    let active: Vec<f64> = series.iter().copied().filter(|x| *x > 0.0).collect();
    let spread = spread(&active);
    if active.len() == series.len() && spread < STEADY {
        return Some(format!("it hardly varied (±{} around its mean)", percent(spread)));
    }
    let draws = &posterior.channels[index].contribution;
    let share = draws.iter().sum::<f64>() / draws.len() as f64 / posterior.outcome_total;
    (share < SMALL).then(|| format!("its effect is small ({} of the outcome)", percent(share)))
}

/// Exposure of the present cells over the geo's own mean, so that large geos do not decide alone.
fn scaled_exposure(dataset: &Dataset, index: usize) -> Vec<f64> {
    let exposure = &dataset.channels[index].exposure;
    let mut out = Vec::new();
    for (row, present) in exposure.rows().into_iter().zip(dataset.present.rows()) {
        let values: Vec<f64> = row.iter().zip(present).filter(|(_, p)| **p).map(|(x, _)| *x).collect();
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        out.extend(values.iter().map(|x| if mean > 0.0 { x / mean } else { 0.0 }));
    }
    out
}

/// Standard deviation over mean; 0 for no values.
fn spread(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    if mean > 0.0 { variance.sqrt() / mean } else { 0.0 }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testdata::Parts;

    fn verdict_at(contraction: f64) -> EvidenceVerdict {
        let mut parts = Parts::new();
        parts.posterior.channels[0].roi_contraction = contraction;
        evidence(&parts.dataset, &parts.posterior, 0).verdict
    }

    #[test]
    fn thresholds() {
        assert_eq!(verdict_at(0.51), EvidenceVerdict::Data);
        assert_eq!(verdict_at(0.5), EvidenceVerdict::Mixed);
        assert_eq!(verdict_at(0.2), EvidenceVerdict::Mixed);
        assert_eq!(verdict_at(0.19), EvidenceVerdict::Prior);
        assert_eq!(verdict_at(f64::NAN), EvidenceVerdict::Prior);
    }

    #[test]
    fn few_active_periods_are_the_first_cause() {
        let mut parts = Parts::new();
        parts.dataset.channels[0].exposure.fill(0.0);
        parts.dataset.channels[0].exposure.column_mut(3).fill(5.0);
        parts.posterior.channels[0].roi_contraction = 0.1;
        let text = evidence(&parts.dataset, &parts.posterior, 0).sentence;
        assert!(text.contains("only 1 of 20 periods") && text.contains("experiment"), "{text}");
    }

    #[test]
    fn a_channel_that_moves_with_another_names_it() {
        let mut parts = Parts::new();
        parts.dataset.channels[0].exposure = &parts.dataset.channels[1].exposure * 2.0;
        parts.posterior.channels[0].roi_contraction = 0.3;
        let text = evidence(&parts.dataset, &parts.posterior, 0).sentence;
        assert!(text.contains("together with search (correlation 1.00)"), "{text}");
    }

    #[test]
    fn a_steady_channel_is_called_so() {
        let mut parts = Parts::new();
        parts.dataset.channels[0].exposure.fill(7.0);
        parts.posterior.channels[0].roi_contraction = 0.1;
        let text = evidence(&parts.dataset, &parts.posterior, 0).sentence;
        assert!(text.contains("hardly varied (±0 %"), "{text}");
    }

    #[test]
    fn a_small_effect_is_called_so() {
        let mut parts = Parts::new();
        parts.posterior.channels[0].contribution.fill(parts.posterior.outcome_total * 0.004);
        parts.posterior.channels[0].roi_contraction = 0.1;
        let text = evidence(&parts.dataset, &parts.posterior, 0).sentence;
        assert!(text.contains("0.4 % of the outcome"), "{text}");
    }
}
