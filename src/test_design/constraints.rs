//! What a test must respect.

use chrono::NaiveDate;

/// What was asked for, with the defaults of `mmm design`.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraints {
    /// Channels to consider; all paid ones when empty.
    pub channels: Vec<String>,
    /// Longest treatment, periods.
    pub max_weeks: usize,
    /// Largest share of the geos that is treated.
    pub max_treated: f64,
    /// The most that the test may cost.
    pub budget: Option<f64>,
    /// Largest share of the outcome of all geos, over the periods of the test, that it may put at risk.
    pub max_risk: Option<f64>,
    /// Geos that must be treated.
    pub treat: Vec<String>,
    /// Geos that must not be.
    pub spare: Vec<String>,
    /// Days on which no treatment may run: first and last of each range.
    pub blocked: Vec<(NaiveDate, NaiveDate)>,
    /// First day on which the test may begin; that after the data when empty.
    pub start: Option<NaiveDate>,
    /// Weeks over which the better plan is worth something.
    pub horizon: f64,
    /// Probability of a false alarm.
    pub alpha: f64,
    /// Probability with which the minimum detectable effect is detected.
    pub power: f64,
    /// Seed of the geos that are drawn.
    pub seed: u64,
}

impl Default for Constraints {
    fn default() -> Self {
        Constraints {
            channels: Vec::new(),
            max_weeks: 12,
            max_treated: 0.3,
            budget: None,
            max_risk: None,
            treat: Vec::new(),
            spare: Vec::new(),
            blocked: Vec::new(),
            start: None,
            horizon: 52.0,
            alpha: 0.1,
            power: 0.8,
            seed: 1,
        }
    }
}
