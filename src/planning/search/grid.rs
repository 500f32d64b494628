//! Exact dynamic programme over whole units of spend.

use super::limits::Problem;

/// Best values by total units, and how each was reached.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Best value with exactly t units; −∞ where that is impossible.
    pub(crate) best: Vec<f64>,
    /// Units taken by each stage when the stages up to it have t units.
    taken: Vec<Vec<u32>>,
}

impl Table {
    /// The units of every stage in the best way to use `total`.
    pub(crate) fn units(&self, mut total: usize) -> Vec<usize> {
        let mut units = vec![0; self.taken.len()];
        for (unit, taken) in units.iter_mut().zip(&self.taken).rev() {
            *unit = taken[total] as usize;
            total -= *unit;
        }
        units
    }
}

/// Max-plus convolution of the stages: best\[t\] = max Σ stage_i\[j_i\] over Σ j_i = t, t ≤ `capacity`.
pub(crate) fn fold<S: AsRef<[f64]>>(stages: &[S], capacity: usize) -> Table {
    let mut best = vec![f64::NEG_INFINITY; capacity + 1];
    best[0] = 0.0;
    let mut reach = 0;
    let mut taken = Vec::with_capacity(stages.len());
    for stage in stages {
        let stage = stage.as_ref();
        let mut next = vec![f64::NEG_INFINITY; capacity + 1];
        let mut from = vec![0_u32; capacity + 1];
        for (j, &value) in stage.iter().enumerate().take(capacity + 1) {
            if value == f64::NEG_INFINITY {
                continue;
            }
            let end = (j + reach).min(capacity);
            let targets = next[j..=end].iter_mut().zip(&mut from[j..=end]);
            for ((slot, origin), &base) in targets.zip(&best) {
                let sum = base + value;
                let better = sum > *slot;
                *slot = if better { sum } else { *slot };
                *origin = if better { j as u32 } else { *origin };
            }
        }
        reach = (reach + stage.len() - 1).min(capacity);
        best = next;
        taken.push(from);
    }
    Table { best, taken }
}

/// A problem cut into units of spend above the lower bounds.
pub(crate) struct Grid<'a> {
    problem: &'a Problem,
    /// Currency a unit.
    unit: f64,
    /// Units to be spent.
    total: usize,
}

/// Additions the programme may cost: about 10 ms on a slow core, and, as the bounds usually hold the
/// channels near today, a unit of a few hundredths of a percent of the budget. The polish does the rest.
const MAX_WORK: f64 = 6e6;

