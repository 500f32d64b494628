//! Plans in dated weeks, valued through the fitted carry-over and saturation of every draw.

use rayon::prelude::*;

use super::answer::Answer;
use super::error::PlanningError;
use super::flighting::Flighting;
use crate::error::Error;
use crate::model::{EXTRAPOLATED, Seen, spend_beyond};
use crate::planning::dated::{Carry, Dated};
use crate::planning::search::budget_change::AgainstBudget;
use crate::planning::search::scenario::{ChannelPlan, Scenario};
use crate::planning::value::effect::{CarryOver, Scratch, Series, Split, longest_reach};
use crate::planning::value::media::MediaModel;
use crate::planning::value::outcome::PlanOutcome;
use crate::planning::value::profit::profit_of;
use crate::planning::value::weeks::FutureWeeks;
use crate::posterior::Summary;
use crate::transform::simd::InstructionSet;

/// Hill evaluations that a plan may cost: about a seventh of a second on two slow cores.
const MAX_WORK: usize = 25_000_000;
/// Periods that carry-over adds to a series, for the estimate of its cost.
const USUAL_REACH: usize = 20;

/// Values a plan against today's.
///
/// # Errors
/// [`PlanningError::NeverSpent`].
pub(crate) fn judge(
    model: &MediaModel,
    weeks: &FutureWeeks,
    plan: &Flighting,
    name: &str,
    margin: Option<f64>,
) -> Result<Answer, Error> {
    let today = Flighting::today(model, weeks);
    let values = value(model, weeks, &today, plan)?;
    let of = |f: &dyn Fn(&[Split; 2]) -> f64| -> Vec<f64> { values.iter().map(f).collect() };
    let current = of(&|v| v[0].carry_in + v[0].own());
    let gain = of(&|v| v[1].own() - v[0].own());
    let outcome = PlanOutcome::of(&current, &gain);
    let channels = 0..model.history.channels.len();
    let (budget, before): (f64, f64) =
        (channels.clone().map(|c| plan.total(c)).sum(), channels.clone().map(|c| today.total(c)).sum());
    let spends: Vec<(f64, f64)> = channels.clone().map(|c| (today.total(c), plan.total(c))).collect();
    let allocation =
        channels.map(|c| channel_plan(model, weeks, &today, plan, c)).collect::<Result<_, _>>()?;
    let mut scenario = Scenario::what_if(name, weeks.weeks(), budget, allocation, outcome);
    scenario.tell_budget(AgainstBudget::of(&gain, None, &spends));
    let own = of(&|v| v[1].own());
    Ok(Answer {
        roi: (budget > 0.0).then(|| own.iter().sum::<f64>() / own.len() as f64 / budget),
        marginal_return: None,
        objective: None,
        groups: Vec::new(),
        outcome_target: None,
        profit: margin.map(|m| profit_of(&current, &gain, m, (before, budget))),
        scenario,
        dated: Some(dated(model, weeks, &values)),
    })
}

fn dated(model: &MediaModel, weeks: &FutureWeeks, values: &[[Split; 2]]) -> Dated {
    let of = |f: &dyn Fn(&[Split; 2]) -> f64| Summary::of(&values.iter().map(f).collect::<Vec<f64>>());
    let carry = |p: usize| Carry { within: of(&|v| v[p].within), carry_out: of(&|v| v[p].carry_out) };
    let repeated = model.history.dates[weeks.repeats[0]];
    Dated {
        first: weeks.dates[0],
        last: weeks.last_day(),
        periods: weeks.len(),
        today: match weeks.len().min(model.history.n_periods()) {
            1 => "today's plan repeats the spend of the last period of the data".into(),
            n => format!(
                "today's plan repeats the spend of the last {n} periods of the data, from {repeated} on"
            ),
        },
        carry_in: of(&|v| v[0].carry_in),
        current: carry(0),
        proposed: carry(1),
        changed: Vec::new(),
        draws: values.len(),
        draws_of_fit: model.n_draws(),
    }
}

