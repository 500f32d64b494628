//! When to spend a channel's budget: always on, in pulses, or week by week as the fitted curves would have it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cycle::Cycle;
use super::limits::solve_increasing;
use crate::model::{EXTRAPOLATED, beyond};
use crate::planning::error::PlanningError;
use crate::planning::value::media::MediaModel;
use crate::planning::value::weeks::FutureWeeks;
use crate::posterior::Summary;

/// Patterns of one channel's budget over the weeks after the data, the same total in each, valued as if the
/// pattern came over and over: what its end carries into its beginning counts, and no pattern gains from
/// ending with a burst that only works later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Flight {
    /// Channel name.
    pub channel: String,
    /// Spend over the horizon, currency.
    pub budget: f64,
    /// First day of each period.
    #[schemars(with = "Vec<String>")]
    pub dates: Vec<chrono::NaiveDate>,
    /// Most that the best pattern may spend in a period: the most so far, or the even spend if that is more.
    pub cap: f64,
    /// By falling mean value; the split between geos is today's in each.
    pub patterns: Vec<Pattern>,
    /// Draws that were valued.
    pub draws: usize,
    /// How the best pattern was found, and what that proves.
    pub method: String,
}

/// One way to spend the budget over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pattern {
    /// For people.
    pub name: String,
    /// Spend of each period, currency.
    pub spend: Vec<f64>,
    /// Value of one cycle of the pattern.
    pub outcome: Summary,
    /// Against always-on, draw by draw.
    pub gain: Summary,
    /// Probability that it brings more than always-on, by a millionth at least.
    pub p_better: f64,
    /// Whether more than 5 % of it lies above the largest period in the data.
    pub extrapolated: bool,
}

/// Series, a geo at a draw each, that a step of the search values: about a tenth of a millisecond.
const SEARCH_SERIES: usize = 2000;
/// Draws the search uses at most; all are used to judge what it found.
const SEARCH_DRAWS: usize = 200;
/// Steps of the ascent from each start; the gain of later ones is below 1e-4 of the outcome.
const STEPS: usize = 40;
/// Relative difference below which two patterns bring the same: the search stops well before.
const SAME: f64 = 1e-6;
/// Hill evaluations the judgement may cost: about a tenth of a second.
const MAX_WORK: usize = 60_000_000;

/// Compares patterns for channel `c` with `budget` over the horizon (today's spend when `None`).
///
/// The best pattern is found by projected gradient ascent on the posterior-mean value from every other
/// pattern; with S-shaped curves that finds a local optimum, without a proven gap.
///
/// # Errors
/// [`PlanningError::NeverSpent`].
pub fn flight(
    model: &MediaModel,
    weeks: &FutureWeeks,
    c: usize,
    budget: Option<f64>,
) -> Result<Flight, PlanningError> {
    let today = weekly(model, weeks, c);
    let budget = budget.unwrap_or_else(|| today.iter().sum());
    let n = weeks.len();
    let cycle = |stride: usize| Cycle::new(model, weeks, (c, budget / n as f64), stride);
    let seen = largest_period(model, c);
    let cap = seen.max(budget / n as f64);
    let mut named: Vec<(String, Vec<f64>)> = vec![("always on".into(), vec![budget / n as f64; n])];
    let now: f64 = today.iter().sum();
    if now > 0.0 {
        named.push(("as in the last weeks".into(), today.iter().map(|x| x * budget / now).collect()));
    }
    for (on, off) in [(1, 1), (2, 2), (4, 4), (1, 3)] {
        let runs: Vec<f64> = (0..n).map(|k| f64::from(u8::from(k % (on + off) < on))).collect();
        let active: f64 = runs.iter().sum();
        if n >= on + off {
            named.push((format!("{on} on, {off} off"), runs.iter().map(|r| r * budget / active).collect()));
        }
    }
    let most = (SEARCH_SERIES / model.history.n_geos().max(1)).clamp(1, SEARCH_DRAWS);
    let few = cycle(model.n_draws().div_ceil(most))?;
    let ends: Vec<(f64, Vec<f64>)> = named.iter().map(|(_, start)| climb(&few, start, budget, cap)).collect();
    let best = ends.into_iter().max_by(|a, b| a.0.total_cmp(&b.0));
    named.extend(best.map(|(_, spend)| ("best found".to_owned(), spend)));
    let work = model.history.n_geos() * n * named.len();
    let used = (MAX_WORK / work.max(1)).max(1);
    let plans: Vec<&[f64]> = named.iter().map(|(_, spend)| spend.as_slice()).collect();
    let values = cycle(model.n_draws().div_ceil(used))?.values(&plans);
    let of = |f: &dyn Fn(&[f64]) -> f64| -> Vec<f64> { values.iter().map(|v| f(v)).collect() };
    let mut patterns: Vec<Pattern> = Vec::with_capacity(named.len());
    for (p, (name, spend)) in named.iter().enumerate() {
        let gain = of(&|v| v[p] - v[0]);
        patterns.push(Pattern {
            name: name.clone(),
            outcome: Summary::of(&of(&|v| v[p])),
            p_better: values.iter().filter(|v| v[p] - v[0] > SAME * v[0].abs()).count() as f64
                / gain.len().max(1) as f64,
            gain: Summary::of(&gain),
            extrapolated: beyond(spend, seen) > EXTRAPOLATED,
            spend: spend.clone(),
        });
    }
    patterns.sort_by(|a, b| b.outcome.mean.total_cmp(&a.outcome.mean));
    Ok(Flight {
        channel: model.history.channels[c].name.clone(),
        budget,
        dates: weeks.dates.clone(),
        cap,
        patterns,
        draws: values.len(),
        method: "projected gradient ascent on the posterior mean from each of the other patterns; a local \
                 search, without a proven gap"
            .into(),
    })
}

