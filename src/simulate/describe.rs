//! From the drawn market to [`Truth`]: sums, shares and the best plan.

use chrono::Days;

use super::allocation;
use super::baseline::{Baseline, Panel};
use super::channel::Channel;
use super::experiment::{Experiment, GeoExperiment, Tests};
use super::gap::roi_by_regression;
use super::noise::Outlier;
use super::outcome::Outcome;
use super::response::{Carryover, MAX_LAG, SLOW_SHARE, Saturation};
use super::roster::member;
use super::truth::{
    AdstockTruth, AllocationTruth, BaselineTruth, ChannelTruth, ControlTruth, Diagnostics, ExperimentTruth,
    GapTruth, GeoTestTruth, GeoTruth, NoiseTruth, Ordered, OutlierTruth, PanelTruth, SaturationTruth,
    SlowTruth, SpendCorrelation, Truth, UnseenTruth,
};
use super::world::{Names, NoiseLevel, World};

/// Writes the truth down.
pub(super) fn describe(
    world: &World,
    panel: &Panel,
    base: &Baseline,
    channels: &[Channel],
    outcome: &Outcome,
    tests: &Tests,
) -> Truth {
    let total_outcome: f64 = outcome.observed.iter().sum();
    let total_spend: f64 = channels.iter().map(Channel::total_spend).sum();
    let media: f64 = outcome.media.iter().flatten().sum();
    let of = |tests: &[Experiment], c: usize| {
        tests.iter().find(|test| test.channel == c).map(|test| describe_experiment(panel, test))
    };
    let unseen = describe_unseen(world, panel, base, channels, outcome);
    let of_channel = |(c, channel): (usize, &Channel)| {
        let weekly = &outcome.media[c];
        let mut truth = describe_channel(world, panel, channel, weekly, total_outcome);
        let first = channels.iter().find(|other| other.member == 0);
        truth.collinear_with =
            first.filter(|_| world.collinear && channel.member == 2).map(|first| first.name.clone());
        truth.unseen_demand = unseen[c].clone();
        truth.experiment = of(&tests.two, c);
        truth.test = of(&tests.each, c);
        (channel.name.clone(), truth)
    };
    let bounds = [("bounds_0.5_1.5", 0.5, 1.5), ("bounds_0_2", 0.0, 2.0)];
    let plan = |(name, low, high): (&str, f64, f64)| {
        let best = allocation::best(panel, channels, low, high);
        (name.to_string(), describe_allocation(channels, best, media))
    };
    Truth {
        simulator: concat!("mmm simulate ", env!("CARGO_PKG_VERSION")).to_string(),
        world: world.clone(),
        seed: world.seed,
        outcome: "revenue",
        outcome_is_revenue: true,
        geos: world.geos,
        weeks: world.weeks,
        rows: world.rows(),
        n_channels: world.channels,
        total_outcome,
        total_spend,
        total_media_incremental_outcome: media,
        media_share_of_outcome: media / total_outcome,
        total_media_roi: media / total_spend,
        definitions: definitions(),
        channels: Ordered(channels.iter().enumerate().map(of_channel).collect()),
        baseline: describe_baseline(panel, base, outcome, total_outcome),
        controls: describe_controls(world, base),
        noise: describe_noise(world, panel, base, outcome),
        optimal_allocation: Ordered(bounds.into_iter().map(plan).collect()),
        diagnostics: Diagnostics { spend_correlation: correlate(panel, channels) },
        tau_per_week: (!panel.is_panel()).then(|| panel.tau[0]),
        panel: panel.is_panel().then(|| describe_panel(panel)),
        geo_test: tests.geo.as_ref().map(|test| describe_geo_test(world, panel, channels, test)),
    }
}

fn describe_panel(panel: &Panel) -> PanelTruth {
    PanelTruth {
        geo_names: (0..panel.geos()).map(|g| panel.geo_name(g)).collect(),
        population: panel.population.clone(),
        tau_per_person: panel.tau.clone(),
    }
}

fn definitions() -> Ordered<&'static str> {
    let entry = |(key, text): (&str, &'static str)| (key.to_string(), text);
    Ordered(
        [
            (
                "incremental_outcome",
                "sum over the data of the outcome with all spend minus the outcome without this channel (effects add up, so order does not matter)",
            ),
            ("roi", "incremental_outcome / spend"),
            ("mroi", "derivative of incremental outcome by spend, all weeks and geos scaled together"),
            ("response_curve", "[spend multiplier, incremental outcome], flighting and geo split held fixed"),
        ]
        .into_iter()
        .map(entry)
        .collect(),
    )
}

