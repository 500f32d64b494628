//! One simulated channel: its spend as written to the data and its exact response.

use super::baseline::{Baseline, Panel};
use super::media::{draw_plans, share_of_sales};
use super::noise::surprises;
use super::random::{Part, Stream};
use super::response::{Carryover, Saturation};
use super::roster::{Response, Role, budget_weight, member};
use super::world::{AdstockShape, GeoTest, Names, SpendRule, World};

/// All intercepts' share that is spent when no media share is asked for: with returns around 1.4
/// (the channel without effect counted) media then cause some 13 % of the outcome.
const USUAL_BUDGET: f64 = 0.11;

/// Standard deviation of a geo's log effect around the channel's, in a panel.
const GEO_SD: f64 = 0.25;

/// A channel with its truth; rows are geo-major.
pub(super) struct Channel {
    /// As in the data.
    pub(super) name: String,
    /// Place on the roster, whatever the name.
    pub(super) member: usize,
    pub(super) role: Role,
    /// Money per geo-week, rounded as in the data.
    pub(super) spend: Vec<f64>,
    pub(super) carryover: Carryover,
    pub(super) saturation: Saturation,
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
    /// Effect of each week relative to β, a straight line in its log; ones without drift.
    drift: Vec<f64>,
    /// Adstocked spend per person.
    adstock: Vec<f64>,
    /// The geo test that the spend went through.
    pub(super) geo_test: Option<Treatment>,
}

/// What a geo test did to a channel.
pub(super) struct Treatment {
    /// Treated geos, ascending.
    pub(super) geos: Vec<usize>,
    /// Money per geo-week without the test.
    pub(super) usual_spend: Vec<f64>,
}

impl Channel {
    pub(super) fn total_spend(&self) -> f64 {
        self.spend.iter().sum()
    }

    /// Outcome caused per geo-week when `spend` takes the place of the channel's own.
    pub(super) fn response_to(&self, panel: &Panel, spend: &[f64]) -> Vec<f64> {
        let adstock = adstock(panel, self.carryover, spend);
        panel.rows(|g, t| self.response(panel, g, t, adstock[g * panel.weeks + t]))
    }

    /// Saturation per person and geo-week times people: what one unit of β causes.
    pub(super) fn unit_response(&self, panel: &Panel) -> Vec<f64> {
        let factor: Vec<f64> =
            self.geo_beta.iter().map(|b| if self.beta > 0.0 { b / self.beta } else { 1.0 }).collect();
        let value =
            |g: usize, t: usize| self.drift[t] * self.saturation.value(self.adstock[g * panel.weeks + t]);
        panel.rows(|g, t| panel.population[g] * factor[g] * value(g, t))
    }

    /// Outcome caused per geo-week.
    pub(super) fn contribution(&self, panel: &Panel) -> Vec<f64> {
        panel.rows(|g, t| self.response(panel, g, t, self.adstock[g * panel.weeks + t]))
    }

    /// Total outcome caused with all spend multiplied by `multiplier`.
    pub(super) fn total_at(&self, panel: &Panel, multiplier: f64) -> f64 {
        if self.beta == 0.0 {
            return 0.0;
        }
        let geo = |g: usize| {
            let weeks = &self.adstock[g * panel.weeks..(g + 1) * panel.weeks];
            let value = |(a, drift): (&f64, &f64)| drift * self.saturation.value(multiplier * a);
            let sum: f64 = weeks.iter().zip(&self.drift).map(value).sum();
            panel.population[g] * self.geo_beta[g] * sum
        };
        (0..panel.geos()).map(geo).sum()
    }

    /// Derivative of the total outcome by money, all weeks and geos scaled together, at today's spend.
    pub(super) fn marginal_roi(&self, panel: &Panel) -> f64 {
        let growth = panel.rows(|g, t| {
            let a = self.adstock[g * panel.weeks + t];
            panel.population[g] * self.geo_beta[g] * self.drift[t] * self.saturation.elasticity(a)
        });
        growth.iter().sum::<f64>() / self.total_spend()
    }

    /// Effect at the end of the data over that at the start.
    pub(super) fn drift_ratio(&self) -> Option<f64> {
        self.drift
            .last()
            .zip(self.drift.first())
            .map(|(last, first)| last / first)
            .filter(|ratio| *ratio != 1.0)
    }

    fn response(&self, panel: &Panel, g: usize, t: usize, a: f64) -> f64 {
        panel.population[g] * self.geo_beta[g] * self.drift[t] * self.saturation.value(a)
    }
}

