//! Conversions that an attribution tool reports, against what the posterior says a channel caused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::posterior::Summary;

/// Reported against modelled outcome of one channel over the fitted window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Credit {
    /// Channel name.
    pub channel: String,
    /// As reported, outcome units.
    pub reported: f64,
    /// Incremental outcome, outcome units.
    pub modelled: Summary,
    /// Reported / modelled; null where the model finds nothing to divide by.
    pub ratio: Option<CreditRatio>,
    /// The verdict.
    pub verdict: CreditVerdict,
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
    /// Compares one channel; both numbers in outcome units over the same window.
    ///
    /// The ratio's quantiles are exact: x ↦ reported / x falls, so its 5 % quantile is at the 95 %
    /// quantile of x.
    pub fn of(channel: &str, reported: f64, modelled: Summary) -> Credit {
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
        Credit { channel: channel.to_owned(), reported, modelled, ratio, verdict }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_by_hand() {
        // 0, 1, …, 100: the 5 % quantile is 5, the median 50, the 95 % quantile 95.
        let draws: Vec<f64> = (0..=100).map(f64::from).collect();
        let modelled = Summary::of(&draws);
        let verdict = |reported| Credit::of("tv", reported, modelled).verdict;
        assert_eq!(verdict(95.5), CreditVerdict::OverCredited);
        assert_eq!(verdict(94.5), CreditVerdict::Consistent);
        assert_eq!(verdict(5.5), CreditVerdict::Consistent);
        assert_eq!(verdict(4.5), CreditVerdict::UnderCredited);
        let ratio = Credit::of("tv", 100.0, modelled).ratio.unwrap();
        assert!((ratio.q05 - 100.0 / 95.0).abs() < 1e-9 && (ratio.q50 - 2.0).abs() < 1e-9);
        assert!((ratio.q95 - 20.0).abs() < 1e-9);
        let none = Credit::of("tv", 3.0, Summary::of(&[0.0, 0.0]));
        assert_eq!((none.ratio, none.verdict), (None, CreditVerdict::OverCredited));
    }
}
