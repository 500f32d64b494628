//! What stands out in the outcome.

mod level;
mod shift;
mod spikes;

use super::finding::{Findings, Severity};
use super::fitted::Measure;
use crate::data::dataset::Dataset;
use crate::data::read::number::excerpt;
use crate::data::roles::suggest::listing;
use shift::{Shift, shifts};
use spikes::spikes;

/// Coefficient of variation below which nothing is left to explain.
const NO_SPREAD: f64 = 1e-4;

/// Steps, spikes, negative and unknown outcomes, and an outcome that does not vary.
pub(super) fn outcome(data: &Dataset, findings: &mut Findings) {
    if constant(data, findings) {
        return;
    }
    let steps = shifts(data);
    let (of_all, of_geos): (Vec<&Shift>, Vec<&Shift>) =
        steps.iter().filter(|step| !step.is_marked).partition(|step| step.geo.is_none());
    of_all.iter().for_each(|step| tell(step, data, findings));
    of_geos.iter().take(GEOS_SHOWN).for_each(|step| tell(step, data, findings));
    if of_geos.len() > GEOS_SHOWN {
        let message = format!("the outcome shifts in {} more geos", of_geos.len() - GEOS_SHOWN);
        findings.note("level_shift", message, "see the warnings on the first of them");
    }
    let outlying = spikes(data, &steps);
    if !outlying.is_empty() {
        let dates: Vec<String> = outlying
            .iter()
            .take(5)
            .map(|s| format!("{} ({} where neighbours have {})", s.date, amount(s.value), amount(s.usual)))
            .collect();
        let more =
            if outlying.len() > 5 { format!(" and {} more", outlying.len() - 5) } else { String::new() };
        let message = format!("the outcome jumps on {}{more}", dates.join(", "));
        findings.warn("outcome_spikes", message, "correct the value, or give the event a 0/1 control");
    }
    unknown(data, findings);
}

/// Geos whose own steps are told one by one.
const GEOS_SHOWN: usize = 5;
/// A level so many times the other is likely in another unit.
const UNITS_APART: f64 = 100.0;

/// A step that no control marks.
fn tell(step: &Shift, data: &Dataset, findings: &mut Findings) {
    let geo = step.geo.map(|g| excerpt(&data.geos[g]));
    let place = geo.as_ref().map_or(String::new(), |geo| format!(" of geo `{geo}`"));
    let is_unit = step.factor() > UNITS_APART;
    let end = if is_unit { ": is it in another unit from then on?" } else { ", and stays there" };
    let message = format!(
        "the outcome{place} shifts on {}, from about {} to about {}{end}",
        step.date,
        amount(step.before),
        amount(step.after)
    );
    let (month, date) = (step.date.format("%Y%m"), step.date);
    let hint = match geo {
        _ if is_unit => "give all rows in one unit".to_owned(),
        Some(geo) => format!(
            "add a column such as `shift_{month}_event`, 1 in the rows of `{geo}` from {date} on and 0 in all others, \
             and name it with --controls"
        ),
        None => format!(
            "add a column such as `shift_{month}_event`, 0 before {date} and 1 from then on, and name it with \
             --controls; or fit one side of it with --from or --to"
        ),
    };
    findings.warn("level_shift", message, hint);
}

/// What does not vary cannot be explained: refused, or named where it is one geo of several.
fn constant(data: &Dataset, findings: &mut Findings) -> bool {
    let of_geo = |g: &usize| {
        let known = || {
            data.outcome.values.row(*g).into_iter().zip(data.outcome.observed.row(*g)).filter(|(_, o)| **o)
        };
        let n = known().count() as f64;
        let mean = known().map(|(y, _)| *y).sum::<f64>() / n;
        let sd = (known().map(|(y, _)| (y - mean).powi(2)).sum::<f64>() / n).sqrt();
        n > 1.0 && mean > 0.0 && sd <= NO_SPREAD * mean
    };
    let constant: Vec<usize> = (0..data.n_geos()).filter(of_geo).collect();
    let is_constant = constant.len() == data.n_geos();
    if !is_constant && !constant.is_empty() {
        let message = format!(
            "the outcome hardly varies in {}",
            listing(constant.iter().map(|g| data.geos[*g].as_str()))
        );
        let hint = "check these rows: a geo that is the same every period is a plan or a blank filled in, and no outcome";
        findings.warn("constant_geo", message, hint);
    }
    if is_constant {
        let message = format!(
            "the outcome `{}` hardly varies: its standard deviation is below {} of its mean",
            data.outcome.name, NO_SPREAD
        );
        let hint = "nothing is left that media could explain: check that --outcome names the right column";
        findings.add(Severity::Blocking, "constant_outcome", message, Some(hint.into()));
    }
    is_constant
}

fn unknown(data: &Dataset, findings: &mut Findings) {
    let known = || data.outcome.values.iter().zip(&data.outcome.observed).filter(|(_, o)| **o);
    let negative = known().filter(|(y, _)| **y < 0.0).count();
    if negative > 0 && Measure::of(data, data.n_periods()) == Measure::Spread {
        let message = format!(
            "the outcome is negative in {} of {}: it is measured by its spread, for its level says nothing where its \
             sign changes",
            negative,
            rows(known().count())
        );
        let hint = "returns are those of any outcome that differs from it by a constant; shares of its total mean little";
        findings.note("signed_outcome", message, hint);
    } else if negative > 0 {
        findings.note(
            "negative_outcome",
            format!("the outcome is negative in {}", rows(negative)),
            "check returns and cancellations",
        );
    }
    let blank = data.present.iter().zip(&data.outcome.observed).filter(|(p, o)| **p && !**o).count();
    if blank > 0 {
        let message = format!("the outcome is blank in {}", rows(blank));
        findings.note("blank_outcome", message, "those rows count for carry-over only");
    }
}

/// A number of rows in words.
pub(super) fn rows(n: usize) -> String {
    if n == 1 { "1 row".to_owned() } else { format!("{n} rows") }
}

/// Whole units from a thousand on, three decimals below.
fn amount(value: f64) -> String {
    if value.abs() >= 1000.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}