fn describe_channel(
    world: &World,
    panel: &Panel,
    channel: &Channel,
    rows: &[f64],
    total: f64,
) -> ChannelTruth {
    let weekly_spend = panel.weekly(&channel.spend);
    let first = weekly_spend.iter().position(|s| *s > 0.0).unwrap_or(0);
    let spend = channel.total_spend();
    let incremental: f64 = rows.iter().sum();
    let by_geo = |rows: &[f64]| rows.chunks(panel.weeks).map(|w| w.iter().sum()).collect::<Vec<f64>>();
    let point = |i: i32| {
        let multiplier = f64::from(i) / 10.0;
        [multiplier, channel.total_at(panel, multiplier)]
    };
    ChannelTruth {
        role: channel.role,
        spend_column: format!("{}_spend", channel.name),
        zero_effect: channel.beta == 0.0,
        confounded_by_demand: world.is_confounded(channel.member),
        unseen_demand: UnseenTruth { without_proxy: gap(0.0, None), with_query_index: None },
        usual_name: (world.names == Names::Plain).then(|| member(channel.member).0),
        spend_rule: world.spend_rule(channel.member),
        collinear_with: None,
        first_active_week: panel.dates[first].to_string(),
        weeks_active: weekly_spend.iter().filter(|s| **s > 0.0).count(),
        spend,
        incremental_outcome: incremental,
        share_of_outcome: incremental / total,
        roi: incremental / spend,
        mroi: channel.marginal_roi(panel),
        adstock: describe_adstock(channel),
        saturation: describe_saturation(panel, channel),
        beta: channel.beta,
        drift: channel.drift_ratio(),
        response_curve: (0..=30).map(point).collect(),
        geo: panel.is_panel().then(|| GeoTruth {
            geo_beta: channel.geo_beta.clone(),
            geo_incremental_outcome: by_geo(rows),
            geo_spend: by_geo(&channel.spend),
        }),
        weekly_incremental_outcome: rounded(&panel.weekly(rows)),
        experiment: None,
        test: None,
    }
}

fn describe_unseen(
    world: &World,
    panel: &Panel,
    base: &Baseline,
    channels: &[Channel],
    outcome: &Outcome,
) -> Vec<UnseenTruth> {
    let causal = |c: usize| outcome.media[c].iter().sum::<f64>() / channels[c].total_spend();
    let told = |proxy| roi_by_regression(world, panel, base, channels, outcome, proxy);
    let without = told(None);
    let with = base.query_index.as_deref().map(|proxy| told(Some(proxy)));
    (0..channels.len())
        .map(|c| UnseenTruth {
            without_proxy: gap(causal(c), without[c]),
            with_query_index: with.as_ref().map(|with| gap(causal(c), with[c])),
        })
        .collect()
}

fn gap(causal: f64, by_regression: Option<f64>) -> GapTruth {
    let ratio = by_regression.map(|roi| (causal / roi).ln()).filter(|gap| gap.is_finite());
    GapTruth { roi_by_regression: by_regression, causal_gap: ratio }
}

fn describe_adstock(channel: &Channel) -> AdstockTruth {
    let (kind, peak_lag, max_lag) = match channel.carryover {
        Carryover::Geometric { .. } => ("geometric", None, None),
        Carryover::Delayed { .. } => ("delayed", Some(channel.peak), Some(MAX_LAG)),
        Carryover::Pascal { .. } => ("pascal", None, None),
        Carryover::Dual { .. } => ("dual", None, None),
    };
    let order = match channel.carryover {
        Carryover::Pascal { order, .. } => Some(order),
        _ => None,
    };
    let slow = match channel.carryover {
        Carryover::Dual { slow, .. } => Some(SlowTruth { retention: slow, share: SLOW_SHARE }),
        _ => None,
    };
    AdstockTruth {
        kind,
        retention: channel.retention,
        peak_lag,
        order,
        slow,
        normalised: true,
        max_lag,
        initial_state: 0.0,
    }
}

fn describe_saturation(panel: &Panel, channel: &Channel) -> SaturationTruth {
    let (kind, slope, rate, power) = match channel.saturation {
        Saturation::Hill { slope, .. } => ("hill", Some(slope), None, None),
        Saturation::Logistic { half } => ("logistic", None, Some(Saturation::rate(half)), None),
        Saturation::Exponential { .. } => ("exponential", None, None, None),
        Saturation::Power { power, .. } => ("power", None, None, Some(power)),
    };
    SaturationTruth {
        kind,
        slope,
        rate,
        power,
        half_saturation: channel.half,
        unit: if panel.is_panel() {
            "adstocked spend per week per person"
        } else {
            "adstocked spend per week"
        },
        half_saturation_over_median_active_adstock: channel.half_ratio,
    }
}

fn describe_experiment(panel: &Panel, experiment: &Experiment) -> ExperimentTruth {
    ExperimentTruth {
        start: panel.dates[experiment.weeks.start].to_string(),
        end: last_day(panel, experiment.weeks.end),
        readout_end: last_day(panel, experiment.readout_end),
        multiplier: 0.0,
        true_roi: experiment.true_roi,
        roi: experiment.estimate,
        se: experiment.error,
        definition: "channel switched off in all geos from start to end; outcome lost from start to readout_end / spend saved",
    }
}