/// Plans, budgets and responses of all channels.
pub(super) fn draw_channels(world: &World, panel: &Panel, base: &Baseline) -> Vec<Channel> {
    let plans = draw_plans(world, panel, base);
    let mut streams: Vec<Stream> =
        (0..world.channels).map(|c| Stream::new(world.seed, Part::Response(c))).collect();
    let responses: Vec<Response> = streams
        .iter_mut()
        .enumerate()
        .map(|(c, s)| asked(world, c, Response::draw(member(c).1, s)))
        .collect();
    let weights = budget_weights(world, &mut streams);
    let budget = budget(world, panel, base, &weights, &responses);
    let mut make = |c: usize, plan: &[f64]| {
        let spend = spend_rows(panel, plan, weights[c] * budget);
        build(world, panel, c, &responses[c], spend, &mut streams[c])
    };
    let (later, now): (Vec<usize>, Vec<usize>) =
        (0..world.channels).partition(|c| world.spend_rule(*c) == Some(SpendRule::SalesShare));
    let mut channels: Vec<Channel> = now.iter().map(|c| make(*c, &plans[*c])).collect();
    if !later.is_empty() {
        let sales = sales_so_far(world, panel, base, &channels);
        let ruled = later.iter().map(|c| make(*c, &share_of_sales(world, panel, *c, &sales)));
        channels.extend(ruled);
        channels.sort_by_key(|channel| channel.member);
    }
    if world.names == Names::Plain {
        name_plainly(world, &mut channels);
    }
    channels
}

/// The drawn response with what the world asks of it.
fn asked(world: &World, c: usize, mut response: Response) -> Response {
    if let Some(roi) = world.asked_roi(c) {
        response.roi = roi;
    }
    if let Some(weeks) = world.asked_half_life(c) {
        let retention = 0.5_f64.powf(1.0 / weeks);
        match world.adstock {
            AdstockShape::Dual => response.slow = retention,
            _ => response.retention = retention,
        }
    }
    response
}

/// Outcome per geo-week before the channels whose budget is a share of it add to it.
fn sales_so_far(world: &World, panel: &Panel, base: &Baseline, channels: &[Channel]) -> Vec<f64> {
    let mut sales = base.outcome(panel);
    let mut add = |rows: Vec<f64>| sales.iter_mut().zip(rows).for_each(|(y, x)| *y += x);
    add(surprises(world, panel));
    channels.iter().for_each(|channel| add(channel.contribution(panel)));
    sales
}

/// Names and order that tell nothing.
fn name_plainly(world: &World, channels: &mut [Channel]) {
    let mut stream = Stream::new(world.seed, Part::Names);
    // Fisher and Yates.
    for i in (1..channels.len()).rev() {
        channels.swap(i, stream.integer(0, i));
    }
    channels.iter_mut().enumerate().for_each(|(i, channel)| channel.name = format!("ch{}", i + 1));
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
    let carryover = Carryover::new(world.adstock, response.retention, response.peak, response.slow);
    let adstock = adstock(panel, carryover, &spend);
    let half = response.half_ratio * typical_adstock(&adstock, &spend);
    let saturation = Saturation::new(world.saturation, response.slope, half);
    let spread = if panel.is_panel() { GEO_SD } else { 0.0 };
    let deviation: Vec<f64> = (0..panel.geos()).map(|_| stream.jitter(spread)).collect();
    let mut channel = Channel {
        name,
        member: c,
        role,
        spend,
        carryover,
        saturation,
        retention: response.retention,
        peak: response.peak,
        half,
        half_ratio: response.half_ratio,
        beta: 1.0,
        geo_beta: deviation,
        drift: drift(world.asked_drift(c), panel.weeks),
        adstock,
        geo_test: None,
    };
    // The drawn ROI holds exactly: β follows from it, from the rounded spends and the curve.
    let beta = response.roi * channel.total_spend() / channel.total_at(panel, 1.0);
    channel.beta = beta;
    channel.geo_beta.iter_mut().for_each(|b| *b *= beta);
    if let Some(test) = world.geo_test.as_ref().filter(|test| test.channel == channel.name) {
        treat(world, panel, test, &mut channel);
    }
    channel
}

/// Scales the spend of the geos that were named, or drawn at random, for the weeks of the test.
fn treat(world: &World, panel: &Panel, test: &GeoTest, channel: &mut Channel) {
    let mut stream = Stream::new(world.seed, Part::GeoTest);
    let mut geos: Vec<usize> = (0..panel.geos()).collect();
    for i in 0..test.geos {
        geos.swap(i, stream.integer(i, panel.geos() - 1));
    }
    geos.truncate(test.geos);
    if !test.named.is_empty() {
        geos = (0..panel.geos()).filter(|g| test.named.contains(&panel.geo_name(*g))).collect();
    }
    geos.sort_unstable();
    let usual_spend = channel.spend.clone();
    for g in &geos {
        let first = g * panel.weeks + test.first_week;
        for x in &mut channel.spend[first..first + test.weeks] {
            *x = panel.round_money(test.dose * *x);
        }
    }
    channel.adstock = adstock(panel, channel.carryover, &channel.spend);
    channel.geo_test = Some(Treatment { geos, usual_spend });
}

/// From the root of 1/`ratio` to that of `ratio`, so that the middle of the data has β itself.
fn drift(ratio: f64, weeks: usize) -> Vec<f64> {
    (0..weeks).map(|t| ratio.powf(t as f64 / (weeks - 1) as f64 - 0.5)).collect()
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
