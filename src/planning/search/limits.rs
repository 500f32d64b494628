//! What a plan must respect: bounds per channel, limits per group, and the budget.

use crate::planning::error::PlanningError;
use crate::planning::value::bounds::Bounds;
use crate::planning::value::columns::Columns;
use crate::planning::value::curve::ChannelCurve;
use crate::planning::value::interpolate::Hermite;

/// Spend allowed to several channels together. A channel belongs to one group at most.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupLimit {
    /// What the group is called in errors.
    pub name: String,
    /// Indices of its channels.
    pub channels: Vec<usize>,
    /// Least spend over the window, currency.
    pub lo: f64,
    /// Most spend over the window, currency.
    pub hi: f64,
}

/// Everything that limits a plan but its budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// One entry per channel.
    pub bounds: Vec<Bounds>,
    /// Disjoint groups; may be empty.
    pub groups: Vec<GroupLimit>,
}

impl Limits {
    /// Every channel within ± `share` of today's spend, no groups.
    pub fn around_today(n_channels: usize, share: f64) -> Limits {
        Limits { bounds: vec![Bounds { lo: 1.0 - share, hi: 1.0 + share }; n_channels], groups: Vec::new() }
    }

    /// Every channel within ± `share` of today's spend, those that are held no higher than today; without holding them
    /// where `budget` could not be spent otherwise. No groups.
    pub(crate) fn of_proposals(curves: &[ChannelCurve], share: f64, budget: f64) -> Limits {
        let bounds: Vec<Bounds> = curves.iter().map(|curve| curve.around_today(share)).collect();
        let most: f64 = curves.iter().zip(&bounds).map(|(curve, b)| curve.spend() * b.hi).sum();
        if most < budget {
            return Limits::around_today(curves.len(), share);
        }
        Limits { bounds, groups: Vec::new() }
    }

    /// Every channel anywhere on its response curve, no groups.
    pub fn whole_curves(curves: &[ChannelCurve]) -> Limits {
        let bounds = curves.iter().map(|c| Bounds { lo: c.range().0, hi: c.range().1 }).collect();
        Limits { bounds, groups: Vec::new() }
    }
}

/// Channels that share a limit: a group, or one channel that belongs to none.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) members: Vec<usize>,
    pub(crate) lo: f64,
    pub(crate) hi: f64,
}

/// A checked and feasible problem over the A channels that have spend today, in currency.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// Index of each active channel among the curves given.
    pub(crate) channels: Vec<usize>,
    /// Posterior-mean value against spend.
    pub(crate) curves: Vec<Hermite>,
    pub(crate) lo: Vec<f64>,
    pub(crate) hi: Vec<f64>,
    pub(crate) today: Vec<f64>,
    pub(crate) blocks: Vec<Block>,
    /// Block of each active channel.
    pub(crate) block_of: Vec<usize>,
    pub(crate) budget: f64,
    /// Value of the channels without spend, which no plan changes.
    pub(crate) constant: f64,
}

/// Rounding allowed in comparisons of spend, relative: far below a cent on a billion.
const SPEND_TOLERANCE: f64 = 1e-12;

impl Problem {
    pub(crate) fn new(
        curves: &[ChannelCurve],
        budget: f64,
        limits: &Limits,
    ) -> Result<Problem, PlanningError> {
        if !(budget.is_finite() && budget >= 0.0) {
            return Err(PlanningError::BadNumber { what: "budget".into(), value: budget, wanted: "≥ 0" });
        }
        let mut problem = Problem::unbudgeted(curves, limits)?;
        let (least, most) = problem.spend_range();
        let slack = 1e3 * SPEND_TOLERANCE * most;
        if budget < least - slack || budget > most + slack {
            return Err(PlanningError::InfeasibleBudget { budget, least, most });
        }
        problem.budget = budget.clamp(least, most);
        Ok(problem)
    }

    /// The same without a budget: for questions whose answer is one.
    pub(crate) fn unbudgeted(curves: &[ChannelCurve], limits: &Limits) -> Result<Problem, PlanningError> {
        check_bounds(curves, limits)?;
        let channels: Vec<usize> = (0..curves.len()).filter(|&c| curves[c].spend() > 0.0).collect();
        let scaled = |pick: fn(&Bounds) -> f64| -> Vec<f64> {
            channels.iter().map(|&c| pick(&limits.bounds[c]) * curves[c].spend()).collect()
        };
        let (lo, hi) = (scaled(|b| b.lo), scaled(|b| b.hi));
        let idle = curves.iter().filter(|c| c.spend() == 0.0);
        let blocks = blocks(curves, &channels, limits, &lo, &hi)?;
        let mut block_of = vec![0; channels.len()];
        for (b, block) in blocks.iter().enumerate() {
            block.members.iter().for_each(|&i| block_of[i] = b);
        }
        Ok(Problem {
            curves: channels.iter().map(|&c| curves[c].mean().stretched(curves[c].spend())).collect(),
            today: channels.iter().map(|&c| curves[c].spend()).collect(),
            constant: idle.map(|c| c.mean().value(1.0)).sum(),
            channels,
            lo,
            hi,
            blocks,
            block_of,
            budget: 0.0,
        })
    }

