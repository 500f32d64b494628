//! What the parts of the page share: how amounts are written.

use crate::config::OutcomeKind;
use crate::page::PageReport;
use crate::posterior::Summary;
use crate::report::{ChannelReport, Fit, RoiUnit};
use crate::show::terminal::by_roi;
use crate::words::numbers::{amount, clean, ratio};

/// A fit and what its page says.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub fit: &'a Fit,
    pub page: &'a PageReport,
}

impl<'a> View<'a> {
    /// An amount of the outcome: money where it is money.
    pub(super) fn outcome(&self, value: f64) -> String {
        match self.fit.outcome.kind {
            OutcomeKind::Revenue => self.page.currency.amount(value),
            OutcomeKind::Count => amount(value).replace('-', "−"),
        }
    }

    /// What plans bring: money where a unit of the outcome has a worth.
    pub(super) fn gain(&self, value: f64) -> String {
        match self.fit.outcome.roi_unit {
            RoiUnit::CurrencyPerCurrency => self.page.currency.amount(value),
            RoiUnit::OutcomePerCurrency => amount(value).replace('-', "−"),
        }
    }

    pub(super) fn spend(&self, value: f64) -> String {
        self.page.currency.amount(value)
    }

    /// Name of the outcome.
    pub(super) fn name(&self) -> String {
        clean(&self.fit.outcome.name)
    }

    pub(super) fn is_money(&self) -> bool {
        self.fit.outcome.roi_unit == RoiUnit::CurrencyPerCurrency
    }

    /// The return from which a channel pays for itself; none where outcomes have no known worth.
    pub(super) fn break_even(&self) -> Option<f64> {
        self.is_money().then(|| 1.0 / self.page.margin.unwrap_or(1.0))
    }

    /// What returns are counted per: 1,000 of spend where an outcome has no worth and a unit of spend brings little of it.
    fn per(&self) -> f64 {
        /// A return below this has zeros after the dot.
        const LITTLE: f64 = 0.1;
        let most = self.fit.channels.iter().filter_map(|c| c.roi).map(|r| r.mean).fold(0.0, f64::max);
        if self.is_money() || most >= LITTLE { 1.0 } else { 1000.0 }
    }

    /// What follows the word return where it is counted otherwise than per unit: ` per 1,000 spent`.
    pub(super) fn per_words(&self) -> &'static str {
        if self.per() > 1.0 { " per 1,000 spent" } else { "" }
    }

    /// A return.
    pub(super) fn rate(&self, value: f64) -> String {
        ratio(self.per() * value).replace('-', "−")
    }

    /// A return with its interval: `1.30 (0.80 to 1.85)`.
    pub(super) fn rates(&self, s: &Summary) -> String {
        format!("{} ({} to {})", self.rate(s.mean), self.rate(s.q05), self.rate(s.q95))
    }

    /// Paid channels by falling return, then the others.
    pub(super) fn sorted(&self) -> Vec<&'a ChannelReport> {
        by_roi(&self.fit.channels)
    }

    /// The place of a channel's colour: the largest contribution first.
    pub(super) fn by_effect(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.fit.channels.len()).collect();
        let mean = |i: &usize| self.fit.channels[*i].contribution.mean;
        order.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
        order
    }
}
