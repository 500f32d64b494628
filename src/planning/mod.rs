//! Where the next unit of budget goes: what-if, best allocations, and the scenarios of every fit.

mod answer;
mod cautious;
mod cells;
mod columns;
mod credit;
mod curve;
mod dated;
mod dated_question;
mod dual;
mod effect;
mod error;
mod file;
mod flight;
mod flighting;
mod frontier;
mod geo_curves;
mod grid;
mod grow;
mod information;
mod interpolate;
mod limits;
mod media;
mod optimise;
mod outcome;
mod polish;
mod question;
mod request;
mod request_error;
mod risk;
mod round;
mod scenario;
mod settle;
mod target;
#[cfg(test)]
mod testdata;
mod weeks;

pub use answer::{Answer, FrontierPoint, GroupPlan, OutcomeTarget, Profit};
pub use cautious::LIKELY;
pub(crate) use cautious::{CAUTIOUS, cautious_plan};
pub use cells::{Cells, Slot, Split};
pub use credit::{Compared, Credit, CreditRatio, CreditVerdict};
pub use curve::ChannelCurve;
pub use dated::{Carry, ChangedPeriods, Dated};
pub use dated_question::DatedQuestion;
pub use error::PlanningError;
pub use file::read_questions;
pub use flight::{Flight, Pattern, flight};
pub use frontier::{
    frontier, largest_budget_at_marginal_roi, largest_budget_at_total_roi, smallest_budget_for_outcome,
};
pub use geo_curves::{geo_curve, geo_curve_stride};
pub(crate) use information::USUAL_PRECISION;
pub use information::{TestValue, default_test_values, test_values};
pub use limits::{Bounds, GroupLimit, Limits};
pub use media::{MediaDraws, MediaModel};
pub use optimise::{Allocation, optimise};
pub(crate) use outcome::share_above;
pub use outcome::{PlanOutcome, evaluate, gain_draws, outcome_draws, total_spend};
pub use question::{Goal, Question, RawQuestion};
pub use request::{Amount, AmountRange, Change, GroupRange, PlanRequest, RawRequest};
pub use request_error::{RequestError, RequestErrors};
pub use risk::{Objective, Risk, RiskPlan, optimise_risk};
pub(crate) use scenario::DEFAULT_STEP;
pub use scenario::{
    BoundHit, ChannelPlan, Scenario, ScenarioKind, default_scenarios, optimal_scenario, plan_scenario,
};
pub(crate) use settle::NO_GAIN;
pub use target::{DateRange, Target, whole_channel};
pub use weeks::FutureWeeks;
