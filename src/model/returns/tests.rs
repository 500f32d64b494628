use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;

/// Standard deviation of one value of either part.
fn sd(prior: &ReturnsPrior) -> f64 {
    let parts = || {
        prior.nodes.iter().flat_map(|n| {
            [
                (n.weight * (1.0 - WEAK_SHARE), n.level, n.spread),
                (n.weight * WEAK_SHARE, n.weak_mean, WEAK_SD),
            ]
        })
    };
    let mean: f64 = parts().map(|(w, m, _)| w * m).sum();
    parts().map(|(w, m, s)| w * (s * s + (m - mean).powi(2))).sum::<f64>().sqrt()
}

/// Of so many channels without a gap.
fn prior(n: usize) -> ReturnsPrior {
    with_gaps(vec![GapPrior::none(); n])
}

fn with_gaps(gaps: Vec<GapPrior>) -> ReturnsPrior {
    let money = Belief { weight: 0.7, mean: 0.3, sd: 0.0, spreads: &[(0.4, 1.0)] };
    let shares = Belief { weight: 0.3, mean: 2.0, sd: 0.7, spreads: &[(0.3, 0.4), (1.2, 0.6)] };
    ReturnsPrior::new(&[money, shares]).shared_by(gaps)
}

/// Channels as different as they come.
fn unequal() -> Vec<GapPrior> {
    let captures = GapPrior::mixture(&[(0.8, -0.5, 0.4), (0.2, -1.5, 1.0)]);
    vec![GapPrior::none(), captures, GapPrior::around(0.0, 0.2), GapPrior::around(-0.3, 0.1)]
}

/// Log density and its gradient.
fn at(prior: &ReturnsPrior, x: &[f64]) -> (f64, Vec<f64>) {
    let mut state = prior.state();
    state.ln_effect.copy_from_slice(x);
    prior.density::<false>(&mut state);
    (state.log_density, state.gradient)
}

#[test]
fn gradient_matches_central_differences() {
    let priors = [prior(4), with_gaps(unequal())];
    let points = [[0.3, -1.0, 2.5, 0.9], [-9.0, 0.3, 0.2, 7.0]];
    for (prior, x) in priors.iter().flat_map(|prior| points.map(|x| (prior, x))) {
        let (_, grad) = at(prior, &x);
        for c in 0..4 {
            let moved = |h: f64| {
                let mut y = x;
                y[c] += h;
                at(prior, &y).0
            };
            let numeric = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((grad[c] - numeric).abs() < 1e-7, "{} {numeric}", grad[c]);
        }
    }
}

/// Summed over a fine grid, the density of one value is a density with the moments that are told.
#[test]
fn density_of_one_value_has_the_told_spread() {
    let (prior, step) = (prior(1), 1e-3);
    let mut sums = [0.0; 3];
    for i in -15_000..15_000 {
        let x = step * f64::from(i);
        let p = step * at(&prior, &[x]).0.exp() / std::f64::consts::TAU.sqrt();
        for (k, sum) in sums.iter_mut().enumerate() {
            *sum += p * x.powi(k as i32);
        }
    }
    assert!((sums[0] - 1.0).abs() < 1e-9, "{}", sums[0]);
    let spread = (sums[2] - sums[1] * sums[1]).sqrt();
    assert!((spread / sd(&prior) - 1.0).abs() < 1e-9, "{spread} {}", sd(&prior));
    // 0.7 · 0.3 + 0.3 · 2
    assert!((prior.centre() - 0.81).abs() < 1e-12);
}