fn describe_geo_test(
    world: &World,
    panel: &Panel,
    channels: &[Channel],
    test: &GeoExperiment,
) -> GeoTestTruth {
    let [lift_in_window, lift_to_readout_end, lift_to_end] = test.lifts;
    GeoTestTruth {
        channel: channels[test.channel].name.clone(),
        geos: test.geos.iter().map(|g| panel.geo_name(*g)).collect(),
        start: panel.dates[test.weeks.start].to_string(),
        end: last_day(panel, test.weeks.end),
        readout_end: last_day(panel, test.readout_end),
        dose: world.geo_test.as_ref().map_or(1.0, |asked| asked.dose),
        spend_change: test.spend_change,
        lift_in_window,
        lift_to_readout_end,
        lift_to_end,
        lift: test.estimate,
        se: test.error,
    }
}

/// Last day of the week before week `end`.
fn last_day(panel: &Panel, end: usize) -> String {
    (panel.dates[end - 1] + Days::new(6)).to_string()
}

fn describe_allocation(channels: &[Channel], best: allocation::Allocation, now: f64) -> AllocationTruth {
    AllocationTruth {
        incremental_outcome: best.outcome,
        incremental_outcome_now: now,
        gain: best.outcome - now,
        budget_used: best.spend.iter().sum(),
        spend: Ordered(channels.iter().map(|c| c.name.clone()).zip(best.spend).collect()),
    }
}

fn describe_baseline(panel: &Panel, base: &Baseline, outcome: &Outcome, total_outcome: f64) -> BaselineTruth {
    let total: f64 = outcome.baseline.iter().sum();
    let sum = |rows: &[f64]| -> f64 {
        rows.iter().enumerate().map(|(row, x)| panel.intercept(row / panel.weeks) * x).sum()
    };
    BaselineTruth {
        total,
        share_of_outcome: total / total_outcome,
        components_total: Ordered(base.parts.iter().map(|(n, rows)| ((*n).to_string(), sum(rows))).collect()),
        weekly: rounded(&panel.weekly(&outcome.baseline)),
    }
}

fn describe_controls(world: &World, base: &Baseline) -> Ordered<ControlTruth> {
    let known = |name: &str, effect, b| {
        (name.to_string(), ControlTruth { effect, b: Some(b), reliability_for_demand: None })
    };
    let mut controls = vec![
        known("price_index", "tau * b * log(price_index / 100)", base.effects.price),
        known("promo", "tau * b * promo", base.effects.promo),
        known("holiday", "tau * b * holiday", base.effects.holiday),
    ];
    if base.query_index.is_some() {
        let proxy = ControlTruth {
            effect: "none of its own: noisy proxy of latent demand plus half of the season",
            b: None,
            reliability_for_demand: Some(world.proxy_reliability),
        };
        controls.push(("query_index".to_string(), proxy));
    }
    Ordered(controls)
}

fn describe_noise(world: &World, panel: &Panel, base: &Baseline, outcome: &Outcome) -> NoiseTruth {
    let outlier = |o: &Outlier| OutlierTruth {
        week: panel.dates[o.row % panel.weeks].to_string(),
        geo: panel.is_panel().then(|| panel.geo_name(o.row / panel.weeks)),
        amount: o.amount,
    };
    NoiseTruth {
        sigma_relative_to_tau: outcome.sigma,
        autocorrelation: world.noise_ar,
        r2_target: match world.noise {
            NoiseLevel::Signal(r2) => Some(r2),
            _ => None,
        },
        r2_realised_within_geo: outcome.r2,
        latent_demand_sd: base.demand_sd,
        note: "r2 counts latent demand as signal, which is only seen through query_index, and leaves out the outliers",
        outliers: outcome.outliers.iter().map(outlier).collect(),
        weekly: rounded(&panel.weekly(&outcome.noise)),
    }
}

/// Pearson correlations of the nation's weekly spends, to three digits; 0 for a constant spend.
fn correlate(panel: &Panel, channels: &[Channel]) -> SpendCorrelation {
    let centred: Vec<Vec<f64>> = channels
        .iter()
        .map(|c| {
            let weekly = panel.weekly(&c.spend);
            let mean = weekly.iter().sum::<f64>() / weekly.len() as f64;
            weekly.iter().map(|s| s - mean).collect()
        })
        .collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let correlation = |a: &[f64], b: &[f64]| {
        let r = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
        if r.is_finite() { (r * 1000.0).round() / 1000.0 } else { 0.0 }
    };
    SpendCorrelation {
        names: channels.iter().map(|c| c.name.clone()).collect(),
        weekly_national: centred
            .iter()
            .map(|a| centred.iter().map(|b| correlation(a, b)).collect())
            .collect(),
    }
}

/// To two decimals: weekly series are for plots and sums, not for the last digit.
fn rounded(series: &[f64]) -> Vec<f64> {
    series.iter().map(|x| (x * 100.0).round() / 100.0).collect()
}
