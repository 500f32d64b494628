use chrono::NaiveDate;
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::config::{
    Adstock, BetaPrior, ChannelConfig, CurvePrior, Drift, EffectPrior, FitConfig, LogNormalPrior, Noise,
    UncheckedConfig,
};
use crate::data::*;
use crate::linalg::symmetric::Cholesky;

/// A small data set with gaps: late geo, blank outcomes, a late channel, an organic channel, a control.
pub(crate) fn data(n_geos: usize, n_periods: usize) -> Dataset {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let shape = (n_geos, n_periods);
    let mut uniform = |low: f64, high: f64| Array2::from_shape_fn(shape, |_| rng.random_range(low..high));
    let values = uniform(80.0, 120.0);
    let mut observed = Array2::from_elem(shape, true);
    observed[[0, 0]] = false;
    observed[[n_geos - 1, 5]] = false;
    observed[[n_geos - 1, 7]] = false;
    let mut late = uniform(1.0, 20.0);
    late.columns_mut().into_iter().take(n_periods / 2).for_each(|mut c| c.fill(0.0));
    let flights = uniform(-10.0, 30.0).mapv(|x| x.max(0.0));
    let impressions = uniform(100.0, 900.0);
    let newsletter = uniform(10.0, 20.0);
    let channel = |name: &str, spend: Option<&Array2<f64>>, exposure: &Array2<f64>| Channel {
        name: name.into(),
        spend_column: spend.map(|_| format!("{name}_spend")),
        exposure_column: name.into(),
        spend: spend.cloned().unwrap_or_else(|| Array2::zeros(shape)),
        exposure: exposure.clone(),
    };
    Dataset {
        source: Source {
            file: "test".into(),
            sha256: String::new(),
            rows: n_geos * n_periods,
            ..Source::default()
        },
        dates: (0..n_periods)
            .map(|t| NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + chrono::Days::new(7 * t as u64))
            .collect(),
        interval: Interval::Weekly,
        geos: (0..n_geos).map(|g| format!("g{g}")).collect(),
        outcome: Outcome {
            name: "y".into(),
            kind: OutcomeKind::Revenue,
            values,
            observed,
            revenue_per_outcome: Some(uniform(1.0, 2.0)),
        },
        present: Array2::from_elem(shape, true),
        population: Some((0..n_geos).map(|g| 100.0 + g as f64).collect()),
        channels: vec![
            channel("tv", Some(&flights), &flights),
            channel("late", Some(&late), &late),
            channel("search", Some(&(&impressions * 0.01)), &impressions),
            channel("newsletter", None, &newsletter),
        ],
        controls: vec![Control { name: "price".into(), values: uniform(0.9, 1.1), binary: false }],
        unused: Vec::new(),
        roles: Roles::default(),
    }
}

pub(crate) fn configs() -> Vec<(&'static str, FitConfig)> {
    let mut white = FitConfig::default();
    white = white.with(|c| c.model.weekly_effect = false).unwrap();
    white = white.with(|c| c.model.noise = Noise::White).unwrap();
    let mut weekly = FitConfig::default();
    weekly = weekly.with(|c| c.model.weekly_effect = true).unwrap();
    weekly = weekly.with(|c| c.model.scaling = crate::config::Scaling::Geo).unwrap();
    weekly = weekly.with(|c| c.model.holdout_weeks = 3).unwrap();
    let mut priors = UncheckedConfig::default();
    let prior = LogNormalPrior::Interval { low: 0.5, high: 3.0, mass: 0.9 };
    let mut channel = |name: &str, prior, adstock, slope| {
        priors.channels.insert(
            name.into(),
            ChannelConfig { adstock, slope, prior: Some(prior), ..ChannelConfig::default() },
        );
    };
    channel("tv", EffectPrior::MarginalRoi(prior), Some(Adstock::Delayed { peak: 1.5, max_lag: 6 }), None);
    channel("late", EffectPrior::Roi(prior), Some(Adstock::None), Some(1.0));
    let share = LogNormalPrior::Interval { low: 0.05, high: 0.6, mass: 0.9 };
    channel("search", EffectPrior::Share(share), Some(Adstock::Geometric { max_lag: Some(5) }), None);
    let shape = CurvePrior {
        half_saturation: Some(LogNormalPrior::Median { median: 12.0, sd_log: 0.2 }),
        slope: Some(prior),
        retention: Some(BetaPrior { mean: 0.4, sd: 0.1 }),
    };
    let tv = priors.channels.get_mut("tv").unwrap();
    tv.curve_prior = Some(shape);
    let mut drifting = priors.clone();
    drifting.model.drift = Drift::HalfYearly;
    drifting.channels.get_mut("late").unwrap().drift = Some(Drift::None);
    vec![
        ("drifting", drifting.try_into().unwrap()),
        ("default", FitConfig::default()),
        ("white", white),
        ("weekly", weekly),
        ("priors", priors.try_into().unwrap()),
    ]
}

