//! Channels whose effect the data cannot tell from the outcome's own course: what moves the outcome moves them.

use ndarray::Array2;

use super::calendar::explained;
use super::left_out::LeftOut;
use super::suspicion::{Suspect, Suspicion};
use crate::config::FitConfig;
use crate::data::checks::centring::centred;
use crate::data::checks::finding::{Finding, Findings};
use crate::data::dataset::{Channel, Dataset};
use crate::data::roles::suggested_flags;
use crate::words::{percent, quote};

/// Spread of ln(spend / outcome) below which spend is the outcome in other units.
const SAME: f64 = 0.03;
/// Spread up to which the ratio is nearly constant, share of the variance of ln spend that dividing by the outcome
/// must leave at most, and correlation that must be there: a steady budget, which has a small spread as well, has
/// neither. A budget of 5 % of sales with 10 % noise leaves 0.65 at a correlation of 0.57.
const NEARLY: f64 = 0.15;
const LEFT: f64 = 0.8;
const MOVES: f64 = 0.4;
/// Correlation of a column with the outcome, within geos, beyond which it is made of it.
const LINEAR: f64 = 0.99;
/// Share of a channel's variance that trend and season explain; every simulated channel that is bought for other
/// reasons is below 0.55.
const SHAPED: f64 = 0.9;
/// Fewer rows tell nothing.
const FEWEST_ROWS: usize = 26;

/// Every channel of which something was found, in the order of the data; `weekly_effect` tells whether a panel's
/// model has an effect of each period. Give it the periods that are fitted.
pub fn suspects(data: &Dataset, weekly_effect: bool) -> Vec<Suspect> {
    let left_out = LeftOut::of(data, weekly_effect);
    let of = |(c, channel): (usize, &Channel)| {
        let mut why: Vec<Suspicion> = share_of_outcome(data, channel).into_iter().collect();
        why.extend(along_calendar(data, channel));
        why.extend(left_out.beside(c));
        (!why.is_empty()).then(|| Suspect { channel: channel.name.clone(), why })
    };
    data.channels.iter().enumerate().filter_map(of).collect()
}

/// ln spend and ln outcome less their means by geo, over the rows that have both.
fn logs(data: &Dataset, channel: &Channel) -> Option<(Vec<f64>, Vec<f64>)> {
    let (mut spend, mut outcome) = (Vec::new(), Vec::new());
    let mut known = 0;
    for g in 0..data.n_geos() {
        let fitted = (0..data.n_periods()).filter(|t| data.outcome.observed[[g, *t]]);
        let cells: Vec<(f64, f64)> =
            fitted.map(|t| (channel.spend[[g, t]], data.outcome.values[[g, t]])).collect();
        known += cells.len();
        let both: Vec<(f64, f64)> =
            cells.iter().filter(|(s, y)| *s > 0.0 && *y > 0.0).map(|(s, y)| (s.ln(), y.ln())).collect();
        let n = both.len().max(1) as f64;
        let means = both.iter().fold((0.0, 0.0), |m, (s, y)| (m.0 + s / n, m.1 + y / n));
        spend.extend(both.iter().map(|(s, _)| s - means.0));
        outcome.extend(both.iter().map(|(_, y)| y - means.1));
    }
    // A budget that is a share of the outcome is never paused.
    let is_always_on = spend.len() * 20 >= known * 19 && spend.len() >= FEWEST_ROWS;
    is_always_on.then_some((spend, outcome))
}

/// Standard deviation of the logarithm of one over the other.
fn spread(spend: &[f64], outcome: &[f64]) -> f64 {
    let n = spend.len().max(1) as f64;
    (spend.iter().zip(outcome).map(|(s, y)| (s - y).powi(2)).sum::<f64>() / n).sqrt()
}

/// Correlation with the outcome within geos; `None` with few rows, and of what does not vary.
fn with_outcome(data: &Dataset, values: &Array2<f64>) -> Option<f64> {
    let known = &data.outcome.observed;
    if known.iter().filter(|known| **known).count() < FEWEST_ROWS {
        return None;
    }
    let outcome = centred(data.outcome.values.clone(), known, false)?;
    let values = centred(values.clone(), known, false)?;
    Some((&values * &outcome).sum())
}

