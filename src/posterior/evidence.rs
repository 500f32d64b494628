//! How much of a channel's effect comes from the data, and why when it is little.

use chrono::NaiveDate;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::types::{Expected, Posterior, SURPRISING};
use crate::config::FitConfig;
use crate::data::{Activity, Collinearity, Dataset, collinearity};
use crate::model::EffectScale;

/// Weight of the data above which the verdict is `data`: the prior's spread more than halved.
const DATA: f64 = 0.75;
/// Weight below which the verdict is `prior`: a contraction of 0.2.
pub(crate) const PRIOR: f64 = 1.0 - 0.8 * 0.8;
/// The 99 % quantile of χ² with one degree of freedom.
const FAR: f64 = 6.635;
/// Spread / mean of the active exposure below which a channel hardly moved.
const STEADY: f64 = 0.15;
/// Correlation above which two columns are hard to tell apart.
const TOGETHER: f64 = 0.9;
/// Variance inflation above which the other columns together nearly explain a channel: they share four
/// fifths of its movement.
const EXPLAINED: f64 = 5.0;
/// Share of the outcome below which an effect drowns in the noise.
const SMALL: f64 = 0.01;

/// What the prior expected of a channel's effect, and where the data put it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedEffect {
    /// What the quantiles are of: `roi`, `marginal_roi` or `share` of the outcome.
    pub of: EffectScale,
    /// 5 % quantile of the prior.
    pub q05: f64,
    /// Its median.
    pub q50: f64,
    /// Its 95 % quantile.
    pub q95: f64,
    /// Whether the settings gave the channel this prior, or an earlier fit that was carried forward.
    pub own: bool,
    /// Where the posterior's median lies in the prior given what the other channels return, as a standard normal
    /// deviate: 2 is above 97.7 % of it.
    pub shift: f64,
}

/// Where a channel's ROI comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceVerdict {
    /// The data more than halved the prior's spread, or moved it as far: `roi_data_weight` above 0.75.
    Data,
    /// A weight from 0.36 (a contraction of 0.2) to 0.75.
    Mixed,
    /// The data hardly moved the prior: a weight below 0.36.
    Prior,
    /// A lift test of the channel weighs at least 0.36 in what it measured.
    Experiment,
}

impl ExpectedEffect {
    /// Whether the data put the effect where the prior hardly expected it.
    pub fn is_contradicted(&self) -> bool {
        // A channel that does next to nothing is no contradiction of a prior that was not its own.
        if self.own { self.shift.abs() > SURPRISING } else { self.shift > SURPRISING }
    }
}

/// How much of a channel's effect is data and how much is prior.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// 1 − spread(posterior) / sd(prior) of ln ROI (of ln share for an organic channel), not below 0.
    pub roi_contraction: Option<f64>,
    /// [`data_weight`] in ln ROI.
    pub roi_data_weight: Option<f64>,
    /// What the prior expected, where its quantiles are numbers.
    pub expected: Option<ExpectedEffect>,
    /// 1 − sd(posterior) / sd(prior) of ln half-saturation.
    pub saturation_contraction: Option<f64>,
    /// The same of the retention; `None` without carry-over.
    pub carryover_contraction: Option<f64>,
    /// The verdict on ROI.
    pub verdict: EvidenceVerdict,
    /// Whether the channel ran in the periods fitted.
    pub ran: bool,
    /// The most likely reason why the data say little, where there is a known one.
    pub cause: Option<Cause>,
}

/// Why the data say little about a channel.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// It ran too seldom.
    Rare(ActivePeriods),
    /// It rises and falls with another column.
    Together {
        /// The column.
        with: Partner,
        /// Correlation within geos.
        correlation: f64,
    },
    /// It began late.
    Late(ActivePeriods),
    /// It never paused and hardly varied.
    Steady {
        /// Standard deviation over mean of its exposure.
        spread: f64,
    },
    /// All other columns together make its movements.
    Explained {
        /// The share of them that they make.
        share: f64,
    },
    /// Its effect drowns in the noise.
    Small {
        /// Its share of the outcome.
        share: f64,
    },
}

/// When a channel ran.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivePeriods {
    /// Periods in which it did.
    pub active: usize,
    /// All periods.
    pub periods: usize,
    /// The first, where that is late.
    pub since: Option<NaiveDate>,
}

