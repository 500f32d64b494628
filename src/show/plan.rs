//! What a plan brings and costs, in sentences that the terminal and the report share.

use crate::planning::{Profit, Scenario};
use crate::posterior::Summary;
use crate::report::RoiUnit;
use crate::words::numbers::{amount, percent, ratio, signed, signed_percent};
use crate::words::one_of;

/// What a plan's outcomes are.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    /// What outcomes are counted in.
    pub unit: String,
    /// Whether that is the currency of the spend.
    pub is_money: bool,
    /// What brings them.
    pub media: String,
}

impl Counted {
    pub(crate) fn new(unit: String, roi_unit: RoiUnit, media: &str) -> Counted {
        Counted { unit, is_money: roi_unit == RoiUnit::CurrencyPerCurrency, media: media.to_owned() }
    }
}

/// A plan against today's; profit, when it is known, first.
pub(crate) fn sentences(scenario: &Scenario, profit: Option<&Profit>, counted: &Counted) -> Vec<String> {
    let mut sentences: Vec<String> = profit.map(|profit| of_profit(profit, counted)).into_iter().collect();
    sentences.push(of_outcome(scenario, counted));
    sentences.extend(of_parts(scenario));
    if profit.is_none() && counted.is_money {
        sentences.extend(of_money(scenario));
    }
    sentences.extend(of_each_unit(scenario));
    sentences
}

/// Spend of the plan less today's.
fn more_spend(scenario: &Scenario) -> f64 {
    scenario.budget - scenario.today()
}

/// What another budget brings less what is spent more: beyond the best plan of today's budget, where one was sought.
pub(crate) fn net(scenario: &Scenario) -> Summary {
    if let Some(change) = &scenario.budget_change {
        return change.net;
    }
    let (gain, more) = (scenario.gain, more_spend(scenario));
    Summary {
        mean: gain.mean - more,
        q05: gain.q05 - more,
        q25: gain.q25 - more,
        q50: gain.q50 - more,
        q75: gain.q75 - more,
        q95: gain.q95 - more,
        ..gain
    }
}

fn of_outcome(scenario: &Scenario, counted: &Counted) -> String {
    let (gain, today) = (&scenario.gain, scenario.today());
    let other_budget = scenario.changes_budget();
    let spend = if other_budget {
        let change = if today > 0.0 { scenario.budget / today - 1.0 } else { 0.0 };
        format!("Spend {} instead of {} ({})", amount(scenario.budget), amount(today), signed_percent(change))
    } else {
        format!("Spend {}, as today", amount(scenario.budget))
    };
    let likely = match scenario.p_gain {
        // Media cannot harm, so that more spend brings more says nothing of whether it pays.
        p if other_budget && (p == 0.0 || p == 1.0) => String::new(),
        p if other_budget => format!(", more {} with probability {}", counted.unit, percent(p)),
        p => format!(", a gain with probability {}{}", percent(p), if_wrong(scenario.mean_loss)),
    };
    format!(
        "{spend}; {} bring {} {} instead of {}: {} (90 % interval {} to {}){likely}.",
        counted.media,
        amount(scenario.proposed_outcome.mean),
        counted.unit,
        amount(scenario.current_outcome.mean),
        signed(gain.mean),
        signed(gain.q05),
        signed(gain.q95),
    )
}

fn if_wrong(mean_loss: Option<f64>) -> String {
    mean_loss.map_or(String::new(), |loss| format!("; if wrong, it loses {} on average", amount(-loss)))
}

/// What moving today's budget brings, and what the change of the budget brings beside.
fn of_parts(scenario: &Scenario) -> Option<String> {
    let change = scenario.budget_change.as_ref()?;
    let (moving, own) = (change.moving.as_ref()?, &change.budget);
    let own = if change.spend > 0.0 {
        format!("added bring {} ({} to {})", signed(own.mean), signed(own.q05), signed(own.q95))
    } else {
        format!("cut give up {} ({} to {})", signed(-own.mean), signed(-own.q95), signed(-own.q05))
    };
    let (moving, spend) = (signed(moving.mean), amount(change.spend.abs()));
    Some(format!(
        "Of that, moving today's budget within the same bounds brings {moving} already; the {spend} {own}."
    ))
}

/// What another budget costs or saves, and whether that pays.
fn of_money(scenario: &Scenario) -> Option<String> {
    if !scenario.changes_budget() {
        return None;
    }
    let (net, more) = (net(scenario), more_spend(scenario));
    let (what, pays) = if more > 0.0 {
        (format!("costs {} more", amount(more)), "pays for itself")
    } else {
        (format!("saves {}", amount(-more)), "saves more than it gives up")
    };
    let (mean, low, high) = (signed(net.mean), signed(net.q05), signed(net.q95));
    // Fits of older versions do not say.
    let pays = scenario.p_pays.map(|p| format!("; it {pays} with probability {}", percent(p)));
    let moving = scenario.budget_change.and_then(|change| change.moving);
    let against = if moving.is_some() { " against the best plan of today's budget" } else { "" };
    Some(format!("It {what}: net {mean} ({low} to {high}){against}{}.", pays.unwrap_or_default()))
}

