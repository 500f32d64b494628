//! One posterior draw in the user's units: contributions, ROI, response curves.

use crate::model::{ChannelDesign, Density, EffectScale, State, times_drift, without_drift};
use crate::transform::saturation::Multiples;
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
    /// The same in currency.
    pub value_curve: Vec<f64>,
    /// d value / d multiplier at each spend multiplier, currency; NaN at 0.
    pub value_slope: Vec<f64>,
    /// The value curve with every geo at its pace and the effect of the end of the data; empty where that is the same.
    pub plan_curve: Vec<f64>,
    /// Σ β over the active fitted cells, outcome units: what full saturation would bring.
    pub ceiling: f64,
}

impl ChannelDraw {
    /// Logarithm of what the prior of the channel is about; −∞ where it never ran.
    pub fn ln_effect(&self, channel: &ChannelDesign) -> f64 {
        let effect = match channel.scale {
            EffectScale::Roi => self.value,
            EffectScale::MarginalRoi => self.marginal_value,
            EffectScale::Share => self.contribution.iter().sum(),
        };
        (effect / channel.numeraire).ln()
    }

    /// What is caused of it, `share` = e^δ.
    pub fn caused(mut self, share: f64) -> ChannelDraw {
        let curves = [&mut self.curve, &mut self.value_curve, &mut self.value_slope, &mut self.plan_curve];
        curves.into_iter().chain([&mut self.contribution]).flatten().for_each(|x| *x *= share);
        self.value *= share;
        self.marginal_value *= share;
        self.ceiling *= share;
        self
    }
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
        let drift = state.theta.drift(c);
        let planned = design.outcome.is_ragged() || drift.is_some();
        let mut draw = ChannelDraw {
            curve: zeros(),
            value_curve: zeros(),
            value_slope: zeros(),
            plan_curve: if planned { zeros() } else { Vec::new() },
            ..Default::default()
        };
        let saturation = state.theta.saturation(c);
        let (mut active, mut rest) = (vec![0.0; n], vec![0.0; n]);
        let mut series = Multiples::new(saturation, multipliers, n);
        let mut of_geo = zeros();
        for g in 0..n_geos {
            let i = c * n_geos + g;
            let (cells, local) = (i * n..(i + 1) * n, g * n..(g + 1) * n);
            let (h, beta) = (&media.effect[cells], media.beta[i]);
            let (units, value) = (&design.outcome.units[local.clone()], &design.outcome.value[local.clone()]);
            let drifted = drift
                .map(|drift| (without_drift(drift, h), times_drift(drift, units), times_drift(drift, value)));
            let (h, units, value) = match &drifted {
                Some((h, units, value)) => (h.as_slice(), units.as_slice(), value.as_slice()),
                None => (h, units, value),
            };
            let contribution = beta * dot::<FMA>(units, h);
            draw.contribution.push(contribution);
            let today = beta * dot::<FMA>(value, h);
            draw.value += today;
            for ((active, rest), h) in active.iter_mut().zip(&mut rest).zip(h) {
                (*active, *rest) = (if *h > 0.0 { 1.0 } else { 0.0 }, 1.0 - h);
            }
            draw.ceiling += beta * dot::<FMA>(units, &active);
            // Adstocked exposure is linear in spend.
            let marginal = saturation.marginal::<FMA>(beta, value, h, &rest);
            draw.marginal_value += marginal;
            series.fill(units, h);
            if let Some(worth) = design.outcome.worth {
                series.slopes::<FMA>((beta, marginal / worth), &mut of_geo);
                add(&mut draw.value_slope, worth, &of_geo);
            }
            series.curve::<FMA>((beta, contribution), &mut of_geo);
            add(&mut draw.curve, 1.0, &of_geo);
            let in_currency = match design.outcome.worth {
                Some(worth) => worth,
                None => {
                    series.fill(value, h);
                    series.slopes::<FMA>((beta, marginal), &mut of_geo);
                    add(&mut draw.value_slope, 1.0, &of_geo);
                    series.curve::<FMA>((beta, today), &mut of_geo);
                    1.0
                }
            };
            add(&mut draw.value_curve, in_currency, &of_geo);
            if drift.is_some() {
                // Plans are for what comes after the data.
                let value = &design.outcome.value[local];
                series.fill(value, h);
                series.curve::<FMA>((beta, beta * dot::<FMA>(value, h)), &mut of_geo);
                add(&mut draw.plan_curve, design.outcome.pace[g], &of_geo);
            } else {
                add(&mut draw.plan_curve, in_currency * design.outcome.pace[g], &of_geo);
            }
        }
        draw
    }
}

fn add(total: &mut [f64], times: f64, part: &[f64]) {
    total.iter_mut().zip(part).for_each(|(total, part)| *total += times * part);
}
