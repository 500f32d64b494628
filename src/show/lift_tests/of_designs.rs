//! The pictures of designs: what the first can find, and which are worth their price.

use maud::{Markup, html};

use crate::show::frame::figure;
use crate::show::frame::svg::{Axis, WIDTH, columns, levels, line, n, path, svg, text};
use crate::show::shorten::shorten_all;
use crate::test_design::DesignReport;
use crate::words::numbers::{amount, clean, percent};

/// Inner drawing area of the power curve.
const LEFT: f64 = 64.0;
const RIGHT: f64 = WIDTH - 8.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 208.0;
/// Designs drawn, the best.
const DESIGNS: usize = 7;

/// Probability of a significant reading against the size of the true lift.
pub(super) fn power(report: &DesignReport) -> Markup {
    let design = &report.designs[0];
    let curve = &report.best.power_curve;
    let furthest = curve.last().map_or(1.0, |p| p.lift.max(f64::MIN_POSITIVE));
    let x = Axis::new((0.0, furthest), (LEFT - 8.0, RIGHT));
    let y = Axis::new((0.0, 1.0), (BOTTOM, TOP));
    let ends = [design.lift.q05.abs(), design.lift.q95.abs()];
    let crosses = design.lift.q05 < 0.0 && design.lift.q95 > 0.0;
    let from = if crosses { 0.0 } else { ends[0].min(ends[1]) };
    let (from, to) = (x.within(from), x.within(ends[0].max(ends[1])));
    let points: Vec<(f64, f64)> = curve.iter().map(|p| (x.within(p.lift), y.at(p.power))).collect();
    let chart = html! {
        rect.treated x=(n(from)) y=(n(TOP)) width=(n(to - from)) height=(n(BOTTOM - TOP)) {}
        (levels(&y, (LEFT - 8.0, RIGHT), &percent))
        (columns(&x, (TOP, BOTTOM), &amount))
        (line("even", (LEFT - 8.0, y.at(report.power)), (RIGHT, y.at(report.power))))
        path.fitted d=(path(&points)) {}
        @for (p, (px, py)) in curve.iter().zip(&points) {
            circle.touch cx=(n(*px)) cy=(n(*py)) r="6" {
                title { (format!("a true lift of {} is found with probability {}", amount(p.lift), percent(p.power))) }
            }
        }
        circle.dot cx=(n(x.within(design.mde))) cy=(n(y.at(report.power))) r="4.5" {
            title { (format!("{} is found with probability {}", amount(design.mde), percent(report.power))) }
        }
        (text("tick", (0.5 * (LEFT + RIGHT), BOTTOM + 32.0), "middle", "size of the true lift"))
    };
    let says = format!(
        "Probability that the reading differs from nothing, at a level of {}, by the size of the true lift. Shaded: where \
         90 % of what is believed of the lift lies. Dot: {}, found with probability {}.",
        percent(report.alpha),
        amount(design.mde),
        percent(report.power)
    );
    figure(
        "What can it find?",
        &says,
        svg("Probability of finding a lift, by its size", (WIDTH, 246.0), chart),
    )
}

/// What the best designs are worth, and what they forgo.
pub(super) fn worth_and_cost(report: &DesignReport) -> Markup {
    const ROW: f64 = 30.0;
    const FROM: f64 = 168.0;
    let shown: Vec<_> = report.designs.iter().take(DESIGNS).collect();
    if shown.len() < 2 {
        return html! {};
    }
    let high = shown.iter().flat_map(|d| [d.value, d.counted_cost()]).fold(0.0, f64::max);
    let x = Axis::new((0.0, high), (FROM, WIDTH - 56.0));
    let bottom = 4.0 + ROW * shown.len() as f64;
    let names = shorten_all(&shown.iter().map(|d| clean(&d.channel)).collect::<Vec<_>>(), 12);
    let bar = |class: &str, y: f64, value: f64| {
        html! { rect class=(class) x=(n(FROM)) y=(n(y)) width=(n((x.within(value) - FROM).max(0.5))) height="9" {} }
    };
    let chart = html! {
        (line("axis", (FROM, 4.0), (FROM, bottom)))
        @for (i, (design, name)) in shown.iter().zip(names).enumerate() {
            @let y = 4.0 + ROW * i as f64 + 4.0;
            @let (value, cost) = (design.value, design.counted_cost());
            g {
                title { (format!("{} {}: worth {}, forgoes {}", clean(&design.channel), design.kind.name(), amount(value), amount(cost))) }
                (text("name", (FROM - 10.0, y + 14.0), "end", &format!("{name} {}", design.kind.name())))
                (bar("accent", y, value))
                (bar("grey", y + 10.0, cost))
                (text("value", (x.within(value) + 5.0, y + 8.5), "start", &amount(value)))
                (text("tick", (x.within(cost) + 5.0, y + 19.5), "start", &amount(cost)))
            }
        }
    };
    let key = html! { ul.key aria-hidden="true" {
        li { span.swatch.s-accent {} "worth" } li { span.swatch.s-grey {} "forgone on balance" }
    } };
    let says = format!(
        "What knowing the result is worth to the plan over {:.0} weeks, and what the test forgoes, by what the fit believes \
         today.",
        report.horizon_weeks
    );
    let drawn = svg("Worth and cost of the best tests", (WIDTH, bottom + 4.0), chart);
    figure("Which tests are worth their price?", &says, html! { (drawn) (key) })
}
