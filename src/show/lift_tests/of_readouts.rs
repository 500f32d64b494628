//! The pictures of a reading: the course of its geos, and the same where nothing was done.

use maud::{Markup, html};

use crate::report::{CellReading, PeriodReading, Phase};
use crate::show::frame::svg::{Axis, WIDTH, area, columns, interval, levels, line, n, path, svg, text};
use crate::show::frame::time::{dates, hover};
use crate::show::frame::{figure, minus};
use crate::words::numbers::{amount, clean, signed};

/// Inner drawing area of a picture over time.
const LEFT: f64 = 64.0;
const RIGHT: f64 = WIDTH - 8.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 208.0;
/// Periods shown before the treatment: enough to see how well the prediction follows.
const BEFORE: usize = 40;
/// Periods shown after what counts.
const AFTER: usize = 12;
/// Windows without a test that are drawn, the latest.
const WINDOWS: usize = 12;
/// Standard errors to the ends of a 90 % interval.
const NINETY: f64 = 1.645;

/// Observed and predicted outcome before, during and after the treatment.
pub(super) fn course(cell: &CellReading, outcome: &str) -> Markup {
    let shown = shown(&cell.periods);
    if shown.len() < 2 {
        return html! {};
    }
    let values = || shown.iter().flat_map(|p| [Some(p.q05), Some(p.q95), p.observed]).flatten();
    let (low, high) = values().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
    let air = 0.04 * (high - low);
    let y = Axis::new((low - air, high + air), (BOTTOM, TOP));
    let step = (RIGHT - LEFT) / shown.len() as f64;
    let x = Axis::new((0.0, (shown.len() - 1) as f64), (LEFT + 0.5 * step, RIGHT - 0.5 * step));
    let along = |f: &dyn Fn(&PeriodReading) -> f64| -> Vec<(f64, f64)> {
        shown.iter().enumerate().map(|(i, p)| (x.at(i as f64), y.at(f(p)))).collect()
    };
    let days: Vec<_> = shown.iter().map(|p| p.date).collect();
    let chart = html! {
        @for (phase, class) in [(Phase::During, "treated"), (Phase::Carried, "carried")] {
            @let of: Vec<usize> = (0..shown.len()).filter(|i| shown[*i].phase == phase).collect();
            @if let (Some(first), Some(last)) = (of.first(), of.last()) {
                rect class=(class) x=(n(LEFT + step * *first as f64)) y=(n(TOP))
                    width=(n(step * (last - first + 1) as f64)) height=(n(BOTTOM - TOP)) {}
            }
        }
        (levels(&y, (LEFT, RIGHT), &amount))
        (dates(&days, &x, (LEFT, RIGHT), BOTTOM))
        path.band d=(area(&along(&|p| p.q95), &along(&|p| p.q05))) {}
        path.fitted d=(path(&along(&|p| p.predicted))) {}
        @for (i, seen) in shown.iter().enumerate().filter_map(|(i, p)| Some((i, p.observed?))) {
            circle.seen cx=(n(x.at(i as f64))) cy=(n(y.at(seen))) r="2.6" {}
        }
        (hover(shown.len(), &x, (TOP, BOTTOM), &|i| {
            let p = &shown[i];
            let seen = p.observed.map_or("not known".into(), amount);
            format!("{}: observed {seen}, without the test {} ({} to {})", p.date, amount(p.predicted), amount(p.q05),
                amount(p.q95))
        }))
    };
    let key = html! { ul.key aria-hidden="true" {
        li { span.swatch.s-seen {} "observed" }
        li { span.swatch.s-fitted {} "without the test" }
        li { span.swatch.s-band {} "its 90 % interval" }
        li { span.swatch.s-treated {} "treated" }
        li { span.swatch.s-carried {} "still counted" }
    } };
    let says = format!(
        "Observed {} of the treated geos, against what the model predicts for them without the test. The axis does not \
         begin at zero.",
        clean(outcome)
    );
    let drawn = svg("Observed and predicted outcome of the treated geos", (WIDTH, 236.0), chart);
    figure("What was observed, and what was expected?", &says, html! { (drawn) (key) })
}

/// The periods of the picture.
fn shown(periods: &[PeriodReading]) -> &[PeriodReading] {
    let first = periods.iter().position(|p| p.phase == Phase::During).unwrap_or(0);
    let last = periods.iter().rposition(|p| p.phase != Phase::After).unwrap_or(0);
    &periods[first.saturating_sub(BEFORE)..(last + 1 + AFTER).min(periods.len())]
}

