//! The correction against what is known of simulated markets.

use super::*;
use crate::config::{ModelConfig, UncheckedConfig};
use crate::data::{Channel, Control, Interval, Outcome, OutcomeKind, Roles, Source};
use crate::model::Design;
use chrono::{Days, NaiveDate};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

const WEEKS: usize = 3000;

/// Independent standard normal variates.
fn normals(stream: u64) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    rng.set_stream(stream);
    (0..WEEKS).map(|_| StandardNormal.sample(&mut rng)).collect()
}

/// One market in which spend follows demand, and demand is seen through noise of variance 0.25 of 1.25.
fn market() -> Dataset {
    market_of(&normals(1), 0.5)
}

/// Spend follows `demand`, which is seen through noise of standard deviation `error_sd`.
fn market_of(demand: &[f64], error_sd: f64) -> Dataset {
    let [own, error, noise] = [2, 3, 4].map(normals);
    let row = |f: &dyn Fn(usize) -> f64| Array2::from_shape_fn((1, WEEKS), |(_, t)| f(t));
    let spend = row(&|t| (0.3 * demand[t] + 0.1 * own[t]).exp());
    let day = |t: usize| NaiveDate::from_ymd_opt(1970, 1, 5).unwrap() + Days::new(7 * t as u64);
    Dataset {
        source: Source {
            file: "test".into(),
            sha256: String::new(),
            rows: WEEKS,
            from: None,
            to: None,
            ..Source::default()
        },
        dates: (0..WEEKS).map(day).collect(),
        interval: Interval::Weekly,
        geos: vec!["national".into()],
        outcome: Outcome {
            name: "y".into(),
            kind: OutcomeKind::Revenue,
            values: row(&|t| 100.0 + 5.0 * demand[t] + noise[t]),
            observed: Array2::from_elem((1, WEEKS), true),
            revenue_per_outcome: None,
        },
        present: Array2::from_elem((1, WEEKS), true),
        population: None,
        channels: vec![Channel {
            name: "search".into(),
            spend_column: Some("search_spend".into()),
            exposure_column: "search_spend".into(),
            exposure: spend.clone(),
            spend,
        }],
        controls: vec![Control {
            name: "query".into(),
            values: row(&|t| demand[t] + error_sd * error[t]),
            binary: false,
        }],
        unused: Vec::new(),
        roles: Roles::default(),
    }
}

fn config(reliability: Option<f64>) -> FitConfig {
    let model = ModelConfig { trend_knot_weeks: Some(1e6), seasonality_pairs: 0, ..ModelConfig::default() };
    let controls = reliability.map(|reliability| ("query".to_owned(), ControlConfig::told(reliability)));
    UncheckedConfig { model, controls: controls.into_iter().collect(), ..UncheckedConfig::default() }
        .try_into()
        .unwrap()
}

fn design(data: &Dataset, reliability: f64) -> Design {
    Design::new(data, &config(Some(reliability))).unwrap()
}

/// The last column, after level and trend.
fn query(design: &Design) -> Vec<f64> {
    design.baseline.fitted_columns[2 * WEEKS..].to_vec()
}

fn basis<'a>(design: &'a Design, data: &Dataset) -> Basis<'a> {
    let calendar: Vec<&[f64]> = design.baseline.fitted_columns[..2 * WEEKS].chunks_exact(WEEKS).collect();
    let controls = [query(design)];
    let mut basis = regressors(&design.outcome, (data, &config(None)), &calendar, &controls, &[0]);
    add_neighbours(&mut basis, &design.outcome, &controls, &[0]);
    basis
}

#[test]
fn in_a_linear_regression_it_is_the_moment_correction() {
    let data = market();
    let (plain, calibrated) = (design(&data, 1.0), design(&data, 0.8));
    let (others, w) = (basis(&plain, &data), query(&plain));
    // Least-squares coefficient of x beside all the others (Frisch & Waugh).
    let coefficient = |x: &[f64]| {
        let rest = others.residual(x);
        others.dot(&rest, &plain.outcome.scaled) / others.dot(&rest, x)
    };
    let (naive, got) = (coefficient(&w), coefficient(&query(&calibrated)));
    // κ = rᵀy / (rᵀr − dof σ_v²) with r the control less what the others predict (Fuller 1987, 2.2.11).
    let r = others.residual(&w);
    let square = others.dot(&r, &r);
    let want = naive * square / (square - others.degrees_of_freedom() * 0.2);
    assert!((got / want - 1.0).abs() < 1e-9, "{got} {want}");
    // 5 % of the outcome per unit of demand, √1.25 units to the control's sd; most of it is lost else.
    let truth = 0.05 * 1.25_f64.sqrt();
    assert!((got / truth - 1.0).abs() < 0.1 && naive < 0.4 * truth, "{got} {naive}");
}

#[test]
fn the_share_kept_is_what_the_other_columns_leave() {
    let data = market();
    let found = design(&data, 0.8).baseline.calibrations[0].clone();
    assert_eq!((found.control, found.asked), (0, 0.8));
    assert!((found.used - 0.8).abs() < 1e-12);
    // Var(demand | ln spend) = 1 − 0.9 = 0.1, beside an error of 0.25: 0.1 / 0.35.
    assert!((found.conditional - 0.1 / 0.35).abs() < 0.03, "{found:?}");
}

