//! One simulated channel: its spend as written to the data and its exact response.

use super::baseline::{Baseline, Panel};
use super::media::draw_plans;
use super::random::{Part, Stream};
use super::response::{Carryover, Saturation};
use super::roster::{Response, Role, budget_weight, member};
use super::world::World;

/// All intercepts' share that is spent when no media share is asked for: with returns around 1.4
/// (the channel without effect counted) media then cause some 13 % of the outcome.
const USUAL_BUDGET: f64 = 0.11;

/// Standard deviation of a geo's log effect around the channel's, in a panel.
const GEO_SD: f64 = 0.25;

/// A channel with its truth; rows are geo-major.
pub(super) struct Channel {
    pub(super) name: String,
    pub(super) role: Role,
    /// Money per geo-week, rounded as in the data.
    pub(super) spend: Vec<f64>,
    pub(super) carryover: Carryover,
    pub(super) saturation: Saturation,
    pub(super) slope: f64,
    pub(super) retention: f64,
    pub(super) peak: f64,
    /// Half-saturation in money per person and week.
    pub(super) half: f64,
    /// Half-saturation over the median adstock of weeks with spend.
    pub(super) half_ratio: f64,
    /// Median effect over geos, outcome per person and week at full saturation.
    pub(super) beta: f64,
    /// The same of each geo.
    pub(super) geo_beta: Vec<f64>,
    /// Adstocked spend per person.
    adstock: Vec<f64>,
}

impl Channel {
    pub(super) fn total_spend(&self) -> f64 {
        self.spend.iter().sum()
    }

    /// Outcome caused per geo-week when `spend` takes the place of the channel's own.
    pub(super) fn response_to(&self, panel: &Panel, spend: &[f64]) -> Vec<f64> {
        let adstock = adstock(panel, self.carryover, spend);
        panel.rows(|g, t| self.response(panel, g, adstock[g * panel.weeks + t]))
    }

    /// Outcome caused per geo-week.
    pub(super) fn contribution(&self, panel: &Panel) -> Vec<f64> {
        panel.rows(|g, t| self.response(panel, g, self.adstock[g * panel.weeks + t]))
    }

    /// Total outcome caused with all spend multiplied by `multiplier`.
    pub(super) fn total_at(&self, panel: &Panel, multiplier: f64) -> f64 {
        if self.beta == 0.0 {
            return 0.0;
        }
        let geo = |g: usize| {
            let weeks = &self.adstock[g * panel.weeks..(g + 1) * panel.weeks];
            let sum: f64 = weeks.iter().map(|a| self.saturation.value(multiplier * a)).sum();
            panel.population[g] * self.geo_beta[g] * sum
        };
        (0..panel.geos()).map(geo).sum()
    }

    /// Derivative of the total outcome by money, all weeks and geos scaled together, at today's spend.
    pub(super) fn marginal_roi(&self, panel: &Panel) -> f64 {
        let growth = panel.rows(|g, t| {
            let a = self.adstock[g * panel.weeks + t];
            panel.population[g] * self.geo_beta[g] * self.saturation.elasticity(a)
        });
        growth.iter().sum::<f64>() / self.total_spend()
    }

    fn response(&self, panel: &Panel, g: usize, a: f64) -> f64 {
        panel.population[g] * self.geo_beta[g] * self.saturation.value(a)
    }
}

/// Plans, budgets and responses of all channels.
pub(super) fn draw_channels(world: &World, panel: &Panel, base: &Baseline) -> Vec<Channel> {
    let plans = draw_plans(world, panel, base);
    let mut streams: Vec<Stream> =
        (0..world.channels).map(|c| Stream::new(world.seed, Part::Response(c))).collect();
    let responses: Vec<Response> =
        streams.iter_mut().enumerate().map(|(c, s)| Response::draw(member(c).1, s)).collect();
    let weights = budget_weights(world, &mut streams);
    let budget = budget(world, panel, base, &weights, &responses);
    let mut channels = Vec::with_capacity(world.channels);
    for (c, response) in responses.iter().enumerate() {
        let spend = spend_rows(panel, &plans[c], weights[c] * budget);
        channels.push(build(world, panel, c, response, spend, &mut streams[c]));
    }
    channels
}

