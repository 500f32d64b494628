//! The posterior of an earlier fit as the prior of the next.
//!
//! With weight w in (0, 1] what the earlier data added to their prior counts w times. The prior of each channel's
//! ROI (an organic channel's share), half-saturation K and slope S is a log-normal about the posterior's median,
//! of precision p₀ + w (p − p₀): p that of a normal with the posterior's middle half, p₀ that of the prior it
//! came from. An effect of which the data told next to nothing keeps the general prior, with its chance of being
//! none. The retention α has the beta distribution of shape a₀ + w (a − a₀), b₀ + w (b − b₀), with a and b from
//! the posterior's first two moments. The parameters are taken as independent of each other, which they are
//! not; that widens the prior. Baseline, noise and geo effects keep their general priors.
//!
//! # Source
//! Ibrahim & Chen (2000), power prior distributions for regression models.

use crate::config::{
    Adstock, BetaPrior, ChannelConfig, CurvePrior, EffectPrior, FitConfig, LogNormalPrior, ModelConfig,
    UncheckedConfig,
};
use crate::data::{Dataset, vet};
use crate::diff::{Side, Units};
use crate::error::{Error, Problems};
use crate::model::{MIDDLE_HALF, ShapePrior};
use crate::posterior::EvidenceVerdict;
use crate::posterior::Summary;
use crate::posterior::data_weight;
use crate::report::{ChannelReport, Fit};
use crate::warning::Warning;

/// Posteriors narrower than this on the log scale are taken as this wide: a few hundredths of a per cent is
/// no knowledge but a fixed value.
const LEAST_SD_LOG: f64 = 1e-3;
/// A belief so wide says nothing any more, and a wider one is no setting.
const WIDEST_SD_LOG: f64 = 100.0;

/// Puts the posterior of `previous`, with weight `weight`, in place of the priors of the channels that
/// `data` still have; channels with a fixed slope or without carry-over keep them. Warns of weeks that then
/// count twice.
///
/// # Errors
/// Data whose returns or periods are in other units than the earlier fit's.
pub fn carry_forward(
    config: &mut FitConfig,
    previous: &Side,
    data: &Dataset,
    weight: f64,
) -> Result<Vec<Warning>, Error> {
    let (before, now) = (Units::of_fit(&previous.fit), Units::of_data(data, &config.model));
    refuse_other_units(&before, &now, data)?;
    let other_exposure = before.other_exposure(&now);
    let of_data = |contraction| data_weight(contraction, 0.0);
    let mut carried = UncheckedConfig::from(config.clone());
    for channel in &data.channels {
        let Some(report) = previous.channel(&channel.name) else { continue };
        let own = carried.channels.entry(channel.name.clone()).or_default();
        let general = ShapePrior::new(own.curve_prior.unwrap_or_default(), data.interval, 1.0);
        let saturation = &report.saturation;
        let has_carryover = config.adstock_of(&channel.name) != Adstock::None;
        let family = config.saturation_of(&channel.name);
        let same_unit = other_exposure.is_none() && same_exposure(previous, report, &channel.exposure_column);
        let half_saturation = same_unit
            .then_some(saturation.half_saturation)
            .flatten()
            .filter(|_| family.has_maximum())
            .and_then(|k| log_normal(&k, report.evidence.saturation_contraction.map(of_data), weight));
        let is_free = config.fixed_slope_of(&channel.name).is_none();
        let slope = saturation.slope.filter(|_| is_free).and_then(|slope| {
            let contraction = sd_log(&slope).map(|sd| (1.0 - sd / general.ln_slope.1).max(0.0));
            log_normal(&slope, contraction.map(of_data), weight)
        });
        let retention = report.adstock.retention.filter(|_| has_carryover);
        let retention = retention.and_then(|r| beta(&r, general.retention, weight));
        *own = ChannelConfig {
            prior: effect(report, weight).or(own.prior),
            curve_prior: Some(CurvePrior { half_saturation, slope, retention }),
            ..own.clone()
        };
    }
    *config = carried.try_into()?;
    let mut warnings = overlap(previous, data, config, weight);
    warnings.extend(other_exposure.map(|reason| {
        let message = format!("{reason}: half-saturation is not carried forward");
        Warning::new(
            "other_exposure",
            message,
            "keep --scaling and --population as they were to carry it too",
        )
    }));
    Ok(warnings)
}

