//! What to know of tests that can be used.

use super::file::ExperimentRow;
use crate::data::dataset::Interval;
use crate::warning::Warning;
use crate::words::percent;

/// A column that looks like one with a meaning.
pub(super) fn unread_column(column: &str, near: &str) -> Warning {
    Warning::new(
        "experiment_column_unread",
        format!("column `{column}` of the experiments is kept but means nothing"),
        format!("rename it to `{near}` if that is what it is"),
    )
}

/// A reading that does not say until when outcomes were counted.
pub(super) fn default_readout(row: &ExperimentRow) -> Warning {
    Warning::new(
        "experiment_readout_end",
        format!(
            "test {}: outcomes are taken to be counted until the treatment ended, though carry-over goes on",
            row.label()
        ),
        "say the last day whose outcome was counted as readout_end",
    )
}

/// A change spread over cells in which nothing was spent.
pub(super) fn spread_guessed(row: &ExperimentRow) -> Warning {
    Warning::new(
        "experiment_spread_guessed",
        format!(
            "test {}: where nothing was spent, the spend without the test is spread as in untreated geos in the same time (evenly where there are none), a guess",
            row.label()
        ),
        "nothing to do if the treated geos would have spent as the others did",
    )
}

/// A counterfactual far beyond what is usual.
pub(super) fn beyond_usual(row: &ExperimentRow, column: &str, times: f64) -> Warning {
    Warning::new(
        "experiment_beyond_usual",
        format!("test {}: without it {times:.1} times the usual spend would have been spent", row.label()),
        format!("check the unit and the sign of {column}"),
    )
}

/// A reading whose cells are in the data.
pub(super) fn reading_of_own_cells(row: &ExperimentRow) -> Warning {
    Warning::new(
        "experiment_cells_in_data",
        format!(
            "test {}: its outcomes are in the data too, and leave the fit until its carry-over is gone, so that they count once",
            row.label()
        ),
        "a contrast uses more of them: leave lift, roi, se, low and high blank",
    )
}

/// A contrast that does not say what was changed.
pub(super) fn contrast_of_all(row: &ExperimentRow) -> Warning {
    Warning::new(
        "experiment_contrast_of_all",
        format!("test {}: without it nothing is taken to have been spent in its geos and weeks", row.label()),
        "say usual_spend, spend_change or multiplier unless the test switched the channel on",
    )
}

/// A contrast without untreated geos.
pub(super) fn contrast_of_one_market(row: &ExperimentRow, interval: Interval) -> Warning {
    Warning::new(
        "experiment_contrast_of_one_market",
        format!("test {}: a contrast of one market compares before and after", row.label()),
        format!("it is an experiment only where chance chose the {}s", interval.noun()),
    )
}

/// A contrast's last day of counting.
pub(super) fn readout_of_contrast(row: &ExperimentRow) -> Warning {
    Warning::new(
        "experiment_readout_unused",
        format!("test {}: readout_end is of no use to a contrast, which counts no outcomes", row.label()),
        "leave it blank",
    )
}

/// An estimate on the wrong side of nothing, but near it.
pub(super) fn sign_within_error(row: &ExperimentRow, estimate: f64, change: f64) -> Warning {
    let message = match (row.cell("lift").is_some(), change < 0.0) {
        (true, true) => format!("less was spent and the lift is positive ({estimate})"),
        (true, false) => format!("more was spent and the lift is negative ({estimate})"),
        (false, _) => format!("the return is negative ({estimate})"),
    };
    Warning::new(
        "experiment_sign",
        format!("test {}: {message}", row.label()),
        "a lift has the sign of the change; near nothing the other sign can be chance, else mend the sign",
    )
}

/// Treated geos without rows in some of the counted periods.
pub(super) fn rows_missing(row: &ExperimentRow, share: f64) -> Warning {
    Warning::new(
        "experiment_rows_missing",
        format!(
            "test {}: the data lack {} of the rows of its geos and weeks; only the others are counted",
            row.label(),
            percent(share)
        ),
        "check that the reading counted the same",
    )
}
