//! Moves of budget, judged by every model.

use super::fitted::Fitted;
use super::report::{ModelMove, MoveReport};
use crate::error::Error;
use crate::planning::{
    ChannelCurve, DEFAULT_STEP, Limits, PlanningError, cautious_plan, gain_draws, is_likely_gain, share_above,
};

/// Part of the spend of the smaller of two channels that is moved to see which pays more.
const PART: f64 = 0.2;
/// Change of a multiplier below which a channel stays.
const STAYS: f64 = 1e-6;

/// A move as multiples of today's spend.
#[derive(Debug, Clone)]
pub(super) struct Move {
    /// The channel that gives most.
    from: usize,
    /// The one that gets most.
    to: usize,
    pub(super) multipliers: Vec<f64>,
}

/// The split of today's budget that the model proposes; `None` where it moves nothing.
pub(super) fn proposed(curves: &[ChannelCurve]) -> Result<Option<Move>, PlanningError> {
    let today: f64 = curves.iter().map(ChannelCurve::spend).sum();
    if curves.len() < 2 || today <= 0.0 {
        return Ok(None);
    }
    let plan = cautious_plan(curves, today, &Limits::of_proposals(curves, DEFAULT_STEP, today))?;
    let change = |c: usize| (plan.multipliers[c] - 1.0) * curves[c].spend();
    let channels = || 0..curves.len();
    let from = channels().min_by(|a, b| change(*a).total_cmp(&change(*b)));
    let to = channels().max_by(|a, b| change(*a).total_cmp(&change(*b)));
    let moves = plan.multipliers.iter().any(|m| (m - 1.0).abs() > STAYS);
    Ok(from.zip(to).filter(|_| moves).map(|(from, to)| Move { from, to, multipliers: plan.multipliers }))
}

/// A fifth of the smaller of two channels moved from one to the other, each pair in either direction.
pub(super) fn shifts(curves: &[ChannelCurve]) -> Vec<Move> {
    let n = curves.len();
    let spend = |c: usize| curves[c].spend();
    let pairs = (0..n).flat_map(|from| (0..n).map(move |to| (from, to))).filter(|(from, to)| from != to);
    pairs
        .filter(|(from, to)| spend(*from) > 0.0 && spend(*to) > 0.0)
        .map(|(from, to)| {
            let amount = PART * spend(from).min(spend(to));
            let mut multipliers = vec![1.0; n];
            multipliers[from] -= amount / spend(from);
            multipliers[to] += amount / spend(to);
            Move { from, to, multipliers }
        })
        .collect()
}

impl Move {
    /// What every model says of it; `weights` are the models'.
    ///
    /// # Errors
    /// Curves that do not reach the move.
    pub(super) fn judged(&self, fitted: &[Fitted], weights: &[f64]) -> Result<MoveReport, Error> {
        let curves = &fitted[0].curves;
        let mut by_model = Vec::with_capacity(fitted.len());
        for model in fitted {
            let gain = gain_draws(&model.curves, &self.multipliers)?;
            let mean = gain.iter().sum::<f64>() / gain.len().max(1) as f64;
            let p_gain = share_above(&gain, 0.0);
            by_model.push(ModelMove { gain: mean, p_gain, gains: is_likely_gain(mean, p_gain) });
        }
        let mixed =
            |of: fn(&ModelMove) -> f64| by_model.iter().zip(weights).map(|(m, w)| w * of(m)).sum::<f64>();
        let moved = |(curve, m): (&ChannelCurve, &f64)| ((m - 1.0) * curve.spend()).max(0.0);
        Ok(MoveReport {
            from: curves[self.from].name().to_owned(),
            to: curves[self.to].name().to_owned(),
            amount: curves.iter().zip(&self.multipliers).map(moved).sum(),
            gains_in: by_model.iter().filter(|m| m.gains).count(),
            p_gain: mixed(|m| m.p_gain),
            gain: mixed(|m| m.gain),
            multipliers: self.multipliers.clone(),
            by_model,
        })
    }
}

/// The better direction of each pair, the ones that most models agree on first.
pub(super) fn ranked(mut moves: Vec<MoveReport>) -> Vec<MoveReport> {
    let order = |a: &MoveReport, b: &MoveReport| {
        b.gains_in.cmp(&a.gains_in).then(b.p_gain.total_cmp(&a.p_gain)).then(b.gain.total_cmp(&a.gain))
    };
    moves.sort_by(order);
    let mut kept: Vec<MoveReport> = Vec::with_capacity(moves.len() / 2);
    for one in moves {
        if !kept.iter().any(|k| k.from == one.to && k.to == one.from) {
            kept.push(one);
        }
    }
    kept
}

/// Models in which tv returns 1 a unit and search that many, in each of three draws.
#[cfg(test)]
pub(super) fn models(search: &[f64]) -> Vec<Fitted> {
    let grid = [0.0, 0.5, 1.0, 1.5, 2.0];
    let curve = |name: &str, spend: f64, returns: f64| {
        let values = ndarray::Array2::from_shape_fn((3, 5), |(_, m)| returns * spend * grid[m]);
        ChannelCurve::new(name, spend, &grid, values, 2.0).unwrap()
    };
    let model = |returns: &f64| Fitted {
        name: format!("search {returns}"),
        config: crate::config::FitConfig::default(),
        verdict: crate::diagnostics::Verdict::Ok,
        loo: None,
        points: Vec::new(),
        roi: vec![("search".into(), vec![returns - 1.0, returns + 1.0])],
        curves: vec![curve("tv", 200.0, 1.0), curve("search", 100.0, *returns)],
        future: None,
    };
    search.iter().map(model).collect()
}

#[cfg(test)]
pub(super) fn judged(models: &[Fitted], weights: &[f64]) -> Vec<MoveReport> {
    shifts(&models[0].curves).iter().map(|shift| shift.judged(models, weights).unwrap()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_gains_in_the_models_that_say_so_and_by_their_weights() {
        let models = models(&[2.0, 0.5, 3.0]);
        let moves = judged(&models, &[0.5, 0.3, 0.2]);
        let to_search = moves.iter().find(|m| m.from == "tv").unwrap();
        // A fifth of the smaller, 20, from 1 to 2, 0.5 and 3 a unit.
        assert!((to_search.amount - 20.0).abs() < 1e-9 && to_search.gains_in == 2, "{to_search:?}");
        let gains: Vec<f64> = to_search.by_model.iter().map(|m| m.gain).collect();
        assert!(gains.iter().zip([20.0, -10.0, 40.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{gains:?}");
        assert!(
            (to_search.gain - 15.0).abs() < 1e-9 && (to_search.p_gain - 0.7).abs() < 1e-9,
            "{to_search:?}"
        );
        let kept = ranked(moves);
        assert_eq!(kept.len(), 1, "each pair in its better direction");
        assert_eq!((kept[0].from.as_str(), kept[0].to.as_str()), ("tv", "search"));
    }
}
