//! What in the data will weaken a fit or make it impossible, told before any time is spent on it.

use super::collinearity::{Collinearity, collinearity};
use super::demand::{self, proxies};
use super::finding::{Finding, Findings, Severity};
use super::fitted::{Measure, fitted_outcome};
use super::geos::geos;
use super::half_saturation::half_saturations;
use super::history::{Activity, weeks};
use super::outcome::{outcome, rows};
use super::parameters::enough_rows;
use super::patterns::{mediators, switched_together};
use super::running::running;
use super::units::units;
use crate::config::FitConfig;
use crate::data::dataset::{Channel, Dataset};
use crate::data::roles::suggest::listing;
use crate::words::{quote, toml_key};

/// Code of two columns that move together.
pub(crate) const COLLINEAR_PAIR: &str = "collinear_pair";

/// |r| above which a pair is reported; effects of two such columns trade off against each other.
const CORRELATED: f64 = 0.9;
/// |r| that is equality but for rounding in the file.
const IDENTICAL: f64 = 0.9999;
/// Variance inflation that the textbooks call serious (Kutner et al., Applied Linear Regression, 10.5).
const INFLATED: f64 = 10.0;
/// Coefficient of variation below which a column hardly moves.
const NEAR_CONSTANT: f64 = 0.02;

/// Looks at the data as `config` would fit them, without the periods held out; the gravest findings first.
pub fn check(data: &Dataset, config: &FitConfig) -> Vec<Finding> {
    let mut findings = Findings::default();
    if let Err(error) = enough_rows(data, config) {
        findings.add(Severity::Blocking, "too_few_rows", error.to_string(), error.hint());
    }
    let fitted;
    let data = match data.held_out(&config.model) {
        0 => data,
        held_out => {
            fitted = data.without_last(held_out);
            unseen(data, &fitted, &mut findings);
            &fitted
        }
    };
    span(data, &mut findings);
    let measured = (data.n_periods(), Measure::of(data, data.n_periods()));
    for g in 0..data.n_geos() {
        if let Err(error) = fitted_outcome(data, g, measured) {
            findings.add(Severity::Blocking, "no_outcome", error.to_string(), error.hint());
        }
    }
    for channel in &data.channels {
        activity(data, channel, &mut findings);
    }
    variation(data, &mut findings);
    delivery(data, &mut findings);
    let found = collinearity(data);
    pairs(&found, &mut findings);
    findings.0.extend(proxies(data, config));
    findings.0.extend(demand::findings(data, config));
    units(data, &mut findings);
    findings.0.extend(half_saturations(data, config));
    patterns(data, &mut findings);
    inflation(&found, &mut findings);
    outcome(data, &mut findings);
    running(data, &mut findings);
    geos(data, &mut findings);
    findings.0.sort_by_key(|f| f.severity);
    findings.0
}

fn span(data: &Dataset, findings: &mut Findings) {
    /// Weeks in two years, less a week for files that end at Christmas.
    const TWO_YEARS: f64 = 103.0;
    let n = weeks(data, data.n_periods());
    if n < TWO_YEARS {
        let message = format!("{n:.0} weeks of history; under two years a season is seen only once");
        findings.warn(
            "short_history",
            message,
            "add earlier data if there are any; put what you know into priors",
        );
    }
}

/// Channels that ran only in the periods held out.
fn unseen(data: &Dataset, fitted: &Dataset, findings: &mut Findings) {
    for (channel, seen) in data.channels.iter().zip(&fitted.channels) {
        let ran = |x: &ndarray::Array2<f64>| x.iter().any(|x| *x > 0.0);
        if ran(&channel.exposure) && !ran(&seen.exposure) {
            findings.warn(
                "channel_not_fitted",
                format!("channel `{}` ran only in the periods held out: it has no return", channel.name),
                "hold out fewer weeks with --holdout-weeks, or leave the channel out with --exclude",
            );
        }
    }
}

/// Channels that switch on and off with a control, and controls that media may move.
fn patterns(data: &Dataset, findings: &mut Findings) {
    for pair in switched_together(data) {
        let message = format!(
            "channel `{}` is {} when control `{}` is on (r = {:.2} of the weeks they run)",
            pair.channel,
            if pair.correlation > 0.0 { "on only" } else { "off only" },
            pair.control,
            pair.correlation
        );
        let hint = "nothing tells the two apart: run the channel at other times too, or give a prior on it";
        findings.warn("switched_with_control", message, hint);
    }
    for mediator in mediators(data) {
        let why = match &mediator.follows {
            Some((channel, r)) => format!("it follows channel `{channel}` in time (r = {r:.2})"),
            None => "its name says so".to_owned(),
        };
        findings.warn(
            "possible_mediator",
            format!("control `{}` may be something that media bring about: {why}", mediator.control),
            "a control that media move takes part of their effect: keep it only if it cannot be, else --exclude it",
        );
    }
}

