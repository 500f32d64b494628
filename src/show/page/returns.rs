//! What came back for what was spent: returns by channel, shares, and what is caused of what is correlated.

use maud::{Markup, html};

use super::view::View;
use crate::page::Basis;
use crate::posterior::Summary;
use crate::report::ChannelReport;
use crate::show::frame::figure;
use crate::show::frame::svg::{Axis, WIDTH, columns, interval, line, n, svg, text};
use crate::show::shorten::shorten_all;
use crate::words::numbers::{clean, percent, ratio};

/// Where names end and the drawing begins.
const LEFT: f64 = 118.0;
/// Values stand right of this.
const RIGHT: f64 = WIDTH - 52.0;
const TOP: f64 = 6.0;

/// Names that fit left of a drawing.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    shorten_all(&names.map(clean).collect::<Vec<_>>(), 16)
}

/// ROI and marginal ROI with their intervals, and where a channel pays for itself.
pub(super) fn returns(view: View<'_>) -> Markup {
    const ROW: f64 = 38.0;
    let paid: Vec<(&ChannelReport, Summary)> =
        view.sorted().into_iter().filter_map(|c| Some((c, c.roi?))).collect();
    if paid.is_empty() {
        return html! {};
    }
    let marginal = paid.iter().filter_map(|(c, _)| c.marginal_roi);
    let ends = || paid.iter().map(|(_, roi)| *roi).chain(marginal.clone());
    let even = view.break_even();
    let low = ends().map(|s| s.q05.min(s.mean)).fold(0.0, f64::min);
    let high = ends().map(|s| s.q95.max(s.mean)).chain(even).fold(0.0, f64::max);
    let x = Axis::new((low, high * 1.02), (LEFT, RIGHT));
    let bottom = TOP + ROW * paid.len() as f64;
    let basis = |c: &ChannelReport| view.page.channels.iter().find(|p| p.name == c.name).map(|p| p.basis);
    let chart = html! {
        (columns(&x, (TOP, bottom), &|v| view.rate(v)))
        @if let Some(even) = even { (line("even", (x.at(even), TOP), (x.at(even), bottom))) }
        @for (i, ((c, roi), name)) in paid.iter().zip(names(paid.iter().map(|(c, _)| c.name.as_str()))).enumerate() {
            @let y = TOP + ROW * (i as f64 + 0.5);
            (text("name", (LEFT - 10.0, y - 1.0), "end", &name))
            (text("tick", (LEFT - 10.0, y + 12.0), "end", basis(c).map_or("", Basis::words)))
            (interval("roi", &x, y - 5.0, (roi.q05, roi.mean, roi.q95), &format!("{}: return {}", clean(&c.name), view.rates(roi))))
            @if let Some(next) = c.marginal_roi {
                (interval("next", &x, y + 7.0, (next.q05, next.mean, next.q95),
                    &format!("{}: return of the next unit {}", clean(&c.name), view.rates(&next))))
            }
            (text("value", (WIDTH - 4.0, y - 1.0), "end", &view.rate(roi.mean)))
            @if let Some(next) = c.marginal_roi { (text("tick", (WIDTH - 4.0, y + 12.0), "end", &view.rate(next.mean))) }
        }
    };
    let unit = if view.is_money() {
        "Value per unit of spend".to_owned()
    } else {
        let per = view.per_words();
        format!("{}{}", view.name(), if per.is_empty() { " per unit of spend" } else { per })
    };
    let line = match (even, view.page.margin) {
        (Some(even), Some(_)) => format!(" The dashed line is break-even on profit, {}.", ratio(even)),
        (Some(_), None) => " The dashed line is break-even on revenue.".into(),
        (None, _) => String::new(),
    };
    let says = format!(
        "{unit}: of all that was spent, and of the next unit. Dots are means, bars 90 % intervals.{line}"
    );
    let key = html! { ul.key aria-hidden="true" {
        li { span.swatch.s-roi {} "all spend" } li { span.swatch.s-next {} "the next unit" }
    } };
    let drawn = svg("Return on spend by channel", (WIDTH, bottom + 24.0), chart);
    figure("What came back for what was spent?", &says, html! { (drawn) (key) })
}