/// Spend of all geos in each period of the horizon, as today.
fn weekly(model: &MediaModel, weeks: &FutureWeeks, c: usize) -> Vec<f64> {
    let (history, spend) = (&model.history, &model.history.channels[c].spend);
    let t = history.n_periods();
    weeks.repeats.iter().map(|k| (0..history.n_geos()).map(|g| spend[g * t + k]).sum()).collect()
}

fn largest_period(model: &MediaModel, c: usize) -> f64 {
    let (history, spend) = (&model.history, &model.history.channels[c].spend);
    let t = history.n_periods();
    (0..t).map(|k| (0..history.n_geos()).map(|g| spend[g * t + k]).sum::<f64>()).fold(0.0, f64::max)
}

/// Ascends from a start within Σ = budget, 0 ≤ x ≤ cap; value and plan at the end.
fn climb(cycle: &Cycle, start: &[f64], budget: f64, cap: f64) -> (f64, Vec<f64>) {
    let mut x = project(start, budget, cap);
    let (mut value, mut slope) = cycle.value_and_gradient(&x);
    let mut step = 1.0;
    for _ in 0..STEPS {
        let middle = slope.iter().sum::<f64>() / slope.len().max(1) as f64;
        let steepest = slope.iter().map(|d| (d - middle).abs()).fold(0.0, f64::max);
        if steepest <= 0.0 {
            break;
        }
        let moved: Vec<f64> =
            x.iter().zip(&slope).map(|(x, d)| x + step * cap * (d - middle) / steepest).collect();
        let trial = project(&moved, budget, cap);
        let (reached, there) = cycle.value_and_gradient(&trial);
        if reached > value {
            (x, value, slope, step) = (trial, reached, there, (step * 1.5).min(4.0));
        } else {
            step *= 0.4;
        }
        if step < 1e-4 {
            break;
        }
    }
    (value, x)
}

/// The nearest plan with Σ = budget and 0 ≤ x ≤ cap.
fn project(x: &[f64], budget: f64, cap: f64) -> Vec<f64> {
    let at = |shift: f64| x.iter().map(move |v| (v + shift).clamp(0.0, cap));
    let reach = cap + x.iter().map(|v| v.abs()).fold(0.0, f64::max);
    let shift = solve_increasing(|t| at(t).sum(), budget, (-reach, reach));
    at(shift).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::testdata::model;

    #[test]
    fn pulses_win_on_an_s_shape_and_always_on_where_returns_diminish() {
        // No carry-over to speak of; spend far below K on a steep curve is wasted, so it is bunched.
        let steep = model(&[(0.02, 4.0, 3.0)]);
        let best = |m: &MediaModel| {
            let flight = flight(m, &FutureWeeks::of_length(m, 8), 0, Some(8.0)).unwrap();
            assert!(flight.patterns.iter().all(|p| (p.spend.iter().sum::<f64>() - 8.0).abs() < 1e-6));
            let even = flight.patterns.iter().position(|p| p.name == "always on").unwrap();
            (flight.patterns[0].clone(), even, flight)
        };
        let (pulsed, even, _) = best(&steep);
        assert!(even > 0 && pulsed.p_better == 1.0, "{pulsed:?}");
        let concave = model(&[(0.02, 4.0, 0.8)]);
        let (_, _, flight) = best(&concave);
        let of = |name: &str| flight.patterns.iter().find(|p| p.name == name).unwrap();
        assert!(of("always on").outcome.mean >= of("1 on, 1 off").outcome.mean);
        assert!(of("best found").outcome.mean >= of("always on").outcome.mean * (1.0 - 1e-9));
        assert!(of("best found").outcome.mean <= of("always on").outcome.mean * 1.02);
    }

    #[test]
    fn the_best_found_is_no_worse_than_every_plan_of_whole_units() {
        let model = model(&[(0.4, 2.0, 2.5), (0.6, 1.5, 1.5)]);
        let weeks = FutureWeeks::of_length(&model, 4);
        let flight = flight(&model, &weeks, 0, Some(8.0)).unwrap();
        let cycle = Cycle::new(&model, &weeks, (0, 2.0), 1).unwrap();
        let mut brute = f64::NEG_INFINITY;
        for code in 0..9_usize.pow(3) {
            let (a, b, c) = (code % 9, code / 9 % 9, code / 81);
            let plan = [a, b, c].map(|x| x as f64);
            let rest = 8.0 - plan.iter().sum::<f64>();
            if rest >= 0.0 && plan.iter().all(|x| *x <= flight.cap) && rest <= flight.cap {
                brute = brute.max(cycle.value_and_gradient(&[plan[0], plan[1], plan[2], rest]).0);
            }
        }
        let best = flight.patterns.iter().find(|p| p.name == "best found").unwrap();
        assert!(best.outcome.mean >= brute * (1.0 - 1e-3), "{} {brute}", best.outcome.mean);
    }
}