/// Channels that began late, and others that ran too seldom.
fn activity(data: &Dataset, channel: &Channel, findings: &mut Findings) {
    let (name, activity) = (&channel.name, Activity::of(data, channel));
    let Some(first) = activity.first() else { return };
    if let Some(last) = activity.ended() {
        let silent = weeks(data, data.n_periods() - 1 - last);
        let message = format!(
            "channel `{name}` has ended: it last ran on {}, {silent:.0} weeks before the end of the data",
            data.dates[last]
        );
        let hint = "its history counts, plans of today's spend leave it out";
        findings.warn("channel_ended", message, hint);
    }
    if activity.is_late() {
        let since = data.dates[first];
        let message =
            format!("channel `{name}` was active for {:.0} weeks (first on {since})", activity.weeks);
        let hint = format!(
            "its effect will be mostly prior: give channels.{}.prior, or run an experiment (`mmm design`)",
            toml_key(name)
        );
        findings.warn("late_channel", message, hint);
    } else if activity.is_rare() {
        let all = weeks(data, data.n_periods());
        let message = format!("channel `{name}` was active in {:.0} of {all:.0} weeks", activity.weeks);
        let hint = format!(
            "its curve and carry-over rest on few points: give channels.{}.prior, or run it more often",
            toml_key(name)
        );
        findings.warn("rarely_active", message, hint);
    }
}

/// Channels that hardly vary, and 0/1 controls with hardly any case. A control may vary by little, as a
/// price index does: it is scaled by its own spread.
fn variation(data: &Dataset, findings: &mut Findings) {
    let present = || data.present.iter().filter(|p| **p).count() as f64;
    let spread = |values: &ndarray::Array2<f64>| {
        let known = || values.iter().zip(&data.present).filter(|(_, p)| **p).map(|(x, _)| *x);
        let mean = known().sum::<f64>() / present();
        let variance = known().map(|x| (x - mean).powi(2)).sum::<f64>() / present();
        variance.sqrt() / mean.abs()
    };
    for channel in &data.channels {
        let spread = spread(&channel.exposure);
        if spread < NEAR_CONSTANT {
            let message = format!(
                "`{}` hardly varies: its standard deviation is {:.1} % of its mean",
                channel.exposure_column,
                100.0 * spread
            );
            let hint = "the data say little about its effect: vary the spend, or give a prior on its return";
            findings.warn("near_constant", message, hint);
        }
    }
    for control in data.controls.iter().filter(|c| c.binary) {
        let ones = control.values.sum();
        let rare = ones.min(present() - ones);
        if rare <= 2.0 {
            let message = format!("control `{}` differs in {} only", control.name, rows(rare as usize));
            findings.note("rare_control", message, "it takes those rows out of the fit, no more");
        }
    }
}

/// Spend and exposure that do not come together.
fn delivery(data: &Dataset, findings: &mut Findings) {
    for channel in data.channels.iter().filter(|c| !c.is_organic()) {
        let pairs = || channel.spend.iter().zip(&channel.exposure);
        let unpaid = pairs().filter(|(s, x)| **s == 0.0 && **x > 0.0).count();
        let undelivered = pairs().filter(|(s, x)| **s > 0.0 && **x == 0.0).count();
        for (n, what) in [(unpaid, "exposure without spend"), (undelivered, "spend without exposure")] {
            if n > 0 {
                let message = format!("channel `{}` has {what} in {}", channel.name, rows(n));
                findings.note(
                    "spend_exposure_mismatch",
                    message,
                    "check that billing and delivery fall into the same period",
                );
            }
        }
    }
}