/// Scales of next to nothing are where chains without much of a geo's own go; rounding in the density there,
/// or a funnel without end, holds them for good.
#[test]
fn scales_of_next_to_nothing_leave_the_density_smooth() {
    for (name, config) in configs() {
        let density = Density::new(Design::new(&data(11, 45), &config).unwrap());
        let (mut state, mut unused) = (density.state(), vec![0.0; density.layout.dim]);
        let mut q = point(density.layout.dim, 4, 0.3);
        let layout = &density.layout;
        let spreads = layout.channels.iter().map(|c| c.geo.map(|geo| geo.spread));
        let level = layout.level.map(|level| level.ln_scale);
        for i in layout.scales.at.into_iter().chain(spreads).chain([level]).flatten() {
            q[i] = -9.0;
        }
        let mut at = |step: f64| {
            let point: Vec<f64> = q.iter().enumerate().map(|(i, q)| q + step * (i as f64).sin()).collect();
            density.value_and_gradient(&point, &mut unused, &mut state).unwrap()
        };
        // Third differences of a smooth function vanish with the cube of the step.
        let rough = at(3e-6) - 3.0 * at(1e-6) + 3.0 * at(-1e-6) - at(-3e-6);
        assert!(rough.abs() < 1e-4, "{name}: {rough}");
    }
}

pub(crate) fn point(dim: usize, seed: u64, width: f64) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..dim).map(|_| rng.random_range(-width..width)).collect()
}

/// Gives every direction of a shared level a centring of its own.
pub(crate) fn centre_unevenly(layout: &mut Layout) {
    if let Some(level) = &mut layout.learnt.level {
        level.set_centring((0..=level.rank()).map(|i| 0.3 + 0.7 / (1.0 + i as f64)).collect());
    }
}

#[test]
fn gradient_matches_central_differences_for_every_option() {
    for n_geos in [1, 3, 11] {
        for (name, config) in configs() {
            let mut density = Density::new(Design::new(&data(n_geos, 45), &config).unwrap());
            centre_unevenly(&mut density.layout);
            // Interior points and points well out; further out the pooled effects overflow any resolution.
            for (seed, width) in [(1, 0.3), (2, 1.0), (3, 1.6)] {
                let q = point(density.layout.dim, seed, width);
                assert_gradient(&density, q, &format!("{n_geos} geos, {name}, width {width}"));
            }
        }
    }
}

/// The gradient at `q` against differences of the density.
pub(crate) fn assert_gradient(density: &Density, mut q: Vec<f64>, what: &str) {
    let (dim, mut state) = (density.layout.dim, density.state());
    let (mut grad, mut unused) = (vec![0.0; dim], vec![0.0; dim]);
    density.value_and_gradient(&q, &mut grad, &mut state).unwrap();
    for i in 0..dim {
        let x = q[i];
        let mut at = |v: f64| {
            q[i] = v;
            density.value_and_gradient(&q, &mut unused, &mut state).unwrap()
        };
        // Large steps truncate and small ones round; one of them resolves each coordinate.
        let error = [1e-2, 1e-3, 1e-4].map(|h| {
            let near = at(x + h) - at(x - h);
            let far = at(x + 2.0 * h) - at(x - 2.0 * h);
            (grad[i] - (8.0 * near - far) / (12.0 * h)).abs()
        });
        q[i] = x;
        assert!(
            error.iter().any(|e| *e < 1e-5 * (1.0 + grad[i].abs())),
            "{what}, coordinate {i} of {dim}: {} off by {error:?}",
            grad[i]
        );
    }
}

