//! Builds the [`Fit`] of `fit.json` from the data set, the configuration and the posterior.

mod defined;
pub(crate) mod prior;
mod shape;

use std::collections::HashMap;

use rayon::prelude::*;

use crate::config::{FitConfig, ModelConfig};
use crate::data::{Dataset, Measure, in_lockstep, knot_weeks, period_digests};
use crate::diagnostics::{Diagnostics, ParameterDiagnostics};
use crate::planning::{Scenario, TestValue};
use crate::posterior::{Cell, Evidence, FitQuality, Parameter, Posterior, Summary, evidence};
use crate::report::channel::{ChannelKind, ChannelReport, EvidenceReport, GeoReport};
use crate::report::channel::{DriftReport, GapReport};
use crate::report::curve::{ResponseCurve, response_curve};
use crate::report::finite::{finite, first_non_finite};
use crate::report::fit::*;
use crate::report::window::FittedWindow;
use crate::warning::Warning;

use defined::defined;

/// Everything a fit is summarised from.
#[derive(Debug, Clone)]
pub struct FitInputs<'a> {
    /// The data, original units.
    pub dataset: &'a Dataset,
    /// The configuration, defaults included.
    pub config: &'a FitConfig,
    /// Warm-up iterations of each chain.
    pub warmup: usize,
    /// The draws in original units; its channels are those of `dataset`, in the same order.
    pub posterior: &'a Posterior,
    /// Convergence of the whole fit.
    pub diagnostics: &'a Diagnostics,
    /// Convergence by parameter, matched to those of `posterior` by name.
    pub convergence: &'a [ParameterDiagnostics],
    /// Plans.
    pub scenarios: Vec<Scenario>,
    /// What testing each channel is worth.
    pub next_tests: Vec<TestValue>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// Summarises a fit.
pub fn build(inputs: FitInputs<'_>) -> Fit {
    let (dataset, posterior) = (inputs.dataset, inputs.posterior);
    let fitted = dataset.without_last(dataset.held_out(&inputs.config.model));
    let convergence: HashMap<&str, &ParameterDiagnostics> =
        inputs.convergence.iter().rev().map(|c| (c.parameter.as_str(), c)).collect();
    Fit {
        schema: FIT_SCHEMA.into(),
        tool: tool(),
        run: run((dataset, inputs.config), (inputs.warmup, posterior.n_draws), inputs.warnings),
        diagnostics: inputs.diagnostics.clone(),
        fit_quality: fit_quality(posterior),
        outcome: outcome(dataset, posterior),
        channels: evidence(&fitted, inputs.config, posterior)
            .par_iter()
            .enumerate()
            .map(|(c, found)| (c, evidence_of(dataset, c, found)))
            .map(|found| channel(dataset, inputs.config, posterior, found))
            .collect(),
        response_curves: curves(posterior),
        scenarios: inputs.scenarios,
        experiments: Vec::new(),
        next_tests: inputs.next_tests,
        history: posterior.periods.clone(),
        parameters: posterior
            .parameters
            .par_iter()
            .map(|p| parameter(p, convergence.get(p.name.as_str()).copied()))
            .collect(),
        sensitivity: None,
        files: Vec::new(),
        values_sha256: None,
    }
}

fn evidence_of(dataset: &Dataset, index: usize, found: &Evidence) -> EvidenceReport {
    let channel = &dataset.channels[index];
    EvidenceReport::of(&channel.name, if channel.is_organic() { "effect" } else { "return" }, found)
}

pub(crate) fn tool() -> Tool {
    Tool { name: "mmm".into(), version: env!("CARGO_PKG_VERSION").into() }
}

pub(crate) fn curves(posterior: &Posterior) -> Vec<ResponseCurve> {
    posterior.channels.par_iter().map(|c| response_curve(c, &posterior.multipliers)).collect()
}

pub(crate) fn run(
    (dataset, config): (&Dataset, &FitConfig),
    (warmup, draws): (usize, usize),
    warnings: Vec<Warning>,
) -> Run {
    let sampler = &config.sampler;
    let knots = knot_weeks(dataset.interval, &config.model);
    let model = ModelConfig { trend_knot_weeks: Some(knots), ..config.model.clone() };
    Run {
        seed: sampler.seed,
        chains: sampler.chains,
        warmup,
        draws,
        thin: sampler.thinning(dataset.n_geos()),
        target_accept: sampler.acceptance(dataset.n_geos(), in_lockstep(dataset)),
        data: data_report(dataset, dataset.held_out(&config.model)),
        roles: dataset.roles.clone(),
        // The knots that the data chose are in range, as those that are set.
        config: config.with(|c| c.model = model).unwrap_or_else(|_| config.clone()),
        experiments: None,
        warnings,
        prior_only: false,
    }
}

