//! What lift tests told, and which effects by correlation are in doubt, a line each.

use crate::report::{ChannelReport, ExperimentReport, Fit, TestUnit};
use crate::words::numbers::{amount, clean, percent, ratio};

/// Each test: what was read, and what was expected without it; `None` when there are none.
pub(crate) fn tests(experiments: &[ExperimentReport]) -> Option<String> {
    let told: Vec<String> = experiments.iter().map(test).collect();
    (!told.is_empty()).then(|| format!("{}.", told.join("; ")))
}

fn test(test: &ExperimentReport) -> String {
    let (unit, show): (_, fn(f64) -> String) = match test.unit {
        TestUnit::Roi => ("ROI", ratio),
        TestUnit::Lift => ("lift", amount),
    };
    let found = match (test.estimate, test.se) {
        (Some(estimate), Some(se)) => format!("{unit} {} ± {}", show(estimate), show(se)),
        _ => format!("{unit} {} ± {} by contrast", show(test.effect.mean), show(test.effect.sd)),
    };
    let z = test.z.map_or(String::new(), |z| format!(", z {z:.1}"));
    let without = test.predicted.map_or("what the rest expected needs a refit".into(), |rest| {
        let contradicted = if test.contradicted { ", against expectation" } else { "" };
        format!("the rest expected {} to {}{z}{contradicted}", show(rest.q05), show(rest.q95))
    });
    format!("{} {found}, {without}", clean(&test.label))
}

/// Each channel whose effect by correlation is in doubt: that, what it causes, and why.
pub(crate) fn doubts(fit: &Fit) -> Vec<String> {
    fit.channels.iter().filter_map(doubt).collect()
}

fn doubt(channel: &ChannelReport) -> Option<String> {
    let gap = channel.causal_gap.as_ref().filter(|gap| gap.doubted)?;
    let (by_correlation, caused) = match (gap.roi_by_correlation, channel.roi) {
        (Some(by_correlation), Some(roi)) => {
            (format!("ROI {}", ratio(by_correlation.mean)), spread(ratio, [roi.mean, roi.q05, roi.q95]))
        }
        _ => {
            let caused = channel.outcome_share;
            let per_outcome = caused.mean / channel.contribution.mean;
            let share = gap.contribution_by_correlation.mean * per_outcome;
            (
                format!("{} of the outcome", percent(share)),
                spread(percent, [caused.mean, caused.q05, caused.q95]),
            )
        }
    };
    Some(format!(
        "{}: {by_correlation} by correlation, {caused} caused (gap {:.2} ± {:.2}): {}.",
        clean(&channel.name),
        gap.gap.mean,
        gap.gap.sd,
        gap.sentence
    ))
}

fn spread(show: fn(f64) -> String, [mean, low, high]: [f64; 3]) -> String {
    format!("{} ({} to {})", show(mean), show(low), show(high))
}