/// Controls that are made from the outcome explain it whatever media do.
fn leaking_controls(data: &Dataset, findings: &mut Findings) {
    for control in &data.controls {
        if let Some(r) = with_outcome(data, &control.values).filter(|r| r.abs() > LINEAR) {
            findings.warn(
                "control_is_outcome",
                format!("control `{}` is `{}` in other units (r = {r:.3})", control.name, data.outcome.name),
                format!(
                    "it explains the outcome whatever media do: leave it out with --exclude {}",
                    quote(&control.name)
                ),
            );
        }
    }
}

fn share_of_outcome(data: &Dataset, channel: &Channel) -> Option<Suspicion> {
    if channel.is_organic() {
        return None;
    }
    if let Some(correlation) = with_outcome(data, &channel.spend).filter(|r| *r > LINEAR) {
        let ratio = logs(data, channel).map(|(spend, outcome)| spread(&spend, &outcome));
        return Some(match ratio.filter(|spread| *spread < SAME) {
            Some(spread) => Suspicion::IsOutcome { spread },
            None => Suspicion::LinearInOutcome { correlation },
        });
    }
    let (spend, outcome) = logs(data, channel)?;
    let n = spend.len() as f64;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / n;
    let (ss, yy, sy) = (dot(&spend, &spend), dot(&outcome, &outcome), dot(&spend, &outcome));
    let left = ss + yy - 2.0 * sy;
    let (spread, correlation) = (left.max(0.0).sqrt(), sy / (ss * yy).sqrt());
    if !(correlation > MOVES && spread < NEARLY && left < LEFT * ss) {
        return None;
    }
    let fitted = || data.outcome.observed.iter().enumerate().filter(|(_, o)| **o).map(|(i, _)| i);
    let sum = |values: &Array2<f64>| {
        let all: Vec<f64> = values.iter().copied().collect();
        fitted().map(|i| all[i]).sum::<f64>()
    };
    let share = sum(&channel.spend) / sum(&data.outcome.values);
    Some(if spread < SAME {
        Suspicion::IsOutcome { spread }
    } else {
        Suspicion::ShareOfOutcome { share, spread }
    })
}

fn along_calendar(data: &Dataset, channel: &Channel) -> Option<Suspicion> {
    let points: Vec<(usize, f64)> = (0..data.n_periods())
        .filter(|t| data.outcome.observed.column(*t).iter().any(|o| *o))
        .map(|t| (t, channel.exposure.column(t).sum()))
        .collect();
    // A channel that ran for a part of the time looks like any smooth curve through two levels.
    let active = points.iter().filter(|(_, x)| *x > 0.0).count();
    if active * 2 < points.len() {
        return None;
    }
    let explained = explained(&points, data.interval)?;
    (explained >= SHAPED).then_some(Suspicion::Calendar { explained })
}

/// What the channel gets of what the column brings.
fn credit(share: f64) -> String {
    match share {
        0.0 => "what it brings may be credited to the channel".into(),
        share => format!(
            "without it the channel is credited with about {} of the outcome too much",
            percent(share)
        ),
    }
}

/// A finding for each.
pub(in crate::data::checks) fn findings(data: &Dataset, config: &FitConfig) -> Vec<Finding> {
    let mut findings = Findings::default();
    leaking_controls(data, &mut findings);
    for suspect in suspects(data, config.model.weekly_effect) {
        for why in &suspect.why {
            tell(data, &suspect.channel, why, &mut findings);
        }
    }
    findings.0
}