/// The likelihood the slow way: the full N × N covariance, no collapse, no blocks.
fn explicit_log_likelihood(density: &Density, state: &State) -> f64 {
    let (d, theta) = (&density.design, &state.theta);
    let (n, k) = (d.n_periods, d.baseline.n_columns());
    let cells: Vec<(usize, usize)> = (0..d.n_geos)
        .flat_map(|g| (0..n).map(move |t| (g, t)))
        .filter(|&(g, t)| d.outcome.fitted[g * n + t] > 0.0)
        .collect();
    let z = |g: usize, t: usize, j: usize| d.baseline.all_columns[(g * k + j) * n + t];
    let prior = |j: usize| {
        use crate::model::ColumnGroup::*;
        let s = theta.geo_scale;
        match d.baseline.columns[j] {
            Intercept => (1.0, 0.5, true),
            Trend => (theta.trend_scale, s[0], true),
            Season => (theta.season_scale, s[1], true),
            Control(_) => (0.3, s[2], false),
        }
    };
    let residual = |&(g, t): &(usize, usize)| {
        let i = |c: usize| c * d.n_geos + g;
        let media: f64 =
            (0..d.n_channels()).map(|c| state.media.beta[i(c)] * state.media.effect[i(c) * n + t]).sum();
        let level = if d.baseline.weekly_effect { theta.weekly[t] } else { d.baseline.intercept_mean };
        d.outcome.scaled[g * n + t] - media - level
    };
    let covariance = |&(g, t): &(usize, usize), &(h, s): &(usize, usize)| {
        let mut sum = 0.0;
        for j in 0..k {
            let (v, e, calendar) = prior(j);
            let shared = if d.baseline.weekly_effect && calendar { 0.0 } else { v * v };
            let own = if g == h && d.n_geos > 1 { e * e } else { 0.0 };
            sum += z(g, t, j) * z(h, s, j) * (shared + own);
        }
        let run = |from: usize, to: usize| (from..=to).all(|u| d.outcome.fitted[g * n + u] > 0.0);
        if g == h && (t == s || (theta.phi > 0.0 && run(t.min(s), t.max(s)))) {
            let lag = t.abs_diff(s) as i32;
            sum += theta.sigma[g].powi(2) * theta.phi.powi(lag) / (1.0 - theta.phi.powi(2));
        }
        sum
    };
    let mut total = log_normal(&cells, residual, covariance);
    if d.baseline.weekly_effect {
        // f ~ N(m, Z V Zᵀ + σ_u² I) over the calendar columns.
        let periods: Vec<(usize, usize)> = (0..n).map(|t| (0, t)).collect();
        let share = crate::model::design::PRIOR_MEDIA_SHARE;
        total += log_normal(
            &periods,
            |&(_, t)| theta.weekly[t] - (1.0 - share),
            |&(_, t), &(_, s)| {
                let own = if t == s { theta.weekly_scale.powi(2) } else { 0.0 };
                let columns = (0..k).filter(|j| prior(*j).2);
                columns.map(|j| z(0, t, j) * z(0, s, j) * prior(j).0.powi(2)).sum::<f64>() + own
            },
        );
    }
    total
}

type Cell = (usize, usize);

/// ln N(r | 0, Σ) without its constant.
fn log_normal(cells: &[Cell], r: impl Fn(&Cell) -> f64, covariance: impl Fn(&Cell, &Cell) -> f64) -> f64 {
    let size = cells.len();
    let r: Vec<f64> = cells.iter().map(r).collect();
    let covariance: Vec<f64> =
        cells.iter().flat_map(|a| cells.iter().map(|b| covariance(a, b)).collect::<Vec<_>>()).collect();
    let factor = Cholesky::new(&covariance, size).unwrap();
    let mut whitened = r;
    factor.solve(&mut whitened);
    let quadratic: f64 = whitened.iter().map(|x| x * x).sum();
    -0.5 * (factor.ln_det() + quadratic)
}

