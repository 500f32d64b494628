//! What changed in each channel, and in their order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::{Change, Pairing};
use super::side::{Quantity, Side};
use super::units::NotCompared;
use crate::planning::{ChannelPlan, ScenarioKind};
use crate::posterior::EvidenceVerdict;
use crate::report::ChannelReport;

/// One channel that both fits have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelDiff {
    /// Channel name.
    pub channel: String,
    /// Spend per week over the fitted window, currency: old and new.
    pub weekly_spend: [f64; 2],
    /// Return on spend; null for an organic channel, and where returns are not compared.
    pub roi: Option<Change>,
    /// Return of the next unit of spend; null for an organic channel, and where returns are not compared.
    pub marginal_roi: Option<Change>,
    /// Contribution / observed outcome.
    pub outcome_share: Option<Change>,
    /// Exposure per period with half of the largest effect; null when another column drives the channel, and
    /// where the periods differ.
    pub half_saturation: Option<Change>,
    /// Share of the effect that lasts from one period to the next; null without carry-over, and where the
    /// periods differ.
    pub retention: Option<Change>,
    /// Weeks until half of the effect has come; null without carry-over.
    pub half_life_weeks: Option<Change>,
    /// Where the ROI comes from: old and new.
    pub evidence: [EvidenceVerdict; 2],
    /// Place by mean ROI among the channels with spend that both fits have; null where the ROI is.
    pub rank: Option<RankChange>,
    /// The recommended budget; null when either fit recommends none.
    pub allocation: Option<AllocationChange>,
}

/// A channel's place by mean ROI, 1 the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RankChange {
    /// In the old fit.
    pub old: usize,
    /// In the new fit.
    pub new: usize,
}

/// What the best allocation of the same budget gives a channel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AllocationChange {
    /// Recommended change of that fit's spend, such as −0.3: old and new; null without spend.
    pub change: [Option<f64>; 2],
    /// Recommended spend per week, currency: old and new.
    pub weekly: [f64; 2],
    /// new − old recommended change; null when either is.
    pub difference: Option<f64>,
    /// Probability that the channel's best spend is above today's: old and new.
    pub p_grow: [Option<f64>; 2],
    /// Whether one fit gives to the channel and the other takes from it.
    pub reversed: bool,
}

/// A channel whose ROI passed another's: the mean, and the probability to be ahead crossed 50 %.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Overtake {
    /// The one that is now ahead.
    pub channel: String,
    /// The one that was.
    pub passed: String,
    /// Probability that the first has the larger ROI: in the old fit and in the new one.
    pub p_ahead: [f64; 2],
}

/// Compares the channels that both fits have, in the order of the new one, but for `omitted`.
pub(super) fn compare(
    (old, new): (&Side, &Side),
    pairing: &Pairing,
    tolerance: f64,
    omitted: &[NotCompared],
) -> Vec<ChannelDiff> {
    let is_omitted =
        |quantity: Quantity| omitted.iter().any(|o| o.quantities.iter().any(|key| key == quantity.key()));
    let common: Vec<(&ChannelReport, &ChannelReport)> =
        new.fit.channels.iter().filter_map(|n| Some((old.channel(&n.name)?, n))).collect();
    let one = |(o, n): &(&ChannelReport, &ChannelReport)| {
        let change = |quantity| {
            if is_omitted(quantity) {
                return None;
            }
            let (old_draws, new_draws) = (old.draws(o, quantity)?, new.draws(n, quantity)?);
            let (before, after) = (old.summary(o, quantity)?, new.summary(n, quantity)?);
            Change::of((before, &old_draws), (after, &new_draws), pairing, tolerance)
        };
        let same_exposure = exposure_column(old, o) == exposure_column(new, n);
        ChannelDiff {
            channel: n.name.clone(),
            weekly_spend: [(old, o), (new, n)].map(|(side, c)| c.spend / side.fit.run.data.fitted().weeks),
            roi: change(Quantity::Roi),
            marginal_roi: change(Quantity::MarginalRoi),
            outcome_share: change(Quantity::OutcomeShare),
            half_saturation: same_exposure.then(|| change(Quantity::HalfSaturation)).flatten(),
            retention: change(Quantity::Retention),
            half_life_weeks: change(Quantity::HalfLife),
            evidence: [o.evidence.verdict, n.evidence.verdict],
            rank: None,
            allocation: allocation(old, new, &n.name),
        }
    };
    let mut channels: Vec<ChannelDiff> = common.iter().map(one).collect();
    rank(&mut channels);
    channels
}

/// The column that drives a channel; `None` for an organic channel, whose column has no other name.
fn exposure_column<'s>(side: &'s Side, channel: &'s ChannelReport) -> Option<&'s String> {
    let spend = channel.spend_column.as_ref()?;
    side.fit.run.roles.exposure.get(spend).or(Some(spend))
}

fn rank(channels: &mut [ChannelDiff]) {
    let means: Vec<Option<[f64; 2]>> =
        channels.iter().map(|c| c.roi.map(|roi| [roi.old.mean, roi.new.mean])).collect();
    for (i, channel) in channels.iter_mut().enumerate() {
        let Some(own) = means[i] else { continue };
        let place = |side: usize| 1 + means.iter().flatten().filter(|m| m[side] > own[side]).count();
        channel.rank = Some(RankChange { old: place(0), new: place(1) });
    }
}

