//! One posterior draw in the user's units: contributions, ROI, response curves.

use crate::model::{Density, State};
use crate::transform::simd::{Kernel, dispatch, dot, mul_add, sum8};

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
        let shifts: Vec<f64> = multipliers.iter().map(|m| m.powf(-state.theta.slope[c])).collect();
        let mut odds = vec![0.0; n];
        for g in 0..n_geos {
            let i = c * n_geos + g;
            let (cells, local) = (i * n..(i + 1) * n, g * n..(g + 1) * n);
            let (h, beta) = (&media.effect[cells.clone()], media.beta[i]);
            let (units, value) = (&design.units[local.clone()], &design.value[local]);
            let contribution = beta * dot::<FMA>(units, h);
            draw.contribution.push(contribution);
            draw.value += beta * dot::<FMA>(value, h);
            let (slope, a) = (&media.slope[cells.clone()], &media.adstocked[cells]);
            for t in 0..n {
                draw.marginal_value += beta * value[t] * slope[t] * a[t];
                draw.ceiling += if h[t] > 0.0 { beta * units[t] } else { 0.0 };
                // e⁻ᶻ = (1 − h)/h; infinite where off, which gives no effect at any multiplier.
                odds[t] = 1.0 / h[t] - 1.0;
            }
            for ((total, shift), m) in draw.curve.iter_mut().zip(&shifts).zip(multipliers) {
                *total += match *m {
                    0.0 => 0.0,
                    1.0 => contribution,
                    _ => beta * scaled_effect::<FMA>(units, &odds, *shift),
                };
            }
        }
        draw
    }
}

/// Σ units / (1 + odds · shift).
#[inline(always)]
fn scaled_effect<const FMA: bool>(units: &[f64], odds: &[f64], shift: f64) -> f64 {
    let mut sums = [0.0; 8];
    let (u8s, u_rest) = units.as_chunks::<8>();
    let (o8s, o_rest) = odds.as_chunks::<8>();
    for (u, o) in u8s.iter().zip(o8s) {
        for l in 0..8 {
            sums[l] += u[l] / mul_add::<FMA>(o[l], shift, 1.0);
        }
    }
    for (u, o) in u_rest.iter().zip(o_rest) {
        sums[0] += u / mul_add::<FMA>(*o, shift, 1.0);
    }
    sum8(sums)
}
