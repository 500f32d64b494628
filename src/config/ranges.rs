//! Ranges of adstock and priors.

use super::faults::Faults;
use super::{Adstock, BetaPrior, CurvePrior, EffectPrior, LogNormalPrior};

/// A lag beyond any data set; weights are kept for each.
const MOST_LAG: usize = 100_000;

pub(super) fn check_adstock(key: &str, adstock: Adstock, faults: &mut Faults) {
    let max_lag = match adstock {
        Adstock::Geometric { max_lag } => max_lag,
        Adstock::Delayed { max_lag, .. } | Adstock::Binomial { max_lag } => Some(max_lag),
        Adstock::None => None,
    };
    if let Adstock::Delayed { peak, max_lag } = adstock {
        faults.expect((0.0..=max_lag as f64).contains(&peak), || {
            format!("{key}: peak is {peak}; it must lie between 0 and max_lag ({max_lag})")
        });
    }
    if let Adstock::Geometric { max_lag: Some(0) } = adstock {
        faults.push(format!("{key}: max_lag is 0; give at least 1, or kind = \"none\""));
    }
    faults.expect(max_lag.is_none_or(|lag| lag <= MOST_LAG), || {
        format!("{key}: max_lag is {}; it must be at most {MOST_LAG}", max_lag.unwrap_or_default())
    });
}

pub(super) fn check_prior(name: &str, prior: EffectPrior, faults: &mut Faults) {
    let (scale, belief) = match prior {
        EffectPrior::Roi(belief) => ("roi", belief),
        EffectPrior::Share(belief) => ("share", belief),
        EffectPrior::MarginalRoi(belief) => ("marginal_roi", belief),
    };
    let key = format!("channels.{name}.prior.{scale}");
    let largest = check_log_normal(&key, belief, faults);
    faults.expect(scale != "share" || largest < 1.0, || {
        format!("{key}: {largest} is no share of the outcome; it must be below 1")
    });
}

pub(super) fn check_curve_prior(name: &str, prior: CurvePrior, faults: &mut Faults) {
    for (part, belief) in [("half_saturation", prior.half_saturation), ("slope", prior.slope)] {
        if let Some(belief) = belief {
            check_log_normal(&format!("channels.{name}.curve_prior.{part}"), belief, faults);
        }
    }
    if let Some(belief) = prior.retention {
        let BetaPrior { mean, sd } = belief;
        faults.expect(belief.exists(), || {
            format!(
                "channels.{name}.curve_prior.retention: no distribution between 0 and 1 has mean {mean} and sd {sd}"
            )
        });
    }
}

/// Checks a belief about something positive; returns its median, or the upper end of its interval.
fn check_log_normal(key: &str, belief: LogNormalPrior, faults: &mut Faults) -> f64 {
    let positive = |value: f64| value > 0.0 && value.is_finite();
    match belief {
        LogNormalPrior::Median { median, sd_log } => {
            faults.expect(positive(median), || format!("{key}: median is {median}; it must be positive"));
            faults.expect(positive(sd_log), || format!("{key}: sd_log is {sd_log}; it must be positive"));
            median
        }
        LogNormalPrior::Interval { low, high, mass } => {
            faults.expect(positive(low), || format!("{key}: low is {low}; it must be positive"));
            faults.expect(high > low && high.is_finite(), || {
                format!("{key}: high is {high}; it must be above low ({low})")
            });
            faults.expect(mass > 0.0 && mass < 1.0, || {
                format!("{key}: mass is {mass}; it must lie between 0 and 1")
            });
            high
        }
    }
}
