//! One posterior draw in the user's units: contributions, ROI, response curves.

use crate::model::{Density, State};
use crate::transform::simd::{Kernel, dispatch, dot, dot3, sum8};

/// One channel at one draw.
#[derive(Debug, Clone, Default)]
pub struct ChannelDraw {
    /// Incremental outcome per geo over the fitted cells, outcome units; length G.
    pub contribution: Vec<f64>,
    /// The same in currency, all geos.
    pub value: f64,
    /// d value / d ln spend at today's spend.
    pub marginal_value: f64,
    /// Incremental outcome at each spend multiplier.
    pub curve: Vec<f64>,
    /// The same in currency.
    pub value_curve: Vec<f64>,
    /// The same in currency with every geo at its pace; empty where that is the same.
    pub plan_curve: Vec<f64>,
    /// Σ β over the active fitted cells, outcome units: what full saturation would bring.
    pub ceiling: f64,
}

/// Outcomes of interest of every channel at the point of the last evaluation in `state`.
pub fn channels(density: &Density, state: &State, multipliers: &[f64]) -> Vec<ChannelDraw> {
    let set = density.instructions();
    let channel = |c| dispatch(set, Outcomes { density, state, multipliers, channel: c });
    (0..density.design.n_channels()).map(channel).collect()
}

struct Outcomes<'a> {
    density: &'a Density,
    state: &'a State,
    multipliers: &'a [f64],
    channel: usize,
}

impl Kernel for Outcomes<'_> {
    type Output = ChannelDraw;
    #[inline(always)]
    fn run<const FMA: bool>(self) -> ChannelDraw {
        let Outcomes { density, state, multipliers, channel: c } = self;
        let (design, media) = (&density.design, &state.media);
        let (n_geos, n) = (design.n_geos, design.n_periods);
        let zeros = || vec![0.0; multipliers.len()];
        let mut draw = ChannelDraw {
            curve: zeros(),
            value_curve: zeros(),
            plan_curve: if design.outcome.is_ragged() { zeros() } else { Vec::new() },
            ..Default::default()
        };
        // Effect at multiplier m is h/(h + (1 − h) m⁻ˢ), because adstock is linear in spend. What is a part
        // in 10¹⁵ of the effect or of its ceiling is lost either way.
        let shift = |m: &f64| m.powf(-state.theta.slope[c]).clamp(1e-15, 1e15) as f32;
        let shifts: Vec<f32> = multipliers.iter().map(shift).collect();
        let (mut active, mut rest) = (vec![0.0; n], vec![0.0; n]);
        let mut series = Series::with_room(n);
        let mut of_geo = zeros();
        for g in 0..n_geos {
            let i = c * n_geos + g;
            let (cells, local) = (i * n..(i + 1) * n, g * n..(g + 1) * n);
            let (h, beta, slope) = (&media.effect[cells], media.beta[i], state.theta.slope[c]);
            let (units, value) = (&design.outcome.units[local.clone()], &design.outcome.value[local]);
            let contribution = beta * dot::<FMA>(units, h);
            draw.contribution.push(contribution);
            let today = beta * dot::<FMA>(value, h);
            draw.value += today;
            for ((active, rest), h) in active.iter_mut().zip(&mut rest).zip(h) {
                (*active, *rest) = (if *h > 0.0 { 1.0 } else { 0.0 }, 1.0 - h);
            }
            draw.ceiling += beta * dot::<FMA>(units, &active);
            // dh/d ln a = S h (1 − h), and a is linear in spend.
            draw.marginal_value += beta * slope * dot3::<FMA>(value, h, &rest);
            series.fill(units, h);
            series.curve::<FMA>((beta, contribution), multipliers, &shifts, &mut of_geo);
            add(&mut draw.curve, 1.0, &of_geo);
            let in_currency = match design.outcome.worth {
                Some(worth) => worth,
                None => {
                    series.fill(value, h);
                    series.curve::<FMA>((beta, today), multipliers, &shifts, &mut of_geo);
                    1.0
                }
            };
            add(&mut draw.value_curve, in_currency, &of_geo);
            add(&mut draw.plan_curve, in_currency * design.outcome.pace[g], &of_geo);
        }
        draw
    }
}

fn add(total: &mut [f64], times: f64, part: &[f64]) {
    total.iter_mut().zip(part).for_each(|(total, part)| *total += times * part);
}

/// Partial sums of a curve's point.
const LANES: usize = 16;

/// One series in single precision: seven digits of a curve that is known to two, in less than half the time.
/// The cells beyond its end have no gain.
struct Series {
    /// Weights times h.
    gain: Vec<f32>,
    /// h.
    effect: Vec<f32>,
    /// 1 − h.
    rest: Vec<f32>,
}

impl Series {
    fn with_room(n: usize) -> Series {
        let n = n.next_multiple_of(2 * LANES);
        Series { gain: vec![0.0; n], effect: vec![1.0; n], rest: vec![0.0; n] }
    }

    #[inline(always)]
    fn fill(&mut self, weights: &[f64], effect: &[f64]) {
        let out = self.gain.iter_mut().zip(&mut self.effect).zip(&mut self.rest);
        for (((gain, h32), rest), (weight, h)) in out.zip(weights.iter().zip(effect)) {
            (*gain, *h32, *rest) = ((weight * h) as f32, *h as f32, (1.0 - h) as f32);
        }
    }

    /// The series at each multiplier, given what it comes to `today`.
    #[inline(always)]
    fn curve<const FMA: bool>(
        &self,
        (beta, today): (f64, f64),
        multipliers: &[f64],
        shifts: &[f32],
        out: &mut [f64],
    ) {
        // A loop: a closure is compiled on its own, without the kernel's instructions.
        for ((out, m), shift) in out.iter_mut().zip(multipliers).zip(shifts) {
            *out = match *m {
                0.0 => 0.0,
                1.0 => today,
                _ => self.point::<FMA>(beta, *shift),
            };
        }
    }

    /// β Σ weight · h / (h + (1 − h) · shift).
    #[inline(always)]
    fn point<const FMA: bool>(&self, beta: f64, shift: f32) -> f64 {
        let mut own = [0f32; LANES];
        let gains = self.gain.as_chunks::<{ 2 * LANES }>().0;
        let effects = self.effect.as_chunks::<{ 2 * LANES }>().0;
        let rests = self.rest.as_chunks::<{ 2 * LANES }>().0;
        for ((u, h), r) in gains.iter().zip(effects).zip(rests) {
            for l in 0..LANES {
                // Two fractions over one denominator: divisions are what this costs.
                let (a, b) = (h[l] + r[l] * shift, h[l + LANES] + r[l + LANES] * shift);
                own[l] += (u[l] * b + u[l + LANES] * a) / (a * b);
            }
        }
        beta * sum8(std::array::from_fn(|l| f64::from(own[l]) + f64::from(own[l + 8])))
    }
}
