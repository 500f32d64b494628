//! What one cycle of a spending pattern brings when the pattern comes over and over, and its derivative.

use rayon::prelude::*;

use crate::planning::error::PlanningError;
use crate::planning::value::effect::CarryOver;
use crate::planning::value::media::MediaModel;
use crate::planning::value::weeks::FutureWeeks;
use crate::transform::saturation::{Response, Saturation, odds, odds_within, of_odds};
use crate::transform::simd::{InstructionSet, Kernel, dispatch};

/// One channel, ready to value national spend by period.
///
/// Every geo takes its share of the spend, so all have the same adstocked series up to a factor. Of Hill curves, with
/// aˢ = (a / typical)ˢ · typicalˢ, one power a period serves them all: h = 1 / (1 + odds · power).
#[derive(Debug)]
pub(crate) struct Cycle {
    geos: Vec<GeoShare>,
    draws: Vec<Drawn>,
    /// Spend that powers are taken against, currency a period.
    typical: f64,
    n: usize,
}

/// A geo that the channel runs in.
#[derive(Debug, Clone)]
struct GeoShare {
    geo: usize,
    /// Exposure per currency of national spend.
    exposure: f64,
    worth: Vec<f64>,
}

/// The curves of one draw.
#[derive(Debug)]
struct Drawn {
    carry: CarryOver,
    /// Effect at full saturation in each geo.
    ceilings: Vec<f64>,
    shape: Shape,
}

/// Saturation by national spend.
#[derive(Debug)]
enum Shape {
    /// S, and (1 − h) / h at the typical spend in each geo.
    Hill { slope: f64, odds: Vec<f64> },
    /// The curve of each geo.
    Other(Vec<Saturation>),
}

/// Room for one valuation: entries are periods.
#[derive(Debug, Default)]
struct Room {
    adstocked: Vec<f64>,
    power: Vec<f64>,
    value: Vec<f64>,
    slope: Vec<f64>,
    effect: Vec<f64>,
    way_in: Vec<f64>,
}

impl Cycle {
    /// For channel `c`, whose patterns spend about `typical` a period, with every `stride`-th draw.
    ///
    /// # Errors
    /// [`PlanningError::NeverSpent`].
    pub(crate) fn new(
        model: &MediaModel,
        weeks: &FutureWeeks,
        (c, typical): (usize, f64),
        stride: usize,
    ) -> Result<Cycle, PlanningError> {
        let geos = shares(model, weeks, c)?;
        // Without spend there is nothing to take powers against, and every pattern brings nothing.
        let typical = if typical > 0.0 { typical } else { 1.0 };
        let draws = (0..model.n_draws()).step_by(stride.max(1)).map(|s| {
            let own = &model.draws[c];
            let by_spend = |geo: &GeoShare| own.saturation_at(s, own.half_saturation[s] / geo.exposure);
            let ratio = |geo: &GeoShare| typical * geo.exposure / own.half_saturation[s];
            Drawn {
                carry: CarryOver::new(own.adstock, own.carry(s)),
                ceilings: geos.iter().map(|geo| model.ceiling(c, geo.geo, s)).collect(),
                shape: match own.saturation(s).as_hill() {
                    Some(hill) => Shape::Hill {
                        slope: hill.slope,
                        odds: geos.iter().map(|geo| odds(hill.slope, ratio(geo))).collect(),
                    },
                    None => Shape::Other(geos.iter().map(by_spend).collect()),
                },
            }
        });
        Ok(Cycle { draws: draws.collect(), geos, typical, n: weeks.len() })
    }

    /// Value of each plan at each draw.
    pub(crate) fn values(&self, plans: &[&[f64]]) -> Vec<Vec<f64>> {
        let set = InstructionSet::detect();
        let one = |room: &mut Room, drawn: &Drawn| -> Vec<f64> {
            plans.iter().map(|plan| self.value(set, drawn, plan, room)).collect()
        };
        self.draws.par_iter().map_init(Room::default, one).collect()
    }

    /// Mean over the draws of a plan's value, and its derivative by each period's spend.
    pub(crate) fn value_and_gradient(&self, plan: &[f64]) -> (f64, Vec<f64>) {
        let set = InstructionSet::detect();
        let one = |room: &mut Room, drawn: &Drawn| {
            let value = self.value(set, drawn, plan, room);
            let slope = match drawn.shape {
                Shape::Hill { slope, .. } => slope,
                Shape::Other(_) => 1.0,
            };
            for ((d, a), p) in room.slope.iter_mut().zip(&room.adstocked).zip(&mut room.power) {
                // Near no spend the slope of a concave curve grows without bound; a step there would say
                // nothing of the gain.
                *p = *d * slope / a.max(1e-3 * self.typical);
            }
            drawn.carry.backwards_cyclic(&room.power, &mut room.slope);
            (value, room.slope.clone())
        };
        let by_draw: Vec<(f64, Vec<f64>)> = self.draws.par_iter().map_init(Room::default, one).collect();
        let share = 1.0 / by_draw.len().max(1) as f64;
        let mut mean = (0.0, vec![0.0; self.n]);
        for (value, slope) in &by_draw {
            mean.0 += share * value;
            mean.1.iter_mut().zip(slope).for_each(|(m, d)| *m += share * d);
        }
        mean
    }

