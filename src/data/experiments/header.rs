//! The header judged: columns that lack, go by another name or look misspelt.

use super::columns::KNOWN;
use super::faults::Faults;
use super::warnings;
use crate::warning::Warning;
use crate::words::nearest;

/// Columns without which nothing can be read.
const NEEDED: [&str; 3] = ["channel", "start", "end"];

/// Names that mean a known column, in other tools or earlier versions.
const RENAMED: [(&str, &str); 14] = [
    ("start_week", "start"),
    ("end_week", "end"),
    ("start_date", "start"),
    ("end_date", "end"),
    ("roi_estimate", "roi"),
    ("roi_se", "se"),
    ("lift_estimate", "lift"),
    ("lift_se", "se"),
    ("std_error", "se"),
    ("standard_error", "se"),
    ("geo", "geos"),
    ("roi_low", "low"),
    ("roi_high", "high"),
    ("readout_end_date", "readout_end"),
];

/// Notes columns that lack or go by another name; warns of those that look like a known one.
pub(super) fn check(columns: &[String], faults: &mut Faults) -> Vec<Warning> {
    let has = |name: &str| columns.iter().any(|column| column == name);
    let renamed = |column: &String| {
        let to = RENAMED.iter().find(|(old, _)| old.eq_ignore_ascii_case(column));
        to.map(|(_, new)| (column.clone(), *new))
    };
    let old: Vec<(String, &str)> = columns.iter().filter_map(renamed).collect();
    for (column, new) in &old {
        faults.file(
            format!("column `{column}` is not known; it is called `{new}` here"),
            format!("rename `{column}` to `{new}`"),
        );
    }
    for needed in NEEDED {
        if !has(needed) && old.iter().all(|(_, new)| *new != needed) {
            let shown: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
            faults.file(
                format!("there is no column `{needed}`, only {}", shown.join(", ")),
                "a test has a channel, a start and an end; the other columns are optional",
            );
        }
    }
    let twice = KNOWN.iter().filter(|known| columns.iter().filter(|c| c == known).count() > 1);
    for known in twice {
        faults.file(format!("column `{known}` is there twice"), "rename or remove one of the two");
    }
    let own = columns.iter().filter(|c| !KNOWN.contains(&c.as_str()) && renamed(c).is_none());
    own.filter_map(|column| {
        // Alike in all but a letter or so; `nearest` alone would take `status` for `start`.
        const ALIKE: f64 = 0.92;
        let absent = KNOWN.iter().copied().filter(|known| !has(known));
        let near = nearest(column, absent)?;
        (strsim::jaro_winkler(&column.to_lowercase(), near) >= ALIKE)
            .then(|| warnings::unread_column(column, near))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::experiments::columns::spelling;

    fn judged(columns: &[&str]) -> (String, Vec<Warning>) {
        let mut faults = Faults::default();
        let columns: Vec<String> = columns.iter().map(|c| spelling(c)).collect();
        let warnings = check(&columns, &mut faults);
        (faults.finish("tests.csv").map_or_else(|e| e.to_string(), |()| String::new()), warnings)
    }

    #[test]
    fn old_names_are_refused_with_the_new_ones() {
        let (text, _) = judged(&["channel", "start_week", "end_week", "roi_estimate", "roi_se"]);
        for pair in [("start_week", "start"), ("end_week", "end"), ("roi_estimate", "roi"), ("roi_se", "se")]
        {
            let expected = format!("column `{}` is not known; it is called `{}` here", pair.0, pair.1);
            assert!(text.contains(&expected), "{text}");
        }
        assert!(text.contains("4 faults"), "a column that is there by an old name is not missing: {text}");
    }

    #[test]
    fn what_is_missing_or_misspelt_is_told() {
        assert!(judged(&["channel", "start"]).0.contains("no column `end`"));
        let (text, warnings) = judged(&[" Channel", "START", "end", "spend_chnage", "status", "notes"]);
        assert_eq!(text, "");
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].message.contains("`spend_chnage`"));
        assert_eq!(warnings[0].hint.as_deref(), Some("rename it to `spend_change` if that is what it is"));
    }
}
