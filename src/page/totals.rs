//! All media together, and each channel, over the span of a page.

use super::document::{Basis, PageChannel, Totals};
use super::span::{Span, scaled};
use crate::config::{Adstock, OutcomeKind};
use crate::posterior::{EvidenceVerdict, Summary};
use crate::report::{ChannelReport, Fit, RoiUnit};
use crate::store::Draws;
use crate::transform::adstock::{CarryShape, SlowPart, lag_weights};

/// Periods of which the carry-over is told.
const LAGS: usize = 13;

/// Columns of the draws that [`totals`] adds up.
pub(super) fn columns(fit: &Fit) -> Vec<String> {
    let paid = fit.channels.iter().filter(|c| c.spend > 0.0);
    paid.flat_map(|c| [format!("contribution[{}]", c.name), format!("roi[{}]", c.name)]).collect()
}

/// All media together; a return of all is no average of intervals, so it is added up draw by draw.
pub(super) fn totals(fit: &Fit, span: &Span, draws: Option<&Draws>, margin: Option<f64>) -> Totals {
    let spend: f64 = fit.channels.iter().map(|c| c.spend).sum();
    let paid = || fit.channels.iter().filter(|c| c.spend > 0.0);
    let add = |quantity: &str, by: &dyn Fn(&ChannelReport) -> f64| -> Option<Vec<f64>> {
        let mut total: Vec<f64> = Vec::new();
        for channel in paid() {
            let own = draws?.get(&format!("{quantity}[{}]", channel.name))?;
            total.resize(own.len(), 0.0);
            total.iter_mut().zip(own).for_each(|(sum, x)| *sum += x * by(channel));
        }
        (!total.is_empty()).then_some(total)
    };
    let value = add("roi", &|c| c.spend);
    let is_money = fit.outcome.roi_unit == RoiUnit::CurrencyPerCurrency;
    let pays = |value: &Vec<f64>| {
        let pays = value.iter().filter(|v| margin.unwrap_or(1.0) * **v > spend).count();
        pays as f64 / value.len() as f64
    };
    let roi = value.as_ref().map(|v| Summary::of(&v.iter().map(|x| x / spend).collect::<Vec<_>>()));
    let brought = add("contribution", &|_| 1.0);
    let cost = brought.map(|b| Summary::of(&b.iter().map(|x| spend / x).collect::<Vec<_>>()));
    Totals {
        outcome: span.total(fit.outcome.total),
        spend: span.total(spend),
        media: scaled(&fit.outcome.media_share, span.total(fit.outcome.total)),
        roi,
        p_pays: value.as_ref().filter(|_| is_money).map(pays),
        cost_per_outcome: cost
            .filter(|c| fit.outcome.kind == OutcomeKind::Count && c.mean.is_finite() && c.sd.is_finite()),
    }
}

/// Every channel.
pub(super) fn channels(fit: &Fit, span: &Span) -> Vec<PageChannel> {
    let all: f64 = fit.channels.iter().map(|c| c.contribution.mean).sum();
    let of = |c: &ChannelReport| PageChannel {
        name: c.name.clone(),
        spend: span.total(c.spend),
        contribution: scaled(&c.contribution, span.factor),
        share_of_spend: c.spend_share,
        share_of_effect: if all > 0.0 { c.contribution.mean / all } else { 0.0 },
        basis: basis(c),
        carry_over: carry_over(fit, c),
    };
    fit.channels.iter().map(of).collect()
}

fn basis(channel: &ChannelReport) -> Basis {
    if channel.causal_gap.as_ref().is_some_and(|gap| gap.tested) {
        return Basis::Test;
    }
    match channel.evidence.verdict {
        EvidenceVerdict::Experiment => Basis::Test,
        EvidenceVerdict::Data => Basis::Correlation,
        EvidenceVerdict::Mixed => Basis::Partly,
        EvidenceVerdict::Prior if channel.evidence.is_assumed() => Basis::Assumed,
        EvidenceVerdict::Prior => Basis::Told,
    }
}

fn carry_over(fit: &Fit, channel: &ChannelReport) -> Vec<f64> {
    let config = &fit.run.config;
    let own = config.channels.get(&channel.name).and_then(|c| c.adstock);
    let (kind, retention) = (own.unwrap_or(config.model.adstock), channel.adstock.retention);
    let Some(retention) = retention.filter(|_| kind != Adstock::None) else { return vec![1.0] };
    let alpha = retention.mean;
    let mut shape = CarryShape::from(alpha);
    if let Some(slow) = &channel.adstock.slow {
        let periods = slow.half_life_weeks.mean * 7.0 / fit.run.data.interval_days;
        shape.slow = SlowPart { retention: 0.5_f64.powf(1.0 / periods), share: slow.share.mean };
    }
    match lag_weights(kind, shape) {
        Some(weights) => weights.into_iter().take(LAGS).collect(),
        None => (0..LAGS as i32).map(|lag| (1.0 - alpha) * alpha.powi(lag)).collect(),
    }
}