fn of_each_unit(scenario: &Scenario) -> Option<String> {
    let unit = scenario.return_on_budget_change?;
    let range =
        |mean: f64, low: f64, high: f64| format!("{} ({} to {})", ratio(mean), ratio(low), ratio(high));
    Some(if more_spend(scenario) > 0.0 {
        format!("Each unit of spend added to the budget brings {}.", range(unit.mean, unit.q05, unit.q95))
    } else if unit.mean >= 0.0 {
        format!("Each unit of spend cut costs {}.", range(unit.mean, unit.q05, unit.q95))
    } else {
        let gains = range(-unit.mean, -unit.q95, -unit.q05);
        format!("Each unit of spend cut comes with a gain of {gains}, from moves between channels.")
    })
}

fn of_profit(profit: &Profit, counted: &Counted) -> String {
    let each = if counted.is_money { String::new() } else { format!(" per {}", one_of(&counted.unit)) };
    format!(
        "Profit at a margin of {}{each}: {} instead of {}: {} ({} to {}), higher with probability {}{}.",
        ratio(profit.margin),
        amount(profit.proposed.mean),
        amount(profit.current.mean),
        signed(profit.gain.mean),
        signed(profit.gain.q05),
        signed(profit.gain.q95),
        percent(profit.p_gain),
        if_wrong(profit.mean_loss)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::BudgetChange;
    use crate::report::testdata;

    fn counted(roi_unit: RoiUnit) -> Counted {
        let unit = if roi_unit == RoiUnit::CurrencyPerCurrency { "revenue" } else { "orders" };
        Counted::new(unit.into(), roi_unit, "paid media")
    }

    /// 2040 and 1560 of spend become 3600 + `more`, which brings 100 to 300.
    fn plan(more: f64) -> Scenario {
        let mut plan = testdata::fit().scenarios[0].clone();
        let gain = [100.0, 300.0];
        plan.budget += more;
        plan.gain = Summary::of(&gain);
        plan.return_on_budget_change = Some(Summary::of(&gain.map(|g| g / more)));
        (plan.p_gain, plan.p_pays, plan.mean_loss) = (1.0, Some(0.7), None);
        plan
    }

    #[test]
    fn more_budget_names_its_cost_and_whether_it_pays() {
        let text = sentences(&plan(360.0), None, &counted(RoiUnit::CurrencyPerCurrency)).join(" ");
        assert!(text.contains("Spend 3.96K instead of 3.60K (+10 %)"), "{text}");
        assert!(text.contains("It costs 360 more: net -160 (-250 to -70)"), "{text}");
        assert!(text.contains("it pays for itself with probability 70 %"), "{text}");
        assert!(!text.contains("100 %"), "that more spend brings more is no news: {text}");
        let text = sentences(&plan(360.0), None, &counted(RoiUnit::OutcomePerCurrency)).join(" ");
        assert!(!text.contains("net") && text.contains("brings 0.56"), "orders are no money: {text}");
    }

    #[test]
    fn a_smaller_budget_that_gains_does_not_cost_less_than_nothing() {
        let text = sentences(&plan(-100.0), None, &counted(RoiUnit::CurrencyPerCurrency)).join(" ");
        assert!(text.contains("It saves 100: net +300"), "{text}");
        assert!(text.contains("it saves more than it gives up with probability 70 %"), "{text}");
        assert!(text.contains("Each unit of spend cut comes with a gain of 2.00 (1.10 to 2.90)"), "{text}");
    }

    #[test]
    fn the_loss_is_that_of_the_draws_that_lose() {
        let plan = testdata::fit().scenarios[0].clone();
        let text = sentences(&plan, None, &counted(RoiUnit::CurrencyPerCurrency)).join(" ");
        assert!(text.contains("a gain with probability 97 %; if wrong, it loses 50 on average"), "{text}");
    }

    #[test]
    fn what_is_cut_gives_up_what_it_brought() {
        let mut plan = plan(-100.0);
        let own = [-20.0, -40.0];
        plan.budget_change = Some(BudgetChange {
            spend: -100.0,
            moving: Some(Summary::of(&[50.0, 50.0])),
            budget: Summary::of(&own),
            net: Summary::of(&own.map(|x| x + 100.0)),
        });
        let text = sentences(&plan, None, &counted(RoiUnit::CurrencyPerCurrency)).join(" ");
        assert!(
            text.contains("within the same bounds brings +50 already; the 100 cut give up +30 (+2"),
            "{text}"
        );
        assert!(text.contains("It saves 100: net +70 (+6"), "{text}");
    }

    #[test]
    fn a_profit_is_told_with_the_probability_that_it_is_higher() {
        let of = |x: f64| Summary::of(&[x, x]);
        let profit = Profit {
            margin: 0.35,
            current: of(100.0),
            proposed: of(130.0),
            gain: of(30.0),
            p_gain: 0.8,
            expected_loss_if_wrong: -1.0,
            mean_loss: Some(-5.0),
        };
        let text = of_profit(&profit, &counted(RoiUnit::CurrencyPerCurrency));
        let told = "130 instead of 100: +30 (+30 to +30), higher with probability 80 %; if wrong, it loses 5 on average.";
        assert!(text.ends_with(told), "{text}");
    }
}
