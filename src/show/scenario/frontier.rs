//! The efficient frontier of `mmm scenario` as plain text.

use crate::planning::CAUTIOUS;
use crate::report::ScenarioReport;
use crate::show::scenario::cells::row;
use crate::show::table::{layout, wrap};
use crate::words::numbers::{amount, clean, ratio};

/// Budgets side by side in one table of channels.
const BUDGETS_A_TABLE: usize = 8;

/// The budgets with what they bring, then what each channel gets of them.
pub(crate) fn frontier(report: &ScenarioReport) -> Vec<String> {
    if report.frontier.is_empty() {
        return vec![];
    }
    let mut rows = vec![row(["Budget", "Outcome", "ROI", "Next unit returns"])];
    rows.extend(report.frontier.iter().map(|point| {
        vec![
            amount(point.budget),
            amount(point.outcome),
            point.roi.map_or("–".into(), ratio),
            point.marginal_return.map_or("–".into(), ratio),
        ]
    }));
    let by = match report.frontier_maximised.as_deref() {
        Some(CAUTIOUS) => ", each channel counted cautiously (--risk mean for means)".to_owned(),
        Some(measure) => format!(" by --risk {measure}"),
        None => String::new(),
    };
    let mut lines = wrap("", 2, &format!("Efficient frontier: the best plan of each budget{by}"));
    lines.extend(layout(&rows));
    for points in report.frontier.chunks(BUDGETS_A_TABLE) {
        let mut rows = vec![row(["Budget"])];
        rows[0].extend(points.iter().map(|point| amount(point.budget)));
        rows.extend(report.frontier_channels.iter().enumerate().map(|(c, name)| {
            let spends = points.iter().map(|point| amount(point.spend[c]));
            std::iter::once(clean(name)).chain(spends).collect()
        }));
        lines.push(String::new());
        lines.extend(layout(&rows));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::FrontierPoint;
    use crate::report::{Horizon, testdata};

    #[test]
    fn channels_of_long_names_can_be_told_apart() {
        let fit = testdata::fit();
        let mut report = ScenarioReport::new(&fit, Horizon::of(&fit, 52.0));
        let names: Vec<String> =
            (0..4).map(|i| format!("{}{i}@north", "paid_social_campaign_".repeat(3))).collect();
        let point = |k: usize| FrontierPoint {
            budget: 1e6 * k as f64,
            outcome: 2e6,
            roi: Some(0.0262),
            marginal_return: None,
            gap: None,
            spend: vec![250e3 * k as f64; 4],
        };
        report.frontier = (1..=10).map(point).collect();
        report.frontier_channels = names;
        let lines = frontier(&report);
        assert!(lines.iter().all(|line| line.chars().count() <= 100), "{lines:#?}");
        let named = |i: usize| lines.iter().filter(|l| l.contains(&format!("{i}@north"))).count();
        assert_eq!([0, 1, 2, 3].map(named), [2; 4], "ten budgets are two tables: {lines:#?}");
        assert!(lines.iter().any(|line| line.contains("0.026")), "{lines:#?}");
    }
}
