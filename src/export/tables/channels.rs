//! Channels: one row each for people, one row a quantity for programs; the same by geo.

use crate::export::table::Table;
use crate::export::tables::{high, low, mean};
use crate::posterior::{EvidenceVerdict, Summary};
#[cfg(feature = "xlsx")]
use crate::report::ChannelKind;
use crate::report::{ChannelReport, Fit, GeoReport};

/// One row a channel.
#[cfg(feature = "xlsx")]
pub fn channels(fit: &Fit) -> Table {
    Table::of("channels", "one row a channel: mean and 90 % interval (q05, q95)", &fit.channels)
        .text("channel", |c| Some(c.name.clone()))
        .text("kind", |c| Some(if c.kind == ChannelKind::Paid { "paid" } else { "organic" }))
        .number("spend", |c| Some(c.spend))
        .number("spend_share", |c| Some(c.spend_share))
        .number("outcome_share", |c| Some(c.outcome_share.mean))
        .number("contribution", |c| Some(c.contribution.mean))
        .number("contribution_q05", |c| Some(c.contribution.q05))
        .number("contribution_q95", |c| Some(c.contribution.q95))
        .number("roi", |c| mean(&c.roi))
        .number("roi_q05", |c| low(&c.roi))
        .number("roi_q95", |c| high(&c.roi))
        .number("marginal_roi", |c| mean(&c.marginal_roi))
        .number("marginal_roi_q05", |c| low(&c.marginal_roi))
        .number("marginal_roi_q95", |c| high(&c.marginal_roi))
        .number("cost_per_outcome", |c| mean(&c.cost_per_outcome))
        .number("half_life_weeks", |c| mean(&c.adstock.half_life_weeks))
        .number("saturation", |c| mean(&c.saturation.saturation_at_current_spend))
        .text("evidence", |c| Some(verdict(c.evidence.verdict)))
        .text("evidence_sentence", |c| Some(c.evidence.sentence.clone()))
        .done()
}

fn verdict(verdict: EvidenceVerdict) -> &'static str {
    match verdict {
        EvidenceVerdict::Experiment => "experiment",
        EvidenceVerdict::Data => "data",
        EvidenceVerdict::Mixed => "mixed",
        EvidenceVerdict::Prior => "prior",
    }
}

/// A quantity of a channel.
struct Estimate<'a> {
    channel: &'a ChannelReport,
    quantity: &'static str,
    summary: Summary,
}

/// One row a channel and quantity.
pub fn estimates(fit: &Fit) -> Table {
    let of = |channel: &ChannelReport| {
        let (adstock, saturation) = (&channel.adstock, &channel.saturation);
        [
            ("contribution", Some(channel.contribution)),
            ("outcome_share", Some(channel.outcome_share)),
            ("roi", channel.roi),
            ("marginal_roi", channel.marginal_roi),
            ("cost_per_outcome", channel.cost_per_outcome),
            ("retention", adstock.retention),
            ("half_life_weeks", adstock.half_life_weeks),
            ("carryover_share", Some(adstock.carryover_share)),
            ("half_saturation", saturation.half_saturation),
            ("slope", saturation.slope),
            ("saturation_at_current_spend", saturation.saturation_at_current_spend),
        ]
    };
    let rows: Vec<Estimate<'_>> = fit
        .channels
        .iter()
        .flat_map(|channel| {
            let known = of(channel).into_iter().filter_map(|(quantity, s)| Some((quantity, s?)));
            known.map(move |(quantity, summary)| Estimate { channel, quantity, summary })
        })
        .collect();
    Table::of("channels", "one row a channel and quantity", &rows)
        .text("channel", |r| Some(r.channel.name.clone()))
        .text("quantity", |r| Some(r.quantity))
        .number("mean", |r| Some(r.summary.mean))
        .number("sd", |r| Some(r.summary.sd))
        .number("q05", |r| Some(r.summary.q05))
        .number("q25", |r| Some(r.summary.q25))
        .number("q50", |r| Some(r.summary.q50))
        .number("q75", |r| Some(r.summary.q75))
        .number("q95", |r| Some(r.summary.q95))
        .number("spend", |r| Some(r.channel.spend))
        .text("evidence", |r| Some(verdict(r.channel.evidence.verdict)))
        .done()
}

/// One row a channel and geo of a panel.
pub fn geos(fit: &Fit) -> Table {
    let rows: Vec<(&ChannelReport, &GeoReport)> =
        fit.channels.iter().flat_map(|c| c.by_geo.iter().map(move |geo| (c, geo))).collect();
    Table::of("geos", "one row a channel and geo: mean and 90 % interval (q05, q95)", &rows)
        .text("channel", |(c, _)| Some(c.name.clone()))
        .text("geo", |(_, g)| Some(g.geo.clone()))
        .number("spend", |(_, g)| Some(g.spend))
        .number("contribution", |(_, g)| Some(g.contribution.mean))
        .number("contribution_q05", |(_, g)| Some(g.contribution.q05))
        .number("contribution_q95", |(_, g)| Some(g.contribution.q95))
        .number("roi", |(_, g)| mean(&g.roi))
        .number("roi_q05", |(_, g)| low(&g.roi))
        .number("roi_q95", |(_, g)| high(&g.roi))
        .done()
}
