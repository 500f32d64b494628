//! Says how much of a channel's ROI comes from the data, and why when it is little.

use rayon::prelude::*;

use crate::config::FitConfig;
use crate::data::{Activity, Collinearity, Dataset, collinearity};
use crate::model::EffectScale;
use crate::posterior::{Expected, Posterior};
use crate::report::build::finite;
use crate::report::channel::{Evidence, EvidenceVerdict, ExpectedEffect};
use crate::words::numbers::{clean, percent, ratio};

/// Weight of the data above which the verdict is `data`: the prior's spread more than halved.
const DATA: f64 = 0.75;
/// Weight below which the verdict is `prior`: a contraction of 0.2.
const PRIOR: f64 = 1.0 - 0.8 * 0.8;
/// The 99 % quantile of χ² with one degree of freedom.
const FAR: f64 = 6.635;
/// Spread / mean of the active exposure below which a channel hardly moved.
const STEADY: f64 = 0.15;
/// Correlation above which two columns are hard to tell apart.
const TOGETHER: f64 = 0.9;
/// Variance inflation above which the other columns together nearly explain a channel: they share four
/// fifths of its movement.
const EXPLAINED: f64 = 5.0;
/// Share of the outcome below which an effect drowns in the noise.
const SMALL: f64 = 0.01;

/// The verdict on every channel, from the data that were fitted.
pub(crate) fn evidence(dataset: &Dataset, config: &FitConfig, posterior: &Posterior) -> Vec<Evidence> {
    let found = collinearity(dataset);
    let has_own_prior =
        |c: usize| config.channels.get(&dataset.channels[c].name).is_some_and(|own| own.prior.is_some());
    (0..dataset.n_channels())
        .into_par_iter()
        .map(|c| of_channel((dataset, &found), posterior, c, has_own_prior(c)))
        .collect()
}

/// Weight of the data against the prior in the logarithm of an effect, at most 1.
///
/// A normal prior of precision p₀ and data of weight w leave a posterior of precision p₀ / (1 − w), a contraction
/// of 1 − √(1 − w). Its mean is then N(0, w) in units of the prior's sd, so that one which lies `shift` away asks
/// for a weight of shift² / χ², or chance did it. Priors with heavy tails give way to data far from their middle
/// without any contraction.
pub(crate) fn data_weight(contraction: f64, shift: f64) -> f64 {
    (1.0 - (1.0 - contraction).powi(2)).max(shift * shift / FAR).min(1.0)
}

/// Data that were fitted, and which of their columns move together.
type Fitted<'a> = (&'a Dataset, &'a Collinearity);

fn of_channel(fitted: Fitted<'_>, posterior: &Posterior, index: usize, own: bool) -> Evidence {
    let draws = &posterior.channels[index];
    let roi_contraction = finite(draws.roi_contraction);
    let saturation_contraction = finite(draws.saturation_contraction);
    let Expected { of, quantiles: [q05, q50, q95], shift } = draws.expected;
    let roi_data_weight = roi_contraction.map(|contraction| data_weight(contraction, shift));
    let verdict = match roi_data_weight {
        Some(weight) if weight > DATA => EvidenceVerdict::Data,
        Some(weight) if weight >= PRIOR => EvidenceVerdict::Mixed,
        _ => EvidenceVerdict::Prior,
    };
    let known = [q05, q50, q95].iter().all(|q| q.is_finite());
    let expected = known.then_some(ExpectedEffect { of, q05, q50, q95, own, shift });
    let carryover_contraction = draws.carryover_contraction.and_then(finite);
    let reason = if roi_contraction.is_none() || saturation_contraction.is_none() {
        Some("the prior has no spread to compare with".into())
    } else {
        carryover_contraction.is_none().then(|| "the channel has no carry-over".into())
    };
    let evidence = Evidence {
        roi_contraction,
        roi_data_weight,
        expected,
        saturation_contraction,
        carryover_contraction,
        contraction_reason: reason,
        verdict,
        sentence: String::new(),
    };
    Evidence { sentence: sentence(fitted, posterior, index, &evidence), ..evidence }
}

fn sentence(fitted: Fitted<'_>, posterior: &Posterior, index: usize, evidence: &Evidence) -> String {
    let (dataset, _) = fitted;
    let name = clean(&dataset.channels[index].name);
    let what = if dataset.channels[index].is_organic() { "effect" } else { "return" };
    if dataset.channels[index].exposure.iter().all(|x| *x == 0.0) {
        return format!("The {what} of {name} is unknown: it never ran in the periods fitted.");
    }
    if let Some(expected) = evidence.contradicts() {
        return format!("The data put the {what} of {name} {}.", contradiction(&expected));
    }
    if let Some(given) = evidence.expected.filter(|e| e.own && evidence.verdict != EvidenceVerdict::Data) {
        let part = if evidence.verdict == EvidenceVerdict::Mixed { "part data, part" } else { "mostly" };
        return format!(
            "The {what} of {name} is {part} the prior of its own ({}), given or carried forward.",
            interval(&given)
        );
    }
    let because = cause(fitted, posterior, index).map_or(String::new(), |c| format!(", because {c}"));
    match evidence.verdict {
        EvidenceVerdict::Data => format!("The {what} of {name} is read mostly from the data."),
        EvidenceVerdict::Mixed => {
            format!("The {what} of {name} is part data, part prior assumption{because}.")
        }
        EvidenceVerdict::Prior => format!(
            "The {what} of {name} is mostly the prior assumption{because}; treat it as an assumption until an \
             experiment settles it."
        ),
    }
}

