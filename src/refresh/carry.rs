//! The posterior of an earlier fit as the prior of the next.
//!
//! With weight w in (0, 1] the prior of each channel's ROI (an organic channel's share), half-saturation K
//! and slope S is a log-normal with the posterior's mean of the logarithm and its sd divided by √w, and that
//! of the retention α the beta distribution with the posterior's first two moments, raised to the power w:
//! a' = w (a − 1) + 1, b' = w (b − 1) + 1. Both are the earlier posterior raised to the power w, so that
//! what it learnt counts w times. The parameters are taken as independent of each other, which they are
//! not; that, too, widens the prior. Baseline, noise and geo effects keep their general priors.
//!
//! # Source
//! Ibrahim & Chen (2000), power prior distributions for regression models.

use crate::config::{BetaPrior, ChannelConfig, CurvePrior, EffectPrior, FitConfig, LogNormalPrior};
use crate::data::Dataset;
use crate::diff::Side;
use crate::output::ChannelReport;
use crate::posterior::Summary;
use crate::warning::Warning;

/// Posteriors narrower than this on the log scale are taken as this wide: a few hundredths of a per cent is
/// no knowledge but a fixed value.
const LEAST_SD_LOG: f64 = 1e-3;

/// Puts the posterior of `previous`, with weight `weight`, in place of the priors of the channels that
/// `data` still have; channels with a fixed slope or without carry-over keep them. Warns of weeks that then
/// count twice.
pub fn carry_forward(config: &mut FitConfig, previous: &Side, data: &Dataset, weight: f64) -> Vec<Warning> {
    for channel in &data.channels {
        let Some(report) = previous.channel(&channel.name) else { continue };
        let own = config.channels.entry(channel.name.clone()).or_default();
        let kind = own.adstock.unwrap_or(config.model.adstock);
        *own = ChannelConfig {
            prior: effect(previous, report, weight).or(own.prior),
            curve_prior: Some(CurvePrior {
                half_saturation: log_normal(previous, report, "half_saturation", weight)
                    .filter(|_| same_exposure(previous, report, &channel.exposure_column)),
                slope: match own.slope {
                    Some(_) => None,
                    None => log_normal(previous, report, "slope", weight),
                },
                retention: match kind {
                    crate::config::Adstock::None => None,
                    _ => report.adstock.retention.and_then(|r| beta(&r, weight)),
                },
            }),
            ..own.clone()
        };
    }
    overlap(previous, data, weight)
}

/// K is in units of the column that drives the channel: another column has another K.
fn same_exposure(previous: &Side, report: &ChannelReport, column: &str) -> bool {
    let roles = &previous.fit.run.roles;
    match &report.spend_column {
        Some(spend) => roles.exposure.get(spend).unwrap_or(spend) == column,
        None => roles.organic.iter().any(|c| c == column),
    }
}

fn effect(previous: &Side, report: &ChannelReport, weight: f64) -> Option<EffectPrior> {
    match report.roi {
        Some(_) => log_normal(previous, report, "roi", weight).map(EffectPrior::Roi),
        None => log_normal(previous, report, "outcome_share", weight).map(EffectPrior::Share),
    }
}

/// The log-normal of a quantity's posterior, widened; from the draws, or without them from the summary's
/// median and 90 % interval.
fn log_normal(
    previous: &Side,
    report: &ChannelReport,
    quantity: &str,
    weight: f64,
) -> Option<LogNormalPrior> {
    let logs = previous.positive_draws(report, quantity).map(|draws| {
        let logs: Vec<f64> = draws.iter().map(|x| x.ln()).collect();
        let summary = Summary::of(&logs);
        (summary.mean, summary.sd)
    });
    let (mean, sd) = logs.or_else(|| of_summary(report, quantity))?;
    let prior = LogNormalPrior::Median { median: mean.exp(), sd_log: sd.max(LEAST_SD_LOG) / weight.sqrt() };
    let LogNormalPrior::Median { median, sd_log } = prior else { return None };
    let share = quantity == "outcome_share" && median >= 1.0;
    (median > 0.0 && median.is_finite() && sd_log.is_finite() && !share).then_some(prior)
}

fn of_summary(report: &ChannelReport, quantity: &str) -> Option<(f64, f64)> {
    let summary = match quantity {
        "roi" => report.roi?,
        "outcome_share" => report.outcome_share,
        "half_saturation" => report.saturation.half_saturation,
        _ => report.saturation.slope,
    };
    // 90 % of a normal lies within 1.645 sd.
    let sd = (summary.q95.ln() - summary.q05.ln()) / (2.0 * 1.644_853_626_951_472_2);
    (summary.q05 > 0.0).then_some((summary.q50.ln(), sd))
}

fn beta(retention: &Summary, weight: f64) -> Option<BetaPrior> {
    let moments = BetaPrior { mean: retention.mean, sd: retention.sd };
    if !moments.exists() {
        return None;
    }
    let (a, b) = moments.shape();
    let wider = BetaPrior::of_shape(weight * (a - 1.0) + 1.0, weight * (b - 1.0) + 1.0);
    wider.exists().then_some(wider)
}

fn overlap(previous: &Side, data: &Dataset, weight: f64) -> Vec<Warning> {
    let last = previous.fit.run.data.last;
    let n = data.dates.iter().filter(|d| **d >= previous.fit.run.data.first && **d <= last).count();
    let after = data.dates.iter().find(|d| **d > last);
    let hint = match after {
        Some(first) => format!("fit only what is new with --from {first}, or leave --carry-forward out"),
        None => "leave --carry-forward out".to_owned(),
    };
    let message = format!(
        "{n} of {} periods are in the earlier fit too: they count {} times, and intervals come out too narrow",
        data.n_periods(),
        1.0 + weight
    );
    if n > 0 { vec![Warning::new("carried_twice", message, hint)] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testdata::{self, Parts};

    #[test]
    fn the_posterior_is_raised_to_the_power_of_its_weight() {
        let previous = Side::summarised(testdata::fit());
        let data = Parts::new().dataset;
        let carried = |weight: f64| {
            let mut config = FitConfig::default();
            let warnings = carry_forward(&mut config, &previous, &data, weight);
            assert_eq!(warnings[0].code, "carried_twice");
            config.check().unwrap();
            config.channels["tv"].clone()
        };
        let (whole, quarter) = (carried(1.0), carried(0.25));
        let Some(EffectPrior::Roi(roi)) = whole.prior else { panic!("tv has spend: {whole:?}") };
        let Some(EffectPrior::Roi(wide)) = quarter.prior else { panic!("tv has spend: {quarter:?}") };
        let summary = previous.channel("tv").unwrap().roi.unwrap();
        let (mean, sd) = roi.log_mean_sd();
        assert!((mean - summary.q50.ln()).abs() < 1e-12);
        assert!((mean + 1.644_853_626_951_472_2 * sd - summary.q95.ln()).abs() < 0.2);
        // A quarter of the information is twice the spread.
        assert!((wide.log_mean_sd().1 / sd - 2.0).abs() < 1e-12);
        let shapes = [whole, quarter].map(|c| c.curve_prior.unwrap().retention.unwrap().shape());
        assert!((shapes[1].0 - (0.25 * (shapes[0].0 - 1.0) + 1.0)).abs() < 1e-9, "{shapes:?}");
    }
}
