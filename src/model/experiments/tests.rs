use chrono::NaiveDate;
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::super::density::Density;
use super::super::density::tests::data;
use super::*;
use crate::config::{FitConfig, GapBelief};
use crate::data::{Estimand, ExperimentKind, Reading};
use crate::transform::simd::InstructionSet;

/// A test that changed the exposure of channel 0 by a half in periods 20 to 25 of the first geos.
fn test(data: &Dataset, kind: ExperimentKind, in_data: bool) -> Experiment {
    let geos: Vec<usize> = (0..data.n_geos().min(2)).collect();
    let without = |values: &Array2<f64>| {
        let mut out = values.select(ndarray::Axis(0), &geos);
        out.slice_mut(ndarray::s![.., 20..26]).mapv_inplace(|x| 0.5 * x);
        out
    };
    let day = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let spend = without(&data.channels[0].spend);
    let actual = data.channels[0].spend.select(ndarray::Axis(0), &geos);
    Experiment {
        label: "tv".into(),
        row: 2,
        channels: vec![0],
        start: day,
        end: day,
        readout_end: day,
        treated: 20..26,
        counted: 20..29,
        cells: geos.iter().flat_map(|g| (20..29).map(move |t| (*g, t))).collect(),
        kind,
        counterfactual: vec![without(&data.channels[0].exposure)],
        alike: Vec::new(),
        spend_change: (&actual - &spend).sum(),
        counterfactual_spend: vec![spend],
        population_share: None,
        in_data,
        other: Vec::new(),
        geos,
    }
}

fn reading(what: Estimand, estimate: f64, se: f64) -> ExperimentKind {
    ExperimentKind::Reading(Reading { what, estimate, se })
}

fn density(data: &Dataset, config: &FitConfig, tests: &[Experiment], set: InstructionSet) -> Density {
    let design = Design::with_tests(data, config, tests).unwrap();
    let terms = experiment_terms(tests, &design, data);
    Density::with_instructions(design, set).with_terms(terms)
}

fn configs() -> [FitConfig; 3] {
    let told = |gap| {
        FitConfig::default().with(|c| c.channels.entry("tv".into()).or_default().causal_gap = gap).unwrap()
    };
    let own = crate::config::LogNormalPrior::Median { median: 1.2, sd_log: 0.4 };
    let with_prior = told(Some(GapBelief { mean: -0.2, sd: 0.3 }))
        .with(|c| {
            c.channels.entry("tv".into()).or_default().prior = Some(crate::config::EffectPrior::Roi(own));
        })
        .unwrap();
    [told(None), told(Some(GapBelief { mean: -0.3, sd: 0.4 })), with_prior]
}

#[test]
fn gradients_of_readings_and_contrasts_match_central_differences() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    for n_geos in [1, 3] {
        let data = data(n_geos, 45);
        let kinds = [
            vec![test(&data, reading(Estimand::Lift, 40.0, 10.0), false)],
            vec![
                test(&data, reading(Estimand::Roi, 1.4, 0.3), true),
                test(&data, reading(Estimand::Roi, 0.8, 0.2), false),
            ],
            vec![test(&data, ExperimentKind::Contrast, false)],
        ];
        for (config, tests) in configs().iter().flat_map(|config| kinds.iter().map(move |k| (config, k))) {
            for set in InstructionSet::available() {
                let density = density(&data, config, tests, set);
                let q = density.start(&mut rng);
                let (mut state, mut grad) = (density.state(), vec![0.0; q.len()]);
                let mut unused = grad.clone();
                density.value_and_gradient(&q, &mut grad, &mut state).unwrap();
                for i in 0..q.len() {
                    let mut at = |x: f64| {
                        let mut q = q.clone();
                        q[i] += x;
                        density.value_and_gradient(&q, &mut unused, &mut state).unwrap()
                    };
                    let error = [1e-2, 1e-3, 1e-4].map(|h| {
                        let (near, far) = (at(h) - at(-h), at(2.0 * h) - at(-2.0 * h));
                        (grad[i] - (8.0 * near - far) / (12.0 * h)).abs()
                    });
                    let least = error.into_iter().fold(f64::INFINITY, f64::min);
                    assert!(
                        least < 1e-5 * (1.0 + grad[i].abs()),
                        "{n_geos} geos, {i}: {} off by {least}",
                        grad[i]
                    );
                }
            }
        }
    }
}

/// Its parameter is the last of the channel's; a test adds one coordinate, and only to the channel it speaks of.
#[test]
fn a_test_makes_the_gap_a_parameter() {
    let data = data(1, 45);
    let config = FitConfig::default();
    let tests = [test(&data, ExperimentKind::Contrast, false)];
    let with = Design::with_tests(&data, &config, &tests).unwrap();
    let without = Design::new(&data, &config).unwrap();
    assert_eq!(crate::model::Layout::new(&with).dim, crate::model::Layout::new(&without).dim + 1);
    assert!(with.media.channels[0].samples_gap() && !with.media.channels[1].samples_gap());
    let off = config.with(|c| c.model.causal_gap = crate::config::CausalGap::None).unwrap();
    assert!(!Design::with_tests(&data, &off, &tests).unwrap().media.channels[0].samples_gap());
}

