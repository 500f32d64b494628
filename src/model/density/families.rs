//! The gradient of every combination of carry-over and saturation, of every scale of the effect.

use super::tests::{assert_gradient, data, point};
use super::*;
use crate::config::{
    Adstock, Drift, EffectPrior, FitConfig, LogNormalPrior, SaturationFamily, UncheckedConfig,
};

const CARRY_OVERS: [Adstock; 9] = [
    Adstock::Geometric { max_lag: None },
    Adstock::Geometric { max_lag: Some(5) },
    Adstock::Delayed { peak: 1.5, max_lag: 6 },
    Adstock::Binomial { max_lag: 7 },
    Adstock::Pascal { r: 2 },
    Adstock::WeibullPdf { shape: 2.0, max_lag: 6 },
    Adstock::WeibullCdf { shape: 0.8, max_lag: 6 },
    Adstock::Dual,
    Adstock::None,
];

const SATURATIONS: [SaturationFamily; 6] = [
    SaturationFamily::Hill,
    SaturationFamily::MichaelisMenten,
    SaturationFamily::Logistic,
    SaturationFamily::Exponential,
    SaturationFamily::Root { p: 0.4 },
    SaturationFamily::Linear,
];

fn config(adstock: Adstock, saturation: SaturationFamily) -> FitConfig {
    let prior = LogNormalPrior::Interval { low: 0.05, high: 0.6, mass: 0.9 };
    let set = |c: &mut UncheckedConfig| {
        (c.model.adstock, c.model.saturation) = (adstock, saturation);
        let scales = [EffectPrior::MarginalRoi(prior), EffectPrior::Roi(prior), EffectPrior::Share(prior)];
        for (name, scale) in ["tv", "late", "search"].into_iter().zip(scales) {
            c.channels.entry(name.into()).or_default().prior = Some(scale);
        }
    };
    FitConfig::default().with(set).unwrap()
}

#[test]
fn every_combination_has_the_gradient_of_its_density() {
    for n_geos in [1, 3] {
        for (adstock, saturation) in CARRY_OVERS.iter().flat_map(|a| SATURATIONS.map(|s| (*a, s))) {
            let density = Density::new(Design::new(&data(n_geos, 45), &config(adstock, saturation)).unwrap());
            for (seed, width) in [(1, 0.3), (2, 1.2)] {
                let q = point(density.layout.dim, seed, width);
                assert_gradient(&density, q, &format!("{n_geos} geos, {adstock:?}, {saturation}, {width}"));
            }
        }
    }
}

#[test]
fn a_drift_has_the_gradient_of_its_density_whatever_the_carry_over() {
    for (adstock, saturation) in CARRY_OVERS.into_iter().zip(SATURATIONS.into_iter().cycle()) {
        let config = config(adstock, saturation).with(|c| c.model.drift = Drift::HalfYearly).unwrap();
        for n_geos in [1, 3] {
            let density = Density::new(Design::new(&data(n_geos, 80), &config).unwrap());
            let q = point(density.layout.dim, 3, 0.8);
            assert_gradient(&density, q, &format!("{n_geos} geos, {adstock:?}, {saturation}"));
        }
    }
}

/// The return over the window is what the parameter says, however the effect drifts; the coefficient is today's.
#[test]
fn a_drift_leaves_the_return_and_ends_at_one() {
    let config = FitConfig::default().with(|c| c.model.drift = Drift::HalfYearly).unwrap();
    let density = Density::new(Design::new(&data(3, 80), &config).unwrap());
    let (design, mut state) = (&density.design, density.state());
    density.locate(&point(density.layout.dim, 5, 1.0), &mut state);
    let (c, n) = (2, design.n_periods);
    let drift = state.theta.drift(c).unwrap().to_vec();
    assert!(drift[n - 1] == 1.0 && (drift[0] - 1.0).abs() > 0.01, "{drift:?}");
    let brought: f64 = (0..3 * n)
        .map(|i| {
            let series = c * 3 + i / n;
            design.outcome.value[i] * state.media.beta[series] * state.media.effect[series * n + i % n]
        })
        .sum();
    let roi = brought / design.media.channels[c].numeraire;
    assert!((roi.ln() - state.theta.ln_effect[c]).abs() < 1e-9, "{roi}");
}

/// Values that a start, a draw of the prior and a decoding share coordinates for: as many as there are parameters.
#[test]
fn a_curve_without_a_maximum_has_no_half_saturation() {
    let dim = |saturation| {
        Density::new(Design::new(&data(1, 45), &config(Adstock::default(), saturation)).unwrap()).layout.dim
    };
    let hill = dim(SaturationFamily::Hill);
    assert_eq!(dim(SaturationFamily::Logistic), hill - 4);
    assert_eq!(dim(SaturationFamily::Linear), hill - 8);
}
