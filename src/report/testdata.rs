//! A small fit built by hand for the tests: 2 geos × 20 weeks, two paid channels and an organic one.

use ndarray::Array2;

use crate::config::FitConfig;
pub(crate) use crate::data::testdata::dataset;
use crate::data::testdata::{GEOS, WEEKS};
use crate::data::{Dataset, Measure};
use crate::diagnostics::Loo;
use crate::diagnostics::*;
use crate::model::{EffectScale, GapPrior, GapReason};
use crate::planning::*;
use crate::posterior::{
    Cell, ChannelMedia, ChannelPosterior, Expected, FitQuality, Gap, MediaHistory, Parameter, Period,
    Posterior, Summary,
};
use crate::report::build::{FitInputs, build};
use crate::report::fit::Fit;
use crate::report::sensitivity::*;
use crate::warning::*;

const CHAINS: usize = 2;
const DRAWS: usize = 50;

/// What a fit is built from, to be changed by a test.
pub(crate) struct Parts {
    pub dataset: Dataset,
    pub config: FitConfig,
    pub posterior: Posterior,
    pub diagnostics: Diagnostics,
    pub convergence: Vec<ParameterDiagnostics>,
    pub scenarios: Vec<Scenario>,
    pub warnings: Vec<Warning>,
}

impl Parts {
    pub fn new() -> Parts {
        let dataset = dataset();
        let posterior = posterior();
        let convergence = posterior.parameters.iter().map(|p| converged(&p.name)).collect();
        let mut config = FitConfig::default();
        config = config.with(|c| c.sampler.chains = CHAINS).unwrap();
        config = config.with(|c| (c.sampler.warmup, c.sampler.draws) = (Some(400), Some(DRAWS))).unwrap();
        Parts {
            dataset,
            config,
            posterior,
            diagnostics: diagnostics(),
            convergence,
            scenarios: vec![scenario()],
            warnings: vec![warning()],
        }
    }

    pub fn fit(&self) -> Fit {
        build(FitInputs {
            dataset: &self.dataset,
            config: &self.config,
            warmup: 400,
            posterior: &self.posterior,
            diagnostics: &self.diagnostics,
            convergence: &self.convergence,
            scenarios: self.scenarios.clone(),
            next_tests: vec![test_value()],
            warnings: self.warnings.clone(),
        })
    }
}

fn converged(parameter: &str) -> ParameterDiagnostics {
    ParameterDiagnostics {
        parameter: parameter.into(),
        rhat: Some(1.002),
        ess_bulk: Some(612.5),
        ess_tail: Some(540.25),
        mcse_mean: Some(0.004),
        odd_chain: None,
    }
}

/// As a version wrote it that kept no hashes.
pub(crate) fn without_hashes(mut fit: Fit) -> Fit {
    fit.tool.version = "0.1.0".into();
    fit
}

/// The fit of unchanged parts.
pub(crate) fn fit() -> Fit {
    Parts::new().fit()
}

/// S draws around `centre`, spread by about `relative`.
fn draws(centre: f64, relative: f64, step: f64) -> Vec<f64> {
    (0..CHAINS * DRAWS).map(|s| centre * (1.0 + relative * (step * s as f64).sin())).collect()
}

fn channel(name: &str, spend: f64, roi: f64, step: f64) -> ChannelPosterior {
    let contribution = draws(if spend > 0.0 { spend * roi } else { 900.0 }, 0.3, step);
    let paid = spend > 0.0;
    let multipliers = multipliers();
    let saturating = |m: f64| 2.0 * m / (1.0 + m);
    let curve = Array2::from_shape_fn((contribution.len(), multipliers.len()), |(s, m)| {
        contribution[s] * saturating(multipliers[m])
    });
    let slope = |m: f64| 2.0 / (1.0 + m).powi(2);
    let value_slope = Array2::from_shape_fn((contribution.len(), multipliers.len()), |(s, m)| {
        contribution[s] * slope(multipliers[m])
    });
    let geo_contribution = Array2::from_shape_fn((contribution.len(), GEOS), |(s, g)| {
        contribution[s] * if g == 0 { 0.25 } else { 0.75 }
    });
    ChannelPosterior {
        name: name.into(),
        spend,
        roi: paid.then(|| contribution.iter().map(|c| c / spend).collect()),
        marginal_roi: paid.then(|| contribution.iter().map(|c| 0.5 * c / spend).collect()),
        contribution,
        retention: draws(0.4, 0.1, step),
        half_life_weeks: draws(0.75, 0.1, step),
        carryover_share: draws(0.4, 0.1, step),
        slow_half_life_weeks: Vec::new(),
        slow_share: Vec::new(),
        drift: None,
        half_saturation: draws(80.0, 0.2, step),
        slope: draws(1.2, 0.1, step),
        saturation: draws(0.5, 0.1, step),
        geo_contribution,
        geo_spend: vec![spend / 2.0; GEOS],
        value_curve: curve.clone(),
        value_slope,
        plan_curve: None,
        plan_spend: spend,
        curve,
        observed_max_multiplier: 1.6,
        gap: Gap {
            reason: GapReason::Off,
            prior: GapPrior::none(),
            tested: false,
            draws: vec![0.0; CHAINS * DRAWS],
        },
        roi_contraction: if paid { 0.62 } else { 0.31 },
        expected: Expected {
            of: if paid { EffectScale::Roi } else { EffectScale::Share },
            quantiles: if paid { [0.1, 1.1, 2.7] } else { [0.004, 0.02, 0.1] },
            shift: 0.4,
        },
        carryover_contraction: Some(0.25),
        saturation_contraction: Some(0.15),
    }
}