/// Splits of today's plan and of another, one pair a draw; the draws are evenly spaced when there are too
/// many.
pub(crate) fn value(
    model: &MediaModel,
    weeks: &FutureWeeks,
    today: &Flighting,
    plan: &Flighting,
) -> Result<Vec<[Split; 2]>, PlanningError> {
    let (history, n) = (&model.history, weeks.len());
    let n_geos = history.n_geos();
    let (mut exposures, mut work) = (Vec::new(), 0);
    for c in 0..history.channels.len() {
        for g in 0..n_geos {
            let now = today.exposure(model, weeks, today, (c, g))?;
            let cells = g * n..(g + 1) * n;
            let changed = today.spend[c][cells.clone()] != plan.spend[c][cells];
            let then = if changed { Some(plan.exposure(model, weeks, today, (c, g))?) } else { None };
            work += (n + 2 * USUAL_REACH) * (1 + usize::from(changed));
            exposures.push((c, g, now, then));
        }
    }
    let worth: Vec<Vec<f64>> = (0..n_geos).map(|g| weeks.repeated(&history.value_per_outcome, g)).collect();
    let stride = (work * model.n_draws()).div_ceil(MAX_WORK).max(1);
    let draws: Vec<usize> = (0..model.n_draws()).step_by(stride).collect();
    let set = InstructionSet::detect();
    let longest = longest_reach(history.interval);
    let one = |s: usize, scratch: &mut Scratch| {
        let mut total = [Split::default(); 2];
        for (c, g, now, then) in &exposures {
            let of_channel = &model.draws[*c];
            let carry = CarryOver::new(of_channel.adstock, of_channel.carry(s));
            let saturation = of_channel.saturation(s);
            let plans: [&[f64]; 2] = [now, then.as_ref().unwrap_or(now)];
            let n_plans = 1 + usize::from(then.is_some());
            let t = history.n_periods();
            let series = Series {
                carry: &carry,
                saturation,
                history: &history.channels[*c].exposure[g * t..(g + 1) * t],
                plans: &plans[..n_plans],
                worth: &worth[*g],
                longest,
            };
            let mut out = [Split::default(); 2];
            series.value(set, scratch, &mut out[..n_plans]);
            let ceiling = model.ceiling(*c, *g, s);
            total[0].add(ceiling, out[0]);
            total[1].add(ceiling, out[n_plans - 1]);
        }
        total
    };
    Ok(draws.par_iter().map_init(Scratch::default, |scratch, &s| one(s, scratch)).collect())
}

fn channel_plan(
    model: &MediaModel,
    weeks: &FutureWeeks,
    today: &Flighting,
    plan: &Flighting,
    c: usize,
) -> Result<ChannelPlan, PlanningError> {
    let history = &model.history;
    let (current, proposed) = (today.total(c), plan.total(c));
    let mut changed = Vec::with_capacity(history.n_geos());
    for g in 0..history.n_geos() {
        let exposure = plan.exposure(model, weeks, today, (c, g))?;
        let spend = |of: &Flighting, k: usize| of.spend[c][g * plan.n + k];
        // What the plan leaves as it is would be the data's own, or no part of the question.
        let periods: Vec<usize> = (0..plan.n).filter(|k| spend(plan, *k) != spend(today, *k)).collect();
        let series: Vec<f64> = periods.iter().map(|k| exposure[*k]).collect();
        changed.push((series, periods.iter().map(|k| spend(plan, *k)).sum()));
    }
    let largest = |g| history.observed(c, g).iter().copied().fold(0.0, f64::max);
    let seen = changed.iter().enumerate();
    let seen = seen.map(|(g, (series, spend))| Seen { series, largest: largest(g), spend: *spend });
    let extrapolated = spend_beyond(&seen.collect::<Vec<_>>()) > EXTRAPOLATED;
    Ok(ChannelPlan {
        channel: history.channels[c].name.clone(),
        current,
        proposed,
        change: (current > 0.0).then(|| proposed / current - 1.0),
        bounds: [0.0, if current > 0.0 { (proposed / current).max(1.0) } else { 1.0 }],
        bound_hit: None,
        extrapolated,
        held: false,
        p_grow: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::testdata;

    #[test]
    fn a_dated_plan_is_told_as_a_change_of_todays_spend() {
        let model = testdata::model(&[(0.4, 2.0, 1.0), (0.2, 3.0, 1.2)]);
        let weeks = FutureWeeks::of_length(&model, 6);
        let mut plan = Flighting::today(&model, &weeks);
        let today = plan.total(0);
        plan.spend[0].iter_mut().for_each(|x| *x *= 1.5);
        let answer = judge(&model, &weeks, &plan, "more", Some(0.5)).unwrap();
        let [tv, search] = &answer.scenario.allocation[..] else { panic!("two channels") };
        assert_eq!((tv.current, tv.proposed, tv.change), (today, 1.5 * today, Some(0.5)));
        assert_eq!((search.change, tv.bounds), (Some(0.0), [0.0, 1.5]));
        assert!(tv.extrapolated && !search.extrapolated, "beyond the largest week of the data");
        let (gain, profit) = (answer.scenario.gain.mean, answer.profit.unwrap().gain.mean);
        assert!(gain > 0.0 && (profit - (0.5 * gain - 0.5 * today)).abs() < 1e-9, "{gain} {profit}");
    }
}
