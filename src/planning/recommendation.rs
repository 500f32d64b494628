//! Which plan is worth recommending: it changes enough, and is likely enough to bring more.

use super::search::cautious::LIKELY;
use super::search::information::TestValue;
use super::search::scenario::{ChannelPlan, Scenario};
use super::search::settle::NO_GAIN;

/// A change of a channel's budget below this share is not worth a meeting.
pub(crate) const SMALL_CHANGE: f64 = 0.02;

/// Share of a side of a move from which assumed returns decide it.
const HALF: f64 = 0.5;

/// How much of a move's reasons the data gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// The data say what every channel that moves returns.
    Strong,
    /// Some of what moves goes by an assumed return.
    Lean,
    /// At least half of what is given, or of what is taken, goes by assumed returns: the gain is that of the
    /// assumption. Test first.
    None,
}

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
        /// How far it can be relied on.
        grade: Grade,
        /// Channels that it gives to.
        up: Vec<&'a ChannelPlan>,
        /// Channels that it takes from.
        down: Vec<&'a ChannelPlan>,
    },
}

impl Recommendation<'_> {
    /// What the best plan of a budget comes to, where the returns of some channels are `assumed`.
    pub fn of<'a>(scenario: &'a Scenario, assumed: &dyn Fn(&str) -> bool) -> Recommendation<'a> {
        if let Some(why) = &scenario.no_move {
            return Recommendation::Stay { why };
        }
        if !scenario.allocation.iter().any(is_worth_a_meeting) {
            return Recommendation::Small;
        }
        let change = |p: &&ChannelPlan| p.proposed - p.current;
        let (up, down) = (movers(scenario, &change), movers(scenario, &|p| -change(p)));
        if is_recommended(scenario) {
            Recommendation::Move { grade: Grade::of(&[&up, &down], assumed), up, down }
        } else {
            Recommendation::Unlikely { up, down }
        }
    }
}

impl Grade {
    /// Of what is given and what is taken: a gain is the difference of their returns, so either side carries it.
    fn of(sides: &[&Vec<&ChannelPlan>], assumed: &dyn Fn(&str) -> bool) -> Grade {
        let share = |side: &&Vec<&ChannelPlan>| {
            let moved = |p: &&ChannelPlan| (p.proposed - p.current).abs();
            let all: f64 = side.iter().map(moved).sum();
            let of_assumed: f64 = side.iter().filter(|p| assumed(&p.channel)).map(moved).sum();
            if all > 0.0 { of_assumed / all } else { 0.0 }
        };
        let most = sides.iter().map(share).fold(0.0, f64::max);
        match most {
            0.0 => Grade::Strong,
            share if share < HALF => Grade::Lean,
            _ => Grade::None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_likely_to_gain_from_three_fifths_on_and_only_where_it_gains_on_average() {
        assert!(is_likely_gain(1.0, LIKELY));
        assert!(!is_likely_gain(1.0, LIKELY - 0.01));
        assert!(!is_likely_gain(0.0, 0.99) && !is_likely_gain(-1.0, 0.99), "a rare loss outweighs the gains");
    }

    #[test]
    fn a_grade_is_that_of_the_side_of_which_less_is_known() {
        let plan = |channel: &str, current: f64, proposed: f64| ChannelPlan {
            channel: channel.into(),
            current,
            proposed,
            change: Some(proposed / current - 1.0),
            bounds: [0.7, 1.3],
            bound_hit: None,
            extrapolated: false,
            held: false,
            p_grow: None,
        };
        let (tv, web, radio) =
            (plan("tv", 100.0, 70.0), plan("web", 100.0, 120.0), plan("radio", 100.0, 110.0));
        let grade =
            |assumed: &[&str]| Grade::of(&[&vec![&web, &radio], &vec![&tv]], &|name| assumed.contains(&name));
        assert_eq!(grade(&[]), Grade::Strong);
        assert_eq!(grade(&["radio"]), Grade::Lean, "a third of what is given");
        assert_eq!(grade(&["web"]), Grade::None, "two thirds of what is given");
        assert_eq!(grade(&["tv"]), Grade::None, "all of what is taken");
    }
}
