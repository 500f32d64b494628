//! What a test brought: Σ_c e^{δ_c} Σ_{g, t} u_gt β_gc [h(a(x)) − h(a(x⁰))].
//!
//! Of a reading over the cells that it counted, in the unit u of its estimate; of a contrast in outcome units, over
//! the treated geos' cells until less than 5 % of the carry-over is left.

use std::ops::Range;

use super::super::design::Design;
use super::super::media::{Counterfactual, OtherExposure};
use super::super::terms::At;
use super::exposures::without;
use crate::data::{Dataset, Estimand, Experiment, Reading};

/// The exposures without a test, and what a scaled outcome unit counts in each period of their windows.
#[derive(Debug, Clone)]
pub(super) struct Lift {
    /// One for each tested channel and treated geo.
    pub(super) exposures: Vec<OtherExposure>,
    /// Units per scaled outcome unit, for each of them over its window.
    pub(super) units: Vec<Vec<f64>>,
}

impl Lift {
    /// That of a test of the same data as the design.
    pub(super) fn of(test: &Experiment, design: &Design, data: &Dataset) -> Lift {
        let counted = counted(test, design);
        let window = test.treated.start.min(counted.start)..counted.end;
        let exposures = without(test, design, window.clone());
        let unit = |geo: usize, t: usize| {
            let worth = match test.reading() {
                Some(Reading { what: Estimand::Roi, .. }) => {
                    data.value_per_outcome(geo, t) / test.spend_change
                }
                _ => 1.0,
            };
            let counts = counted.contains(&t) && data.present[[geo, t]];
            if counts { test.people() * worth * design.outcome.scale[geo] } else { 0.0 }
        };
        let units = exposures.iter().map(|of| window.clone().map(|t| unit(of.geo, t)).collect()).collect();
        Lift { exposures, units }
    }
}

/// Periods whose effects count.
fn counted(test: &Experiment, design: &Design) -> Range<usize> {
    if test.reading().is_some() {
        return test.counted.clone();
    }
    let lags = test.channels.iter().map(|c| design.media.channels[*c].carry_over_periods()).max();
    let end = test.treated.end.saturating_add(lags.unwrap_or(0));
    test.treated.start..end.min(design.n_periods)
}

/// Σ u (h − h⁰) of one exposure, and the β by which that counts.
pub(super) fn part(of: &OtherExposure, units: &[f64], at: At, without: &Counterfactual) -> (f64, f64) {
    let series = of.channel * at.design.n_geos + of.geo;
    let effect = &at.media.effect[series * at.design.n_periods..][of.window.clone()];
    let differences = effect.iter().zip(without.effect()).map(|(h, h0)| h - h0);
    (units.iter().zip(differences).map(|(u, d)| u * d).sum(), at.media.beta[series])
}

/// Predicts what tests brought, wherever a density was evaluated.
#[derive(Debug, Clone)]
pub struct TestLifts {
    tests: Vec<Vec<(Counterfactual, Vec<f64>)>>,
}

impl TestLifts {
    /// Of tests of the same data as the design.
    pub fn new(tests: &[Experiment], design: &Design, data: &Dataset) -> TestLifts {
        let of = |test| {
            let Lift { exposures, units } = Lift::of(test, design, data);
            let room = |of: OtherExposure| {
                let adstock = design.media.channels[of.channel].adstock;
                Counterfactual::new(of, adstock)
            };
            exposures.into_iter().map(room).zip(units).collect()
        };
        TestLifts { tests: tests.iter().map(of).collect() }
    }

    /// What each test brought, in its order: the unit of a reading's estimate, outcome units for a contrast.
    pub fn at(&mut self, at: At) -> Vec<f64> {
        let mut of = |parts: &mut Vec<(Counterfactual, Vec<f64>)>| {
            let of_part = |(without, units): &mut (Counterfactual, Vec<f64>)| {
                // The same sums on every machine, at a hundredth of the cost of a draw.
                without.forward::<false>(at.theta);
                let (difference, beta) = part(without.of(), units, at, without);
                at.theta.gap[without.of().channel].exp() * beta * difference
            };
            parts.iter_mut().map(of_part).sum()
        };
        self.tests.iter_mut().map(&mut of).collect()
    }
}