fn tell(data: &Dataset, channel: &str, why: &Suspicion, findings: &mut Findings) {
    let outcome = &data.outcome.name;
    match why {
        Suspicion::IsOutcome { spread } => findings.warn(
            "spend_is_outcome",
            format!("channel `{channel}` is `{outcome}` in other units: their ratio varies by {} only", percent(*spread)),
            format!("a column made from the outcome explains it whatever media do: leave it out with --exclude, or check what `{channel}` holds"),
        ),
        Suspicion::LinearInOutcome { correlation } => findings.warn(
            "spend_is_outcome",
            format!("channel `{channel}` is `{outcome}` in other units, and an amount more or less (r = {correlation:.3})"),
            format!("a column made from the outcome explains it whatever media do: leave it out with --exclude, or check what `{channel}` holds"),
        ),
        Suspicion::ShareOfOutcome { share, spread } => findings.warn(
            "spend_share_of_outcome",
            format!(
                "the budget of channel `{channel}` follows `{outcome}`: about {} of it, within {}; the outcome drives \
                 the spend, and what the fit calls its effect may be that",
                percent(*share),
                percent(*spread)
            ),
            format!("only spend that was varied for its own sake tells its effect: run an experiment (`mmm design` plans one from a fit), or give a prior on `{channel}`"),
        ),
        Suspicion::Calendar { explained } => findings.warn(
            "spend_follows_calendar",
            format!(
                "channel `{channel}` runs along trend and season, which explain {} of it: nothing tells its effect from theirs",
                percent(*explained)
            ),
            format!("vary the spend against the season or run an experiment (`mmm design` plans one from a fit), or give a prior on `{channel}`"),
        ),
        Suspicion::LeftOut { column, with_channel, with_outcome, credited } => {
            let flags = suggested_flags(&data.roles, &[column]);
            findings.warn(
                "driver_left_out",
                format!(
                    "column `{column}` has no role but moves with channel `{channel}` (r = {with_channel:.2}) and with \
                     `{outcome}` (r = {with_outcome:.2}): {}"
                    , credit(*credited)
                ),
                format!("use it: {}; if media bring it about, --exclude it", flags.join(" ")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testdata;

    /// One market of 120 weeks whose sales vary by `sales` and whose tv is 5 % of them but for `noise`, relative
    /// standard deviations of their logarithms.
    fn found(sales: f64, noise: f64, share: f64) -> Option<Suspicion> {
        let (mut data, n) = (testdata::dataset(), 120);
        // Even numbers between ±√3, in two orders: sd 1.
        let wave = |t: usize, k: usize| (((t * k) % 121) as f64 / 60.0 - 1.0) * 3.0_f64.sqrt();
        data.geos.truncate(1);
        data.dates = (0..n).map(|t| data.dates[0] + chrono::Days::new(7 * t as u64)).collect();
        let series = |f: &dyn Fn(usize) -> f64| Array2::from_shape_fn((1, n), |(_, t)| f(t));
        let outcome = |t: usize| 1000.0 * (sales * wave(t, 37)).exp();
        data.outcome.values = series(&outcome);
        data.outcome.observed = Array2::from_elem((1, n), true);
        let follows =
            |t: usize| 0.05 * (1000.0 * (1.0 - share) + share * outcome(t)) * (noise * wave(t, 53)).exp();
        data.channels[0].spend = series(&follows);
        share_of_outcome(&data, &data.channels[0])
    }

    #[test]
    fn a_budget_that_follows_sales_is_one_up_to_a_seventh_of_noise() {
        let close = found(0.3, 0.13, 1.0);
        assert!(
            matches!(close, Some(Suspicion::ShareOfOutcome { share, spread })
            if (share - 0.05).abs() < 0.003 && (spread - 0.13).abs() < 0.01),
            "{close:?}"
        );
        assert_eq!(found(0.3, 0.17, 1.0), None, "looser than a rule");
        // As noisy as sales themselves, but steady: nothing follows anything.
        assert_eq!(found(0.05, 0.05, 0.0), None);
    }

    #[test]
    fn spend_that_is_the_outcome_is_told_from_spend_that_follows_it() {
        assert!(matches!(found(0.3, 0.01, 1.0), Some(Suspicion::IsOutcome { .. })));
        let (mut data, n) = (testdata::dataset(), testdata::WEEKS);
        assert!(2 * n >= FEWEST_ROWS);
        data.channels[0].spend = data.outcome.values.mapv(|y| 0.2 * (y - 990.0));
        let linear = share_of_outcome(&data, &data.channels[0]);
        assert!(
            matches!(linear, Some(Suspicion::LinearInOutcome { correlation }) if correlation > 0.999),
            "{linear:?}"
        );
    }

    #[test]
    fn a_control_that_is_the_outcome_is_named() {
        let mut data = testdata::dataset();
        let told = |data: &Dataset| {
            let mut findings = Findings::default();
            leaking_controls(data, &mut findings);
            findings.0.len()
        };
        assert_eq!(told(&data), 0);
        data.controls[0].values = data.outcome.values.mapv(|y| 5.0 - 0.001 * y);
        assert_eq!(told(&data), 1);
    }
}
