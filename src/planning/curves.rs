//! The response curves that plans are made from, out of their draws.

use rayon::prelude::*;

use super::error::PlanningError;
use super::value::curve::ChannelCurve;
use crate::posterior::CurveDraws;

/// The response curves of the paid channels, in value, as planning reads them.
///
/// # Errors
/// A curve that is not a number.
pub fn channel_curves(curves: Vec<CurveDraws>) -> Result<Vec<ChannelCurve>, PlanningError> {
    curves
        .into_par_iter()
        .map(|c| {
            let curve =
                ChannelCurve::new(&c.channel, c.spend, &c.multipliers, c.value, c.observed_max_multiplier)?;
            Ok(curve.holding(c.held).doubting(c.doubted))
        })
        .collect()
}