/// Errors in windows before the test, the earliest first, and the lift of the test itself.
pub(super) fn placebos(cell: &CellReading) -> Markup {
    const ROW: f64 = 22.0;
    const FROM: f64 = 126.0;
    let windows = &cell.placebo.windows;
    let told = |value: f64| minus(&signed(value));
    if windows.is_empty() {
        return html! {};
    }
    let drawn = windows.iter().take(WINDOWS).rev();
    let mut rows: Vec<(String, &str, (f64, f64, f64))> = drawn
        .map(|w| {
            let half = NINETY * w.se;
            (format!("from {}", w.start), "next", (w.error - half, w.error, w.error + half))
        })
        .collect();
    rows.push(("the test".into(), "roi", (cell.lift.q05, cell.lift.mean, cell.lift.q95)));
    let low = rows.iter().map(|(.., (low, ..))| *low).fold(0.0, f64::min);
    let high = rows.iter().map(|(.., (.., high))| *high).fold(0.0, f64::max);
    let x = Axis::new((low, high), (FROM, WIDTH - 64.0));
    let bottom = 6.0 + ROW * rows.len() as f64;
    let chart = html! {
        (columns(&x, (6.0, bottom), &told))
        (line("even", (x.at(0.0), 6.0), (x.at(0.0), bottom)))
        @for (i, (name, class, (low, mean, high))) in rows.iter().enumerate() {
            @let y = 6.0 + ROW * (i as f64 + 0.5);
            (text(if *class == "roi" { "name" } else { "tick" }, (FROM - 10.0, y + 4.0), "end", name))
            (interval(class, &x, y, (*low, *mean, *high), &format!("{name}: {} ({} to {})", told(*mean), told(*low), told(*high))))
            (text(if *class == "roi" { "value" } else { "tick" }, (WIDTH - 4.0, y + 4.0), "end", &told(*mean)))
        }
    };
    let latest = if windows.len() > WINDOWS { format!(", the latest {WINDOWS}") } else { String::new() };
    let says = format!(
        "Observed less predicted of the same geos in windows before the test{latest}, where nothing was done, each with \
         its 90 % interval; at the bottom the test. An effect must stand out from them."
    );
    let drawn = svg("Errors in windows before the test, and its lift", (WIDTH, bottom + 24.0), chart);
    figure("Would it have looked like this without a test?", &says, drawn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posterior::Summary;
    use crate::report::{PlaceboReport, PlaceboWindow, SecondOpinion, SpendSource};

    fn cell() -> CellReading {
        let day =
            |t: usize| chrono::NaiveDate::from_ymd_opt(2022, 1, 3).unwrap() + chrono::Days::new(7 * t as u64);
        let phase = |t: usize| match t {
            ..60 => Phase::Before,
            60..68 => Phase::During,
            68..71 => Phase::Carried,
            _ => Phase::After,
        };
        let period = |t: usize| PeriodReading {
            date: day(t),
            phase: phase(t),
            observed: (t != 62).then_some(100.0 + t as f64),
            predicted: 110.0,
            q05: 105.0,
            q95: 115.0,
        };
        let window = |k: usize| PlaceboWindow { start: day(50 - k), end: day(57 - k), error: 1.0, se: 2.0 };
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
                windows: (0..15).map(window).collect(),
            },
            second_opinion: SecondOpinion::default(),
            row: None,
            periods: (0..100).map(period).collect(),
        }
    }

    #[test]
    fn the_course_shows_the_treatment_and_its_surroundings() {
        let drawn = course(&cell(), "sales <b>").into_string();
        assert!(drawn.contains("<title>Observed and predicted outcome of the treated geos</title>"));
        assert!(drawn.contains("Observed sales &lt;b&gt; of the treated geos"), "names are escaped");
        // 40 before, 8 treated, 3 carried, 12 after; one blank.
        assert_eq!(drawn.matches("class=\"seen\"").count(), 62);
        let step = (RIGHT - LEFT) / 63.0;
        let rect = format!(
            "<rect class=\"treated\" x=\"{}\" y=\"14\" width=\"{}\"",
            n(LEFT + 40.0 * step),
            n(8.0 * step)
        );
        assert!(drawn.contains(&rect), "{rect} in {drawn}");
        assert!(drawn.contains("class=\"carried\""));
        assert!(drawn.contains("<title>2023-02-27: observed 160, without the test 110 (105 to 115)</title>"));
    }

    #[test]
    fn the_latest_windows_stand_above_the_test() {
        let drawn = placebos(&cell()).into_string();
        assert_eq!(drawn.matches("class=\"next\"").count(), WINDOWS);
        assert!(drawn.contains("the latest 12"));
        let (window, test) = (drawn.find("from 2022-12-19"), drawn.find("the test:"));
        assert!(window.is_some() && window < test, "{drawn}");
    }
}
