//! What hangs on the unseen, and whether the model forecasts, in pictures.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use maud::{Markup, html};

use super::returns::names;
use super::view::View;
use crate::diagnostics::Verdict;
use crate::report::{ForecastReport, ReliabilitySweep};
use crate::show::frame::figure;
use crate::show::frame::svg::{Axis, WIDTH, area, columns, interval, levels, line, n, path, svg, text};
use crate::show::frame::time::{dates, hover};
use crate::words::numbers::{clean, percent};

const LEFT: f64 = 64.0;
const RIGHT: f64 = WIDTH - 8.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 190.0;
/// Lines that the eye can tell apart.
const LINES: usize = 6;

/// Returns by how much an unseen driver would explain.
pub(super) fn unseen(view: View<'_>) -> Markup {
    let Some(found) = &view.fit.sensitivity else { return html! {} };
    let shown: Vec<_> =
        found.unseen.iter().filter(|c| c.reason.is_none() && !c.levels.is_empty()).take(LINES).collect();
    if shown.is_empty() {
        return html! {};
    }
    let furthest = shown.iter().flat_map(|c| &c.levels).map(|l| l.strength).fold(0.0, f64::max);
    let high = shown.iter().map(|c| c.roi).chain(view.break_even()).fold(0.0, f64::max);
    let low = shown.iter().flat_map(|c| &c.levels).map(|l| l.roi_if_overstated).fold(0.0, f64::min);
    let (x, y) =
        (Axis::new((0.0, furthest), (LEFT, RIGHT - 10.0)), Axis::new((low, 1.05 * high), (BOTTOM, TOP)));
    let chart = html! {
        (levels(&y, (LEFT, RIGHT), &|v| view.rate(v)))
        (columns(&x, (TOP, BOTTOM), &percent))
        @if let Some(even) = view.break_even() { (line("even", (LEFT, y.at(even)), (RIGHT, y.at(even)))) }
        @for (k, c) in shown.iter().enumerate() {
            @let points: Vec<(f64, f64)> = std::iter::once((0.0, c.roi))
                .chain(c.levels.iter().map(|l| (l.strength, l.roi_if_overstated))).collect();
            g class=(format!("l{k}")) {
                path d=(path(&points.iter().map(|(s, v)| (x.at(*s), y.at(*v))).collect::<Vec<_>>())) {}
                @for (strength, roi) in &points {
                    circle cx=(n(x.at(*strength))) cy=(n(y.at(*roi))) r="3" {
                        title { (format!("{}: {} at {}", clean(&c.channel), view.rate(*roi), percent(*strength))) }
                    }
                }
            }
        }
        (text("tick", (0.5 * (LEFT + RIGHT), BOTTOM + 32.0), "middle", "share that an unseen driver explains"))
    };
    let key = html! { ul.key { @for (k, c) in shown.iter().enumerate() {
        li { span class=(format!("swatch f{k}")) {} (clean(&c.channel)) }
    } } };
    let says = "What would be left of each return if something that no column shows explained this share of what is left of \
                both the spend and the outcome. Channels of which the data told little are left out: nothing moves an \
                assumption.";
    let drawn = svg("Return by the strength of an unseen driver", (WIDTH, BOTTOM + 38.0), chart);
    figure("What if something unseen drives both?", says, html! { (drawn) (key) })
}

/// Returns by how well a control is measured.
pub(super) fn reliability(view: View<'_>, sweep: &ReliabilitySweep) -> Markup {
    const FROM: f64 = 118.0;
    const ROW: f64 = 28.0;
    let told: Vec<_> = sweep.levels.iter().filter(|l| l.verdict != Verdict::Fail).collect();
    let Some(fit) = told.iter().find(|l| l.is_the_fit) else { return html! {} };
    if told.len() < 2 {
        return html! {};
    }
    let all = || told.iter().flat_map(|l| &l.channels).map(|c| c.roi);
    let low = fit.channels.iter().map(|c| c.roi.q05).chain(all().map(|r| r.mean)).fold(0.0, f64::min);
    let high = fit.channels.iter().map(|c| c.roi.q95).chain(all().map(|r| r.mean)).fold(0.0, f64::max);
    let x = Axis::new((low, high), (FROM, WIDTH - 12.0));
    let bottom = 6.0 + ROW * fit.channels.len() as f64;
    let chart = html! {
        (columns(&x, (6.0, bottom), &|v| view.rate(v)))
        @for (i, (c, name)) in fit.channels.iter().zip(names(fit.channels.iter().map(|c| c.name.as_str()))).enumerate() {
            @let y = 6.0 + ROW * (i as f64 + 0.5);
            (text("name", (FROM - 10.0, y + 4.0), "end", &name))
            (interval("roi", &x, y, (c.roi.q05, c.roi.mean, c.roi.q95), &format!("{}: {} in the fit", clean(&c.name), view.rates(&c.roi))))
            @for (level, other) in told.iter().filter(|l| !l.is_the_fit).filter_map(|l| Some((l, l.channels.get(i)?))) {
                circle class="hollow small" cx=(n(x.within(other.roi.mean))) cy=(n(y)) r="3.2" {
                    title { (format!("{}: {} at a reliability of {:.2}", clean(&c.name), view.rates(&other.roi), level.reliability)) }
                }
            }
        }
    };
    let key = html! { ul.key aria-hidden="true" {
        li { span.swatch.s-roi {} "the fit, 90 % interval" } li { span.swatch.s-next {} "refits" }
    } };
    let others: Vec<String> =
        told.iter().filter(|l| !l.is_the_fit).map(|l| format!("{:.2}", l.reliability)).collect();
    let control = clean(&sweep.control);
    let says = format!(
        "Return by channel as the fit has it, and the means of refits that take {} for the share of {control} that is no \
         error of measurement.",
        others.join(", ")
    );
    let drawn = svg(&format!("Return by the reliability of {control}"), (WIDTH, bottom + 24.0), chart);
    figure(&format!("What if {control} is measured otherwise?"), &says, html! { (drawn) (key) })
}