fn pairs(found: &Collinearity, findings: &mut Findings) {
    let (mut copies, mut close) = (Vec::new(), Vec::new());
    for i in 0..found.names.len() {
        for j in 0..i {
            let r = found.correlation[[i, j]];
            if r.abs() <= CORRELATED {
                continue;
            }
            let (a, b) = (&found.names[j], &found.names[i]);
            let kind = if i < found.n_channels { "channel" } else { "control" };
            if j >= found.n_channels {
                let list = if r.abs() > IDENTICAL { &mut copies } else { &mut close };
                list.push(format!("`{a}` and `{b}` (r = {r:.2})"));
            } else if r.abs() > IDENTICAL {
                let severity = if kind == "control" { Severity::Blocking } else { Severity::Warning };
                let message = format!("channel `{a}` moves identically with {kind} `{b}` (r = {r:.4})");
                let hint = format!("no data can tell them apart: drop or merge one (--exclude {})", quote(b));
                findings.add(severity, "identical_columns", message, Some(hint));
            } else {
                findings.warn(
                    COLLINEAR_PAIR,
                    format!("channel `{a}` and {kind} `{b}` move together (r = {r:.2})"),
                    "their effects trade off: trust the sum of the two, or merge them",
                );
            }
        }
    }
    for (pairs, code, hint) in [
        (copies, "identical_controls", "drop one of each with --exclude; the fit shares their effect out"),
        (
            close,
            "collinear_controls",
            "their coefficients mean little one by one; what they explain together is sound",
        ),
    ] {
        if !pairs.is_empty() {
            let message = format!("controls move together: {}", pairs.join(", "));
            findings.note(code, message, hint);
        }
    }
}

fn inflation(found: &Collinearity, findings: &mut Findings) {
    let hint = "their effects cannot be told apart; drop or merge some";
    let inflated = || found.names.iter().zip(&found.inflation).filter(|(_, vif)| **vif > INFLATED);
    let combined: Vec<&str> = inflated().filter(|(_, v)| v.is_infinite()).map(|(n, _)| n.as_str()).collect();
    if !combined.is_empty() {
        let message = format!("some columns add up to others exactly: {}", listing(combined.into_iter()));
        findings.warn("linear_combination", message, hint);
    }
    let near: Vec<String> = inflated()
        .filter(|(_, vif)| vif.is_finite())
        .map(|(name, vif)| format!("{name} ({vif:.0})"))
        .collect();
    if !near.is_empty() {
        let names = listing(near.iter().map(String::as_str));
        let message =
            format!("columns that the others nearly explain, with their variance inflation: {names}");
        findings.warn("inflated_variance", message, hint);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::data::testdata::{self, GEOS, WEEKS};

    fn told(by: impl Fn(&Dataset, &mut Findings), data: &Dataset) -> Vec<String> {
        let mut findings = Findings::default();
        by(data, &mut findings);
        findings.0.into_iter().map(|f| f.message).collect()
    }

    #[test]
    fn a_control_of_two_rows_is_rare_and_so_is_one_of_all_but_two() {
        let of = |ones: usize| {
            let mut data = testdata::dataset();
            data.controls[0].values =
                Array2::from_shape_fn((GEOS, WEEKS), |(g, t)| f64::from(u8::from(g * WEEKS + t < ones)));
            told(variation, &data)
        };
        assert_eq!(of(2), ["control `promo` differs in 2 rows only"]);
        assert_eq!(of(3), [""; 0]);
        assert_eq!(of(GEOS * WEEKS - 2), ["control `promo` differs in 2 rows only"]);
        assert_eq!(of(GEOS * WEEKS - 3), [""; 0]);
    }

    #[test]
    fn a_channel_is_on_only_with_a_control_or_off_only() {
        let with = |on: bool| {
            let mut data = testdata::dataset();
            let runs = data.channels[2].exposure.mapv(|x| x > 0.0);
            data.controls[0].values = runs.mapv(|runs| f64::from(u8::from(runs == on)));
            told(patterns, &data)
        };
        assert_eq!(
            with(true),
            ["channel `newsletter` is on only when control `promo` is on (r = 1.00 of the weeks they run)"]
        );
        assert_eq!(
            with(false),
            ["channel `newsletter` is off only when control `promo` is on (r = -1.00 of the weeks they run)"]
        );
    }

    #[test]
    fn spend_that_hardly_varies_is_named_below_a_fiftieth() {
        let of = |by: f64| {
            let mut data = testdata::dataset();
            data.channels[0].exposure =
                Array2::from_shape_fn((GEOS, WEEKS), |(_, t)| 100.0 + by * (t % 2) as f64);
            told(variation, &data).len()
        };
        assert_eq!((of(3.8), of(4.2)), (1, 0));
    }
}
