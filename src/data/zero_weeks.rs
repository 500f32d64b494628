//! Runs of exact zeros beside outcomes that are never near zero: closed, not yet launched or not recorded.

use std::collections::HashMap;

use super::dataset::{Interval, Outcome};
use super::read::interval::{Periods, Rows};
use super::read::number::excerpt;
use crate::config::{OutcomeKind, ZeroWeeks};
use crate::warning::Warning;

/// Periods from `first` to `last` of one geo whose outcome is exactly 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ZeroRun {
    pub(crate) geo: usize,
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// Fewer outcomes other than 0 tell nothing of what is usual.
const FEWEST: usize = 10;
/// Outcomes below this share of the median are near zero. Of a count that is never below it, zero is as likely as
/// one in 10⁴ at most (a Poisson variable of mean 10, of which 2 is the least in two years of weeks).
const NEAR: f64 = 0.2;
/// More runs a year are a habit: closed Sundays, holidays, counts.
const RUNS_A_YEAR: f64 = 2.0;
/// Weeks of zeros before the first outcome that are a launch to come.
const LAUNCH_WEEKS: usize = 4;

/// The runs of a panel that are no observation, by geo and time.
pub(crate) fn zero_runs(outcome: &Outcome, interval: Interval) -> Vec<ZeroRun> {
    (0..outcome.values.nrows()).flat_map(|geo| of_geo(outcome, geo, interval)).collect()
}

fn of_geo(outcome: &Outcome, geo: usize, interval: Interval) -> Vec<ZeroRun> {
    let value = |t: usize| outcome.values[[geo, t]];
    let known: Vec<usize> = (0..outcome.values.ncols()).filter(|t| outcome.observed[[geo, *t]]).collect();
    let mut sizes: Vec<f64> = known.iter().map(|t| value(*t).abs()).filter(|y| *y > 0.0).collect();
    if sizes.len() < FEWEST || sizes.len() == known.len() {
        return Vec::new();
    }
    sizes.sort_unstable_by(f64::total_cmp);
    let is_never_near = sizes[0] >= NEAR * sizes[sizes.len() / 2];
    let runs: Vec<&[usize]> = known
        .chunk_by(|a, b| (value(*a) == 0.0) == (value(*b) == 0.0))
        .filter(|run| value(run[0]) == 0.0)
        .collect();
    let years = known.len() as f64 / interval.per_year();
    let is_rare = runs.len() as f64 <= (RUNS_A_YEAR * years).max(1.0);
    let leads = |run: &[usize]| run[0] == known[0] && run.len() >= interval.periods_in(LAUNCH_WEEKS);
    let is_gap = |run: &&[usize]| {
        let alone = run.len() < 2 && outcome.kind == OutcomeKind::Count;
        (is_never_near && is_rare && !alone) || (leads(run) && runs.len() == 1)
    };
    let run = |run: &[usize]| ZeroRun { geo, first: run[0], last: run[run.len() - 1] };
    runs.iter().copied().filter(is_gap).map(run).collect()
}

/// Takes such runs out of the outcome unless they are to be kept, and says so either way.
pub(crate) fn blank(
    outcome: &mut Outcome,
    zeros: ZeroWeeks,
    (rows, periods): (&Rows, &Periods),
) -> Option<Warning> {
    let runs = zero_runs(outcome, periods.interval);
    let (first, n) = (runs.first()?, runs.iter().map(|run| run.last - run.first + 1).sum::<usize>());
    let lines: HashMap<(usize, usize), u32> = (0..rows.line.len())
        .map(|i| ((rows.geo[i] as usize, periods.of_row[i] as usize), rows.line[i]))
        .collect();
    let place = |run: &ZeroRun| {
        let geo = if rows.has_geo_column {
            format!("geo `{}`, ", excerpt(&rows.geos[run.geo]))
        } else {
            String::new()
        };
        let line = |t: usize| lines.get(&(run.geo, t)).map_or(String::new(), u32::to_string);
        let (a, b) = (periods.dates[run.first], periods.dates[run.last]);
        match run.first == run.last {
            true => format!("{geo}{a} (row {})", line(run.first)),
            false => format!("{geo}{a} to {b} (rows {} to {})", line(run.first), line(run.last)),
        }
    };
    /// Longer lists are cut here.
    const SHOWN: usize = 5;
    let mut places: Vec<String> = runs.iter().take(SHOWN).map(place).collect();
    if runs.len() > SHOWN {
        places.push(format!("… and {} more runs", runs.len() - SHOWN));
    }
    let (places, unit) = (places.join("; "), periods.interval.count(n));
    let own = outcome.values.row(first.geo);
    let usual = own.iter().copied().filter(|y| *y != 0.0).map(f64::abs);
    let least = usual.fold(f64::INFINITY, f64::min);
    let seen = format!(
        "the outcome `{}` is exactly 0 in {unit}, {places}, where otherwise it is never below {least:.0}",
        outcome.name
    );
    Some(match zeros {
        ZeroWeeks::Keep => Warning::new(
            "zero_weeks_kept",
            format!(
                "{seen}: they are fitted as they are, and media that paused with them get the credit of the return"
            ),
            "leave the outcome blank where it was closed or not recorded, or drop --zero-weeks keep",
        ),
        ZeroWeeks::Blank => {
            for run in &runs {
                (run.first..=run.last).for_each(|t| outcome.observed[[run.geo, t]] = false);
            }
            Warning::new(
                "zero_weeks",
                format!("{seen}: taken as no observation; these rows count for carry-over only"),
                "if nothing was sold although all was open, say --zero-weeks keep",
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn found(values: Vec<f64>, kind: OutcomeKind, interval: Interval) -> Vec<(usize, usize)> {
        let n = values.len();
        let outcome = Outcome {
            name: "y".into(),
            kind,
            values: Array2::from_shape_vec((1, n), values).unwrap(),
            observed: Array2::from_elem((1, n), true),
            revenue_per_outcome: None,
        };
        zero_runs(&outcome, interval).iter().map(|run| (run.first, run.last)).collect()
    }

    fn weeks(zero: impl Fn(usize) -> bool, level: f64) -> Vec<f64> {
        (0..104).map(|t| if zero(t) { 0.0 } else { level + (t * 7919 % 101) as f64 }).collect()
    }

    #[test]
    fn a_run_beside_values_that_are_never_near_zero_is_none() {
        let (money, count, weekly) = (OutcomeKind::Revenue, OutcomeKind::Count, Interval::Weekly);
        assert_eq!(found(weeks(|t| (40..46).contains(&t), 100.0), money, weekly), [(40, 45)]);
        assert_eq!(found(weeks(|t| (40..46).contains(&t), 100.0), count, weekly), [(40, 45)]);
        assert_eq!(found(weeks(|t| !(20..=100).contains(&t), 100.0), money, weekly), [(0, 19), (101, 103)]);
        // Near zero otherwise, or usual.
        assert_eq!(found(weeks(|t| (40..46).contains(&t), 1.0), money, weekly), []);
        assert_eq!(found(weeks(|t| t % 9 == 0, 100.0), money, weekly), []);
        assert_eq!(found(weeks(|t| t % 7 == 6, 100.0), money, Interval::Daily), []);
        assert_eq!(found(weeks(|t| t == 50, 100.0), count, weekly), []);
        assert_eq!(found(weeks(|_| false, 100.0), money, weekly), []);
        // A launch that grew from nothing.
        assert_eq!(found(weeks(|t| t < 20, 1.0), count, weekly), [(0, 19)]);
    }
}
