//! A page of a fit that lies in no folder, for the tests.

use super::document::{Frontier, PageReport};
use super::gather::{PageOptions, page_of};
use crate::planning::FrontierPoint;
use crate::report::Fit;

/// With thirteen budgets of two channels.
pub(crate) fn page(fit: &Fit) -> PageReport {
    page_with(fit, &PageOptions::default())
}

/// The same as asked for.
pub(crate) fn page_with(fit: &Fit, options: &PageOptions) -> PageReport {
    let plan = |i: usize| {
        let budget = 3600.0 * (0.7 + 0.05 * i as f64);
        FrontierPoint {
            budget,
            outcome: 80.0 * budget.sqrt(),
            roi: Some(80.0 / budget.sqrt()),
            marginal_return: Some(40.0 / budget.sqrt()),
            gap: Some(0.0),
            spend: vec![0.6 * budget, 0.4 * budget],
        }
    };
    let mut found = page_of(fit, None, options);
    found.frontier = Some(Frontier {
        channels: vec!["tv".into(), "search".into()],
        today: vec![2400.0, 1200.0],
        plans: (0..13).map(plan).collect(),
    });
    found
}
