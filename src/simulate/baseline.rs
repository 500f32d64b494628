//! The outcome without media: level, trend, season, controls and latent demand.

use std::f64::consts::TAU;

use chrono::{Datelike, Days, NaiveDate};

use super::random::{Part, Stream};
use super::roster::geo_name;
use super::world::{BaselineShape, World};

/// Geos, weeks and the size of each market.
pub(super) struct Panel {
    pub(super) weeks: usize,
    /// Mondays.
    pub(super) dates: Vec<NaiveDate>,
    /// People per geo; 1 for a national series, whose quantities are then per nation.
    pub(super) population: Vec<f64>,
    /// Intercept: outcome per person and week, per geo.
    pub(super) tau: Vec<f64>,
}

impl Panel {
    /// Draws the geos: log-normal populations around 450,000 and outcomes around 0.48 per head.
    pub(super) fn draw(world: &World) -> Self {
        let first = NaiveDate::from_ymd_opt(2021, 1, 4).expect("a date that exists");
        let dates = (0..world.weeks).map(|t| first + Days::new(7 * t as u64)).collect();
        let mut stream = Stream::new(world.seed, Part::Geos);
        let (population, tau) = if world.geos == 1 {
            (vec![1.0], vec![2e6])
        } else {
            let people = |s: &mut Stream| (450_000.0 * s.jitter(0.9)).round().clamp(40_000.0, 2e7);
            (0..world.geos).map(|_| (people(&mut stream), 0.48 * stream.jitter(0.13))).unzip()
        };
        Panel { weeks: world.weeks, dates, population, tau }
    }

    pub(super) fn geos(&self) -> usize {
        self.population.len()
    }

    /// Whether quantities are per head, geos have names and money is in whole units.
    pub(super) fn is_panel(&self) -> bool {
        self.geos() > 1
    }

    /// G001, G002, …
    pub(super) fn geo_name(&self, g: usize) -> String {
        geo_name(g)
    }

    /// Intercept of a geo in outcome units per week.
    pub(super) fn intercept(&self, g: usize) -> f64 {
        self.population[g] * self.tau[g]
    }

    /// Money as it is written: cents for a nation, whole units for a geo.
    pub(super) fn round_money(&self, value: f64) -> f64 {
        if self.is_panel() { value.round() } else { (value * 100.0).round() / 100.0 }
    }

    /// One value per geo-week from a function of both; rows are geo-major.
    pub(super) fn rows(&self, mut f: impl FnMut(usize, usize) -> f64) -> Vec<f64> {
        (0..self.geos() * self.weeks).map(|row| f(row / self.weeks, row % self.weeks)).collect()
    }

    /// Sum over geos, week by week.
    pub(super) fn weekly(&self, rows: &[f64]) -> Vec<f64> {
        (0..self.weeks).map(|t| rows.iter().skip(t).step_by(self.weeks).sum()).collect()
    }
}

/// Effects of the controls: on the log of price, on promotion depth and in holiday weeks.
pub(super) struct Effects {
    pub(super) price: f64,
    pub(super) promo: f64,
    pub(super) holiday: f64,
}