/// Share of the spend against share of the effect.
pub(super) fn shares(view: View<'_>) -> Markup {
    const ROW: f64 = 34.0;
    let mut all: Vec<_> = view.page.channels.iter().collect();
    all.sort_by(|a, b| b.share_of_spend.total_cmp(&a.share_of_spend));
    if all.is_empty() {
        return html! {};
    }
    let high = all.iter().flat_map(|c| [c.share_of_spend, c.share_of_effect]).fold(0.0, f64::max);
    let x = Axis::new((0.0, high), (LEFT, RIGHT));
    let bottom = TOP + ROW * all.len() as f64;
    let bar = |class: &str, y: f64, share: f64| {
        html! { rect class=(class) x=(n(LEFT)) y=(n(y)) width=(n(x.within(share) - LEFT)) height="10" {} }
    };
    let chart = html! {
        (line("axis", (LEFT, TOP), (LEFT, bottom)))
        @for (i, (c, name)) in all.iter().zip(names(all.iter().map(|c| c.name.as_str()))).enumerate() {
            @let y = TOP + ROW * i as f64 + 5.0;
            g {
                title { (format!("{}: {} of the spend, {} of the effect", clean(&c.name), percent(c.share_of_spend), percent(c.share_of_effect))) }
                (text("name", (LEFT - 10.0, y + 15.0), "end", &name))
                (bar("grey", y, c.share_of_spend))
                (bar("accent", y + 11.0, c.share_of_effect))
                (text("tick", (x.within(c.share_of_spend) + 5.0, y + 9.0), "start", &percent(c.share_of_spend)))
                (text("value", (x.within(c.share_of_effect) + 5.0, y + 21.0), "start", &percent(c.share_of_effect)))
            }
        }
    };
    let key = html! { ul.key aria-hidden="true" {
        li { span.swatch.s-grey {} "share of spend" } li { span.swatch.s-accent {} "share of effect" }
    } };
    let says = "Of all that is spent on media, and of all that media brought, by means: with intervals as wide as those of \
                the returns a few points of difference are none.";
    let drawn = svg("Share of spend against share of effect", (WIDTH, bottom + 4.0), chart);
    figure("Does the money go where the effect is?", says, html! { (drawn) (key) })
}

/// The return by correlation against what is caused of it.
pub(super) fn causal(view: View<'_>) -> Markup {
    const ROW: f64 = 30.0;
    let rows: Vec<_> = view
        .sorted()
        .into_iter()
        .filter_map(|c| Some((c, c.causal_gap.as_ref()?, c.roi?, c.causal_gap.as_ref()?.roi_by_correlation?)))
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    let ends = rows.iter().flat_map(|(_, _, roi, by)| [roi.mean, by.mean, roi.q95]);
    let x = Axis::new((0.0, ends.fold(0.0, f64::max) * 1.02), (LEFT, RIGHT));
    let bottom = TOP + ROW * rows.len() as f64;
    let chart = html! {
        (columns(&x, (TOP, bottom), &|v| view.rate(v)))
        @for (i, ((c, gap, roi, by), name)) in rows.iter().zip(names(rows.iter().map(|r| r.0.name.as_str()))).enumerate() {
            @let y = TOP + ROW * (i as f64 + 0.5);
            (text("name", (LEFT - 10.0, y - 1.0), "end", &name))
            @if gap.tested || gap.doubted {
                (text("tick", (LEFT - 10.0, y + 12.0), "end", if gap.tested { "tested" } else { "in doubt" }))
            }
            g.roi {
                title { (format!("{}: {} by correlation, {} caused", clean(&c.name), view.rate(by.mean), view.rates(roi))) }
                (line("bar", (x.within(roi.q05), y), (x.within(roi.q95), y)))
                circle class="hollow" cx=(n(x.within(by.mean))) cy=(n(y)) r="4.5" {}
                circle class="dot" cx=(n(x.within(roi.mean))) cy=(n(y)) r="4.5" {}
            }
            (text("value", (WIDTH - 4.0, y + 4.0), "end", &view.rate(roi.mean)))
        }
    };
    let key = html! { ul.key aria-hidden="true" {
        li { span.swatch.s-hollow {} "by correlation" } li { span.swatch.s-roi {} "caused" }
    } };
    let says = "How the outcome moves with a channel, and what the channel is believed to cause of it. The difference is \
                demand that would have come anyway, as far as tests and experience tell.";
    let drawn = svg("Return by correlation and as caused", (WIDTH, bottom + 24.0), chart);
    figure("How much of it is cause?", says, html! { (drawn) (key) })
}
