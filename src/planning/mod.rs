//! Where the next unit of budget goes: what-if, best allocations, and the scenarios of every fit.

mod curve;
mod dual;
mod error;
mod frontier;
mod grid;
mod grow;
mod interpolate;
mod limits;
mod optimise;
mod outcome;
mod polish;
mod request;
mod scenario;
mod settle;

pub use curve::ChannelCurve;
pub use error::PlanningError;
pub use frontier::{
    frontier, largest_budget_at_marginal_roi, largest_budget_at_total_roi, smallest_budget_for_outcome,
};
pub use limits::{Bounds, GroupLimit, Limits};
pub use optimise::{Allocation, optimise};
pub use outcome::{PlanOutcome, evaluate, gain_draws, outcome_draws, total_spend};
pub use request::{Amount, Change, PlanRequest, RawRequest, RequestError};
pub use scenario::{
    BoundHit, ChannelPlan, Scenario, ScenarioKind, default_scenarios, optimal_scenario, plan_scenario,
};
