//! Response curves of the channels, draw by draw: what plans are made from, and their slopes.

use ndarray::Array2;

use super::types::{ChannelPosterior, Posterior, SURPRISING};

/// The response curve of one paid channel, draw by draw.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveDraws {
    /// Channel name.
    pub channel: String,
    /// Spend of today's plan over the fitted window, currency.
    pub spend: f64,
    /// Multiples of today's spend, M values from 0.
    pub multipliers: Vec<f64>,
    /// Beyond this multiplier the curve is extrapolation.
    pub observed_max_multiplier: f64,
    /// Whether plans hold it at today's spend: the data put its return above what was expected, or show that
    /// something else moves both its spend and the outcome.
    pub held: bool,
    /// Whether its effect by correlation is in doubt.
    pub doubted: bool,
    /// S × M value of the incremental outcome: currency where an outcome's worth is known, else
    /// outcome units.
    pub value: Array2<f64>,
}

/// The curves of the paid channels.
pub fn curve_draws(posterior: &Posterior) -> Vec<CurveDraws> {
    let paid = posterior.channels.iter().filter(|c| c.roi.is_some() && c.plan_spend > 0.0);
    paid.map(|c| CurveDraws {
        channel: c.name.clone(),
        spend: c.plan_spend,
        multipliers: posterior.multipliers.clone(),
        observed_max_multiplier: c.observed_max_multiplier,
        held: (c.expected.shift > SURPRISING || c.gap.reason.is_found()) && !c.gap.tested,
        doubted: c.gap.is_doubted(),
        value: c.plan_curve.as_ref().unwrap_or(&c.value_curve).clone(),
    })
    .collect()
}

impl ChannelPosterior {
    /// Whether today's plan spends nothing on it although it did.
    pub(crate) fn has_ended(&self) -> bool {
        self.spend > 0.0 && self.plan_spend == 0.0
    }

    /// S × M marginal ROI at multiples of today's spend; at 0, where the derivative of a concave curve may be infinite,
    /// what the first step returns. `None` for an organic channel.
    pub(crate) fn marginal_curve(&self, multipliers: &[f64]) -> Option<Array2<f64>> {
        let at_one = self.marginal_roi.as_ref()?;
        Some(Array2::from_shape_fn(self.value_slope.raw_dim(), |(s, m)| {
            match (multipliers[m], multipliers) {
                (0.0, [_, first, ..]) => self.value_curve[[s, 1]] / (first * self.spend),
                (1.0, _) => at_one[s],
                _ => self.value_slope[[s, m]] / self.spend,
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::report::testdata;

    #[test]
    fn the_marginal_return_is_the_derivative_and_at_nothing_that_of_the_first_step() {
        let posterior = testdata::posterior();
        let (tv, multipliers) = (&posterior.channels[0], &posterior.multipliers);
        let marginal = tv.marginal_curve(multipliers).unwrap();
        for s in 0..3 {
            assert_eq!(marginal[[s, 0]], tv.value_curve[[s, 1]] / (multipliers[1] * tv.spend));
            assert_eq!(marginal[[s, 2]], tv.value_slope[[s, 2]] / tv.spend);
            let one = multipliers.iter().position(|m| *m == 1.0).unwrap();
            assert_eq!(marginal[[s, one]], tv.marginal_roi.as_ref().unwrap()[s]);
        }
    }
}