/// Columns as written to the data, all geo-major, and the parts of the baseline they lead to.
pub(super) struct Baseline {
    pub(super) price_index: Vec<f64>,
    pub(super) promo: Vec<f64>,
    pub(super) holiday: Vec<f64>,
    pub(super) query_index: Option<Vec<f64>>,
    pub(super) effects: Effects,
    /// Latent demand, unit variance; drives search spend.
    pub(super) demand: Vec<f64>,
    /// What no column shows and moves spends as demand does, unit variance; only where it is asked for.
    pub(super) unseen_driver: Option<Vec<f64>>,
    /// Season of the nation, one value a week.
    pub(super) national_season: Vec<f64>,
    /// Standard deviation of latent demand's effect, relative to the intercept.
    pub(super) demand_sd: f64,
    /// Name and value per row, relative to the geo's intercept.
    pub(super) parts: Vec<(&'static str, Vec<f64>)>,
}

/// Standard deviation of the unseen driver's effect relative to the intercept: that of demand by default.
const UNSEEN_DRIVER_SD: f64 = 0.07;

impl Baseline {
    pub(super) fn draw(world: &World, panel: &Panel) -> Self {
        let mut geo_stream = Stream::new(world.seed, Part::Season);
        let national_season = season(panel, &mut geo_stream);
        let spread = if panel.is_panel() { 0.15 } else { 0.0 };
        let swing: Vec<f64> =
            (0..panel.geos()).map(|_| 1.0 + spread * geo_stream.normal().clamp(-3.0, 3.0)).collect();
        let season_rows = panel.rows(|g, t| swing[g] * national_season[t]);
        let trend_rows = trend(world, panel);
        let demand = shared_and_local(panel, Part::Demand, world.seed, 0.85);
        let price_index = price_index(world, panel);
        let promo = promotions(world, panel);
        let holiday = panel.rows(|_, t| f64::from(is_holiday(panel.dates[t])));
        let query_index = query_index(world, panel, &demand, &season_rows);
        let effects = draw_effects(world);
        // Confounding 0.7, the default, makes demand move the baseline by 7 %: as much as the season.
        let demand_sd = 0.1 * world.confounding;
        let scaled = |rows: &[f64], by: f64| rows.iter().map(|x| by * x).collect::<Vec<f64>>();
        let mut parts = vec![
            ("intercept", vec![1.0; world.rows()]),
            ("trend", trend_rows),
            ("season", season_rows),
            ("holiday", scaled(&holiday, effects.holiday)),
            ("latent_demand", scaled(&demand, demand_sd)),
            ("price", price_index.iter().map(|p| effects.price * (p / 100.0).ln()).collect()),
            ("promo", scaled(&promo, effects.promo)),
        ];
        let unseen_driver = (!world.unseen_driver.is_empty())
            .then(|| shared_and_local(panel, Part::UnseenDriver, world.seed, 0.85));
        parts.extend(unseen_driver.as_deref().map(|d| ("unseen_driver", scaled(d, UNSEEN_DRIVER_SD))));
        Baseline {
            price_index,
            promo,
            holiday,
            query_index,
            effects,
            demand,
            unseen_driver,
            national_season,
            demand_sd,
            parts,
        }
    }

