//! What a plan would bring compared with today's, over the draws.

use super::curve::ChannelCurve;
use crate::planning::error::PlanningError;
use crate::posterior::Summary;

/// A plan's incremental value against today's, with the posterior's uncertainty.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanOutcome {
    /// Incremental value of today's plan.
    pub current: Summary,
    /// Incremental value of the plan.
    pub proposed: Summary,
    /// Their difference, draw by draw.
    pub gain: Summary,
    /// Posterior probability that the gain is positive.
    pub p_gain: f64,
    /// Mean over the draws of min(gain, 0): what a mistake costs, weighted by its probability; never above 0.
    pub expected_loss_if_wrong: f64,
    /// Mean of the gain over the draws in which it is below 0; `None` without any.
    pub mean_loss: Option<f64>,
}

/// Judges a plan given as one multiplier of today's spend per channel.
///
/// # Errors
/// [`PlanningError::OutsideCurve`] for a multiplier beyond a curve, [`PlanningError::Length`] when
/// the numbers of multipliers or draws differ, [`PlanningError::NoChannel`] without curves.
pub fn evaluate(curves: &[ChannelCurve], multipliers: &[f64]) -> Result<PlanOutcome, PlanningError> {
    PlanOutcome::with_gain(curves, &gain_draws(curves, multipliers)?)
}

impl PlanOutcome {
    /// Of a plan whose [`gain_draws`] are known.
    pub(crate) fn with_gain(curves: &[ChannelCurve], gain: &[f64]) -> Result<PlanOutcome, PlanningError> {
        let current = outcome_draws(curves, &vec![1.0; curves.len()])?;
        Ok(PlanOutcome::of(&current, gain))
    }

    /// From draws of today's value and of the plan's gain.
    pub(crate) fn of(current: &[f64], gain: &[f64]) -> PlanOutcome {
        let proposed: Vec<f64> = current.iter().zip(gain).map(|(now, more)| now + more).collect();
        PlanOutcome {
            current: Summary::of(current),
            proposed: Summary::of(&proposed),
            gain: Summary::of(gain),
            p_gain: share_above(gain, 0.0),
            expected_loss_if_wrong: losses(gain).sum::<f64>() / gain.len() as f64,
            mean_loss: mean_loss(gain),
        }
    }
}

/// Share of the draws above a level.
pub(crate) fn share_above(draws: &[f64], level: f64) -> f64 {
    draws.iter().filter(|draw| **draw > level).count() as f64 / draws.len() as f64
}

/// The draws below nothing.
pub(crate) fn losses(gain: &[f64]) -> impl Iterator<Item = f64> {
    gain.iter().copied().filter(|g| *g < 0.0)
}

/// Mean of the draws below nothing; `None` without any.
pub(crate) fn mean_loss(gain: &[f64]) -> Option<f64> {
    let n = losses(gain).count();
    (n > 0).then(|| losses(gain).sum::<f64>() / n as f64)
}

/// Incremental value of a plan per draw, length S.
///
/// # Errors
/// As [`evaluate`].
pub fn outcome_draws(curves: &[ChannelCurve], multipliers: &[f64]) -> Result<Vec<f64>, PlanningError> {
    let mut total = zeros(curves, multipliers)?;
    for (curve, &m) in curves.iter().zip(multipliers) {
        curve.add_draws(m, 1.0, &mut total)?;
    }
    Ok(total)
}

/// Value of a plan minus today's per draw, length S. Channels that the plan leaves alone contribute
/// exactly nothing.
///
/// # Errors
/// As [`evaluate`].
pub fn gain_draws(curves: &[ChannelCurve], multipliers: &[f64]) -> Result<Vec<f64>, PlanningError> {
    difference_draws(curves, multipliers, &vec![1.0; curves.len()])
}

/// Value of a plan minus that of another per draw, length S. Channels that both treat alike contribute
/// exactly nothing.
///
/// # Errors
/// As [`evaluate`].
pub(crate) fn difference_draws(
    curves: &[ChannelCurve],
    multipliers: &[f64],
    other: &[f64],
) -> Result<Vec<f64>, PlanningError> {
    let mut total = zeros(curves, multipliers)?;
    for ((curve, &m), &other) in curves.iter().zip(multipliers).zip(other) {
        if m != other {
            curve.add_draws(m, 1.0, &mut total)?;
            curve.add_draws(other, -1.0, &mut total)?;
        }
    }
    Ok(total)
}

/// Spend of a plan over the window, currency.
pub fn total_spend(curves: &[ChannelCurve], multipliers: &[f64]) -> f64 {
    curves.iter().zip(multipliers).map(|(curve, m)| curve.spend() * m).sum()
}

fn zeros(curves: &[ChannelCurve], multipliers: &[f64]) -> Result<Vec<f64>, PlanningError> {
    let first = curves.first().ok_or(PlanningError::NoChannel)?;
    if multipliers.len() != curves.len() {
        let (expected, found) = (curves.len(), multipliers.len());
        return Err(PlanningError::Length { what: "multipliers", expected, found });
    }
    Ok(vec![0.0; first.n_draws()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_that_of_the_draws_that_lose_and_weighted_by_all() {
        let plan = PlanOutcome::of(&[10.0; 4], &[-2.0, -4.0, 6.0, 8.0]);
        assert_eq!((plan.mean_loss, plan.expected_loss_if_wrong), (Some(-3.0), -1.5));
        assert_eq!((plan.p_gain, plan.gain.mean, plan.proposed.mean), (0.5, 2.0, 12.0));
        assert_eq!(PlanOutcome::of(&[10.0; 2], &[0.0, 1.0]).mean_loss, None);
        assert_eq!(PlanOutcome::of(&[10.0; 2], &[0.0, 1.0]).p_gain, 0.5, "no change is no gain");
    }
}
