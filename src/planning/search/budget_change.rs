//! What another budget brings, apart from what moving today's budget would bring already.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::planning::value::outcome::share_above;
use crate::posterior::Summary;

/// A change below this share of today's budget is not told per unit where spend also moves: plans are settled to 1e-4 of the outcome, which
/// divided by less than this would move a return by more than 1 % of the average one.
const PER_UNIT: f64 = 0.01;
/// A change below this share is rounding.
const ROUNDING: f64 = 1e-9;

/// The parts of a plan of another budget.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BudgetChange {
    /// Spend of the plan less today's, currency.
    pub spend: f64,
    /// Gain of the best plan of today's budget within the same bounds; null where no plan was sought, or today's
    /// budget cannot be spent within them.
    pub moving: Option<Summary>,
    /// Gain beyond that: what the change of the budget itself brings.
    pub budget: Summary,
    /// That less the change of spend. It means profit only where outcomes are in currency.
    pub net: Summary,
}

/// What is told of another budget.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct AgainstBudget {
    pub(crate) change: Option<BudgetChange>,
    pub(crate) per_unit: Option<Summary>,
    pub(crate) p_pays: Option<f64>,
}

impl AgainstBudget {
    /// From draws of a plan's gain and of what `moving` today's budget gains, and each channel's spend today and in the
    /// plan; nothing when the budget stays.
    pub(crate) fn of(gain: &[f64], moving: Option<&[f64]>, spends: &[(f64, f64)]) -> AgainstBudget {
        let today: f64 = spends.iter().map(|(now, _)| now).sum();
        let budget: f64 = spends.iter().map(|(_, then)| then).sum();
        let spend = budget - today;
        if spend.abs() <= ROUNDING * today {
            return AgainstBudget::default();
        }
        let own: Vec<f64> = match moving {
            Some(moving) => gain.iter().zip(moving).map(|(gain, moving)| gain - moving).collect(),
            None => gain.to_vec(),
        };
        let of = |f: &dyn Fn(f64) -> f64| Summary::of(&own.iter().map(|x| f(*x)).collect::<Vec<f64>>());
        let moves = moving.is_some()
            || (spends.iter().any(|(now, then)| then > now) && spends.iter().any(|(now, then)| then < now));
        let least = if moves { PER_UNIT * today } else { 0.0 };
        AgainstBudget {
            change: Some(BudgetChange {
                spend,
                moving: moving.map(Summary::of),
                budget: Summary::of(&own),
                net: of(&|x| x - spend),
            }),
            per_unit: (spend.abs() >= least).then(|| of(&|x| x / spend)),
            p_pays: Some(share_above(&own, spend)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moving_brings_is_not_the_budgets() {
        let told =
            AgainstBudget::of(&[120.0, 140.0], Some(&[100.0, 100.0]), &[(400.0, 400.0), (600.0, 700.0)]);
        let change = told.change.unwrap();
        assert_eq!((change.spend, change.budget.mean, change.net.mean), (100.0, 30.0, -70.0));
        assert_eq!(change.moving.unwrap().mean, 100.0);
        assert!((told.per_unit.unwrap().mean - 0.3).abs() < 1e-12 && told.p_pays == Some(0.0));
        // A cut of 100 that gives up 20 to 40 saves more.
        let told = AgainstBudget::of(&[80.0, 60.0], Some(&[100.0, 100.0]), &[(1000.0, 900.0)]);
        assert!((told.per_unit.unwrap().mean - 0.3).abs() < 1e-12 && told.p_pays == Some(1.0));
    }

    #[test]
    fn nothing_is_divided_by_a_small_change() {
        let told = AgainstBudget::of(&[120.0], Some(&[119.0]), &[(1000.0, 1001.0)]);
        assert!(told.per_unit.is_none() && told.change.is_some());
        let told = AgainstBudget::of(&[120.0], None, &[(500.0, 400.0), (500.0, 601.0)]);
        assert!(told.per_unit.is_none(), "a move, and hardly more");
        let told = AgainstBudget::of(&[2.0], None, &[(1000.0, 1001.0), (500.0, 500.0)]);
        assert!((told.per_unit.unwrap().mean - 2.0).abs() < 1e-9, "what one channel brings is its own");
        assert_eq!(AgainstBudget::of(&[120.0], None, &[(1000.0, 1000.0)]), AgainstBudget::default());
    }
}
