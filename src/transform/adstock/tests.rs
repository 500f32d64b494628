//! Kernels by hand and by central differences.

use super::*;
use crate::config::Adstock;

fn apply(kind: Adstock, alpha: f64, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut a, mut d) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let mut carry = Carry::new(kind);
    carry.set(alpha);
    carry.apply::<false>(x, &mut a, &mut d);
    if carry.is_recurrence() {
        // Several series together are each as one alone.
        let block = [x; LANES].concat();
        let (mut aa, mut dd) = (block.clone(), block.clone());
        geometric::<false>([alpha; LANES], &block, &mut aa, &mut dd);
        assert_eq!((&a[..], &d[..]), (&aa[2 * x.len()..3 * x.len()], &dd[2 * x.len()..3 * x.len()]));
    }
    (a, d)
}

#[test]
fn geometric_by_hand() {
    // α = ½: 8 → 4; 0 → 2; 4 → 2 + 1 = 3.
    assert_eq!(apply(Adstock::Geometric { max_lag: None }, 0.5, &[8.0, 0.0, 4.0]).0, [4.0, 2.0, 3.0]);
    // Two lags, weights 1 and ½ over 1.5: 6 → 4; then 2.
    let (a, _) = apply(Adstock::Geometric { max_lag: Some(1) }, 0.5, &[6.0, 0.0, 0.0]);
    assert!((a[0] - 4.0).abs() < 1e-14 && (a[1] - 2.0).abs() < 1e-14 && a[2] == 0.0);
}

#[test]
fn delayed_and_binomial_by_hand() {
    // peak 1, α = ½: weights ½, 1, ½ over 2.
    let (a, _) = apply(Adstock::Delayed { peak: 1.0, max_lag: 2 }, 0.5, &[4.0, 0.0, 0.0]);
    assert!([1.0, 2.0, 1.0].iter().zip(&a).all(|(w, g)| (w - g).abs() < 1e-14), "{a:?}");
    // α = ½: weights 1, ⅔, ⅓ over 2.
    let (a, _) = apply(Adstock::Binomial { max_lag: 2 }, 0.5, &[6.0, 0.0, 0.0]);
    assert!([3.0, 2.0, 1.0].iter().zip(&a).all(|(w, g)| (w - g).abs() < 1e-13), "{a:?}");
    assert_eq!(apply(Adstock::None, 0.5, &[3.0, 1.0]).0, [3.0, 1.0]);
}

#[test]
fn weibull_by_hand() {
    // Scale 1 + ½ · 2 = 2. Density with shape 2, x e^{−(x/2)²}: e^{−¼}, 2 e^{−1}, 3 e^{−9/4}.
    let (a, _) = apply(Adstock::WeibullPdf { shape: 2.0, max_lag: 2 }, 0.5, &[1.0, 0.0, 0.0]);
    let of = [(-0.25f64).exp(), 2.0 * (-1.0f64).exp(), 3.0 * (-2.25f64).exp()];
    assert!(of.iter().zip(&a).all(|(w, g)| (w / of.iter().sum::<f64>() - g).abs() < 1e-14), "{a:?}");
    // Survival with shape 1: 1, e^{−½}, e^{−½} e^{−1}.
    let (a, _) = apply(Adstock::WeibullCdf { shape: 1.0, max_lag: 2 }, 0.5, &[1.0, 0.0, 0.0]);
    let of = [1.0, (-0.5f64).exp(), (-1.5f64).exp()];
    assert!(of.iter().zip(&a).all(|(w, g)| (w / of.iter().sum::<f64>() - g).abs() < 1e-14), "{a:?}");
}

#[test]
fn silence_stays_exactly_zero() {
    let kinds = [Adstock::Geometric { max_lag: None }, Adstock::Geometric { max_lag: Some(3) }];
    for kind in kinds {
        let (a, d) = apply(kind, 0.7, &[0.0, 0.0, 0.0]);
        assert!(a.iter().chain(&d).all(|v| *v == 0.0));
    }
    // After a burst the truncated kernel is exactly off again.
    let (a, _) = apply(kinds[1], 0.7, &[5.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert!(a[4] > 0.0 && a[5] == 0.0 && a[6] == 0.0);
}

#[test]
fn derivatives_match_central_differences() {
    let x = [3.0, 0.0, 1.0, 7.0, 0.0, 0.0, 2.0, 5.0];
    for kind in [
        Adstock::Geometric { max_lag: None },
        Adstock::Geometric { max_lag: Some(4) },
        Adstock::Delayed { peak: 1.5, max_lag: 5 },
        Adstock::Binomial { max_lag: 5 },
        Adstock::WeibullPdf { shape: 2.5, max_lag: 5 },
        Adstock::WeibullPdf { shape: 0.7, max_lag: 5 },
        Adstock::WeibullCdf { shape: 1.6, max_lag: 5 },
    ] {
        for alpha in [0.05, 0.4, 0.93] {
            let h = 1e-6;
            let (_, d) = apply(kind, alpha, &x);
            let (up, down) = (apply(kind, alpha + h, &x).0, apply(kind, alpha - h, &x).0);
            for t in 0..x.len() {
                let numeric = (up[t] - down[t]) / (2.0 * h);
                assert!((d[t] - numeric).abs() < 1e-7, "{kind:?} {alpha} {t}: {} {numeric}", d[t]);
            }
        }
    }
}

#[test]
fn half_life_and_carryover_by_hand() {
    let kind = Adstock::Geometric { max_lag: None };
    assert!((half_life(kind, 0.5) - 1.0).abs() < 1e-15);
    assert_eq!(carryover_share(kind, 0.3), 0.3);
    // Weights ⅔, ⅓: half has come after three quarters of the first period.
    assert!((half_life(Adstock::Geometric { max_lag: Some(1) }, 0.5) - 0.75).abs() < 1e-14);
    assert!((carryover_share(Adstock::Geometric { max_lag: Some(1) }, 0.5) - 1.0 / 3.0).abs() < 1e-14);
}

/// By the effect of a pulse: what is left after the periods is below 5 %, one period earlier it is not.
#[test]
fn carry_over_is_gone_below_five_per_cent() {
    let kinds = [
        Adstock::Geometric { max_lag: None },
        Adstock::Geometric { max_lag: Some(2) },
        Adstock::Delayed { peak: 2.0, max_lag: 8 },
        Adstock::Binomial { max_lag: 6 },
        Adstock::Pascal { r: 2 },
        Adstock::None,
    ];
    for kind in kinds {
        for retention in [0.02, 0.3, 0.5, 0.8] {
            let mut pulse = vec![0.0; 120];
            pulse[0] = 1.0;
            let (effect, _) = apply(kind, retention, &pulse);
            let left = |periods: usize| 1.0 - effect[..periods].iter().sum::<f64>();
            let lags = carry_over_periods(kind, retention);
            assert!(left(lags + 1) < 0.05, "{kind:?} {retention}: {lags}");
            assert!(lags == 0 || left(lags) >= 0.05, "{kind:?} {retention}: {lags}");
        }
    }
    assert!(carry_over_periods(Adstock::Geometric { max_lag: None }, 1.0) > 100_000);
}
