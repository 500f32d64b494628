//! A geo test in a panel → what it brought, with its error.
//!
//! [`readout`] fits the panel without the treated geos' cells, predicts those, and judges itself on windows before the
//! test and by a model-free second opinion, [`synthetic`] difference-in-differences.

mod append;
mod reading;
mod request;
mod second;
pub mod synthetic;
mod usual;
mod windows;

use ndarray::Array2;

use self::reading::{Lift, Span, geos_of, lags, lifts};
use self::request::{Trial, TrialCell, spent};
use self::windows::{Check, windows};
use crate::config::FitConfig;
use crate::data::{Dataset, Experiments};
use crate::diagnostics::Verdict;
use crate::fit::{Fit, convergence_hint, fit_with_tests};
use crate::model::Design;
use crate::posterior::Summary;
use crate::report::{
    CellReading, PeriodReading, Phase, PlaceboReport, PlaceboWindow, READOUT_SCHEMA, ReadoutReport,
    SpendSource, TestRow, TestRows, readout_sources,
};
use crate::sampler::Progress;
use crate::words::numbers::amount;
use crate::{Error, Warning};

pub use append::{RowKind, append, refuse_repeated, refuse_unwritable};
pub use request::{CellRequest, SpendTold, TestRequest};

/// Reads a test; `others` are the experiments that the fit is told, of which those of the same cells are left out.
///
/// # Errors
/// What the request cannot be, and those of a fit.
pub fn readout(
    data: &Dataset,
    config: &FitConfig,
    (request, others): (&TestRequest, &Experiments),
    progress: &dyn Progress,
) -> Result<ReadoutReport, Error> {
    let Trial { cells, mut warnings } = request.resolve(data, config)?;
    let mut span = span(data, config, request, &cells)?;
    let treated = geos_of(&cells);
    let others = without_these(others, &cells, &mut warnings);
    check_outcomes(data, request, &treated, &span)?;
    let fitted = |span: &Span| fit_with_tests(&hide(data, &treated, &cells, span), config, &others, progress);
    let mut fit = fitted(&span)?;
    let mut gone = span.treated.end + carried_over(&fit, &cells);
    let longer = gone.min(data.n_periods());
    if request.readout_end.is_none() && longer > span.hidden.end {
        // The channel carries over for longer than most do: what is fitted again would still hold the test.
        span.hidden.end = longer;
        fit = fitted(&span)?;
        gone = span.treated.end + carried_over(&fit, &cells);
    }
    count(data, (request, gone), &mut span, &mut warnings);
    let mut groups: Vec<&[TrialCell]> = vec![&cells];
    if cells.len() > 1 {
        groups.extend(cells.chunks(1));
    }
    let seed = config.sampler.seed;
    let found = lifts(&fit, data, &groups, (&span, seed));
    let mut readings = groups.iter().zip(&found).map(|(group, lift)| {
        let geos = geos_of(group);
        let windows = windows(&fit, &treated, &geos, &span);
        let second = second::second_opinion(data, &geos, &treated, (&span, seed));
        reading((data, request, group), lift, (&windows, second), &span)
    });
    let whole = readings.next().expect("a group of all cells");
    let cells = readings.collect::<Vec<_>>();
    tell(&whole, &fit, &mut warnings);
    let (tool, data_report) = readout_sources(data);
    Ok(ReadoutReport {
        schema: READOUT_SCHEMA.into(),
        tool,
        data: data_report,
        roles: data.roles.clone(),
        config: config.clone(),
        outcome: data.outcome.name.clone(),
        roi_in_currency: in_currency(data),
        channel: request.channel.clone(),
        start: request.start,
        end: request.end,
        readout_end: data.interval.last_day(data.dates[span.counted.end - 1]),
        readout_end_told: request.readout_end.is_some(),
        fitted_again_from: data.dates.get(span.hidden.end).copied(),
        whole,
        cells,
        diagnostics: fit.diagnostics,
        warnings,
    })
}

fn in_currency(data: &Dataset) -> bool {
    data.outcome.kind == crate::data::OutcomeKind::Revenue || data.outcome.revenue_per_outcome.is_some()
}

