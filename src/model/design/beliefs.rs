//! What is believed of returns before the data: the prior that channels share.

use super::super::returns::Belief;

/// Media share of the outcome at the prior median: where the unit-free part of the pooled ROI prior sits.
pub(crate) const PRIOR_MEDIA_SHARE: f64 = 0.15;
/// sd of the logarithm about it.
const MEDIA_SHARE_SD: f64 = 0.7;
/// Median ROI of media that somebody keeps paying for, and the sd of the logarithm of the level between
/// markets.
const PRIOR_ROI: (f64, f64) = (1.3, 0.3);
/// Spread of ln ROI about the level between channels that do something.
const MONEY_SPREADS: [(f64, f64); 1] = [(0.35, 1.0)];
/// Weight of the prior in absolute ROI against the one in shares, where money is compared with money.
const PRIOR_ROI_WEIGHT: f64 = 0.95;
/// Spend by value of the outcome outside of which the two are not in the same unit: nobody spends more
/// than he sells, and below one part in 300 an ROI of 1.3 could not be seen at all.
const SAME_UNIT: std::ops::RangeInclusive<f64> = 0.003..=1.0;
/// Spreads τ of ln ROI between channels about a level known from the media share alone, and their prior
/// weights.
const ROI_SPREADS: [(f64, f64); 3] = [(0.3, 0.40), (0.6, 0.35), (1.2, 0.25)];

/// Beliefs about the level of ln ROI when spend is the given share of the outcome's value. The share
/// of the outcome needs no unit; an absolute ROI only makes sense when both are `money` of one currency.
pub(super) fn roi_beliefs(spend_share: f64, money: bool) -> Vec<Belief> {
    let mean = (PRIOR_MEDIA_SHARE / spend_share).ln();
    let share = Belief { weight: 1.0, mean, sd: MEDIA_SHARE_SD, spreads: &ROI_SPREADS };
    if !money || !SAME_UNIT.contains(&spend_share) {
        return vec![share];
    }
    let (mean, sd) = (PRIOR_ROI.0.ln(), PRIOR_ROI.1);
    let roi = Belief { weight: PRIOR_ROI_WEIGHT, mean, sd, spreads: &MONEY_SPREADS };
    vec![roi, Belief { weight: 1.0 - PRIOR_ROI_WEIGHT, ..share }]
}
