//! Who is on the media plan: channel names, what each is like, and its share of the budget.

use serde::Serialize;

use super::random::Stream;
use super::response::SLOW_HALF_LIFE;
use super::world::World;

/// How a channel is bought and what is special about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    /// Flights of some weeks with pauses between.
    Tv,
    /// As television, for other channels.
    Flight,
    /// Always on and driven by demand, which also drives the outcome.
    Search,
    /// Nearly always on, with bursts when campaigns run and at holidays.
    Burst,
    /// Always on, hardly moving.
    Steady,
    /// Bought along with television, without any effect.
    Zero,
    /// Bought in the last weeks only.
    Late,
}

/// Name of geo `g`: G001, G002, …
pub(super) fn geo_name(g: usize) -> String {
    format!("G{:03}", g + 1)
}

/// The first five are the default market; a longer plan only adds to a shorter one.
const NAMED: [(&str, Role); 30] = [
    ("tv", Role::Tv),
    ("search", Role::Search),
    ("social", Role::Burst),
    ("display", Role::Zero),
    ("tiktok", Role::Late),
    ("video", Role::Burst),
    ("ooh", Role::Flight),
    ("radio", Role::Flight),
    ("print", Role::Burst),
    ("podcast", Role::Burst),
    ("affiliate", Role::Steady),
    ("influencer", Role::Burst),
    ("streaming", Role::Flight),
    ("shopping", Role::Search),
    ("native", Role::Zero),
    ("retargeting", Role::Steady),
    ("direct_mail", Role::Flight),
    ("pinterest", Role::Burst),
    ("snapchat", Role::Burst),
    ("cinema", Role::Flight),
    ("linkedin", Role::Burst),
    ("reddit", Role::Burst),
    ("audio", Role::Flight),
    ("sponsorship", Role::Steady),
    ("coupons", Role::Zero),
    ("youtube", Role::Burst),
    ("magazine", Role::Flight),
    ("app_install", Role::Steady),
    ("marketplace", Role::Search),
    ("twitch", Role::Late),
];

/// Roles of `channel_31` and on, in turn.
const UNNAMED: [Role; 6] = [Role::Burst, Role::Flight, Role::Steady, Role::Burst, Role::Zero, Role::Flight];

/// Name and role of channel `c`, counted from 0.
pub(super) fn member(c: usize) -> (String, Role) {
    match NAMED.get(c) {
        Some((name, role)) => ((*name).to_string(), *role),
        None => (format!("channel_{}", c + 1), UNNAMED[(c - NAMED.len()) % UNNAMED.len()]),
    }
}

/// Weeks at the end of the data in which a late channel is bought.
pub(super) fn late_weeks(weeks: usize) -> usize {
    12.min(weeks / 4)
}

/// A channel's part of the budget before all parts are normalised.
pub(super) fn budget_weight(c: usize, world: &World, stream: &mut Stream) -> f64 {
    let usual = match c {
        0 => 0.345,
        1 => 0.276,
        2 => 0.253,
        3 => 0.115,
        4 => 0.15,
        _ => 0.12 * stream.jitter(0.5),
    };
    match member(c).1 {
        Role::Late if world.spend_rule(c).is_none() => {
            usual * late_weeks(world.weeks) as f64 / world.weeks as f64
        }
        _ => usual,
    }
}

/// What a channel does with the money; `half_ratio` is half-saturation over the median adstock of
/// weeks with spend.
pub(super) struct Response {
    pub(super) retention: f64,
    pub(super) peak: f64,
    /// Retention of the memory that a dual carry-over has.
    pub(super) slow: f64,
    pub(super) slope: f64,
    pub(super) half_ratio: f64,
    pub(super) roi: f64,
}

impl Response {
    /// Draws a response typical of the role.
    pub(super) fn draw(role: Role, stream: &mut Stream) -> Self {
        // Carry-over is long for brand media and short for search; S-shaped curves (slope > 1) for
        // media bought in flights. The ranges are our own choice.
        let (retention, peak, slope, half_ratio) = match role {
            Role::Tv | Role::Flight => ((0.5, 0.75), (1.0, 3.0), (1.0, 1.6), (0.7, 1.6)),
            Role::Search => ((0.05, 0.2), (0.0, 0.5), (0.8, 1.2), (1.0, 2.5)),
            Role::Burst | Role::Late => ((0.15, 0.45), (0.5, 2.0), (0.9, 1.5), (0.6, 1.9)),
            Role::Steady | Role::Zero => ((0.1, 0.4), (0.0, 1.5), (0.9, 1.4), (0.7, 1.9)),
        };
        let mut within = |(low, high)| stream.uniform(low, high);
        let (retention, peak) = (within(retention), within(peak));
        let (slope, half_ratio) = (within(slope), within(half_ratio));
        let typical_roi = if role == Role::Search { 1.3 } else { 1.6 };
        let roi = (typical_roi * stream.jitter(0.35)).clamp(0.6, 3.0);
        let roi = if role == Role::Zero { 0.0 } else { roi };
        Response { retention, peak, slow: 0.5_f64.powf(1.0 / SLOW_HALF_LIFE), slope, half_ratio, roi }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn sixty_channels_have_sixty_names() {
        let names: BTreeSet<String> = (0..60).map(|c| member(c).0).collect();
        assert_eq!(names.len(), 60);
        assert_eq!(member(30).0, "channel_31");
    }
}