    /// Least and most spend the limits allow.
    pub(crate) fn spend_range(&self) -> (f64, f64) {
        (self.blocks.iter().map(|b| b.lo).sum(), self.blocks.iter().map(|b| b.hi).sum())
    }

    /// Posterior-mean value of a plan, without the constant.
    pub(crate) fn value(&self, x: &[f64]) -> f64 {
        self.curves.iter().zip(x).map(|(curve, &spend)| curve.value(spend)).sum()
    }

    /// The channels' draws, every `stride`-th; nodes further out than the bounds and today's spend need are left
    /// out.
    pub(crate) fn columns(&self, curves: &[ChannelCurve], stride: usize) -> Vec<Columns> {
        let of_channel = |i: usize| {
            let reach = (self.lo[i].min(self.today[i]), self.hi[i].max(self.today[i]));
            Columns::of(&curves[self.channels[i]], reach, stride)
        };
        (0..self.channels.len()).map(of_channel).collect()
    }

    /// Spend of each block.
    pub(crate) fn block_spend(&self, x: &[f64]) -> Vec<f64> {
        self.blocks.iter().map(|b| b.members.iter().map(|&i| x[i]).sum()).collect()
    }

    /// How much of a feasible plan's spend may go from channel `from` to channel `to`.
    pub(crate) fn room(&self, x: &[f64], block_spend: &[f64], from: usize, to: usize) -> f64 {
        let giver = x[from] - self.lo[from];
        let (source, sink) = (self.block_of[from], self.block_of[to]);
        if source == sink {
            return giver.min(self.hi[to] - x[to]);
        }
        let into = self.room_to_grow(x, block_spend, to);
        giver.min(into).min(block_spend[source] - self.blocks[source].lo)
    }

    /// How much more channel `i` may spend, when the budget grows by as much.
    pub(crate) fn room_to_grow(&self, x: &[f64], block_spend: &[f64], i: usize) -> f64 {
        let block = self.block_of[i];
        (self.hi[i] - x[i]).min(self.blocks[block].hi - block_spend[block])
    }

    /// Smallest amount of spend worth moving.
    pub(crate) fn resolution(&self) -> f64 {
        SPEND_TOLERANCE * self.budget.max(f64::MIN_POSITIVE)
    }

    /// Whether a plan keeps the budget and every limit.
    pub(crate) fn is_feasible(&self, x: &[f64]) -> bool {
        let slack = 1e3 * self.resolution();
        let within = |v: f64, lo: f64, hi: f64| v >= lo - slack && v <= hi + slack;
        x.iter().enumerate().all(|(i, &v)| within(v, self.lo[i], self.hi[i]))
            && self.block_spend(x).iter().zip(&self.blocks).all(|(&v, b)| within(v, b.lo, b.hi))
            && within(x.iter().sum(), self.budget, self.budget)
    }

    /// Today's plan when it is feasible, else what is nearest to today's plan scaled to the budget.
    pub(crate) fn home(&self) -> Vec<f64> {
        if self.is_feasible(&self.today) {
            return self.project(&self.today);
        }
        let share = self.budget / self.today.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        self.project(&self.today.iter().map(|x| x * share).collect::<Vec<f64>>())
    }

    /// The feasible plan nearest to `y`, by Σ (x − y)² / today's spend: everyone's spend is shifted by
    /// the same share of today's, further in a group whose limit would break, and clipped to the
    /// bounds. A feasible plan comes back unchanged.
    pub(crate) fn project(&self, y: &[f64]) -> Vec<f64> {
        if self.is_feasible(y) {
            return y.iter().zip(&self.lo).zip(&self.hi).map(|((v, lo), hi)| v.clamp(*lo, *hi)).collect();
        }
        let span = |i: usize| (y[i].abs() + self.hi[i]) / self.today[i];
        let reach = (0..y.len()).map(span).fold(1.0, f64::max);
        let at = |i: usize, shift: f64| (y[i] + shift * self.today[i]).clamp(self.lo[i], self.hi[i]);
        let total = |b: &Block, shift: f64| b.members.iter().map(|&i| at(i, shift)).sum::<f64>();
        let shift = solve_increasing(
            |t| self.blocks.iter().map(|b| total(b, t).clamp(b.lo, b.hi)).sum(),
            self.budget,
            (-reach, reach),
        );
        let mut x = vec![0.0; y.len()];
        for block in &self.blocks {
            let free = total(block, shift);
            let own = if free < block.lo || free > block.hi {
                solve_increasing(|t| total(block, t), free.clamp(block.lo, block.hi), (-reach, reach))
            } else {
                shift
            };
            block.members.iter().for_each(|&i| x[i] = at(i, own));
        }
        x
    }

