//! What a finished fit should make its reader careful about, and the flag to try.

use crate::Warning;
use crate::config::Noise;
use crate::data::COLLINEAR_PAIR;
use crate::diagnostics::Verdict;
use crate::model::Calibration;
use crate::planning::{ChannelPlan, ScenarioKind};
use crate::report::{ChannelReport, ExperimentReport, Fit, TestUnit, contradiction};
use crate::words::numbers::{amount, ratio};

/// A baseline below zero cannot be: beyond one draw in twenty it is not chance.
const NEGATIVE_BASELINE: f64 = 0.05;
/// Lag-1 autocorrelation above which white noise makes intervals a third too narrow or more:
/// √((1 + φ)/(1 − φ)) = 1.36 at φ = 0.3, the inflation of the error of a mean.
const AUTOCORRELATED: f64 = 0.3;
/// The same where the noise is modelled as autocorrelated, which keeps the intervals right: a shock
/// then takes two periods to halve (ln 0.5 / ln 0.7), and more looks like a missing driver.
const DRIFTING: f64 = 0.7;
/// Nominal coverage of the intervals.
const NOMINAL: f64 = 0.9;
/// Distance from the nominal coverage that matters to a reader.
const COVERAGE_OFF: f64 = 0.05;
/// Standard errors beyond which the distance is not chance.
const COVERAGE_ERRORS: f64 = 4.0;
/// Vehtari, Gelman & Gabry (2017), § 2.1: above it the leave-one-out estimate is not reliable.
const PARETO_K: f64 = 0.7;
/// As of a return: below it the posterior is mostly the prior.
const TOLD: f64 = 0.2;
/// A change of spend below this share is no recommendation.
const SMALL_CHANGE: f64 = 0.02;

/// A lift test that the rest of the model contradicts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contradicted {
    label: String,
    /// Estimate and standard error; the fit's effect and its sd for a contrast.
    found: [f64; 2],
    /// Central 90 % of what the rest expected.
    expected: [f64; 2],
    unit: TestUnit,
}

/// One reason for care.
#[derive(Debug, Clone, PartialEq)]
enum FitWarning {
    NotConverged { divergences: usize, length: (usize, usize), paired: bool },
    NegativeBaseline { probability: f64 },
    AutocorrelatedResiduals { correlation: f64, noise: Noise },
    Coverage { share: f64 },
    BeyondObserved { channels: Vec<String> },
    UnstableLoo { max_pareto_k: f64 },
    TestContradicted { tests: Vec<Contradicted> },
    MostlyPrior { channels: Vec<String> },
    SlowPartAssumed { channels: Vec<String> },
    AboveExpectation { contradictions: Vec<String> },
    AgainstPrior { contradictions: Vec<String> },
    ReliabilityRaised { control: String, asked: f64, used: f64, contradicted: bool },
    ReliabilityTooLow { control: String, asked: f64, used: f64 },
}

/// What the reader of `fit`, which has so many fitted cells, should know, the gravest first.
pub fn warnings(fit: &Fit, fitted_cells: usize) -> Vec<Warning> {
    let quality = &fit.fit_quality;
    let found = [
        (fit.diagnostics.verdict == Verdict::Fail).then_some(FitWarning::NotConverged {
            divergences: fit.diagnostics.divergences,
            length: (fit.run.warmup, fit.run.draws),
            paired: fit.run.warnings.iter().any(|w| w.code == COLLINEAR_PAIR),
        }),
        (fit.outcome.p_negative_baseline > NEGATIVE_BASELINE)
            .then_some(FitWarning::NegativeBaseline { probability: fit.outcome.p_negative_baseline }),
        (quality.fitted.residual_lag1_autocorrelation)
            .filter(|r| *r > tolerable_autocorrelation(fit.run.config.model.noise))
            .map(|correlation| FitWarning::AutocorrelatedResiduals {
                correlation,
                noise: fit.run.config.model.noise,
            }),
        (quality.fitted.interval_coverage_90)
            .filter(|share| coverage_is_off(*share, fitted_cells))
            .map(|share| FitWarning::Coverage { share }),
        some_channels(beyond_observed(fit)).map(|channels| FitWarning::BeyondObserved { channels }),
        (quality.loo)
            .map(|loo| loo.max_pareto_k)
            .filter(|k| *k > PARETO_K)
            .map(|max_pareto_k| FitWarning::UnstableLoo { max_pareto_k }),
        some_channels(contradictions(fit, false))
            .map(|contradictions| FitWarning::AboveExpectation { contradictions }),
        some_channels(contradictions(fit, true))
            .map(|contradictions| FitWarning::AgainstPrior { contradictions }),
        Some(contradicted(fit)).filter(|t| !t.is_empty()).map(|tests| FitWarning::TestContradicted { tests }),
        some_channels(mostly_prior(fit)).map(|channels| FitWarning::MostlyPrior { channels }),
        some_channels(slow_part_assumed(fit)).map(|channels| FitWarning::SlowPartAssumed { channels }),
    ];
    found.into_iter().flatten().map(|warning| warning.into_warning()).collect()
}