fn multipliers() -> Vec<f64> {
    (0..=8).map(|m| m as f64 * 0.25).collect()
}

pub(crate) fn posterior() -> Posterior {
    let fit = FitQuality {
        r2: 0.91,
        mape: 0.04,
        wmape: 0.035,
        crps: 31.5,
        interval_coverage_90: 0.925,
        residual_lag1_autocorrelation: 0.12,
        loo: Some(Loo { elpd: -120.5, se: 4.25, p_loo: 9.5, max_pareto_k: 0.4 }),
    };
    Posterior {
        n_chains: CHAINS,
        n_draws: DRAWS,
        channels: vec![
            channel("tv", 2400.0, 1.1, 0.37),
            channel("search", 1200.0, 2.4, 0.53),
            channel("newsletter", 0.0, 0.0, 0.71),
        ],
        outcome_total: 63_800.0,
        share_of: 63_800.0,
        measure: Measure::Mean,
        baseline_total: draws(57_000.0, 0.05, 0.29),
        multipliers: multipliers(),
        parameters: vec![
            Parameter { name: "roi[tv]".into(), draws: draws(1.1, 0.3, 0.37), sampled: true },
            Parameter { name: "sigma[north]".into(), draws: draws(0.1, 0.1, 0.41), sampled: true },
        ],
        periods: periods(&cells()),
        cells: cells(),
        control_names: vec!["promo".into()],
        fit,
        leave_one_out: Vec::new(),
        holdout: None,
        history: history(),
    }
}

/// Spend of the paid channels as in [`dataset`], exposure at half of it.
fn history() -> MediaHistory {
    let data = dataset();
    let paid = data.channels.iter().filter_map(|c| {
        let spend: Vec<f64> = c.spend.iter().copied().collect();
        let exposure = spend.iter().map(|x| 0.5 * x).collect();
        let spend_column = c.spend_column.clone()?;
        Some(ChannelMedia { name: c.name.clone(), spend_column, ended: false, spend, exposure })
    });
    MediaHistory {
        dates: data.dates.clone(),
        interval: data.interval,
        geos: data.geos.clone(),
        outcome_scale: vec![1000.0, 2000.0],
        value_per_outcome: vec![1.0; GEOS * WEEKS],
        fitted: vec![true; GEOS * WEEKS],
        pace: vec![1.0; GEOS],
        channels: paid.collect(),
    }
}

fn cells() -> Vec<Cell> {
    let dates = dataset().dates;
    (0..GEOS * WEEKS)
        .map(|i| Cell {
            date: dates[i % WEEKS],
            geo: i / WEEKS,
            outcome: (i != 3).then_some(1000.0 + i as f64),
            held_out: false,
            fitted_mean: 1001.5 + i as f64,
            fitted_q05: 900.0,
            fitted_q95: 1100.0,
            crps: (i != 3).then_some(31.5),
            carried: 0.0,
            baseline: 801.5 + i as f64,
            trend: 800.0 + i as f64,
            seasonality: 1.0,
            controls: vec![0.5],
            demand_captured: 0.0,
            channels: vec![120.0, 60.0, 20.0],
        })
        .collect()
}

fn periods(cells: &[Cell]) -> Vec<Period> {
    let known = |t: &usize| [cells.get(*t), cells.get(WEEKS + *t)].into_iter().flatten();
    (0..WEEKS)
        .map(|t| {
            let counted: Vec<&Cell> = known(&t).filter(|cell| cell.outcome.is_some()).collect();
            let n = counted.len() as f64;
            Period::of(&counted, [930.0 * n, 1070.0 * n])
        })
        .collect()
}

