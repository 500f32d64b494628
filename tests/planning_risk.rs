//! Risk-averse plans and the value of a test, against cases whose answer is known.

use mmm::planning::{
    Amount, ChannelCurve, Limits, Names, PlanRequest, PlanningError, RawRequest, Risk, Slot, Target,
    gain_draws, optimise, optimise_risk, test_values,
};
use mmm::posterior::Summary;
use ndarray::Array2;
use proptest::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

const DRAWS: usize = 999;

/// A straight line of spend 100 whose ROI in draw s is `roi(s)`.
fn line(name: &str, roi: impl Fn(usize) -> f64) -> ChannelCurve {
    let grid = [0.0, 0.5, 1.0, 1.5, 2.0];
    let values = Array2::from_shape_fn((DRAWS, 5), |(s, k)| 100.0 * grid[k] * roi(s));
    ChannelCurve::new(name, 100.0, &grid, values, 2.0).unwrap()
}

/// Draws that are the normal distribution's quantiles; `turn` decides which draw gets which.
fn normal(mean: f64, sd: f64, turn: usize) -> impl Fn(usize) -> f64 {
    let standard = Normal::standard();
    move |s| mean + sd * standard.inverse_cdf(((s * turn) % DRAWS) as f64 / DRAWS as f64 + 0.5 / DRAWS as f64)
}

fn objective(curves: &[ChannelCurve], multipliers: &[f64], risk: Risk) -> f64 {
    risk.of(&mut gain_draws(curves, multipliers).unwrap())
}

#[test]
fn the_measures_by_hand() {
    let draws = [8.0, 1.0, 4.0, 2.0];
    // R: quantile(c(1, 2, 4, 8), .25) = 1.75; the worst half is 1 and 2, the worst 30 % two of four draws.
    assert!((Risk::Quantile(0.25).of(&mut draws.clone()) - 1.75).abs() < 1e-12);
    assert!((Risk::Cvar(0.5).of(&mut draws.clone()) - 1.5).abs() < 1e-12);
    assert!((Risk::Cvar(0.3).of(&mut draws.clone()) - 1.5).abs() < 1e-12);
    assert!((Risk::Mean.of(&mut draws.clone()) - 3.75).abs() < 1e-12);
}

#[test]
fn a_cautious_plan_gives_up_mean_for_its_worst_draws() {
    // Risky returns more on average and may return nothing; sure is nearly as good.
    let curves = [
        line("risky", normal(2.2, 1.2, 1)),
        line("sure", normal(2.0, 0.1, 7)),
        line("weak", normal(1.9, 0.1, 13)),
    ];
    let limits = Limits::around_today(3, 0.5);
    let mean = optimise(&curves, 300.0, &limits).unwrap();
    assert!(mean.multipliers[0] > 1.4, "{mean:?}");
    for risk in [Risk::Quantile(0.25), Risk::Cvar(0.1)] {
        let cautious = optimise_risk(&curves, 300.0, &limits, risk).unwrap();
        let value = objective(&curves, &cautious.multipliers, risk);
        assert_eq!(value, cautious.objective.value);
        assert_eq!(objective(&curves, &mean.multipliers, risk), cautious.objective.at_best_mean_plan);
        assert!(value > cautious.objective.at_best_mean_plan + 1.0 && value >= 0.0, "{cautious:?}");
        let spent: f64 = cautious.multipliers.iter().map(|m| 100.0 * m).sum();
        assert!((spent - 300.0).abs() < 1e-6);
        assert!(cautious.multipliers.iter().all(|m| (0.5..=1.5).contains(m)));
        let gain = objective(&curves, &cautious.multipliers, Risk::Mean);
        assert!(gain < cautious.objective.mean_of_best_mean_plan);
    }
}

#[test]
fn a_search_over_two_channels_finds_what_a_scan_finds() {
    let curves = [line("a", normal(2.1, 0.8, 1)), line("b", normal(2.0, 0.5, 5))];
    let limits = Limits::around_today(2, 0.5);
    for risk in [Risk::Quantile(0.3), Risk::Cvar(0.25), Risk::Mean] {
        let found = optimise_risk(&curves, 200.0, &limits, risk).unwrap().objective.value;
        let scan = (0..=1000).map(|k| 0.5 + f64::from(k) / 1000.0);
        let best = scan.map(|m| objective(&curves, &[m, 2.0 - m], risk)).fold(f64::NEG_INFINITY, f64::max);
        assert!(found >= best - 1e-3 * best.abs().max(1.0), "{risk:?}: {found} < {best}");
    }
}

