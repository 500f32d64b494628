//! Which channels plans are about, and what a report calls their gains.

use super::channel::{ChannelKind, ChannelReport};
use super::curve::ResponseCurve;
use super::fit::{Fit, RoiUnit};
use crate::data::OutcomeKind;
use crate::posterior::{ExpectedEffect, SURPRISING};
use crate::words::numbers::clean;

impl Fit {
    /// The channels that plans are about: those on which today's plan spends something.
    pub fn planned_channels(&self) -> impl Iterator<Item = &str> {
        self.planned_curves().map(|curve| curve.channel.as_str())
    }

    /// The channels that have spend columns, in the order of the media history.
    pub fn paid_channels(&self) -> impl Iterator<Item = &str> {
        self.channels.iter().filter(|c| c.spend_column.is_some()).map(|c| c.name.as_str())
    }

    /// Whether the data put a channel's return above what was expected: plans hold it at today's spend.
    pub fn holds(&self, channel: &str) -> bool {
        let above = |e: ExpectedEffect| e.shift > SURPRISING;
        let tested = |c: &ChannelReport| c.causal_gap.as_ref().is_some_and(|gap| gap.tested);
        let held = |c: &ChannelReport| c.evidence.expected.is_some_and(above) && !tested(c);
        self.channels.iter().any(|c| c.name == channel && held(c))
    }

    /// Whether a channel's effect by correlation is in doubt, and no experiment settles it.
    pub fn doubts(&self, channel: &str) -> bool {
        let doubted = |c: &ChannelReport| c.causal_gap.as_ref().is_some_and(|gap| gap.doubted);
        self.channels.iter().any(|c| c.name == channel && doubted(c))
    }

    /// Whether a channel ran in the fitted window and spends nothing any more.
    pub fn has_ended(&self, channel: &str) -> bool {
        let ended = |c: &ResponseCurve| c.current_spend > 0.0 && c.planned_spend == Some(0.0);
        self.response_curves.iter().any(|curve| curve.channel == channel && ended(curve))
    }

    /// The response curves of those channels.
    pub(crate) fn planned_curves(&self) -> impl Iterator<Item = &ResponseCurve> {
        self.response_curves
            .iter()
            .filter(|curve| curve.marginal_roi.is_some() && curve.planned_spend != Some(0.0))
    }

    /// The media that plans are about, in words: organic ones cannot be bought.
    pub fn planned_media(&self) -> &'static str {
        if self.channels.iter().any(|c| c.kind == ChannelKind::Organic) { "paid media" } else { "media" }
    }

    /// What gains are counted in: money when a unit of the outcome has a known worth.
    pub fn unit(&self) -> String {
        match (self.outcome.kind, self.outcome.roi_unit) {
            (OutcomeKind::Count, RoiUnit::CurrencyPerCurrency) => "revenue".into(),
            _ => clean(&self.outcome.name),
        }
    }
}
