//! What `fit.json` says of each lift test: what was read, and what the model would have said without it.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::data::{Dataset, Estimand, Experiment, Reading};
use crate::model::ELSEWHERE;
use crate::posterior::{LeftOutBy, SURPRISING, Summary, TestDraws, TestLedger, data_weight};

/// One lift test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExperimentReport {
    /// Its id, else its channels and first day.
    pub label: String,
    /// Line in the file, from 1.
    pub row: u32,
    /// A reading or a contrast.
    pub kind: TestKind,
    /// The channels tested together.
    pub channels: Vec<String>,
    /// First day of the treatment.
    #[schemars(with = "String")]
    pub start: NaiveDate,
    /// Last day of the treatment.
    #[schemars(with = "String")]
    pub end: NaiveDate,
    /// What `estimate`, `effect` and `predicted` are.
    pub unit: TestUnit,
    /// What was read; null for a contrast.
    pub estimate: Option<f64>,
    /// Its standard error; null for a contrast.
    pub se: Option<f64>,
    /// The effect of the test as the fit has it, told all tests.
    pub effect: Summary,
    /// The effect as the same model has it, told the other tests alone; null where that is not known.
    pub predicted: Option<Summary>,
    /// (estimate − predicted) / √(Var(predicted) + se² + ω² E(predicted²)), ω = 0.1 for what differs between the place
    /// and time of a test and the data. Of a contrast, which has no estimate: (effect − predicted) / √(Var(predicted) −
    /// Var(effect)), which is the same where all is normal; null where the contrast hardly adds to what is known.
    pub z: Option<f64>,
    /// Probability of an estimate below the one that was read, before it was known; null for a contrast.
    pub pit: Option<f64>,
    /// Weight of the test in `effect`, 0 to 1: the share of the variance of `predicted` that it took away, or what it
    /// takes at least to move the mean as far as it lies, when that is more.
    pub information: Option<f64>,
    /// The causal gap of each channel with and without the test.
    pub gaps: Vec<TestedGap>,
    /// Whether the rest of the model contradicts the test: less than 2.5 % of what it expected lies as far out.
    pub contradicted: bool,
    /// How `predicted` was computed.
    pub left_out_by: LeftOutMethod,
    /// Pareto k of the importance weights; null where they hardly differ, and after a refit.
    pub pareto_k: Option<f64>,
    /// Why `predicted`, or `z` of a contrast, is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How a test is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// An estimate with its error.
    Reading,
    /// By its cells, which are in the data.
    Contrast,
}

/// What the numbers of a test are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestUnit {
    /// Outcome units that the change of spend brought.
    Lift,
    /// Value per unit of spend changed.
    Roi,
}

/// How it was computed what a model says without a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutMethod {
    /// From the draws of the fit, weighted.
    Importance,
    /// By a fit without it.
    Refit,
}

/// The causal gap of a tested channel, δ = ln(causal effect / effect by correlation).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestedGap {
    /// The channel.
    pub channel: String,
    /// Told all tests.
    pub told: Summary,
    /// Told the other tests alone; null where that is not known.
    pub untold: Option<Summary>,
}

/// Share of the variance from which a contrast's own part of it is told apart from chance.
const TELLING: f64 = 0.1;
/// Why nothing is said without a test.
const UNRELIABLE: &str = "the fit's draws say too little of a fit without the test (Pareto k above 0.7); \
                          `mmm validate --leave-one-test-out` refits";

impl ExperimentReport {
    /// That of a test and its entry in the ledger.
    pub(crate) fn of(test: &Experiment, entry: &TestLedger, data: &Dataset) -> ExperimentReport {
        let name = |c: &usize| data.channels[*c].name.clone();
        let reading = test.reading();
        let effect = Summary::of(&entry.told.lift);
        let untold = entry.untold.as_ref();
        let predicted = untold.map(|draws| Summary::of(&draws.lift));
        let pit = reading.zip(untold).map(|(reading, draws)| pit(reading, draws));
        let z = predicted.and_then(|predicted| match reading {
            Some(reading) => Some(z_of_reading(reading, &predicted)),
            None => z_of_contrast(&effect, &predicted),
        });
        let far = Normal::standard().cdf(-SURPRISING);
        let (left_out_by, pareto_k) = match entry.by {
            LeftOutBy::Importance { shape } => (LeftOutMethod::Importance, shape),
            LeftOutBy::Refit => (LeftOutMethod::Refit, None),
        };
        ExperimentReport {
            label: test.label.clone(),
            row: test.row,
            kind: if reading.is_some() { TestKind::Reading } else { TestKind::Contrast },
            channels: test.channels.iter().map(name).collect(),
            start: test.start,
            end: test.end,
            unit: match reading {
                Some(Reading { what: Estimand::Roi, .. }) => TestUnit::Roi,
                _ => TestUnit::Lift,
            },
            estimate: reading.map(|r| r.estimate),
            se: reading.map(|r| r.se),
            effect,
            predicted,
            z,
            pit,
            information: predicted.map(|p| information(&effect, &p)),
            gaps: gaps(test, entry, data),
            contradicted: match pit {
                Some(pit) => pit.min(1.0 - pit) < far,
                None => z.is_some_and(|z| z.abs() > SURPRISING),
            },
            left_out_by,
            pareto_k,
            reason: match (predicted, z) {
                (None, _) => Some(UNRELIABLE.into()),
                (_, None) => Some("the contrast hardly adds to what is known without it".into()),
                _ => None,
            },
        }
    }

