//! Tests of one file that would count one thing twice.

use std::collections::BTreeMap;

use super::experiment::{Experiment, ExperimentKind};
use super::faults::Faults;
use super::file::ExperimentFile;

/// Notes rows that repeat another, by all their cells or by their id.
pub(super) fn repeated_rows(file: &ExperimentFile, faults: &mut Faults) {
    let (mut seen, mut ids) = (BTreeMap::new(), BTreeMap::new());
    for row in &file.rows {
        if let Some(first) = seen.insert(&row.cells, row.row) {
            faults.file(
                format!("row {} repeats row {first} (duplicate)", row.row),
                "keep one of the two; different studies that read the same need an `id` each",
            );
        } else if let Some(id) = row.cell("id")
            && let Some(first) = ids.insert(id, row.row)
        {
            faults.cell(row, "id", format!("is that of row {first} too"), "give each test an id of its own");
        }
    }
}

/// Notes pairs of tests that speak of the same cells of the data.
pub(super) fn shared_cells(file: &ExperimentFile, tests: &[Experiment], faults: &mut Faults) {
    for (i, test) in tests.iter().enumerate() {
        for earlier in &tests[..i] {
            let in_time =
                test.treated.start < earlier.treated.end && earlier.treated.start < test.treated.end;
            let in_place = test.geos.iter().any(|g| earlier.geos.contains(g));
            let in_channel = test.channels.iter().any(|c| earlier.channels.contains(c));
            if !(in_time && in_place && in_channel) {
                continue;
            }
            let contrasts = [earlier, test].map(|t| t.kind == ExperimentKind::Contrast);
            let Some(row) = file.rows.iter().find(|row| row.row == test.row) else { continue };
            match contrasts {
                [true, true] => faults.cell(
                    row,
                    "start",
                    format!("is a contrast of geos and weeks that row {} contrasts already", earlier.row),
                    "tell one test in one row",
                ),
                [true, false] | [false, true] if test.in_data || earlier.in_data => faults.cell(
                    row,
                    "start",
                    format!(
                        "tells of geos and weeks that row {} tells of: one as contrast, one as reading",
                        earlier.row
                    ),
                    "keep the contrast, which uses more of the data, or the reading",
                ),
                _ => {}
            }
        }
    }
}
