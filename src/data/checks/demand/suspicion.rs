//! Why a channel's effect by correlation may be something else's.

/// Why what the data say of a channel may be something else's doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Suspicion {
    /// Spend is the outcome itself, but for `spread`, a relative standard deviation.
    IsOutcome {
        /// Standard deviation of ln(spend / outcome) within geos.
        spread: f64,
    },
    /// Spend is the outcome times a factor, and an amount more or less.
    LinearInOutcome {
        /// Correlation with the outcome within geos.
        correlation: f64,
    },
    /// Spend is set as a share of the outcome.
    ShareOfOutcome {
        /// Spend over outcome.
        share: f64,
        /// Standard deviation of ln(spend / outcome) within geos.
        spread: f64,
    },
    /// Spend runs along trend and season.
    Calendar {
        /// Share of its variance that they explain.
        explained: f64,
    },
    /// A column without a role moves with the channel and with the outcome.
    LeftOut {
        /// Its name.
        column: String,
        /// Correlation with the channel's exposure.
        with_channel: f64,
        /// Correlation with the outcome.
        with_outcome: f64,
        /// Share of the outcome that a regression without the column credits to the channel in its place; 0 where
        /// that may be chance.
        credited: f64,
    },
}

/// A channel with all that was found of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// Channel name.
    pub channel: String,
    /// What was found, at least one.
    pub why: Vec<Suspicion>,
}
