//! Whether another recommended plan is another plan, or the same one found with other random numbers.
//!
//! Near its best a plan's value is flat: two fits of one data set recommend splits that differ by a tenth of a
//! channel's spend and bring the same. So the old plan, brought to the new plan's spend, is valued under the new
//! posterior draw by draw.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::channels::recommended;
use super::side::Side;
use crate::planning::ChannelCurve;
use crate::posterior::Summary;

/// Standard errors of a mean beyond which it is no accident of simulation.
const BEYOND_ERROR: f64 = 2.0;

/// The old recommended plan against the new one, over the new plan's window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanChange {
    /// Probability, in the new fit, that the old plan brings less than the new one.
    pub p_old_is_worse: f64,
    /// What the new plan brings beyond the old one, in the new fit.
    pub gain: Summary,
    /// What the old fit expects of the same; a mean of 0 or more is no change of mind.
    pub gain_before: Summary,
    /// Monte Carlo standard errors of the two means: old and new.
    pub simulation_error: [f64; 2],
}

impl PlanChange {
    /// `None` where a fit recommends nothing, or its curves are not at hand.
    pub(super) fn of(old: &Side, new: &Side) -> Option<PlanChange> {
        let after = gain(new, [old, new])?;
        let before = gain(old, [old, new])?;
        let (now, then) = (Summary::of(&after), Summary::of(&before));
        let worse = after.iter().filter(|gain| **gain > 0.0).count();
        Some(PlanChange {
            p_old_is_worse: worse as f64 / after.len().max(1) as f64,
            gain: now,
            gain_before: then,
            simulation_error: [error(old, then.sd, before.len()), error(new, now.sd, after.len())],
        })
    }

    /// Whether the old plan is worse with that probability, and each fit sure beyond its simulation error that its
    /// own plan is the better one.
    pub(super) fn is_material(&self, probability: f64) -> bool {
        let [then, now] = self.simulation_error.map(|error| BEYOND_ERROR * error);
        self.p_old_is_worse >= probability && self.gain.mean > now && self.gain_before.mean < -then
    }
}

/// The error of a mean of draws by the smallest effective number of them that the fit has.
fn error(side: &Side, sd: f64, n_draws: usize) -> f64 {
    let effective = side.fit.diagnostics.min_ess_bulk.unwrap_or(n_draws as f64);
    sd / effective.min(n_draws as f64).max(1.0).sqrt()
}

/// What the second plan brings beyond the first under the curves of `under`, draw by draw.
fn gain(under: &Side, plans: [&Side; 2]) -> Option<Vec<f64>> {
    let curves = under.curves()?;
    // Those that both plans have.
    let common: Vec<Part<'_>> = curves.iter().filter_map(|curve| Part::of(curve, under, plans)).collect();
    let today: f64 = common.iter().map(|part| part.today).sum();
    let whole = [0, 1].map(|plan| common.iter().map(|part| part.weekly[plan]).sum::<f64>());
    if whole.iter().any(|weekly| *weekly <= 0.0) {
        return None;
    }
    let mut found = vec![0.0; curves.first()?.n_draws()];
    for Part { curve, today: own, weekly } in common {
        let (least, most) = curve.range();
        for (plan, sign) in [(0, -1.0), (1, 1.0)] {
            // Both plans at today's whole spend.
            let multiplier = weekly[plan] / whole[plan] * today / own;
            curve.add_draws(multiplier.clamp(least, most), sign, &mut found).ok()?;
        }
    }
    Some(found)
}

/// One channel of two plans.
struct Part<'c> {
    curve: &'c ChannelCurve,
    /// Today's spend over the window of the curve.
    today: f64,
    /// What either plan spends a week.
    weekly: [f64; 2],
}

impl<'c> Part<'c> {
    fn of(curve: &'c ChannelCurve, under: &Side, [old, new]: [&Side; 2]) -> Option<Part<'c>> {
        let (own, _) = recommended(under, curve.name()).filter(|(own, _)| own.current > 0.0)?;
        let weekly = |side| {
            let (plan, weeks) = recommended(side, curve.name())?;
            (weeks > 0.0).then(|| plan.proposed / weeks)
        };
        Some(Part { curve, today: own.current, weekly: [weekly(old)?, weekly(new)?] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(p: f64, gain: f64, before: f64) -> PlanChange {
        let of = |mean: f64| Summary { mean, sd: 1.0, q05: mean, q25: mean, q50: mean, q75: mean, q95: mean };
        PlanChange {
            p_old_is_worse: p,
            gain: of(gain),
            gain_before: of(before),
            simulation_error: [0.1, 0.1],
        }
    }

    /// The fit of the test data with a plan of tv and search, which return 1 and `search` a unit in each draw.
    fn planned(plan: [f64; 2], search: [f64; 3]) -> Side {
        let mut fit = crate::report::testdata::fit();
        for (channel, proposed) in fit.scenarios[0].allocation.iter_mut().zip(plan) {
            channel.proposed = proposed;
        }
        let grid = [0.0, 0.5, 1.0, 1.5, 2.0];
        let curve = |name: &str, spend: f64, returns: [f64; 3]| {
            let values = ndarray::Array2::from_shape_fn((3, 5), |(s, m)| returns[s] * spend * grid[m]);
            ChannelCurve::new(name, spend, &grid, values, 2.0).unwrap()
        };
        Side::with_curves(fit, vec![curve("tv", 2400.0, [1.0; 3]), curve("search", 1200.0, search)])
    }

    #[test]
    fn the_old_plan_is_worse_where_the_new_one_brings_more() {
        // The new plan has 720 more of search, which brings +720 in two draws and −360 in one.
        let (old, new) = (planned([2760.0, 840.0], [0.5; 3]), planned([2040.0, 1560.0], [2.0, 2.0, 0.5]));
        let change = PlanChange::of(&old, &new).unwrap();
        assert!((change.p_old_is_worse - 2.0 / 3.0).abs() < 1e-12, "{change:?}");
        assert!((change.gain.mean - 360.0).abs() < 1e-9, "{change:?}");
        assert!((change.gain_before.mean + 360.0).abs() < 1e-9, "{change:?}");
        let back = PlanChange::of(&new, &old).unwrap();
        assert!(
            (back.p_old_is_worse - 1.0).abs() < 1e-12 && (back.gain.mean - 360.0).abs() < 1e-9,
            "{back:?}"
        );
    }

    #[test]
    fn a_plan_is_another_where_both_fits_are_sure_of_their_own() {
        assert!(change(0.95, 1.0, -1.0).is_material(0.9));
        assert!(!change(0.85, 1.0, -1.0).is_material(0.9), "not likely enough");
        assert!(!change(0.95, 0.19, -1.0).is_material(0.9), "within the error of the new fit");
        assert!(!change(0.95, 1.0, -0.19).is_material(0.9), "within the error of the old fit");
        assert!(!change(0.95, 1.0, 1.0).is_material(0.9), "the old fit prefers it too");
    }
}
