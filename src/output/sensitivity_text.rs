//! The sensitivity block of the terminal summary.

use super::sensitivity_json::{ReliabilitySweep, Sensitivity, UnseenConfounder};
use super::sources::Verdict;
use super::table::{layout, wrap};
use super::text::{clean, percent, ratio};

/// Lines of the block; empty without a sensitivity.
pub(super) fn sensitivity(found: Option<&Sensitivity>) -> Vec<String> {
    let Some(found) = found else { return vec![] };
    let mut lines = Vec::new();
    for sweep in &found.reliability {
        lines.extend(reliability(sweep, found));
    }
    if let Some(reason) = &found.reliability_reason {
        lines.extend(wrap("", 2, &format!("No reliability was varied: {reason}.")));
        lines.push(String::new());
    }
    lines.extend(unseen(found));
    lines
}

/// One column per reliability, one row per channel, and whether the move survives.
fn reliability(sweep: &ReliabilitySweep, found: &Sensitivity) -> Vec<String> {
    let r = &found.refits;
    let title = format!(
        "ROI by the reliability of {} (refits of {} × {} draws; (*) the fit itself)",
        clean(&sweep.control),
        r.chains,
        r.draws
    );
    let mut lines = wrap("", 2, &title);
    let mut header = vec!["Channel".to_owned()];
    header.extend(sweep.levels.iter().map(|l| {
        let star = if l.is_the_fit { "*" } else { "" };
        format!("{}{star}", l.reliability)
    }));
    let mut rows = vec![header];
    let names = sweep.levels.first().map_or(vec![], |l| l.channels.iter().map(|c| c.name.clone()).collect());
    for (i, name) in names.iter().enumerate() {
        let mut row = vec![clean(name)];
        row.extend(sweep.levels.iter().map(|l| match (l.verdict, l.channels.get(i)) {
            (Verdict::Fail, _) | (_, None) => "unconverged".into(),
            (_, Some(c)) => format!("{} ({} to {})", ratio(c.roi.mean), ratio(c.roi.q05), ratio(c.roi.q95)),
        }));
        rows.push(row);
    }
    if found.recommended.is_some() {
        let mut row = vec!["the move".to_owned()];
        row.extend(sweep.levels.iter().map(|l| match &l.recommended_move {
            Some(m) if m.survives => format!("holds, {}", percent(m.p_gain)),
            Some(m) => format!("falls, {}", percent(m.p_gain)),
            None => "–".into(),
        }));
        rows.push(row);
    }
    lines.extend(layout(&rows));
    if let Some(l) = sweep.levels.iter().find(|l| l.used > l.reliability + 0.005) {
        let text = format!(
            "The other columns predict {} of {}: it is taken as no less reliable than that.",
            percent(l.used),
            clean(&sweep.control)
        );
        lines.extend(wrap("", 2, &text));
    }
    lines.push(String::new());
    lines
}

/// What a driver that is no column would do.
fn unseen(found: &Sensitivity) -> Vec<String> {
    let Some(first) = found.unseen.first() else { return vec![] };
    let mut lines = wrap(
        "",
        2,
        "ROI if an unseen driver explained this share of what is left of both spend and outcome, and \
         inflated the channel",
    );
    let mut header = vec!["Channel".to_owned(), "ROI".to_owned()];
    header.extend(first.levels.iter().map(|l| percent(l.strength)));
    header.extend(["Move falls at", "Strongest control"].map(String::from));
    let mut rows = vec![header];
    rows.extend(found.unseen.iter().map(|u| row(u, found.recommended.is_some())));
    lines.extend(layout(&rows));
    lines
}

fn row(u: &UnseenConfounder, recommended: bool) -> Vec<String> {
    let mut row = vec![clean(&u.channel), ratio(u.roi)];
    row.extend(u.levels.iter().map(|l| ratio(l.roi_if_overstated)));
    row.push(match u.breaks_at {
        Some(strength) => percent(strength),
        None if recommended => "over 50 %".into(),
        None => "–".into(),
    });
    row.push(u.strongest_control.as_ref().map_or("–".into(), |c| {
        format!("{} {}/{}", clean(&c.control), percent(c.r2_spend), percent(c.r2_outcome))
    }));
    row
}
