//! What two fits measure in different units, and is therefore not compared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::side::Quantity;
use crate::config::ModelConfig;
use crate::data::{Dataset, Interval, Roles};
use crate::report::{Fit, RoiUnit};

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

/// The units of returns, of time and of exposure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Units {
    /// What one unit of ROI is, in words that are the same only for the same unit.
    roi: String,
    interval: Interval,
    /// Whether exposure, and so half-saturation, is counted per head.
    per_head: bool,
}

impl Units {
    pub(crate) fn of_fit(fit: &Fit) -> Units {
        let worth = fit.run.roles.revenue_per_outcome.as_deref();
        let roi = of_return(fit.outcome.roi_unit, &fit.outcome.name, worth);
        let per_head = is_per_head(&fit.run.config.model, &fit.run.roles);
        Units { roi, interval: fit.run.data.interval(), per_head }
    }

    /// Of a fit of `data` in the making.
    pub(crate) fn of_data(data: &Dataset, model: &ModelConfig) -> Units {
        let (outcome, worth) = (&data.outcome, data.roles.revenue_per_outcome.as_deref());
        let roi = of_return(RoiUnit::of(outcome), &outcome.name, worth);
        Units { roi, interval: data.interval, per_head: is_per_head(model, &data.roles) }
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

    /// Why what is counted in units of exposure cannot be compared, when it cannot.
    pub(crate) fn other_exposure(&self, now: &Units) -> Option<&'static str> {
        match (self.per_head, now.per_head) {
            (true, false) => Some("exposure was counted per head and is not now"),
            (false, true) => Some("exposure is counted per head now and was not"),
            _ => None,
        }
    }
}

/// What one unit of ROI is.
fn of_return(unit: RoiUnit, outcome: &str, worth: Option<&str>) -> String {
    let counted = match (unit, worth) {
        (RoiUnit::OutcomePerCurrency, _) => format!("`{outcome}`"),
        (RoiUnit::CurrencyPerCurrency, Some(worth)) => format!("outcomes worth `{worth}` each"),
        (RoiUnit::CurrencyPerCurrency, None) => "revenue".to_owned(),
    };
    format!("{counted} per unit of spend")
}

fn is_per_head(model: &ModelConfig, roles: &Roles) -> bool {
    roles.population.is_some() && model.scaling.is_per_head()
}

/// What is not compared between two fits.
pub(super) fn not_compared(old: &Fit, new: &Fit) -> Vec<NotCompared> {
    let [before, now] = [old, new].map(Units::of_fit);
    let of = |quantities: &[Quantity], reason: Option<String>| {
        let quantities = quantities.iter().map(|q| q.key().to_owned()).collect();
        Some(NotCompared { quantities, reason: reason? })
    };
    let found = [
        of(&[Quantity::Roi, Quantity::MarginalRoi], before.other_returns(&now)),
        of(&[Quantity::HalfSaturation, Quantity::Retention], before.other_periods(&now)),
        of(&[Quantity::HalfSaturation], before.other_exposure(&now).map(str::to_owned)),
    ];
    found.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_revenue_is_still_revenue_and_orders_are_not() {
        use RoiUnit::{CurrencyPerCurrency as Money, OutcomePerCurrency as Count};
        let interval = Interval::Weekly;
        let units =
            |unit, outcome, worth| Units { roi: of_return(unit, outcome, worth), interval, per_head: false };
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
        let per_head = Units { per_head: true, ..revenue.clone() };
        assert_eq!(per_head.other_exposure(&per_head), None);
        assert!(per_head.other_exposure(&revenue).unwrap().contains("was counted per head"));
        assert!(revenue.other_exposure(&per_head).unwrap().contains("counted per head now"));
    }
}