#[test]
fn groups_and_bounds_limit_the_cautious_plan_too() {
    let curves = [
        line("tv", normal(3.0, 0.3, 1)),
        line("radio", normal(1.0, 0.3, 5)),
        line("web", normal(1.0, 0.3, 11)),
    ];
    let names = Names::new(vec!["tv", "radio", "web"], &[]);
    let list = |text: &str| vec![text.to_owned()];
    let (group, bound) = (list("air:tv,radio=..1.1"), list("web=..120/week"));
    let raw = RawRequest { group: &group, bound: &bound, ..RawRequest::default() };
    let request = PlanRequest::parse(&raw, &names).unwrap();
    let web = Target { channel: 2, geo: None, period: None };
    assert_eq!(request.bounds, [(web, (None, Some(Amount::PerWeek(120.0))))]);
    let slots = [Slot::Channel(0), Slot::Channel(1), Slot::Channel(2)];
    let limits = names.place(&request, &slots, &[100.0; 3]).unwrap().limits(&curves, 1.0, 0.3);
    let plan = optimise_risk(&curves, 320.0, &limits, Risk::Quantile(0.1)).unwrap().multipliers;
    assert!(plan[0] + plan[1] <= 2.2 + 1e-9 && plan[2] <= 1.2 + 1e-9, "{plan:?}");
    assert!((plan[0] - 1.3).abs() < 1e-6, "{plan:?}");
}

#[test]
fn the_value_of_a_test_is_that_of_the_textbook() {
    // Two straight lines of equal mean, one known: after a test with error se the mean of the other has
    // standard deviation sd² / √(sd² + se²), and 30 of spend moves to whichever is better.
    let (sd, precision) = (0.5, 0.2);
    let curves = [line("unknown", normal(2.0, sd, 1)), line("known", |_| 2.0)];
    let limits = Limits::around_today(2, 0.3);
    let values = test_values(&curves, 200.0, &limits, precision).unwrap();
    let se: f64 = precision * 2.0;
    let spread = sd * sd / (sd * sd + se * se).sqrt();
    let want = 30.0 * (2.0 / std::f64::consts::PI).sqrt() * spread;
    assert_eq!(values[0].channel, "unknown");
    assert!((values[0].expected_gain / want - 1.0).abs() < 0.01, "{} {want}", values[0].expected_gain);
    let after = sd * se / (sd * sd + se * se).sqrt();
    assert!((values[0].roi_sd_after / after - 1.0).abs() < 0.02, "{} {after}", values[0].roi_sd_after);
    assert!((values[0].test_se - se).abs() < 1e-9);
    // Without the test every plan is as good; with it the other bound is right half of the time.
    assert!((0.4..0.6).contains(&values[0].p_plan_changes), "{}", values[0].p_plan_changes);
    assert_eq!((values[1].expected_gain, values[1].p_plan_changes), (0.0, 0.0));
}

/// Every third draw is used to value a test; the others know another ROI.
#[test]
fn the_roi_beside_a_test_is_that_of_all_draws() {
    let roi = |s: usize| if s.is_multiple_of(3) { 1.0 } else { 2.0 } + (s % 100) as f64 / 100.0;
    let line = |name: &str, roi: &dyn Fn(usize) -> f64| {
        let values = Array2::from_shape_fn((3000, 3), |(s, k)| 100.0 * k as f64 * roi(s));
        ChannelCurve::new(name, 100.0, &[0.0, 1.0, 2.0], values, 2.0).unwrap()
    };
    let curves = [line("tv", &roi), line("known", &|_| 1.5)];
    let values = test_values(&curves, 200.0, &Limits::around_today(2, 0.3), 0.1).unwrap();
    let all = Summary::of(&(0..3000).map(roi).collect::<Vec<f64>>());
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    let test = values.iter().find(|test| test.channel == "tv").unwrap();
    near(test.roi.mean, all.mean);
    near(test.roi.sd, all.sd);
    near(test.roi.q05, all.q05);
    near(test.test_se, 0.1 * all.mean);
    assert!(test.expected_gain > 0.0 && test.roi_sd_after < all.sd, "{test:?}");
}

