//! Amounts in the wrong unit: spend in thousands, one channel in cents, one cell with a misplaced point, a column whose
//! unit changes on the way, populations in thousands in one geo.

use ndarray::Array2;

use super::finding::Findings;
use crate::config::OutcomeKind;
use crate::data::dataset::{Channel, Dataset};
use crate::data::roles::suggest::listing;

/// Outcome per unit of spend beyond which, or below whose inverse, one of the two is in another unit: media take
/// between a thousandth of the revenue and ten times it in no business that lasts.
const OUTCOME_OVER_SPEND: (f64, f64) = (0.1, 1000.0);
/// A channel's total over that of the channel in the middle.
const CHANNELS_APART: f64 = 1e4;
/// The largest cell over the second largest of the channel in the geo, and active cells that make it telling.
const CELL_APART: f64 = 6.0;
const FEWEST_CELLS: usize = 12;

/// Level before and after, over one another, that speak of two units.
const LEVELS_APART: f64 = 100.0;
/// Outcome per head of a geo over that of the geo in the middle.
const HEADS_APART: f64 = 100.0;

/// All of them.
pub(super) fn units(data: &Dataset, findings: &mut Findings) {
    whole(data, findings);
    apart(data, findings);
    heads(data, findings);
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

/// Populations of which some are in thousands.
fn heads(data: &Dataset, findings: &mut Findings) {
    let Some(population) = data.population.as_ref().filter(|heads| heads.len() > 2) else { return };
    let per_head = |g: usize| {
        let known =
            data.outcome.values.row(g).into_iter().zip(data.outcome.observed.row(g)).filter(|(_, o)| **o);
        let (n, sum) = known.fold((0.0, 0.0), |(n, sum), (y, _)| (n + 1.0, sum + y));
        sum / f64::max(n, 1.0) / population[g]
    };
    let all: Vec<f64> = (0..population.len()).map(per_head).collect();
    let mut sorted = all.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted[sorted.len() / 2];
    let is_apart = |x: &f64| middle > 0.0 && (*x > HEADS_APART * middle || *x * HEADS_APART < middle);
    let apart = all.iter().zip(&data.geos).filter(|(x, _)| is_apart(x)).map(|(_, geo)| geo.as_str());
    let apart: Vec<&str> = apart.collect();
    if !apart.is_empty() {
        let message = format!(
            "the outcome per head of {} is more than {HEADS_APART:.0} times off that of the geo in the middle: is the \
             population in another unit there?",
            listing(apart.into_iter())
        );
        findings.warn("population_units_apart", message, "give the population of every geo in people");
    }
}

/// A column whose amounts are of another size from some period on.
fn midway(data: &Dataset, values: &Array2<f64>, column: &str, findings: &mut Findings) {
    let active: Vec<(usize, f64)> =
        values.columns().into_iter().map(|x| x.sum()).enumerate().filter(|(_, x)| *x > 0.0).collect();
    let n = active.len();
    let bounds = |part: &[(usize, f64)]| {
        part.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), (_, x)| (low.min(*x), high.max(*x)))
    };
    for k in FEWEST_CELLS..n.saturating_sub(FEWEST_CELLS - 1) {
        let (before, after) = (bounds(&active[..k]), bounds(&active[k..]));
        let (falls, rises) = (before.0 > after.1, before.1 < after.0);
        let middle =
            |part: &[(usize, f64)]| part.iter().map(|(_, x)| x.ln()).sum::<f64>() / part.len() as f64;
        let apart = (middle(&active[k..]) - middle(&active[..k])).abs();
        if (falls || rises) && apart > LEVELS_APART.ln() {
            let message = format!(
                "`{column}` is about {:.0} times {} from {} on: is it in another unit from there?",
                apart.exp(),
                if falls { "smaller" } else { "larger" },
                data.dates[active[k].0]
            );
            findings.warn("unit_changes", message, "give all rows in one unit");
            return;
        }
    }
}

fn cells(data: &Dataset, channel: &Channel, values: &Array2<f64>, column: &str, findings: &mut Findings) {
    midway(data, values, column, findings);
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

    #[test]
    fn a_cell_is_apart_from_six_times_the_next_on_in_a_column_of_a_dozen() {
        let of = |times: f64, active: usize| {
            let mut data = testdata::dataset();
            data.channels.truncate(1);
            let series = |t: usize| {
                if t >= active {
                    0.0
                } else if t == 3 {
                    10.0 * times
                } else {
                    10.0
                }
            };
            data.channels[0].exposure = Array2::from_shape_fn((2, testdata::WEEKS), |(_, t)| series(t));
            data.channels[0].spend = data.channels[0].exposure.clone();
            codes(&data).iter().filter(|code| *code == "cell_apart").count()
        };
        assert_eq!((of(5.9, 20), of(6.1, 20)), (0, 2), "one a geo");
        assert_eq!((of(50.0, 11), of(50.0, 12)), (0, 2), "too few cells to tell");
    }

    #[test]
    fn a_unit_that_changes_on_the_way_is_named() {
        let of = |factor: f64| {
            let mut data = testdata::dataset();
            let n = 40;
            data.dates = (0..n).map(|t| data.dates[0] + chrono::Days::new(7 * t as u64)).collect();
            let series = |t: usize| (10.0 + (t * 31 % 7) as f64) * if t < 20 { 1.0 } else { factor };
            data.channels.truncate(1);
            data.channels[0].exposure = Array2::from_shape_fn((2, n), |(_, t)| series(t));
            data.channels[0].spend = data.channels[0].exposure.clone();
            let mut findings = Findings::default();
            midway(&data, &data.channels[0].spend, "tv_spend", &mut findings);
            findings.0.into_iter().map(|f| f.message).collect::<Vec<String>>()
        };
        assert!(of(1e-3)[0].contains("times smaller from 2024-05-20 on"), "{:?}", of(1e-3));
        assert!(of(1e3)[0].contains("times larger from 2024-05-20 on"));
        assert!(of(20.0).is_empty(), "a channel that was scaled up");
    }

    #[test]
    fn populations_in_two_units_are_named() {
        let of = |heads: [f64; 3]| {
            let mut data = testdata::dataset();
            data.geos.push("west".into());
            data.outcome.values = Array2::from_elem((3, testdata::WEEKS), 1000.0);
            data.outcome.observed = Array2::from_elem((3, testdata::WEEKS), true);
            data.population = Some(heads.to_vec());
            let mut findings = Findings::default();
            super::heads(&data, &mut findings);
            findings.0.len()
        };
        assert_eq!((of([1e6, 2e6, 9e5]), of([1e6, 2e6, 900.0]), of([1e6, 3e7, 9e5])), (0, 1, 0));
    }

    #[test]
    fn the_outcome_may_be_a_tenth_to_a_thousand_times_the_spend() {
        let of = |ratio: f64| {
            let mut data = testdata::dataset();
            let spend: f64 = data.channels.iter().map(|c| c.spend.sum()).sum();
            let value: f64 = data.outcome.values.sum();
            data.outcome.values *= ratio * spend / value;
            codes(&data)
        };
        assert_eq!((of(0.11).len(), of(990.0).len()), (0, 0));
        assert_eq!((of(0.09), of(1010.0)), (vec!["units_apart".to_owned()], vec!["units_apart".to_owned()]));
    }
}
