//! Conversions that an attribution tool reports, against what the posterior says a channel caused.

use chrono::NaiveDate;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::effect::{CarryOver, Scratch, Series, Split, longest_reach};
use super::media::MediaModel;
use crate::posterior::Summary;
use crate::transform::simd::InstructionSet;

/// Reported against modelled outcome of one channel over what the report is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Credit {
    /// Channel name.
    pub channel: String,
    /// As reported, outcome units.
    pub reported: f64,
    /// Incremental outcome that came in the same periods and geos, whenever it was spent for, outcome units.
    pub modelled: Summary,
    /// Reported / modelled; null where the model finds nothing to divide by.
    pub ratio: Option<CreditRatio>,
    /// The verdict.
    pub verdict: CreditVerdict,
    /// What both numbers are over.
    pub compared: Compared,
}

/// The part of the fitted window that a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// First day of the first period.
    #[schemars(with = "String")]
    pub first: NaiveDate,
    /// Last day of the last period.
    #[schemars(with = "String")]
    pub last: NaiveDate,
    /// Periods in which some geo is compared.
    pub periods: usize,
    /// Periods that were fitted.
    pub periods_fitted: usize,
    /// What one is called: `day`, `week` or `month`.
    pub noun: String,
    /// Geos that are compared in some period.
    pub geos: Vec<String>,
    /// Geos of the fit.
    pub geos_fitted: usize,
    /// Whether this is all that was fitted.
    pub whole_window: bool,
}

/// Reported / modelled outcome.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreditRatio {
    /// 5 % quantile.
    pub q05: f64,
    /// Median.
    pub q50: f64,
    /// 95 % quantile.
    pub q95: f64,
}

/// How a report compares with the posterior.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditVerdict {
    /// More than the 95 % quantile of what the channel caused.
    OverCredited,
    /// Less than the 5 % quantile.
    UnderCredited,
    /// Within the 90 % interval.
    Consistent,
}

impl Credit {
    /// Compares one channel; both numbers in outcome units over `compared`.
    ///
    /// The ratio's quantiles are exact: x ↦ reported / x falls, so its 5 % quantile is at the 95 %
    /// quantile of x.
    pub fn of(channel: &str, reported: f64, modelled: Summary, compared: Compared) -> Credit {
        let ratio = (modelled.q05 > 0.0).then(|| CreditRatio {
            q05: reported / modelled.q95,
            q50: reported / modelled.q50,
            q95: reported / modelled.q05,
        });
        let verdict = if reported > modelled.q95 {
            CreditVerdict::OverCredited
        } else if reported < modelled.q05 {
            CreditVerdict::UnderCredited
        } else {
            CreditVerdict::Consistent
        };
        Credit { channel: channel.to_owned(), reported, modelled, ratio, verdict, compared }
    }
}

impl MediaModel {
    /// What paid channel `c` caused in some cells (G × T), whenever it was spent for: outcome units, one value a draw.
    pub fn caused(&self, c: usize, cells: &[bool]) -> Vec<f64> {
        let (history, draws) = (&self.history, &self.draws[c]);
        let n = history.n_periods();
        let set = InstructionSet::detect();
        let longest = longest_reach(history.interval);
        // One weight a period up to the last that counts: what comes later has no part in it.
        let weights = |g: usize| -> Vec<f64> {
            let geo = &cells[g * n..(g + 1) * n];
            let end = geo.iter().rposition(|counts| *counts).map_or(0, |last| last + 1);
            geo[..end].iter().map(|counts| f64::from(u8::from(*counts))).collect()
        };
        let geos: Vec<(usize, Vec<f64>)> = (0..history.n_geos())
            .map(|g| (g, weights(g)))
            .filter(|(_, weights)| !weights.is_empty())
            .collect();
        let one = |s: usize, scratch: &mut Scratch| -> f64 {
            let carry = CarryOver::new(draws.adstock, draws.carry(s));
            let saturation = draws.saturation(s);
            let of_geo = |(g, worth): &(usize, Vec<f64>)| {
                let exposure = &history.channels[c].exposure[g * n..g * n + worth.len()];
                let series =
                    Series { carry: &carry, saturation, history: &[], plans: &[exposure], worth, longest };
                let mut out = [Split::default()];
                series.value(set, scratch, &mut out);
                self.ceiling(c, *g, s) * out[0].within
            };
            geos.iter().map(of_geo).sum()
        };
        (0..self.n_draws()).into_par_iter().map_init(Scratch::default, |scratch, s| one(s, scratch)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::testdata;

    #[test]
    fn what_a_part_of_the_window_caused_by_hand() {
        // Without carry-over tv spends 5, 1, 1, 5, … with K = 1 and S = 1: effects ⅚, ½, ½, ⅚ of a ceiling of 10.
        let mut model = testdata::model(&[(0.0, 1.0, 1.0), (0.5, 1.0, 1.0)]);
        model.draws[0].coefficient = vec![1.0, 2.0];
        let caused = |counted: &[usize]| {
            let cells: Vec<bool> = (0..20).map(|t| counted.contains(&t)).collect();
            model.caused(0, &cells)
        };
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(caused(&[0, 1])[0], 10.0 * (5.0 / 6.0 + 0.5));
        near(caused(&[3])[0], 10.0 * 5.0 / 6.0);
        // Half lasts to the next week: a = 2.5, 1.75, of which the second week alone is counted.
        near(caused(&[1])[1], 20.0 * 1.75 / 2.75);
        assert_eq!(caused(&[]), [0.0, 0.0]);
        let parts: f64 = (0..20).map(|t| caused(&[t])[1]).sum();
        near(parts, caused(&(0..20).collect::<Vec<_>>())[1]);
    }

    #[test]
    fn verdicts_by_hand() {
        let day = NaiveDate::default();
        let all = Compared {
            first: day,
            last: day,
            periods: 1,
            periods_fitted: 1,
            noun: "week".into(),
            geos: vec!["national".into()],
            geos_fitted: 1,
            whole_window: true,
        };
        // 0, 1, …, 100: the 5 % quantile is 5, the median 50, the 95 % quantile 95.
        let draws: Vec<f64> = (0..=100).map(f64::from).collect();
        let modelled = Summary::of(&draws);
        let verdict = |reported| Credit::of("tv", reported, modelled, all.clone()).verdict;
        assert_eq!(verdict(95.5), CreditVerdict::OverCredited);
        assert_eq!(verdict(94.5), CreditVerdict::Consistent);
        assert_eq!(verdict(5.5), CreditVerdict::Consistent);
        assert_eq!(verdict(4.5), CreditVerdict::UnderCredited);
        let ratio = Credit::of("tv", 100.0, modelled, all.clone()).ratio.unwrap();
        assert!((ratio.q05 - 100.0 / 95.0).abs() < 1e-9 && (ratio.q50 - 2.0).abs() < 1e-9);
        assert!((ratio.q95 - 20.0).abs() < 1e-9);
        let none = Credit::of("tv", 3.0, Summary::of(&[0.0, 0.0]), all.clone());
        assert_eq!((none.ratio, none.verdict), (None, CreditVerdict::OverCredited));
    }
}