impl<'a> Grid<'a> {
    /// The finest grid that is affordable; `None` when the lower bounds use the whole budget.
    pub(crate) fn new(problem: &'a Problem) -> Option<Grid<'a>> {
        let slack = problem.budget - problem.lo.iter().sum::<f64>();
        if slack <= problem.resolution() {
            return None;
        }
        let width: f64 =
            problem.lo.iter().zip(&problem.hi).map(|(lo, hi)| ((hi - lo) / slack).min(1.0)).sum();
        let total = (MAX_WORK / width.max(1.0)).sqrt().clamp(50.0, 2000.0) as usize;
        Some(Grid { problem, unit: slack / total as f64, total })
    }

    /// The best plan in whole units, its last unit clipped to the bound: it keeps the bounds and,
    /// to within a unit a channel, the budget and the groups' limits.
    pub(crate) fn solve(&self) -> Vec<f64> {
        let p = self.problem;
        let stage = |i: usize| -> Vec<f64> {
            let n = self.units_between(p.lo[i], p.hi[i]).ceil() as usize;
            (0..=n.min(self.total)).map(|j| p.curves[i].value(self.spend(i, j))).collect()
        };
        let (inner, outer) = self.fold_blocks(stage, |_| 0.0);
        let mut x = p.lo.clone();
        for ((block, table), units) in p.blocks.iter().zip(&inner).zip(outer.units(self.total)) {
            for (&i, j) in block.members.iter().zip(table.units(units)) {
                x[i] = self.spend(i, j);
            }
        }
        x
    }

    /// No feasible plan is worth more: each channel is valued at its best within the unit it ends in,
    /// at a price that makes the difference second-order where the plan is optimal.
    ///
    /// With x = lo + (j + r) units, 0 ≤ r < 1, the whole units of all channels sum to between
    /// total − channels and total, and Σ f(x) = Σ (f(x) − λ x) + λ B.
    pub(crate) fn bound(&self, price: f64) -> f64 {
        let p = self.problem;
        let stage = |i: usize| -> Vec<f64> {
            let n = (self.units_between(p.lo[i], p.hi[i]) as usize).min(self.total);
            (0..=n)
                .map(|j| p.curves[i].best_at_price(price, self.spend(i, j), self.spend(i, j + 1)).0)
                .collect()
        };
        let (_, outer) = self.fold_blocks(stage, |members| members as f64);
        let least = self.total.saturating_sub(p.curves.len());
        let best = outer.best[least..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        best + price * p.budget
    }

    /// Spend of a channel with j units, clipped to its bound.
    fn spend(&self, i: usize, j: usize) -> f64 {
        (self.problem.lo[i] + j as f64 * self.unit).min(self.problem.hi[i])
    }

    fn units_between(&self, lo: f64, hi: f64) -> f64 {
        (hi - lo) / self.unit
    }

    /// Folds each block's channels, masks what its limits forbid, and folds the blocks. `lost` is how
    /// many units a block of so many members may lose to rounding.
    fn fold_blocks(
        &self,
        stage: impl Fn(usize) -> Vec<f64>,
        lost: impl Fn(usize) -> f64,
    ) -> (Vec<Table>, Table) {
        let p = self.problem;
        let mut inner = Vec::with_capacity(p.blocks.len());
        let mut masked = Vec::with_capacity(p.blocks.len());
        for block in &p.blocks {
            let stages: Vec<Vec<f64>> = block.members.iter().map(|&i| stage(i)).collect();
            let most: usize = stages.iter().map(|s| s.len() - 1).sum();
            let table = fold(&stages, most.min(self.total));
            let floor: f64 = block.members.iter().map(|&i| p.lo[i]).sum();
            let low = self.units_between(floor, block.lo).floor() - lost(block.members.len());
            let high = self.units_between(floor, block.hi).ceil();
            let mut best = table.best.clone();
            for (units, value) in best.iter_mut().enumerate() {
                if (units as f64) < low || units as f64 > high {
                    *value = f64::NEG_INFINITY;
                }
            }
            inner.push(table);
            masked.push(best);
        }
        let outer = fold(&masked, self.total);
        (inner, outer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::search::limits::Limits;
    use crate::planning::value::curve::ChannelCurve;
    use ndarray::Array2;
    use proptest::prelude::*;

    /// Best value with exactly `left` units, by trying everything.
    fn exhaustive(stages: &[Vec<f64>], left: usize) -> f64 {
        let Some((stage, rest)) = stages.split_first() else {
            return if left == 0 { 0.0 } else { f64::NEG_INFINITY };
        };
        let tries = (0..stage.len().min(left + 1)).map(|j| stage[j] + exhaustive(rest, left - j));
        tries.fold(f64::NEG_INFINITY, f64::max)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1500))]

        #[test]
        fn the_programme_is_exact(
            stages in prop::collection::vec(prop::collection::vec(-1.0..5.0f64, 1..7), 2..5),
            capacity in 0..18usize,
        ) {
            let table = fold(&stages, capacity);
            for total in 0..=capacity {
                let want = exhaustive(&stages, total);
                prop_assert!(table.best[total] == want || (table.best[total] - want).abs() <= 1e-12 * want.abs());
                if want > f64::NEG_INFINITY {
                    let units = table.units(total);
                    prop_assert_eq!(units.iter().sum::<usize>(), total);
                    let value: f64 = stages.iter().zip(&units).map(|(s, &j)| s[j]).sum();
                    prop_assert!((value - want).abs() <= 1e-12 * want.abs());
                }
            }
        }

        #[test]
        fn the_bound_holds_at_any_price_and_unit(
            rises in prop::collection::vec(prop::collection::vec(0.0..1.0f64, 4), 3),
            share in 0.1..0.9f64, price in 0.0..1.0f64, total in 1..30usize,
        ) {
            let curves: Vec<ChannelCurve> = rises.iter().enumerate().map(|(c, rise)| {
                let mut value = 0.0;
                let values = std::iter::once(0.0).chain(rise.iter().map(|r| { value += r * r * r; value }));
                let values = Array2::from_shape_vec((1, 5), values.collect()).unwrap();
                ChannelCurve::new("x", 1.0 + c as f64, &[0.0, 0.5, 1.0, 1.5, 2.0], values, 2.0).unwrap()
            }).collect();
            let problem = Problem::new(&curves, 12.0 * share, &Limits::whole_curves(&curves)).unwrap();
            let grid = Grid { problem: &problem, unit: problem.budget / total as f64, total };
            let bound = grid.bound(price);
            for a in 0..=20 {
                for b in 0..=20 {
                    let (x, y) = (2.0 * f64::from(a) / 20.0, 4.0 * f64::from(b) / 20.0);
                    let z = problem.budget - x - y;
                    if (0.0..=6.0).contains(&z) {
                        prop_assert!(problem.value(&[x, y, z]) <= bound + 1e-12);
                    }
                }
            }
        }
    }
}
