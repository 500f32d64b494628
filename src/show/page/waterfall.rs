//! From what would have come without media to the total.

use maud::{Markup, html};

use super::returns::names;
use super::view::View;
use crate::posterior::Period;
use crate::show::frame::figure;
use crate::show::frame::svg::{Axis, WIDTH, columns, line, n, svg, text};
use crate::words::numbers::{clean, percent};

const LEFT: f64 = 136.0;
/// Room for the share of the total.
const SHARE: f64 = 44.0;
/// Width of a digit of an amount.
const DIGIT: f64 = 7.8;
const TOP: f64 = 6.0;
const ROW: f64 = 25.0;
/// Channels drawn one by one.
const CHANNELS: usize = 9;
/// A step below this share of the total is not drawn.
const NOTHING: f64 = 5e-4;

/// A step, over the span.
struct Step {
    name: String,
    amount: f64,
    class: &'static str,
    /// Whether it begins at zero.
    is_total: bool,
}

/// The steps of the fitted window, brought to the span.
fn steps(view: View<'_>) -> Vec<Step> {
    let factor = view.page.span.factor;
    let fitted = || view.fit.history.iter().filter(|p| p.outcome.is_some() && !p.held_out);
    let sum = |f: &dyn Fn(&Period) -> f64| factor * fitted().map(f).sum::<f64>();
    let total = sum(&|p| p.outcome.unwrap_or_default());
    let step = |name: &str, amount: f64, class| Step { name: name.into(), amount, class, is_total: false };
    let mut steps = vec![
        Step { name: "level and trend".into(), amount: sum(&|p| p.trend), class: "grey", is_total: true },
        step("season", sum(&|p| p.seasonality), "grey"),
        step("controls", sum(&|p| p.controls), "grey"),
        step("demand captured", sum(&|p| p.demand_captured), "captured"),
    ];
    let order = view.by_effect();
    let (shown, others) = order.split_at(order.len().min(CHANNELS));
    let of = |c: usize| sum(&|p| p.channels.get(c).copied().unwrap_or_default());
    steps.extend(shown.iter().map(|c| step(&clean(&view.fit.channels[*c].name), of(*c), "accent")));
    if !others.is_empty() {
        steps.push(step(&format!("{} others", others.len()), others.iter().map(|c| of(*c)).sum(), "accent"));
    }
    let explained: f64 = steps.iter().map(|s| s.amount).sum();
    steps.push(step("not explained", total - explained, "grey"));
    steps.retain(|s| s.amount.abs() > NOTHING * total.abs());
    steps.push(Step { name: view.name(), amount: total, class: "dark", is_total: true });
    steps
}

/// Baseline, demand captured, each channel, total.
pub(super) fn waterfall(view: View<'_>) -> Markup {
    if view.fit.history.is_empty() {
        return html! {};
    }
    let steps = steps(view);
    let mut level = 0.0;
    let mut bars = Vec::new();
    for step in &steps {
        let from = if step.is_total { 0.0 } else { level };
        level = from + step.amount;
        bars.push((from.min(level), from.max(level)));
    }
    let low = bars.iter().map(|b| b.0).fold(0.0, f64::min);
    let high = bars.iter().map(|b| b.1).fold(0.0, f64::max);
    let amounts: Vec<String> = steps.iter().map(|s| view.outcome(s.amount)).collect();
    let longest = amounts.iter().map(|a| a.chars().count()).max().unwrap_or(0);
    let x = Axis::new((low, high), (LEFT, WIDTH - SHARE - DIGIT * longest as f64 - 10.0));
    let bottom = TOP + ROW * steps.len() as f64;
    let total = steps.last().map_or(1.0, |s| s.amount);
    let labels = names(steps.iter().map(|s| s.name.as_str()));
    let chart = html! {
        (columns(&x, (TOP, bottom), &|v| view.outcome(v)))
        @for (i, ((step, bar), label)) in steps.iter().zip(&bars).zip(labels).enumerate() {
            @let y = TOP + ROW * i as f64;
            g {
                title { (format!("{}: {}, {} of the total", step.name, view.outcome(step.amount), percent(step.amount / total))) }
                (text("name", (LEFT - 10.0, y + 17.0), "end", &label))
                rect class=(step.class) x=(n(x.at(bar.0))) y=(n(y + 4.0)) width=(n((x.at(bar.1) - x.at(bar.0)).max(1.5))) height=(n(ROW - 8.0)) {}
                @if i + 1 < steps.len() {
                    @let end = if step.amount < 0.0 { bar.0 } else { bar.1 };
                    (line("join", (x.at(end), y + ROW - 4.0), (x.at(end), y + ROW + 4.0)))
                }
                (text("value", (WIDTH - SHARE, y + 17.0), "end", &amounts[i]))
                (text("tick", (WIDTH - 4.0, y + 17.0), "end", &percent(step.amount / total)))
            }
        }
    };
    let captured = if steps.iter().any(|s| s.class == "captured") {
        " Demand captured is what moves with channels and would have come anyway; it is no effect of media."
    } else {
        ""
    };
    let says = format!(
        "What makes up {} {}: what would have come without media in grey, what media brought in colour.{captured}",
        view.name(),
        view.page.span.words
    );
    let drawn = svg("From the baseline to the total", (WIDTH, bottom + 24.0), chart);
    figure("Where does it come from?", &says, drawn)
}
