//! Plain-text tables and paragraphs of a fixed width.

use std::cell::Cell;

use crate::show::shorten::shorten_all;

/// Columns where nothing is known of the terminal, and the most that a line of text takes: longer ones are hard to read.
pub(crate) const MOST: usize = 100;
/// Narrower terminals are not catered for.
const LEAST: usize = 40;
const GAP: usize = 2;
/// A first column is not cut below this.
const NAME: usize = 8;

thread_local! {
    /// Of the thread that prints.
    static WIDTH: Cell<usize> = const { Cell::new(MOST) };
}

/// Fits what this thread prints to a terminal of so many columns, 40 to 100.
pub fn fit_width(columns: usize) {
    WIDTH.set(columns.clamp(LEAST, MOST));
}

/// Columns that a line may take.
pub(crate) fn width() -> usize {
    WIDTH.get()
}

/// Lines of a table: the first column to the left and shortened to fit, the others to the right; what does not fit
/// beside them follows below, under the first column again. `rows` include the header and have equal lengths.
pub(crate) fn layout(rows: &[Vec<String>]) -> Vec<String> {
    let widths = widths(rows);
    let first = widths.first().copied().unwrap_or(0);
    let least = first.min(NAME);
    let mut blocks: Vec<Vec<usize>> = vec![Vec::new()];
    let mut filled = least;
    for (c, w) in widths.iter().enumerate().skip(1) {
        let is_empty = blocks.last().is_none_or(Vec::is_empty);
        if filled + w + GAP > width() && !is_empty {
            blocks.push(Vec::new());
            filled = least;
        }
        filled += w + GAP;
        blocks.iter_mut().last().into_iter().for_each(|block| block.push(c));
    }
    blocks.iter().flat_map(|columns| block(rows, &widths, columns)).collect()
}

/// Whether a table needs no second block.
pub(crate) fn fits(rows: &[Vec<String>]) -> bool {
    let widths = widths(rows);
    let others: usize = widths.iter().skip(1).map(|w| w + GAP).sum();
    widths.first().copied().unwrap_or(0).min(2 * NAME) + others <= width()
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let width = |c: usize| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
    (0..rows.first().map_or(0, Vec::len)).map(width).collect()
}

/// The first column and some others.
fn block(rows: &[Vec<String>], widths: &[usize], columns: &[usize]) -> Vec<String> {
    let others: usize = columns.iter().map(|c| widths[*c] + GAP).sum();
    let first = widths.first().copied().unwrap_or(0).min(width().saturating_sub(others).max(NAME));
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
    fn wrapping_keeps_every_word_within_the_width() {
        let text = "word ".repeat(60);
        let lines = wrap("- ", 2, &text);
        assert!(lines.len() > 1 && lines.iter().all(|l| l.chars().count() <= MOST), "{lines:?}");
        let words: usize = lines.iter().map(|l| l.split_whitespace().filter(|w| *w == "word").count()).sum();
        assert_eq!(words, 60);
        assert!(lines[1].starts_with("  word"));
    }
}
