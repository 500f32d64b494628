//! Dated plans and flightings of `mmm scenario` as plain text.

use crate::planning::{Dated, Flight};
use crate::report::{EffectUsed, ScenarioReport};
use crate::show::scenario::cells::row;
use crate::show::table::{layout, wrap};
use crate::words::numbers::{amount, clean, percent, signed};

/// When a dated plan runs and what today's plan is, to follow the names of the plans.
pub(crate) fn basis(dated: &Dated) -> String {
    format!(
        "{}; spends and outcomes are totals over the {} from {} to {}.",
        dated.today,
        periods(dated.periods),
        dated.first,
        dated.last
    )
}

fn periods(n: usize) -> String {
    if n == 1 { "period".into() } else { format!("{n} periods") }
}

/// The whole periods that changes by date change, where these are not the days asked for.
pub(crate) fn changed(dated: &Dated) -> impl Iterator<Item = String> + '_ {
    dated.changed.iter().map(|c| {
        format!(
            "{}: the days from {} to {} change, as a {} belongs to a period when its middle day does.",
            clean(&c.change),
            c.first,
            c.last,
            c.noun
        )
    })
}

/// What is carried over the edges of the horizon.
pub(crate) fn carry(dated: &Dated, report: &ScenarioReport) -> Vec<String> {
    let mut rows =
        vec![row([&format!("Outcome ({})", clean(&report.fit.unit)), "Today", "Plan", "90 % interval"])];
    let line = |name: &str, now: &crate::posterior::Summary, then: &crate::posterior::Summary| {
        row([
            name,
            &amount(now.mean),
            &amount(then.mean),
            &format!("{} to {}", amount(then.q05), amount(then.q95)),
        ])
    };
    rows.push(line("carried in from before", &dated.carry_in, &dated.carry_in));
    rows.push(line("within the horizon", &dated.current.within, &dated.proposed.within));
    rows.push(line("carried out after it", &dated.current.carry_out, &dated.proposed.carry_out));
    let mut lines = layout(&rows);
    if report.fit.effect == EffectUsed::Causal {
        let text = "Media count by what they cause; that is less than how the outcome moves with them where they \
                    capture demand.";
        lines.extend(wrap("", 0, text));
    }
    if dated.draws < dated.draws_of_fit {
        lines
            .push(format!("Valued with {} of the {} draws, evenly spaced.", dated.draws, dated.draws_of_fit));
    }
    lines
}

/// Patterns of one channel, and the best one week by week.
pub(crate) fn flight(flight: &Flight, report: &ScenarioReport) -> Vec<String> {
    let mut lines = wrap(
        "",
        0,
        &format!(
            "When to spend {} on {} in the {} from {}, as much in each pattern ({} draws):",
            amount(flight.budget),
            clean(&flight.channel),
            periods(flight.dates.len()),
            flight.dates.first().map(ToString::to_string).unwrap_or_default(),
            flight.draws
        ),
    );
    let mut rows = vec![row([
        "Pattern",
        "Outcome",
        "Against always on",
        "90 % interval",
        "P(better)",
        "Most in a period",
    ])];
    // The search ends where it began when nothing beats an even spend.
    let best = flight.patterns.iter().find(|p| p.name == "best found");
    let even_is_best = best.is_some_and(|p| p.p_better == 0.0);
    let shown = flight.patterns.iter().filter(|p| !(even_is_best && p.name == "best found"));
    rows.extend(shown.map(|pattern| {
        let most = pattern.spend.iter().copied().fold(0.0, f64::max);
        let beyond = if pattern.extrapolated { " (extrapolated)" } else { "" };
        row([
            &pattern.name,
            &amount(pattern.outcome.mean),
            &signed(pattern.gain.mean),
            &format!("{} to {}", signed(pattern.gain.q05), signed(pattern.gain.q95)),
            &if pattern.name == "always on" { "–".to_owned() } else { percent(pattern.p_better) },
            &format!("{}{beyond}", amount(most)),
        ])
    }));
    lines.extend(layout(&rows));
    if even_is_best {
        lines.push("Always on is the best pattern: the search found none that brings more.".into());
    } else if let Some(best) = best {
        lines.push(String::new());
        lines.push("Best found, spend by period".to_owned());
        let cells: Vec<String> = flight
            .dates
            .iter()
            .zip(&best.spend)
            .map(|(date, x)| format!("{date} {:>6}", amount(*x)))
            .collect();
        lines.extend(cells.chunks(5).map(|week| week.join("   ")));
    }
    lines.extend(wrap(
        "- ",
        2,
        &format!(
            "Outcome is {}, as if the pattern came over and over. The search is {}; no period of what it finds \
             spends more than {}.",
            clean(&report.fit.unit),
            flight.method,
            amount(flight.cap)
        ),
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::Pattern;
    use crate::posterior::Summary;
    use crate::report::{Horizon, testdata};

    #[test]
    fn always_on_is_said_to_be_best_in_a_sentence() {
        let fit = testdata::fit();
        let report = ScenarioReport::new(&fit, Horizon::of(&fit, 2.0));
        let pattern = |name: &str, p_better: f64| Pattern {
            name: name.into(),
            spend: vec![5.0, 5.0],
            outcome: Summary::of(&[9.0]),
            gain: Summary::of(&[0.0]),
            p_better,
            extrapolated: false,
        };
        let mut found = Flight {
            channel: "tv".into(),
            budget: 10.0,
            dates: vec!["2024-01-01".parse().unwrap(), "2024-01-08".parse().unwrap()],
            cap: 8.0,
            patterns: vec![pattern("best found", 0.0), pattern("always on", 0.0)],
            draws: 1,
            method: "a search".into(),
        };
        let text = flight(&found, &report).join("\n");
        assert!(text.contains("Always on is the best pattern") && !text.contains("est found"), "{text}");
        found.patterns[0].p_better = 0.7;
        let text = flight(&found, &report).join("\n");
        assert!(!text.contains("Always on is") && text.contains("Best found, spend by period"), "{text}");
    }
}
