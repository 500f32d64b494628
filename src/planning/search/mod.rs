//! The best plans within limits: of a budget, of a target, under risk, over time; and what a test would add.

pub(super) mod budget_change;
pub(super) mod cautious;
pub(super) mod cycle;
pub(super) mod dual;
pub(super) mod flight;
pub(super) mod frontier;
pub(super) mod grid;
pub(super) mod grow;
pub(super) mod information;
pub(super) mod limits;
pub(super) mod optimise;
pub(super) mod polish;
pub(super) mod risk;
pub(super) mod scenario;
pub(super) mod settle;
