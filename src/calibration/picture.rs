//! The picture of a calibration: distribution functions of ranks, less the diagonal, and their band.

use std::fmt::Write as _;

use super::ranks::Ranks;
use super::uniformity::band;

/// Probability that all of a quantity's curve stays in its band when the fit is calibrated.
const MASS: f64 = 0.95;
/// Panels side by side, and their size in pixels.
const COLUMNS: usize = 5;
const WIDTH: f64 = 190.0;
const HEIGHT: f64 = 120.0;
/// Room for titles above a panel and between panels.
const TITLE: f64 = 20.0;
const GAP: f64 = 16.0;
/// Departure from the diagonal at the panel's top.
const REACH: f64 = 0.2;

/// An SVG with a section per (heading, ranks) and a panel per kind of quantity; a curve per quantity, red
/// where it leaves the band that holds all of a calibrated curve with probability 95 %.
pub fn picture(sections: &[(String, Vec<Ranks>)]) -> String {
    let mut body = String::new();
    let mut y = GAP;
    for (heading, all) in sections {
        let _ = writeln!(
            body,
            r#"<text x="{GAP}" y="{:.1}" font-size="15" font-weight="bold">{heading}</text>"#,
            y + 14.0
        );
        y += 26.0;
        let Some(first) = all.first() else { continue };
        let band = band(first.ranks.len(), first.largest, MASS);
        for (i, (kind, members)) in by_kind(all).into_iter().enumerate() {
            if i > 0 && i % COLUMNS == 0 {
                y += HEIGHT + TITLE + GAP;
            }
            let x = GAP + (i % COLUMNS) as f64 * (WIDTH + GAP);
            panel(&mut body, (x, y), &kind, &members, &band);
        }
        y += HEIGHT + TITLE + 2.0 * GAP;
    }
    let width = GAP + COLUMNS as f64 * (WIDTH + GAP);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{y}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

/// Quantities by the name before the bracket, in order of first appearance.
fn by_kind(all: &[Ranks]) -> Vec<(String, Vec<&Ranks>)> {
    let mut kinds: Vec<(String, Vec<&Ranks>)> = Vec::new();
    for ranks in all {
        let kind = ranks.name.split('[').next().unwrap_or_default();
        match kinds.iter_mut().find(|(name, _)| name == kind) {
            Some((_, members)) => members.push(ranks),
            None => kinds.push((kind.to_owned(), vec![ranks])),
        }
    }
    kinds
}

fn panel(body: &mut String, (x, y): (f64, f64), kind: &str, members: &[&Ranks], band: &[(f64, f64)]) {
    let count = if members.len() > 1 { format!(" × {}", members.len()) } else { String::new() };
    let _ =
        writeln!(body, r#"<text x="{x:.1}" y="{:.1}">{}{count}</text>"#, y + 13.0, kind.replace('_', " "));
    let top = y + TITLE;
    let _ = writeln!(
        body,
        r##"<rect x="{x:.1}" y="{top:.1}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#bbb"/>"##
    );
    let point = |z: usize, departure: f64| {
        let across = x + WIDTH * (z + 1) as f64 / (band.len() + 1) as f64;
        let down = top + HEIGHT * (0.5 - 0.5 * (departure / REACH).clamp(-1.0, 1.0));
        format!("{across:.1},{down:.1}")
    };
    let diagonal = |z: usize| (z + 1) as f64 / (band.len() + 1) as f64;
    let upper = (0..band.len()).map(|z| point(z, band[z].1 - diagonal(z)));
    let lower = (0..band.len()).rev().map(|z| point(z, band[z].0 - diagonal(z)));
    let area: Vec<String> = upper.chain(lower).collect();
    let _ = writeln!(body, r##"<polygon points="{}" fill="#dde6f0"/>"##, area.join(" "));
    for ranks in members {
        let share = |z: usize| {
            ranks.ranks.iter().filter(|r| **r <= z).count() as f64 / ranks.ranks.len().max(1) as f64
        };
        let leaves = (0..band.len()).any(|z| share(z) < band[z].0 || share(z) > band[z].1);
        let colour = if leaves { "#c0392b" } else { "#2c5f8a" };
        let line: Vec<String> = (0..band.len()).map(|z| point(z, share(z) - diagonal(z))).collect();
        let _ = writeln!(
            body,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="1" stroke-opacity="0.7"/>"#,
            line.join(" ")
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_outside_the_band_is_red() {
        let ranks = |name: &str, draw: fn(usize) -> usize| Ranks {
            name: name.into(),
            largest: 9,
            ranks: (0..100).map(draw).collect(),
        };
        let good = vec![ranks("roi[tv]", |i| i % 10), ranks("roi[search]", |i| i % 10)];
        let bad = vec![ranks("slope[tv]", |i| i % 5)];
        let svg = picture(&[("National".into(), good.clone())]);
        assert!(svg.starts_with("<svg ") && svg.contains("roi × 2") && svg.contains("National"));
        assert_eq!((svg.matches("<polyline").count(), svg.matches("#c0392b").count()), (2, 0));
        assert_eq!(picture(&[("a".into(), good), ("b".into(), bad)]).matches("#c0392b").count(), 1);
    }
}
