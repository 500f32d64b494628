//! Response curves of one channel in one geo, from the media model of a fit.

use ndarray::Array2;
use rayon::prelude::*;

use super::curve::ChannelCurve;
use super::effect::CarryOver;
use super::media::MediaModel;
use crate::model::{Seen, reach};
use crate::planning::error::PlanningError;
use crate::transform::saturation::Saturation;
use crate::transform::simd::{InstructionSet, Kernel, dispatch};

/// Multipliers of today's spend at which geo curves are computed: closest where plans usually are.
pub(crate) const MULTIPLIERS: [f64; 14] =
    [0.0, 0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0, 1.1, 1.3, 1.5, 1.75, 2.0];
/// Effects that all curves of a question may cost: about a tenth of a second on two slow cores.
const MAX_WORK: usize = 100_000_000;
/// Values held: 64 MB.
const MAX_NUMBERS: usize = 8_000_000;
/// Fewer draws than this say little of a 5 % quantile.
const LEAST_DRAWS: usize = 100;

/// Every how-manyth draw `n_curves` geo curves can afford.
pub fn geo_curve_stride(model: &MediaModel, n_curves: usize) -> usize {
    let a_draw = n_curves * MULTIPLIERS.len();
    let most = (MAX_WORK / (a_draw * model.history.n_periods()).max(1)).min(MAX_NUMBERS / a_draw.max(1));
    model.n_draws().div_ceil(most.max(LEAST_DRAWS)).max(1)
}

/// The curve of channel `c` in geo `g` over as many periods as were fitted, the geo at its own average pace, with every
/// `stride`-th draw, named `channel@geo`. Over a channel's geos the values add up to the channel's own curve.
///
/// # Errors
/// As [`ChannelCurve::new`].
pub fn geo_curve(
    model: &MediaModel,
    (c, g): (usize, usize),
    stride: usize,
) -> Result<ChannelCurve, PlanningError> {
    let (history, draws) = (&model.history, &model.draws[c]);
    let channel = &history.channels[c];
    let n = history.n_periods();
    let cells = g * n..(g + 1) * n;
    let times = |i: usize| if history.fitted[i] { history.pace[g] } else { 0.0 };
    let weight: Vec<f64> = cells.clone().map(|i| times(i) * history.value_per_outcome[i]).collect();
    let exposure = &channel.exposure[cells.clone()];
    let spend: f64 = cells.clone().map(|i| times(i) * channel.spend[i]).sum();
    let used: Vec<usize> = (0..model.n_draws()).step_by(stride).collect();
    let set = InstructionSet::detect();
    let one = |scratch: &mut Scratch, s: &usize| -> Vec<f64> {
        let carry = CarryOver::new(draws.adstock, draws.carry(*s));
        let saturation = draws.saturation(*s);
        let mut values =
            dispatch(set, GeoCurve { carry: &carry, saturation, exposure, weight: &weight, scratch });
        values.iter_mut().for_each(|v| *v *= model.ceiling(c, g, *s));
        values
    };
    let rows: Vec<Vec<f64>> = used.par_iter().map_init(Scratch::default, one).collect();
    let values = Array2::from_shape_fn((rows.len(), MULTIPLIERS.len()), |(s, m)| rows[s][m]);
    let reach = reach(&[Seen::of_data(history.observed(c, g), 1.0)]).unwrap_or(1.0);
    ChannelCurve::new(&format!("{}@{}", channel.name, history.geos[g]), spend, &MULTIPLIERS, values, reach)
}

/// Room for one series.
#[derive(Default)]
struct Scratch {
    adstocked: Vec<f64>,
    effect: Vec<f64>,
}

/// One draw's curve per unit of ceiling.
struct GeoCurve<'a, 'b> {
    carry: &'a CarryOver,
    saturation: Saturation,
    exposure: &'a [f64],
    weight: &'a [f64],
    scratch: &'b mut Scratch,
}

impl Kernel for GeoCurve<'_, '_> {
    type Output = Vec<f64>;
    #[inline(always)]
    fn run<const FMA: bool>(self) -> Vec<f64> {
        let Scratch { adstocked, effect } = self.scratch;
        for buffer in [&mut *adstocked, effect] {
            buffer.resize(self.exposure.len(), 0.0);
        }
        self.carry.apply::<FMA>(self.exposure, adstocked);
        self.saturation.effects::<FMA>(adstocked, effect);
        let mut values = vec![0.0; MULTIPLIERS.len()];
        self.saturation.at_multiples::<FMA>(self.weight, effect, &MULTIPLIERS, &mut values);
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::testdata::model;

    #[test]
    fn a_geo_curve_is_adstock_and_hill_of_scaled_exposure() {
        let model = model(&[(0.4, 2.0, 1.5), (0.0, 3.0, 0.8)]);
        let curve = geo_curve(&model, (1, 0), 1).unwrap();
        assert_eq!((curve.name(), curve.n_draws()), ("search@national", 2));
        for (s, (alpha, k, slope)) in [(0.4, 2.0, 1.5), (0.0, 3.0, 0.8_f64)].into_iter().enumerate() {
            for (i, m) in MULTIPLIERS.iter().enumerate() {
                let mut a = 0.0;
                let mut want = 0.0;
                for x in &model.history.channels[1].exposure {
                    a = (1.0 - alpha) * m * x + alpha * a;
                    want += 20.0 * f64::powf(a, slope) / (f64::powf(a, slope) + f64::powf(k, slope));
                }
                let got = curve.draw(s)[i];
                assert!((got - want).abs() < 1e-9 * want.max(1.0), "{s} {m}: {got} {want}");
            }
        }
        assert!((curve.spend() - model.history.channels[1].spend.iter().sum::<f64>()).abs() < 1e-9);
        assert_eq!(geo_curve(&model, (1, 0), 2).unwrap().n_draws(), 1);
    }

    #[test]
    fn what_is_held_out_does_not_stretch_what_was_observed() {
        let mut model = model(&[(0.4, 2.0, 1.5)]);
        model.history.fitted[19] = false;
        let before = geo_curve(&model, (0, 0), 1).unwrap().observed_max_multiplier();
        model.history.channels[0].exposure[19] = 1e3;
        assert_eq!(geo_curve(&model, (0, 0), 1).unwrap().observed_max_multiplier(), before);
        model.history.channels[0].exposure[18] = 10.0;
        assert!(geo_curve(&model, (0, 0), 1).unwrap().observed_max_multiplier() > before);
    }
}
