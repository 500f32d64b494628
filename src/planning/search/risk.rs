//! Plans for those who would rather not lose: the best lower quantile, or worst tail, of the gain.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cautious::CAUTIOUS;
use super::limits::{Limits, Problem};
use super::optimise::solve;
use crate::planning::error::PlanningError;
use crate::planning::value::columns::Columns;
use crate::planning::value::curve::ChannelCurve;
use crate::planning::value::outcome::gain_draws;
use crate::posterior::quantile_sorted;

/// What is maximised over the posterior of the gain against today's plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Risk {
    /// Its mean.
    Mean,
    /// What the channels return with 95 % probability each, or as near to it as is likely to gain.
    Cautious,
    /// Its quantile at this level, 0 to 1.
    Quantile(f64),
    /// Its mean over the worst draws, of which there is this share (conditional value at risk).
    Cvar(f64),
}

impl Risk {
    /// The objective for draws of the gain, at least one; reorders them.
    pub fn of(self, gain: &mut [f64]) -> f64 {
        match self {
            Risk::Mean | Risk::Cautious => gain.iter().sum::<f64>() / gain.len() as f64,
            Risk::Quantile(level) => {
                // The two order statistics that the quantile lies between, without a full sort.
                let h = (gain.len() - 1) as f64 * level;
                let low = h.floor() as usize;
                let (_, &mut below, above) = gain.select_nth_unstable_by(low, f64::total_cmp);
                let next = above.iter().copied().fold(f64::INFINITY, f64::min);
                if h > low as f64 { below + (h - low as f64) * (next - below) } else { below }
            }
            Risk::Cvar(level) => {
                let n = tail_size(gain.len(), level);
                let (worse, &mut last, _) = gain.select_nth_unstable_by(n - 1, f64::total_cmp);
                (worse.iter().sum::<f64>() + last) / n as f64
            }
        }
    }

    /// As `--risk` takes it: `q25`.
    pub fn name(self) -> String {
        match self {
            Risk::Mean => "mean".into(),
            Risk::Cautious => CAUTIOUS.into(),
            Risk::Quantile(level) => format!("q{}", percentage(level)),
            Risk::Cvar(level) => format!("cvar{}", percentage(level)),
        }
    }

    /// Share of the draws that decide the objective.
    fn tail(self) -> f64 {
        match self {
            Risk::Mean | Risk::Cautious => 1.0,
            Risk::Quantile(level) | Risk::Cvar(level) => level,
        }
    }
}

/// A level in percent without the rounding of the division that made it.
fn percentage(level: f64) -> f64 {
    (1e8 * level).round() / 1e6
}

fn tail_size(n: usize, level: f64) -> usize {
    ((n as f64 * level).ceil() as usize).clamp(1, n)
}

/// What was maximised, and what the plan with the best mean would have reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Objective {
    /// `quantile` or `cvar`; `mean` when a program asks for it.
    pub kind: String,
    /// Level of the quantile, or share of the worst draws; null for the mean.
    pub level: Option<f64>,
    /// Its value at the plan: gain against today, over the horizon.
    pub value: f64,
    /// Its value at the plan with the best mean.
    pub at_best_mean_plan: f64,
    /// Mean gain of that plan.
    pub mean_of_best_mean_plan: f64,
    /// How the plan was found, and what that proves.
    pub method: String,
}

/// A plan with its objective.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskPlan {
    /// Spend as a multiple of today's, one per channel.
    pub multipliers: Vec<f64>,
    /// What it reaches.
    pub objective: Objective,
    /// Posterior-mean value of one more unit of budget, spent where it raises the objective most; `None` when the
    /// bounds leave no room for it.
    pub marginal_return: Option<f64>,
}

/// Numbers held for the search: 16 MB of values and as much of slopes.
const MAX_NUMBERS: usize = 2_000_000;