/// One value of a fifth of all channels lies about a seventh of the usual.
#[test]
fn draws_have_the_spread_and_the_weak_share() {
    let prior = prior(1);
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let draws: Vec<f64> = (0..40_000).flat_map(|_| prior.draw(&mut rng)).collect();
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let spread = (draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    assert!((spread / sd(&prior) - 1.0).abs() < 0.02, "{spread} {}", sd(&prior));
    let below = draws.iter().filter(|x| **x < -1.6).count() as f64 / n;
    // A half of 0.7 · 0.2, Φ(−1.7) of 0.3 · 0.2 and what the widest spread adds.
    assert!((0.070..0.082).contains(&below), "{below}");
}

/// A belief with little weight, however far away, hardly widens what most of the prior says.
#[test]
fn usual_spread_is_that_of_the_middle_half() {
    let money = Belief { weight: 1.0, mean: 0.3, sd: 0.0, spreads: &[(0.4, 1.0)] };
    let alone = ReturnsPrior::new(std::slice::from_ref(&money)).usual_sd();
    assert!((alone - 0.4).abs() < 1e-8, "{alone}");
    let far = Belief { weight: 0.05, mean: 5.0, sd: 0.7, spreads: &[(1.2, 1.0)] };
    let both = ReturnsPrior::new(&[Belief { weight: 0.95, ..money }, far]).usual_sd();
    // Φ⁻¹(0.25 / 0.95) and Φ⁻¹(0.75 / 0.95).
    assert!((both - 0.4 * (0.8046 + 0.6336) / MIDDLE_HALF).abs() < 1e-3, "{both}");
}

/// A fifth of the prior is the weak part, which lies far below and is broad.
#[test]
fn quantiles_are_those_of_both_parts() {
    let money = Belief { weight: 1.0, mean: 0.3, sd: 0.0, spreads: &[(0.4, 1.0)] };
    let prior = ReturnsPrior::new(&[money]);
    for p in [0.01, 0.05, 0.5, 0.95, 0.999] {
        let x = prior.quantile(p);
        assert!((prior.below_given_others(&[x])[0] - p).abs() < 1e-8, "{p}");
    }
    let (usual, weak) = (0.8 * 0.5, 0.2 * 0.971_283_440_183_998);
    let below = prior.below_given_others(&[0.3, f64::NEG_INFINITY]);
    assert!((below[0] - usual - weak).abs() < 1e-9, "half of the usual, Φ(1.9) of the weak");
    assert_eq!(below[1], 0.5);
}

/// With the level at −1 or 1, all but a weak part of a channel beside others at 1 lies about 1.
#[test]
fn what_the_others_return_moves_what_is_expected() {
    let at = |mean| Belief { weight: 0.5, mean, sd: 0.0, spreads: &[(0.2, 1.0)] };
    let prior = ReturnsPrior::new(&[at(-1.0), at(1.0)]);
    let alone = prior.below_given_others(&[1.0])[0];
    let beside = prior.below_given_others(&[1.0, 1.1, 0.9])[0];
    // Half of the usual and Φ(1.9) of the weak part; alone half of the prior is far below.
    assert!((beside - 0.8 * 0.5 - 0.2 * 0.971_283_440_183_998).abs() < 1e-3, "{beside}");
    assert!(alone > beside + 0.1, "{alone} {beside}");
}

/// What one channel returns tells of the others only through the node.
#[test]
fn channels_are_exchangeable() {
    let (a, b) = ([0.1, 1.9, -2.0], [-2.0, 0.1, 1.9]);
    let p = prior(3);
    let difference = at(&p, &a).0 - at(&p, &b).0;
    assert!(difference.abs() < 1e-12);
}

/// Drawn from the prior, δ given the effects has the prior's own moments: the conditional is the joint's.
#[test]
fn gaps_given_effects_of_the_prior_are_those_of_the_prior() {
    let prior = with_gaps(unequal());
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let (n, mut sums) = (40_000, [[0.0; 2]; 4]);
    for _ in 0..n {
        let effects = prior.draw(&mut rng);
        for (sum, gap) in sums.iter_mut().zip(prior.draw_gaps(&effects, &mut rng)) {
            *sum = [sum[0] + gap, sum[1] + gap * gap];
        }
    }
    for (gap, [sum, squares]) in prior.gaps().iter().zip(sums) {
        let mean = sum / f64::from(n);
        let sd = (squares / f64::from(n) - mean * mean).max(0.0).sqrt();
        let (want, spread) = gap.moments();
        assert!((mean - want).abs() < 0.02 && (sd - spread).abs() < 0.02, "{mean} {want}, {sd} {spread}");
    }
}

/// An effect far above what is expected is a gap rather than a return, where there may be one.
#[test]
fn a_return_far_above_expectation_is_demand() {
    let prior = with_gaps(unequal());
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let far: Vec<Vec<f64>> = (0..2_000).map(|_| prior.draw_gaps(&[0.3, 2.3, 0.3, 0.3], &mut rng)).collect();
    let mean = |c: usize| far.iter().map(|gaps| gaps[c]).sum::<f64>() / far.len() as f64;
    assert!(mean(1) < -0.9 && mean(2).abs() < 0.05 && mean(0) == 0.0, "{} {}", mean(1), mean(2));
}