#[test]
fn collapsed_likelihood_is_the_explicit_gaussian_one() {
    for n_geos in [1, 3] {
        for (name, config) in configs() {
            let density = Density::new(Design::new(&data(n_geos, 40), &config).unwrap());
            let (dim, mut state) = (density.layout.dim, density.state());
            let mut grad = vec![0.0; dim];
            for seed in [4, 5] {
                let q = point(dim, seed, 1.0);
                let total = density.value_and_gradient(&q, &mut grad, &mut state).unwrap();
                let by = LikelihoodGradient::new(&density.design);
                let prior = density.layout.prior_and_chain_rule(
                    (&q, &state.theta),
                    &density.design,
                    &by,
                    &state.returns,
                    &mut grad,
                );
                let explicit = explicit_log_likelihood(&density, &state);
                let error = (total - prior - explicit).abs();
                assert!(
                    error < 1e-7 * explicit.abs().max(1.0),
                    "{n_geos} geos, {name}: {} {explicit}",
                    total - prior
                );
            }
        }
    }
}

/// Two coefficients, integrated by the trapezoidal rule, which is exact to rounding for a smooth bump.
#[test]
fn collapsed_likelihood_is_the_integral_over_the_baseline() {
    let mut config = FitConfig::default();
    config = config.with(|c| c.model.noise = Noise::White).unwrap();
    config = config.with(|c| (c.model.seasonality_pairs, c.model.trend_knot_weeks) = (0, Some(1e4))).unwrap();
    let mut data = data(1, 9);
    data.controls.clear();
    let density = Density::new(Design::new(&data, &config).unwrap());
    let (d, mut state) = (&density.design, density.state());
    use crate::model::ColumnGroup::{Intercept, Trend};
    assert_eq!(d.baseline.columns, [Intercept, Trend]);
    let q = point(density.layout.dim, 11, 0.5);
    let mut grad = vec![0.0; q.len()];
    let total = density.value_and_gradient(&q, &mut grad, &mut state).unwrap();
    let by = LikelihoodGradient::new(d);
    let prior = density.layout.prior_and_chain_rule((&q, &state.theta), d, &by, &state.returns, &mut grad);
    let sigma = state.theta.sigma[0];
    let residuals: Vec<(f64, f64)> = (0..d.n_periods)
        .filter(|t| d.outcome.fitted[*t] > 0.0)
        .map(|t| {
            let media: f64 = (0..d.n_channels())
                .map(|c| state.media.beta[c] * state.media.effect[c * d.n_periods + t])
                .sum();
            (d.outcome.scaled[t] - media - d.baseline.intercept_mean, d.baseline.all_columns[d.n_periods + t])
        })
        .collect();
    let slope_sd = state.theta.trend_scale;
    // Both coefficients in units of their prior.
    let joint = |gamma: f64, slope: f64| {
        let square = |(r, z): &(f64, f64)| ((r - gamma - slope_sd * slope * z) / sigma).powi(2);
        let squares: f64 = residuals.iter().map(square).sum();
        (-0.5 * (squares + gamma * gamma + slope * slope)).exp()
    };
    let (step, nodes) = (0.01, 900);
    let mut sum = 0.0;
    for (i, j) in (-nodes..=nodes).flat_map(|i| (-nodes..=nodes).map(move |j| (i, j))) {
        sum += joint(f64::from(i) * step, f64::from(j) * step);
    }
    let want = (sum * step * step / std::f64::consts::TAU).ln() - residuals.len() as f64 * sigma.ln();
    assert!((total - prior - want).abs() < 1e-8, "{} {want}", total - prior);
}

#[test]
fn a_point_out_of_range_leaves_no_trace() {
    for n_geos in [1, 9] {
        for (name, config) in configs() {
            let density = Density::new(Design::new(&data(n_geos, 60), &config).expect("a valid design"));
            let dim = density.layout.dim;
            let (mut grad, mut again) = (vec![0.0; dim], vec![0.0; dim]);
            let q = point(dim, 5, 0.3);
            let want = density.value_and_gradient(&q, &mut grad, &mut density.state());
            let mut state = density.state();
            for i in 0..dim {
                for x in [f64::NAN, f64::INFINITY, -1e3, 1e3] {
                    let mut far = q.clone();
                    far[i] = x;
                    let _ = density.value_and_gradient(&far, &mut again, &mut state);
                    assert_eq!(
                        density.value_and_gradient(&q, &mut again, &mut state),
                        want,
                        "{name} {i} {x}"
                    );
                    assert_eq!(again, grad, "{name} {i} {x}");
                }
            }
        }
    }
}