/// That control `name` has another reliability than was given, or `assumed`.
pub fn changed_reliability(name: &str, calibration: &Calibration, assumed: bool) -> Warning {
    let (control, asked, used) = (name.to_owned(), calibration.asked, calibration.used);
    let found = if assumed {
        FitWarning::ReliabilityRaised { control, asked, used, contradicted: calibration.contradicted }
    } else {
        FitWarning::ReliabilityTooLow { control, asked, used }
    };
    found.into_warning()
}

/// Lag-1 autocorrelation of the residuals that a noise process makes nothing of.
fn tolerable_autocorrelation(noise: Noise) -> f64 {
    match noise {
        Noise::White => AUTOCORRELATED,
        Noise::Ar1 => DRIFTING,
    }
}

fn some_channels(channels: Vec<String>) -> Option<Vec<String>> {
    (!channels.is_empty()).then_some(channels)
}

/// Whether a coverage is off by more than matters and more than chance, over about `cells` cells.
fn coverage_is_off(share: f64, cells: usize) -> bool {
    let error = (NOMINAL * (1.0 - NOMINAL) / cells.max(1) as f64).sqrt();
    (share - NOMINAL).abs() > COVERAGE_OFF.max(COVERAGE_ERRORS * error)
}

/// Channels that the recommended plan sends beyond the spend in the data.
fn beyond_observed(fit: &Fit) -> Vec<String> {
    let moved = |p: &&ChannelPlan| p.extrapolated && p.change.is_none_or(|c| c.abs() > SMALL_CHANGE);
    fit.scenarios
        .iter()
        .filter(|s| s.kind == ScenarioKind::OptimalSameBudget)
        .flat_map(|s| s.allocation.iter().filter(moved))
        .map(|p| p.channel.clone())
        .collect()
}

fn mostly_prior(fit: &Fit) -> Vec<String> {
    // A channel that never ran in the fitted periods has a warning of its own.
    let ran = fit.channels.iter().filter(|c| c.contribution.mean > 0.0);
    ran.filter(|c| c.evidence.is_assumed()).map(|c| c.name.clone()).collect()
}

/// Channels of whose slow part the data told next to nothing.
fn slow_part_assumed(fit: &Fit) -> Vec<String> {
    let told = |c: &&ChannelReport| c.adstock.slow.as_ref().is_some_and(|s| s.share_contraction < TOLD);
    fit.channels.iter().filter(told).map(|c| c.name.clone()).collect()
}

/// How the data contradict the priors that were given, or those that were not: a phrase per channel.
fn contradictions(fit: &Fit, given: bool) -> Vec<String> {
    let found = fit.channels.iter().filter_map(|c| Some((c, c.evidence.contradicts()?)));
    found.filter(|(_, e)| e.own == given).map(|(c, e)| format!("{} {}", c.name, contradiction(&e))).collect()
}