/// A column that another is hard to tell from.
#[derive(Debug, Clone, PartialEq)]
pub enum Partner {
    /// A channel.
    Channel(String),
    /// A control.
    Control(String),
}

/// The verdict on every channel, from the data that were fitted.
pub fn evidence(dataset: &Dataset, config: &FitConfig, posterior: &Posterior) -> Vec<Evidence> {
    let found = collinearity(dataset);
    let has_own_prior =
        |c: usize| config.channels.get(&dataset.channels[c].name).is_some_and(|own| own.prior.is_some());
    (0..dataset.n_channels())
        .into_par_iter()
        .map(|c| of_channel((dataset, &found), posterior, c, has_own_prior(c)))
        .collect()
}

/// Weight of the data against the prior in the logarithm of an effect, at most 1.
///
/// A normal prior of precision p₀ and data of weight w leave a posterior of precision p₀ / (1 − w), a contraction
/// of 1 − √(1 − w). Its mean is then N(0, w) in units of the prior's sd, so that one which lies `shift` away asks
/// for a weight of shift² / χ², or chance did it. Priors with heavy tails give way to data far from their middle
/// without any contraction.
pub(crate) fn data_weight(contraction: f64, shift: f64) -> f64 {
    (1.0 - (1.0 - contraction).powi(2)).max(shift * shift / FAR).min(1.0)
}

/// Data that were fitted, and which of their columns move together.
type Fitted<'a> = (&'a Dataset, &'a Collinearity);