/// The periods of a test before anything is fitted: cells are left out for as long as a carry-over that is longer than
/// most would last.
fn span(
    data: &Dataset,
    config: &FitConfig,
    request: &TestRequest,
    cells: &[TrialCell],
) -> Result<Span, Error> {
    let design = Design::new(data, config)?;
    let test = &cells.first().expect("a test has a cell").test;
    let long = |c: &usize| {
        let channel = &design.media.channels[*c];
        lags(channel.adstock, &[channel.shape.long_retention()])
    };
    let lags = test.channels.iter().map(long).max().unwrap_or(0);
    let told = request.readout_end.map_or(0, |day| counted_until(data, day));
    let end = (test.treated.end + lags).max(told).min(data.n_periods());
    let counted = test.treated.start..if told > 0 { told.max(test.treated.end) } else { end };
    Ok(Span { treated: test.treated.clone(), hidden: test.treated.start..end, counted })
}

/// Period after the last one that has its middle day by `day`.
fn counted_until(data: &Dataset, day: chrono::NaiveDate) -> usize {
    data.dates.iter().rposition(|first| data.interval.middle_day(*first) <= day).map_or(0, |t| t + 1)
}

/// The data without the outcomes of treated geos while the test worked, and with their usual spend.
fn hide(data: &Dataset, treated: &[usize], cells: &[TrialCell], span: &Span) -> Dataset {
    let mut hidden = data.clone();
    for test in cells.iter().map(|cell| &cell.test) {
        for (i, c) in test.channels.iter().enumerate() {
            let channel = &mut hidden.channels[*c];
            for (j, g) in test.geos.iter().enumerate() {
                channel.exposure.row_mut(*g).assign(&test.counterfactual[i].row(j));
                channel.spend.row_mut(*g).assign(&test.counterfactual_spend[i].row(j));
            }
        }
    }
    for g in treated {
        for t in span.hidden.clone() {
            hidden.outcome.observed[[*g, t]] = false;
            hidden.outcome.values[[*g, t]] = 0.0;
        }
    }
    hidden
}

/// Refuses a test whose outcomes are blank.
fn check_outcomes(
    data: &Dataset,
    request: &TestRequest,
    treated: &[usize],
    span: &Span,
) -> Result<(), Error> {
    let observed: &Array2<bool> = &data.outcome.observed;
    if treated.iter().any(|g| span.treated.clone().any(|t| observed[[*g, t]])) {
        return Ok(());
    }
    let what = format!(
        "every outcome of the treated geos from {} to {} is blank: there is nothing to read",
        request.start, request.end
    );
    Err(Error::data(&data.source.file, what, "give the outcomes of the test, or correct its dates and geos"))
}

/// The tests that a fit is told but for those of the same geos, channel and time, which would count twice.
fn without_these(others: &Experiments, cells: &[TrialCell], warnings: &mut Vec<Warning>) -> Experiments {
    let same = |other: &crate::data::Experiment| {
        cells.iter().any(|cell| {
            let test = &cell.test;
            other.channels.iter().any(|c| test.channels.contains(c))
                && other.geos.iter().any(|g| test.geos.contains(g))
                && other.treated.start < test.treated.end
                && test.treated.start < other.treated.end
        })
    };
    let (own, rest): (Vec<_>, Vec<_>) = others.tests.iter().cloned().partition(same);
    warnings.extend(own.iter().map(|test| {
        Warning::new(
            "test_left_out",
            format!("the experiment {} is of the same cells and is not told to the fit", test.label),
            "nothing to do: what it says would count twice",
        )
    }));
    Experiments { tests: rest }
}

/// Periods until the carry-over that was found is gone, of the slowest tested channel.
fn carried_over(fit: &Fit, cells: &[TrialCell]) -> usize {
    let channels = &cells.first().expect("a test has a cell").test.channels;
    let of = |c: &usize| {
        lags(fit.density.design.media.channels[*c].adstock, &fit.posterior.channels[*c].retention)
    };
    channels.iter().map(of).max().unwrap_or(0)
}

