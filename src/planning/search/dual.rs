//! The Lagrangian dual: a price on spend that bounds from above what any plan can reach.

use super::limits::{Block, Problem, solve_increasing};

/// The dual at its best price.
#[derive(Debug, Clone)]
pub(crate) struct Dual {
    /// No feasible plan is worth more (constant of the problem not included).
    pub(crate) bound: f64,
    /// Value of the last unit of budget.
    pub(crate) price: f64,
    /// What each channel spends at that price; keeps the bounds, not always the budget.
    pub(crate) spend: Vec<f64>,
}

/// Minimises the dual over the price of spend.
///
/// For any price λ, Σ f(x) = Σ (f(x) − λ x) + λ B ≤ Σ max_x (f(x) − λ x) + λ B, and the right side
/// at its lowest is the value of the curves' concave envelopes. Each maximum is exact, so every price
/// gives a true bound, however roughly the minimum is found. A group with limits gets a price p of
/// its own: Σ f − λ Σ x = Σ (f − p x) + (p − λ) Σ x, whose last term is largest at one of the limits.
pub(crate) fn solve(problem: &Problem) -> Dual {
    let steepest = 4.0 * problem.curves.iter().map(|c| c.steepest_secant()).fold(0.0, f64::max);
    let steepest = steepest.max(f64::MIN_POSITIVE);
    let prices: Vec<(f64, f64)> = problem.blocks.iter().map(|b| block_prices(problem, b, steepest)).collect();
    let mut best = at_price(problem, &prices, 0.0);
    let (mut low, mut high) = (-steepest, steepest);
    for _ in 0..80 {
        let price = 0.5 * (low + high);
        let trial = at_price(problem, &prices, price);
        if trial.spend.iter().sum::<f64>() > problem.budget {
            low = price
        } else {
            high = price
        }
        if trial.bound <= best.bound {
            best = trial;
        }
        if high - low <= 1e-15 * steepest {
            break;
        }
    }
    best
}

/// The prices at which a block's spend comes down to its upper and to its lower limit.
fn block_prices(problem: &Problem, block: &Block, steepest: f64) -> (f64, f64) {
    if block.members.len() == 1 {
        // The limits of a block of one are the channel's bounds unless a group narrowed them.
        let i = block.members[0];
        if block.lo <= problem.lo[i] && block.hi >= problem.hi[i] {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
    }
    let spend = |price: f64| -> f64 {
        block
            .members
            .iter()
            .map(|&i| problem.curves[i].best_at_price(price, problem.lo[i], problem.hi[i]).1)
            .sum()
    };
    // Spend falls as the price rises; −price makes it increasing.
    let reach = (-2.0 * steepest, 2.0 * steepest);
    let at_most = -solve_increasing(|t| spend(-t), block.hi, reach);
    let at_least = -solve_increasing(|t| spend(-t), block.lo, reach);
    (at_most, at_least.max(at_most))
}

fn at_price(problem: &Problem, prices: &[(f64, f64)], price: f64) -> Dual {
    let mut bound = price * problem.budget;
    let mut spend = vec![0.0; problem.curves.len()];
    for (block, &(at_most, at_least)) in problem.blocks.iter().zip(prices) {
        let own = price.clamp(at_most, at_least);
        for &i in &block.members {
            let (value, x) = problem.curves[i].best_at_price(own, problem.lo[i], problem.hi[i]);
            bound += value;
            spend[i] = x;
        }
        bound += (own - price) * if own > price { block.hi } else { block.lo };
    }
    Dual { bound, price, spend }
}
