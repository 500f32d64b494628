//! A request placed on response curves, each of which is a channel or one geo of it.

use super::amount::{Amount, AmountRange};
use super::request_error::RequestError;
use crate::planning::search::limits::{GroupLimit, Limits};
use crate::planning::value::bounds::Bounds;
use crate::planning::value::curve::ChannelCurve;

/// One change of the spend on one curve; curves by index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// It spends this much.
    Set {
        /// Whose spend.
        curve: usize,
        /// Its new spend.
        to: Amount,
    },
    /// Spend goes from one to another.
    Shift {
        /// Who gives.
        from: usize,
        /// Who gets.
        to: usize,
        /// How much; a multiple is of the giver's spend before any change.
        amount: Amount,
    },
}

/// Limits of several curves together.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedGroup {
    /// What the group is called.
    pub name: String,
    /// Its curves.
    pub curves: Vec<usize>,
    /// What they may spend together.
    pub range: AmountRange,
}

/// What a request says of response curves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Placed {
    /// In the order set, pause, shift.
    pub steps: Vec<Step>,
    /// Bounds asked for, by curve.
    pub bounds: Vec<(usize, AmountRange)>,
    /// Groups with limits of their own.
    pub groups: Vec<PlacedGroup>,
}

impl Placed {
    /// The plan as one multiple of today's spend per curve, over a window of `weeks`.
    ///
    /// # Errors
    /// [`RequestError::NoSpend`], [`RequestError::Overdrawn`].
    pub fn multipliers(&self, curves: &[ChannelCurve], weeks: f64) -> Result<Vec<f64>, RequestError> {
        let currency = |c: usize, amount: Amount| amount.currency(curves[c].spend(), weeks);
        let mut spend: Vec<f64> = curves.iter().map(ChannelCurve::spend).collect();
        for &step in &self.steps {
            match step {
                Step::Set { curve, to } => spend[curve] = currency(curve, to),
                Step::Shift { from, to, amount } => {
                    let amount = currency(from, amount);
                    spend[from] -= amount;
                    spend[to] += amount;
                }
            }
        }
        curves.iter().zip(&spend).map(|(curve, &x)| multiplier(curve, x)).collect()
    }

    /// The bounds asked for, and ± `step` of today's spend within the response curve for the curves, and the ends of a
    /// range, that nothing was said about. An end left open gives way to the other where that lies beyond it.
    pub fn limits(&self, curves: &[ChannelCurve], weeks: f64, step: f64) -> Limits {
        let around = |curve: &ChannelCurve| {
            let (first, last) = curve.range();
            let Bounds { lo, hi } = curve.around_today(step);
            Bounds { lo: lo.max(first), hi: hi.min(last) }
        };
        let mut bounds: Vec<Bounds> = curves.iter().map(around).collect();
        for &(c, (lo, hi)) in &self.bounds {
            let ((first, last), today) = (curves[c].range(), curves[c].spend());
            // Multiples of no spend are no spend, whatever the bounds.
            let multiple = |end: Amount| if today > 0.0 { end.currency(today, weeks) / today } else { 1.0 };
            let usual = bounds[c];
            bounds[c] = match (lo.map(multiple), hi.map(multiple)) {
                (Some(lo), None) => Bounds { lo, hi: if lo <= usual.hi { usual.hi } else { last } },
                (None, Some(hi)) => Bounds { lo: if hi >= usual.lo { usual.lo } else { first }, hi },
                (lo, hi) => Bounds { lo: lo.unwrap_or(first), hi: hi.unwrap_or(last) },
            };
        }
        let limit = |group: &PlacedGroup| {
            let today: f64 = group.curves.iter().map(|&c| curves[c].spend()).sum();
            let end = |amount: Option<Amount>, open: f64| amount.map_or(open, |a| a.currency(today, weeks));
            let (lo, hi) = (end(group.range.0, 0.0), end(group.range.1, f64::INFINITY));
            GroupLimit { name: group.name.clone(), channels: group.curves.clone(), lo, hi }
        };
        Limits { bounds, groups: self.groups.iter().map(limit).collect() }
    }
}

fn multiplier(curve: &ChannelCurve, spend: f64) -> Result<f64, RequestError> {
    let today = curve.spend();
    let channel = || curve.name().to_owned();
    if today == 0.0 {
        return if spend == 0.0 { Ok(1.0) } else { Err(RequestError::NoSpend { channel: channel() }) };
    }
    // A shift of all a channel has may leave a rounding error below nothing.
    if spend < -1e-9 * today {
        return Err(RequestError::Overdrawn { channel: channel() });
    }
    Ok(spend.max(0.0) / today)
}
