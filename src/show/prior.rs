//! The table printed by `mmm fit --prior-only`.

use crate::posterior::Summary;
use crate::report::PriorReport;
use crate::show::table::{layout, wrap};
use crate::words::numbers::{amount, clean, percent, ratio};

/// What the priors imply, in at most 100 columns; ends in a line feed.
pub fn prior_text(report: &PriorReport) -> String {
    let share = report.outcome.media_share;
    let headline = format!(
        "PRIOR ONLY, NOT A FIT: what the model assumes of {} before it looks at {}. Media bring {} of the \
         outcome ({} to {}).",
        clean(&report.run.data.file),
        clean(&report.outcome.name),
        percent(share.q50),
        percent(share.q05),
        percent(share.q95)
    );
    let mut lines = wrap("", 2, &headline);
    lines.push(String::new());
    let header = [
        "Channel",
        "Spend",
        "Outcome",
        "90 % interval",
        "ROI",
        "90 % interval",
        "Marginal",
        "Saturated",
        "Retention",
    ];
    let mut rows = vec![header.map(String::from).to_vec()];
    let none = || "–".to_owned();
    for c in &report.channels {
        rows.push(vec![
            clean(&c.name),
            c.spend_column.as_ref().map_or_else(none, |_| amount(c.spend)),
            percent(c.outcome_share.q50),
            format!("{} to {}", percent(c.outcome_share.q05), percent(c.outcome_share.q95)),
            c.roi.map_or_else(none, |r| ratio(r.q50)),
            c.roi.map_or_else(none, |r| format!("{} to {}", ratio(r.q05), ratio(r.q95))),
            c.marginal_roi.map_or_else(none, |r| ratio(r.q50)),
            c.saturation.saturation_at_current_spend.map_or_else(none, |s| percent(s.q50)),
            c.adstock.retention.map_or_else(none, interval),
        ]);
    }
    lines.extend(layout(&rows));
    lines.push(String::new());
    lines.extend(wrap(
        "",
        0,
        "Medians, with 90 % intervals. Whatever a fit reports beyond this comes from the data; what it reports \
         just like this was assumed. Change a belief with --prior CHANNEL:roi=LOW..HIGH (or share=, \
         marginal_roi=).",
    ));
    lines.join("\n") + "\n"
}

fn interval(s: Summary) -> String {
    format!("{:.2} to {:.2}", s.q05, s.q95)
}
