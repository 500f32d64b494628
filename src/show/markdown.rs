//! A table as GitHub's Markdown that a phone can show: old and new value in one cell, four columns at most; the others
//! fold out below.

use crate::show::shorten::shorten_apart;

/// Columns that fit a phone beside each other.
const COLUMNS: usize = 4;
/// Characters of a name that leave room for them.
const NAME: usize = 20;
/// Header of a column with the new value of the one before it.
const NEW: &str = "now";

/// Title and table; `escape` makes a cell harmless.
pub(super) fn table(title: &str, rows: &[Vec<String>], escape: fn(&str) -> String) -> Vec<String> {
    let mut rows = without_empty(paired(rows));
    let names = shorten_apart(&rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>(), NAME);
    rows.iter_mut().zip(names).for_each(|(row, name)| row[0] = name);
    let width = rows.first().map_or(0, Vec::len);
    let mut lines = vec![format!("**{title}**"), String::new()];
    lines.extend(grid(&rows, (1..width.min(COLUMNS)).collect(), escape));
    let rest: Vec<usize> = (COLUMNS..width).collect();
    if !rest.is_empty() {
        lines.extend([String::new(), "<details><summary>more</summary>".into(), String::new()]);
        for some in rest.chunks(COLUMNS - 1) {
            lines.extend(grid(&rows, some.to_vec(), escape));
            lines.push(String::new());
        }
        lines.push("</details>".into());
    }
    lines
}

/// The first column and some others.
fn grid(rows: &[Vec<String>], columns: Vec<usize>, escape: fn(&str) -> String) -> Vec<String> {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let mut lines = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let cells = std::iter::once(0).chain(columns.iter().copied()).map(|c| escape(&row[c])).collect();
        lines.push(line(cells));
        if i == 0 {
            let rule =
                std::iter::once(":--").chain(columns.iter().map(|_| "--:")).map(str::to_owned).collect();
            lines.push(line(rule));
        }
    }
    lines
}

/// `old → new` where a column is the new value of the one before, and one value where both are the same.
fn paired(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let Some(header) = rows.first() else { return Vec::new() };
    let is_new = |c: usize| header.get(c).is_some_and(|name| name == NEW);
    let merged = |i: usize, row: &Vec<String>| -> Vec<String> {
        let kept = (0..row.len()).filter(|c| !is_new(*c));
        let cell = |c: usize| match row.get(c + 1) {
            Some(new) if i > 0 && is_new(c + 1) && *new != row[c] => format!("{} → {new}", row[c]),
            _ => row[c].clone(),
        };
        kept.map(cell).collect()
    };
    rows.iter().enumerate().map(|(i, row)| merged(i, row)).collect()
}

/// Without columns that say nothing in any row.
fn without_empty(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let says = |c: usize| rows.iter().skip(1).any(|row| row.get(c).is_some_and(|cell| !cell.is_empty()));
    let width = rows.first().map_or(0, Vec::len);
    let kept: Vec<usize> = (0..width).filter(|c| *c == 0 || says(*c)).collect();
    rows.iter().map(|row| kept.iter().map(|c| row[*c].clone()).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[&str]) -> Vec<Vec<String>> {
        text.iter().map(|row| row.split('|').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn pairs_stand_in_one_cell_and_the_rest_folds_out() {
        let rows = rows(&["Channel|ROI|now|change|P|rank|now|", "tv|1.0|1.2|+0.2|up 91 %|2|2|"]);
        let lines = table("Return", &rows, str::to_owned);
        assert_eq!(
            lines,
            [
                "**Return**",
                "",
                "| Channel | ROI | change | P |",
                "| :-- | --: | --: | --: |",
                "| tv | 1.0 → 1.2 | +0.2 | up 91 % |",
                "",
                "<details><summary>more</summary>",
                "",
                "| Channel | rank |",
                "| :-- | --: |",
                "| tv | 2 |",
                "",
                "</details>",
            ]
        );
        assert!(
            lines.iter().filter(|line| line.starts_with('|')).all(|l| l.matches('|').count() <= COLUMNS + 1)
        );
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let rows =
            rows(&["Channel|ROI", "paid_social_prospecting_video|1", "paid_social_retargeting_video|2"]);
        let lines = table("Return", &rows, str::to_owned);
        assert!(lines[4] != lines[5] && lines[4].len() < 40 && lines[4].contains('…'), "{lines:?}");
    }
}
