//! Where the next unit of budget goes: what-if, best allocations, and the scenarios of every fit.
//!
//! Three inner rooms, each above the next: `value` (what a plan brings), `search` (the best plans), `grammar` (the
//! words of a plan); the files beside them answer.

mod error;

mod value;

mod search;

mod grammar;

mod answer;
mod curves;
mod dated;
mod dated_answer;
mod flighting;
mod judge;
mod recommendation;
#[cfg(test)]
pub(crate) mod testdata;

pub use answer::{Answer, FrontierPoint, GroupPlan, OutcomeTarget};
pub use curves::channel_curves;
pub use dated::{Carry, ChangedPeriods, Dated};
pub use error::PlanningError;
pub use grammar::amount::{Amount, AmountRange};
pub use grammar::change::{Change, TypedChange};
pub use grammar::file::read_questions;
pub use grammar::placed::{Placed, PlacedGroup, Step};
pub use grammar::question::{Defaults, Goal, Margin, PlacedQuestion, Question, RawQuestion, Terms};
pub use grammar::request::{GroupRange, PlanRequest, RawRequest};
pub use grammar::request_error::{RequestError, RequestErrors};
pub use grammar::slots::{Slot, Split};
pub use grammar::target::{DateRange, Names, Target, whole_channel};
pub use recommendation::{Grade, Recommendation};
pub(crate) use recommendation::{SMALL_CHANGE, is_likely_gain, is_recommended, worthwhile_tests};
pub use search::budget_change::BudgetChange;
pub use search::cautious::LIKELY;
pub(crate) use search::cautious::{CAUTIOUS, cautious_plan};
pub use search::flight::{Flight, Pattern, flight};
pub use search::frontier::{
    frontier, largest_budget_at_marginal_roi, largest_budget_at_total_roi, smallest_budget_for_outcome,
};
pub(crate) use search::information::USUAL_PRECISION;
pub use search::information::{
    Signal, SignalValue, TestValue, default_test_values, signal_values, test_values,
};
pub use search::limits::{GroupLimit, Limits};
pub use search::optimise::{Allocation, optimise};
pub use search::risk::{Objective, Risk, RiskPlan, optimise_risk};
pub(crate) use search::scenario::DEFAULT_STEP;
pub use search::scenario::{
    BoundHit, ChannelPlan, Scenario, ScenarioKind, default_scenarios, optimal_scenario, plan_scenario,
};
pub use value::bounds::Bounds;
pub(crate) use value::change::{Dosed, effect_change};
pub use value::credit::{Compared, Credit, CreditRatio, CreditVerdict};
pub use value::curve::ChannelCurve;
pub use value::geo_curves::{geo_curve, geo_curve_stride};
pub use value::media::{MediaDraws, MediaModel};
pub(crate) use value::outcome::share_above;
pub use value::outcome::{PlanOutcome, evaluate, gain_draws, outcome_draws, total_spend};
pub use value::profit::Profit;
pub use value::weeks::FutureWeeks;