fn of_channel(fitted: Fitted<'_>, posterior: &Posterior, index: usize, own: bool) -> Evidence {
    let draws = &posterior.channels[index];
    let roi_contraction = finite(draws.roi_contraction);
    let Expected { of, quantiles: [q05, q50, q95], shift } = draws.expected;
    let roi_data_weight = roi_contraction.map(|contraction| data_weight(contraction, shift));
    let known = [q05, q50, q95].iter().all(|q| q.is_finite());
    Evidence {
        roi_contraction,
        roi_data_weight,
        expected: known.then_some(ExpectedEffect { of, q05, q50, q95, own, shift }),
        saturation_contraction: draws.saturation_contraction.and_then(finite),
        carryover_contraction: draws.carryover_contraction.and_then(finite),
        verdict: match roi_data_weight {
            Some(weight) if weight > DATA => EvidenceVerdict::Data,
            Some(weight) if weight >= PRIOR => EvidenceVerdict::Mixed,
            _ => EvidenceVerdict::Prior,
        },
        ran: fitted.0.channels[index].exposure.iter().any(|x| *x != 0.0),
        cause: cause(fitted, posterior, index),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn cause((dataset, found): Fitted<'_>, posterior: &Posterior, index: usize) -> Option<Cause> {
    let channel = &dataset.channels[index];
    let activity = Activity::of(dataset, channel);
    let (first, late) = (activity.first()?, activity.is_late());
    let active = ActivePeriods {
        active: activity.periods.len(),
        periods: dataset.n_periods(),
        since: late.then(|| dataset.dates[first]),
    };
    if activity.is_rare() {
        return Some(Cause::Rare(active));
    }
    if let Some((with, correlation)) = partner(found, &channel.name) {
        return Some(Cause::Together { with, correlation });
    }
    if late {
        return Some(Cause::Late(active));
    }
    let series = scaled_exposure(dataset, index);
    let on: Vec<f64> = series.iter().copied().filter(|x| *x > 0.0).collect();
    let spread = spread(&on);
    if on.len() == series.len() && spread < STEADY {
        return Some(Cause::Steady { spread });
    }
    let inflation = found.names.iter().position(|n| *n == channel.name).map(|i| found.inflation[i]);
    if let Some(vif) = inflation.filter(|vif| *vif > EXPLAINED) {
        return Some(Cause::Explained { share: 1.0 - 1.0 / vif });
    }
    let draws = &posterior.channels[index].contribution;
    let share = draws.iter().sum::<f64>() / draws.len() as f64 / posterior.share_of;
    (share < SMALL).then_some(Cause::Small { share })
}

/// The channel or control that a channel is hardest to tell from, and their correlation within geos.
fn partner(found: &Collinearity, channel: &str) -> Option<(Partner, f64)> {
    let own = found.names.iter().position(|n| n == channel)?;
    (0..found.names.len())
        .filter(|i| *i != own)
        .map(|i| {
            let name = found.names[i].clone();
            let partner = if i < found.n_channels { Partner::Channel(name) } else { Partner::Control(name) };
            (partner, found.correlation[[own, i]])
        })
        .filter(|(_, r)| r.abs() > TOGETHER)
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
}

/// Exposure of the present cells over the geo's own mean, so that large geos do not decide alone.
fn scaled_exposure(dataset: &Dataset, index: usize) -> Vec<f64> {
    let exposure = &dataset.channels[index].exposure;
    let mut out = Vec::new();
    for (row, present) in exposure.rows().into_iter().zip(dataset.present.rows()) {
        let values: Vec<f64> = row.iter().zip(present).filter(|(_, p)| **p).map(|(x, _)| *x).collect();
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        out.extend(values.iter().map(|x| if mean > 0.0 { x / mean } else { 0.0 }));
    }
    out
}

/// Standard deviation over mean; 0 for no values.
fn spread(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    if mean > 0.0 { variance.sqrt() / mean } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::data::testdata;

    /// Columns of which none moves with another, with the variance inflation of tv.
    fn apart(inflation: f64) -> Collinearity {
        Collinearity {
            names: ["tv", "search", "newsletter", "promo"].map(str::to_owned).to_vec(),
            n_channels: 3,
            correlation: Array2::eye(4),
            inflation: vec![inflation, 1.0, 1.0, 1.0],
        }
    }

    fn cause_of_tv(
        change: impl Fn(&mut Dataset, &mut Collinearity, &mut Posterior),
        inflation: f64,
    ) -> Option<Cause> {
        let (mut data, mut found) = (testdata::dataset(), apart(inflation));
        let mut posterior = crate::report::testdata::posterior();
        change(&mut data, &mut found, &mut posterior);
        cause((&data, &found), &posterior, 0)
    }

    #[test]
    fn the_others_make_the_share_of_the_movements_that_inflates_the_variance() {
        assert_eq!(cause_of_tv(|_, _, _| (), 8.0), Some(Cause::Explained { share: 0.875 }));
        assert_eq!(cause_of_tv(|_, _, _| (), 4.9), None);
    }

    #[test]
    fn a_channel_that_goes_with_another_is_told_with_the_closest() {
        let together = |data: &mut Dataset, found: &mut Collinearity, _: &mut Posterior| {
            let _ = data;
            (found.correlation[[0, 1]], found.correlation[[0, 3]]) = (0.93, -0.97);
        };
        let promo = Cause::Together { with: Partner::Control("promo".into()), correlation: -0.97 };
        assert_eq!(cause_of_tv(together, 8.0), Some(promo));
    }

    #[test]
    fn steady_late_and_small_channels_are_told_so() {
        let steady = |by: f64| {
            let series = Array2::from_shape_fn((2, testdata::WEEKS), |(_, t)| 100.0 + by * (t % 2) as f64);
            move |data: &mut Dataset, _: &mut Collinearity, _: &mut Posterior| {
                data.channels[0].exposure = series.clone()
            }
        };
        assert!(
            matches!(cause_of_tv(steady(20.0), 1.0), Some(Cause::Steady { spread }) if (spread - 1.0 / 11.0).abs() < 1e-12)
        );
        assert_eq!(cause_of_tv(steady(60.0), 1.0), None);
        let small = |_: &mut Dataset, _: &mut Collinearity, posterior: &mut Posterior| {
            let whole = posterior.share_of;
            posterior.channels[0].contribution.iter_mut().for_each(|c| *c = 0.005 * whole);
        };
        assert!(
            matches!(cause_of_tv(small, 1.0), Some(Cause::Small { share }) if (share - 0.005).abs() < 1e-12)
        );
    }

    #[test]
    fn the_weight_of_data_is_by_contraction_or_by_distance() {
        assert!((data_weight(0.5, 0.0) - 0.75).abs() < 1e-12);
        assert!((data_weight(0.0, 2.0) - 4.0 / FAR).abs() < 1e-12);
        assert_eq!(data_weight(0.1, 9.0), 1.0);
    }
}