#[test]
fn no_less_reliable_than_its_prediction() {
    let found = design(&market(), 0.3).baseline.calibrations[0].clone();
    // The others predict 0.9 of 1.25.
    assert!(found.conditional.abs() < 1e-9 && (found.used - 0.72).abs() < 0.03, "{found:?}");
    // An outcome that has nothing to do with the control contradicts nothing.
    let (mut data, mut config) = (market(), config(Some(0.3)));
    data.outcome.values.iter_mut().zip(normals(11)).for_each(|(y, e)| *y = 100.0 + e);
    config = config.with(|c| c.controls.get_mut("query").unwrap().assumed = true).unwrap();
    let assumed = Design::new(&data, &config).unwrap().baseline.calibrations[0].clone();
    assert!(assumed.used > 0.7 && !assumed.contradicted, "{assumed:?}");
}

/// Demand that lasts, so that the periods before and after tell of it, seen through noise of `error_sd`.
fn assumed(error_sd: f64, holdout_weeks: usize) -> (Design, Design) {
    let data = market_of(&lasting(normals(1), 0.9), error_sd);
    let mut config = config(Some(0.8));
    config = config.with(|c| c.model.holdout_weeks = holdout_weeks).unwrap();
    config = config.with(|c| c.controls.get_mut("query").unwrap().assumed = true).unwrap();
    let calibrated = Design::new(&data, &config).unwrap();
    config = config.with(|c| c.controls.clear()).unwrap();
    (calibrated, Design::new(&data, &config).unwrap())
}

#[test]
fn an_assumed_error_stands_unless_the_outcome_contradicts() {
    let found = |error_sd: f64| assumed(error_sd, 0).0.baseline.calibrations[0].clone();
    assert!((found(0.5).used - 0.8).abs() < 0.03, "{:?}", found(0.5));
    // Without any error the outcome moves with what is new in the control as with what is not.
    assert!(found(0.0).conditional > 0.9, "{:?}", found(0.0));
    assert!(found(0.0).contradicted);
}

#[test]
fn beyond_the_fit_a_control_is_taken_as_it_is() {
    let (calibrated, plain) = assumed(0.5, 400);
    let (calibrated, plain) = (query(&calibrated), query(&plain));
    let fitted = WEEKS - 400;
    assert_eq!(calibrated[fitted..], plain[fitted..]);
    assert!(calibrated[..fitted].iter().zip(&plain).any(|(a, b)| (a - b).abs() > 0.1));
}

#[test]
fn nothing_happens_without_error() {
    let data = market();
    let plain = Design::new(&data, &config(None)).unwrap();
    assert_eq!(design(&data, 1.0).baseline.calibrations, []);
    assert_eq!(query(&design(&data, 1.0)), query(&plain));
}

/// x with x_t = persistence x_{t−1} + √(1 − persistence²) z_t.
fn lasting(mut z: Vec<f64>, persistence: f64) -> Vec<f64> {
    for t in 1..z.len() {
        z[t] = persistence * z[t - 1] + (1.0 - persistence * persistence).sqrt() * z[t];
    }
    z
}

#[test]
fn errors_that_last_make_a_smooth_regressor_less_certain() {
    let data = market();
    let design = design(&data, 1.0);
    let basis = Basis::new(&design.outcome, &data, false);
    let square = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
    // Errors and regressor with φ and ρ at lag one: (1 + φρ) / (1 − φρ) times the variance (Bartlett 1946).
    for (rho, want) in [(0.0, 1.0), (0.7, 1.42 / 0.58)] {
        let (x, e) = (lasting(normals(8), rho), lasting(normals(9), 0.6));
        let ratio = basis.lasting_variance(&x, &e) * WEEKS as f64 / (square(&x) * square(&e));
        assert!((ratio / want - 1.0).abs() < 0.2, "{rho}: {ratio} {want}");
    }
}

#[test]
fn a_control_beside_another_is_judged_by_its_own_movements() {
    // A second noisy control that moves the outcome too, and moves with what is new in demand.
    let (mut data, told) = (market_of(&lasting(normals(1), 0.9), 0.5), 0.9);
    let price: Vec<f64> = lasting(normals(7), 0.9).iter().zip(normals(1)).map(|(p, new)| p + new).collect();
    data.outcome.values.iter_mut().zip(&price).for_each(|(y, p)| *y += 5.0 * p);
    let values = Array2::from_shape_fn((1, WEEKS), |(_, t)| price[t]);
    data.controls.push(Control { name: "price".into(), values, binary: false });
    let mut config = config(Some(0.8));
    config = config.with(|c| c.controls.get_mut("query").unwrap().assumed = true).unwrap();
    config = config
        .with(|c| {
            c.controls.insert("price".into(), ControlConfig::told(told));
        })
        .unwrap();
    let found = Design::new(&data, &config).unwrap().baseline.calibrations;
    assert!((found[0].used - 0.8).abs() < 0.03 && (found[1].used - told).abs() < 1e-9, "{found:?}");
}

#[test]
fn copies_of_a_control_are_corrected_alike() {
    let mut data = market();
    let copy = Control { name: "copy".into(), values: &data.controls[0].values * 2.0, binary: false };
    data.controls.push(copy);
    let mut config = config(Some(0.8));
    config = config
        .with(|c| {
            c.controls.insert("copy".into(), ControlConfig::told(0.8));
        })
        .unwrap();
    let found = Design::new(&data, &config).unwrap().baseline.calibrations;
    assert_eq!(found.len(), 2);
    assert!((found[0].conditional - 0.1 / 0.35).abs() < 0.03, "{found:?}");
    assert!((found[0].conditional - found[1].conditional).abs() < 1e-9, "{found:?}");
}
