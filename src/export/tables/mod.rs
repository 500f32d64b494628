//! The tables of an export, each tidy: one row a thing, one column a quantity.

mod channels;
mod curves;
mod experiments;
mod parameters;
mod plans;
mod summary;
mod weekly;

use crate::export::table::Table;
use crate::posterior::Summary;
use crate::report::Fit;
use crate::store::Weekly;

#[cfg(feature = "xlsx")]
pub(crate) use weekly::weekly_total;

/// Every table that `fit` fills, weekly quantities below each other.
pub(crate) fn tidy(fit: &Fit, weekly: &Weekly) -> Vec<Table> {
    let mut tables = vec![summary::summary(fit), channels::estimates(fit)];
    tables.extend(general(fit));
    tables.push(weekly::weekly_long(weekly));
    filled(tables)
}

#[cfg(feature = "xlsx")]
/// The same for people: one row a channel, one column a weekly series.
pub(crate) fn readable(fit: &Fit, weekly: &Weekly) -> Vec<Table> {
    let mut tables = vec![summary::summary(fit), channels::channels(fit)];
    tables.extend(general(fit));
    tables.push(weekly::weekly_wide(weekly));
    filled(tables)
}

fn general(fit: &Fit) -> [Table; 6] {
    [
        curves::curves(fit),
        plans::plans(fit),
        channels::geos(fit),
        experiments::experiments(fit),
        plans::next_tests(fit),
        parameters::parameters(fit),
    ]
}

fn filled(tables: Vec<Table>) -> Vec<Table> {
    tables.into_iter().filter(|table| table.height() > 0).collect()
}

/// Mean and 90 % interval.
fn mean(summary: &Option<Summary>) -> Option<f64> {
    summary.map(|s| s.mean)
}

fn low(summary: &Option<Summary>) -> Option<f64> {
    summary.map(|s| s.q05)
}

fn high(summary: &Option<Summary>) -> Option<f64> {
    summary.map(|s| s.q95)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::table::Values;
    use crate::report::testdata;

    fn values<'t>(table: &'t Table, column: &str) -> &'t Values {
        let found = table.columns.iter().find(|c| c.name == column);
        &found.unwrap_or_else(|| panic!("no column {column} in {}", table.name)).values
    }

    fn number(table: &Table, column: &str, row: usize) -> Option<f64> {
        match values(table, column) {
            Values::Number(cells) => cells[row],
            other => panic!("{column} is {other:?}"),
        }
    }

    fn text(table: &Table, column: &str, row: usize) -> String {
        match values(table, column) {
            Values::Text(cells) => cells[row].clone().unwrap_or_default(),
            other => panic!("{column} is {other:?}"),
        }
    }

    #[test]
    fn channels_by_quantity_and_by_geo_are_those_of_the_fit() {
        let fit = testdata::fit();
        let roi = fit.channels[0].roi.unwrap();
        let estimates = channels::estimates(&fit);
        let row = (0..estimates.height()).find(|row| text(&estimates, "quantity", *row) == "roi").unwrap();
        assert_eq!(text(&estimates, "channel", row), "tv");
        let read =
            ["mean", "sd", "q05", "q25", "q50", "q75", "q95", "spend"].map(|c| number(&estimates, c, row));
        let told = [roi.mean, roi.sd, roi.q05, roi.q25, roi.q50, roi.q75, roi.q95, fit.channels[0].spend];
        assert_eq!(read, told.map(Some));
        let geos = channels::geos(&fit);
        let south = &fit.channels[0].by_geo[1];
        let roi = south.roi.unwrap();
        assert_eq!((text(&geos, "channel", 1), text(&geos, "geo", 1)), ("tv".into(), south.geo.clone()));
        let read =
            ["spend", "contribution", "contribution_q05", "contribution_q95", "roi", "roi_q05", "roi_q95"];
        let (spend, c) = (south.spend, south.contribution);
        let told = [spend, c.mean, c.q05, c.q95, roi.mean, roi.q05, roi.q95].map(Some);
        assert_eq!(read.map(|column| number(&geos, column, 1)), told);
    }

    #[cfg(feature = "xlsx")]
    #[test]
    fn a_row_a_channel_is_that_of_the_fit() {
        let fit = testdata::fit();
        let (table, tv) = (channels::channels(&fit), &fit.channels[0]);
        let (roi, marginal, c) = (tv.roi.unwrap(), tv.marginal_roi.unwrap(), tv.contribution);
        let read = ["contribution", "contribution_q05", "contribution_q95", "roi", "roi_q05", "roi_q95"];
        assert_eq!(
            read.map(|n| number(&table, n, 0)),
            [c.mean, c.q05, c.q95, roi.mean, roi.q05, roi.q95].map(Some)
        );
        let read = ["marginal_roi", "marginal_roi_q05", "marginal_roi_q95"].map(|n| number(&table, n, 0));
        assert_eq!(read, [marginal.mean, marginal.q05, marginal.q95].map(Some));
        assert_eq!((text(&table, "kind", 0), text(&table, "kind", 2)), ("paid".into(), "organic".into()));
    }

    #[test]
    fn plans_curves_and_the_verdict_are_those_of_the_fit() {
        let mut fit = testdata::fit();
        let plans = plans::plans(&fit);
        let read = ["current_spend", "proposed_spend", "change", "plan_p_gain"].map(|c| number(&plans, c, 0));
        let (plan, tv) = (&fit.scenarios[0], &fit.scenarios[0].allocation[0]);
        assert_eq!(read, [Some(tv.current), Some(tv.proposed), tv.change, Some(plan.p_gain)]);
        let read = ["plan_gain", "plan_gain_q05", "plan_gain_q95"].map(|c| number(&plans, c, 0));
        assert_eq!(read, [plan.gain.mean, plan.gain.q05, plan.gain.q95].map(Some));
        let (table, curve) = (curves::curves(&fit), &fit.response_curves[0]);
        let Values::Flag(beyond) = values(&table, "extrapolated") else { panic!("flags") };
        for (m, multiplier) in curve.spend_multiplier.iter().enumerate() {
            assert_eq!(number(&table, "incremental_outcome_q05", m), Some(curve.incremental_outcome.q05[m]));
            assert_eq!(beyond[m], *multiplier > 1.6, "the data reach 1.6 times today's spend: {multiplier}");
        }
        let verdict = |fit: &Fit| text(&summary::summary(fit), "words", 0);
        assert_eq!(verdict(&fit), "ok to read");
        fit.diagnostics.verdict = crate::diagnostics::Verdict::Fail;
        assert_eq!(verdict(&fit), "NOT CONVERGED: do not use these numbers");
    }
}
