//! How much of a channel's effect is data, as a report says it: in numbers and in a sentence.

use super::channel::{ChannelReport, EvidenceReport};
use super::experiments::{ExperimentReport, TestUnit};
use crate::model::EffectScale;
use crate::posterior::{
    ActivePeriods, Cause, Evidence, EvidenceVerdict, ExpectedEffect, LITTLE_WEIGHT, Partner,
};
use crate::words::numbers::{amount, clean, percent, ratio};

impl EvidenceReport {
    /// What is said of channel `name`, whose `effect` is a return or, without spend, an effect.
    pub(super) fn of(name: &str, effect: &str, found: &Evidence) -> EvidenceReport {
        let reason = match (found.roi_contraction, found.saturation_contraction, found.carryover_contraction)
        {
            (None, _, _) => Some("the prior has no spread to compare with".into()),
            (_, None, _) => Some("the curve has no half-saturation to be learnt".into()),
            (_, _, None) => Some("the channel has no carry-over".into()),
            _ => None,
        };
        EvidenceReport {
            roi_contraction: found.roi_contraction,
            roi_data_weight: found.roi_data_weight,
            expected: found.expected,
            saturation_contraction: found.saturation_contraction,
            carryover_contraction: found.carryover_contraction,
            contraction_reason: reason,
            verdict: found.verdict,
            sentence: sentence(&clean(name), effect, found),
        }
    }
}

impl ChannelReport {
    /// Takes note of the lift tests that were told: where one settles what the channel does, that is its evidence.
    pub(crate) fn note_tests(&mut self, tests: &[ExperimentReport]) {
        let own = tests.iter().filter(|test| test.channels.contains(&self.name));
        let settling: Vec<&ExperimentReport> = own.filter(|test| test.settles(LITTLE_WEIGHT)).collect();
        if settling.is_empty() {
            return;
        }
        let what = if self.spend_column.is_some() { "return" } else { "effect" };
        let named: Vec<String> = settling.iter().map(|test| told(test)).collect();
        self.evidence.verdict = EvidenceVerdict::Experiment;
        self.evidence.sentence =
            format!("The {what} of {} rests on {}.", clean(&self.name), named.join(" and on "));
    }
}

/// A test as a sentence names it.
fn told(test: &ExperimentReport) -> String {
    let label = clean(&test.label);
    match (test.estimate, test.se, test.unit) {
        (Some(estimate), Some(se), TestUnit::Roi) => {
            format!("experiment {label} (ROI {} ± {})", ratio(estimate), ratio(se))
        }
        (Some(estimate), Some(se), TestUnit::Lift) => {
            format!("experiment {label} (lift {} ± {})", amount(estimate), amount(se))
        }
        _ => format!("experiment {label}, whose cells are in the data"),
    }
}