/// Pairs of channels whose order turned round, by mean ROI and by the probability to be ahead.
pub(super) fn overtakes(old: &Side, new: &Side, channels: &[ChannelDiff]) -> Vec<Overtake> {
    let ahead = |side: &Side, a: &str, b: &str| {
        let draws = |name: &str| side.draws(side.channel(name)?, Quantity::Roi);
        let (a, b) = (draws(a)?, draws(b)?);
        // Approximate draws come sorted and would meet rank by rank: deal them anew.
        let pairing = match side.source() {
            super::DrawSource::Parquet => Pairing::same(a.len().min(b.len())),
            super::DrawSource::Approximated => Pairing::independent(b.len(), a.len()),
        };
        Some(pairing.share(|i, j| a[j] > b[i]))
    };
    let mut found = Vec::new();
    for a in channels {
        for b in channels {
            let (Some(x), Some(y)) = (a.roi, b.roi) else { continue };
            if x.old.mean < y.old.mean && x.new.mean > y.new.mean {
                let p = [old, new].map(|side| ahead(side, &a.channel, &b.channel));
                if let [Some(before), Some(after)] = p
                    && before < 0.5
                    && after > 0.5
                {
                    let (channel, passed) = (a.channel.clone(), b.channel.clone());
                    found.push(Overtake { channel, passed, p_ahead: [before, after] });
                }
            }
        }
    }
    found
}

/// The plan for a channel in the best allocation of today's budget, and its length in weeks.
pub(super) fn recommended<'s>(side: &'s Side, channel: &str) -> Option<(&'s ChannelPlan, f64)> {
    let scenario = side.fit.scenarios.iter().find(|s| s.kind == ScenarioKind::OptimalSameBudget)?;
    let plan = scenario.allocation.iter().find(|p| p.channel == channel)?;
    Some((plan, scenario.horizon_weeks))
}

fn allocation(old: &Side, new: &Side, channel: &str) -> Option<AllocationChange> {
    let plans = [recommended(old, channel)?, recommended(new, channel)?];
    let change = plans.map(|(plan, _)| plan.change);
    // A change of a channel's budget below this share is not worth a meeting.
    const SMALL: f64 = 0.02;
    let direction = |c: Option<f64>| c.filter(|c| c.abs() > SMALL).map_or(0.0, f64::signum);
    Some(AllocationChange {
        change,
        weekly: plans.map(|(plan, weeks)| plan.proposed / weeks.max(f64::MIN_POSITIVE)),
        difference: change[0].zip(change[1]).map(|(a, b)| b - a),
        p_grow: plans.map(|(plan, _)| plan.p_grow),
        reversed: direction(change[0]) * direction(change[1]) < 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posterior::Summary;
    use crate::report::testdata;

    /// A fit in which tv returns `mean` and its middle is `median`; search returns 2, give or take.
    fn side(mean: f64, median: f64) -> Side {
        let mut fit = testdata::fit();
        for channel in &mut fit.channels {
            let (mean, median) = if channel.name == "tv" { (mean, median) } else { (2.0, 2.0) };
            let q = |factor: f64| median * factor;
            channel.roi = channel.roi.map(|_| Summary {
                mean,
                sd: 0.6,
                q05: q(0.6),
                q25: q(0.8),
                q50: median,
                q75: q(1.25),
                q95: q(1.7),
            });
        }
        Side::summarised(fit)
    }

    fn passed(old: &Side, new: &Side) -> Vec<String> {
        let pairing = Pairing::independent(old.n_draws(), new.n_draws());
        let channels = compare((old, new), &pairing, 0.1, &[]);
        let found = overtakes(old, new, &channels);
        assert!(found.iter().all(|o| o.p_ahead[0] < 0.5 && o.p_ahead[1] > 0.5), "{found:?}");
        found.into_iter().map(|o| format!("{} passed {}", o.channel, o.passed)).collect()
    }

    #[test]
    fn who_passes_is_then_likelier_ahead_and_was_not() {
        assert_eq!(passed(&side(1.5, 1.5), &side(2.5, 2.5)), ["tv passed search"]);
        assert_eq!(passed(&side(2.5, 2.5), &side(1.5, 1.5)), ["search passed tv"]);
        // A long upper tail lifts the mean above and leaves the draws below.
        assert_eq!(passed(&side(1.5, 1.5), &side(2.2, 1.8)), [""; 0]);
        assert_eq!(passed(&side(1.9, 2.2), &side(2.5, 2.5)), [""; 0]);
    }

    #[test]
    fn a_plan_that_turns_is_reversed_and_its_change_is_now_less_before() {
        let planned = |proposed: f64| {
            let mut fit = testdata::fit();
            let tv = &mut fit.scenarios[0].allocation[0];
            (tv.proposed, tv.change) = (proposed, Some(proposed / tv.current - 1.0));
            Side::summarised(fit)
        };
        // Of 2400 in 20 weeks.
        let found = allocation(&planned(2040.0), &planned(2640.0), "tv").unwrap();
        assert!((found.difference.unwrap() - 0.25).abs() < 1e-12, "{found:?}");
        assert!(found.reversed && found.weekly == [102.0, 132.0], "{found:?}");
        assert!(!allocation(&planned(2040.0), &planned(2100.0), "tv").unwrap().reversed);
        assert!(!allocation(&planned(2040.0), &planned(2410.0), "tv").unwrap().reversed, "hardly a change");
    }
}
