//! The optimiser against exhaustive search, on random problems with concave and S-shaped curves.

use mmm::planning::{Bounds, ChannelCurve, GroupLimit, Limits, PlanningError, optimise};
use ndarray::Array2;
use proptest::prelude::*;

/// SplitMix64: a stream of uniforms that no library upgrade can change.
struct Uniforms(u64);

impl Uniforms {
    fn between(&mut self, lo: f64, hi: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        lo + (hi - lo) * ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// One draw of a Hill curve, value = top · m^slope / (m^slope + half^slope), on `nodes` multipliers.
fn hill(name: &str, spend: f64, (top, half, slope): (f64, f64, f64), nodes: usize) -> ChannelCurve {
    let grid: Vec<f64> = (0..nodes).map(|k| 2.0 * k as f64 / (nodes - 1) as f64).collect();
    let values = grid.iter().map(|m| top * m.powf(slope) / (m.powf(slope) + half.powf(slope))).collect();
    ChannelCurve::new(name, spend, &grid, Array2::from_shape_vec((1, nodes), values).unwrap(), 2.0).unwrap()
}

fn random_curve(u: &mut Uniforms, spend: f64, nodes: usize) -> ChannelCurve {
    let slope = if u.between(0.0, 1.0) < 0.5 { u.between(0.5, 1.0) } else { u.between(1.0, 6.0) };
    let shape = (u.between(0.1, 4.0) * spend, u.between(0.1, 2.5), slope);
    hill("channel", spend, shape, nodes)
}

fn mean(curves: &[ChannelCurve], multipliers: &[f64]) -> f64 {
    curves.iter().zip(multipliers).map(|(c, &m)| c.mean_at(m).unwrap()).sum()
}

/// Values of a channel at whole units of spend.
fn tabulate(curve: &ChannelCurve, unit: f64, (lo, hi): (usize, usize)) -> Vec<(usize, f64)> {
    let at = |j: usize| curve.mean_at((j as f64 * unit / curve.spend()).min(2.0)).unwrap();
    (lo..=hi).map(|j| (j, at(j))).collect()
}

/// Best value over all plans of one entry per table whose units sum to `left`.
fn exhaustive(tables: &[Vec<(usize, f64)>], left: usize) -> f64 {
    let Some((table, rest)) = tables.split_first() else {
        return if left == 0 { 0.0 } else { f64::NEG_INFINITY };
    };
    let tries = table.iter().take_while(|entry| entry.0 <= left);
    tries.map(|&(j, value)| value + exhaustive(rest, left - j)).fold(f64::NEG_INFINITY, f64::max)
}

#[test]
fn agrees_with_exhaustive_search_on_1500_problems() {
    let mut u = Uniforms(20_260_401);
    let (mut widest_gap, mut short) = (0.0_f64, 0);
    for case in 0..1500 {
        let n = 2 + case % 3;
        // Spends of a whole number of units, so that a coarse grid holds the bounds and today's plan.
        let spends: Vec<usize> = (0..n).map(|_| u.between(3.0, 10.0) as usize).collect();
        let curves: Vec<ChannelCurve> = spends.iter().map(|&s| random_curve(&mut u, s as f64, 21)).collect();
        let bounds: Vec<(usize, usize)> = spends
            .iter()
            .map(|&s| (u.between(0.0, s as f64) as usize, u.between(s as f64, 2.0 * s as f64 + 1.0) as usize))
            .collect();
        let least: usize = bounds.iter().map(|b| b.0).sum();
        let most: usize = bounds.iter().map(|b| b.1).sum();
        let budget = u.between(least as f64, most as f64 + 1.0) as usize;
        let limits = Limits {
            bounds: bounds
                .iter()
                .zip(&spends)
                .map(|(b, &s)| Bounds { lo: b.0 as f64 / s as f64, hi: b.1 as f64 / s as f64 })
                .collect(),
            groups: vec![],
        };
        let plan = optimise(&curves, budget as f64, &limits).unwrap();
        // Four times finer than the bounds, so that the enumeration sees the basins between them.
        let tables: Vec<Vec<(usize, f64)>> =
            curves.iter().zip(&bounds).map(|(c, b)| tabulate(c, 0.25, (4 * b.0, 4 * b.1))).collect();
        let brute = exhaustive(&tables, 4 * budget);
        let spent: f64 = plan.multipliers.iter().zip(&spends).map(|(m, &s)| m * s as f64).sum();
        assert!(
            (spent - budget as f64).abs() <= 1e-9 * budget as f64,
            "case {case}: spends {spent} of {budget}"
        );
        for (m, b) in plan.multipliers.iter().zip(&limits.bounds) {
            assert!((b.lo..=b.hi).contains(m), "case {case}: {m} outside {b:?}");
        }
        let again = mean(&curves, &plan.multipliers);
        assert!((again - plan.outcome).abs() <= 1e-9 * again.abs(), "case {case}");
        assert!(
            plan.upper_bound >= brute * (1.0 - 1e-12),
            "case {case}: bound {} < {brute}",
            plan.upper_bound
        );
        short += usize::from(plan.outcome < brute * (1.0 - 1e-6));
        widest_gap = widest_gap.max(plan.gap);
    }
    assert_eq!(short, 0, "plans worse than the enumeration by more than 1e-6");
    // The proof is nearly as sharp as the plan, although half of the curves are S-shaped.
    assert!(widest_gap < 2e-3, "gap {widest_gap}");
}

/// Two channels leave one degree of freedom, which can be scanned far below the optimiser's own units.
#[test]
fn agrees_with_a_dense_scan_of_two_channels() {
    let mut u = Uniforms(7);
    for case in 0..200 {
        let spends = [u.between(1.0, 9.0), u.between(1.0, 9.0)];
        let curves = [random_curve(&mut u, spends[0], 41), random_curve(&mut u, spends[1], 41)];
        let budget = u.between(0.2, 1.8) * (spends[0] + spends[1]);
        let plan = optimise(&curves, budget, &Limits::whole_curves(&curves)).unwrap();
        let (low, high) = ((budget - 2.0 * spends[1]).max(0.0), budget.min(2.0 * spends[0]));
        let scan = (0..=20_000).map(|k| {
            let x = low + (high - low) * k as f64 / 20_000.0;
            mean(&curves, &[(x / spends[0]).min(2.0), ((budget - x) / spends[1]).clamp(0.0, 2.0)])
        });
        let best = scan.fold(f64::NEG_INFINITY, f64::max);
        assert!((plan.outcome - best).abs() <= 1e-6 * best, "case {case}: {} against {best}", plan.outcome);
        assert!(plan.upper_bound >= best - 1e-12 * best, "case {case}");
    }
}

#[test]
fn thirty_channels_take_milliseconds_and_prove_their_gap() {
    let mut u = Uniforms(3);
    let curves: Vec<ChannelCurve> = (0..30)
        .map(|_| {
            let spend = u.between(0.0, 7.0).exp();
            random_curve(&mut u, spend, 41)
        })
        .collect();
    let today: f64 = curves.iter().map(ChannelCurve::spend).sum();
    for (limits, proven) in [(Limits::around_today(30, 0.3), 1e-3), (Limits::whole_curves(&curves), 1e-3)] {
        let start = std::time::Instant::now();
        let plan = optimise(&curves, today, &limits).unwrap();
        let took = start.elapsed();
        assert!(plan.gap < proven, "gap {}", plan.gap);
        assert!(plan.outcome >= mean(&curves, &[1.0; 30]));
        // Ten times what it takes on a slow core, so that only a change of order fails.
        assert!(took.as_millis() < 500, "{took:?}");
    }
}

#[test]
fn group_limits_hold_and_agree_with_exhaustive_search() {
    let mut u = Uniforms(11);
    for case in 0..200 {
        let spends: Vec<f64> = (0..3).map(|_| u.between(3.0, 8.0).floor()).collect();
        let curves: Vec<ChannelCurve> = spends.iter().map(|&s| random_curve(&mut u, s, 21)).collect();
        let pair = spends[0] + spends[1];
        let (lo, hi) = (u.between(0.0, pair).floor(), u.between(pair, 2.0 * pair).floor());
        let total: f64 = spends.iter().sum();
        let budget = u.between(lo, (hi + 2.0 * spends[2]).min(1.5 * total)).floor();
        let group = GroupLimit { name: "video".into(), channels: vec![0, 1], lo, hi };
        let limits = Limits { groups: vec![group], ..Limits::whole_curves(&curves) };
        let plan = optimise(&curves, budget, &limits).unwrap();
        let together = plan.multipliers[0] * spends[0] + plan.multipliers[1] * spends[1];
        assert!(together >= lo - 1e-9 && together <= hi + 1e-9, "case {case}: {together} not in {lo}..{hi}");
        let steps = |x: f64| (8.0 * x).round() as usize;
        let mut brute = f64::NEG_INFINITY;
        for a in 0..=steps(2.0 * spends[0]) {
            for b in 0..=steps(2.0 * spends[1]) {
                let (a, b) = (a as f64 / 8.0, b as f64 / 8.0);
                let c = budget - a - b;
                if (lo..=hi).contains(&(a + b)) && (0.0..=2.0 * spends[2]).contains(&c) {
                    brute = brute.max(mean(&curves, &[a / spends[0], b / spends[1], c / spends[2]]));
                }
            }
        }
        assert!(plan.outcome >= brute * (1.0 - 1e-6), "case {case}: {} < {brute}", plan.outcome);
        assert!(plan.upper_bound >= brute * (1.0 - 1e-12), "case {case}: bound");
        assert!(plan.gap <= 0.01, "case {case}: gap {}", plan.gap);
    }
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let curves = [hill("tv", 100.0, (300.0, 1.0, 1.0), 21), hill("search", 50.0, (90.0, 1.0, 1.0), 21)];
    let around = Limits::around_today(2, 0.3);
    let refuse = |budget: f64, limits: &Limits| optimise(&curves, budget, limits).unwrap_err();
    let error = refuse(200.0, &around);
    assert_eq!(error.to_string(), "budget 200 cannot be spent within the bounds, which allow 105 to 195");
    assert!(error.hint().is_some());
    assert!(matches!(refuse(100.0, &around), PlanningError::InfeasibleBudget { .. }));
    assert!(matches!(refuse(-1.0, &around), PlanningError::BadNumber { .. }));
    assert!(matches!(refuse(f64::NAN, &around), PlanningError::BadNumber { .. }));
    assert!(matches!(refuse(150.0, &Limits::around_today(3, 0.3)), PlanningError::Length { .. }));
    assert!(matches!(refuse(150.0, &Limits::around_today(2, 1.5)), PlanningError::OutsideCurve { .. }));
    let mut crossed = around.clone();
    crossed.bounds[1] = Bounds { lo: 1.2, hi: 0.8 };
    assert!(
        matches!(refuse(150.0, &crossed), PlanningError::BadBounds { ref channel, .. } if channel == "search")
    );
    let group = |channels: &[usize], lo: f64, hi: f64| GroupLimit {
        name: "g".into(),
        channels: channels.into(),
        lo,
        hi,
    };
    let grouped = |groups: Vec<GroupLimit>| Limits { groups, ..around.clone() };
    let error = refuse(150.0, &grouped(vec![group(&[0], 150.0, 200.0)]));
    assert_eq!(
        error.to_string(),
        "group `g` must spend 150 to 200, but its channels' bounds allow 70 to 130"
    );
    let twice = vec![group(&[0], 0.0, 200.0), group(&[0, 1], 0.0, 200.0)];
    assert!(matches!(refuse(150.0, &grouped(twice)), PlanningError::BadGroup { .. }));
    assert!(matches!(refuse(150.0, &grouped(vec![group(&[2], 0.0, 1.0)])), PlanningError::BadGroup { .. }));
    assert_eq!(optimise(&[], 0.0, &Limits::around_today(0, 0.3)).unwrap_err(), PlanningError::NoChannel);
}

#[test]
fn edges_have_defined_answers() {
    let tv = hill("tv", 100.0, (300.0, 1.0, 1.0), 21);
    let idle = hill("idle", 0.0, (0.0, 1.0, 1.0), 21);
    let curves = [tv, idle];
    let whole = Limits::whole_curves(&curves);
    let nothing = optimise(&curves, 0.0, &whole).unwrap();
    assert_eq!((nothing.multipliers, nothing.outcome, nothing.gap), (vec![0.0, 1.0], 0.0, 0.0));
    let most = optimise(&curves, 200.0, &whole).unwrap();
    assert_eq!((most.multipliers, most.marginal_return), (vec![2.0, 1.0], None));
    let one = optimise(&curves, 130.0, &whole).unwrap();
    assert!((one.multipliers[0] - 1.3).abs() < 1e-9 && one.gap < 1e-9);
    assert!(one.marginal_return.is_some());
    let only_idle = optimise(&curves[1..], 0.0, &Limits::around_today(1, 0.3)).unwrap();
    assert_eq!((only_idle.multipliers, only_idle.outcome), (vec![1.0], 0.0));
}

/// One to three channels, most of them S-shaped and some without spend, with budgets at both ends of what
/// the bounds allow, and outside.
#[test]
fn agrees_with_exhaustive_search_on_1000_edge_cases() {
    let mut u = Uniforms(41);
    let (mut refused, mut below, mut empty, mut idle, mut single) = (0, 0, 0, 0, 0);
    for case in 0..1000 {
        let n = 1 + case % 3;
        let spends: Vec<usize> = (0..n)
            .map(|_| if u.between(0.0, 1.0) < 0.2 { 0 } else { u.between(2.0, 7.0) as usize })
            .collect();
        let curves: Vec<ChannelCurve> = spends
            .iter()
            .map(|&s| {
                let slope = if u.between(0.0, 1.0) < 0.7 { u.between(1.5, 8.0) } else { 1.0 };
                let top = if s == 0 { 0.0 } else { u.between(0.1, 4.0) * s as f64 };
                hill("channel", s as f64, (top, u.between(0.2, 2.0), slope), 21)
            })
            .collect();
        let bounds: Vec<(usize, usize)> = spends
            .iter()
            .map(|&s| (u.between(0.0, s as f64) as usize, u.between(s as f64, 2.0 * s as f64 + 1.0) as usize))
            .collect();
        let (least, most): (usize, usize) =
            (bounds.iter().map(|b| b.0).sum(), bounds.iter().map(|b| b.1).sum());
        let limits = Limits {
            bounds: bounds
                .iter()
                .zip(&spends)
                .map(|(b, &s)| match s {
                    0 => Bounds { lo: 0.0, hi: 2.0 },
                    s => Bounds { lo: b.0 as f64 / s as f64, hi: b.1 as f64 / s as f64 },
                })
                .collect(),
            groups: vec![],
        };
        let budget = match case % 5 {
            0 => least,
            1 => most,
            2 if case % 2 == 0 || least == 0 => most + 1 + case % 7,
            2 => least - 1,
            _ => u.between(least as f64, most as f64 + 1.0) as usize,
        };
        if budget > most || budget < least {
            let error = optimise(&curves, budget as f64, &limits).unwrap_err();
            assert!(matches!(error, PlanningError::InfeasibleBudget { .. }), "case {case}: {error}");
            assert!(error.to_string().contains("which allow") && error.hint().is_some());
            refused += 1;
            below += usize::from(budget < least);
            continue;
        }
        let plan = optimise(&curves, budget as f64, &limits).unwrap();
        // A plan that spends more, or says it brings more than it does, would look better than the search.
        let spent: f64 = plan.multipliers.iter().zip(&spends).map(|(m, &s)| m * s as f64).sum();
        assert!((spent - budget as f64).abs() <= 1e-9 * budget as f64, "case {case}: {spent} of {budget}");
        for ((m, b), &s) in plan.multipliers.iter().zip(&limits.bounds).zip(&spends) {
            assert!(s == 0 || (b.lo..=b.hi).contains(m), "case {case}: {m} outside {b:?}");
        }
        let again = mean(&curves, &plan.multipliers);
        assert!((again - plan.outcome).abs() <= 1e-9 * again.abs(), "case {case}: {again}");
        assert!(plan.outcome <= plan.upper_bound, "case {case}");
        let active: Vec<usize> = (0..n).filter(|i| spends[*i] > 0).collect();
        let tables: Vec<Vec<(usize, f64)>> =
            active.iter().map(|&i| tabulate(&curves[i], 0.25, (4 * bounds[i].0, 4 * bounds[i].1))).collect();
        let brute = exhaustive(&tables, 4 * budget);
        assert!(plan.outcome >= brute - 1e-6 * brute.abs(), "case {case}: {} < {brute}", plan.outcome);
        assert!(
            plan.upper_bound >= brute * (1.0 - 1e-12),
            "case {case}: bound {} < {brute}",
            plan.upper_bound
        );
        empty += usize::from(budget == 0);
        idle += usize::from(active.len() < n);
        single += usize::from(active.len() == 1);
    }
    assert!(
        refused >= 150 && below >= 20 && empty >= 20 && idle >= 200 && single >= 200,
        "{refused} {below} {empty} {idle} {single}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// More money within the same bounds never brings less, and today's plan is never beaten by its own
    /// optimum; both with the value recomputed from the plan.
    #[test]
    fn budget_monotone_and_never_worse_than_today(seed in any::<u64>(), n in 1..7usize) {
        let mut u = Uniforms(seed);
        let curves: Vec<ChannelCurve> = (0..n).map(|_| {
            let spend = u.between(-2.0, 6.0).exp();
            random_curve(&mut u, spend, 41)
        }).collect();
        let today: f64 = curves.iter().map(ChannelCurve::spend).sum();
        let limits = Limits::around_today(n, u.between(0.05, 0.95));
        let step = limits.bounds[0].hi - 1.0;
        let mut before = 0.0;
        for k in -2..=2 {
            let plan = optimise(&curves, today * (1.0 + 0.5 * step * f64::from(k)), &limits).unwrap();
            prop_assert!(plan.outcome >= before * (1.0 - 1e-7), "{} after {}", plan.outcome, before);
            prop_assert!((mean(&curves, &plan.multipliers) - plan.outcome).abs() <= 1e-9 * plan.outcome);
            prop_assert!(plan.upper_bound >= plan.outcome);
            before = plan.outcome;
            if k == 0 {
                let now = mean(&curves, &vec![1.0; n]);
                prop_assert!(plan.outcome >= now && plan.upper_bound >= now);
            }
        }
    }
}