    /// One multiplier per curve given to the problem, 1 where there is no spend to scale.
    pub(crate) fn multipliers(&self, x: &[f64], limits: &Limits) -> Vec<f64> {
        let mut all = vec![1.0; limits.bounds.len()];
        for ((&c, &spend), &today) in self.channels.iter().zip(x).zip(&self.today) {
            all[c] = (spend / today).clamp(limits.bounds[c].lo, limits.bounds[c].hi);
        }
        all
    }
}

/// The point where a non-decreasing function reaches `target`, by bisection to rounding.
pub(crate) fn solve_increasing(f: impl Fn(f64) -> f64, target: f64, (mut a, mut b): (f64, f64)) -> f64 {
    // 100 halvings take any bracket of doubles below the spacing of its solution.
    for _ in 0..100 {
        let middle = 0.5 * (a + b);
        if middle <= a || middle >= b {
            break;
        }
        if f(middle) < target { a = middle } else { b = middle }
    }
    b
}

fn check_bounds(curves: &[ChannelCurve], limits: &Limits) -> Result<(), PlanningError> {
    if curves.is_empty() {
        return Err(PlanningError::NoChannel);
    }
    if limits.bounds.len() != curves.len() {
        return Err(PlanningError::Length {
            what: "bounds",
            expected: curves.len(),
            found: limits.bounds.len(),
        });
    }
    for (curve, &Bounds { lo, hi }) in curves.iter().zip(&limits.bounds) {
        // A lower end beyond the curve, the upper one left open, is no question of order.
        if curve.spend() > 0.0 && lo.is_finite() && lo > hi && hi == curve.range().1 {
            curve.check(lo)?;
        }
        if !(lo.is_finite() && hi.is_finite() && lo <= hi) {
            return Err(PlanningError::BadBounds { channel: curve.name().into(), lo, hi });
        }
        // Multiples of nothing are nothing, so the bounds of a channel without spend bind nobody.
        if curve.spend() > 0.0 {
            curve.check(lo)?;
            curve.check(hi)?;
        }
    }
    Ok(())
}

fn blocks(
    curves: &[ChannelCurve],
    active: &[usize],
    limits: &Limits,
    lo: &[f64],
    hi: &[f64],
) -> Result<Vec<Block>, PlanningError> {
    let mut taken: Vec<Option<&str>> = vec![None; curves.len()];
    let mut blocks = Vec::new();
    for group in &limits.groups {
        for &c in &group.channels {
            let bad = |reason: String| Err(PlanningError::BadGroup { group: group.name.clone(), reason });
            match taken.get_mut(c) {
                None => return bad(format!("there is no channel number {c}")),
                Some(Some(other)) => {
                    return bad(format!("`{}` is already in group `{other}`", curves[c].name()));
                }
                Some(free) => *free = Some(&group.name),
            }
        }
        let members: Vec<usize> =
            (0..active.len()).filter(|&i| group.channels.contains(&active[i])).collect();
        let least: f64 = members.iter().map(|&i| lo[i]).sum();
        let most: f64 = members.iter().map(|&i| hi[i]).sum();
        let slack = 1e3 * SPEND_TOLERANCE * most;
        let comparable = !group.lo.is_nan() && !group.hi.is_nan() && group.lo <= group.hi;
        if !comparable || group.lo > most + slack || group.hi < least - slack {
            let (group, lo, hi) = (group.name.clone(), group.lo, group.hi);
            return Err(PlanningError::InfeasibleGroup { group, lo, hi, least, most });
        }
        if !members.is_empty() {
            blocks.push(Block { members, lo: group.lo.clamp(least, most), hi: group.hi.clamp(least, most) });
        }
    }
    let alone = (0..active.len()).filter(|&i| taken[active[i]].is_none());
    blocks.extend(alone.map(|i| Block { members: vec![i], lo: lo[i], hi: hi[i] }));
    Ok(blocks)
}
