//! Ranges of carry-over and priors.

use super::faults::Faults;
use super::table::Section;
use super::{Adstock, BetaPrior, CurvePrior, EffectPrior, LogNormalPrior};

pub(super) fn check_adstock(path: &str, adstock: Adstock, faults: &mut Faults) {
    for (key, value) in adstock.numbers() {
        faults.number((Section::Adstock, key), path, value);
    }
    if let Adstock::Delayed { peak, max_lag } = adstock {
        faults.expect((0.0..=max_lag as f64).contains(&peak), || {
            format!("{path}.peak is {peak}; it must be between 0 and max_lag ({max_lag})")
        });
    }
}

pub(super) fn check_prior(channel: &str, prior: EffectPrior, faults: &mut Faults) {
    let (scale, belief) = match prior {
        EffectPrior::Roi(belief) => ("roi", belief),
        EffectPrior::Share(belief) => ("share", belief),
        EffectPrior::MarginalRoi(belief) => ("marginal_roi", belief),
    };
    let path = format!("{channel}.prior.{scale}");
    let largest = check_log_normal(&path, belief, faults);
    faults.expect(scale != "share" || largest < 1.0, || {
        format!("{path}: {largest} is no share of the outcome; it must be below 1")
    });
}

pub(super) fn check_curve_prior(channel: &str, prior: CurvePrior, faults: &mut Faults) {
    for (part, belief) in [("half_saturation", prior.half_saturation), ("slope", prior.slope)] {
        if let Some(belief) = belief {
            check_log_normal(&format!("{channel}.curve_prior.{part}"), belief, faults);
        }
    }
    if let Some(belief) = prior.retention {
        let BetaPrior { mean, sd } = belief;
        let path = format!("{channel}.curve_prior.retention");
        faults.number((Section::Retention, "mean"), &path, mean);
        faults.number((Section::Retention, "sd"), &path, sd);
        faults.expect(belief.exists(), || {
            format!("{path}: no distribution between 0 and 1 has mean {mean} and sd {sd}")
        });
    }
}

/// Checks a belief about something positive; returns its median, or the upper end of its interval.
fn check_log_normal(path: &str, belief: LogNormalPrior, faults: &mut Faults) -> f64 {
    let mut number = |key, value: f64| faults.number((Section::Belief, key), path, value);
    match belief {
        LogNormalPrior::Median { median, sd_log } => {
            number("median", median);
            number("sd_log", sd_log);
            median
        }
        LogNormalPrior::Interval { low, high, mass } => {
            number("low", low);
            number("high", high);
            number("mass", mass);
            faults.expect(high > low, || format!("{path}: high is {high}; it must be above low ({low})"));
            high
        }
    }
}
