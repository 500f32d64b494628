//! The report's charts as inline SVG.

use crate::posterior::Summary;
use crate::show::html::escape::escape;
use crate::show::shorten::shorten_all;
use crate::words::numbers::amount;

/// Left of the power curve, in SVG units.
const LEFT: f64 = 48.0;

/// Dots with 90 % intervals, one row each, on a common axis from 0 (or below, when a value is);
/// `mark` draws a dashed reference line.
pub(crate) fn interval_chart(
    title: &str,
    rows: &[(&str, Summary)],
    mark: Option<f64>,
    format: fn(f64) -> String,
) -> String {
    const NAMES: f64 = 180.0;
    const WIDTH: f64 = 520.0;
    const ROW: f64 = 26.0;
    let low = rows.iter().map(|(_, s)| s.q05.min(s.mean)).fold(0.0, f64::min);
    let high = rows.iter().map(|(_, s)| s.q95.max(s.mean)).chain(mark).fold(0.0, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let x = |v: f64| NAMES + (v - low) / span * WIDTH;
    let height = ROW * rows.len() as f64;
    let mut svg = open_svg("intervals", title, (800.0, height + 4.0));
    svg.push_str(&line("axis", (x(0.0), 0.0), (x(0.0), height)));
    if let Some(m) = mark {
        svg.push_str(&line("even", (x(m), 0.0), (x(m), height)));
    }
    let names: Vec<String> = rows.iter().map(|(name, _)| (*name).to_owned()).collect();
    for (i, ((_, s), name)) in rows.iter().zip(shorten_all(&names, 24)).enumerate() {
        let y = ROW * (i as f64 + 0.5);
        svg.push_str(&text("", NAMES - 8.0, y + 4.0, "end", &name));
        svg.push_str(&line("mark", (x(s.q05), y), (x(s.q95), y)));
        svg.push_str(&dot(x(s.mean), y));
        svg.push_str(&text("soft", x(s.q95.max(s.mean)) + 10.0, y + 4.0, "start", &format(s.mean)));
    }
    svg.push_str("</svg>\n");
    svg
}

/// Probability against the size of a lift; shaded between `believed`, a dot at `marked`.
pub(crate) fn power_chart(points: &[(f64, f64)], believed: (f64, f64), marked: (f64, f64)) -> String {
    const WIDTH: f64 = 720.0;
    const HEIGHT: f64 = 220.0;
    let furthest = points.last().map_or(1.0, |(lift, _)| lift.max(f64::MIN_POSITIVE));
    let x = |lift: f64| LEFT + (lift / furthest).min(1.0) * (WIDTH - 2.0 * LEFT);
    let y = |p: f64| HEIGHT - 34.0 - p * (HEIGHT - 54.0);
    let mut svg = open_svg("power", "Power by true lift", (WIDTH, HEIGHT));
    let (low, high) = (x(believed.0), x(believed.1));
    svg.push_str(&format!(
        "<rect class=\"shade\" x=\"{low:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>\n",
        y(1.0),
        high - low,
        y(0.0) - y(1.0)
    ));
    svg.push_str(&line("axis", (LEFT, y(0.0)), (WIDTH - LEFT, y(0.0))));
    svg.push_str(&line("even", (LEFT, y(marked.1)), (WIDTH - LEFT, y(marked.1))));
    let curve: Vec<(f64, f64)> = points.iter().map(|(lift, p)| (x(*lift), y(*p))).collect();
    svg.push_str(&format!("<polyline class=\"mark\" points=\"{}\"/>\n", path(&curve)));
    svg.push_str(&dot(x(marked.0), y(marked.1)));
    for p in [0.0, 0.5, 1.0] {
        svg.push_str(&text("soft", LEFT - 6.0, y(p) + 4.0, "end", &format!("{:.0} %", 100.0 * p)));
    }
    svg.push_str(&text("soft", x(marked.0), HEIGHT - 18.0, "middle", &amount(marked.0)));
    svg.push_str(&text("soft", WIDTH - LEFT, HEIGHT - 18.0, "end", &amount(furthest)));
    svg.push_str(&text("soft", WIDTH / 2.0, HEIGHT - 3.0, "middle", "true lift"));
    svg.push_str("</svg>\n");
    svg
}

pub(crate) fn open_svg(class: &str, title: &str, (width, height): (f64, f64)) -> String {
    let title = escape(title);
    format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n\
         <title>{title}</title>\n"
    )
}

pub(crate) fn line(class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> String {
    format!("<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>\n")
}

fn dot(x: f64, y: f64) -> String {
    format!("<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>\n")
}

pub(crate) fn text(class: &str, x: f64, y: f64, anchor: &str, content: &str) -> String {
    let content = escape(content);
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{content}</text>\n")
}

pub(crate) fn path(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_interval_ends_at_the_right_edge() {
        let wide = Summary::of(&[0.0, 4.0]);
        let narrow = Summary::of(&[1.0, 1.0]);
        let svg = interval_chart("ROI", &[("a", wide), ("b", narrow)], Some(1.0), amount);
        assert!(svg.contains(&format!("x2=\"{:.1}\"", 700.0)), "{svg}");
        assert!(svg.contains("class=\"even\""));
    }
}
