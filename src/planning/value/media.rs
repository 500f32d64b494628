//! The fitted media model as planning sees it: history, and each draw's carry-over, saturation and size.

use crate::config::{Adstock, SaturationFamily};
use crate::planning::error::PlanningError;
use crate::posterior::MediaHistory;
use crate::transform::adstock::{CarryShape, SlowPart};
use crate::transform::saturation::Saturation;

/// Everything that values a plan week by week. Draw vectors have length S, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaModel {
    /// Spend and exposure so far.
    pub history: MediaHistory,
    /// One entry per channel of the history.
    pub draws: Vec<MediaDraws>,
}

/// Draws of one channel's parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaDraws {
    /// Carry-over kernel.
    pub adstock: Adstock,
    /// α; zeros without carry-over.
    pub retention: Vec<f64>,
    /// The slow part of the carry-over; empty without.
    pub slow: Vec<SlowPart>,
    /// Family of saturation.
    pub family: SaturationFamily,
    /// K, in the unit of the history's exposure; without a maximum the exposure where h is 1.
    pub half_saturation: Vec<f64>,
    /// S.
    pub slope: Vec<f64>,
    /// Effect at full saturation where the geo factor is 1, over the geo's outcome scale.
    pub coefficient: Vec<f64>,
    /// G vectors: each geo's effect against the channel's.
    pub geo_factor: Vec<Vec<f64>>,
}

impl MediaDraws {
    /// Carry-over at draw `s`.
    pub(crate) fn carry(&self, s: usize) -> CarryShape {
        CarryShape { retention: self.retention[s], slow: self.slow.get(s).copied().unwrap_or_default() }
    }

    /// Saturation at draw `s`, in the unit of the history's exposure.
    pub(crate) fn saturation(&self, s: usize) -> Saturation {
        self.saturation_at(s, self.half_saturation[s])
    }

    /// The same where exposure is in units of which K is `half_saturation`.
    pub(crate) fn saturation_at(&self, s: usize, half_saturation: f64) -> Saturation {
        match self.family {
            SaturationFamily::Hill | SaturationFamily::MichaelisMenten => {
                Saturation::hill(half_saturation, self.slope[s])
            }
            other => Saturation::new(other, half_saturation.ln(), 1.0),
        }
    }
}

impl MediaModel {
    /// Number of draws S.
    pub fn n_draws(&self) -> usize {
        self.draws.first().map_or(0, |d| d.coefficient.len())
    }

    /// Exposure in the history's unit per currency of channel `c` in geo `g`, over the last `recent` periods
    /// or, where nothing was spent in them, over all; `None` where nothing ever was, or the geo has ended.
    pub(crate) fn exposure_per_spend(&self, c: usize, g: usize, recent: usize) -> Option<f64> {
        if self.history.pace[g] == 0.0 {
            return None;
        }
        let n = self.history.n_periods();
        let channel = &self.history.channels[c];
        let over = |first: usize| {
            let cells = g * n + first..(g + 1) * n;
            let spend: f64 = channel.spend[cells.clone()].iter().sum();
            (spend > 0.0).then(|| channel.exposure[cells].iter().sum::<f64>() / spend)
        };
        over(n.saturating_sub(recent)).or_else(|| over(0))
    }

    /// Currency that channel `c` spent in geo `g` in all periods; 0 where the geo has ended.
    pub(crate) fn spend_before(&self, c: usize, g: usize) -> f64 {
        let n = self.history.n_periods();
        let cells = g * n..(g + 1) * n;
        if self.history.pace[g] == 0.0 { 0.0 } else { self.history.channels[c].spend[cells].iter().sum() }
    }

    /// Why spend in channel `c`, or in its geo, cannot be valued.
    pub(crate) fn nothing_known(&self, c: usize, geo: Option<usize>) -> PlanningError {
        let channel = self.history.channels[c].name.clone();
        let name = |g: usize| self.history.geos[g].clone();
        match geo.filter(|_| self.history.n_geos() > 1) {
            Some(g) if self.history.pace[g] == 0.0 => PlanningError::GeoEnded { channel, geo: name(g) },
            geo => PlanningError::NeverSpent { channel, geo: geo.map(name) },
        }
    }

    /// Effect at full saturation of channel `c` in geo `g` at draw `s`, outcome units per period.
    pub(crate) fn ceiling(&self, c: usize, g: usize, s: usize) -> f64 {
        let draws = &self.draws[c];
        self.history.outcome_scale[g] * draws.coefficient[s] * draws.geo_factor[g][s]
    }
}
