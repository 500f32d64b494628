//! What two fits measure in different units, and is therefore not compared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::side::Quantity;
use crate::data::{Dataset, Interval};
use crate::output::{Fit, RoiUnit};

/// Quantities that the two fits measure in different units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotCompared {
    /// Keys of a channel that are null for it.
    pub quantities: Vec<String>,
    /// The two units.
    pub reason: String,
}

impl NotCompared {
    /// In words.
    pub fn message(&self) -> String {
        format!("not compared: {}, as {}", self.quantities.join(" and ").replace('_', " "), self.reason)
    }
}

/// The units of returns and of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Units {
    /// What one unit of ROI is, in words that are the same only for the same unit.
    roi: String,
    interval: Interval,
}

impl Units {
    pub(crate) fn of_fit(fit: &Fit) -> Units {
        let worth = fit.run.roles.revenue_per_outcome.as_deref();
        Units::new(fit.outcome.roi_unit, &fit.outcome.name, worth, fit.run.data.interval())
    }

    pub(crate) fn of_data(data: &Dataset) -> Units {
        let (outcome, worth) = (&data.outcome, data.roles.revenue_per_outcome.as_deref());
        Units::new(RoiUnit::of(outcome), &outcome.name, worth, data.interval)
    }

    fn new(unit: RoiUnit, outcome: &str, worth: Option<&str>, interval: Interval) -> Units {
        let counted = match (unit, worth) {
            (RoiUnit::OutcomePerCurrency, _) => format!("`{outcome}`"),
            (RoiUnit::CurrencyPerCurrency, Some(worth)) => format!("outcomes worth `{worth}` each"),
            (RoiUnit::CurrencyPerCurrency, None) => "revenue".to_owned(),
        };
        Units { roi: format!("{counted} per unit of spend"), interval }
    }

    /// Why returns in these units and in those of `now` cannot be compared, when they cannot.
    pub(crate) fn other_returns(&self, now: &Units) -> Option<String> {
        let differ = self.roi != now.roi;
        differ.then(|| format!("an ROI was {} and is {} now", self.roi, now.roi))
    }

    /// Why what is counted by the period cannot be compared, when it cannot.
    pub(crate) fn other_periods(&self, now: &Units) -> Option<String> {
        let [before, after] = [self, now].map(|units| units.interval.noun());
        (before != after).then(|| format!("the periods were {before}s and are {after}s now"))
    }
}

/// What is not compared between two fits.
pub(super) fn not_compared(old: &Fit, new: &Fit) -> Vec<NotCompared> {
    let [before, now] = [old, new].map(Units::of_fit);
    let of = |quantities: [Quantity; 2], reason: Option<String>| {
        Some(NotCompared { quantities: quantities.map(|q| q.key().to_owned()).to_vec(), reason: reason? })
    };
    let returns = of([Quantity::Roi, Quantity::MarginalRoi], before.other_returns(&now));
    let by_period = of([Quantity::HalfSaturation, Quantity::Retention], before.other_periods(&now));
    returns.into_iter().chain(by_period).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_revenue_is_still_revenue_and_orders_are_not() {
        use RoiUnit::{CurrencyPerCurrency as Money, OutcomePerCurrency as Count};
        let units = |unit, outcome, worth| Units::new(unit, outcome, worth, Interval::Weekly);
        let revenue = units(Money, "revenue", None);
        assert_eq!(revenue.other_returns(&units(Money, "sales", None)), None);
        let others = [
            units(Count, "orders", None),
            units(Count, "signups", None),
            units(Money, "orders", Some("aov")),
        ];
        for (i, other) in others.iter().enumerate() {
            assert!(revenue.other_returns(other).is_some(), "{other:?}");
            assert!(others.iter().enumerate().all(|(j, o)| other.other_returns(o).is_some() == (i != j)));
        }
        let told = others[0].other_returns(&revenue).unwrap();
        assert_eq!(told, "an ROI was `orders` per unit of spend and is revenue per unit of spend now");
        assert_eq!(revenue.other_periods(&others[0]), None);
        let months = Units { interval: Interval::Monthly, ..revenue.clone() };
        assert_eq!(revenue.other_periods(&months).unwrap(), "the periods were weeks and are months now");
    }
}