/// Until when outcomes count where nobody said: until the carry-over is gone, from the period `gone` on.
fn count(
    data: &Dataset,
    (request, gone): (&TestRequest, usize),
    span: &mut Span,
    warnings: &mut Vec<Warning>,
) {
    if request.readout_end.is_none() {
        span.counted.end = gone.min(span.hidden.end);
    }
    let counts_until = data.interval.last_day(data.dates[span.counted.end - 1]);
    if gone > span.counted.end {
        let (message, hint) = if span.counted.end == data.n_periods() {
            (
                format!(
                    "the data end {} before the carry-over is expected to be gone: what comes later is not counted",
                    data.interval.count(gone - span.counted.end)
                ),
                "read it again when the data are there",
            )
        } else {
            (
                format!(
                    "outcomes count until {counts_until}, {} before the carry-over is expected to be gone",
                    data.interval.count(gone - span.counted.end)
                ),
                "give a later --readout-end",
            )
        };
        warnings.push(Warning::new("carry_over_not_gone", message, hint));
    }
}

fn reading(
    (data, request, group): (&Dataset, &TestRequest, &[TrialCell]),
    lift: &Lift,
    (windows, second): (&[windows::Window], crate::report::SecondOpinion),
    span: &Span,
) -> CellReading {
    let geos = geos_of(group);
    let spent: f64 = group.iter().map(|cell| spent(&cell.test)).sum();
    let change: f64 = group.iter().map(|cell| cell.test.spend_change).sum();
    let observed: f64 = span.counted.clone().filter_map(|t| lift.observed[t]).sum();
    let shares: Vec<f64> = lift.lift.iter().map(|l| l / (observed - l)).collect();
    let names = |geos: &[usize]| geos.iter().map(|g| data.geos[*g].clone()).collect::<Vec<_>>();
    // Half up and half down is no change to divide by.
    let largest = group.iter().map(|cell| cell.test.spend_change.abs()).fold(0.0, f64::max);
    let has_roi = change.abs() >= 0.05 * largest && change != 0.0;
    let summary = Summary::of(&lift.lift);
    let cell = (group.len() == 1).then(|| &group[0]);
    CellReading {
        cell: cell.and_then(|cell| cell.name.clone()),
        geos: if data.roles.geo.is_some() { names(&geos) } else { Vec::new() },
        spend: spent,
        usual_spend: spent - change,
        spend_change: change,
        usual_spend_source: source(group),
        observed,
        lift: summary,
        lift_share: Summary::of(&shares),
        roi: has_roi.then(|| Summary::of(&lift.value.iter().map(|v| v / change).collect::<Vec<_>>())),
        roi_reason: (!has_roi).then(|| "the changes of the cells cancel out".into()),
        placebo: placebo(data, windows),
        second_opinion: second,
        row: cell.map(|cell| rows(data, request, cell, (summary, span))),
        periods: periods(data, lift, span),
    }
}

fn source(group: &[TrialCell]) -> SpendSource {
    let is = |source| group.iter().any(|cell| cell.source == source);
    match () {
        () if is(SpendSource::Guessed) => SpendSource::Guessed,
        () if is(SpendSource::Column) => SpendSource::Column,
        () => SpendSource::Told,
    }
}

fn placebo(data: &Dataset, windows: &[windows::Window]) -> PlaceboReport {
    let check = Check::of(windows);
    let window = |w: &windows::Window| PlaceboWindow {
        start: data.dates[w.periods.start],
        end: data.interval.last_day(data.dates[w.periods.end - 1]),
        error: w.error,
        se: w.se,
    };
    PlaceboReport {
        passed: check.map(|c| c.passed()),
        bias: check.map(|c| c.bias),
        spread: check.map(|c| c.spread),
        significant: check.map_or(0, |c| c.significant),
        p_bias: check.map(|c| c.p_bias),
        p_spread: check.map(|c| c.p_spread),
        windows: windows.iter().map(window).collect(),
    }
}

