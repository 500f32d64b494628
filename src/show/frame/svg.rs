//! What all charts are drawn with: axes, ticks, paths.

use maud::{Markup, html};

/// Width of a chart in its own units, about that of half a page on a desktop.
pub(in crate::show) const WIDTH: f64 = 460.0;

/// A scale from values to places.
#[derive(Debug, Clone, Copy)]
pub(in crate::show) struct Axis {
    pub low: f64,
    pub high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// From `low` to `high`, at least a little, drawn between two places.
    pub(in crate::show) fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Axis {
        let high = if high > low { high } else { low + low.abs().max(1.0) };
        Axis { low, high, from, to }
    }

    /// The place of a value.
    pub(in crate::show) fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// The same within the axis.
    pub(in crate::show) fn within(&self, value: f64) -> f64 {
        self.at(value.clamp(self.low, self.high))
    }

    /// Round values, about `n` of them: steps of 1, 2 or 5 times a power of ten.
    pub(in crate::show) fn ticks(&self, n: usize) -> Vec<f64> {
        let rough = (self.high - self.low) / n.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    }
}

/// A coordinate, to a tenth of a unit.
pub(in crate::show) fn n(x: f64) -> String {
    let text = format!("{x:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A line through points.
pub(in crate::show) fn path(points: &[(f64, f64)]) -> String {
    let one =
        |(i, (x, y)): (usize, &(f64, f64))| format!("{}{} {}", if i == 0 { "M" } else { "L" }, n(*x), n(*y));
    points.iter().enumerate().map(one).collect()
}

/// The area between two lines over the same places.
pub(in crate::show) fn area(upper: &[(f64, f64)], lower: &[(f64, f64)]) -> String {
    let around: Vec<(f64, f64)> = upper.iter().chain(lower.iter().rev()).copied().collect();
    path(&around) + "Z"
}

/// A drawing with its title, which is read aloud in its place.
pub(in crate::show) fn svg(title: &str, (width, height): (f64, f64), body: Markup) -> Markup {
    let view = format!("0 0 {} {}", n(width), n(height));
    html! {
        svg viewBox=(view) role="img" aria-label=(title) xmlns="http://www.w3.org/2000/svg" {
            title { (title) }
            (body)
        }
    }
}

pub(in crate::show) fn line(class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Markup {
    html! { line class=(class) x1=(n(x1)) y1=(n(y1)) x2=(n(x2)) y2=(n(y2)) {} }
}

pub(in crate::show) fn text(class: &str, (x, y): (f64, f64), anchor: &str, content: &str) -> Markup {
    html! { text class=(class) x=(n(x)) y=(n(y)) text-anchor=(anchor) { (content) } }
}

/// Lines across the drawing at round values, each with its value to the left.
pub(in crate::show) fn levels(
    axis: &Axis,
    (left, right): (f64, f64),
    format: &dyn Fn(f64) -> String,
) -> Markup {
    html! {
        @for tick in axis.ticks(4) {
            (line("grid", (left, axis.at(tick)), (right, axis.at(tick))))
            (text("tick", (left - 6.0, axis.at(tick) + 4.0), "end", &trimmed(&format(tick))))
        }
    }
}

/// Lines down the drawing at round values, each with its value below; values that would touch are left out.
pub(in crate::show) fn columns(
    axis: &Axis,
    (top, bottom): (f64, f64),
    format: &dyn Fn(f64) -> String,
) -> Markup {
    /// Width of a digit.
    const DIGIT: f64 = 7.0;
    let mut end = f64::NEG_INFINITY;
    let ticks = axis.ticks(4).into_iter().map(|tick| {
        let (label, x) = (trimmed(&format(tick)), axis.at(tick));
        let half = 0.5 * DIGIT * label.chars().count() as f64;
        let fits = x - half > end;
        end = if fits { x + half + DIGIT } else { end };
        (x, fits.then_some(label))
    });
    html! {
        @for (x, label) in ticks {
            (line("grid", (x, top), (x, bottom)))
            @if let Some(label) = label { (text("tick", (x, bottom + 15.0), "middle", &label)) }
        }
    }
}

/// A label without the zeros that end its decimals: `€3.50M` is `€3.5M` on an axis.
fn trimmed(label: &str) -> String {
    let Some((whole, rest)) = label.split_once('.') else { return label.to_owned() };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, unit) = rest.split_at(end);
    match digits.trim_end_matches('0') {
        "" => format!("{whole}{unit}"),
        digits => format!("{whole}.{digits}{unit}"),
    }
}

/// A mean with its 90 % interval on a row; `class` says which quantity it is.
pub(in crate::show) fn interval(
    class: &str,
    axis: &Axis,
    y: f64,
    (low, mean, high): (f64, f64, f64),
    says: &str,
) -> Markup {
    html! {
        g class=(class) {
            title { (says) }
            (line("bar", (axis.within(low), y), (axis.within(high), y)))
            circle class="dot" cx=(n(axis.within(mean))) cy=(n(y)) r="4.5" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within_the_axis() {
        let ticks = |low: f64, high: f64| Axis::new((low, high), (0.0, 100.0)).ticks(4);
        assert_eq!(ticks(0.0, 2.9), [0.0, 1.0, 2.0]);
        assert_eq!(ticks(0.0, 0.35), [0.0, 0.1, 0.2, 0.30000000000000004]);
        assert_eq!(ticks(-3e5, 8e5), [-0.0, 5e5]);
        assert_eq!(Axis::new((2.0, 2.0), (0.0, 10.0)).at(2.0), 0.0);
    }

    #[test]
    fn labels_of_an_axis_are_short() {
        let short = ["€3.50M", "€3.00M", "100K", "0.050", "−CHF\u{a0}1.20K"].map(trimmed);
        assert_eq!(short, ["€3.5M", "€3M", "100K", "0.05", "−CHF\u{a0}1.2K"]);
    }

    #[test]
    fn an_area_is_closed_over_its_lower_edge() {
        assert_eq!(area(&[(0.0, 1.0), (2.0, 1.25)], &[(0.0, 5.0), (2.0, 6.0)]), "M0 1L2 1.2L2 6L0 5Z");
    }
}