/// Shares of the budget, summing to 1.
fn budget_weights(world: &World, streams: &mut [Stream]) -> Vec<f64> {
    let mut weights: Vec<f64> =
        streams.iter_mut().enumerate().map(|(c, s)| budget_weight(c, world, s)).collect();
    if world.dominant {
        weights[0] = 1.5 * weights[1..].iter().sum::<f64>();
    }
    let total: f64 = weights.iter().sum();
    weights.iter().map(|w| w / total).collect()
}

/// Money for all channels together.
fn budget(world: &World, panel: &Panel, base: &Baseline, weights: &[f64], responses: &[Response]) -> f64 {
    let intercept: f64 = (0..panel.geos()).map(|g| panel.intercept(g)).sum::<f64>() * panel.weeks as f64;
    let Some(share) = world.media_share else {
        return USUAL_BUDGET * intercept;
    };
    let without_media: f64 = base.outcome(panel).iter().sum();
    let roi: f64 = weights.iter().zip(responses).map(|(w, r)| w * r.roi).sum();
    share / (1.0 - share) * without_media / roi
}

/// A plan in money: `total` spread as planned and over people, then rounded as in the data.
fn spend_rows(panel: &Panel, plan: &[f64], total: f64) -> Vec<f64> {
    let people = panel.rows(|g, t| panel.population[g] * plan[g * panel.weeks + t]);
    let scale = total / people.iter().sum::<f64>();
    people.iter().map(|x| panel.round_money(x * scale)).collect()
}

fn adstock(panel: &Panel, carryover: Carryover, spend: &[f64]) -> Vec<f64> {
    let geo = |g: usize| {
        let rows = &spend[g * panel.weeks..(g + 1) * panel.weeks];
        let per_head: Vec<f64> = rows.iter().map(|x| x / panel.population[g]).collect();
        carryover.apply(&per_head)
    };
    (0..panel.geos()).flat_map(geo).collect()
}

fn build(
    world: &World,
    panel: &Panel,
    c: usize,
    response: &Response,
    spend: Vec<f64>,
    stream: &mut Stream,
) -> Channel {
    let (name, role) = member(c);
    let carryover = Carryover::new(world.adstock, response.retention, response.peak);
    let adstock = adstock(panel, carryover, &spend);
    let half = response.half_ratio * typical_adstock(&adstock, &spend);
    let saturation = Saturation::new(world.saturation, response.slope, half);
    let spread = if panel.is_panel() { GEO_SD } else { 0.0 };
    let deviation: Vec<f64> = (0..panel.geos()).map(|_| stream.jitter(spread)).collect();
    let mut channel = Channel {
        name,
        role,
        spend,
        carryover,
        saturation,
        slope: response.slope,
        retention: response.retention,
        peak: response.peak,
        half,
        half_ratio: response.half_ratio,
        beta: 1.0,
        geo_beta: deviation,
        adstock,
    };
    // The drawn ROI holds exactly: β follows from it, from the rounded spends and the curve.
    let beta = response.roi * channel.total_spend() / channel.total_at(panel, 1.0);
    channel.beta = beta;
    channel.geo_beta.iter_mut().for_each(|b| *b *= beta);
    channel
}

/// Median adstock over the geo-weeks with spend.
fn typical_adstock(adstock: &[f64], spend: &[f64]) -> f64 {
    let mut active: Vec<f64> =
        adstock.iter().zip(spend).filter(|(_, s)| **s > 0.0).map(|(a, _)| *a).collect();
    active.sort_by(f64::total_cmp);
    let n = active.len();
    // Every plan has weeks with spend and budgets are far above the rounding unit.
    let middle = |i: usize| active.get(i).copied().unwrap_or(1.0);
    if n % 2 == 1 { middle(n / 2) } else { 0.5 * (middle(n / 2) + middle((n / 2).wrapping_sub(1))) }
}