/// The data as every report describes them, the last `holdout` periods not fitted.
pub(crate) fn data_report(dataset: &Dataset, holdout: usize) -> DataReport {
    let periods = dataset.n_periods();
    let first = dataset.dates.first().copied().unwrap_or_default();
    DataReport {
        file: dataset.source.file.clone(),
        sha256: dataset.source.sha256.clone(),
        rows: dataset.source.rows,
        geos: dataset.n_geos(),
        geo_names: dataset.geos.clone(),
        periods,
        weeks: (periods as f64 * dataset.interval.days() / 7.0).round() as usize,
        first,
        last: dataset.dates.last().copied().unwrap_or(first),
        interval_days: dataset.interval.days(),
        fitted: FittedWindow::of(dataset, holdout),
        from: dataset.source.from,
        to: dataset.source.to,
        exclude: dataset.source.exclude.clone(),
        reading: dataset.source.reading.clone(),
        period_digests: period_digests(dataset),
    }
}

fn fit_quality(posterior: &Posterior) -> FitQualityReport {
    let loo = posterior.fit.loo.filter(|l| first_non_finite(l).is_none());
    let holdout = posterior.holdout.as_ref().map(agreement);
    FitQualityReport {
        fitted: agreement(&posterior.fit),
        loo_reason: loo.is_none().then(|| "leave-one-out accuracy could not be computed".into()),
        loo,
        holdout_reason: holdout.is_none().then(|| "no periods were held out".into()),
        holdout,
    }
}

pub(crate) fn agreement(fit: &FitQuality) -> Agreement {
    let values =
        [fit.r2, fit.mape, fit.wmape, fit.interval_coverage_90, fit.residual_lag1_autocorrelation, fit.crps]
            .map(finite);
    let reason = "too few cells, or no variation in the outcome";
    Agreement {
        r2: values[0],
        mape: values[1],
        wmape: values[2],
        interval_coverage_90: values[3],
        residual_lag1_autocorrelation: values[4],
        crps: values[5],
        reason: values.contains(&None).then(|| reason.into()),
    }
}

pub(crate) fn outcome(dataset: &Dataset, posterior: &Posterior) -> OutcomeReport {
    let (total, whole) = (posterior.outcome_total, posterior.share_of);
    // Shares of one whole: what media do not bring of it is the baseline's.
    let beyond = whole - total;
    let baseline: Vec<f64> = posterior.baseline_total.iter().map(|b| (b + beyond) / whole).collect();
    let media: Vec<f64> = (0..posterior.baseline_total.len())
        .map(|s| posterior.channels.iter().map(|c| c.contribution[s]).sum::<f64>() / whole)
        .collect();
    let is_signed = posterior.measure == Measure::Spread;
    let negative = posterior.baseline_total.iter().filter(|b| !is_signed && **b < 0.0).count();
    OutcomeReport {
        name: dataset.outcome.name.clone(),
        kind: dataset.outcome.kind,
        roi_unit: RoiUnit::of(&dataset.outcome),
        total,
        share_of: is_signed.then_some(whole),
        baseline_share: Summary::of(&baseline),
        media_share: Summary::of(&media),
        p_negative_baseline: negative as f64 / posterior.baseline_total.len() as f64,
    }
}