    /// Σ over geos and periods of worth · ceiling · h; leaves the sums over geos of worth · ceiling · dh/d ln a, of Hill
    /// curves by their S, in the room's slope.
    fn value(&self, set: InstructionSet, drawn: &Drawn, plan: &[f64], room: &mut Room) -> f64 {
        let Room { adstocked, power, value, slope, effect, way_in } = room;
        for buffer in [adstocked, power, value, slope, effect, way_in] {
            buffer.clear();
            buffer.resize(self.n, 0.0);
        }
        drawn.carry.cyclic(plan, &mut room.adstocked);
        dispatch(set, Valuation { cycle: self, drawn, room });
        room.value.iter().sum()
    }
}

struct Valuation<'a> {
    cycle: &'a Cycle,
    drawn: &'a Drawn,
    room: &'a mut Room,
}

impl Kernel for Valuation<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        match &self.drawn.shape {
            Shape::Hill { slope, odds } => self.hill::<FMA>(*slope, odds),
            Shape::Other(curves) => self.other::<FMA>(curves),
        }
    }
}

impl Valuation<'_> {
    #[inline(always)]
    fn hill<const FMA: bool>(self, slope: f64, odds: &[f64]) {
        let Valuation { cycle, drawn, room } = self;
        let n = room.adstocked.len();
        let scale = 1.0 / cycle.typical;
        for t in 0..n {
            // Under 1e-130 of the typical spend the exponent is clamped for every slope there is.
            let ratio = (room.adstocked[t] * scale).max(1e-150);
            room.power[t] = odds_within::<FMA>(slope, ratio);
        }
        for ((geo, ceiling), odds) in cycle.geos.iter().zip(&drawn.ceilings).zip(odds) {
            let (power, worth) = (&room.power[..n], &geo.worth[..n]);
            let (value, slope) = (&mut room.value[..n], &mut room.slope[..n]);
            for t in 0..n {
                let e = odds * power[t];
                let (h, rest) = of_odds(e);
                let part = ceiling * worth[t] * h;
                value[t] += part;
                slope[t] += part * rest;
            }
        }
    }

    #[inline(always)]
    fn other<const FMA: bool>(self, curves: &[Saturation]) {
        let Valuation { cycle, drawn, room } = self;
        for ((geo, ceiling), curve) in cycle.geos.iter().zip(&drawn.ceilings).zip(curves) {
            // dh/d ln a is dh/da · a.
            let mut out =
                Response { effect: &mut room.effect, logit: &mut room.way_in, by_parameter: &mut room.power };
            curve.forward::<FMA>(&room.adstocked, &room.adstocked, &mut out);
            for t in 0..room.adstocked.len() {
                let worth = ceiling * geo.worth[t];
                room.value[t] += worth * room.effect[t];
                room.slope[t] += worth * room.power[t];
            }
        }
    }
}

/// The geos in which the channel spends, lately or, if nowhere, ever.
fn shares(model: &MediaModel, weeks: &FutureWeeks, c: usize) -> Result<Vec<GeoShare>, PlanningError> {
    let history = &model.history;
    let channel = &history.channels[c];
    let total = |g: usize| model.spend_before(c, g);
    let recent = |g: usize| weeks.repeated(&channel.spend, g).iter().sum::<f64>();
    let lately = (0..history.n_geos()).map(recent).sum::<f64>() > 0.0;
    let spend: Vec<f64> = (0..history.n_geos()).map(|g| if lately { recent(g) } else { total(g) }).collect();
    let all: f64 = spend.iter().sum();
    if all <= 0.0 {
        return Err(model.nothing_known(c, None));
    }
    let geos = (0..history.n_geos()).filter(|g| spend[*g] > 0.0).filter_map(|g| {
        Some(GeoShare {
            geo: g,
            exposure: model.exposure_per_spend(c, g, weeks.len())? * spend[g] / all,
            worth: weeks.repeated(&history.value_per_outcome, g),
        })
    });
    Ok(geos.collect())
}

impl CarryOver {
    /// Adstocked exposure of a series that comes over and over.
    fn cyclic(&self, exposure: &[f64], out: &mut [f64]) {
        self.circular(exposure.iter().enumerate(), exposure.len(), out);
    }

    /// The transpose: what a change of each period's exposure does to a weighted sum of the adstocked cycle.
    fn backwards_cyclic(&self, weight: &[f64], out: &mut [f64]) {
        let n = weight.len();
        self.circular((0..n).rev().map(|t| (t, &weight[t])), n, out);
    }

