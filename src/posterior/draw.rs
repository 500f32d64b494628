//! One posterior draw in the user's units: contributions, ROI, response curves.

use crate::model::{Density, State};
use crate::transform::simd::{Kernel, dispatch, dot};

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
        let mut draw = ChannelDraw { curve: vec![0.0; multipliers.len()], ..Default::default() };
        // Effect at multiplier m is 1/(1 + e⁻ᶻ m⁻ˢ), because adstock is linear in spend.
        let shift = |m: &f64| m.powf(-state.theta.slope[c]).min(f64::from(f32::MAX)) as f32;
        let shifts: Vec<f32> = multipliers.iter().map(shift).collect();
        let (mut odds, mut weights) = (vec![0f32; n], vec![0f32; n]);
        for g in 0..n_geos {
            let i = c * n_geos + g;
            let (cells, local) = (i * n..(i + 1) * n, g * n..(g + 1) * n);
            let (h, beta, slope) = (&media.effect[cells], media.beta[i], state.theta.slope[c]);
            let (units, value) = (&design.units[local.clone()], &design.value[local]);
            let contribution = beta * dot::<FMA>(units, h);
            draw.contribution.push(contribution);
            draw.value += beta * dot::<FMA>(value, h);
            for t in 0..n {
                // dh/d ln a = S h (1 − h), and a is linear in spend.
                draw.marginal_value += beta * value[t] * slope * h[t] * (1.0 - h[t]);
                draw.ceiling += if h[t] > 0.0 { beta * units[t] } else { 0.0 };
                // e⁻ᶻ = (1 − h)/h; infinite where off, which gives no effect at any multiplier.
                odds[t] = (1.0 / h[t] - 1.0) as f32;
                weights[t] = units[t] as f32;
            }
            for ((total, shift), m) in draw.curve.iter_mut().zip(&shifts).zip(multipliers) {
                *total += match *m {
                    0.0 => 0.0,
                    1.0 => contribution,
                    _ => beta * scaled_effect(&weights, &odds, *shift),
                };
            }
        }
        draw
    }
}

/// Σ units / (1 + odds · shift), in single precision: seven digits of a curve that is known to two, in less
/// than half the time.
#[inline(always)]
fn scaled_effect(units: &[f32], odds: &[f32], shift: f32) -> f64 {
    const LANES: usize = 16;
    let mut sums = [0f32; LANES];
    let (u_blocks, u_rest) = units.as_chunks::<LANES>();
    let (o_blocks, o_rest) = odds.as_chunks::<LANES>();
    for (u, o) in u_blocks.iter().zip(o_blocks) {
        for l in 0..LANES {
            sums[l] += u[l] / (o[l] * shift + 1.0);
        }
    }
    for (u, o) in u_rest.iter().zip(o_rest) {
        sums[0] += u / (o * shift + 1.0);
    }
    sums.iter().map(|s| f64::from(*s)).sum()
}
