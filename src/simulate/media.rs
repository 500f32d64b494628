//! The media plan: who spends when and where, before budgets are set.

use super::baseline::{Baseline, Panel, shared_and_local};
use super::random::{Part, Stream};
use super::roster::{Role, late_weeks, member};
use super::world::{SpendRule, World};

/// What the plans of all channels look at.
struct Market<'a> {
    panel: &'a Panel,
    base: &'a Baseline,
    /// Marketing activity common to all channels, unit variance; why their spends correlate.
    campaign: Vec<f64>,
}

impl Market<'_> {
    fn is_holiday(&self, t: usize) -> f64 {
        self.base.holiday[t]
    }
}

/// Relative spend per person of each channel, geo-major rows; only its shape matters.
pub(super) fn draw_plans(world: &World, panel: &Panel, base: &Baseline) -> Vec<Vec<f64>> {
    let campaign = Stream::new(world.seed, Part::Campaign).autoregression(panel.weeks, 0.7);
    let market = Market { panel, base, campaign };
    let mut plans: Vec<Vec<f64>> = Vec::with_capacity(world.channels);
    for c in 0..world.channels {
        let mut stream = Stream::new(world.seed, Part::Plan(c));
        let first = plans.first().map(Vec::as_slice).unwrap_or_default();
        let plan = if c == 2 && world.collinear {
            first.iter().map(|x| x * stream.jitter(0.04)).collect()
        } else {
            match member(c).1 {
                Role::Tv | Role::Flight => flights(&market, &mut stream),
                Role::Search if world.follows_demand(c) => {
                    demand_driven(&market, &market.base.demand, &mut stream)
                }
                Role::Search => {
                    let own = shared_and_local(panel, Part::Steering(c), world.seed, 0.85);
                    demand_driven(&market, &own, &mut stream)
                }
                Role::Burst => bursts(&market, first, &mut stream),
                Role::Steady => steady(&market, &mut stream),
                Role::Zero => alongside(&market, first, &mut stream),
                Role::Late => late(&market, &mut stream),
            }
        };
        plans.push(plan);
    }
    for (c, plan) in plans.iter_mut().enumerate() {
        steer(world, &market, c, plan);
    }
    plans
}

/// How strongly demand or an unseen driver moves the log of a spend that it does not move by nature.
const PULL: f64 = 0.4;

/// Lets the spend follow what the world asks for; a share of sales is set once sales are known.
fn steer(world: &World, market: &Market, c: usize, plan: &mut Vec<f64>) {
    let mut follow = |driver: &[f64]| plan.iter_mut().zip(driver).for_each(|(x, d)| *x *= (PULL * d).exp());
    // What is bought in lockstep follows together.
    let pair = if world.collinear && (c == 0 || c == 2) { [0, 2] } else { [c, c] };
    if pair.iter().any(|c| world.follows_demand(*c) && member(*c).1 != Role::Search) {
        follow(&market.base.demand);
    }
    if let Some(driver) = market.base.unseen_driver.as_deref()
        && pair.iter().any(|c| world.follows_unseen_driver(*c))
    {
        follow(driver);
    }
    if world.spend_noise > 0.0 && (world.follows_demand(c) || world.follows_unseen_driver(c)) {
        let mut stream = Stream::new(world.seed, Part::SpendNoise(c));
        plan.iter_mut().for_each(|x| *x *= stream.jitter(world.spend_noise));
    }
    let weeks = market.panel.weeks;
    let season = &market.base.national_season;
    let height = season.iter().fold(0.0_f64, |h, s| h.max(s.abs()));
    let shape = |t: usize| match world.spend_rule(c) {
        Some(SpendRule::Season) => Some(1.0 + 0.8 * season[t] / height),
        Some(SpendRule::Trend) => Some((t + 1) as f64 / weeks as f64),
        Some(SpendRule::SalesShare) | None => None,
    };
    let mut stream = Stream::new(world.seed, Part::Steering(c));
    let ruled: Option<Vec<f64>> = (0..weeks).map(|t| shape(t).map(|x| x * stream.jitter(0.05))).collect();
    if let Some(ruled) = ruled {
        *plan = across_geos(market, &ruled, &mut stream);
    }
}

/// Relative spend per person that is a share of `sales`, outcome per geo-week, give or take 10 %.
pub(super) fn share_of_sales(world: &World, panel: &Panel, c: usize, sales: &[f64]) -> Vec<f64> {
    let mut stream = Stream::new(world.seed, Part::Steering(c));
    panel.rows(|g, t| sales[g * panel.weeks + t].max(0.0) / panel.population[g] * stream.jitter(0.1))
}

