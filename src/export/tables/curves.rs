//! Response curves, one row a point.

use crate::export::table::Table;
use crate::report::{Fit, ResponseCurve};

/// One row a channel and multiple of today's spend.
pub fn curves(fit: &Fit) -> Table {
    let points = |curve: &ResponseCurve| 0..curve.spend_multiplier.len();
    let rows: Vec<(&ResponseCurve, usize)> =
        fit.response_curves.iter().flat_map(|curve| points(curve).map(move |m| (curve, m))).collect();
    Table::of("curves", "one row a channel and multiple of today's spend: mean and 90 % interval", &rows)
        .text("channel", |(c, _)| Some(c.channel.clone()))
        .number("spend_multiplier", |(c, m)| Some(c.spend_multiplier[*m]))
        .number("spend", |(c, m)| Some(c.spend[*m]))
        .number("incremental_outcome", |(c, m)| Some(c.incremental_outcome.mean[*m]))
        .number("incremental_outcome_q05", |(c, m)| Some(c.incremental_outcome.q05[*m]))
        .number("incremental_outcome_q95", |(c, m)| Some(c.incremental_outcome.q95[*m]))
        .number("marginal_roi", |(c, m)| c.marginal_roi.as_ref().map(|band| band.mean[*m]))
        .number("marginal_roi_q05", |(c, m)| c.marginal_roi.as_ref().map(|band| band.q05[*m]))
        .number("marginal_roi_q95", |(c, m)| c.marginal_roi.as_ref().map(|band| band.q95[*m]))
        .flag("extrapolated", |(c, m)| {
            c.observed_max_multiplier.is_some_and(|most| c.spend_multiplier[*m] > most)
        })
        .done()
}
