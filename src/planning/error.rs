//! What a plan or a budget question can be refused for.

/// Why a planning question has no answer.
///
/// `Display` says what is wrong; [`PlanningError::hint`] says how to mend it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanningError {
    /// No channel was given.
    #[error("there is no paid channel to plan")]
    NoChannel,
    /// A response curve cannot be used.
    #[error("response curve of `{channel}`: {reason}")]
    BadCurve {
        /// Channel name.
        channel: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two things that must have one entry per channel, or per draw, differ in length.
    #[error("{what}: {found} given, {expected} needed")]
    Length {
        /// What was counted.
        what: &'static str,
        /// Entries needed.
        expected: usize,
        /// Entries found.
        found: usize,
    },
    /// The bounds of a channel are not two ordered numbers.
    #[error("bounds of `{channel}` are {lo}..{hi}; the lower one must not exceed the upper one")]
    BadBounds {
        /// Channel name.
        channel: String,
        /// Lower multiplier.
        lo: f64,
        /// Upper multiplier.
        hi: f64,
    },
    /// A multiplier lies where the response curve was not computed.
    #[error(
        "`{channel}` at {multiplier} times today's spend lies outside its response curve ({first} to {last})"
    )]
    OutsideCurve {
        /// Channel name.
        channel: String,
        /// The multiplier asked for.
        multiplier: f64,
        /// Smallest multiplier of the curve.
        first: f64,
        /// Largest multiplier of the curve.
        last: f64,
    },
    /// A budget, target or group limit is not a usable number.
    #[error("{what} {value} is not {wanted}")]
    BadNumber {
        /// Which number.
        what: String,
        /// As given.
        value: f64,
        /// What it should be.
        wanted: &'static str,
    },
    /// The bounds leave no plan with this budget.
    #[error("budget {budget} cannot be spent within the bounds, which allow {least} to {most}")]
    InfeasibleBudget {
        /// Budget asked for, currency.
        budget: f64,
        /// Least spend the bounds allow.
        least: f64,
        /// Most spend the bounds allow.
        most: f64,
    },
    /// A group's limits contradict its channels' bounds.
    #[error("group `{group}` must spend {lo} to {hi}, but its channels' bounds allow {least} to {most}")]
    InfeasibleGroup {
        /// Group name.
        group: String,
        /// Least spend asked for.
        lo: f64,
        /// Most spend asked for.
        hi: f64,
        /// Least spend its channels allow.
        least: f64,
        /// Most spend its channels allow.
        most: f64,
    },
    /// A group names a channel that another group already holds, or one that does not exist.
    #[error("group `{group}`: {reason}")]
    BadGroup {
        /// Group name.
        group: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Spend where the model has seen none.
    #[error("`{channel}` has never spent{}, so nothing is known of what it would bring", place(geo.as_deref()))]
    NeverSpent {
        /// Channel name.
        channel: String,
        /// Geo name, for panels.
        geo: Option<String>,
    },
    /// No budget within the bounds reaches the target.
    #[error("no budget within the bounds reaches {what} {target}; the best is {best}")]
    OutOfReach {
        /// Kind of target.
        what: &'static str,
        /// The target.
        target: f64,
        /// The best that can be had.
        best: f64,
    },
}

impl PlanningError {
    /// How to mend it, when there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            PlanningError::BadBounds { lo, hi, .. } => Some(format!("write them as {hi}..{lo}")),
            PlanningError::OutsideCurve { first, last, .. } => Some(format!(
                "ask for a multiplier between {first} and {last}, or fit with wider response curves"
            )),
            PlanningError::InfeasibleBudget { .. } => {
                Some("widen the bounds (--max-step, --bound), or choose a budget inside that range".into())
            }
            PlanningError::InfeasibleGroup { .. } => {
                Some("widen the group's limits or its channels' bounds".into())
            }
            PlanningError::OutOfReach { .. } => {
                Some("widen the bounds (--max-step, --bound), or lower the target".into())
            }
            _ => None,
        }
    }
}

fn place(geo: Option<&str>) -> String {
    geo.map_or(String::new(), |geo| format!(" in `{geo}`"))
}
