//! Tests of the text of a comparison: what was stands before what is, and up is up.

use super::*;
use crate::diff::{Settings, Side, diff};
use crate::posterior::Summary;
use crate::report::testdata;

/// The fit of the test data with a ROI of tv and what its plan makes of the two channels.
fn side(roi: f64, proposed: [f64; 2], p_grow: [f64; 2]) -> Side {
    let mut fit = testdata::fit();
    fit.run.seed = roi.to_bits();
    let q = |factor: f64| roi * factor;
    let summary =
        Summary { mean: roi, sd: q(0.05), q05: q(0.92), q25: q(0.97), q50: roi, q75: q(1.03), q95: q(1.08) };
    fit.channels.iter_mut().filter(|c| c.name == "tv").for_each(|c| c.roi = Some(summary));
    for ((plan, proposed), p) in fit.scenarios[0].allocation.iter_mut().zip(proposed).zip(p_grow) {
        (plan.proposed, plan.change, plan.p_grow) = (proposed, Some(proposed / plan.current - 1.0), Some(p));
    }
    Side::summarised(fit)
}

/// The words of tv's row below a title.
fn row(text: &str, title: &str) -> String {
    let below = text.split(title).nth(1).unwrap_or_default();
    let line = below.lines().find(|line| line.starts_with("tv ")).unwrap_or_default();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_was_stands_before_what_is() {
    let less = || side(1.0, [2040.0, 1560.0], [0.1, 0.9]);
    let more = || side(2.0, [2640.0, 960.0], [0.8, 0.2]);
    let said = |old: &Side, new: &Side| diff_text(&diff(old, new, Settings::default()), Format::Text);
    let (rise, fall) = (said(&less(), &more()), said(&more(), &less()));
    for (text, start, end) in [(&rise, "tv 1.00 2.00 +1.00 ", "up"), (&fall, "tv 2.00 1.00 -1.00 ", "down")] {
        let found = row(text, "Return on spend");
        assert!(found.starts_with(start) && found.contains(&format!(" {end} 100 % ")), "{found}");
    }
    // 20 weeks of 2040 and of 2640, where 2400 are spent.
    let plan = "Recommended change of spend";
    assert_eq!(row(&rise, plan), "tv -15 % +10 % 102 132 10 % 80 % reversed");
    assert_eq!(row(&fall, plan), "tv +10 % -15 % 132 102 80 % 10 % reversed");
    let same = said(&less(), &side(1.01, [2100.0, 1500.0], [0.1, 0.9]));
    assert!(!row(&same, plan).contains("reversed"), "{same}");
}