pub(crate) fn channel(
    dataset: &Dataset,
    config: &FitConfig,
    posterior: &Posterior,
    (index, evidence): (usize, EvidenceReport),
) -> ChannelReport {
    const NO_SPEND: &str = "the channel has no spend";
    const NOT_FINITE: &str = "not finite in some draws";
    let (data, draws) = (&dataset.channels[index], &posterior.channels[index]);
    let total_spend: f64 = posterior.channels.iter().map(|c| c.spend).sum();
    let share: Vec<f64> = draws.contribution.iter().map(|c| c / posterior.share_of).collect();
    let (roi, roi_reason) = defined(draws.roi.clone(), NO_SPEND, NOT_FINITE);
    let (marginal_roi, marginal_roi_reason) = defined(draws.marginal_roi.clone(), NO_SPEND, NOT_FINITE);
    let cost = draws.roi.as_ref().map(|_| draws.contribution.iter().map(|c| draws.spend / c).collect());
    let (cost_per_outcome, cost_per_outcome_reason) =
        defined(cost, NO_SPEND, "the contribution is zero in some draws");
    let one = posterior.multipliers.iter().position(|m| *m == 1.0);
    ChannelReport {
        name: data.name.clone(),
        spend_column: data.spend_column.clone(),
        kind: if data.is_organic() { ChannelKind::Organic } else { ChannelKind::Paid },
        spend: draws.spend,
        spend_share: if total_spend > 0.0 { draws.spend / total_spend } else { 0.0 },
        contribution: Summary::of(&draws.contribution),
        outcome_share: Summary::of(&share),
        roi,
        roi_reason,
        marginal_roi,
        marginal_roi_reason,
        cost_per_outcome,
        cost_per_outcome_reason,
        adstock: shape::adstock(config, data, draws),
        saturation: shape::saturation(config, data, draws),
        drift: DriftReport::of(config.drift_of(&data.name), draws, one),
        causal_gap: GapReport::of(draws),
        evidence,
        by_geo: if dataset.n_geos() > 1 { by_geo(dataset, posterior, index) } else { vec![] },
    }
}

fn by_geo(dataset: &Dataset, posterior: &Posterior, index: usize) -> Vec<GeoReport> {
    let draws = &posterior.channels[index];
    (0..dataset.n_geos())
        .map(|g| {
            let contribution = draws.geo_contribution.column(g).to_vec();
            let spend = draws.geo_spend[g];
            let value = value_per_outcome(dataset, &posterior.cells, index, g);
            let roi = (spend > 0.0).then(|| contribution.iter().map(|c| value * c / spend).collect());
            let (roi, roi_reason) =
                defined(roi, "nothing was spent on the channel in this geo", "not finite in some draws");
            GeoReport {
                geo: dataset.geos[g].clone(),
                contribution: Summary::of(&contribution),
                roi,
                roi_reason,
                spend,
            }
        })
        .collect()
}

/// Worth of one outcome unit of a channel in a geo: the cells' worth weighted by the channel's mean
/// contribution to them. Exact when the worth is constant in the geo; else it leaves out only how the
/// timing of the contribution varies from draw to draw.
fn value_per_outcome(dataset: &Dataset, cells: &[Cell], channel: usize, geo: usize) -> f64 {
    if dataset.outcome.revenue_per_outcome.is_none() {
        return 1.0;
    }
    let (mut value, mut weight, mut plain, mut n) = (0.0, 0.0, 0.0, 0.0);
    for cell in cells.iter().filter(|c| c.geo == geo && !c.held_out && c.outcome.is_some()) {
        let Ok(t) = dataset.dates.binary_search(&cell.date) else { continue };
        let v = dataset.value_per_outcome(geo, t);
        value += v * cell.channels[channel];
        weight += cell.channels[channel];
        plain += v;
        n += 1.0;
    }
    if weight > 0.0 {
        value / weight
    } else if n > 0.0 {
        plain / n
    } else {
        1.0
    }
}

