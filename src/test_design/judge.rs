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

/// One market whose first channel spent 1, 5 and 1 in its last weeks.
#[cfg(test)]
pub(super) fn history() -> History {
    let media = crate::planning::testdata::model(&[(0.4, 2.0, 1.0); 4]);
    History {
        curves: Vec::new(),
        unexplained: ndarray::Array2::zeros((1, 20)),
        outcome: ndarray::Array2::from_elem((1, 20), 100.0),
        sigma: vec![1.0],
        phi: 0.3,
        drift: 0.0,
        weeks: 20.0,
        media,
    }
}

/// A test of two weeks that takes 3, 2 and 1 of the outcome, or adds as much, with a standard error of 2.
#[cfg(test)]
pub(super) fn judged(dose: f64, sign: f64) -> Design {
    let candidate = Candidate {
        channel: 0,
        change: super::candidates::Change { kind: super::report::Kind::HoldOut, dose: vec![dose; 2] },
        span: super::candidates::Span { lead: 1, treated: 2, readout: 1 },
        chosen: super::geos::Chosen {
            treated: vec![0],
            se: 2.0,
            placebo_ratio: 1.0,
            windows: 1_000_000,
            bias: 0.0,
            sets: (1, 1),
            estimator: super::estimator::Estimator { weights: vec![1.0; 3], sd: 2.0 },
        },
        effect: vec![[3.0, 2.0, 1.0].map(|x| sign * x).to_vec(); 4],
        usual: vec![5.0, 1.0],
    };
    let history = history();
    judge(&history, &candidate, &Money::of(&history, true, &Constraints::default())).design
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_costs_what_it_forgoes_or_adds_and_risks_what_it_may_lose() {
        let (less, more) = (judged(0.0, -1.0), judged(2.0, 1.0));
        assert_eq!((less.usual_spend, less.spend_change, less.lift.mean), (6.0, -6.0, -6.0));
        assert_eq!((less.cost, less.net), (6.0, -6.0), "what is saved is not taken off");
        assert!((less.share_at_risk - 6.0 / 300.0).abs() < 1e-12, "of three weeks of 100");
        assert_eq!((more.spend_change, more.cost, more.share_at_risk), (6.0, 6.0, 0.0));
        // Two-sided at a tenth, found in four of five: 1.645 and 0.842 standard errors.
        assert!((less.mde - 2.0 * (1.644_854 + 0.841_621)).abs() < 1e-3, "{}", less.mde);
        assert!((less.assurance - power(6.0, 2.0, 1.644_854)).abs() < 1e-4, "{}", less.assurance);
    }

    #[test]
    fn what_costs_or_risks_more_than_is_allowed_is_out() {
        let judged = Judged { design: judged(0.0, -1.0), signal: vec![-6.0; 4] };
        let meets = |budget: Option<f64>, max_risk: Option<f64>| {
            judged.meets(&Constraints { budget, max_risk, ..Constraints::default() })
        };
        assert!(meets(None, None) && meets(Some(6.0), Some(0.021)));
        assert!(!meets(Some(5.9), None) && !meets(None, Some(0.019)));
        // Beside the error of the reading stands what differs between the test and the rest of the time.
        assert!((judged.signal().se - (4.0 + (ELSEWHERE * 6.0).powi(2)).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn power_is_the_false_alarm_rate_at_nothing_and_rises_with_the_lift() {
        let critical = Normal::standard().inverse_cdf(0.95);
        assert!((power(0.0, 2.0, critical) - 0.1).abs() < 1e-9);
        let mde = 2.0 * (critical + Normal::standard().inverse_cdf(0.8));
        assert!((power(-mde, 2.0, critical) - 0.8).abs() < 1e-3);
    }
}