impl FitWarning {
    fn code(&self) -> &'static str {
        match self {
            FitWarning::NotConverged { .. } => "not_converged",
            FitWarning::NegativeBaseline { .. } => "negative_baseline",
            FitWarning::AutocorrelatedResiduals { .. } => "autocorrelated_residuals",
            FitWarning::Coverage { .. } => "interval_coverage",
            FitWarning::BeyondObserved { .. } => "plan_beyond_observed_spend",
            FitWarning::UnstableLoo { .. } => "pareto_k",
            FitWarning::TestContradicted { .. } => "test_contradicted",
            FitWarning::MostlyPrior { .. } => "mostly_prior",
            FitWarning::SlowPartAssumed { .. } => "slow_part_assumed",
            FitWarning::AboveExpectation { .. } => "above_expectation",
            FitWarning::AgainstPrior { .. } => "against_prior",
            FitWarning::ReliabilityRaised { .. } => "reliability_raised",
            FitWarning::ReliabilityTooLow { .. } => "reliability_too_low",
        }
    }

    fn message(&self) -> String {
        match self {
            FitWarning::NotConverged { .. } => {
                "the chains did not converge: these numbers are not the model's answer".into()
            }
            FitWarning::NegativeBaseline { probability } => format!(
                "the baseline is negative with probability {:.0} %: media are credited with more than \
                 there is",
                100.0 * probability
            ),
            FitWarning::AutocorrelatedResiduals { correlation, noise } => {
                let so = match noise {
                    Noise::White => "intervals are too narrow",
                    Noise::Ar1 => "a driver of the outcome is missing",
                };
                format!(
                    "what the model misses lasts from one period to the next (residual lag-1 \
                     autocorrelation {correlation:.2}): {so}"
                )
            }
            FitWarning::Coverage { share } => format!(
                "{:.0} % of the periods lie inside their 90 % interval: the noise is not what the model \
                 assumes",
                100.0 * share
            ),
            FitWarning::BeyondObserved { channels } => format!(
                "in the recommended plan more than 5 % of the spend on {} lies above the largest period in the \
                 data; there the response curve is extrapolation",
                listing(channels)
            ),
            FitWarning::UnstableLoo { max_pareto_k } => format!(
                "single rows decide the fit (largest Pareto k {max_pareto_k:.2}, above 0.7): the \
                 leave-one-out accuracy is not reliable"
            ),
            FitWarning::AboveExpectation { contradictions } | FitWarning::AgainstPrior { contradictions } => {
                format!("the data put {}", contradictions.join("; "))
            }
            FitWarning::TestContradicted { tests } => tests_against_the_rest(tests),
            FitWarning::MostlyPrior { channels } => {
                format!("the data say little about {}: the ROI is mostly the prior", listing(channels))
            }
            FitWarning::SlowPartAssumed { channels } => format!(
                "how much of the effect of {} lasts for months is mostly the prior: a slow effect and a moving \
                 baseline look alike",
                listing(channels)
            ),
            FitWarning::ReliabilityRaised { control, asked, used, contradicted } => {
                let why = if *contradicted {
                    "the outcome contradicts a lower one"
                } else {
                    "the other columns predict as much of it, so that a lower one cannot be"
                };
                format!(
                    "a reliability of {used:.2} of control `{control}` is used, not the {asked} assumed: {why}"
                )
            }
            FitWarning::ReliabilityTooLow { control, asked, used } => format!(
                "a reliability of {asked} of control `{control}` cannot be: the other columns predict more of it; \
                 {used:.2} is used, at which nothing but their prediction is left of it"
            ),
        }
    }

    /// What to do about it; empty where there is nothing to do.
    fn hint(&self) -> String {
        match self {
            FitWarning::ReliabilityRaised { .. } => String::new(),
            FitWarning::ReliabilityTooLow { control, used, .. } => {
                format!("give --reliability {control}={used:.2} or more")
            }
            FitWarning::NotConverged { paired: true, .. } => {
                "merge what moves together (see collinear_pair), or run much longer: --thin 4 --target-accept 0.95 \
                 --warmup 1000"
                    .into()
            }
            FitWarning::NotConverged { divergences, length, .. } => convergence_hint(*divergences, *length),
            FitWarning::NegativeBaseline { .. } => {
                "name what else drives the outcome with --controls, or bound what media can return with \
                 --prior CHANNEL:roi=LOW..HIGH"
                    .into()
            }
            FitWarning::AutocorrelatedResiduals { noise: Noise::White, .. } => {
                "let the noise remember with --noise ar1, or name the missing driver with --controls".into()
            }
            FitWarning::AutocorrelatedResiduals { noise: Noise::Ar1, .. } => {
                "name the missing driver with --controls, or follow the trend more closely with \
                 --trend-knot-weeks 8"
                    .into()
            }
            FitWarning::Coverage { share } if *share < NOMINAL => {
                "look for outliers with `mmm check`; give one-off events a 0/1 column in --controls".into()
            }
            FitWarning::Coverage { .. } => {
                "a few extreme periods widen all intervals: give them a 0/1 column in --controls".into()
            }
            FitWarning::BeyondObserved { .. } => {
                "move there in steps, or plan with `mmm scenario` and --bound CHANNEL=0.7..1.1".into()
            }
            FitWarning::UnstableLoo { .. } => {
                "compare models with --holdout-weeks 13 instead; give odd periods a 0/1 column in --controls"
                    .into()
            }
            FitWarning::AboveExpectation { .. } => {
                "a driver of the outcome that is not in the data makes media look better: name it with --controls"
                    .into()
            }
            FitWarning::AgainstPrior { .. } => {
                "see whether --prior (or what was carried forward) is of the same unit, period and audience as \
                 the data"
                    .into()
            }
            FitWarning::TestContradicted { .. } => {
                "check dates, geos, unit and error of the test; if they are right, what was believed without it was \
                 wrong: plan by this fit, and test the channel again (`mmm design`)"
                    .into()
            }
            FitWarning::SlowPartAssumed { .. } => {
                "stop the channel in some geos for a quarter or longer, read it on for as long with `mmm readout`, and \
                 tell it with --experiments FILE"
                    .into()
            }
            FitWarning::MostlyPrior { .. } => {
                "plan a test with `mmm design`, tell it with --experiments FILE; experience with --prior \
                 CHANNEL:roi=LOW..HIGH (or share=)"
                    .into()
            }
        }
    }

    fn into_warning(self) -> Warning {
        let hint = Some(self.hint()).filter(|hint| !hint.is_empty());
        Warning { code: self.code().to_owned(), message: self.message(), hint }
    }
}