/// Two to six weeks on, three to six off; in a panel one geo in five sits a flight out.
fn flights(market: &Market, stream: &mut Stream) -> Vec<f64> {
    let panel = market.panel;
    let mut on = vec![0.0; panel.geos() * panel.weeks];
    // Early enough that even the shortest data have a flight.
    let mut start = stream.integer(0, 4);
    while start < panel.weeks {
        let end = (start + stream.integer(2, 6)).min(panel.weeks);
        let level = stream.jitter(0.25);
        let aired: Vec<bool> =
            (0..panel.geos()).map(|_| !panel.is_panel() || stream.uniform(0.0, 1.0) < 0.8).collect();
        // A flight that every geo sits out would leave the channel of a small world without spend.
        let nowhere = !aired.contains(&true);
        for (g, here) in aired.into_iter().enumerate() {
            if here || nowhere {
                on[g * panel.weeks + start..g * panel.weeks + end].fill(level);
            }
        }
        start = end + stream.integer(3, 6);
    }
    let shape: Vec<f64> = (0..panel.weeks)
        .map(|t| (0.3 * market.campaign[t] + 0.3 * market.is_holiday(t)).exp() * stream.jitter(0.15))
        .collect();
    let spread = across_geos(market, &shape, stream);
    spread.iter().zip(&on).map(|(x, level)| x * level).collect()
}

/// Follows `demand` and the season closely.
fn demand_driven(market: &Market, demand: &[f64], stream: &mut Stream) -> Vec<f64> {
    let shape: Vec<f64> = market.base.national_season.iter().map(|s| s.exp() * stream.jitter(0.1)).collect();
    let spread = across_geos(market, &shape, stream);
    spread.iter().zip(demand).map(|(x, d)| x * (0.28 * d).exp()).collect()
}

/// Up with campaigns, with television and at holidays; a few weeks of silence.
fn bursts(market: &Market, tv: &[f64], stream: &mut Stream) -> Vec<f64> {
    let panel = market.panel;
    let shape: Vec<f64> = (0..panel.weeks)
        .map(|t| {
            let on_air = f64::from(tv.iter().skip(t).step_by(panel.weeks).any(|x| *x > 0.0));
            let push = 0.45 * market.campaign[t] + 0.35 * on_air + 0.4 * market.is_holiday(t);
            let silent = stream.uniform(0.0, 1.0) < 0.03;
            let spend = push.exp() * stream.jitter(0.3);
            if silent { 0.0 } else { spend }
        })
        .collect();
    across_geos(market, &shape, stream)
}

/// The same every week but for a slow 12 %.
fn steady(market: &Market, stream: &mut Stream) -> Vec<f64> {
    let slow = stream.autoregression(market.panel.weeks, 0.9);
    let shape: Vec<f64> = slow.iter().map(|x| (0.12 * x).exp()).collect();
    across_geos(market, &shape, stream)
}

/// Little by itself, much while television is on, geo by geo.
fn alongside(market: &Market, tv: &[f64], stream: &mut Stream) -> Vec<f64> {
    let on: Vec<f64> = tv.iter().copied().filter(|x| *x > 0.0).collect();
    let typical = on.iter().sum::<f64>() / on.len().max(1) as f64;
    let own: Vec<f64> = (0..market.panel.weeks).map(|_| stream.jitter(0.4)).collect();
    let own = across_geos(market, &own, stream);
    own.iter().zip(tv).map(|(own, x)| own * (0.2 + x / typical)).collect()
}

/// Starts in the last weeks, at full height.
fn late(market: &Market, stream: &mut Stream) -> Vec<f64> {
    let weeks = market.panel.weeks;
    let first = weeks - late_weeks(weeks);
    let shape: Vec<f64> = (0..weeks)
        .map(|t| {
            let spend = stream.jitter(0.4);
            if t < first { 0.0 } else { spend }
        })
        .collect();
    across_geos(market, &shape, stream)
}

/// The national shape in every geo, with a level and a weekly jitter of its own in a panel.
fn across_geos(market: &Market, shape: &[f64], stream: &mut Stream) -> Vec<f64> {
    if !market.panel.is_panel() {
        return shape.to_vec();
    }
    let level: Vec<f64> = (0..market.panel.geos()).map(|_| stream.jitter(0.25)).collect();
    market.panel.rows(|g, t| level[g] * shape[t] * stream.jitter(0.25))
}
