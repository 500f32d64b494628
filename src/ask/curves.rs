//! The response curves that answer a set of questions.

use std::path::Path;

use crate::error::Error;
use crate::planning::{ChannelCurve, MediaModel, Slot, channel_curves, geo_curve, geo_curve_stride};
use crate::report::{Fit, ScenarioReport};
use crate::store::read_curves;

/// One curve a slot, `factor` times as long as the fitted window, all with the same draws. Slots speak of the paid
/// channels of the fit, as the media model does.
///
/// # Errors
/// Curves that cannot be read, geos of which nothing is known.
pub(super) fn curves(
    (path, fit): (&Path, &Fit),
    slots: &[Slot],
    model: Option<&MediaModel>,
    factor: f64,
    report: &mut ScenarioReport,
) -> Result<Vec<ChannelCurve>, Error> {
    let mut whole: Vec<Option<ChannelCurve>> =
        channel_curves(read_curves(path, fit)?)?.into_iter().map(Some).collect();
    let by_geo = slots.iter().filter(|slot| matches!(slot, Slot::Geo(..))).count();
    let stride = model.filter(|_| by_geo > 0).map_or(1, |m| geo_curve_stride(m, by_geo));
    if let Some(model) = model.filter(|_| stride > 1) {
        report.note_draws(model.n_draws().div_ceil(stride), model.n_draws());
    }
    let names: Vec<&str> = fit.paid_channels().collect();
    let mut curves = Vec::with_capacity(slots.len());
    for slot in slots {
        let name = names[slot.channel()];
        let curve = match (slot, model) {
            (Slot::Geo(c, g), Some(model)) => geo_curve(model, (*c, *g), stride)?.holding(fit.holds(name)),
            _ => {
                let own = whole.iter_mut().find(|curve| curve.as_ref().is_some_and(|c| c.name() == name));
                match own.and_then(Option::take) {
                    Some(curve) if stride > 1 => curve.thinned(stride),
                    Some(curve) => curve,
                    None => continue,
                }
            }
        };
        curves.push(curve.scaled(factor));
    }
    Ok(curves)
}
