//! Values of the families by hand, their derivatives by differences, and what follows for series.

use super::*;
use crate::config::SaturationFamily;

const FAMILIES: [SaturationFamily; 6] = [
    SaturationFamily::Hill,
    SaturationFamily::MichaelisMenten,
    SaturationFamily::Logistic,
    SaturationFamily::Exponential,
    SaturationFamily::Root { p: 0.5 },
    SaturationFamily::Linear,
];

fn of(family: SaturationFamily, half: f64) -> Saturation {
    Saturation::new(family, half.ln(), if family.has_slope() { 1.3 } else { 1.0 })
}

fn near(got: f64, want: f64, what: &str) {
    assert!((got - want).abs() < 1e-13 * want.abs().max(1e-3), "{what}: {got}, not {want}");
}

#[test]
fn values_by_hand() {
    // Logistic, K = 2: λ = ln 3 / 2, so e^(−λ·4) = 1/9 and h(4) = (8/9) / (10/9).
    let logistic = of(SaturationFamily::Logistic, 2.0);
    near(logistic.value(4.0), 0.8, "logistic at 2K");
    near(logistic.value(1.0), (3f64.sqrt() - 1.0) / (3f64.sqrt() + 1.0), "logistic at K/2");
    // Exponential, K = 2: 1 − 2⁻², 1 − 2^(−½).
    let exponential = of(SaturationFamily::Exponential, 2.0);
    near(exponential.value(4.0), 0.75, "exponential at 2K");
    near(exponential.value(1.0), 1.0 - 0.5f64.sqrt(), "exponential at K/2");
    // Root, A = 4: √(9/4); linear: 9/4.
    near(of(SaturationFamily::Root { p: 0.5 }, 4.0).value(9.0), 1.5, "root");
    near(of(SaturationFamily::Linear, 4.0).value(9.0), 2.25, "linear");
    for family in FAMILIES {
        assert_eq!(of(family, 2.0).value(0.0), 0.0, "{family}");
        near(of(family, 2.0).value(2.0), if family.has_maximum() { 0.5 } else { 1.0 }, "at K");
    }
}

#[test]
fn the_derivative_by_the_exposure_and_its_elasticity_are_one() {
    for family in FAMILIES {
        let curve = of(family, 2.0);
        for a in [1e-6, 1e-4, 0.0021, 0.3, 2.0, 9.0] {
            let step = 1e-5 * a;
            let numeric = (curve.value(a + step) - curve.value(a - step)) / (2.0 * step);
            let (mut h, mut z, mut d) = ([0.0], [0.0], [0.0]);
            let mut out = Response { effect: &mut h, logit: &mut z, by_parameter: &mut d };
            curve.forward::<false>(&[a], &[1.0], &mut out);
            assert!((d[0] / numeric - 1.0).abs() < 1e-7, "{family} at {a}: {} {numeric}", d[0]);
            let elasticity = curve.elasticity::<false>(&[1.0], &h);
            assert!((elasticity / (a * d[0]) - 1.0).abs() < 1e-11, "{family} at {a}: {elasticity}");
            near(curve.marginal::<false>(3.0, &[1.0], &h, &[1.0 - h[0]]), 3.0 * elasticity, "marginal");
            // d elasticity / dh by a step of the exposure.
            let at = |a: f64| (curve.value(a), curve.elasticity::<false>(&[1.0], &[curve.value(a)]));
            let (up, down) = (at(a * 1.001), at(a * 0.999));
            let numeric = (up.1 - down.1) / (up.0 - down.0);
            let own = curve.elasticity_by_effect(h[0], z[0]);
            assert!((own - numeric).abs() < 1e-5, "{family} at {a}: {own} {numeric}");
        }
    }
}

#[test]
fn a_series_at_multiples_is_the_curve_of_the_multiplied_exposure() {
    let multipliers = [0.0, 0.02, 0.5, 1.0, 1.9, 2.0];
    let exposure: Vec<f64> = (0..131).map(|t| f64::from(t % 11) * 0.4).collect();
    let weight: Vec<f64> = (0..131).map(|t| 1.0 + f64::from(t % 3)).collect();
    for family in FAMILIES {
        let curve = of(family, 2.0);
        let mut effect = vec![0.0; exposure.len()];
        curve.effects::<false>(&exposure, &mut effect);
        let today: f64 = weight.iter().zip(&effect).map(|(w, h)| 3.0 * w * h).sum();
        let mut multiples = Multiples::new(curve, &multipliers, exposure.len());
        let mut got = [9.0; 6];
        multiples.fill(&weight, &effect);
        multiples.curve::<false>((3.0, today), &mut got);
        for (got, m) in got.iter().zip(multipliers) {
            let want: f64 = weight.iter().zip(&exposure).map(|(w, a)| 3.0 * w * curve.value(m * a)).sum();
            // Hill curves are in single precision there.
            assert!((got - want).abs() < 1e-6 * today, "{family} at {m}: {got} {want}");
        }
        let mut double = [9.0; 6];
        curve.at_multiples::<false>(&weight, &mut effect, &multipliers, &mut double);
        near(3.0 * double[3], today, "at once");
    }
}

#[test]
fn derivatives_by_the_parameters_match_central_differences() {
    let (a, by_media) =
        ([0.0, 0.2, 1.0, 3.0, 8.0, 0.0, 0.7, 2.2, 5.0], [1.0, -2.0, 0.5, 1.5, 0.7, 1.0, 2.0, 1.0, -0.3]);
    for family in FAMILIES {
        let sum = |ln_half: f64| {
            let curve = of(family, ln_half.exp());
            a.iter().zip(by_media).map(|(a, w)| w * curve.value(*a)).sum::<f64>()
        };
        let curve = of(family, 2.0);
        let (mut h, mut z, mut d) = ([0.0; 9], [0.0; 9], [0.0; 9]);
        let mut out = Response { effect: &mut h, logit: &mut z, by_parameter: &mut d };
        curve.forward::<false>(&a, &a, &mut out);
        let mut sums = ShapeSums::new(curve);
        let series = Responded { effect: &h, logit: &z, by_retention: &d };
        sums.add_series::<false>(
            &series,
            &Cotangent { beta: 1.0, by_media: &by_media, cost: 0.0, weight: &by_media },
            |_, _| 1.0,
        );
        let numeric = (sum(2f64.ln() + 1e-5) - sum(2f64.ln() - 1e-5)) / 2e-5;
        let total = sums.total();
        assert!((total.ln_half_saturation - numeric).abs() < 1e-9, "{family}: {total:?} {numeric}");
        // With da/dθ = a the first is the derivative by ln a, which is that by −ln K.
        assert!((total.retention + numeric).abs() < 1e-9, "{family}: {total:?} {numeric}");
    }
}

#[test]
fn extreme_exposures_stay_finite() {
    for family in FAMILIES {
        for half in [1e-20, 1.0, 1e20] {
            let curve = of(family, half);
            for a in [0.0, 5e-324, 1e-200, 1e-149, 1e-10, 1.0, 1e10] {
                let (mut h, mut z, mut d) = ([0.0], [0.0], [0.0]);
                let mut out = Response { effect: &mut h, logit: &mut z, by_parameter: &mut d };
                curve.forward::<false>(&[a], &[1.0], &mut out);
                let elasticity = curve.elasticity::<false>(&[1.0], &h);
                assert!([h[0], z[0], d[0], elasticity].iter().all(|x| x.is_finite()), "{family} {half} {a}");
                assert!(h[0] >= 0.0 && (h[0] <= 1.0 || !family.has_maximum()));
            }
        }
    }
}
