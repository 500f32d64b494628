//! Before and after: what tests read against what the model says of them, and returns of the last fit against this one.

use maud::{Markup, html};

use super::returns::names;
use super::view::View;
use crate::posterior::Summary;
use crate::report::{ExperimentReport, TestUnit};
use crate::show::frame::figure;
use crate::show::frame::svg::{Axis, WIDTH, columns, interval, svg, text};
use crate::words::numbers::{amount, clean};

const LEFT: f64 = 118.0;
const RIGHT: f64 = WIDTH - 58.0;
const TOP: f64 = 6.0;
const ROW: f64 = 38.0;
/// Rows of a drawing.
const MOST: usize = 14;
/// Standard errors to the ends of a 90 % interval.
const NINETY: f64 = 1.645;

/// Two estimates of the same: low, mean and high.
struct Pair {
    name: String,
    note: String,
    first: (f64, f64, f64),
    second: (f64, f64, f64),
}

fn ends(s: &Summary) -> (f64, f64, f64) {
    (s.q05, s.mean, s.q95)
}

/// What tests read, and what the model says of the same weeks and dose without being told.
pub(super) fn tests(view: View<'_>) -> Markup {
    let of = |in_roi: bool| -> Vec<Pair> {
        let tests = view.fit.experiments.iter().filter(|test| (test.unit == TestUnit::Roi) == in_roi);
        tests.filter_map(test_pair).take(MOST).collect()
    };
    let says = "Above what the test read, below what the rest of the model expected of the same weeks and dose before it was \
                told; 90 % intervals. Where they do not overlap, one of the two is wrong.";
    let key = ["the test", "the model without it"];
    html! {
        (drawing("Do tests and model agree?", says, key, &of(true), &|v| view.rate(v)))
        (drawing("Do tests and model agree on what was added?", says, key, &of(false), &amount))
    }
}

fn test_pair(test: &ExperimentReport) -> Option<Pair> {
    let (estimate, se, predicted) = (test.estimate?, test.se?, test.predicted?);
    let half = NINETY * se;
    Some(Pair {
        name: test.channels.iter().map(|c| clean(c)).collect::<Vec<_>>().join("+"),
        note: test.start.to_string(),
        first: (estimate - half, estimate, estimate + half),
        second: ends(&predicted),
    })
}

/// Returns of the last fit and of this one.
pub(super) fn changes(view: View<'_>) -> Markup {
    let Some(found) = &view.page.changes else { return html! {} };
    let pair = |c: &crate::diff::ChannelDiff| {
        let roi = c.roi.as_ref()?;
        Some(Pair {
            name: clean(&c.channel),
            note: String::new(),
            first: ends(&roi.old),
            second: ends(&roi.new),
        })
    };
    let pairs: Vec<Pair> = found.channels.iter().filter_map(pair).take(MOST).collect();
    let says = "Return by channel, above as the last fit had it, below as this one has it; 90 % intervals. The two share \
                most of their data: a shift well within the intervals is no news.";
    drawing("Has the return moved?", says, ["last fit", "now"], &pairs, &|v| view.rate(v))
}

fn drawing(
    title: &str,
    says: &str,
    key: [&str; 2],
    pairs: &[Pair],
    format: &dyn Fn(f64) -> String,
) -> Markup {
    if pairs.is_empty() {
        return html! {};
    }
    let all = || pairs.iter().flat_map(|p| [p.first, p.second]);
    let low = all().map(|(low, ..)| low).fold(0.0, f64::min);
    let high = all().map(|(.., high)| high).fold(0.0, f64::max);
    let x = Axis::new((low, high), (LEFT, RIGHT));
    let bottom = TOP + ROW * pairs.len() as f64;
    let told = |what: &str, (low, mean, high): (f64, f64, f64)| {
        format!("{what} {} ({} to {})", format(mean), format(low), format(high))
    };
    let chart = html! {
        (columns(&x, (TOP, bottom), format))
        @for (i, (pair, name)) in pairs.iter().zip(names(pairs.iter().map(|p| p.name.as_str()))).enumerate() {
            @let y = TOP + ROW * (i as f64 + 0.5);
            (text("name", (LEFT - 10.0, y - 1.0), "end", &name))
            @if !pair.note.is_empty() { (text("tick", (LEFT - 10.0, y + 12.0), "end", &pair.note)) }
            (interval("next", &x, y - 5.0, pair.first, &told(&format!("{}: {}", pair.name, key[0]), pair.first)))
            (interval("roi", &x, y + 7.0, pair.second, &told(&format!("{}: {}", pair.name, key[1]), pair.second)))
            (text("tick", (WIDTH - 4.0, y - 1.0), "end", &format(pair.first.1)))
            (text("value", (WIDTH - 4.0, y + 12.0), "end", &format(pair.second.1)))
        }
    };
    let legend = html! { ul.key aria-hidden="true" {
        li { span.swatch.s-next {} (key[0]) } li { span.swatch.s-roi {} (key[1]) }
    } };
    figure(title, says, html! { (svg(title, (WIDTH, bottom + 24.0), chart)) (legend) })
}