    /// Outcome without media and noise per geo-week, in outcome units.
    pub(super) fn outcome(&self, panel: &Panel) -> Vec<f64> {
        let row = |g: usize, t: usize| self.parts.iter().map(|(_, x)| x[g * panel.weeks + t]).sum::<f64>();
        panel.rows(|g, t| panel.intercept(g) * row(g, t))
    }
}

fn draw_effects(world: &World) -> Effects {
    let mut stream = Stream::new(world.seed, Part::Effects);
    Effects {
        price: -stream.uniform(0.5, 1.2),
        promo: stream.uniform(0.35, 0.8),
        holiday: stream.uniform(0.08, 0.15),
    }
}

/// Two harmonics of the calendar year: some 8 % up and down.
fn season(panel: &Panel, stream: &mut Stream) -> Vec<f64> {
    let (year, half) = (stream.uniform(0.05, 0.09), stream.uniform(0.01, 0.03));
    let (phase, half_phase) = (stream.uniform(0.0, TAU), stream.uniform(0.0, TAU));
    let at = |date: &NaiveDate| {
        let angle = TAU * f64::from(date.ordinal()) / 365.25;
        year * (angle + phase).sin() + half * (2.0 * angle + half_phase).sin()
    };
    panel.dates.iter().map(at).collect()
}

/// The five weeks from late November to Christmas, as a 0/1 column.
fn is_holiday(date: NaiveDate) -> bool {
    matches!((date.month(), date.day()), (11, 22..) | (12, ..=20))
}

/// Relative to the first week; the whole nation's path plus, in a panel, a drift of each geo.
fn trend(world: &World, panel: &Panel) -> Vec<f64> {
    let mut stream = Stream::new(world.seed, Part::Trend);
    let years = |t: usize| t as f64 / 52.18;
    let nation: Vec<f64> = match world.baseline {
        BaselineShape::Smooth => {
            let growth = 0.03 + 0.03 * stream.normal();
            let (height, length) = (stream.uniform(0.01, 0.04), stream.uniform(1.5, 3.0));
            let phase = stream.uniform(0.0, TAU);
            let wave = |t| height * ((TAU * years(t) / length + phase).sin() - phase.sin());
            (0..panel.weeks).map(|t| (growth * years(t)).exp() - 1.0 + wave(t)).collect()
        }
        BaselineShape::RandomWalk => {
            let mut level = 0.0_f64;
            let mut step = || {
                level += 0.015 * stream.normal();
                level.exp_m1()
            };
            (0..panel.weeks).map(|_| step()).collect()
        }
    };
    let spread = if panel.is_panel() { 0.02 } else { 0.0 };
    let drift: Vec<f64> = (0..panel.geos()).map(|_| spread * stream.normal()).collect();
    panel.rows(|g, t| (1.0 + nation[t]) * (drift[g] * years(t)).exp() - 1.0)
}

/// Unit-variance series per geo, half of whose variance is common to all geos.
pub(super) fn shared_and_local(panel: &Panel, part: Part, seed: u64, phi: f64) -> Vec<f64> {
    let mut stream = Stream::new(seed, part);
    let nation = stream.autoregression(panel.weeks, phi);
    if !panel.is_panel() {
        return nation;
    }
    let local: Vec<f64> = (0..panel.geos()).flat_map(|_| stream.autoregression(panel.weeks, phi)).collect();
    panel.rows(|g, t| 0.5_f64.sqrt() * (nation[t] + local[g * panel.weeks + t]))
}

/// 100 is the reference price; drifts slowly and jitters week by week.
fn price_index(world: &World, panel: &Panel) -> Vec<f64> {
    let slow = shared_and_local(panel, Part::Price, world.seed, 0.985);
    let mut jitter = Stream::new(world.seed, Part::PriceJitter);
    slow.iter()
        .map(|s| ((100.0 * (0.03 * s + 0.006 * jitter.normal()).exp()) * 100.0).round() / 100.0)
        .collect()
}

/// Promotions of one to three weeks every month or two; in a panel one geo in five sits each out.
fn promotions(world: &World, panel: &Panel) -> Vec<f64> {
    let mut stream = Stream::new(world.seed, Part::Promotion);
    let mut promo = vec![0.0; world.rows()];
    let mut start = stream.integer(2, 8);
    while start < panel.weeks {
        let end = (start + stream.integer(1, 3)).min(panel.weeks);
        let depth = 0.05 * stream.integer(2, 5) as f64;
        for g in 0..panel.geos() {
            if !panel.is_panel() || stream.uniform(0.0, 1.0) < 0.8 {
                promo[g * panel.weeks + start..g * panel.weeks + end].fill((depth * 100.0).round() / 100.0);
            }
        }
        start = end + stream.integer(4, 9);
    }
    promo
}

/// Search queries: latent demand seen through noise, plus half of the season.
fn query_index(world: &World, panel: &Panel, demand: &[f64], season: &[f64]) -> Option<Vec<f64>> {
    let reliability = world.proxy_reliability;
    if reliability == 0.0 {
        return None;
    }
    let mut stream = Stream::new(world.seed, Part::Proxy);
    let seen = |row: usize, noise: f64| {
        let proxy = reliability.sqrt() * demand[row] + (1.0 - reliability).sqrt() * noise;
        (1000.0 * (1.0 + 0.07 * proxy + 0.5 * season[row])).round() / 10.0
    };
    Some(panel.rows(|g, t| seen(g * panel.weeks + t, stream.normal())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holiday_weeks_are_those_between_late_november_and_christmas() {
        let holiday = |m, d| is_holiday(NaiveDate::from_ymd_opt(2021, m, d).expect("a date"));
        assert!(holiday(11, 22) && holiday(12, 20));
        assert!(!holiday(11, 15) && !holiday(12, 27) && !holiday(1, 4));
    }

    #[test]
    fn the_proxy_correlates_with_demand_as_asked() {
        let world = World { weeks: 5000, proxy_reliability: 0.5, ..World::default() };
        let panel = Panel::draw(&world);
        let base = Baseline::draw(&world, &panel);
        let query = base.query_index.expect("asked for");
        let proxy: Vec<f64> = query.iter().zip(&base.national_season).map(|(q, s)| q - 50.0 * s).collect();
        let r = correlation(&proxy, &base.demand);
        assert!((r * r - 0.5).abs() < 0.03, "squared correlation {}", r * r);
    }

    fn correlation(x: &[f64], y: &[f64]) -> f64 {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let (mx, my) = (mean(x), mean(y));
        let cov = |a: &[f64], ma: f64, b: &[f64], mb: f64| {
            a.iter().zip(b).map(|(p, q)| (p - ma) * (q - mb)).sum::<f64>()
        };
        cov(x, mx, y, my) / (cov(x, mx, x, mx) * cov(y, my, y, my)).sqrt()
    }
}