#[test]
fn instruction_sets_agree() {
    let (name, config) = &configs()[1];
    let design = Design::new(&data(11, 45), config).unwrap();
    let reference = Density::with_instructions(design.clone(), InstructionSet::available()[0]);
    let q = point(reference.layout.dim, 9, 0.7);
    let mut want = vec![0.0; q.len()];
    let value = reference.value_and_gradient(&q, &mut want, &mut reference.state()).unwrap();
    for set in InstructionSet::available() {
        let density = Density::with_instructions(design.clone(), set);
        let mut grad = vec![0.0; q.len()];
        let other = density.value_and_gradient(&q, &mut grad, &mut density.state()).unwrap();
        assert!((value - other).abs() < 1e-8 * value.abs(), "{name} {set:?}");
        assert!(
            grad.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-7 * (1.0 + b.abs())),
            "{name} {set:?}"
        );
    }
}

/// What is located without the gradient is, bit for bit, what an evaluation leaves.
#[test]
fn locating_a_point_draws_what_evaluating_it_does() {
    for (n_geos, (name, config)) in
        [1, 3, 11].iter().flat_map(|g| configs().into_iter().map(move |c| (*g, c)))
    {
        let density = Density::new(Design::new(&data(n_geos, 45), &config).unwrap());
        let q = point(density.layout.dim, 3, 0.5);
        let (mut evaluated, mut located) = (density.state(), density.state());
        density.value_and_gradient(&q, &mut vec![0.0; q.len()], &mut evaluated).unwrap();
        density.locate(&q, &mut located);
        let draw = |state: &State| {
            let draw = density.draw_baseline(state, &mut ChaCha8Rng::seed_from_u64(4));
            (draw.shared, draw.coefficients, draw.weekly)
        };
        assert_eq!(draw(&evaluated), draw(&located), "{name}, {n_geos} geos");
        assert_eq!(evaluated.media.beta, located.media.beta, "{name}, {n_geos} geos");
        assert_eq!(evaluated.media.effect, located.media.effect, "{name}, {n_geos} geos");
    }
}

/// Baseline draws against the conditional mean and covariance that the residual implies.
#[test]
fn baseline_draws_have_the_exact_conditional_moments() {
    // White noise: below, Var(fit) = σ² d fit / d y holds for independent errors.
    let mut config = FitConfig::default();
    config = config.with(|c| c.model.noise = Noise::White).unwrap();
    config = config.with(|c| c.model.weekly_effect = false).unwrap();
    let density = Density::new(Design::new(&data(3, 40), &config).unwrap());
    let mut state = density.state();
    let q = point(density.layout.dim, 6, 0.5);
    let mut grad = vec![0.0; q.len()];
    density.value_and_gradient(&q, &mut grad, &mut state).unwrap();
    let d = &density.design;
    let (n, k) = (d.n_periods, d.baseline.n_columns());
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let n_draws = 20_000;
    // The fitted baseline of geo 1 in period 20: mean = y − media − r̂, variance by z Cov zᵀ.
    let (g, t) = (1, 20);
    let fitted: Vec<f64> = (0..n_draws)
        .map(|_| {
            let draw = density.draw_baseline(&state, &mut rng);
            (0..k)
                .map(|j| draw.coefficients[g * k + j] * d.baseline.fitted_columns[(g * k + j) * n + t])
                .sum()
        })
        .collect();
    let media: f64 = (0..d.n_channels())
        .map(|c| state.media.beta[c * d.n_geos + g] * state.media.effect[(c * d.n_geos + g) * n + t])
        .sum();
    let want = d.outcome.scaled[g * n + t] - media - state.baseline.residual[g * n + t];
    let mean = fitted.iter().sum::<f64>() / n_draws as f64;
    let variance = fitted.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n_draws as f64;
    assert!((mean - want).abs() < 4.0 * (variance / n_draws as f64).sqrt(), "{mean} {want}");
    // d mean / d y at the cell itself is Var(fit) / σ²; find it by moving that one outcome.
    let h = 1e-4;
    let mut moved = density.clone();
    moved.design.outcome.scaled[g * n + t] += h;
    let mut other = moved.state();
    moved.value_and_gradient(&q, &mut grad, &mut other).unwrap();
    let leverage = 1.0 - (other.baseline.residual[g * n + t] - state.baseline.residual[g * n + t]) / h;
    let want = leverage * state.theta.sigma[g].powi(2);
    assert!((variance / want - 1.0).abs() < 4.0 * (2.0 / n_draws as f64).sqrt(), "{variance} {want}");
}