#[test]
fn a_sharper_test_of_a_less_certain_channel_is_worth_more() {
    let curves = [
        line("vague", normal(2.0, 0.6, 1)),
        line("clear", normal(2.0, 0.2, 7)),
        line("other", normal(2.0, 0.05, 13)),
    ];
    let limits = Limits::around_today(3, 0.3);
    let rough = test_values(&curves, 300.0, &limits, 0.3).unwrap();
    let sharp = test_values(&curves, 300.0, &limits, 0.05).unwrap();
    assert_eq!((sharp[0].channel.as_str(), rough[0].channel.as_str()), ("vague", "vague"));
    for values in [&rough, &sharp] {
        assert!(values.iter().all(|v| v.expected_gain >= 0.0), "{values:?}");
        assert!(values.windows(2).all(|w| w[0].expected_gain >= w[1].expected_gain));
    }
    assert!(sharp[0].expected_gain > rough[0].expected_gain);
    let pinned = test_values(&curves, 300.0, &Limits::around_today(3, 0.0), 0.1).unwrap();
    assert!(pinned.iter().all(|v| v.expected_gain == 0.0), "nothing can be done with the result");
    let error = test_values(&curves, 300.0, &limits, 0.0).unwrap_err();
    assert!(matches!(error, PlanningError::BadNumber { .. }));
}

/// Hill curves, S-shaped for half of the channels, whose top and half-saturation differ by draw.
fn hills(shapes: &[(f64, f64, f64)]) -> Vec<ChannelCurve> {
    let grid: Vec<f64> = (0..21).map(|k| 0.1 * f64::from(k)).map(|m| (m * 10.0).round() / 10.0).collect();
    let one = |(c, &(top, half, slope)): (usize, &(f64, f64, f64))| {
        let values = Array2::from_shape_fn((200, 21), |(s, k)| {
            let turn = (s as f64 * (c as f64 + 1.3)).sin();
            let (m, half) = (grid[k].powf(slope), (half * (1.0 + 0.3 * turn)).powf(slope));
            top * (1.0 - 0.4 * turn) * m / (m + half)
        });
        ChannelCurve::new("channel", 50.0, &grid, values, 2.0).unwrap()
    };
    shapes.iter().enumerate().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever the curves: a cautious plan spends the budget within its bounds and is worse neither
    /// than today nor than the plan with the best mean, and no test has a negative value.
    #[test]
    fn caution_never_costs_and_knowledge_never_hurts(
        shapes in prop::collection::vec((10.0..200.0f64, 0.2..2.0f64, 0.6..4.0f64), 2..6),
        level in 0.02..0.5f64, step in 0.05..0.9f64, tail in any::<bool>(),
    ) {
        let curves = hills(&shapes);
        let limits = Limits::around_today(curves.len(), step);
        let budget = 50.0 * curves.len() as f64;
        let risk = if tail { Risk::Cvar(level) } else { Risk::Quantile(level) };
        let plan = optimise_risk(&curves, budget, &limits, risk).unwrap();
        let spent: f64 = plan.multipliers.iter().map(|m| 50.0 * m).sum();
        prop_assert!((spent - budget).abs() <= 1e-6 * budget);
        prop_assert!(plan.multipliers.iter().all(|m| (m - 1.0).abs() <= step + 1e-9));
        let scale = 1e-9 * shapes.iter().map(|s| s.0).sum::<f64>();
        prop_assert!(plan.objective.value >= -scale, "{:?}", plan.objective);
        prop_assert!(plan.objective.value >= plan.objective.at_best_mean_plan - scale);
        for value in test_values(&curves, budget, &limits, 0.15).unwrap() {
            prop_assert!(value.expected_gain >= -scale, "{value:?}");
            prop_assert!(value.roi_sd_after <= value.roi.sd * (1.0 + 1e-9));
        }
    }
}