/// A period's sum over geos; the interval only of one market, as those of geos do not add up.
struct Day {
    date: NaiveDate,
    outcome: f64,
    mean: f64,
    ends: Option<(f64, f64)>,
}

fn days(forecasts: &[ForecastReport]) -> Vec<Vec<Day>> {
    let mut folds: BTreeMap<usize, BTreeMap<NaiveDate, Vec<&ForecastReport>>> = BTreeMap::new();
    for forecast in forecasts {
        folds.entry(forecast.fold).or_default().entry(forecast.date).or_default().push(forecast);
    }
    let day = |(date, cells): (NaiveDate, Vec<&ForecastReport>)| Day {
        date,
        outcome: cells.iter().map(|c| c.outcome).sum(),
        mean: cells.iter().map(|c| c.mean).sum(),
        ends: match cells[..] {
            [one] => Some((one.q05, one.q95)),
            _ => None,
        },
    };
    folds.into_values().map(|days| days.into_iter().map(day).collect()).collect()
}

/// What was forecast of unseen periods, and what came.
pub(super) fn forecasts(view: View<'_>) -> Markup {
    let Some(found) = &view.page.backtest else { return html! {} };
    let folds = days(&found.forecasts);
    let all: Vec<&Day> = folds.iter().flatten().collect();
    if all.len() < 2 {
        return html! {};
    }
    let values = || {
        all.iter().flat_map(|d| {
            [d.outcome, d.mean].into_iter().chain(d.ends.into_iter().flat_map(<[f64; 2]>::from))
        })
    };
    let (low, high) = values().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
    let air = 0.04 * (high - low);
    let y = Axis::new((low - air, high + air), (BOTTOM, TOP));
    let x = Axis::new((0.0, (all.len() - 1) as f64), (LEFT, RIGHT));
    let starts = folds.iter().scan(0, |next, fold| {
        let start = *next;
        *next += fold.len();
        Some(start)
    });
    let pieces: Vec<(usize, &Vec<Day>)> = starts.zip(&folds).collect();
    let along = |start: usize, fold: &[Day], f: &dyn Fn(&Day) -> f64| -> Vec<(f64, f64)> {
        fold.iter().enumerate().map(|(i, d)| (x.at((start + i) as f64), y.at(f(d)))).collect()
    };
    let chart = html! {
        (levels(&y, (LEFT, RIGHT), &|v| view.outcome(v)))
        (dates(&all.iter().map(|d| d.date).collect::<Vec<_>>(), &x, (LEFT, RIGHT), BOTTOM))
        @for (start, fold) in &pieces {
            @if *start > 0 {
                @let edge = x.at(*start as f64 - 0.5);
                (line("axis", (edge, TOP), (edge, BOTTOM)))
            }
            @if fold.iter().all(|d| d.ends.is_some()) {
                @let end = |f: fn((f64, f64)) -> f64| along(*start, fold, &|d: &Day| d.ends.map_or(d.mean, f));
                path.band d=(area(&end(|e| e.1), &end(|e| e.0))) {}
            }
            path.fitted d=(path(&along(*start, fold, &|d| d.mean))) {}
            @for (px, py) in along(*start, fold, &|d| d.outcome) { circle.seen cx=(n(px)) cy=(n(py)) r="2.4" {} }
        }
        (hover(all.len(), &x, (TOP, BOTTOM), &|i| {
            let d = all[i];
            let ends = d.ends.map_or(String::new(), |(a, b)| format!(" ({} to {})", view.outcome(a), view.outcome(b)));
            format!("{}: forecast {}{ends}, came {}", d.date, view.outcome(d.mean), view.outcome(d.outcome))
        }))
    };
    let has_band = all.iter().all(|d| d.ends.is_some());
    let key = html! { ul.key aria-hidden="true" {
        li { span.swatch.s-seen {} "what came" }
        li { span.swatch.s-fitted {} "forecast" }
        @if has_band { li { span.swatch.s-band {} "its 90 % interval" } }
    } };
    let says = "Each stretch was forecast by a model that had seen nothing of it nor of what came later, with its spend \
                given. The axis does not begin at zero. A good forecast is no proof of the returns.";
    let drawn = svg("Forecasts of unseen periods, and what came", (WIDTH, BOTTOM + 28.0), chart);
    figure("What was forecast, and what came?", says, html! { (drawn) (key) })
}