    /// Whether the test tells what is said of its channel: it alone was tested, and the test weighs at least
    /// `share`, or so much that the rest cannot be told from the fit's draws.
    pub(crate) fn settles(&self, share: f64) -> bool {
        self.channels.len() == 1 && self.information.is_none_or(|taken| taken >= share)
    }
}

fn gaps(test: &Experiment, entry: &TestLedger, data: &Dataset) -> Vec<TestedGap> {
    let of = |(k, c): (usize, &usize)| TestedGap {
        channel: data.channels[*c].name.clone(),
        told: Summary::of(&entry.told.gaps[k]),
        untold: entry.untold.as_ref().map(|draws| Summary::of(&draws.gaps[k])),
    };
    test.channels.iter().enumerate().map(of).collect()
}

/// Weight of a test that made `told` of `untold`.
fn information(told: &Summary, untold: &Summary) -> f64 {
    if untold.sd > 0.0 {
        let contraction = (1.0 - told.sd / untold.sd).max(0.0);
        data_weight(contraction, (told.mean - untold.mean) / untold.sd)
    } else {
        0.0
    }
}

fn z_of_reading(Reading { estimate, se, .. }: Reading, predicted: &Summary) -> f64 {
    let squares = predicted.mean.powi(2) + predicted.sd.powi(2);
    (estimate - predicted.mean) / (predicted.sd.powi(2) + se.powi(2) + ELSEWHERE.powi(2) * squares).sqrt()
}

fn z_of_contrast(effect: &Summary, predicted: &Summary) -> Option<f64> {
    let taken = predicted.sd.powi(2) - effect.sd.powi(2);
    (taken > TELLING * predicted.sd.powi(2)).then(|| (effect.mean - predicted.mean) / taken.sqrt())
}

/// P(estimate below the one read) under the normals about the draws.
fn pit(Reading { estimate, se, .. }: Reading, untold: &TestDraws) -> f64 {
    let below = |lift: &f64| Normal::standard().cdf((estimate - lift) / se.hypot(ELSEWHERE * lift));
    untold.lift.iter().map(below).sum::<f64>() / untold.lift.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(mean: f64, sd: f64) -> Summary {
        Summary { mean, sd, q05: mean - sd, q25: mean - sd, q50: mean, q75: mean + sd, q95: mean + sd }
    }

    /// A normal N(1, 0.4²), told an estimate of 2 ± 0.3: the contrast's z is that of the estimate itself.
    #[test]
    fn a_contrast_and_a_reading_of_the_same_normal_say_the_same() {
        let (prior, estimate, se): (f64, f64, f64) = (0.4, 2.0, 0.3);
        let gain = prior.powi(2) / (prior.powi(2) + se.powi(2));
        let told = summary(1.0 + gain * (estimate - 1.0), prior * (1.0 - gain).sqrt());
        let z = z_of_contrast(&told, &summary(1.0, prior)).unwrap();
        assert!((z - (estimate - 1.0) / prior.hypot(se)).abs() < 1e-12, "{z}");
        // What it took away, or what its move asks for.
        assert!((information(&told, &summary(1.0, prior)) - gain).abs() < 1e-12);
        assert!(information(&summary(5.0, 0.8), &summary(1.0, prior)) == 1.0);
        assert_eq!(z_of_contrast(&summary(1.1, 0.4), &summary(1.0, 0.4)), None);
    }

    #[test]
    fn a_reading_is_judged_with_its_error_and_place() {
        let untold = TestDraws { lift: vec![1.0; 4], gaps: vec![] };
        let reading = Reading { what: Estimand::Roi, estimate: 1.3, se: 0.2 };
        let z = z_of_reading(reading, &summary(1.0, 0.0));
        assert!((z - 0.3 / 0.05f64.sqrt()).abs() < 1e-12, "{z}");
        let below = pit(reading, &untold);
        assert!((below - Normal::standard().cdf(z)).abs() < 1e-12, "{below}");
    }
}
