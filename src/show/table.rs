//! Plain-text tables and paragraphs of a fixed width.

use std::cell::Cell;

use crate::show::shorten::{shorten_all, shorten_apart};

/// Columns where nothing is known of the terminal, and the most that a line of text takes: longer ones are hard to read.
pub(crate) const MOST: usize = 100;
/// Narrower terminals are not catered for.
const LEAST: usize = 40;
const GAP: usize = 2;
/// Names of a first column are not cut below this, nor so far that two of them become the same.
const NAME: usize = 16;
/// Words of a first column are not cut below this.
const WORDS: usize = 30;
/// Title of a column that shows what the one before it has become, and never stands apart from it.
const NOW: &str = "now";

thread_local! {
    /// Of the thread that prints, where it is known.
    static WIDTH: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Fits what this thread prints to a terminal of so many columns, 40 to 100.
pub fn fit_width(columns: usize) {
    WIDTH.set(Some(columns.clamp(LEAST, MOST)));
}

/// Whether what is printed is fitted to a terminal.
pub(crate) fn is_fitted() -> bool {
    WIDTH.get().is_some()
}

/// Columns that a line may take.
pub(crate) fn width() -> usize {
    WIDTH.get().unwrap_or(MOST)
}

/// Lines of a table: the first column to the left and shortened to fit, the others to the right; what does not fit
/// beside them follows below, under the first column again. `rows` include the header and have equal lengths.
pub(crate) fn layout(rows: &[Vec<String>]) -> Vec<String> {
    let (widths, least) = (widths(rows), least(rows));
    let mut blocks: Vec<Vec<usize>> = vec![Vec::new()];
    let mut filled = least;
    for columns in groups(rows) {
        let wide: usize = columns.iter().map(|c| widths[*c] + GAP).sum();
        if filled + wide > width() && blocks.last().is_some_and(|block| !block.is_empty()) {
            blocks.push(Vec::new());
            filled = least;
        }
        filled += wide;
        blocks.iter_mut().last().into_iter().for_each(|block| block.extend(&columns));
    }
    blocks.iter().flat_map(|columns| block(rows, (&widths, least), columns)).collect()
}

/// Whether a table needs no second block.
pub(crate) fn fits(rows: &[Vec<String>]) -> bool {
    let others: usize = widths(rows).iter().skip(1).map(|w| w + GAP).sum();
    least(rows) + others <= width()
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let width = |c: usize| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
    (0..rows.first().map_or(0, Vec::len)).map(width).collect()
}

/// Columns but the first, those together that belong together.
fn groups(rows: &[Vec<String>]) -> Vec<Vec<usize>> {
    let header = rows.first().map_or(&[] as &[String], Vec::as_slice);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (c, title) in header.iter().enumerate().skip(1) {
        match groups.last_mut() {
            Some(group) if title == NOW => group.push(c),
            _ => groups.push(vec![c]),
        }
    }
    groups
}

/// The least width of the first column that leaves it readable.
fn least(rows: &[Vec<String>]) -> usize {
    let names: Vec<String> = rows.iter().map(|row| row.first().cloned().unwrap_or_default()).collect();
    let longest = |names: &[String]| names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let words: Vec<String> = names.iter().filter(|name| name.contains(' ')).cloned().collect();
    longest(&shorten_apart(&names, NAME)).max(longest(&words).min(WORDS)).min(width() / 2)
}

/// The first column and some others.
fn block(rows: &[Vec<String>], (widths, least): (&[usize], usize), columns: &[usize]) -> Vec<String> {
    let others: usize = columns.iter().map(|c| widths[*c] + GAP).sum();
    let first = widths.first().copied().unwrap_or(0).min(width().saturating_sub(others).max(least));
    let names: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
    rows.iter()
        .zip(shorten_all(&names, first))
        .map(|(row, name)| {
            let mut line = format!("{name:<first$}");
            for c in columns {
                line.push_str(&format!("{:>w$}", row[*c], w = widths[*c] + GAP));
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// A command broken before its flags, so that it can still be copied as it stands.
pub(crate) fn command(text: &str) -> Vec<String> {
    const MORE: &str = " \\";
    let mut lines = vec![String::from("  ")];
    for (i, part) in text.split(" --").enumerate() {
        let part = if i == 0 { part.to_owned() } else { format!("--{part}") };
        let line = lines.last_mut().expect("the list starts with one line");
        let room = width().saturating_sub(line.chars().count() + MORE.len() + 1);
        if i > 0 && part.chars().count() > room {
            line.push_str(MORE);
            lines.push(format!("      {part}"));
        } else {
            let space = if i == 0 { "" } else { " " };
            line.push_str(&format!("{space}{part}"));
        }
    }
    lines
}

/// Breaks a text at spaces; the first line gets `first`, the others as many blanks as `indent`.
pub(crate) fn wrap(first: &str, indent: usize, text: &str) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    let mut filled = first.chars().count();
    let mut at_start = true;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !at_start && filled + 1 + length > width() {
            lines.push(" ".repeat(indent));
            filled = indent;
            at_start = true;
        }
        let line = lines.last_mut().expect("the list starts with one line");
        if !at_start {
            line.push(' ');
            filled += 1;
        }
        line.push_str(word);
        filled += length;
        at_start = false;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_long_names_give_way() {
        let row = |a: &str, b: &str| vec![a.to_string(), b.to_string()];
        assert_eq!(layout(&[row("Channel", "ROI"), row("tv", "12.5")]), ["Channel   ROI", "tv       12.5"]);
        let lines = layout(&[row(&"x".repeat(150), &"y".repeat(60))]);
        assert_eq!(lines[0].chars().count(), MOST);
        assert!(lines[0].contains('…'));
    }

    #[test]
    fn columns_that_do_not_fit_follow_below() {
        fit_width(40);
        let cells = |name: &str, cell: &str| -> Vec<String> {
            std::iter::once(name).chain(std::iter::repeat_n(cell, 4)).map(str::to_owned).collect()
        };
        let rows = [cells("Channel", "0123456789"), cells("tv", "1")];
        let lines = layout(&rows);
        assert!(!fits(&rows) && lines.len() == 4, "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 40), "{lines:?}");
        assert!(lines[2].starts_with("Channel") && lines[3].starts_with("tv"), "{lines:?}");
        let cells: usize = lines.iter().map(|line| line.matches("0123456789").count()).sum();
        assert_eq!(cells, 4);
    }

    #[test]
    fn names_stay_apart_words_stay_whole_and_changes_stay_together() {
        fit_width(50);
        let table = |names: [&str; 3], titles: [&str; 3]| {
            let row = |name: &str, cells: [&str; 3]| {
                std::iter::once(name).chain(cells).map(str::to_owned).collect::<Vec<_>>()
            };
            let cells = ["1,234,567 to 2", "1,234,567 to 2", "1,234,567 to 2"];
            layout(&[row(names[0], titles), row(names[1], cells), row(names[2], cells)])
        };
        let names = ["Channel", "paid_social_prospecting_video_feed", "paid_social_retargeting_video_feed"];
        let lines = table(names, ["a", "b", "c"]);
        let name = |line: &String| line.split_whitespace().next().unwrap_or_default().to_owned();
        assert!(name(&lines[1]) != name(&lines[2]), "{lines:?}");
        let words = ["Forecast", "the same without media", "same period last year"];
        let lines = table(words, ["a", "b", "c"]);
        assert!(lines[1].starts_with(words[1]) && lines[2].starts_with(words[2]), "{lines:?}");
        let lines = table(["Channel", "tv", "radio"], ["ROI", "half", "now"]);
        assert!(lines[3].contains("half") && lines[3].contains("now"), "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 50));
    }

    #[test]
    fn a_broken_command_is_the_same_command() {
        fit_width(60);
        let text =
            "mmm readout DATA.csv --since-last fit --channel tv --start 2023-07-03 --geos 'New York,Boston'";
        let lines = command(text);
        assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= 60), "{lines:?}");
        let joined = lines.join("\n").replace(" \\\n", " ");
        assert_eq!(joined.split_whitespace().collect::<Vec<_>>().join(" "), text);
    }

    #[test]
    fn wrapping_keeps_every_word_within_the_width() {
        let text = "word ".repeat(60);
        let lines = wrap("- ", 2, &text);
        assert!(lines.len() > 1 && lines.iter().all(|l| l.chars().count() <= MOST), "{lines:?}");
        let words: usize = lines.iter().map(|l| l.split_whitespace().filter(|w| *w == "word").count()).sum();
        assert_eq!(words, 60);
        assert!(lines[1].starts_with("  word"));
    }
}
