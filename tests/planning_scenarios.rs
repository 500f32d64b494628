//! The default scenarios: what they ask, what they report, and that they keep quiet about noise.

use mmm::planning::{
    BoundHit, ChannelCurve, Limits, Scenario, ScenarioKind, default_scenarios, evaluate, gain_draws,
    optimal_scenario,
};
use ndarray::Array2;

const DRAWS: usize = 400;

/// Draws of a Hill curve whose top varies by ± 20 % between draws, each channel out of step.
fn curve(name: &str, spend: f64, top: f64, half: f64, slope: f64) -> ChannelCurve {
    let grid: Vec<f64> = (0..41).map(|k| 0.05 * f64::from(k)).collect();
    let phase = name.len() as f64;
    let outcome = Array2::from_shape_fn((DRAWS, 41), |(s, k)| {
        let scale = top * (1.0 + 0.2 * (s as f64 * phase).sin());
        scale * grid[k].powf(slope) / (grid[k].powf(slope) + half.powf(slope))
    });
    ChannelCurve::new(name, spend, &grid, outcome, 1.2).unwrap()
}

fn market() -> Vec<ChannelCurve> {
    vec![
        curve("tv", 500.0, 900.0, 0.4, 1.0),
        curve("search", 200.0, 900.0, 1.5, 1.2),
        curve("social", 100.0, 150.0, 0.8, 2.5),
        curve("sponsoring", 0.0, 0.0, 1.0, 1.0),
    ]
}

fn spent(scenario: &Scenario) -> f64 {
    scenario.allocation.iter().map(|a| a.proposed).sum()
}

#[test]
fn the_four_scenarios_ask_what_they_say() {
    let scenarios = default_scenarios(&market(), 104.0).unwrap();
    let kinds: Vec<ScenarioKind> = scenarios.iter().map(|s| s.kind).collect();
    assert_eq!(
        kinds,
        [
            ScenarioKind::OptimalSameBudget,
            ScenarioKind::OptimalBudgetPlus10,
            ScenarioKind::OptimalBudgetMinus10,
            ScenarioKind::Shift
        ]
    );
    for (scenario, budget) in scenarios.iter().zip([800.0, 880.0, 720.0, 800.0]) {
        assert!((scenario.budget - budget).abs() < 1e-6, "{}: {}", scenario.name, scenario.budget);
        assert!((spent(scenario) - budget).abs() < 1e-6);
    }
    let shift = &scenarios[3];
    assert_eq!(shift.name, "10 % of tv moved to search");
    assert!((shift.allocation[0].proposed - 450.0).abs() < 1e-9);
    assert!((shift.allocation[1].proposed - 250.0).abs() < 1e-9);
    assert!(shift.allocation[1].extrapolated && !shift.allocation[0].extrapolated);
    assert_eq!((shift.gap, &shift.return_on_budget_change), (None, &None));
}

#[test]
fn a_channel_that_is_held_gets_no_more_than_today() {
    let held = |spend: f64| -> Vec<ChannelCurve> {
        let search = curve("search", spend, 900.0, 1.5, 1.2).holding(true);
        vec![curve("tv", 500.0, 900.0, 0.4, 1.0), search, curve("social", 100.0, 150.0, 0.8, 2.5)]
    };
    let scenarios = default_scenarios(&held(200.0), 104.0).unwrap();
    for scenario in &scenarios[..3] {
        let search = &scenario.allocation[1];
        assert!(search.held && search.proposed <= 200.0 && search.bounds == [0.7, 1.0], "{search:?}");
        assert!(!scenario.allocation[0].held);
    }
    assert_eq!(scenarios[3].name, "10 % of tv moved to social");
    // Without it a tenth more than 2600 could not be spent.
    let plus = &default_scenarios(&held(2000.0), 104.0).unwrap()[1];
    assert!(plus.allocation[1].bounds == [0.7, 1.3] && !plus.allocation[1].held);
}

/// 10 % of tv would be more than search can take before its curve ends.
#[test]
fn a_share_in_a_name_has_two_digits() {
    let curves = [curve("tv", 6000.0, 900.0, 0.4, 1.0), curve("search", 200.7, 900.0, 1.5, 1.2)];
    let scenarios = default_scenarios(&curves, 104.0).unwrap();
    assert_eq!(scenarios[3].name, "3.3 % of tv moved to search");
}

#[test]
fn the_record_can_be_recomputed() {
    let curves = market();
    for scenario in default_scenarios(&curves, 52.0).unwrap() {
        let multipliers: Vec<f64> = scenario
            .allocation
            .iter()
            .map(|a| if a.current > 0.0 { a.proposed / a.current } else { 1.0 })
            .collect();
        let again = evaluate(&curves, &multipliers).unwrap();
        assert!((again.gain.mean - scenario.gain.mean).abs() < 1e-9, "{}", scenario.name);
        assert!((again.proposed.mean - scenario.proposed_outcome.mean).abs() < 1e-9);
        let from_the_mean: f64 = curves.iter().zip(&multipliers).map(|(c, &m)| c.mean_at(m).unwrap()).sum();
        assert!((from_the_mean - scenario.proposed_outcome.mean).abs() < 1e-9);
        let gains = gain_draws(&curves, &multipliers).unwrap();
        let positive = gains.iter().filter(|g| **g > 0.0).count() as f64 / DRAWS as f64;
        assert_eq!(positive, scenario.p_gain);
        let loss = gains.iter().filter(|g| **g < 0.0).sum::<f64>() / DRAWS as f64;
        assert!((loss - scenario.expected_loss_if_wrong).abs() < 1e-9);
    }
}

