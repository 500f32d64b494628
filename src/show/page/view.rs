//! What the parts of the page share: how amounts are written.

use crate::config::OutcomeKind;
use crate::page::PageReport;
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

/// `1.30 (0.80 to 1.85)`.
pub(super) fn with_interval(s: &crate::posterior::Summary) -> String {
    format!("{} ({} to {})", ratio(s.mean), ratio(s.q05), ratio(s.q95))
}