/// How the data contradict what was expected, as it follows the name of a channel.
pub(crate) fn contradiction(expected: &ExpectedEffect) -> String {
    let side = if expected.shift > 0.0 { "above" } else { "below" };
    let prior = if expected.own { "the prior of its own" } else { "what was expected of it" };
    format!("{side} {prior} ({})", interval(expected))
}

/// The central 90 % of a prior.
fn interval(expected: &ExpectedEffect) -> String {
    let (of, show): (_, fn(f64) -> String) = match expected.of {
        EffectScale::Roi => ("ROI", ratio),
        EffectScale::MarginalRoi => ("marginal ROI", ratio),
        EffectScale::Share => ("share of the outcome", percent),
    };
    format!("{of} {} to {}", show(expected.q05), show(expected.q95))
}

/// The most likely reason why the data say little, when there is a known one.
fn cause((dataset, found): Fitted<'_>, posterior: &Posterior, index: usize) -> Option<String> {
    let channel = &dataset.channels[index];
    let activity = Activity::of(dataset, channel);
    let (first, late) = (activity.first()?, activity.is_late());
    let since = if late { format!(", from {} on", dataset.dates[first]) } else { String::new() };
    let periods = format!("{} of {} periods{since}", activity.periods.len(), dataset.n_periods());
    if activity.is_rare() {
        return Some(format!("it was active in only {periods}"));
    }
    if let Some((other, r)) = partner(found, &channel.name) {
        return Some(format!("it rises and falls together with {} (correlation {r:.2})", clean(&other)));
    }
    if late {
        return Some(format!("it started late: {periods}"));
    }
    let series = scaled_exposure(dataset, index);
    let on: Vec<f64> = series.iter().copied().filter(|x| *x > 0.0).collect();
    let spread = spread(&on);
    if on.len() == series.len() && spread < STEADY {
        return Some(format!("it hardly varied (±{} around its mean)", percent(spread)));
    }
    let inflation = found.names.iter().position(|n| *n == channel.name).map(|i| found.inflation[i]);
    if let Some(explained) = inflation.filter(|vif| *vif > EXPLAINED).map(|vif| 1.0 - 1.0 / vif) {
        return Some(format!(
            "the other channels and controls together make the same movements ({} of them)",
            percent(explained)
        ));
    }
    let draws = &posterior.channels[index].contribution;
    let share = draws.iter().sum::<f64>() / draws.len() as f64 / posterior.outcome_total;
    (share < SMALL).then(|| format!("its effect is small ({} of the outcome)", percent(share)))
}

