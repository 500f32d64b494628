//! What the outputs report of other modules, in one place.

pub use crate::diagnostics::{Diagnostics, ParameterDiagnostics, Verdict, WorstParameter};
pub use crate::planning::{BoundHit, ChannelPlan, Scenario, ScenarioKind, TestValue};
pub use crate::sampler::{Progress, Tick};
pub use crate::warning::Warning;
