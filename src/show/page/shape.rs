//! How each channel works: diminishing returns and carry-over.

use maud::{Markup, html};

use super::returns::names;
use super::view::View;
use crate::planning::ScenarioKind;
use crate::report::ResponseCurve;
use crate::show::frame::figure;
use crate::show::frame::svg::{Axis, WIDTH, area, columns, levels, line, n, path, svg, text};
use crate::show::shorten::shorten_all;
use crate::words::numbers::{clean, percent};

/// A curve is a third of a page wide.
const WIDE: f64 = 300.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = WIDE - 12.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 158.0;
const HEIGHT: f64 = 196.0;

/// A curve a channel, with today and the plan.
pub(super) fn curves(view: View<'_>) -> Markup {
    let by_effect = view.by_effect();
    let all: Vec<&ResponseCurve> =
        by_effect.iter().filter_map(|c| view.fit.response_curves.get(*c)).collect();
    if all.is_empty() {
        return html! {};
    }
    html! {
        figure.whole {
            figcaption {
                h3 { "What would more, or less, spend bring?" }
                p {
                    "Outcome that a channel brings " (view.page.span.words) " against its spend, with the 90 % interval. "
                    "The dot is today"
                    @if planned(view, None).is_some() { ", the diamond the plan of today's budget" }
                    ". In the shaded part more than 5 % of the spend lies above the largest period in the data: there the \
                     curve is a guess."
                }
            }
            div.thirds { @for curve in all { (one(view, curve)) } }
        }
    }
}

/// What a plan of today's budget gives a channel, as a multiple of today; of any channel where none is named.
fn planned(view: View<'_>, channel: Option<&str>) -> Option<f64> {
    let plan = view.fit.scenarios.iter().find(|s| s.kind == ScenarioKind::OptimalSameBudget)?;
    let moves = |p: &&crate::planning::ChannelPlan| (p.proposed - p.current).abs() > 0.005 * p.current;
    let found = plan.allocation.iter().filter(moves).find(|p| channel.is_none_or(|c| p.channel == c))?;
    (view.page.verdict != crate::diagnostics::Verdict::Fail && found.current > 0.0)
        .then(|| found.proposed / found.current)
}

fn one(view: View<'_>, curve: &ResponseCurve) -> Markup {
    let factor = view.page.span.factor;
    let multipliers = &curve.spend_multiplier;
    let furthest = multipliers.last().copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);
    let band = &curve.incremental_outcome;
    let scaled = |values: &[f64]| -> Vec<f64> { values.iter().map(|v| v * factor).collect() };
    let (mean, low, high) = (scaled(&band.mean), scaled(&band.q05), scaled(&band.q95));
    let is_paid = curve.current_spend > 0.0;
    let unit = if is_paid { curve.current_spend * factor } else { 1.0 };
    let x = Axis::new((0.0, furthest * unit), (LEFT, RIGHT));
    let y = Axis::new((0.0, high.iter().chain(&mean).copied().fold(0.0, f64::max)), (BOTTOM, TOP));
    let points = |values: &[f64]| -> Vec<(f64, f64)> {
        multipliers.iter().zip(values).map(|(m, v)| (x.at(m * unit), y.at(*v))).collect()
    };
    let name = shorten_all(&[clean(&curve.channel)], 26).concat();
    let channel = view.fit.channels.iter().find(|c| c.name == curve.channel);
    let next = channel.and_then(|c| c.marginal_roi);
    let format = |v: f64| if is_paid { view.spend(v) } else { format!("{v}×") };
    let place = |m: f64| (x.at(m * unit), y.at(at(multipliers, &mean, m)));
    let plan = planned(view, Some(&curve.channel)).filter(|m| *m <= furthest);
    let body = html! {
        (text("name", (2.0, 14.0), "start", &name))
        @if let Some(seen) = curve.observed_max_multiplier.filter(|s| *s < furthest) {
            @let from = x.at(seen.max(0.0) * unit);
            rect.shade x=(n(from)) y=(n(TOP)) width=(n(RIGHT - from)) height=(n(BOTTOM - TOP)) {}
        }
        (levels(&y, (LEFT, RIGHT), &|v| view.outcome(v)))
        (columns(&x, (TOP, BOTTOM), &format))
        path.band d=(area(&points(&high), &points(&low))) {}
        path.fitted d=(path(&points(&mean))) {}
        @if let Some(m) = plan {
            @let (px, py) = place(m);
            path.diamond d=(path(&[(px, py - 6.0), (px + 6.0, py), (px, py + 6.0), (px - 6.0, py)])) {
                title { (format!("plan: {}", format(m * unit))) }
            }
        }
        @let (tx, ty) = place(1.0);
        circle class="dot" cx=(n(tx)) cy=(n(ty)) r="4.5" {
            title { (format!("today: {} brings {}", format(unit), view.outcome(at(multipliers, &mean, 1.0)))) }
        }
        (text("tick", (0.5 * (LEFT + RIGHT), BOTTOM + 32.0), "middle", if is_paid { "spend" } else { "exposure, times today's" }))
    };
    html! {
        div {
            (svg(&format!("Response curve of {}", clean(&curve.channel)), (WIDE, HEIGHT), body))
            @if let Some(next) = next { p.under { "Next unit returns " (view.rates(&next)) (view.per_words()) } }
        }
    }
}