fn diagnostics() -> Diagnostics {
    Diagnostics {
        verdict: Verdict::Ok,
        reasons: vec![],
        max_rhat: Some(1.004),
        min_ess_bulk: Some(512.0),
        min_ess_tail: Some(430.5),
        divergences: 0,
        max_depth_hits: 0,
        ebfmi: vec![Some(0.95), Some(1.02)],
        stray_chains: vec![],
        worst: vec![WorstParameter {
            parameter: "roi[tv]".into(),
            rhat: Some(1.004),
            ess_bulk: Some(512.0),
            ess_tail: Some(430.5),
        }],
    }
}

fn scenario() -> Scenario {
    let allocation = |channel: &str, current: f64, proposed: f64| ChannelPlan {
        channel: channel.into(),
        current,
        proposed,
        change: Some(proposed / current - 1.0),
        bounds: [0.7, 1.3],
        bound_hit: (channel == "search").then_some(BoundHit::Upper),
        extrapolated: false,
        held: false,
        p_grow: Some(0.9),
    };
    Scenario {
        name: "same budget, best allocation".into(),
        kind: ScenarioKind::OptimalSameBudget,
        horizon_weeks: 20.0,
        budget: 3600.0,
        allocation: vec![allocation("tv", 2400.0, 2040.0), allocation("search", 1200.0, 1560.0)],
        current_outcome: Summary::of(&draws(5520.0, 0.1, 0.3)),
        proposed_outcome: Summary::of(&draws(5800.0, 0.1, 0.3)),
        gain: Summary::of(&draws(280.0, 0.9, 0.3)),
        p_gain: 0.97,
        expected_loss_if_wrong: -1.5,
        mean_loss: Some(-50.0),
        gap: Some(1e-6),
        return_on_budget_change: None,
        p_pays: None,
        budget_change: None,
        gain_unheld: None,
        maximised: Some("mean".into()),
        no_move: None,
    }
}

/// One control at three reliabilities, the last without convergence, and an unseen driver of search.
pub(crate) fn sensitivity() -> Sensitivity {
    let level = |reliability: f64, roi: f64, verdict: Verdict| ReliabilityLevel {
        reliability,
        used: reliability.max(0.75),
        is_the_fit: reliability == 1.0,
        verdict,
        channels: vec![ChannelSensitivity {
            name: "search".into(),
            roi: Summary { mean: roi, sd: 0.3, q05: 0.5 * roi, q25: roi, q50: roi, q75: roi, q95: 1.5 * roi },
            change: Some(0.3),
        }],
        recommended_move: (verdict == Verdict::Ok).then_some(MoveOutcome {
            gain: 280.0,
            p_gain: if roi > 2.0 { 0.97 } else { 0.55 },
            survives: roi > 2.0,
        }),
    };
    let weak = ConfounderLevel {
        strength: 0.05,
        roi_if_overstated: 1.9,
        roi_if_understated: 2.9,
        move_survives: Some(true),
    };
    let promo = ControlStrength { control: "promo".into(), r2_spend: 0.3, r2_outcome: 0.2 };
    Sensitivity {
        recommended: Some(RecommendedMove { from: "tv".into(), to: "search".into() }),
        recommended_reason: None,
        refits: RefitLength { chains: 2, warmup: 400, draws: 400 },
        reliability: vec![ReliabilitySweep {
            control: "promo".into(),
            followed_by: vec!["search".into()],
            contradicted: true,
            levels: vec![
                level(1.0, 2.4, Verdict::Ok),
                level(0.8, 1.8, Verdict::Ok),
                level(0.7, 1.6, Verdict::Fail),
            ],
        }],
        reliability_reason: None,
        unseen: vec![UnseenConfounder {
            channel: "search".into(),
            roi: 2.4,
            data_weight: 0.8,
            reason: None,
            levels: vec![weak],
            breaks_at: Some(0.12),
            strongest_control: Some(promo),
        }],
    }
}

fn warning() -> Warning {
    Warning {
        code: "short_history".into(),
        message: "20 weeks of data: yearly seasonality cannot be told from trend".into(),
        hint: Some("add a year of history".into()),
    }
}

fn test_value() -> TestValue {
    TestValue {
        channel: "search".into(),
        roi: Summary::of(&draws(2.4, 0.3, 0.53)),
        test_se: 0.36,
        roi_sd_after: 0.25,
        expected_gain: 45.0,
        p_plan_changes: 0.4,
    }
}
