//! A sensitivity as titles and tables, which the terminal and the page only lay out.

use crate::diagnostics::Verdict;
use crate::planning::LIKELY;
use crate::report::{RecommendedMove, ReliabilitySweep, Sensitivity, UnseenConfounder};
use crate::words::numbers::{clean, percent, ratio};

/// One question and its answer.
pub(crate) struct Block {
    /// What the table shows, or, without one, why there is none.
    pub title: String,
    /// The header and a row each; empty when there is nothing to show.
    pub rows: Vec<Vec<String>>,
    /// What to know when reading it.
    pub note: Option<String>,
}

/// What the last column is there for.
const STRONGEST: &str = "Strongest control is there to compare with: the shares that it explains of what all other \
                         columns leave of spend/of outcome.";

/// The controls whose reliability was varied, then the driver that is no column.
pub(crate) fn blocks(found: &Sensitivity) -> Vec<Block> {
    let mut blocks: Vec<Block> = found.recommended.iter().map(judged).collect();
    blocks.extend(found.reliability.iter().map(|sweep| reliability(sweep, found)));
    blocks.extend(found.reliability_reason.as_ref().map(|reason| Block {
        title: format!("No reliability was varied: {reason}."),
        rows: Vec::new(),
        note: None,
    }));
    blocks.extend(unseen(found));
    blocks
}

/// Which move is judged, and by what.
fn judged(recommended: &RecommendedMove) -> Block {
    let RecommendedMove { from, to } = recommended;
    Block {
        title: format!(
            "The move is the recommended split of today's budget, all its changes at once (most is taken from {}, \
             most goes to {}). It holds where it would still be recommended: it gains on average, and with a \
             probability, shown beside it, of at least {}. Else it falls.",
            clean(from),
            clean(to),
            percent(LIKELY)
        ),
        rows: Vec::new(),
        note: None,
    }
}

/// One column per reliability, one row per channel, and whether the move survives.
fn reliability(sweep: &ReliabilitySweep, found: &Sensitivity) -> Block {
    let r = &found.refits;
    let mut header = vec!["Channel".to_owned()];
    header.extend(sweep.levels.iter().map(|l| {
        let star = if l.is_the_fit { "*" } else { "" };
        format!("{}{star}", (100.0 * l.reliability).round() / 100.0)
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
    let raised = sweep.levels.iter().find(|l| l.used > l.reliability + 0.005);
    let raised = raised.map(|l| {
        let (share, control) = (percent(l.used), clean(&sweep.control));
        format!("The other columns predict {share} of {control}: it is taken as no less reliable than that.")
    });
    let contradicted = sweep.contradicted.then(|| {
        "(*) is what the outcome left of a lower one that was assumed; the ones below it are taken as if given, \
         which is believed."
            .to_owned()
    });
    let notes: Vec<String> = raised.into_iter().chain(contradicted).collect();
    Block {
        title: format!(
            "ROI by the reliability of {} (refits of {} × {} draws; (*) the fit itself)",
            clean(&sweep.control),
            r.chains,
            r.draws
        ),
        rows,
        note: (!notes.is_empty()).then(|| notes.join(" ")),
    }
}

/// What a driver that is no column would do.
fn unseen(found: &Sensitivity) -> Option<Block> {
    let first = found.unseen.first()?;
    let mut header = vec!["Channel".to_owned(), "ROI".to_owned()];
    header.extend(first.levels.iter().map(|l| percent(l.strength)));
    header.extend(["Move falls at", "Strongest control"].map(String::from));
    let mut rows = vec![header];
    rows.extend(found.unseen.iter().map(|u| row(u, found.recommended.is_some())));
    let title = "ROI if an unseen driver explained this share of what is left of both spend and outcome, and \
                 inflated the channel";
    let unknown: Vec<String> =
        found.unseen.iter().filter(|u| u.reason.is_some()).map(|u| clean(&u.channel)).collect();
    let mut notes = Vec::new();
    if found.unseen.iter().any(|u| u.strongest_control.is_some()) {
        notes.push(STRONGEST.to_owned());
    }
    if !unknown.is_empty() {
        notes.push(format!(
            "Not told for {}: what is mostly the prior is moved by no driver, but that is for want of knowledge.",
            unknown.join(", ")
        ));
    }
    Some(Block { title: title.to_owned(), rows, note: (!notes.is_empty()).then(|| notes.join(" ")) })
}

fn row(u: &UnseenConfounder, recommended: bool) -> Vec<String> {
    let is_known = u.reason.is_none();
    let told = |text: String| if is_known { text } else { "–".into() };
    let mut row = vec![clean(&u.channel), ratio(u.roi)];
    row.extend(u.levels.iter().map(|l| told(ratio(l.roi_if_overstated))));
    row.push(match u.breaks_at {
        Some(strength) => told(percent(strength)),
        None if recommended => told("over 50 %".into()),
        None => "–".into(),
    });
    row.push(u.strongest_control.as_ref().map_or("–".into(), |c| {
        format!("{} {}/{}", clean(&c.control), percent(c.r2_spend), percent(c.r2_outcome))
    }));
    row
}