/// A curve between its points.
fn at(xs: &[f64], ys: &[f64], x: f64) -> f64 {
    let after = xs.iter().position(|known| *known >= x).unwrap_or(xs.len().saturating_sub(1));
    let before = after.saturating_sub(1);
    let (Some(x0), Some(x1), Some(y0), Some(y1)) =
        (xs.get(before), xs.get(after), ys.get(before), ys.get(after))
    else {
        return 0.0;
    };
    if x1 > x0 { y0 + (x - x0) / (x1 - x0) * (y1 - y0) } else { *y1 }
}

/// When the effect of a spend comes.
pub(super) fn carry_over(view: View<'_>) -> Markup {
    const ROW: f64 = 40.0;
    const FROM: f64 = 118.0;
    const TO: f64 = WIDTH - 118.0;
    let order = view.by_effect();
    let rows: Vec<_> = order
        .iter()
        .filter_map(|c| Some((view.fit.channels.get(*c)?, view.page.channels.get(*c)?)))
        .collect();
    let lags = rows.iter().map(|(_, p)| p.carry_over.len()).max().unwrap_or(0);
    if lags < 2 {
        return html! {};
    }
    let width = (TO - FROM) / lags as f64;
    let bottom = 4.0 + ROW * rows.len() as f64;
    let period = view.fit.run.data.interval().count(1).trim_start_matches("1 ").to_owned();
    let chart = html! {
        @for (i, ((c, p), name)) in rows.iter().zip(names(rows.iter().map(|r| r.0.name.as_str()))).enumerate() {
            @let y = 4.0 + ROW * (i as f64 + 1.0) - 6.0;
            (text("name", (FROM - 10.0, y - 4.0), "end", &name))
            (line("axis", (FROM, y), (TO, y)))
            @for (lag, share) in p.carry_over.iter().enumerate() {
                @let height = (ROW - 10.0) * share.clamp(0.0, 1.0);
                rect.accent x=(n(FROM + width * lag as f64 + 1.0)) y=(n(y - height)) width=(n(width - 2.0)) height=(n(height)) {
                    title { (format!("{}: {} of the effect {lag} {period}s after the spend", clean(&c.name), percent(*share))) }
                }
            }
            @if let Some(half) = c.adstock.half_life_weeks {
                (text("value", (TO + 10.0, y - 12.0), "start", &format!("half in {:.1} wk", half.mean)))
                (text("tick", (TO + 10.0, y + 1.0), "start", &format!("{:.1} to {:.1}", half.q05, half.q95)))
            }
        }
        @for lag in (0..lags).step_by(4) {
            (text("tick", (FROM + width * (lag as f64 + 0.5), bottom + 10.0), "middle", &lag.to_string()))
        }
        (text("tick", (0.5 * (FROM + TO), bottom + 25.0), "middle", &format!("{period}s after the spend")))
    };
    let says =
        format!("Share of the effect of a spend that comes in the same {period} and in each one after it.");
    let drawn = svg("Carry-over by channel", (WIDTH, bottom + 30.0), chart);
    figure("How long does it last?", &says, drawn)
}