fn refuse_other_units(before: &Units, now: &Units, data: &Dataset) -> Result<(), Error> {
    let mut problems = Problems::new("units differ from the earlier fit");
    for (reason, what) in [
        (before.other_returns(now), "what was learnt of ROI"),
        (before.other_periods(now), "what was learnt of half-saturation and retention"),
    ] {
        if let Some(reason) = reason {
            problems.push_with(|| format!("{reason}: {what} cannot be carried forward"));
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    let hint = "leave --carry-forward out, or give data in the units of the earlier fit".to_owned();
    Err(Error::Data { file: data.source.file.clone(), problems, hint: Some(hint) })
}

/// Says of a repetition without carrying forward that a period is no longer what it was.
pub fn other_periods(previous: &Fit, data: &Dataset, model: &ModelConfig) -> Option<Warning> {
    let reason = Units::of_fit(previous).other_periods(&Units::of_data(data, model))?;
    let message = format!(
        "{reason}: half-saturation and retention are by the period and cannot be compared with the earlier fit's"
    );
    let hint = "settings by the period keep their numbers: see to max_lag of adstock and to curve_prior";
    Some(Warning::new("other_periods", message, hint))
}

/// K is in units of the column that drives the channel: another column has another K.
fn same_exposure(previous: &Side, report: &ChannelReport, column: &str) -> bool {
    let roles = &previous.fit.run.roles;
    match &report.spend_column {
        Some(spend) => roles.exposure.get(spend).unwrap_or(spend) == column,
        None => roles.organic.iter().any(|c| c == column),
    }
}

fn effect(report: &ChannelReport, weight: f64) -> Option<EffectPrior> {
    if report.evidence.verdict == EvidenceVerdict::Prior {
        return None;
    }
    let of_data = Some(report.evidence.data_weight());
    match report.roi {
        Some(roi) => log_normal(&roi, of_data, weight).map(EffectPrior::Roi),
        None => log_normal(&report.outcome_share, of_data, weight)
            .filter(|share| share.log_mean_sd().0 < 0.0)
            .map(EffectPrior::Share),
    }
}

/// The log-normal of a posterior in which the data have the weight `of_data` against their prior.
fn log_normal(posterior: &Summary, of_data: Option<f64>, weight: f64) -> Option<LogNormalPrior> {
    let sd = sd_log(posterior)?.max(LEAST_SD_LOG);
    // p₀ / p.
    let general = 1.0 - of_data.unwrap_or(0.0);
    let sd_log = (sd / (weight + (1.0 - weight) * general).sqrt()).min(WIDEST_SD_LOG);
    let median = posterior.q50;
    (median.is_finite() && sd_log.is_finite()).then_some(LogNormalPrior::Median { median, sd_log })
}

/// The standard deviation of a normal with the same middle half on the log scale.
fn sd_log(posterior: &Summary) -> Option<f64> {
    (posterior.q25 > 0.0).then(|| (posterior.q75.ln() - posterior.q25.ln()) / MIDDLE_HALF)
}

fn beta(retention: &Summary, general: (f64, f64), weight: f64) -> Option<BetaPrior> {
    let moments = BetaPrior { mean: retention.mean, sd: retention.sd };
    if !moments.exists() {
        return None;
    }
    let (a, b) = moments.shape();
    let between = |general: f64, posterior: f64| general + weight * (posterior - general);
    let wider = BetaPrior::of_shape(between(general.0, a), between(general.1, b));
    wider.exists().then_some(wider)
}

fn overlap(previous: &Side, data: &Dataset, config: &FitConfig, weight: f64) -> Vec<Warning> {
    let last = previous.fit.run.data.last;
    let n = data.dates.iter().filter(|d| **d >= previous.fit.run.data.first && **d <= last).count();
    let after = data.dates.iter().position(|d| *d > last);
    let hint = match after.map(|t| (t, data.dates[t])) {
        Some((t, first)) if vet(&data.without_first(t), config).is_ok() => {
            format!("fit only what is new with --from {first}, or leave --carry-forward out")
        }
        Some((t, first)) => {
            let new = data.interval.count(data.n_periods() - t);
            format!(
                "leave --carry-forward out: what is new, {new} from {first} on, is too little to fit alone"
            )
        }
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
    use crate::report::testdata;
    use crate::report::testdata::Parts;

    #[test]
    fn what_the_data_added_counts_by_its_weight() {
        let previous = Side::summarised(testdata::fit());
        let data = Parts::new().dataset;
        let carried = |weight: f64| {
            let mut config = FitConfig::default();
            let warnings = carry_forward(&mut config, &previous, &data, weight).unwrap();
            assert_eq!(warnings[0].code, "carried_twice");
            config.channels["tv"].clone()
        };
        let (whole, quarter) = (carried(1.0), carried(0.25));
        let Some(EffectPrior::Roi(roi)) = whole.prior else { panic!("tv has spend: {whole:?}") };
        let Some(EffectPrior::Roi(wide)) = quarter.prior else { panic!("tv has spend: {quarter:?}") };
        let tv = previous.channel("tv").unwrap();
        let (summary, of_data) = (tv.roi.unwrap(), tv.evidence.roi_data_weight.unwrap());
        let (mean, sd) = roi.log_mean_sd();
        assert!((mean - summary.q50.ln()).abs() < 1e-12);
        // A quarter of a normal lies above 0.674 sd.
        assert!((sd - 0.5 * (summary.q75 / summary.q25).ln() / 0.674_489_750_196_081_7).abs() < 1e-12);
        // The precision of the prior and a quarter of what the data added.
        let general = (1.0 - of_data) / sd.powi(2);
        let want = general + 0.25 * (sd.powi(-2) - general);
        assert!((wide.log_mean_sd().1.powi(-2) / want - 1.0).abs() < 1e-12);
        let shapes = [whole, quarter].map(|c| c.curve_prior.unwrap().retention.unwrap().shape());
        assert!((shapes[1].0 - (1.5 + 0.25 * (shapes[0].0 - 1.5))).abs() < 1e-9, "{shapes:?}");
    }

    #[test]
    fn to_fit_only_what_is_new_is_advised_where_it_can_be() {
        let hint = |known: usize| {
            let mut fit = testdata::fit();
            let data = Parts::new().dataset;
            fit.run.data.last = data.dates[known - 1];
            let mut config = FitConfig::default();
            let previous = Side::summarised(fit);
            carry_forward(&mut config, &previous, &data, 0.5).unwrap().remove(0).hint.unwrap()
        };
        assert_eq!(hint(8), "fit only what is new with --from 2024-02-26, or leave --carry-forward out");
        let too_few = hint(18);
        assert!(
            too_few.contains(
                "leave --carry-forward out: what is new, 2 weeks from 2024-05-06 on, is too little"
            ),
            "{too_few}"
        );
    }

    #[test]
    fn what_the_data_did_not_tell_keeps_the_general_prior() {
        let mut fit = testdata::fit();
        let tv = fit.channels.iter_mut().find(|c| c.name == "tv").unwrap();
        tv.evidence.verdict = EvidenceVerdict::Prior;
        let mut config = FitConfig::default();
        carry_forward(&mut config, &Side::summarised(fit), &Parts::new().dataset, 1.0).unwrap();
        assert_eq!(config.channels["tv"].prior, None);
    }

    #[test]
    fn nothing_is_carried_into_other_units() {
        let previous = Side::summarised(testdata::fit());
        let mut data = Parts::new().dataset;
        let model = ModelConfig::default();
        assert_eq!(other_periods(&previous.fit, &data, &model), None);
        data.interval = crate::data::Interval::Monthly;
        let mut config = FitConfig::default();
        let refused = |data: &Dataset, config: &mut FitConfig| {
            let error = carry_forward(config, &previous, data, 1.0).unwrap_err();
            assert!(error.hint().is_some_and(|hint| hint.contains("--carry-forward")));
            error.to_string()
        };
        let told = refused(&data, &mut config);
        assert!(
            told.contains("the periods were weeks and are months now: what was learnt of half-saturation"),
            "{told}"
        );
        let warning = other_periods(&previous.fit, &data, &model).unwrap();
        assert!(warning.message.contains("weeks and are months"), "{warning:?}");
        data = Parts::new().dataset;
        data.roles.revenue_per_outcome = Some("aov".into());
        data.outcome.revenue_per_outcome = Some(data.outcome.values.clone());
        assert!(refused(&data, &mut config).contains("outcomes worth `aov` each per unit of spend now"));
        assert!(config.channels.is_empty(), "{config:?}");
    }
}
