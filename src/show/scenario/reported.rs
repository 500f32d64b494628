//! Reported against caused outcomes of `mmm scenario` as plain text.

use crate::planning::{Compared, Credit, CreditVerdict};
use crate::report::ScenarioReport;
use crate::show::scenario::cells::row;
use crate::show::table::{layout, wrap};
use crate::words::numbers::{amount, clean, ratio};

/// The table; what is compared stands above it, or in a column where channels differ in it.
pub(crate) fn reported(report: &ScenarioReport) -> Vec<String> {
    let Some(first) = report.reported.first() else { return vec![] };
    let same = report.reported.iter().all(|credit| credit.compared == first.compared);
    let mut rows = vec![row(["Channel", "Reported", "Caused (median)", "Ratio", "90 % interval", "Verdict"])];
    rows.extend(report.reported.iter().map(line));
    if !same {
        rows[0].push("Compared over".into());
        let overs = report.reported.iter().map(|credit| over(&credit.compared));
        rows.iter_mut().skip(1).zip(overs).for_each(|(row, over)| row.push(over));
    }
    let outcome = clean(&report.fit.outcome);
    let title = match &first.compared {
        _ if !same => format!("Reported against caused, {outcome}"),
        all if all.whole_window => {
            format!(
                "Reported against caused, {outcome} over the fitted window ({} to {})",
                all.first, all.last
            )
        }
        part => format!(
            "Reported against caused, {outcome} over {} ({} to {}){}",
            share(part),
            part.first,
            part.last,
            geos(part)
        ),
    };
    let mut lines = wrap("", 2, &title);
    lines.extend(layout(&rows));
    if !first.compared.whole_window || !same {
        let text = format!(
            "Caused is what came in the {}s that are reported, whenever it was spent for.",
            first.compared.noun
        );
        lines.extend(wrap("", 0, &text));
    }
    lines
}

fn line(credit: &Credit) -> Vec<String> {
    let none = || "–".to_owned();
    let verdict = match credit.verdict {
        CreditVerdict::OverCredited => "over-credited",
        CreditVerdict::UnderCredited => "under-credited",
        CreditVerdict::Consistent => "consistent",
    };
    vec![
        clean(&credit.channel),
        amount(credit.reported),
        amount(credit.modelled.q50),
        credit.ratio.map_or_else(none, |r| ratio(r.q50)),
        credit.ratio.map_or_else(none, |r| format!("{} to {}", ratio(r.q05), ratio(r.q95))),
        verdict.into(),
    ]
}

/// How many of the fitted periods.
fn share(compared: &Compared) -> String {
    let Compared { periods, periods_fitted, noun, .. } = compared;
    if periods == periods_fitted {
        format!("the {periods} fitted {noun}s")
    } else {
        format!("{periods} of the {periods_fitted} fitted {noun}s")
    }
}

/// What one channel is compared over.
fn over(compared: &Compared) -> String {
    let plural = if compared.periods == 1 { "" } else { "s" };
    let Compared { periods, noun, first, last, .. } = compared;
    format!("{periods} {noun}{plural}, {first} to {last}{}", geos(compared))
}

/// Geos by name when they are few; nothing when they are all.
fn geos(compared: &Compared) -> String {
    const NAMED: usize = 4;
    let n = compared.geos.len();
    if n == compared.geos_fitted {
        return String::new();
    }
    let names = clean(&compared.geos.join(", "));
    let names = if n > NAMED { String::new() } else { format!(" ({names})") };
    format!(" in {n} of {} geos{names}", compared.geos_fitted)
}
