//! What a test costs, risks and can show.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::candidates::{Candidate, mean_rows};
use super::constraints::Constraints;
use super::history::History;
use super::report::Design;
use crate::model::ELSEWHERE;
use crate::planning::Signal;
use crate::posterior::{Summary, quantiles};

/// Degrees of freedom that the fit's own noise is worth beside the placebo windows.
const PRIOR_DF: f64 = 4.0;

/// What outcomes and spend count as.
pub(super) struct Money {
    /// Whether value is in currency.
    pub in_currency: bool,
    /// What a unit of spend counts as: 1, or the outcome that it brings on average.
    pub spend: f64,
    /// What the last unit of all budgets together is expected to return: what saved spend brings elsewhere.
    pub elsewhere: f64,
    /// Outcome of all geos in a usual period.
    pub outcome: f64,
    /// Standard normal deviate, or Student's, that a reading must exceed.
    alpha: f64,
    power: f64,
}

impl Money {
    pub fn of(history: &History, in_currency: bool, constraints: &Constraints) -> Money {
        let mean = |curve: &crate::planning::ChannelCurve| curve.mean_at(1.0).unwrap_or(0.0);
        let spent: f64 = history.curves.iter().map(|curve| curve.spend()).sum();
        let brought: f64 = history.curves.iter().map(mean).sum();
        let last = |curve: &crate::planning::ChannelCurve| {
            curve.spend() * curve.marginal_roi_at(1.0).ok().flatten().unwrap_or(0.0)
        };
        let returned: f64 = history.curves.iter().map(last).sum();
        let year = history.media.history.interval.per_year() as usize;
        let n = history.outcome.ncols();
        let recent = n.saturating_sub(year)..n;
        let total: f64 =
            recent.clone().flat_map(|t| history.outcome.column(t).to_vec()).filter(|y| y.is_finite()).sum();
        Money {
            in_currency,
            spend: if in_currency || spent <= 0.0 { 1.0 } else { brought / spent },
            elsewhere: if spent > 0.0 { returned / spent } else { 0.0 },
            outcome: total / recent.len().max(1) as f64,
            alpha: constraints.alpha,
            power: constraints.power,
        }
    }

    /// Quantiles of the reading's error for a false alarm and for the power.
    pub fn critical(&self, windows: usize) -> (f64, f64) {
        let at = |p: f64| match StudentsT::new(0.0, 1.0, PRIOR_DF + windows as f64) {
            Ok(t) => t.inverse_cdf(p),
            Err(_) => Normal::standard().inverse_cdf(p),
        };
        (at(1.0 - self.alpha / 2.0), at(self.power))
    }
}

/// A candidate as a design without its value, and what it will show.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub design: Design,
    signal: Vec<f64>,
}

impl Judged {
    /// What the reading will show, with what differs between the test and the rest of the time.
    pub fn signal(&self) -> Signal {
        let squares = self.signal.iter().map(|l| l * l).sum::<f64>() / self.signal.len().max(1) as f64;
        let se = (self.design.se.powi(2) + ELSEWHERE.powi(2) * squares).sqrt();
        Signal { draws: self.signal.clone(), se }
    }

    pub fn meets(&self, constraints: &Constraints) -> bool {
        constraints.budget.is_none_or(|budget| self.design.cost <= budget)
            && constraints.max_risk.is_none_or(|risk| self.design.share_at_risk <= risk)
    }
}

/// Probability that a reading differs from nothing, of a true lift.
pub(super) fn power(lift: f64, se: f64, critical: f64) -> f64 {
    let normal = Normal::standard();
    let z = lift.abs() / se;
    normal.cdf(z - critical) + normal.cdf(-z - critical)
}

pub(super) fn judge(history: &History, candidate: &Candidate, money: &Money) -> Judged {
    let Candidate { channel, change, span, chosen, effect, usual } = candidate;
    let media = &history.media.history;
    let weeks = span.weeks(history);
    let signal: Vec<f64> =
        effect.iter().map(|x| x.iter().zip(&chosen.estimator.weights).map(|(x, w)| x * w).sum()).collect();
    let expected = mean_rows(effect);
    let last = media.n_periods() - 1;
    let worth = |g: &usize| media.value_per_outcome[g * media.n_periods() + last];
    let worth = chosen.treated.iter().map(worth).sum::<f64>() / chosen.treated.len().max(1) as f64;
    let spend_change: f64 = usual.iter().zip(&change.dose).map(|(x, dose)| x * (dose - 1.0)).sum();
    let forgone: Vec<f64> = effect.iter().map(|x| x.iter().map(|x| (-x).max(0.0)).sum()).collect();
    let [at_risk] = quantiles(&forgone, [0.95]);
    let (critical, powerful) = money.critical(chosen.windows);
    let se = chosen.se;
    let assurance =
        signal.iter().map(|lift| power(*lift, se, critical)).sum::<f64>() / signal.len().max(1) as f64;
    let on_balance = (-expected.iter().sum::<f64>()).max(0.0);
    let cost = on_balance * worth + spend_change.max(0.0) * money.spend;
    // Same budget: what is saved works elsewhere, what is added is taken from there. Never below nothing: a test is
    // not paid for by what the fit believes already.
    let net_cost = (spend_change * money.elsewhere - expected.iter().sum::<f64>() * worth).max(0.0);
    let design = Design {
        channel: media.channels[*channel].name.clone(),
        kind: change.kind,
        dose: change.dose.clone(),
        geos: chosen.treated.iter().map(|g| media.geos[*g].clone()).collect(),
        start: weeks.dates[span.lead],
        end: weeks.end(span.lead + span.treated - 1),
        readout_end: weeks.last_day(),
        usual_spend: usual.iter().sum(),
        spend_change,
        lift: Summary::of(&signal),
        se,
        placebo_ratio: chosen.placebo_ratio,
        placebo_bias: chosen.bias,
        placebo_windows: chosen.windows,
        sets: chosen.sets,
        mde: se * (critical + powerful),
        assurance,
        cost,
        net_cost: Some(net_cost),
        value: 0.0,
        net: -net_cost,
        p_plan_changes: 0.0,
        share_at_risk: at_risk / (money.outcome * span.counted() as f64).max(f64::MIN_POSITIVE),
    };
    Judged { design, signal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_the_false_alarm_rate_at_nothing_and_rises_with_the_lift() {
        let critical = Normal::standard().inverse_cdf(0.95);
        assert!((power(0.0, 2.0, critical) - 0.1).abs() < 1e-9);
        let mde = 2.0 * (critical + Normal::standard().inverse_cdf(0.8));
        assert!((power(-mde, 2.0, critical) - 0.8).abs() < 1e-3);
    }
}
