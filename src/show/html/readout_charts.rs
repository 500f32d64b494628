//! The pictures of a readout as inline SVG.

use crate::posterior::Summary;
use crate::report::{CellReading, PeriodReading, Phase};
use crate::show::html::charts::{interval_chart, line, open_svg, path, text};
use crate::words::numbers::{amount, signed};

/// Inner drawing area, in SVG units: narrow enough that its text can be read on a phone.
const LEFT: f64 = 52.0;
const RIGHT: f64 = 548.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 236.0;
/// Periods shown before the treatment: enough to see how well the prediction follows.
const BEFORE: usize = 40;
/// Periods shown after what counts.
const AFTER: usize = 12;

/// Standard errors to the ends of a 90 % interval.
const NINETY: f64 = 1.645;

/// Observed and predicted outcome before, during and after the treatment.
pub(crate) fn course_chart(cell: &CellReading, outcome: &str) -> String {
    let shown = shown(&cell.periods);
    let seen = shown.iter().filter_map(|p| p.observed);
    let bounds = || shown.iter().flat_map(|p| [p.q05, p.q95]).chain(seen.clone());
    let (low, high) = (bounds().fold(f64::INFINITY, f64::min), bounds().fold(f64::NEG_INFINITY, f64::max));
    let span = if high > low { high - low } else { 1.0 };
    let (low, high) = (low - 0.04 * span, high + 0.04 * span);
    let step = (RIGHT - LEFT) / shown.len().max(1) as f64;
    let x = |i: usize| LEFT + step * (i as f64 + 0.5);
    let y = |v: f64| BOTTOM - (v - low) / (high - low) * (BOTTOM - TOP);
    let mut svg = open_svg("course", "Observed and predicted outcome of the treated geos", (560.0, 280.0));
    for (phase, class) in [(Phase::During, "treated"), (Phase::Carried, "carried")] {
        let of: Vec<usize> = (0..shown.len()).filter(|i| shown[*i].phase == phase).collect();
        if let (Some(first), Some(last)) = (of.first(), of.last()) {
            svg.push_str(&format!(
                "<rect class=\"{class}\" x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/>\n",
                LEFT + step * *first as f64,
                step * (last - first + 1) as f64,
                BOTTOM - TOP
            ));
        }
    }
    svg.push_str(&line("axis", (LEFT, BOTTOM), (RIGHT, BOTTOM)));
    svg.push_str(&line("axis", (LEFT, TOP), (LEFT, BOTTOM)));
    let points = |of: &dyn Fn(&PeriodReading) -> f64| -> Vec<(f64, f64)> {
        shown.iter().enumerate().map(|(i, p)| (x(i), y(of(p)))).collect()
    };
    let mut outline = points(&|p| p.q95);
    outline.extend(points(&|p| p.q05).into_iter().rev());
    svg.push_str(&format!("<polygon class=\"band\" points=\"{}\"/>\n", path(&outline)));
    svg.push_str(&format!("<polyline class=\"mark\" points=\"{}\"/>\n", path(&points(&|p| p.predicted))));
    for (i, p) in shown.iter().enumerate() {
        if let Some(seen) = p.observed {
            svg.push_str(&format!(
                "<circle class=\"seen\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.6\"/>\n",
                x(i),
                y(seen)
            ));
        }
    }
    svg.push_str(&text("soft", LEFT - 5.0, TOP + 8.0, "end", &amount(high)));
    svg.push_str(&text("soft", LEFT - 5.0, BOTTOM, "end", &amount(low)));
    svg.push_str(&text("", LEFT, 14.0, "start", &format!("{outcome} of the treated geos")));
    let dates = [0, shown.iter().position(|p| p.phase == Phase::During).unwrap_or(0), shown.len() - 1];
    for (k, i) in dates.into_iter().enumerate() {
        let anchor = ["start", "middle", "end"][k];
        let at = [LEFT, x(i) - step / 2.0, RIGHT][k];
        if k != 1 || (i > shown.len() / 5 && i < shown.len() * 4 / 5) {
            svg.push_str(&text("soft", at, BOTTOM + 16.0, anchor, &shown[i].date.to_string()));
        }
    }
    svg.push_str("<circle class=\"seen\" cx=\"60\" cy=\"270\" r=\"2.6\"/>\n");
    svg.push_str(&text("soft", 68.0, 274.0, "start", "observed"));
    svg.push_str(&line("mark", (150.0, 270.0), (174.0, 270.0)));
    svg.push_str(&text("soft", 180.0, 274.0, "start", "predicted without the test"));
    svg.push_str("</svg>\n");
    svg
}