pub(crate) fn parameter(
    parameter: &Parameter,
    convergence: Option<&ParameterDiagnostics>,
) -> ParameterReport {
    let s = Summary::of(&parameter.draws);
    let value = |of: fn(&ParameterDiagnostics) -> Option<f64>| convergence.and_then(of).and_then(finite);
    let values = [value(|c| c.mcse_mean), value(|c| c.rhat), value(|c| c.ess_bulk), value(|c| c.ess_tail)];
    let reason = match convergence {
        Some(_) => "constant over the draws, or too few draws",
        None => "computed from other parameters",
    };
    ParameterReport {
        name: parameter.name.clone(),
        mean: s.mean,
        sd: s.sd,
        q05: s.q05,
        q50: s.q50,
        q95: s.q95,
        mcse_mean: values[0],
        rhat: values[1],
        ess_bulk: values[2],
        ess_tail: values[3],
        reason: values.contains(&None).then(|| reason.into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::data::OutcomeKind;
    use crate::report::channel::ChannelKind;
    use crate::report::fit::RoiUnit;
    use crate::report::testdata;
    use ndarray::Array2;

    #[test]
    fn shares_and_cost_follow_from_the_draws() {
        let fit = testdata::fit();
        let posterior = testdata::posterior();
        let tv = &fit.channels[0];
        let mean = |d: &[f64]| d.iter().sum::<f64>() / d.len() as f64;
        let contribution = &posterior.channels[0].contribution;
        assert!((tv.outcome_share.mean - mean(contribution) / posterior.outcome_total).abs() < 1e-12);
        let cost: Vec<f64> = contribution.iter().map(|c| tv.spend / c).collect();
        assert!((tv.cost_per_outcome.unwrap().mean - mean(&cost)).abs() < 1e-12);
        assert!((fit.channels.iter().map(|c| c.spend_share).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn negative_baseline_probability_counts_draws() {
        let mut parts = testdata::Parts::new();
        let n = parts.posterior.baseline_total.len();
        parts.posterior.baseline_total[0] = -1.0;
        let fit = parts.fit();
        assert!((fit.outcome.p_negative_baseline - 1.0 / n as f64).abs() < 1e-15);
    }

    #[test]
    fn organic_channels_give_reasons_instead_of_money() {
        let fit = testdata::fit();
        let email = fit.channels.iter().find(|c| c.kind == ChannelKind::Organic).unwrap();
        assert!(email.roi.is_none() && email.marginal_roi.is_none() && email.cost_per_outcome.is_none());
        assert!(email.roi_reason.is_some() && email.cost_per_outcome_reason.is_some());
    }

    #[test]
    fn zero_contribution_leaves_cost_undefined() {
        let mut parts = testdata::Parts::new();
        parts.posterior.channels[0].contribution[0] = 0.0;
        let fit = parts.fit();
        assert!(fit.channels[0].cost_per_outcome.is_none());
        assert!(fit.channels[0].cost_per_outcome_reason.is_some());
        assert!(fit.to_json().is_ok());
    }

    #[test]
    fn geo_roi_values_outcomes_where_they_happened() {
        let mut parts = testdata::Parts::new();
        parts.dataset.outcome.kind = OutcomeKind::Count;
        assert_eq!(parts.fit().outcome.roi_unit, RoiUnit::OutcomePerCurrency);
        let plain = parts.fit().channels[0].by_geo[1].roi.unwrap();
        // Every outcome of the second geo is worth 3, of the first 1.
        let shape = parts.dataset.outcome.values.dim();
        parts.dataset.outcome.revenue_per_outcome =
            Some(Array2::from_shape_fn(shape, |(g, _)| if g == 1 { 3.0 } else { 1.0 }));
        let fit = parts.fit();
        assert_eq!(fit.outcome.roi_unit, RoiUnit::CurrencyPerCurrency);
        assert!((fit.channels[0].by_geo[1].roi.unwrap().mean - 3.0 * plain.mean).abs() < 1e-9);
    }

    #[test]
    fn a_geos_worth_is_weighted_by_what_the_channel_brought() {
        let mut parts = testdata::Parts::new();
        let shape = parts.dataset.outcome.values.dim();
        // 90 of the channel's outcomes come in a week in which each is worth 5, one in each other week at 1.
        parts.dataset.outcome.revenue_per_outcome =
            Some(Array2::from_shape_fn(shape, |(_, t)| if t == 7 { 5.0 } else { 1.0 }));
        let dates = parts.dataset.dates.clone();
        for cell in &mut parts.posterior.cells {
            cell.channels[0] = if cell.date == dates[7] { 90.0 } else { 1.0 };
        }
        let worth = super::value_per_outcome(&parts.dataset, &parts.posterior.cells, 0, 1);
        assert!((worth - (450.0 + 19.0) / 109.0).abs() < 1e-12, "{worth}");
    }

    #[test]
    fn undefined_convergence_is_null_with_a_reason() {
        let mut parts = testdata::Parts::new();
        parts.convergence[0].rhat = None;
        parts.convergence.swap(0, 1);
        let fit = parts.fit();
        assert!(fit.parameters[0].rhat.is_none() && fit.parameters[0].reason.is_some());
        assert!(fit.parameters[1].rhat.is_some() && fit.parameters[1].reason.is_none());
    }
}
