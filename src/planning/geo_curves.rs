//! Response curves of one channel in one geo, from the media model of a fit.

use ndarray::Array2;
use rayon::prelude::*;

use super::curve::ChannelCurve;
use super::effect::CarryOver;
use super::error::PlanningError;
use super::media::MediaModel;
use crate::transform::hill::Hill;

/// Multipliers of today's spend at which geo curves are computed: closest where plans usually are.
pub(crate) const MULTIPLIERS: [f64; 14] =
    [0.0, 0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0, 1.1, 1.3, 1.5, 1.75, 2.0];
/// Effects that all curves of a question may cost: about a fifth of a second on two slow cores.
const MAX_WORK: usize = 400_000_000;
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

/// The curve of channel `c` in geo `g` over the fitted window with every `stride`-th draw, named
/// `channel@geo`. Over a channel's geos the values add up to the channel's own curve.
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
    let weight: Vec<f64> = cells
        .clone()
        .map(|i| if history.fitted[i] { history.value_per_outcome[i] } else { 0.0 })
        .collect();
    let exposure = &channel.exposure[cells.clone()];
    let spend: f64 = cells.clone().filter(|i| history.fitted[*i]).map(|i| channel.spend[i]).sum();
    let used: Vec<usize> = (0..model.n_draws()).step_by(stride).collect();
    let one = |adstocked: &mut Vec<f64>, s: &usize| -> Vec<f64> {
        adstocked.clear();
        adstocked.resize(n, 0.0);
        CarryOver::new(draws.adstock, draws.retention[*s]).apply::<false>(exposure, adstocked);
        let hill = Hill { ln_half_saturation: draws.half_saturation[*s].ln(), slope: draws.slope[*s] };
        let ceiling = model.ceiling(c, g, *s);
        // Where active, h at a multiple m of the exposure is 1 / (1 + (1/h − 1) m^−slope).
        let odds: Vec<(f64, f64)> = adstocked
            .iter()
            .zip(&weight)
            .filter(|(a, w)| **a > 0.0 && **w > 0.0)
            .map(|(a, w)| (1.0 / hill.value(*a) - 1.0, *w))
            .collect();
        let at = |m: &f64| match *m {
            0.0 => 0.0,
            m => {
                let shift = m.powf(-hill.slope);
                ceiling * odds.iter().map(|(odds, w)| w / (1.0 + odds * shift)).sum::<f64>()
            }
        };
        MULTIPLIERS.iter().map(at).collect()
    };
    let rows: Vec<Vec<f64>> = used.par_iter().map_init(Vec::new, one).collect();
    let values = Array2::from_shape_fn((rows.len(), MULTIPLIERS.len()), |(s, m)| rows[s][m]);
    let active: Vec<f64> = exposure.iter().copied().filter(|x| *x > 0.0).collect();
    let mean = active.iter().sum::<f64>() / active.len().max(1) as f64;
    let reach = if mean > 0.0 { active.iter().copied().fold(0.0, f64::max) / mean } else { 1.0 };
    ChannelCurve::new(&format!("{}@{}", channel.name, history.geos[g]), spend, &MULTIPLIERS, values, reach)
}
