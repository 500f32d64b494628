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
    #[error("bounds of `{channel}` are {}..{}; the lower one must not exceed the upper one", short(*lo), short(*hi))]
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
        "`{channel}` at {} times today's spend lies outside its response curve ({first} to {last})",
        short(*multiplier)
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
    #[error("{what} {} is not {wanted}", short(*value))]
    BadNumber {
        /// Which number.
        what: String,
        /// As given.
        value: f64,
        /// What it should be.
        wanted: &'static str,
    },
    /// The bounds leave no plan with this budget.
    #[error(
        "budget {} cannot be spent within the bounds, which allow {} to {}",
        short(*budget), short(*least), short(*most)
    )]
    InfeasibleBudget {
        /// Budget asked for, currency.
        budget: f64,
        /// Least spend the bounds allow.
        least: f64,
        /// Most spend the bounds allow.
        most: f64,
    },
    /// A group's limits contradict its channels' bounds.
    #[error(
        "group `{group}` must spend {} to {}, but its channels' bounds allow {} to {}",
        short(*lo), short(*hi), short(*least), short(*most)
    )]
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
    /// Spend where there is no outcome any more.
    #[error("`{channel}` cannot spend in `{geo}`, whose outcome has ended")]
    GeoEnded {
        /// Channel name.
        channel: String,
        /// Geo name.
        geo: String,
    },
    /// No budget within the bounds reaches the target.
    #[error("no budget within the bounds reaches {what} {}; the best is {}", short(*target), short(*best))]
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
            PlanningError::BadBounds { lo, hi, .. } => {
                Some(format!("write them as {}..{}", short(*hi), short(*lo)))
            }
            PlanningError::OutsideCurve { first, last, .. } => {
                Some(format!("ask for a multiplier between {first} and {last}"))
            }
            PlanningError::InfeasibleBudget { .. } => {
                Some("widen the bounds (--max-step, --bound), or choose a budget inside that range".into())
            }
            PlanningError::InfeasibleGroup { .. } => {
                Some("widen the group's limits or its channels' bounds".into())
            }
            PlanningError::BadGroup { .. } => Some(
                "name each channel once, in one group at most; --bound of a channel's geos together makes a group of \
                 them: bound its geos one by one (--bound tv@north=0.9..1.1)"
                    .into(),
            ),
            PlanningError::OutOfReach { .. } => {
                Some("widen the bounds (--max-step, --bound), or lower the target".into())
            }
            PlanningError::GeoEnded { .. } => {
                Some("leave it out of the plan, or fit data in which it goes on".into())
            }
            _ => None,
        }
    }
}

fn place(geo: Option<&str>) -> String {
    geo.map_or(String::new(), |geo| format!(" in `{geo}`"))
}

/// A number as people write it: seven digits or to the cent, and with an exponent where that would be long.
fn short(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() || size >= 1e15 || (size > 0.0 && size < 1e-4) {
        return if value.is_finite() { format!("{value:.3e}") } else { value.to_string() };
    }
    let decimals = if size < 1.0 { 8 } else { 6_usize.saturating_sub(size.log10() as usize).max(2) };
    let digits = format!("{value:.decimals$}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_near() {
        let cases = [
            (0.0, "0"),
            (200.0, "200"),
            (42_464_222.499_999_99, "42464222.5"),
            (14.132_688_331, "14.13269"),
            (1.01, "1.01"),
            (0.000_01, "1.000e-5"),
            (5.4e300, "5.400e300"),
            (-1.0, "-1"),
            (f64::NAN, "NaN"),
        ];
        for (value, want) in cases {
            assert_eq!(short(value), want);
        }
    }
}