/// The periods of the picture.
fn shown(periods: &[PeriodReading]) -> &[PeriodReading] {
    let first = periods.iter().position(|p| p.phase == Phase::During).unwrap_or(0);
    let last = periods.iter().rposition(|p| p.phase != Phase::After).unwrap_or(0);
    &periods[first.saturating_sub(BEFORE)..(last + 1 + AFTER).min(periods.len())]
}

/// Windows before the test, the earliest first, and the test itself.
pub(crate) fn placebo_chart(cell: &CellReading) -> String {
    let around = |mean: f64, sd: f64| Summary {
        mean,
        sd,
        q05: mean - NINETY * sd,
        q25: mean,
        q50: mean,
        q75: mean,
        q95: mean + NINETY * sd,
    };
    let windows = cell.placebo.windows.iter().rev();
    let mut rows: Vec<(String, Summary)> =
        windows.map(|w| (format!("from {}", w.start), around(w.error, w.se))).collect();
    rows.push(("the test".into(), cell.lift));
    let rows: Vec<(&str, Summary)> = rows.iter().map(|(name, s)| (name.as_str(), *s)).collect();
    interval_chart("Errors in windows before the test, and its lift", &rows, None, signed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{PlaceboReport, SecondOpinion, SpendSource};

    fn cell() -> CellReading {
        let phase = |t: usize| match t {
            ..60 => Phase::Before,
            60..68 => Phase::During,
            68..71 => Phase::Carried,
            _ => Phase::After,
        };
        let period = |t: usize| PeriodReading {
            date: chrono::NaiveDate::from_ymd_opt(2022, 1, 3).unwrap() + chrono::Days::new(7 * t as u64),
            phase: phase(t),
            observed: (t != 62).then_some(100.0 + t as f64),
            predicted: 110.0,
            q05: 105.0,
            q95: 115.0,
        };
        CellReading {
            cell: None,
            geos: vec!["A<b>".into()],
            spend: 0.0,
            usual_spend: 1.0,
            spend_change: -1.0,
            usual_spend_source: SpendSource::Told,
            observed: 1.0,
            lift: Summary::of(&[1.0, 2.0]),
            lift_share: Summary::of(&[0.1, 0.2]),
            roi: None,
            roi_reason: None,
            placebo: PlaceboReport {
                passed: None,
                bias: None,
                spread: None,
                significant: 0,
                p_bias: None,
                p_spread: None,
                windows: Vec::new(),
            },
            second_opinion: SecondOpinion::default(),
            row: None,
            periods: (0..100).map(period).collect(),
        }
    }

    #[test]
    fn the_course_shows_the_treatment_and_its_surroundings() {
        let svg = course_chart(&cell(), "sales <b>");
        assert!(svg.contains("<title>Observed and predicted outcome of the treated geos</title>"));
        assert!(svg.contains("sales &lt;b&gt; of the treated geos"), "names are escaped");
        // 40 before, 8 treated, 3 carried, 12 after; one blank; and the legend.
        assert_eq!(svg.matches("class=\"seen\"").count(), 63);
        let step = (RIGHT - LEFT) / 63.0;
        let rect = format!(
            "<rect class=\"treated\" x=\"{:.1}\" y=\"24\" width=\"{:.1}\"",
            LEFT + 40.0 * step,
            8.0 * step
        );
        assert!(svg.contains(&rect), "{rect}");
        assert!(svg.contains("class=\"carried\""));
    }
}