/// The plan of a fixed budget with the best lower quantile, or tail mean, of the gain.
///
/// Such an objective does not split into channels, so nothing is proven: exchanges between two
/// channels, of ever smaller amounts, climb from the plan with the best mean, from today's plan and
/// from half-way between, and the best end is taken. Both starts are candidates: the result is never
/// worse, in the draws used, than the best-mean plan or, when the budget is today's, than today.
///
/// # Errors
/// As [`crate::planning::optimise()`].
pub fn optimise_risk(
    curves: &[ChannelCurve],
    budget: f64,
    limits: &Limits,
    risk: Risk,
) -> Result<RiskPlan, PlanningError> {
    let problem = Problem::new(curves, budget, limits)?;
    let numbers: usize =
        problem.channels.iter().map(|&c| curves[c].n_draws() * curves[c].multipliers().len()).sum();
    let columns = problem.columns(curves, numbers.div_ceil(MAX_NUMBERS).max(1));
    let (mean_plan, home) = (solve(&problem).x, problem.home());
    let between: Vec<f64> = mean_plan.iter().zip(&home).map(|(a, b)| 0.5 * (a + b)).collect();
    let mut best: Option<Search> = None;
    for start in [home, mean_plan.clone(), between] {
        let mut search = Search::new(&problem, &columns, risk, start);
        search.climb();
        if best.as_ref().is_none_or(|b| search.value > b.value) {
            best = Some(search);
        }
    }
    let (plan, marginal_return) = match best {
        Some(search) => (search.x.clone(), search.next_unit()),
        None => (mean_plan.clone(), None),
    };
    let multipliers = problem.multipliers(&plan, limits);
    let (kind, level) = match risk {
        Risk::Mean | Risk::Cautious => ("mean", None),
        Risk::Quantile(level) => ("quantile", Some(level)),
        Risk::Cvar(level) => ("cvar", Some(level)),
    };
    let mut gain = gain_draws(curves, &multipliers)?;
    let mut of_mean_plan = gain_draws(curves, &problem.multipliers(&mean_plan, limits))?;
    let objective = Objective {
        kind: kind.into(),
        level,
        value: risk.of(&mut gain),
        mean_of_best_mean_plan: Risk::Mean.of(&mut of_mean_plan),
        at_best_mean_plan: risk.of(&mut of_mean_plan),
        method: "pairwise exchanges over the posterior draws from three starts; a local search, without a \
                 proven gap"
            .into(),
    };
    Ok(RiskPlan { multipliers, objective, marginal_return })
}

/// A feasible plan on its way up.
struct Search<'a> {
    problem: &'a Problem,
    columns: &'a [Columns],
    risk: Risk,
    x: Vec<f64>,
    block_spend: Vec<f64>,
    /// Gain against today's plan, one entry a draw.
    gain: Vec<f64>,
    value: f64,
    /// Where trials are made.
    trial: Vec<f64>,
    /// Where order statistics are found, which reorders.
    scratch: Vec<f64>,
}

/// Exchanges start at a tenth of the budget and halve to a hundred-thousandth of it.
const FIRST_STEP: f64 = 0.1;
const HALVINGS: usize = 14;
/// Sweeps over the pairs at one step; each repeats only while something improves.
const MAX_SWEEPS: usize = 30;
/// Channels tried as givers, and as receivers, by their marginal return in the draws that count.
const CANDIDATES: usize = 8;
/// Share of the largest budget that counts as the next unit, and the parts in which it is spent: an objective that
/// is one or two order statistics says nothing of less.
const NEXT_UNIT: f64 = 0.01;
const NEXT_PARTS: usize = 10;
/// Relative improvement below which an exchange is rounding.
const NEGLIGIBLE: f64 = 1e-9;