/// The channel or control that a channel is hardest to tell from, and their correlation within geos.
fn partner(found: &Collinearity, channel: &str) -> Option<(String, f64)> {
    let own = found.names.iter().position(|n| n == channel)?;
    (0..found.names.len())
        .filter(|i| *i != own)
        .map(|i| {
            let kind = if i < found.n_channels { "" } else { "control " };
            (format!("{kind}{}", found.names[i]), found.correlation[[own, i]])
        })
        .filter(|(_, r)| r.abs() > TOGETHER)
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{EffectPrior, LogNormalPrior};
    use crate::report::testdata::Parts;

    fn verdict_at(contraction: f64) -> EvidenceVerdict {
        let mut parts = Parts::new();
        parts.posterior.channels[0].roi_contraction = contraction;
        evidence(&parts.dataset, &parts.config, &parts.posterior)[0].verdict
    }

    #[test]
    fn thresholds() {
        assert_eq!(verdict_at(0.51), EvidenceVerdict::Data);
        assert_eq!(verdict_at(0.5), EvidenceVerdict::Mixed);
        assert_eq!(verdict_at(0.2), EvidenceVerdict::Mixed);
        assert_eq!(verdict_at(0.19), EvidenceVerdict::Prior);
        assert_eq!(verdict_at(f64::NAN), EvidenceVerdict::Prior);
    }

    /// A heavy-tailed prior gives way without contraction: what moved so far was moved by the data.
    #[test]
    fn a_return_far_from_its_prior_is_data() {
        let mut parts = Parts::new();
        parts.posterior.channels[0].roi_contraction = 0.0;
        let mut at = |shift: f64| {
            parts.posterior.channels[0].expected.shift = shift;
            evidence(&parts.dataset, &parts.config, &parts.posterior).swap_remove(0)
        };
        let [near, away, far, none] = [at(1.0), at(2.2), at(3.0), at(-3.0)];
        assert_eq!(near.verdict, EvidenceVerdict::Prior);
        assert_eq!((away.verdict, away.contradicts()), (EvidenceVerdict::Mixed, None));
        assert_eq!((far.verdict, far.roi_data_weight), (EvidenceVerdict::Data, Some(1.0)));
        assert_eq!(
            far.sentence,
            "The data put the return of tv above what was expected of it (ROI 0.10 to 2.70)."
        );
        assert_eq!((none.verdict, none.contradicts()), (EvidenceVerdict::Data, None));
    }

    #[test]
    fn a_prior_that_was_given_is_no_assumption() {
        let mut parts = Parts::new();
        let own = parts.config.channels.entry("tv".into()).or_default();
        own.prior = Some(EffectPrior::Roi(LogNormalPrior::Median { median: 1.1, sd_log: 0.6 }));
        parts.posterior.channels[0].roi_contraction = 0.1;
        let at = |parts: &Parts| evidence(&parts.dataset, &parts.config, &parts.posterior).swap_remove(0);
        let agreed = at(&parts);
        assert!(!agreed.is_assumed());
        assert_eq!(
            agreed.sentence,
            "The return of tv is mostly the prior of its own (ROI 0.10 to 2.70), given or carried forward."
        );
        parts.posterior.channels[0].expected.shift = -2.5;
        let refused = at(&parts).sentence;
        assert_eq!(refused, "The data put the return of tv below the prior of its own (ROI 0.10 to 2.70).");
    }

    #[test]
    fn few_active_periods_are_the_first_cause() {
        let mut parts = Parts::new();
        parts.dataset.channels[0].exposure.fill(0.0);
        parts.dataset.channels[0].exposure.column_mut(3).fill(5.0);
        parts.posterior.channels[0].roi_contraction = 0.1;
        let text = evidence(&parts.dataset, &parts.config, &parts.posterior)[0].sentence.clone();
        assert!(text.contains("only 1 of 20 periods") && text.contains("experiment"), "{text}");
    }

    #[test]
    fn a_channel_that_moves_with_another_names_it() {
        let mut parts = Parts::new();
        parts.dataset.channels[0].exposure = &parts.dataset.channels[1].exposure * 2.0;
        parts.posterior.channels[0].roi_contraction = 0.3;
        let text = evidence(&parts.dataset, &parts.config, &parts.posterior)[0].sentence.clone();
        assert!(text.contains("together with search (correlation 1.00)"), "{text}");
    }

    #[test]
    fn a_steady_channel_is_called_so() {
        let mut parts = Parts::new();
        parts.dataset.channels[0].exposure.fill(7.0);
        parts.posterior.channels[0].roi_contraction = 0.1;
        let text = evidence(&parts.dataset, &parts.config, &parts.posterior)[0].sentence.clone();
        assert!(text.contains("hardly varied (±0 %"), "{text}");
    }

    #[test]
    fn a_small_effect_is_called_so() {
        let mut parts = Parts::new();
        parts.posterior.channels[0].contribution.fill(parts.posterior.outcome_total * 0.004);
        parts.posterior.channels[0].roi_contraction = 0.1;
        let text = evidence(&parts.dataset, &parts.config, &parts.posterior)[0].sentence.clone();
        assert!(text.contains("0.4 % of the outcome"), "{text}");
    }

    #[test]
    fn a_control_and_a_late_start_are_causes_too() {
        let mut parts = Parts::new();
        parts.posterior.channels[0].roi_contraction = 0.1;
        parts.dataset.controls[0].values = parts.dataset.channels[0].exposure.mapv(|x| 3.0 - 0.1 * x);
        let text = evidence(&parts.dataset, &parts.config, &parts.posterior)[0].sentence.clone();
        assert!(text.contains("together with control promo (correlation -1.00)"), "{text}");
        assert!(text.contains("treat it as an assumption until an experiment"), "{text}");

        let mut parts = Parts::new();
        parts.posterior.channels[0].roi_contraction = 0.3;
        parts.dataset.channels[0].exposure.columns_mut().into_iter().take(5).for_each(|mut c| c.fill(0.0));
        let text = evidence(&parts.dataset, &parts.config, &parts.posterior)[0].sentence.clone();
        assert!(text.contains("started late: 15 of 20 periods, from 2024-02-05 on"), "{text}");
        parts.dataset.channels[0].exposure.fill(0.0);
        let text = evidence(&parts.dataset, &parts.config, &parts.posterior)[0].sentence.clone();
        assert!(text.contains("unknown: it never ran in the periods fitted"), "{text}");
    }
}
