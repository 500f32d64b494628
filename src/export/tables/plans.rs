//! Plans of the fit, one row a plan and channel; and what tests are worth.

use crate::export::table::Table;
use crate::planning::{ChannelPlan, Scenario};
use crate::report::Fit;

/// One row a plan and channel; what is said of the plan as a whole stands in each of its rows.
pub fn plans(fit: &Fit) -> Table {
    let rows: Vec<(&Scenario, &ChannelPlan)> = fit
        .scenarios
        .iter()
        .flat_map(|plan| plan.allocation.iter().map(move |channel| (plan, channel)))
        .collect();
    Table::of("plans", "one row a plan and channel, over the fitted window", &rows)
        .text("plan", |(p, _)| Some(p.name.clone()))
        .text("channel", |(_, c)| Some(c.channel.clone()))
        .number("current_spend", |(_, c)| Some(c.current))
        .number("proposed_spend", |(_, c)| Some(c.proposed))
        .number("change", |(_, c)| c.change)
        .flag("extrapolated", |(_, c)| c.extrapolated)
        .flag("held", |(_, c)| c.held)
        .number("horizon_weeks", |(p, _)| Some(p.horizon_weeks))
        .number("plan_budget", |(p, _)| Some(p.budget))
        .number("plan_gain", |(p, _)| Some(p.gain.mean))
        .number("plan_gain_q05", |(p, _)| Some(p.gain.q05))
        .number("plan_gain_q95", |(p, _)| Some(p.gain.q95))
        .number("plan_p_gain", |(p, _)| Some(p.p_gain))
        .done()
}

/// One row a channel that could be tested.
pub fn next_tests(fit: &Fit) -> Table {
    Table::of("next_tests", "what a lift test of each channel is worth, most valuable first", &fit.next_tests)
        .text("channel", |t| Some(t.channel.clone()))
        .number("roi", |t| Some(t.roi.mean))
        .number("roi_sd", |t| Some(t.roi.sd))
        .number("test_se", |t| Some(t.test_se))
        .number("roi_sd_after", |t| Some(t.roi_sd_after))
        .number("expected_gain", |t| Some(t.expected_gain))
        .number("p_plan_changes", |t| Some(t.p_plan_changes))
        .done()
}