    /// Carries a cycle of n values on in the order given, each to its own place and those after it.
    fn circular<'a>(
        &self,
        values: impl Iterator<Item = (usize, &'a f64)> + Clone,
        n: usize,
        out: &mut [f64],
    ) {
        match self {
            CarryOver::Untruncated(alpha) => {
                let alpha = alpha.min(1.0 - 1e-9);
                let step = |a: f64, x: f64| alpha * a + (1.0 - alpha) * x;
                let once = values.clone().fold(0.0, |a, (_, x)| step(a, *x));
                // All earlier cycle together: a geometric series of what one leaves.
                let mut a = once / (1.0 - alpha.powf(n as f64));
                for (t, x) in values {
                    a = step(a, *x);
                    out[t] = a;
                }
            }
            CarryOver::Truncated(weights) => {
                out.fill(0.0);
                let places: Vec<usize> = values.clone().map(|(t, _)| t).collect();
                for (k, (_, x)) in values.enumerate() {
                    for (lag, w) in weights.iter().enumerate() {
                        out[places[(k + lag) % n]] += w * x;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Adstock;
    use crate::planning::testdata::model;

    fn kinds() -> [Adstock; 3] {
        [Adstock::default(), Adstock::Geometric { max_lag: Some(9) }, Adstock::None]
    }

    fn cycle(kind: Adstock, n: usize) -> Cycle {
        let mut model = model(&[(0.5, 1.0, 1.7), (0.9, 2.0, 0.8)]);
        model.draws[0].adstock = kind;
        if kind == Adstock::None {
            model.draws[0].retention = vec![0.0; 2];
        }
        Cycle::new(&model, &FutureWeeks::of_length(&model, n), (0, 2.0), 1).unwrap()
    }

    /// The definition: 60 cycles, adstock as a sum over lags, Hill by its formula; the last cycle counts.
    fn by_definition(kind: Adstock, plan: &[f64], (alpha, half, slope): (f64, f64, f64)) -> f64 {
        let n = plan.len();
        let reach = match kind {
            Adstock::Geometric { max_lag: Some(most) } => most,
            Adstock::None => 0,
            _ => 59 * n,
        };
        let mass: f64 = (0..=reach).map(|l| alpha.powi(l as i32)).sum();
        let hill = |a: f64| a.powf(slope) / (a.powf(slope) + half.powf(slope));
        let adstocked = |t: usize| -> f64 {
            (0..=reach).map(|l| alpha.powi(l as i32) * plan[(60 * n + t - l) % n] / mass).sum()
        };
        // Ceiling 10 in the model of the tests.
        (0..n).map(|t| 10.0 * hill(adstocked(t))).sum()
    }

    #[test]
    fn a_cycle_is_worth_what_the_definition_says() {
        let plan = [3.0, 0.5, 2.0, 0.0, 4.0, 0.2, 0.0];
        for kind in kinds() {
            let values = cycle(kind, 7).values(&[&plan, &[1.0; 7]]);
            let shapes = if kind == Adstock::None {
                [(0.0, 1.0, 1.7), (0.0, 2.0, 0.8)]
            } else {
                [(0.5, 1.0, 1.7), (0.9, 2.0, 0.8)]
            };
            for (value, shape) in values.iter().zip(shapes) {
                let want = [by_definition(kind, &plan, shape), by_definition(kind, &[1.0; 7], shape)];
                for (v, w) in value.iter().zip(want) {
                    assert!((v / w - 1.0).abs() < 1e-9, "{kind:?} {shape:?}: {v} {w}");
                }
            }
        }
    }

    #[test]
    fn the_gradient_is_that_of_the_value() {
        let plan = [3.0, 0.5, 2.0, 1.0, 4.0, 0.2];
        for kind in kinds() {
            let cycle = cycle(kind, 6);
            let gradient = cycle.value_and_gradient(&plan).1;
            for k in 0..6 {
                let (mut up, mut down) = (plan, plan);
                (up[k], down[k]) = (plan[k] + 1e-5, plan[k] - 1e-5);
                let of = |plan: &[f64]| cycle.value_and_gradient(plan).0;
                let numeric = (of(&up) - of(&down)) / 2e-5;
                assert!((gradient[k] / numeric - 1.0).abs() < 1e-6, "{k}: {} {numeric}", gradient[k]);
            }
        }
    }

    #[test]
    fn geos_with_the_same_curve_add_up() {
        // Two geos with half of the spend each and the exposure unit halved are one geo twice.
        let one = model(&[(0.5, 1.0, 1.7)]);
        let mut two = one.clone();
        two.history.geos = vec!["a".into(), "b".into()];
        two.history.outcome_scale = vec![5.0; 2];
        two.history.value_per_outcome = vec![1.0; 40];
        two.history.fitted = vec![true; 40];
        two.history.pace = vec![1.0; 2];
        for channel in &mut two.history.channels {
            channel.spend = channel.spend.repeat(2);
            channel.exposure = channel.exposure.iter().map(|x| 2.0 * x).collect::<Vec<_>>().repeat(2);
        }
        two.draws.iter_mut().for_each(|d| d.geo_factor = vec![vec![1.0]; 2]);
        let plan = [3.0, 0.0, 2.0, 1.0, 4.0];
        let value = |m: &MediaModel| {
            Cycle::new(m, &FutureWeeks::of_length(m, 5), (0, 2.0), 1).unwrap().values(&[&plan])[0][0]
        };
        let (a, b) = (value(&one), value(&two));
        assert!((a / b - 1.0).abs() < 1e-12, "{a} {b}");
    }
}