/// The tests that the rest of the model contradicts.
fn contradicted(fit: &Fit) -> Vec<Contradicted> {
    let of = |test: &ExperimentReport| {
        let predicted = test.predicted.filter(|_| test.contradicted)?;
        Some(Contradicted {
            label: test.label.clone(),
            found: [test.estimate.unwrap_or(test.effect.mean), test.se.unwrap_or(test.effect.sd)],
            expected: [predicted.q05, predicted.q95],
            unit: test.unit,
        })
    };
    fit.experiments.iter().filter_map(of).collect()
}

/// Each test, what it found, and what the rest expected of it.
fn tests_against_the_rest(tests: &[Contradicted]) -> String {
    let of = |test: &Contradicted| {
        let (unit, show): (_, fn(f64) -> String) = match test.unit {
            TestUnit::Roi => ("ROI", ratio),
            TestUnit::Lift => ("lift", amount),
        };
        let [[found, error], [low, high]] = [test.found, test.expected].map(|pair| pair.map(show));
        format!(
            "test `{}` found a {unit} of {found} ± {error}, the rest expected {low} to {high}",
            test.label
        )
    };
    tests.iter().map(of).collect::<Vec<_>>().join("; ")
}

/// What to try when chains of so many iterations of warm-up and draws did not converge.
pub(crate) fn convergence_hint(divergences: usize, (warmup, draws): (usize, usize)) -> String {
    let (longer, more) = (2 * warmup.max(500), 2 * draws.max(1000));
    if divergences > 0 {
        return format!("take smaller steps with --target-accept 0.95 --warmup {longer}");
    }
    format!(
        "run longer with --warmup {longer} --draws {more}; when that does not help, merge channels that move \
         together or give a --prior"
    )
}

/// `tv`, `search`.
fn listing(channels: &[String]) -> String {
    channels.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