/// The cells of a reading leave the likelihood until the carry-over of the test is gone; reports keep them, and a
/// contrast keeps all.
#[test]
fn information_counts_once() {
    let data = data(3, 45);
    let fitted = |kind, in_data| {
        let tests = [test(&data, kind, in_data)];
        let outcome = Design::with_tests(&data, &FitConfig::default(), &tests).unwrap().outcome;
        (outcome.fitted.iter().sum::<f64>(), outcome.reported.iter().sum::<f64>())
    };
    let all = fitted(ExperimentKind::Contrast, false);
    assert_eq!(fitted(reading(Estimand::Lift, 1.0, 1.0), false), all);
    let less = fitted(reading(Estimand::Lift, 1.0, 1.0), true);
    assert!(less.0 <= all.0 - 2.0 * 6.0 && less.1 == all.1, "{less:?} {all:?}");
}

/// Without ω two readings of error s weigh as one of s / √2; with it a reading can never tell the lift to better than
/// a tenth.
#[test]
fn a_reading_never_pins_the_gap_for_all_time() {
    let data = data(1, 45);
    let config = FitConfig::default();
    let of = |tests: &[Experiment], q: &[f64]| {
        let density = density(&data, &config, tests, InstructionSet::detect());
        density.value_and_gradient(q, &mut vec![0.0; q.len()], &mut density.state()).unwrap()
    };
    let at = |estimate: f64, se: f64| [test(&data, reading(Estimand::Roi, estimate, se), false)];
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let q = density(&data, &config, &at(1.0, 0.1), InstructionSet::detect()).start(&mut rng);
    // A vague reading says nothing but its constant.
    let far = of(&at(1.0, 1e6), &q) - of(&at(2.0, 1e6), &q);
    assert!(far.abs() < 1e-9, "{far}");
    // An exact one is told within a tenth of the lift, not exactly.
    let density = density(&data, &config, &at(1.0, 1e-6), InstructionSet::detect());
    assert!(
        density.value_and_gradient(&q, &mut vec![0.0; q.len()], &mut density.state()).unwrap().is_finite()
    );
}

/// The log density with readings, ω = 0, at a point of the design.
fn of_here(data: &Dataset, tests: &[Experiment], q: &[f64]) -> (f64, f64) {
    let design = Design::with_tests(data, &FitConfig::default(), tests).unwrap();
    let term = readings(tests, &design, data).unwrap().of_here();
    let density = Density::with_instructions(design, InstructionSet::detect());
    let density = density.with_terms(vec![Arc::new(term)]);
    let mut state = density.state();
    let value = density.value_and_gradient(q, &mut vec![0.0; q.len()], &mut state).unwrap();
    let at = super::super::terms::At { design: &density.design, theta: &state.theta, media: &state.media };
    (value, TestLifts::new(tests, &density.design, data).at(at)[0])
}

/// Two readings of error s are one of s / √2, and one of no error is the lift itself, as far as se and the lift's
/// own distance say: ln p = −½ ((estimate − L) / se)² up to a constant, in closed form.
#[test]
fn readings_are_exact_normals_where_nothing_differs_from_here() {
    let data = data(1, 45);
    let one = |estimate: f64, se: f64| test(&data, reading(Estimand::Roi, estimate, se), false);
    let design = Design::with_tests(&data, &FitConfig::default(), &[one(1.0, 1.0)]).unwrap();
    let density = Density::new(design);
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let points: Vec<Vec<f64>> = (0..5).map(|_| density.start(&mut rng)).collect();
    let difference = |q: &Vec<f64>| {
        let twice = of_here(&data, &[one(1.4, 0.3), one(1.4, 0.3)], q).0;
        twice - of_here(&data, &[one(1.4, 0.3 / 2f64.sqrt())], q).0
    };
    let constants: Vec<f64> = points.iter().map(difference).collect();
    assert!(constants.iter().all(|c| (c - constants[0]).abs() < 1e-8), "{constants:?}");
    for q in &points {
        let (vague, lift) = of_here(&data, &[one(1.0, 1e9)], q);
        for se in [1e-1, 1e-3] {
            for off in [0.0, 1.0, -2.0] {
                let (value, _) = of_here(&data, &[one(lift + off * se, se)], q);
                let expected = vague + (1e9f64 / se).ln() - 0.5 * off * off;
                assert!((value - expected).abs() < 1e-6, "{se} {off}: {value} {expected}");
            }
        }
    }
}