impl<'a> Search<'a> {
    fn new(problem: &'a Problem, columns: &'a [Columns], risk: Risk, x: Vec<f64>) -> Search<'a> {
        let n = columns.first().map_or(0, Columns::n_draws);
        let mut gain = vec![0.0; n];
        for ((columns, &x), &today) in columns.iter().zip(&x).zip(&problem.today) {
            columns.add_values(x, 1.0, &mut gain);
            columns.add_values(today, -1.0, &mut gain);
        }
        let mut search = Search {
            problem,
            columns,
            risk,
            block_spend: problem.block_spend(&x),
            x,
            trial: gain.clone(),
            scratch: gain.clone(),
            gain,
            value: 0.0,
        };
        search.value = search.objective_of_trial();
        search
    }

    fn objective_of_trial(&mut self) -> f64 {
        if self.trial.is_empty() {
            return 0.0;
        }
        self.scratch.copy_from_slice(&self.trial);
        self.risk.of(&mut self.scratch)
    }

    fn climb(&mut self) {
        let scale = self.problem.value(&self.x).abs().max(f64::MIN_POSITIVE);
        let mut step = FIRST_STEP * self.problem.budget;
        for _ in 0..HALVINGS {
            for _ in 0..MAX_SWEEPS {
                let pairs = self.pairs();
                let improved = pairs.into_iter().filter(|&pair| self.exchange(pair, step, scale)).count();
                if improved == 0 {
                    break;
                }
            }
            step *= 0.5;
        }
    }

    /// Giver and receiver, the most promising receivers first.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let draws = self.tail();
        let slopes: Vec<f64> =
            self.columns.iter().zip(&self.x).map(|(c, &x)| c.mean_slope(x, &draws)).collect();
        let mut order: Vec<usize> = (0..self.x.len()).collect();
        order.sort_by(|&a, &b| slopes[b].total_cmp(&slopes[a]));
        let receivers = order.iter().take(CANDIDATES);
        let givers: Vec<usize> = order.iter().rev().take(CANDIDATES).copied().collect();
        let pairs = receivers.flat_map(|&to| givers.iter().map(move |&from| (from, to)));
        pairs.filter(|(from, to)| from != to).collect()
    }

    /// The draws that decide the objective.
    fn tail(&self) -> Vec<usize> {
        let mut sorted = self.gain.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        if sorted.is_empty() {
            return Vec::new();
        }
        let cut = quantile_sorted(&sorted, self.risk.tail());
        (0..self.gain.len()).filter(|&s| self.gain[s] <= cut).collect()
    }

    /// Moves up to `step` from one channel to another when that helps.
    fn exchange(&mut self, (from, to): (usize, usize), step: f64, scale: f64) -> bool {
        let amount = step.min(self.room(from, to));
        if amount <= self.problem.resolution() {
            return false;
        }
        let value = self.value_with(&[(from, -amount), (to, amount)]);
        if value <= self.value + NEGLIGIBLE * scale {
            return false;
        }
        let p = self.problem;
        self.x[from] = (self.x[from] - amount).max(p.lo[from]);
        self.x[to] = (self.x[to] + amount).min(p.hi[to]);
        self.block_spend[p.block_of[from]] -= amount;
        self.block_spend[p.block_of[to]] += amount;
        self.value = value;
        std::mem::swap(&mut self.gain, &mut self.trial);
        true
    }

    fn room(&self, from: usize, to: usize) -> f64 {
        self.problem.room(&self.x, &self.block_spend, from, to)
    }

    /// Posterior-mean value per unit of a little more budget, each part of which goes where it raises the
    /// objective most; `None` without room for any.
    fn next_unit(mut self) -> Option<f64> {
        let (p, before) = (self.problem, self.x.clone());
        let part = NEXT_UNIT * p.spend_range().1 / NEXT_PARTS as f64;
        for _ in 0..NEXT_PARTS {
            let room = |i: usize| part.min(p.room_to_grow(&self.x, &self.block_spend, i));
            let may_grow = (0..self.x.len()).map(|i| (i, room(i))).filter(|(_, r)| *r > 1e3 * p.resolution());
            let may_grow: Vec<(usize, f64)> = may_grow.collect();
            let mut best: Option<(f64, usize, f64)> = None;
            for (i, amount) in may_grow {
                let rise = (self.value_with(&[(i, amount)]) - self.value) / amount;
                if best.is_none_or(|(most, ..)| rise > most) {
                    best = Some((rise, i, amount));
                }
            }
            let Some((_, i, amount)) = best else { break };
            self.value = self.value_with(&[(i, amount)]);
            std::mem::swap(&mut self.gain, &mut self.trial);
            self.x[i] += amount;
            self.block_spend[p.block_of[i]] += amount;
        }
        let spent: f64 = self.x.iter().zip(&before).map(|(now, then)| now - then).sum();
        (spent > 0.0).then(|| (p.value(&self.x) - p.value(&before)) / spent)
    }

    /// Puts a plan on trial in which some channels spend this much more; its objective.
    fn value_with(&mut self, changes: &[(usize, f64)]) -> f64 {
        self.trial.copy_from_slice(&self.gain);
        for &(channel, change) in changes {
            let (columns, x) = (&self.columns[channel], self.x[channel]);
            columns.add_values(x + change, 1.0, &mut self.trial);
            columns.add_values(x, -1.0, &mut self.trial);
        }
        self.objective_of_trial()
    }
}
