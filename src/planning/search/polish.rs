//! Local improvement of a feasible plan by moving spend between two channels at a time.

use super::limits::Problem;

/// A feasible plan on its way up.
struct Climb<'a> {
    problem: &'a Problem,
    x: Vec<f64>,
    block_spend: Vec<f64>,
    /// What being away from a plan costs: `pull` · (x − home)² / today's spend.
    home: &'a [f64],
    pull: f64,
}

/// Improves a feasible plan until no small or large exchange between two channels helps.
///
/// Small: from the channel with the lowest to the one with the highest marginal return, by an exact
/// line search. Large: every pair is scanned over the whole amount it may exchange, which leaves the
/// local optima that S-shaped curves make.
pub(crate) fn polish(problem: &Problem, x: Vec<f64>) -> Vec<f64> {
    let mut climb = Climb::new(problem, x, &problem.today, 0.0);
    climb.small_exchanges();
    for _ in 0..MAX_LARGE_ROUNDS {
        if !climb.large_exchange() {
            break;
        }
        climb.small_exchanges();
    }
    climb.x
}

/// Small exchanges only, against a cost of being away from `home`: a local optimum near `x`.
pub(crate) fn polish_locally(problem: &Problem, x: Vec<f64>, home: &[f64], pull: f64) -> Vec<f64> {
    let mut climb = Climb::new(problem, x, home, pull);
    climb.small_exchanges();
    climb.x
}

/// Cycle of large exchanges: each strictly improves the plan; after the grid search one or none is usual.
const MAX_LARGE_ROUNDS: usize = 20;
/// Points at which a large exchange is tried; the grid search has already placed the plan.
const SCAN_POINTS: usize = 48;
/// Small exchanges per channel; convergence is linear and this is an order above what is needed.
const EXCHANGES_PER_CHANNEL: usize = 60;
/// Relative gain below which an exchange is rounding.
const NEGLIGIBLE: f64 = 1e-15;

impl<'a> Climb<'a> {
    fn new(problem: &'a Problem, x: Vec<f64>, home: &'a [f64], pull: f64) -> Climb<'a> {
        let block_spend = problem.block_spend(&x);
        Climb { problem, x, block_spend, home, pull }
    }

    fn value(&self, i: usize, x: f64) -> f64 {
        self.problem.curves[i].value(x) - self.pull * (x - self.home[i]).powi(2) / self.problem.today[i]
    }

    fn slope(&self, i: usize, x: f64) -> f64 {
        self.problem.curves[i].slope(x) - 2.0 * self.pull * (x - self.home[i]) / self.problem.today[i]
    }

    /// How much may go from channel `from` to channel `to`.
    fn room(&self, from: usize, to: usize) -> f64 {
        self.problem.room(&self.x, &self.block_spend, from, to)
    }

    fn give(&mut self, from: usize, to: usize, amount: f64) {
        let p = self.problem;
        self.x[from] = (self.x[from] - amount).max(p.lo[from]);
        self.x[to] = (self.x[to] + amount).min(p.hi[to]);
        self.block_spend[p.block_of[from]] -= amount;
        self.block_spend[p.block_of[to]] += amount;
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let n = self.x.len();
        (0..n).flat_map(move |a| (0..n).map(move |b| (a, b))).filter(|(a, b)| a != b)
    }

    fn value_after(&self, from: usize, to: usize, amount: f64) -> f64 {
        self.value(from, self.x[from] - amount) + self.value(to, self.x[to] + amount)
    }

    fn small_exchanges(&mut self) {
        let scale = self.problem.value(&self.x).abs();
        let mut slopes: Vec<f64> = (0..self.x.len()).map(|i| self.slope(i, self.x[i])).collect();
        for _ in 0..EXCHANGES_PER_CHANNEL * self.x.len() {
            let Some((from, to)) = self.steepest_pair(&slopes) else { return };
            let before = self.value_after(from, to, 0.0);
            let amount = self.line_search(from, to);
            if self.value_after(from, to, amount) - before <= NEGLIGIBLE * scale {
                return;
            }
            self.give(from, to, amount);
            for i in [from, to] {
                slopes[i] = self.slope(i, self.x[i]);
            }
        }
    }

    /// Giver and receiver with room between them whose marginal returns differ most.
    ///
    /// Best first from both ends, as a plan by geo has hundreds of channels and their pairs are too many to
    /// try at every step.
    fn steepest_pair(&self, slopes: &[f64]) -> Option<(usize, usize)> {
        let (p, tiny) = (self.problem, self.problem.resolution());
        let ordered = |free: &dyn Fn(usize) -> bool| {
            let mut indices: Vec<usize> = (0..slopes.len()).filter(|&i| free(i)).collect();
            indices.sort_by(|&a, &b| slopes[a].total_cmp(&slopes[b]));
            indices
        };
        let givers = ordered(&|i| self.x[i] - p.lo[i] > tiny);
        let receivers = ordered(&|i| p.hi[i] - self.x[i] > tiny);
        let mut best = (0.0, None);
        for &to in receivers.iter().rev() {
            for &from in &givers {
                let gain = slopes[to] - slopes[from];
                // Later givers of this receiver gain less.
                if gain <= best.0 {
                    break;
                }
                if self.room(from, to) > tiny {
                    best = (gain, Some((from, to)));
                    break;
                }
            }
        }
        best.1
    }

    /// The amount at which the two marginal returns first meet, or all there is room for.
    fn line_search(&self, from: usize, to: usize) -> f64 {
        let gain = |d: f64| self.slope(to, self.x[to] + d) - self.slope(from, self.x[from] - d);
        let room = self.room(from, to);
        if gain(room) >= 0.0 && self.value_after(from, to, room) > self.value_after(from, to, 0.0) {
            return room;
        }
        let (mut low, mut high) = (0.0, room);
        for _ in 0..52 {
            let middle = 0.5 * (low + high);
            if gain(middle) > 0.0 { low = middle } else { high = middle }
        }
        low
    }

    /// Applies the best exchange found by scanning every pair; `false` when none helps.
    fn large_exchange(&mut self) -> bool {
        let tiny = self.problem.resolution();
        let least = 1e-12 * self.problem.value(&self.x).abs();
        let mut best = (least, 0, 0, 0.0);
        for (from, to) in self.pairs() {
            let room = self.room(from, to);
            if room <= tiny {
                continue;
            }
            let before = self.value_after(from, to, 0.0);
            for k in 1..=SCAN_POINTS {
                let amount = room * k as f64 / SCAN_POINTS as f64;
                let gain = self.value_after(from, to, amount) - before;
                if gain > best.0 {
                    best = (gain, from, to, amount);
                }
            }
        }
        let (gain, from, to, amount) = best;
        if gain <= least {
            return false;
        }
        self.give(from, to, amount);
        true
    }
}
