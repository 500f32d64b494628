//! The outcome over time: what the model has of it, and what media added.

use maud::{Markup, html};

use super::view::View;
use crate::posterior::Period;
use crate::show::frame::figure;
use crate::show::frame::svg::{Axis, WIDTH, area, levels, n, path, svg};
use crate::show::frame::time::{dates, hover};
use crate::words::numbers::clean;

const LEFT: f64 = 64.0;
const RIGHT: f64 = WIDTH - 8.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 208.0;
const HEIGHT: f64 = 236.0;
/// Layers of a stack that the eye can tell apart; the last one holds the rest.
pub(super) const LAYERS: usize = 7;

/// Observed against fitted, with the predictive interval.
pub(super) fn outcome(view: View<'_>) -> Markup {
    let history = &view.fit.history;
    if history.len() < 2 {
        return html! {};
    }
    let values =
        || history.iter().flat_map(|p| [Some(p.fitted_q05), Some(p.fitted_q95), p.outcome]).flatten();
    let (low, high) = values().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
    // A little air below, and nothing below zero that never was there.
    let floor = low - 0.08 * (high - low);
    let y = Axis::new((if low >= 0.0 { floor.max(0.0) } else { floor }, high), (BOTTOM, TOP));
    let x = time(history);
    let along = |f: &dyn Fn(&Period) -> f64| -> Vec<(f64, f64)> {
        history.iter().enumerate().map(|(i, p)| (x.at(i as f64), y.at(f(p)))).collect()
    };
    let held_out = history.iter().position(|p| p.held_out);
    let chart = html! {
        @if let Some(first) = held_out {
            rect.shade x=(n(x.at(first as f64 - 0.5))) y=(n(TOP)) width=(n(RIGHT - x.at(first as f64 - 0.5))) height=(n(BOTTOM - TOP)) {}
        }
        (levels(&y, (LEFT, RIGHT), &|v| view.outcome(v)))
        (dates(&days(history), &x, (LEFT, RIGHT), BOTTOM))
        path.band d=(area(&along(&|p| p.fitted_q95), &along(&|p| p.fitted_q05))) {}
        @for piece in observed(history, &x, &y) { path.observed d=(path(&piece)) {} }
        path.fitted d=(path(&along(&|p| p.fitted_mean))) {}
        (hover(history.len(), &x, (TOP, BOTTOM), &|i| {
            let p = &history[i];
            let seen = p.outcome.map_or("not known".into(), |v| view.outcome(v));
            format!("{}: observed {seen}, fitted {} ({} to {})", p.date, view.outcome(p.fitted_mean),
                view.outcome(p.fitted_q05), view.outcome(p.fitted_q95))
        }))
    };
    let cut = if y.low > 0.0 { " The axis does not begin at zero." } else { "" };
    let outside = if held_out.is_some() { " The shaded part was kept out of the fit." } else { "" };
    let says = format!("What was observed of {}, and what the model makes of it.{cut}{outside}", view.name());
    let key = html! {
        ul.key aria-hidden="true" {
            li { span.swatch.s-observed {} "observed" }
            li { span.swatch.s-fitted {} "model" }
            li { span.swatch.s-band {} "its 90 % interval" }
        }
    };
    let title = format!("{} over time, observed and fitted", view.name());
    figure("Does the model follow the outcome?", &says, html! { (svg(&title, (WIDTH, HEIGHT), chart)) (key) })
}

/// What each channel added, stacked.
pub(super) fn contributions(view: View<'_>) -> Markup {
    let history = &view.fit.history;
    let order = view.by_effect();
    if history.len() < 2 || order.is_empty() {
        return html! {};
    }
    let layers: Vec<&[usize]> = if order.len() > LAYERS {
        order[..LAYERS - 1].chunks(1).chain([&order[LAYERS - 1..]]).collect()
    } else {
        order.chunks(1).collect()
    };
    let name = |layer: &&[usize]| match layer {
        [one] => clean(&view.fit.channels[*one].name),
        many => format!("{} others", many.len()),
    };
    let value = |p: &Period, layer: &[usize]| layer.iter().filter_map(|c| p.channels.get(*c)).sum::<f64>();
    let mut below = vec![0.0; history.len()];
    let mut edges = vec![below.clone()];
    for layer in &layers {
        below.iter_mut().zip(history).for_each(|(sum, p)| *sum += value(p, layer));
        edges.push(below.clone());
    }
    let y = Axis::new((0.0, below.iter().copied().fold(0.0, f64::max)), (BOTTOM, TOP));
    let x = time(history);
    let edge = |k: usize| -> Vec<(f64, f64)> {
        edges[k].iter().enumerate().map(|(i, v)| (x.at(i as f64), y.at(*v))).collect()
    };
    let chart = html! {
        (levels(&y, (LEFT, RIGHT), &|v| view.outcome(v)))
        (dates(&days(history), &x, (LEFT, RIGHT), BOTTOM))
        @for (k, layer) in layers.iter().enumerate() {
            path class=(format!("layer c{k}")) d=(area(&edge(k + 1), &edge(k))) { title { (name(layer)) } }
        }
        (hover(history.len(), &x, (TOP, BOTTOM), &|i| {
            let p = &history[i];
            let parts: Vec<String> =
                layers.iter().map(|l| format!("{} {}", name(l), view.outcome(value(p, l)))).collect();
            format!("{}: {}", p.date, parts.join(", "))
        }))
    };
    let key = html! {
        ul.key { @for (k, layer) in layers.iter().enumerate() {
            li { span class=(format!("swatch f{k}")) {} (name(layer)) }
        } }
    };
    let title = format!("{} that media brought over time, by channel", view.name());
    let says = format!(
        "What each channel brought of {}, carry-over included: means, whose intervals are as wide as those of the returns.",
        view.name()
    );
    figure("What did media add, and when?", &says, html! { (svg(&title, (WIDTH, HEIGHT), chart)) (key) })
}

fn days(history: &[Period]) -> Vec<chrono::NaiveDate> {
    history.iter().map(|p| p.date).collect()
}

fn time(history: &[Period]) -> Axis {
    Axis::new((0.0, (history.len() - 1) as f64), (LEFT, RIGHT))
}

/// The observed outcome where it is known, piece by piece.
fn observed(history: &[Period], x: &Axis, y: &Axis) -> Vec<Vec<(f64, f64)>> {
    let mut pieces = vec![Vec::new()];
    for (i, period) in history.iter().enumerate() {
        match (period.outcome, pieces.last_mut()) {
            (Some(value), Some(piece)) => piece.push((x.at(i as f64), y.at(value))),
            (None, Some(piece)) if !piece.is_empty() => pieces.push(Vec::new()),
            _ => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}
