//! The best split of today's budget over channels, from the true responses.

use rayon::prelude::*;

use super::baseline::Panel;
use super::channel::Channel;

/// Steps into which the money that may move is divided.
const STEPS: usize = 2000;

/// Points of a channel's curve between the bounds, between which it is taken as straight.
const CURVE_POINTS: usize = 120;

/// The best plan found.
pub(super) struct Allocation {
    /// Money per channel.
    pub(super) spend: Vec<f64>,
    /// Total outcome that media then cause.
    pub(super) outcome: f64,
}

/// Largest outcome with today's budget and every channel between `low` and `high` times its spend.
///
/// A dynamic programme over channels: exact on its grid whatever the shape of the curves, where a
/// climb along marginal returns would stop at the foot of an S. The budget is used to the cent; the
/// grid is 1/2000 of the money above the lower bounds.
pub(super) fn best(panel: &Panel, channels: &[Channel], low: f64, high: f64) -> Allocation {
    let spends: Vec<f64> = channels.iter().map(Channel::total_spend).collect();
    let free = spends.iter().sum::<f64>() * (1.0 - low);
    let step = free / STEPS as f64;
    let mut value = vec![f64::NEG_INFINITY; STEPS + 1];
    value[0] = 0.0;
    let mut choices: Vec<Vec<usize>> = Vec::with_capacity(channels.len());
    for (channel, spend) in channels.iter().zip(&spends) {
        let curve: Vec<f64> = (0..=CURVE_POINTS)
            .into_par_iter()
            .map(|i| channel.total_at(panel, low + (high - low) * i as f64 / CURVE_POINTS as f64))
            .collect();
        let room = (high - low) * spend;
        let gains: Vec<f64> = (0..=STEPS)
            .map(|k| k as f64 * step)
            .take_while(|money| *money <= room * (1.0 + 1e-12))
            .map(|money| interpolate(&curve, money / room))
            .collect();
        let (next, choice) = add_channel(&value, &gains);
        value = next;
        choices.push(choice);
    }
    // Both pairs of bounds in use leave room for twice the free money, so every step finds a place.
    let mut used = STEPS;
    let mut spend = vec![0.0; channels.len()];
    for c in (0..channels.len()).rev() {
        let k = choices[c][used];
        spend[c] = low * spends[c] + k as f64 * step;
        used -= k;
    }
    let outcome =
        channels.iter().zip(&spend).zip(&spends).map(|((c, new), now)| c.total_at(panel, new / now)).sum();
    Allocation { spend, outcome }
}

/// One more channel: best value per number of steps used, and the channel's steps in it.
fn add_channel(value: &[f64], gains: &[f64]) -> (Vec<f64>, Vec<usize>) {
    let mut next = vec![f64::NEG_INFINITY; value.len()];
    let mut choice = vec![0; value.len()];
    for (used, v) in value.iter().enumerate().filter(|(_, v)| v.is_finite()) {
        for (k, gain) in gains.iter().enumerate().take(value.len() - used) {
            if v + gain > next[used + k] {
                next[used + k] = v + gain;
                choice[used + k] = k;
            }
        }
    }
    (next, choice)
}

/// Value at `position` in [0, 1] of a curve given at equal distances.
fn interpolate(curve: &[f64], position: f64) -> f64 {
    let x = position.clamp(0.0, 1.0) * (curve.len() - 1) as f64;
    let i = (x as usize).min(curve.len() - 2);
    curve[i] + (curve[i + 1] - curve[i]) * (x - i as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_a_channel_finds_the_best_split_of_an_s_curve() {
        // First channel concave, second pays only from two steps on.
        let (first, _) = add_channel(&[0.0, f64::NEG_INFINITY, f64::NEG_INFINITY], &[0.0, 3.0, 4.0]);
        assert_eq!(first, [0.0, 3.0, 4.0]);
        let (both, choice) = add_channel(&first, &[0.0, 0.0, 5.0]);
        assert_eq!((both[2], choice[2]), (5.0, 2));
        assert_eq!((both[1], choice[1]), (3.0, 0));
    }

    #[test]
    fn interpolation_by_hand() {
        assert_eq!(interpolate(&[0.0, 2.0, 3.0], 0.75), 2.5);
        assert_eq!(interpolate(&[0.0, 2.0, 3.0], 1.0), 3.0);
    }
}
