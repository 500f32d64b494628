//! Amounts in the wrong unit: spend in thousands, one channel in cents, one cell with a misplaced point.

use ndarray::Array2;

use super::finding::Findings;
use crate::config::OutcomeKind;
use crate::data::dataset::{Channel, Dataset};

/// Outcome per unit of spend beyond which, or below whose inverse, one of the two is in another unit: media take
/// between a thousandth of the revenue and ten times it in no business that lasts.
const OUTCOME_OVER_SPEND: (f64, f64) = (0.1, 1000.0);
/// A channel's total over that of the channel in the middle.
const CHANNELS_APART: f64 = 1e4;
/// The largest cell over the second largest of the channel in the geo, and active cells that make it telling.
const CELL_APART: f64 = 6.0;
const FEWEST_CELLS: usize = 12;

/// All three.
pub(super) fn units(data: &Dataset, findings: &mut Findings) {
    whole(data, findings);
    apart(data, findings);
    for channel in &data.channels {
        cells(data, channel, &channel.exposure, &channel.exposure_column, findings);
        if let Some(column) = channel.spend_column.as_ref().filter(|c| **c != channel.exposure_column) {
            cells(data, channel, &channel.spend, column, findings);
        }
    }
}

/// Currency of the outcome in all, where it is known.
fn value(data: &Dataset) -> Option<f64> {
    let valued = data.outcome.kind == OutcomeKind::Revenue || data.outcome.revenue_per_outcome.is_some();
    let cells = data.outcome.values.indexed_iter().filter(|(at, _)| data.outcome.observed[*at]);
    // What can be negative is a difference, no size.
    let valued = valued && data.outcome.values.iter().all(|y| *y >= 0.0);
    valued.then(|| cells.map(|((g, t), y)| y * data.value_per_outcome(g, t)).sum())
}

fn whole(data: &Dataset, findings: &mut Findings) {
    let spend: f64 = data.channels.iter().map(|c| c.spend.sum()).sum();
    let Some(value) = value(data).filter(|v| *v > 0.0 && spend > 0.0) else { return };
    let ratio = value / spend;
    let (low, high) = OUTCOME_OVER_SPEND;
    let message = if ratio > high {
        format!("the outcome is worth {ratio:.0} times the spend of all channels: is the spend in thousands?")
    } else if ratio < low {
        let share = if ratio < 1e-3 { format!("{ratio:.1e}") } else { format!("{ratio:.4}") };
        format!("the outcome is worth {share} of the spend of all channels: is the outcome in thousands?")
    } else {
        return;
    };
    findings.warn(
        "units_apart",
        message,
        "give outcome and spend in the same currency unit; returns are one over the other",
    );
}

fn apart(data: &Dataset, findings: &mut Findings) {
    let totals: Vec<(&str, f64)> = data
        .channels
        .iter()
        .filter(|c| !c.is_organic())
        .map(|c| (c.name.as_str(), c.spend.sum()))
        .filter(|(_, total)| *total > 0.0)
        .collect();
    for (i, (name, total)) in totals.iter().enumerate() {
        let mut others: Vec<f64> =
            totals.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, t)| t.1).collect();
        others.sort_unstable_by(f64::total_cmp);
        let Some(&middle) = others.get(others.len() / 2) else { return };
        let ratio = total / middle;
        // Of two channels the smaller is named alone.
        let is_apart = ratio < 1.0 / CHANNELS_APART || (ratio > CHANNELS_APART && totals.len() > 2);
        if is_apart {
            let message = format!(
                "the spend of channel `{name}` is {total:.0} in all, where the other channels have about {middle:.0}: is it in another unit?"
            );
            findings.warn("channel_units_apart", message, "give all spend in the same currency unit");
        }
    }
}

fn cells(data: &Dataset, channel: &Channel, values: &Array2<f64>, column: &str, findings: &mut Findings) {
    for (g, row) in values.rows().into_iter().enumerate() {
        let mut active: Vec<(usize, f64)> =
            row.iter().copied().enumerate().filter(|(_, x)| *x > 0.0).collect();
        active.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
        let (Some(&(t, largest)), Some(&(_, second))) = (active.first(), active.get(1)) else { continue };
        if active.len() < FEWEST_CELLS || largest <= CELL_APART * second {
            continue;
        }
        let geo = if data.n_geos() > 1 { format!(", {}", data.geos[g]) } else { String::new() };
        let message = format!(
            "`{column}` is {largest} on {}{geo}, {:.0} times its next largest value, {second}",
            data.dates[t],
            largest / second
        );
        let hint = format!(
            "correct the cell if the point slipped; a true peak says little of channel `{}`",
            channel.name
        );
        findings.warn("cell_apart", message, hint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    fn codes(data: &Dataset) -> Vec<String> {
        let mut findings = Findings::default();
        units(data, &mut findings);
        findings.0.into_iter().map(|f| f.code.into_owned()).collect()
    }

    #[test]
    fn each_slip_of_the_unit_is_named_once() {
        assert!(codes(&testdata::dataset()).is_empty());
        let mut data = testdata::dataset();
        data.channels.iter_mut().for_each(|c| c.spend /= 1000.0);
        assert_eq!(codes(&data), ["units_apart"]);
        let mut data = testdata::dataset();
        data.channels[0].spend /= 2e4;
        assert_eq!(codes(&data), ["channel_units_apart"]);
        let mut data = testdata::dataset();
        data.channels[1].exposure[[1, 7]] *= 50.0;
        assert_eq!(codes(&data), ["cell_apart"]);
    }
}