fn sentence(name: &str, what: &str, found: &Evidence) -> String {
    if !found.ran {
        return format!("The {what} of {name} is unknown: it never ran in the periods fitted.");
    }
    if let Some(expected) = found.expected.filter(ExpectedEffect::is_contradicted) {
        return format!("The data put the {what} of {name} {}.", contradiction(&expected));
    }
    if let Some(given) = found.expected.filter(|e| e.own && found.verdict != EvidenceVerdict::Data) {
        let part = if found.verdict == EvidenceVerdict::Mixed { "part data, part" } else { "mostly" };
        return format!(
            "The {what} of {name} is {part} the prior of its own ({}), given or carried forward.",
            interval(&given)
        );
    }
    let because = found.cause.as_ref().map_or(String::new(), |cause| format!(", because {}", reason(cause)));
    match found.verdict {
        EvidenceVerdict::Data | EvidenceVerdict::Experiment => {
            format!("The {what} of {name} is read mostly from the data.")
        }
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

fn reason(cause: &Cause) -> String {
    let periods = |ActivePeriods { active, periods, since }: &ActivePeriods| {
        let since = since.map_or(String::new(), |date| format!(", from {date} on"));
        format!("{active} of {periods} periods{since}")
    };
    match cause {
        Cause::Rare(active) => format!("it was active in only {}", periods(active)),
        Cause::Together { with, correlation } => {
            let with = match with {
                Partner::Channel(name) => clean(name),
                Partner::Control(name) => format!("control {}", clean(name)),
            };
            format!("it rises and falls together with {with} (correlation {correlation:.2})")
        }
        Cause::Late(active) => format!("it started late: {}", periods(active)),
        Cause::Steady { spread } => format!("it hardly varied (±{} around its mean)", percent(*spread)),
        Cause::Explained { share } => format!(
            "the other channels and controls together make the same movements ({} of them)",
            percent(*share)
        ),
        Cause::Small { share } => format!("its effect is small ({} of the outcome)", percent(*share)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{EffectPrior, LogNormalPrior};
    use crate::report::testdata::Parts;

    fn said(parts: &Parts) -> EvidenceReport {
        parts.fit().channels.swap_remove(0).evidence
    }

    fn verdict_at(contraction: f64) -> EvidenceVerdict {
        let mut parts = Parts::new();
        parts.posterior.channels[0].roi_contraction = contraction;
        said(&parts).verdict
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
            said(&parts)
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
        let prior = Some(EffectPrior::Roi(LogNormalPrior::Median { median: 1.1, sd_log: 0.6 }));
        parts.config =
            parts.config.with(|c| c.channels.entry("tv".into()).or_default().prior = prior).unwrap();
        parts.posterior.channels[0].roi_contraction = 0.1;
        let at = said;
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
        let text = said(&parts).sentence;
        assert!(text.contains("only 1 of 20 periods") && text.contains("experiment"), "{text}");
    }

    #[test]
    fn a_channel_that_moves_with_another_names_it() {
        let mut parts = Parts::new();
        parts.dataset.channels[0].exposure = &parts.dataset.channels[1].exposure * 2.0;
        parts.posterior.channels[0].roi_contraction = 0.3;
        let text = said(&parts).sentence;
        assert!(text.contains("together with search (correlation 1.00)"), "{text}");
    }

    #[test]
    fn a_steady_channel_is_called_so() {
        let mut parts = Parts::new();
        parts.dataset.channels[0].exposure.fill(7.0);
        parts.posterior.channels[0].roi_contraction = 0.1;
        let text = said(&parts).sentence;
        assert!(text.contains("hardly varied (±0 %"), "{text}");
    }

    #[test]
    fn a_small_effect_is_called_so() {
        let mut parts = Parts::new();
        parts.posterior.channels[0].contribution.fill(parts.posterior.outcome_total * 0.004);
        parts.posterior.channels[0].roi_contraction = 0.1;
        let text = said(&parts).sentence;
        assert!(text.contains("0.4 % of the outcome"), "{text}");
    }

    #[test]
    fn a_control_and_a_late_start_are_causes_too() {
        let mut parts = Parts::new();
        parts.posterior.channels[0].roi_contraction = 0.1;
        parts.dataset.controls[0].values = parts.dataset.channels[0].exposure.mapv(|x| 3.0 - 0.1 * x);
        let text = said(&parts).sentence;
        assert!(text.contains("together with control promo (correlation -1.00)"), "{text}");
        assert!(text.contains("treat it as an assumption until an experiment"), "{text}");

        let mut parts = Parts::new();
        parts.posterior.channels[0].roi_contraction = 0.3;
        parts.dataset.channels[0].exposure.columns_mut().into_iter().take(5).for_each(|mut c| c.fill(0.0));
        let text = said(&parts).sentence;
        assert!(text.contains("started late: 15 of 20 periods, from 2024-02-05 on"), "{text}");
        parts.dataset.channels[0].exposure.fill(0.0);
        let text = said(&parts).sentence;
        assert!(text.contains("unknown: it never ran in the periods fitted"), "{text}");
    }
}