#[test]
fn the_best_plan_moves_spend_to_what_returns_more() {
    let scenarios = default_scenarios(&market(), 52.0).unwrap();
    let same = &scenarios[0];
    assert!(same.gain.mean > 0.0 && same.p_gain > 0.9, "{same:?}");
    assert!(same.gap.unwrap() < 1e-4);
    let (tv, search) = (&same.allocation[0], &same.allocation[1]);
    assert!(tv.proposed < tv.current && search.proposed > search.current);
    assert_eq!(search.bound_hit, Some(BoundHit::Upper));
    assert_eq!(search.change.map(|c| (c * 1e6).round() / 1e6), Some(0.3));
    assert_eq!((search.bounds, search.p_grow), ([0.7, 1.3], Some(1.0)));
    let idle = &same.allocation[3];
    assert_eq!((idle.proposed, idle.change, idle.bound_hit, idle.p_grow), (0.0, None, None, None));
    let (more, less) = (&scenarios[1], &scenarios[2]);
    assert!(less.proposed_outcome.mean < same.proposed_outcome.mean);
    assert!(same.proposed_outcome.mean < more.proposed_outcome.mean);
    let extra = more.return_on_budget_change.unwrap();
    let change = more.budget_change.unwrap();
    assert!((extra.mean - change.budget.mean / 80.0).abs() < 1e-9);
    assert!(
        (change.moving.unwrap().mean - same.gain.mean).abs() < 1e-9,
        "moving alone is the best plan of today's"
    );
    assert!((change.moving.unwrap().mean + change.budget.mean - more.gain.mean).abs() < 1e-9);
}

#[test]
fn equal_channels_stay_where_they_are() {
    // Straight lines of the same return: every plan is worth the same, so none is worth a move.
    let grid: Vec<f64> = (0..41).map(|k| 0.05 * f64::from(k)).collect();
    let line = |name: &str, spend: f64| {
        let outcome = Array2::from_shape_fn((3, 41), |(s, k)| spend * grid[k] * (1.0 + s as f64));
        ChannelCurve::new(name, spend, &grid, outcome, 2.0).unwrap()
    };
    let curves = [line("tv", 300.0), line("radio", 70.0), line("print", 11.0)];
    let scenarios = default_scenarios(&curves, 52.0).unwrap();
    for a in &scenarios[0].allocation {
        assert_eq!(a.proposed, a.current);
    }
    assert_eq!((scenarios[0].gain.mean, scenarios[0].p_gain), (0.0, 0.0));
    // Eleven plans were tried, which is what is said.
    assert!(scenarios[0].no_move.as_ref().unwrap().starts_with("none of the plans tried"), "{scenarios:?}");
    for a in &scenarios[1].allocation {
        assert!((a.proposed / a.current - 1.1).abs() < 1e-9, "{a:?}");
    }
}

#[test]
fn a_flat_channel_is_not_moved_with_the_others() {
    // Radio returns exactly the common margin of the best plan over its whole range; only tv and
    // search have something to gain.
    let best = |curves: &[ChannelCurve], budget: f64| {
        optimal_scenario(curves, budget, &Limits::around_today(curves.len(), 0.3), 52.0).unwrap()
    };
    let plan = best(&market(), 800.0);
    let price = {
        let tv = &market()[0];
        tv.marginal_roi_at(plan.allocation[0].proposed / 500.0).unwrap().unwrap()
    };
    let grid = [0.0, 1.0, 2.0];
    let flat = Array2::from_shape_fn((DRAWS, 3), |(_, k)| 300.0 * price * (1.0 - 1e-7) * grid[k]);
    let mut curves = market();
    curves.push(ChannelCurve::new("radio", 300.0, &grid, flat, 2.0).unwrap());
    let same = best(&curves, 1100.0);
    let radio = &same.allocation[4];
    assert!((radio.proposed / radio.current - 1.0).abs() < 0.1, "{radio:?}");
}

#[test]
fn few_channels_and_no_spend() {
    let idle = vec![curve("sponsoring", 0.0, 0.0, 1.0, 1.0)];
    assert!(default_scenarios(&idle, 52.0).unwrap().is_empty());
    assert!(default_scenarios(&[], 52.0).unwrap().is_empty());
    let one = default_scenarios(&[curve("tv", 500.0, 900.0, 0.4, 1.0)], 52.0).unwrap();
    assert_eq!(one.len(), 3);
    assert_eq!(one[0].allocation[0].proposed, 500.0);
    assert!((one[1].allocation[0].proposed - 550.0).abs() < 1e-9);
}

#[test]
fn the_json_keeps_its_keys_and_survives_a_round_trip() {
    let scenarios = default_scenarios(&market(), 52.0).unwrap();
    let text = serde_json::to_string(&scenarios).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Scenario>>(&text).unwrap(), scenarios);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json[0]["kind"], "optimal_same_budget");
    assert_eq!(json[1]["kind"], "optimal_budget_plus_10");
    assert_eq!(json[2]["kind"], "optimal_budget_minus_10");
    assert_eq!(json[3]["kind"], "shift");
    for key in [
        "name",
        "kind",
        "horizon_weeks",
        "budget",
        "allocation",
        "current_outcome",
        "proposed_outcome",
        "gain",
        "p_gain",
        "expected_loss_if_wrong",
        "gap",
        "return_on_budget_change",
    ] {
        assert!(json[0].get(key).is_some(), "{key}");
    }
    for key in ["channel", "current", "proposed", "change", "bounds", "bound_hit", "extrapolated", "p_grow"] {
        assert!(json[0]["allocation"][0].get(key).is_some(), "{key}");
    }
}