fn rows(data: &Dataset, request: &TestRequest, cell: &TrialCell, (lift, span): (Summary, &Span)) -> TestRows {
    let geos = cell.test.geos.iter().map(|g| data.geos[*g].clone()).collect::<Vec<_>>().join("|");
    let contrast = TestRow {
        id: cell.name.clone(),
        channel: request.channel.clone(),
        start: request.start,
        end: request.end,
        readout_end: None,
        geos: data.roles.geo.is_some().then_some(geos),
        spend_change: significant(cell.test.spend_change),
        lift: None,
        se: None,
    };
    let reading = TestRow {
        readout_end: Some(data.interval.last_day(data.dates[span.counted.end - 1])),
        lift: Some(significant(lift.mean)),
        se: Some(significant(lift.sd)),
        ..contrast.clone()
    };
    TestRows { contrast, reading }
}

/// Six significant digits: more than any test knows.
fn significant(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

fn periods(data: &Dataset, lift: &Lift, span: &Span) -> Vec<PeriodReading> {
    let period = |t: usize| {
        let draws: Vec<f64> = lift.predicted.iter().map(|draw| draw[t]).collect();
        let Summary { mean, q05, q95, .. } = Summary::of(&draws);
        let phase = match t {
            _ if t < span.treated.start => Phase::Before,
            _ if t < span.treated.end => Phase::During,
            _ if t < span.counted.end => Phase::Carried,
            _ => Phase::After,
        };
        PeriodReading { date: data.dates[t], phase, observed: lift.observed[t], predicted: mean, q05, q95 }
    };
    (0..data.n_periods()).map(period).collect()
}

/// Whether two readings of one test contradict each other. They share the noise of the treated geos: their difference
/// is less certain than either alone says.
fn is_apart(lift: Summary, (other, se): (f64, f64)) -> bool {
    /// Standard errors of the difference.
    const APART: f64 = 2.0;
    (lift.mean - other).abs() > APART * se.hypot(lift.sd)
}

/// What makes the reading weak.
fn tell(whole: &CellReading, fit: &Fit, warnings: &mut Vec<Warning>) {
    if fit.diagnostics.verdict == Verdict::Fail {
        warnings.push(Warning::new(
            "not_converged",
            format!("the chains did not converge: {}", fit.diagnostics.reasons.join("; ")),
            convergence_hint(fit.diagnostics.divergences, (fit.warmup, fit.posterior.n_draws)),
        ));
    }
    let placebo = &whole.placebo;
    if placebo.passed == Some(false) {
        warnings.push(Warning::new(
            "placebo_failed",
            format!(
                "before the test, where nothing was done, the model was off by more than it says: errors are {:.1} \
                 times their standard error, {} of {} windows would be called an effect",
                placebo.spread.unwrap_or_default(),
                placebo.significant,
                placebo.windows.len()
            ),
            "take the error as larger by that factor; look for what these geos had in those weeks that no column tells",
        ));
    }
    if placebo.windows.len() < 3 {
        warnings.push(Warning::new(
            "few_placebo_windows",
            format!(
                "only {} windows before the test are long enough to judge the model by",
                placebo.windows.len()
            ),
            "give more history, or a shorter readout",
        ));
    }
    let (lift, second) = (whole.lift, &whole.second_opinion);
    if let (Some(other), Some(se)) = (second.lift, second.se)
        && is_apart(lift, (other, se))
    {
        warnings.push(Warning::new(
            "second_opinion_differs",
            format!(
                "synthetic difference-in-differences reads {} ± {}, the model {} ± {}",
                amount(other),
                amount(se),
                amount(lift.mean),
                amount(lift.sd)
            ),
            "believe neither before you know why: another event in these geos, or spill-over into the others",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_apart_beyond_two_standard_errors_of_their_difference() {
        let lift =
            |mean: f64| Summary { mean, sd: 3.0, q05: mean, q25: mean, q50: mean, q75: mean, q95: mean };
        // With 4 beside 3 it is 5, so that 10 is the end of it.
        assert!(!is_apart(lift(109.9), (100.0, 4.0)) && is_apart(lift(110.1), (100.0, 4.0)));
        assert!(!is_apart(lift(90.1), (100.0, 4.0)) && is_apart(lift(89.9), (100.0, 4.0)));
    }

    #[test]
    fn what_is_written_into_a_row_has_six_digits() {
        assert_eq!((significant(1234.56789), significant(-0.000_123_456_78)), (1234.57, -0.000_123_457));
    }
}
