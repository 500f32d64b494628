//! Which plan is worth recommending: it changes enough, and is likely enough to bring more.

use super::{ChannelPlan, LIKELY, NO_GAIN, Scenario, TestValue};

/// A change of a channel's budget below this share is not worth a meeting.
pub(crate) const SMALL_CHANGE: f64 = 0.02;

/// What to do with a budget, given the best plan of it. The channels that a plan moves come with the most moved
/// first: those that are worth a meeting, or the first alone.
#[derive(Debug, Clone, PartialEq)]
pub enum Recommendation<'a> {
    /// No plan was sought, and this is why.
    Stay {
        /// In words, without a final dot.
        why: &'a str,
    },
    /// The best plan changes no channel by more than [`SMALL_CHANGE`].
    Small,
    /// The best plan gains nothing on average, or too seldom.
    Unlikely {
        /// Channels that it gives to.
        up: Vec<&'a ChannelPlan>,
        /// Channels that it takes from.
        down: Vec<&'a ChannelPlan>,
    },
    /// The best plan.
    Move {
        /// Channels that it gives to.
        up: Vec<&'a ChannelPlan>,
        /// Channels that it takes from.
        down: Vec<&'a ChannelPlan>,
    },
}

impl Recommendation<'_> {
    /// What the best plan of a budget comes to.
    pub fn of(scenario: &Scenario) -> Recommendation<'_> {
        if let Some(why) = &scenario.no_move {
            return Recommendation::Stay { why };
        }
        if !scenario.allocation.iter().any(is_worth_a_meeting) {
            return Recommendation::Small;
        }
        let change = |p: &&ChannelPlan| p.proposed - p.current;
        let (up, down) = (movers(scenario, &change), movers(scenario, &|p| -change(p)));
        if is_recommended(scenario) {
            Recommendation::Move { up, down }
        } else {
            Recommendation::Unlikely { up, down }
        }
    }
}

/// Whether a plan changes enough, and is likely enough to bring more, to be recommended.
pub(crate) fn is_recommended(scenario: &Scenario) -> bool {
    is_likely_gain(scenario.gain.mean, scenario.p_gain) && scenario.allocation.iter().any(is_worth_a_meeting)
}

/// Whether a plan that gains `mean` on average, and anything with probability `p_gain`, is likely enough to gain.
pub(crate) fn is_likely_gain(mean: f64, p_gain: f64) -> bool {
    mean > 0.0 && p_gain >= LIKELY
}

/// The tests that would add to the best plan more than rounding does, in their order.
pub(crate) fn worthwhile_tests<'a>(
    tests: &'a [TestValue],
    today: &Scenario,
) -> impl Iterator<Item = &'a TestValue> {
    let nothing = NO_GAIN * today.current_outcome.mean.abs();
    tests.iter().filter(move |test| test.expected_gain > nothing)
}

fn is_worth_a_meeting(plan: &ChannelPlan) -> bool {
    (plan.proposed - plan.current).abs() > SMALL_CHANGE * plan.current
}

/// The channels that a plan moves up, by `change`.
fn movers<'a>(scenario: &'a Scenario, change: &dyn Fn(&&ChannelPlan) -> f64) -> Vec<&'a ChannelPlan> {
    let mut moved: Vec<&ChannelPlan> = scenario.allocation.iter().filter(|p| change(p) > 0.0).collect();
    moved.sort_by(|a, b| change(b).total_cmp(&change(a)));
    if moved.iter().any(|p| is_worth_a_meeting(p)) {
        moved.retain(|p| is_worth_a_meeting(p));
    } else {
        moved.truncate(1);
    }
    moved
}
