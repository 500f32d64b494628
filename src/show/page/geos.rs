//! Returns by geo.

use maud::{Markup, html};

use super::view::View;
use crate::report::{ChannelReport, GeoReport};
use crate::show::frame::svg::{Axis, columns, interval, line, svg, text};
use crate::show::shorten::shorten_all;
use crate::words::numbers::clean;

/// Geos drawn, those with the most spend.
const MOST: usize = 12;
const WIDE: f64 = 300.0;

/// A panel's returns, a drawing a channel.
pub(super) fn by_geo(view: View<'_>) -> Option<Markup> {
    let channels: Vec<(&ChannelReport, Vec<&GeoReport>)> =
        view.sorted().into_iter().map(|c| (c, shown(c))).filter(|(_, geos)| geos.len() > 1).collect();
    if channels.is_empty() {
        return None;
    }
    let n = view.fit.run.data.geos;
    let which = if n > MOST {
        format!("The {MOST} of {n} geos with the most spend")
    } else {
        format!("All {n} geos")
    };
    Some(html! {
        figure.whole {
            figcaption {
                h3 { "Where does it return most?" }
                p { (which) ", the largest first: return on spend" (view.per_words()) " with its 90 % interval. Geos borrow strength from each \
                    other, so that small ones lie near the mean. The line is the return of the whole market." }
            }
            div.thirds { @for (channel, geos) in &channels { (one(view, channel, geos)) } }
        }
    })
}

fn shown(channel: &ChannelReport) -> Vec<&GeoReport> {
    let mut geos: Vec<&GeoReport> = channel.by_geo.iter().filter(|g| g.roi.is_some()).collect();
    geos.sort_by(|a, b| b.spend.total_cmp(&a.spend));
    geos.truncate(MOST);
    geos
}

fn one(view: View<'_>, channel: &ChannelReport, geos: &[&GeoReport]) -> Markup {
    const ROW: f64 = 17.0;
    const TOP: f64 = 24.0;
    const LEFT: f64 = 86.0;
    let returns = || geos.iter().filter_map(|g| g.roi);
    let low = returns().map(|r| r.q05).fold(0.0, f64::min);
    let high = returns().map(|r| r.q95).fold(0.0, f64::max);
    let x = Axis::new((low, high * 1.02), (LEFT, WIDE - 40.0));
    let bottom = TOP + ROW * geos.len() as f64;
    let names = shorten_all(&geos.iter().map(|g| clean(&g.geo)).collect::<Vec<_>>(), 11);
    let title = shorten_all(&[clean(&channel.name)], 26).concat();
    let body = html! {
        (text("name", (2.0, 14.0), "start", &title))
        (columns(&x, (TOP, bottom), &|v| view.rate(v)))
        @if let Some(all) = channel.roi { (line("even", (x.within(all.mean), TOP), (x.within(all.mean), bottom))) }
        @for (i, (geo, name)) in geos.iter().zip(names).enumerate() {
            @let y = TOP + ROW * (i as f64 + 0.5);
            (text("tick", (LEFT - 8.0, y + 4.0), "end", &name))
            @if let Some(r) = geo.roi {
                (interval("roi thin", &x, y, (r.q05, r.mean, r.q95), &format!("{}: {} for {} spent", clean(&geo.geo), view.rates(&r), view.spend(view.page.span.total(geo.spend)))))
                (text("tick", (WIDE - 2.0, y + 4.0), "end", &view.rate(r.mean)))
            }
        }
    };
    html! { div { (svg(&format!("Return of {} by geo", clean(&channel.name)), (WIDE, bottom + 22.0), body)) } }
}
